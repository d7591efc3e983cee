"""What the shipped model brings up of texts that it was not made of.

    python bench/leads/measure.py [FOLDER]     default: held_out, invented after the weights were fixed

Leads that a rule finds already are left out: only what rules miss counts. Prints, writer by writer, how many leads are
brought up at the shipped threshold, and at the threshold that one in twenty of these quiet texts lies above.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from train import HERE, Text, at_one_in_twenty, read, report

from alerts.lead_model import shipped
from alerts.leads import View
from alerts.match import MatchText, find
from alerts.rulebook import load_rules


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "held_out"
    rulebook, model = load_rules(), shipped()
    texts = [one for one in read(folder) if not find(rulebook, MatchText(title="", body=one.text)).hits]
    scored: list[tuple[Text, float, str]] = []
    begun = time.process_time()
    for one in texts:
        view = View("", one.text)
        best = view.best(model)
        assert best is not None
        scored.append((one, best.score, model.concept(view.values(best.first, best.last))))
    spent = time.process_time() - begun
    print(
        f"{len(texts)} texts that no rule holds, {1000 * spent / len(texts):.2f} ms a text\nat the shipped threshold:"
    )
    report(scored, 0.0)
    print("at one false lead in twenty of these quiet texts:")
    report(scored, at_one_in_twenty([value for one, value, _ in scored if one.concept is None]))


if __name__ == "__main__":
    main()
