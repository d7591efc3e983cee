"""`longarm scan`: match the rules over every snapshot not yet scanned with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desk import pipeline
from storage import runs

if TYPE_CHECKING:
    import argparse

    from desk.session import Desk


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--all", action="store_true", help="every snapshot again, with every rule")
    parser.add_argument("--rule", metavar="ID", help="only this rule, or the rules of this concept")


def run(options: argparse.Namespace, desk: Desk) -> int:
    with runs.lock(desk.config.data_dir):
        report = pipeline.scan(desk, rule_id=options.rule, everything=options.all)
    if not desk.quiet:
        print(pipeline.told(report))
    return 0
