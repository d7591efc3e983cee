"""Makes the weights of leads out of the invented texts beside it; the same texts give the same bytes.

    python bench/leads/train.py            writes alerts/data/leads/weights.bin
    python bench/leads/train.py --check    says whether the shipped file is what these texts give; exit 1 where not
    python bench/leads/train.py --folds    how well a model does on the texts of a writer it was not taught

Each file of texts/ is one writer; a line is a text that a rule of the concept should hold had it the words, or `-` and
a quiet one, usually of the same words. Nothing here comes from a page that exists.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from alerts.lead_model import Example, Model, learn, learn_concepts, spelled
from alerts.leads import DATA, FEATURES, View

HERE = Path(__file__).resolve().parent
SEED = 20261124
SHORT = {
    "pr": "persuade_return",
    "fp": "family_pressure",
    "os": "overseas_station",
    "ec": "exit_control",
    "rp": "repatriation",
    "rc": "returnee_control",
    "uf": "united_front_assoc",
    "oa": "overdue_abroad",
    "fh": "fox_hunt_sky_net",
    "rw": "reward_notice",
    "lo": "liaison_officer",
    "fc": "forbidden_countries",
}
# Chosen on the folds: how much a mistake costs (more of it fits the texts closer), and how often all are read.
COST, ROUNDS, OUTER = 2.0, 8, 2
CONCEPT_COST, CONCEPT_ROUNDS = 4.0, 6
# Set so that at most one in twenty quiet texts is brought up, invented ones of unknown writers and real prose alike.
THRESHOLD = 0.33


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One invented text; `concept` is None where it is quiet."""

    writer: str
    concept: str | None
    text: str


def read(folder: Path) -> list[Text]:
    """Every text of a folder, writer by writer."""
    found = []
    for path in sorted(folder.glob("*.txt")):
        for line in path.read_text(encoding="utf-8").splitlines():
            mark, _, text = line.partition(" ")
            if text:
                found.append(Text(writer=path.stem, concept=SHORT[mark] if mark != "-" else None, text=text))
    return found


def neighbours(texts: list[Text]) -> list[Text]:
    """The texts, and each once more with a quiet one of the same writer before or behind it, as on a page."""
    chance = random.Random(SEED)
    quiet: dict[str, list[str]] = {}
    for one in texts:
        if one.concept is None:
            quiet.setdefault(one.writer, []).append(one.text)
    found = list(texts)
    for one in texts:
        other = chance.choice(quiet.get(one.writer, [""]))
        joined = [one.text, other] if chance.random() < 0.5 else [other, one.text]
        found.append(replace(one, text=(" " if one.writer.endswith("-en") else "").join(joined)))
    return found


def train(texts: list[Text]) -> Model:
    """The model of these texts. A lead counts as its best window, a quiet text as each of its windows."""
    views = [(one, View("", one.text)) for one in neighbours(texts)]
    model = None
    for _ in range(OUTER):
        examples = []
        for one, view in views:
            if one.concept is None:
                spans = list(view.windows())
            else:
                best = view.best(model) if model else None
                spans = [(best.first, best.last)] if best else [max(view.windows(), key=lambda span: span[1] - span[0])]
            examples += [
                Example(values=view.values(*span), is_lead=one.concept is not None, cost=COST) for span in spans
            ]
        weights, bias = learn(examples, FEATURES, rounds=ROUNDS, seed=SEED)
        model = Model(weights=weights, bias=bias, threshold=0.0, concepts=())
    assert model is not None
    return model


def with_concepts(model: Model, texts: list[Text]) -> Model:
    some = []
    for one in texts:
        if one.concept is not None:
            view = View("", one.text)
            best = view.best(model)
            assert best is not None
            some.append((one.concept, view.values(best.first, best.last)))
    concepts = learn_concepts(some, rounds=CONCEPT_ROUNDS, seed=SEED, cost=CONCEPT_COST)
    return replace(model, concepts=concepts, threshold=THRESHOLD)


def at_one_in_twenty(quiet: list[float]) -> float:
    """The threshold that one in twenty of these scores lies above."""
    return sorted(quiet)[-(len(quiet) // 20) - 1] if quiet else 0.0


def folds(texts: list[Text]) -> None:
    """Each writer judged by a model of all the others: what it brings up at one false lead in twenty quiet texts."""
    scored: list[tuple[Text, float, str]] = []
    for writer in sorted({one.writer for one in texts}):
        rest = [one for one in texts if one.writer != writer]
        model = with_concepts(train(rest), rest)
        for one in texts:
            if one.writer == writer:
                view = View("", one.text)
                best = view.best(model)
                assert best is not None
                scored.append((one, best.score + THRESHOLD, model.concept(view.values(best.first, best.last))))
    limit = at_one_in_twenty([value for one, value, _ in scored if one.concept is None])
    print(f"threshold {limit:.3f} at one false lead in twenty quiet texts of unknown writers")
    report(scored, limit)


def report(scored: list[tuple[Text, float, str]], limit: float) -> None:
    for writer in [*sorted({one.writer for one, _, _ in scored}), ""]:
        of = [each for each in scored if writer in ("", each[0].writer)]
        leads = [each for each in of if each[0].concept is not None]
        up = [each for each in leads if each[1] > limit]
        quiet = [value for one, value, _ in of if one.concept is None]
        false = sum(value > limit for value in quiet)
        right = sum(one.concept == named for one, _, named in up)
        print(
            f"{writer or 'all':22} leads {len(up):3}/{len(leads):3} = {len(up) / max(1, len(leads)):.2f}"
            f"   false {false:2}/{len(quiet):3}   concept right {right}/{len(up)}"
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--folds", action="store_true")
    options = parser.parse_args()
    texts = read(HERE / "texts")
    if options.folds:
        folds(texts)
        return 0
    made = shipped_bytes(texts)
    path = Path(str(DATA)) / "weights.bin"
    if options.check:
        same = path.read_bytes() == made
        print(f"{path.name}: {'is' if same else 'is NOT'} what the texts give")
        return 0 if same else 1
    path.write_bytes(made)
    print(f"{path}: {len(made)} bytes from {len(texts)} texts")
    return 0


def shipped_bytes(texts: list[Text]) -> bytes:
    digest = hashlib.sha256("\n".join(f"{one.concept} {one.text}" for one in texts).encode()).hexdigest()
    return spelled(with_concepts(train(texts), texts), {"texts": digest})


if __name__ == "__main__":
    sys.exit(main())
