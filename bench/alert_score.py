"""How well the shipped rules tell alerts from look-alikes, on the invented texts of bench/alert_texts/.

    python bench/alert_score.py [--worst 20] [FILE…]

Each line of a file is a text with the concepts that must (`alert: true`) or must not be raised. Where a text expects an
alert, concepts it does not name are not judged; where it expects none, every concept must stay quiet. Prints precision
and recall for each file and concept, and what was wrong. `LONGARM=command` measures another program that answers
`match --jsonl` (docs/rules.md) the same way. Exit 1 where a file is under the bar.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
from collections import Counter
from pathlib import Path

BAR = 0.98
TEXTS = Path(__file__).parent / "alert_texts"
KEYS = ("id", "title", "text", "lang", "agency", "published")


def answers(rows: list[dict]) -> dict[str, set[str]]:
    """The concepts that the program raises, by the id of the text."""
    command = shlex.split(os.environ.get("LONGARM", str(Path(sys.executable).with_name("longarm"))))
    lines = "".join(
        json.dumps({key: row[key] for key in KEYS if key in row}, ensure_ascii=False) + "\n" for row in rows
    )
    done = subprocess.run([*command, "match", "--jsonl"], input=lines, capture_output=True, text=True, check=True)
    return {row["id"]: {alert["rule"] for alert in row["alerts"]} for row in map(json.loads, done.stdout.splitlines())}


def score(path: Path, worst: int) -> bool:
    """Print one file's figures; gives back whether they reach the bar."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    told = answers(rows)
    right, missed, false = Counter(), Counter(), Counter()
    bad = []
    for row in rows:
        wanted = {one["rule"] for one in row["expected"] if one["alert"]}
        quiet = {one["rule"] for one in row["expected"] if not one["alert"]}
        got = told.get(row["id"], set())
        wrong = got & quiet if wanted else got
        right.update(wanted & got)
        missed.update(wanted - got)
        false.update(wrong)
        if wanted - got or wrong:
            bad.append(f"   {row['id']} missed {sorted(wanted - got)} false {sorted(wrong)}: {row['why']}")
    total, lost, extra = right.total(), missed.total(), false.total()
    precision, recall = total / max(1, total + extra), total / max(1, total + lost)
    print(f"{path.name}: {len(rows)} texts, precision {precision:.3f}, recall {recall:.3f}")
    for concept in sorted(right | missed | false):
        print(f"   {concept:22} right {right[concept]:3}  missed {missed[concept]:3}  false {false[concept]:3}")
    print("\n".join(bad[:worst]))
    return precision >= BAR and recall >= BAR


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", metavar="FILE", nargs="*", type=Path)
    parser.add_argument("--worst", type=int, default=20)
    options = parser.parse_args()
    files = options.files or sorted(TEXTS.glob("*.jsonl"))
    results = [score(path, options.worst) for path in files]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
