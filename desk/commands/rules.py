"""`longarm rules check|test|list|stats`: read the rule files, run their examples, show how they do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from alerts.examples import failures
from alerts.mask import shown
from alerts.rulebook import load_rules
from desk.days import beginning, day_of
from desk.learning import stats

if TYPE_CHECKING:
    import argparse

    from alerts.precision import RuleStats
    from alerts.proposals import Proposal
    from alerts.rulebook import Rulebook
    from desk.session import Desk

FEW = 10
"""Fewer judgements than this say next to nothing: the interval is wider than half the scale."""


def configure(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    for name, line in (
        ("check", "read every rule file; the first mistake is named with file, line and column"),
        ("test", "run the `alerts:` and `silent:` examples of every rule"),
        ("list", "the rules in force, with concept, severity and where they stand"),
    ):
        act = acts.add_parser(name, help=line, description=line)
        act.add_argument("files", metavar="FILE", nargs="*", type=Path, help="rule files laid over the ones in force")
        if name == "list":
            act.add_argument("--json", action="store_true", help="one object a line")
    line = "for each rule what it found, its precision from the marks, and an exclusion that would have helped"
    counting = acts.add_parser("stats", help=line, description=line)
    counting.add_argument("--since", metavar="D", help="only what was told on this day or later")
    counting.add_argument("--json", action="store_true", help="one object a line")


def run(options: argparse.Namespace, desk: Desk) -> int:
    if options.act == "stats":
        return _stats(desk, options.since, as_json=options.json)
    # Needs no data folder: where there is one, its rules/ are laid over the shipped ones.
    rulebook = load_rules(desk.data_dir if desk.data_dir.is_dir() else None, options.files)
    if options.act == "test":
        return _test(rulebook)
    if options.act == "list":
        return _list(rulebook, as_json=options.json)
    print(
        f"{len(rulebook.rules)} rules, {len(rulebook.all_sets)} sets, version {rulebook.digest[:12]}: all can be read"
    )
    return 0


def _test(rulebook: Rulebook) -> int:
    wrong = list(failures(rulebook))
    for failure in wrong:
        print(f"{failure.rule.place}: {failure.rule.id} {failure.why}: {failure.text}")
    examples = sum(len(rule.alerts) + len(rule.silent) for rule in rulebook.rules)
    print(f"{examples} examples of {len(rulebook.rules)} rules: {len(wrong)} do not hold")
    return 1 if wrong else 0


def _list(rulebook: Rulebook, *, as_json: bool) -> int:
    for rule in rulebook.rules:
        row = {"rule": rule.concept, "variant": rule.id, "severity": str(rule.severity), "digest": rule.digest[:12]}
        if as_json:
            print(json.dumps({**row, "place": rule.place, "note": rule.note}, ensure_ascii=False))
        else:
            print(f"{rule.severity:9}{rule.id:36}{rule.place}")
    return 0


def _stats(desk: Desk, written: str | None, *, as_json: bool) -> int:
    zone = desk.config.digest.zone
    today = desk.clock().astimezone(zone).date()
    found = stats(desk, since=beginning(day_of(written, "--since", today=today), zone) if written else None)
    if not as_json:
        print(f"{'rule':36}{'hits':>6}{'alerts':>7}{'right':>6}{'wrong':>6}{'aside':>6}{'30 d':>5}  precision (95 %)")
    for one, proposal in found:
        print(json.dumps(_row(one, proposal), ensure_ascii=False) if as_json else _line(one))
    for _, proposal in found:
        if proposal is not None and not as_json:
            print(f"\n# {shown(proposal.variant)}: {proposal.why}. To try it, a file in rules/ of the data folder:")
            print("\n".join(shown(line) for line in proposal.yaml.rstrip().split("\n")))
    return 0


def _line(one: RuleStats) -> str:
    counts = f"{one.hits:6}{one.alerts:7}{one.right:6}{one.wrong:6}{one.aside:6}{one.recent:5}"
    if one.precision is None or one.interval is None:
        return f"{one.variant:36}{counts}  nobody judged one yet"
    low, high = one.interval
    few = ", too few to tell" if one.judged < FEW else ""
    return f"{one.variant:36}{counts}  {one.precision:.2f} ({low:.2f}-{high:.2f}, n={one.judged}{few})"


def _row(one: RuleStats, proposal: Proposal | None) -> dict[str, object]:
    return {
        "rule": one.concept,
        "variant": one.variant,
        "hits": one.hits,
        "alerts": one.alerts,
        "relevant": one.right,
        "irrelevant": one.wrong,
        "irrelevant_otherwise": one.aside,
        "disputed": one.disputed,
        "false_alarms_30d": one.recent,
        "n": one.judged,
        "precision": None if one.precision is None else round(one.precision, 4),
        "interval": None if one.interval is None else [round(end, 4) for end in one.interval],
        "proposal": None if proposal is None else {"yaml": proposal.yaml, "why": proposal.why},
    }
