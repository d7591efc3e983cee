"""`longarm crawl`: discover and capture what is new, now."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from desk.crawling import NONE_ON, Select, said, work
from desk.days import day_of
from desk.known import must_be, must_be_source
from desk.known import province as province_of
from spiders.registry import load_file, load_registry
from spiders.source_file import AGENCIES
from storage.errors import ConfigError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from desk.session import Desk
    from storage.records import Source


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--source", metavar="ID", action="append", help="only this source (may be given again)")
    parser.add_argument("--sources", metavar="FILE", type=Path, help="exactly this file's sources, and no others")
    parser.add_argument("--agency", metavar="A", help="only sources of this kind of agency")
    parser.add_argument("--province", metavar="P", help="only sources of this province")
    parser.add_argument("--max-pages", metavar="N", type=int, help="look at N pages at most")
    parser.add_argument(
        "--since", metavar="DATE", help="walk the lists' archives back to this day, leave out what is older"
    )


def run(options: argparse.Namespace, desk: Desk) -> int:
    if options.max_pages is not None and options.max_pages < 0:
        raise ConfigError(f"--max-pages {options.max_pages}: write 0 or more")
    today = desk.clock().astimezone(desk.config.digest.zone).date()
    since = day_of(options.since, "--since", today=today) if options.since else None
    ways = desk.config.vantage
    registry = load_file(options.sources, ways) if options.sources else load_registry(desk.config.data_dir, ways)
    chosen = narrow(registry, ids=options.source, agency=options.agency, province=options.province)
    if not chosen and not desk.quiet:
        print(f"longarm: {desk.typed(NONE_ON)}", file=sys.stderr)
    select = Select(
        everything=True,
        source_ids=tuple(source.id for source in chosen),
        max_pages=options.max_pages,
        since=since,
    )
    return said(work(desk, select, registry=registry), quiet=desk.quiet)


def narrow(
    registry: Sequence[Source], *, ids: Sequence[str] | None, agency: str | None, province: str | None
) -> list[Source]:
    """The enabled sources that the options choose. ConfigError for an id that is unknown or switched off."""
    must_be("--agency", agency, AGENCIES)
    province = province_of("--province", province, {source.province for source in registry})
    known = {str(source.id): source for source in registry}
    for name in ids or ():
        must_be_source(name, known, "--source")
        if not known[name].enabled:
            raise ConfigError(f"--source {name}: switched off; `longarm sources enable {name}` switches it on")
    return [
        source
        for source in registry
        if source.enabled
        and (not ids or source.id in ids)
        and agency in (None, source.agency)
        and province in (None, source.province)
    ]
