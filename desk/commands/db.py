"""`longarm db upgrade`: bring the database to this version's schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage import runs, schema
from storage.errors import ConfigError

if TYPE_CHECKING:
    import argparse

    from desk.session import Desk


def configure(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    verbs.add_parser("upgrade", help="migrate the database, in one transaction; copy the data folder first")


def run(_options: argparse.Namespace, desk: Desk) -> int:
    config = desk.config
    if not config.data_dir.is_dir():
        raise ConfigError(f"{config.data_dir}: no data folder; run `longarm init`, or name another with --data")
    with runs.lock(config.data_dir):
        schema.upgrade(config)
    if not desk.quiet:
        print(f"database: schema {schema.revisions()[-1]}")
    return 0
