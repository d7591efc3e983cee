"""`longarm sources`: the registry with each source's health, switching sources on and off, trying and adding them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from alerts import silence
from alerts.phrases import plural
from alerts.render_json import stamp
from alerts.wording import words
from desk import adding, json_out, trial
from desk.coverage import coverage
from desk.crawling import plain
from desk.files import write_whole
from desk.known import must_be, must_be_source, province
from desk.moments import local
from desk.switches import switched
from spiders.platforms import PLATFORMS
from spiders.registry import ENABLED, load_registry, read_switches, written_enabled
from spiders.source_file import AGENCIES, LEVELS
from storage import alarms, feeds, sources, standings
from storage.errors import ConfigError
from storage.feed_health import FeedHealth

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from desk.session import Desk
    from storage.records import Source, SourceId

_UNSEEN = FeedHealth(health="never-seen", error=None, since=None, message=None, last_ok=None, last_new=None)


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="every source with its health")
    listing.add_argument("--agency", metavar="A", help=", ".join(AGENCIES))
    listing.add_argument("--province", metavar="P", help="only sources of this province: 浙江 or Zhejiang")
    listing.add_argument("--level", metavar="L", help=", ".join(LEVELS))
    listing.add_argument("--enabled", action="store_true", help="only sources that are switched on")
    listing.add_argument("--platform", metavar="N", help=", ".join(PLATFORMS))
    listing.add_argument("--json", action="store_true", help="one JSON object a line")
    for word in ("enable", "disable"):
        switch = actions.add_parser(word, help=f"{word} sources; written to sources/{ENABLED} in the data folder")
        switch.add_argument("ids", metavar="ID", nargs="*", help="a source's id")
        switch.add_argument("--agency", metavar="A", help="all sources of this kind of agency")
        switch.add_argument("--province", metavar="P", help="all sources of this province")
        switch.add_argument("--all", action="store_true", help="all sources")
        switch.add_argument("--unverified", action="store_true", help="also those whose start page nobody has seen yet")
    check = actions.add_parser("check", help="try sources without storing anything")
    check.add_argument("ids", metavar="ID", nargs="*", help="a source's id")
    check.add_argument("--all", action="store_true", help="every source that is switched on")
    add = actions.add_parser("add", help="recognise a list page's platform and print a source entry to paste")
    add.add_argument("url", metavar="URL", help="the address of a list page, a feed or a sitemap")
    add.add_argument("--write", action="store_true", help="append the entry to sources/added.yaml in the data folder")


def run(options: argparse.Namespace, desk: Desk) -> int:
    if options.action == "list":
        return _list(options, desk)
    if options.action == "add":
        return adding.add(desk, options.url, write=options.write)
    registry = load_registry(desk.config.data_dir, desk.config.vantage)
    if options.action == "check":
        return _check(options, desk, registry)
    return _switch(options, desk, registry)


def _list(options: argparse.Namespace, desk: Desk) -> int:
    must_be("--agency", options.agency, AGENCIES)
    must_be("--level", options.level, LEVELS)
    must_be("--platform", options.platform, ("auto", *PLATFORMS))
    registry = {source.id: source for source in load_registry(desk.config.data_dir, desk.config.vantage)}
    now, zone = desk.clock(), desk.config.digest.zone
    with desk.database.read() as conn:
        # Sources of a `--sources FILE` are remembered: they are in no file that we know, but in the database.
        known = {**{source.id: source for source in sources.load(conn, include_disabled=True)}, **registry}
        held = alarms.at(conn, now + timedelta(milliseconds=1))
        health = silence.judge(feeds.health(conn, now), standings.losses(conn), held)
        pages = sources.page_counts(conn)
        recognised = {due.source.id: due.platform for due in feeds.due(conn, now, everything=True) if due.platform}
    options.province = province("--province", options.province, {source.province for source in known.values()})
    rows: list[dict[str, object]] = []
    # Whoever runs this looks for their own first; the shipped ones are hundreds.
    for source in sorted(known.values(), key=lambda one: (one.origin == "shipped", one.id)):
        platform = _platform(source, recognised)
        if _is_wanted(source, platform, options):
            found = health.get(source.id, _UNSEEN)
            row = _row(source, platform, found, pages.get(source.id, 0))
            rows.append(row)
            line = json_out.line(row) if options.json else desk.typed(_line(row, found.last_new, zone))
            print(line)
    if not options.json:
        print("\n".join(("", *coverage(rows))))
    return 0


def _platform(source: Source, recognised: Mapping[SourceId, str]) -> str:
    """The platform its feeds name, or the one that was recognised; `auto` until then."""
    named = next((feed.platform for feed in source.feeds if feed.platform != "auto"), None)
    return named or recognised.get(source.id, "auto")


def _is_wanted(source: Source, platform: str, options: argparse.Namespace) -> bool:
    return (
        options.agency in (None, source.agency)
        and options.province in (None, source.province)
        and options.level in (None, source.level)
        and options.platform in (None, platform)
        and (source.enabled or not options.enabled)
    )


def _row(source: Source, platform: str, health: FeedHealth, pages: int) -> dict[str, Any]:
    return {
        "source": source.id,
        "name": source.name,
        "agency": source.agency,
        "level": source.level,
        "province": source.province,
        "platform": platform,
        "enabled": source.enabled,
        "health": health.health,
        "error": str(health.error) if health.error else None,
        "last_ok": stamp(health.last_ok),
        "last_new": stamp(health.last_new),
        "pages": pages,
        "verified": source.verified,
        "message": health.message or (None if source.feeds else source.needs),
        "since": stamp(health.since),
        "alarms": [
            {
                "kind": one.kind,
                "since": stamp(one.since),
                "raised": stamp(one.raised_at),
                "feed": one.feed_id or None,
                "message": one.detail,
            }
            for one in health.alarms
        ],
    }


def _line(row: Mapping[str, Any], last_new: datetime | None, zone: ZoneInfo) -> str:
    when = local(last_new, zone) if last_new else "-"
    switch = "on " if row["enabled"] else "off"
    said = f"{switch} {row['health']:<11} {row['pages']!s:>6} pages  new {when:<25}  {row['source']}  {row['name']}"
    alarms = dict.fromkeys(f"{one['kind']}: {one['message']}" for one in row["alarms"])
    unseen = row["enabled"] and row["health"] == "never-seen"
    todo = [f"`longarm crawl --source {row['source']}` looks at it now"] if unseen else []
    cause = [words("error", row["error"]).both] if row["error"] else []
    notes = "; ".join([*cause, *(alarms or ([row["message"]] if row["message"] else [])), *todo])
    return plain(said + (f"  ! {notes}" if notes else ""))


def _switch(options: argparse.Namespace, desk: Desk, registry: Sequence[Source]) -> int:
    on = options.action == "enable"
    chosen = _chosen(options, registry)
    homeless = [source for source in chosen if on and not source.feeds]
    unseen = [source for source in chosen if on and source.feeds and not (source.verified or options.unverified)]
    if options.ids:
        _refuse(homeless, unseen)
    changed = [source.id for source in chosen if source not in unseen and source not in homeless]
    folder = desk.config.data_dir
    text = switched(read_switches(folder), changed, enabled=on, written=written_enabled(folder))
    write_whole(folder / "sources" / ENABLED, [text.encode("utf-8")])
    if not desk.quiet:
        print(f"{plural(len(changed), 'source')} switched {'on' if on else 'off'}")
        if unseen:
            print(f"{len(unseen)} left off because nobody has seen their start pages; --unverified includes them")
        if homeless:
            print(
                f"{len(homeless)} left off because their start pages are not known; `sources list` says what they need"
            )
    # Asked for, and nothing came of it: that wants a look.
    return 0 if changed else 1


def _refuse(homeless: Sequence[Source], unseen: Sequence[Source]) -> None:
    """Who names a source wants that one: say why it is not switched on."""
    if homeless:
        raise ConfigError(
            f"{homeless[0].id}: its start page is not known ({homeless[0].needs}); "
            "write start: [http://…] for it in a file of your sources/, which switches it on too"
        )
    if unseen:
        raise ConfigError(
            f"{unseen[0].id}: nobody has seen its start page yet; `longarm sources check {unseen[0].id}` tries it, "
            "--unverified switches it on all the same"
        )


def _chosen(options: argparse.Namespace, registry: Sequence[Source]) -> list[Source]:
    must_be("--agency", options.agency, AGENCIES)
    if not (options.ids or options.agency or options.province or options.all):
        raise ConfigError(f"sources {options.action}: name an ID, or --agency A, --province P, --all")
    options.province = province("--province", options.province, {source.province for source in registry})
    by_id = _named(options.ids, registry)
    found = by_id or [
        source
        for source in registry
        if options.agency in (None, source.agency) and options.province in (None, source.province)
    ]
    if not found:
        raise ConfigError(
            f"sources {options.action}: no source is of that agency and province; see `longarm sources list`"
        )
    return found


def _named(ids: Sequence[str], registry: Sequence[Source]) -> list[Source]:
    known = {str(source.id): source for source in registry}
    for name in ids:
        must_be_source(name, known)
    return [known[name] for name in ids]


def _check(options: argparse.Namespace, desk: Desk, registry: Sequence[Source]) -> int:
    chosen = _named(options.ids, registry) or [source for source in registry if source.enabled]
    if not options.ids and not options.all:
        raise ConfigError("sources check: name an ID, or --all for every source that is switched on")
    if not chosen:
        raise ConfigError("sources check: no source is switched on; `longarm sources enable ID` switches one on")
    return trial.check(desk, chosen)
