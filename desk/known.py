"""From what a user types to what is known: a page by its URL, with near misses where there is none."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from spiders.provinces import like_province, province_named
from spiders.registry import load_registry
from spiders.source_file import near_miss
from storage import pages, sources, subjects
from storage.errors import ConfigError
from storage.urls import url_key

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from storage.database import Connection
    from storage.records import Page


def page_named(conn: Connection, url: str) -> Page:
    """The page of a URL as a user writes it. Raises ConfigError, naming what is near."""
    written = url if "://" in url else f"http://{url}"
    try:
        page = pages.by_url(conn, written)
    except ValueError as problem:
        raise ConfigError(f"{url}: no http or https address; write it as `longarm urls list` shows it") from problem
    if page is not None:
        return page
    near = difflib.get_close_matches(written, subjects.urls_beside(conn, url_key(written)), 1, cutoff=0.8)
    hint = f"did you mean {near[0]}?" if near else "`longarm urls list` shows the known ones"
    raise ConfigError(f"{url}: not a known page; {hint}")


def province(option: str, value: str | None, known: Collection[str | None]) -> str | None:
    """A province as sources write it, from any of its names. Raises ConfigError where no source is of it."""
    if value is None or value in known:
        return value
    found = province_named(value)
    if found is not None and found in known:
        return found
    if found is not None:
        raise ConfigError(f"{option} {value!r}: no source is of {found}; `longarm sources list` shows which there are")
    near = like_province(value)
    hint = f"did you mean {near}?" if near else f"known are {', '.join(sorted(filter(None, known)))}"
    raise ConfigError(f"{option} {value!r} is unknown; {hint}")


def must_be_source(name: str, known: Collection[str], option: str = "") -> None:
    """Refuse an id that is no source's, naming what is near. `option`: where it was written."""
    if name not in known:
        near = difflib.get_close_matches(name, sorted(known), 1)
        hint = f"did you mean {near[0]}?" if near else "`longarm sources list` names them"
        raise ConfigError(f"{option} {name}: no source of that id; {hint}".lstrip())


def known_sources(conn: Connection, data_dir: Path) -> set[str]:
    """The ids of all sources: those of the registry, and those that the database remembers."""
    stored = sources.load(conn, include_disabled=True)
    return {str(source.id) for source in (*stored, *load_registry(data_dir))}


def must_be(option: str, value: str | None, known: Sequence[str]) -> None:
    """Refuse an option's value that is none of the known ones, naming what is near."""
    if value is not None and value not in known:
        raise ConfigError(f"{option} {value!r} is unknown; {near_miss(value, tuple(known))}")
