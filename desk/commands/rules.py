"""`longarm rules check|test|list`: read the rule files, run their examples, show what is in force."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from alerts.examples import failures
from alerts.rulebook import load_rules

if TYPE_CHECKING:
    import argparse

    from alerts.rulebook import Rulebook
    from desk.session import Desk


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


def run(options: argparse.Namespace, desk: Desk) -> int:
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
