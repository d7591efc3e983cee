"""What we watch: the shipped sources, the data folder's laid over them, or one file given by hand."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from spiders.platforms import PLATFORMS
from spiders.source_file import SourceRow, errors_of, explain, near_miss
from spiders.yaml_lines import Where, Written, parse_yaml, read_yaml
from storage.errors import ConfigError, Mistakes
from storage.records import Feed, FeedId, Follow, Source, SourceId
from storage.urls import url_key

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from pydantic_core import ErrorDetails

    from spiders.source_file import FollowRow, StartRow
    from storage.records import Option

SHIPPED = Path(__file__).parent / "sources"
ENABLED = "enabled.yaml"
"""In the data folder's `sources/`: what `sources enable` and `sources disable` said."""

Row = dict[str, object]


class _Entry:
    """One source's keys as written, with the file and the place in it that each came from."""

    def __init__(self, row: Row, written: Written, at: Where, origin: str) -> None:
        self.row = dict(row)
        self.origin = origin
        self.written = written
        self.at = at
        self.places: dict[str, tuple[Written, Where]] = dict.fromkeys(row, (written, at))

    def overlay(self, other: _Entry) -> None:
        """Lay `other` over this, key by key; within `name` and `follow` too."""
        for key, value in other.row.items():
            below = self.row.get(key)
            if isinstance(value, dict) and isinstance(below, dict):
                self.row[key] = {**below, **value}
            else:
                self.row[key] = value
            self.places[key] = (other.written, other.at)
        self.written, self.at = other.written, other.at

    def source(self, vantages: Collection[str] | None) -> Source:
        """The source, checked; `vantages` as for load_registry. Raises ConfigError with all that is wrong with it."""
        mistakes = Mistakes()
        row = dict(self.row)
        if isinstance(row.get("name"), str):
            row["name"] = {"zh": row["name"]}
        if isinstance(row.get("start"), str):
            row["start"] = [row["start"]]
        start = row.get("start")
        if isinstance(start, list):
            row["start"] = [{"url": item} if isinstance(item, str) else item for item in start]
        try:
            checked = SourceRow.model_validate(row)
        except ValidationError as problem:
            Mistakes(self._mistake(error) for error in errors_of(problem)).tell()
            raise
        if checked.enabled and not checked.start:
            written, at = self.places.get("enabled", (self.written, self.at))
            hint = f"write start: [http://…] for it in a file of your sources/ ({checked.needs})"
            mistakes.add(written.mistake((*at, "enabled"), f"{checked.id} has no start page yet; {hint}"))
        self._refuse_doubles(checked, mistakes)
        self._refuse_strange_options(checked, mistakes)
        if vantages is not None:
            self._refuse_unknown_vantages(checked, vantages, mistakes)
        mistakes.tell()
        return _source(checked, self.origin)

    def _mistake(self, error: ErrorDetails) -> ConfigError:
        own = (self.written, self.at)
        return explain(error, *(self.places.get(str(error["loc"][0]), own) if error["loc"] else own))

    def _refuse_strange_options(self, checked: SourceRow, mistakes: Mistakes) -> None:
        """The source's options fit one of its feeds' platforms, a feed's own its platform."""
        platforms = [start.platform or checked.platform for start in checked.start]
        written, at = self.places.get("options", (self.written, self.at))
        for key, value in checked.options.items():
            with mistakes.gathered():
                _refuse_option(key, value, platforms, written, (*at, "options", key))
        written, at = self.places["start"]
        for number, (start, platform) in enumerate(zip(checked.start, platforms, strict=True)):
            for key, value in start.options.items():
                with mistakes.gathered():
                    _refuse_option(key, value, [platform], written, (*at, "start", number, "options", key))

    def _refuse_unknown_vantages(self, checked: SourceRow, vantages: Collection[str], mistakes: Mistakes) -> None:
        """A source that is off and names no way out waits for nothing: the default it would take may be missing."""
        key = "vantages" if checked.vantages else "vantage"
        if key not in self.places and not checked.enabled:
            return
        written, at = self.places.get(key, (self.written, self.at))
        for number, name in enumerate(checked.vantages or (checked.vantage,)):
            if name not in vantages:
                near = get_close_matches(name.lower(), sorted(vantages), len(vantages) or 1, 0.6)
                known = ", ".join([*near, *sorted(set(vantages) - set(near))])
                hint = f"did you mean {near[0]}? known are" if near else f"write [vantage.{name}] there, or one of"
                what = f"{checked.id}: vantage {name!r} is no section of longarm.toml; {hint} {known}"
                where = (*at, key, number) if checked.vantages else (*at, key)
                mistakes.add(written.mistake(where, what))

    def _refuse_doubles(self, checked: SourceRow, mistakes: Mistakes) -> None:
        seen: set[str] = set()
        written, at = self.places["start"]
        for number, start in enumerate(checked.start):
            key = url_key(start.url)
            if key in seen:
                what = f"start: {start.url} stands twice in {checked.id}; remove one of them"
                mistakes.add(written.mistake((*at, "start", number), what))
            seen.add(key)


def load_file(path: Path, vantages: Collection[str] | None = None) -> list[Source]:
    """Exactly the sources of one file (`--sources FILE`); `vantages` as for load_registry.

    Raises ConfigError `FILE:LINE: what; what to write instead`, for a file without any source too.
    """
    mistakes = Mistakes()
    sources = _checked(_read([path], str(path), mistakes).values(), mistakes, vantages)
    if not sources:
        raise ConfigError(
            f"{path}:1: no source in this file; write sources: and under it - id: … (see docs/sources.md)"
        )
    return sources


def parse_rows(text: str, path: Path) -> list[Source]:
    """The sources of a YAML text that stands, or will stand, in `path`. Raises ConfigError like load_file."""
    mistakes = Mistakes()
    entries: dict[str, _Entry] = {}
    _collect(entries, parse_yaml(text, path), "user", mistakes)
    return _checked(entries.values(), mistakes)


def load_registry(data_dir: Path, vantages: Collection[str] | None = None) -> list[Source]:
    """The shipped sources, overlaid by the data folder's `sources/*.yaml` and by what `sources enable` said there.

    `vantages`: the names of all ways out; a source that names another is a mistake (None: that is not looked at).
    Raises ConfigError `FILE:LINE: what; what to write instead`, a line for each mistake of all the files.
    """
    folder = data_dir / "sources"
    mistakes = Mistakes()
    entries = _shipped(mistakes)
    explicit: dict[str, object] = {}
    for name, own in _read(_files(folder, without=ENABLED), "user", mistakes).items():
        if "enabled" in own.row:
            explicit[name] = own.row["enabled"]
        if name in entries:
            # A whole entry is the user's own and on like any of theirs; a partial one changes what it names.
            if "start" in own.row:
                own.row.setdefault("enabled", True)
            entries[name].overlay(own)
        else:
            with mistakes.gathered():
                _refuse_stray(own, entries)
                entries[name] = own
    with mistakes.gathered():
        for name, switch in read_switches(data_dir).items():
            # The last to speak wins: a switch gives way where the person has since written otherwise by hand.
            if name in entries and explicit.get(name) == switch.instead_of:
                entries[name].row["enabled"] = switch.enabled
    return _checked(entries.values(), mistakes, vantages)


def load_shipped() -> list[Source]:
    """The sources that come with the program, all switched off."""
    mistakes = Mistakes()
    return _checked(_shipped(mistakes).values(), mistakes)


def _checked(entries: Iterable[_Entry], mistakes: Mistakes, vantages: Collection[str] | None = None) -> list[Source]:
    """The entries' sources. Raises ConfigError with what is wrong with any of them, and what was gathered before."""
    sources = []
    for entry in entries:
        with mistakes.gathered():
            sources.append(entry.source(vantages))
    mistakes.tell()
    return sources


def written_enabled(data_dir: Path) -> dict[str, object]:
    """What the user's own files say under `enabled`, by source id; absent where they say nothing."""
    mistakes = Mistakes()
    rows = _read(_files(data_dir / "sources", without=ENABLED), "user", mistakes)
    mistakes.tell()
    return {name: entry.row["enabled"] for name, entry in rows.items() if "enabled" in entry.row}


class Switch:
    """One word of `sources enable`: `instead_of` is what the user's own file said at that time, or None."""

    def __init__(self, enabled: bool, instead_of: object = None) -> None:
        self.enabled = enabled
        self.instead_of = instead_of


def read_switches(data_dir: Path) -> dict[str, Switch]:
    """What `sources enable` and `sources disable` wrote, by source id. Raises ConfigError."""
    path = data_dir / "sources" / ENABLED
    if not path.exists():
        return {}
    switches: dict[str, Switch] = {}
    mistakes = Mistakes()
    written = read_yaml(path)
    for at, row in _rows(written, mistakes):
        name, enabled = row.get("id"), row.get("enabled")
        for key in row:
            if key not in ("id", "enabled", "instead_of"):
                what = f"unknown key {key} in {ENABLED}; write other settings in a file of your own beside it"
                mistakes.add(written.mistake((*at, key), what))
        if isinstance(name, str) and isinstance(enabled, bool):
            switches[name] = Switch(enabled, row.get("instead_of"))
        else:
            what = "a switch needs id and enabled; write - {id: SOURCE, enabled: true}"
            mistakes.add(written.mistake(at, what))
    mistakes.tell()
    return switches


def _shipped(mistakes: Mistakes) -> dict[str, _Entry]:
    entries = _read(_files(SHIPPED), "shipped", mistakes)
    for entry in entries.values():
        # Nobody's first command visits hundreds of state sites: each is off until a person switches it on.
        entry.row.setdefault("enabled", False)
    return entries


def _files(folder: Path, without: str = "") -> list[Path]:
    found = [path for pattern in ("*.yaml", "*.yml") for path in folder.glob(pattern)]
    return sorted(path for path in found if path.name != without and not path.name.startswith("."))


def _read(paths: Iterable[Path], origin: str, mistakes: Mistakes) -> dict[str, _Entry]:
    """The entries of all the files by id; what cannot be read as one is gathered."""
    entries: dict[str, _Entry] = {}
    for path in paths:
        with mistakes.gathered():
            _collect(entries, _as_shipped(path) if origin == "shipped" else read_yaml(path), origin, mistakes)
    return entries


@cache
def _as_shipped(path: Path) -> Written:
    """A file that came with the program, read once a process; entries copy what they change."""
    return read_yaml(path)


def _collect(entries: dict[str, _Entry], written: Written, origin: str, mistakes: Mistakes) -> None:
    """Add one file's entries to those of the files before it."""
    for at, row in _rows(written, mistakes):
        name = row.get("id")
        if not isinstance(name, str):
            # Only the checks of SourceRow know how to say what is wrong with it.
            with mistakes.gathered():
                _Entry(row, written, at, origin).source(None)
        elif name in entries:
            first = entries[name]
            what = (
                f"id {name} stands already in {first.written.path}:{first.written.line((*first.at, 'id'))}; "
                "write another id here, or remove one of the two entries"
            )
            mistakes.add(written.mistake((*at, "id"), what))
        else:
            entries[name] = _Entry(row, written, at, origin)


def _rows(written: Written, mistakes: Mistakes) -> Iterable[tuple[Where, Row]]:
    """The entries of a file, each with its place in it; what is none is gathered."""
    if written.value is None:
        # A file of comments only, such as the example that `init` writes, lists nothing.
        return
    if not isinstance(written.value, dict):
        what = "a sources file is one list `sources:`; write sources: and the entries under it"
        mistakes.add(written.mistake((), what))
        return
    for key in written.value:
        if key != "sources":
            what = f"unknown key {key}; {near_miss(key, ('sources',))} (entries stand under sources:)"
            mistakes.add(written.mistake((key,), what))
    rows = written.value.get("sources")
    if rows is None:
        return
    if not isinstance(rows, list):
        what = "sources: is no list; write each entry as `- id: …` under it"
        mistakes.add(written.mistake(("sources",), what))
        return
    for number, row in enumerate(rows):
        at: Where = ("sources", number)
        if isinstance(row, dict):
            yield at, row
        else:
            mistakes.add(written.mistake(at, "an entry is a mapping; write - id: … and its keys under it"))


def _refuse_stray(own: _Entry, entries: Mapping[str, _Entry]) -> None:
    """A partial entry of no shipped id is most likely a mistyped id; say so before its missing keys are named."""
    name = str(own.row["id"])
    is_partial = "start" not in own.row and own.row.keys() <= SourceRow.model_fields.keys()
    if is_partial and near_miss(name, list(entries)).startswith("did"):
        raise own.written.mistake(
            (*own.at, "id"),
            f"start is missing, and no shipped source is called {name}; {near_miss(name, list(entries))}",
        )


def _source(row: SourceRow, origin: str) -> Source:
    name = SourceId(row.id)
    return Source(
        id=name,
        name_zh=row.name.zh,
        name_en=row.name.en,
        agency=row.agency,
        level=row.level,
        province=row.province,
        place=row.place,
        lang=row.lang,
        feeds=tuple(_feed(row, start) for start in row.start),
        enabled=row.enabled,
        robots=row.robots,
        every_seconds=int(row.every.total_seconds()),
        vantage=row.vantages[0] if row.vantages else row.vantage,
        vantages=row.vantages[1:],
        proxy_only=row.proxy_only,
        render=row.render,
        render_hosts=row.render_hosts,
        silent_after_seconds=int(row.silent_after.total_seconds()) if row.silent_after else None,
        verified=row.verified,
        needs=row.needs,
        origin=origin,
    )


def _feed(row: SourceRow, start: StartRow) -> Feed:
    return Feed(
        id=FeedId(f"{row.id}/{url_key(start.url)}"),
        source_id=SourceId(row.id),
        url=start.url,
        name=start.name,
        platform=start.platform or row.platform,
        every_seconds=int((start.every or row.every).total_seconds()),
        follow=_follow(row.follow, start.follow),
        same=row.same,
        options=_options(row.options | start.options, start.platform or row.platform),
    )


def _refuse_option(key: str, value: Option, platforms: list[str], written: Written, where: Where) -> None:
    known = [name for platform in platforms if platform in PLATFORMS for name in PLATFORMS[platform].options]
    if key in known:
        words = [word for name in platforms if name in PLATFORMS for word in PLATFORMS[name].choices.get(key, ())]
        if words and value not in words:
            raise written.mistake(where, f"option {key} {value!r} is unknown; {near_miss(str(value), words)}")
        return
    named = " or ".join(dict.fromkeys(platforms))
    hint = near_miss(key, known) if known else "it has none; name a platform that has, or remove it"
    raise written.mistake(where, f"unknown option {key} for platform {named}; {hint}")


def _options(said: Mapping[str, Option], platform: str) -> dict[str, Option]:
    """Those options that are this feed's platform's."""
    known = PLATFORMS[platform].options if platform in PLATFORMS else {}
    return {name: value for name, value in said.items() if name in known}


def _follow(own: FollowRow, over: FollowRow | None) -> Follow:
    """The source's `follow` with what the feed's own says laid over it, key by key."""
    values = own.model_dump() | (over.model_dump(exclude_unset=True) if over else {})
    return Follow(**values)
