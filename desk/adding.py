"""`longarm sources add URL`: look at a list, recognise its platform, write down what is known of it."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from alerts.phrases import plural
from crawler.reading.reader import read
from desk.crawling import plain, ways_lost
from desk.files import write_whole
from desk.naming import guess
from desk.trial import newest_of, said_of, try_out
from spiders.platforms import read_entries, recognise
from spiders.registry import load_registry, parse_rows
from storage.errors import ConfigError, Quarantine
from storage.findings import DocumentKind
from storage.urls import url_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desk.naming import Guess
    from desk.session import Desk
    from desk.trial import Looks
    from spiders.platforms import ListPage
    from storage.records import Entry, Source

ADDED = "added.yaml"
_NO_PAGE = 400


def add(desk: Desk, url: str, *, write: bool) -> int:
    """Look at `url`, recognise its platform, print an entry; `write` appends it to sources/added.yaml.

    Gives 1 where a person must look: it is there already, no list is there, or what is there is no list.
    """
    known = load_registry(desk.config.data_dir, desk.config.vantage)
    name = _id_for(url, {str(source.id) for source in known})
    same = _same(url, known)
    if same is not None:
        how = "it is on" if same.enabled else desk.typed(f"`longarm sources enable {same.id}` switches it on")
        print(plain(f"{url}: is the start page of {same.id} already ({same.name}); {how}"), file=sys.stderr)
        return 1
    source = parse_rows(_entry(name, url, "auto", name, guess("", "")), Path("URL"))[0]
    look = try_out(desk, source, pages_wanted=0)
    pages = [page for _, page in look.lists if page is not None and page.status < _NO_PAGE]
    if not pages:
        print(plain(f"{url}: {_why(look, source)}; no list there, nothing to add"), file=sys.stderr)
        return 1
    # A shell leads on to the list, a tree to several, of which some are empty: what lists most says what it is.
    seen = [(recognise(page), page) for page in reversed(pages)]
    found = [(platform, page, read_entries(platform, page, source.feeds[0])) for platform, page in seen]
    platform, best, entries = max(found, key=lambda one: len(one[2]))
    titles = (" ".join("".join(node.itertext()).split())[:60] for page in pages for node in page.tree.iter("title"))
    title = next(filter(None, titles), "")
    text = _entry(name, url, platform.name, title or name, guess(title, urlsplit(url).hostname or "", known))
    print(text, end="")
    print(plain(f"{plural(len(entries), 'entry', 'entries')}{newest_of(entries)}"), file=sys.stderr)
    doubt = _doubt(best, entries)
    if doubt:
        print(plain(f"warning: {doubt}"), file=sys.stderr)
    if write:
        _append(desk.config.data_dir / "sources" / ADDED, text)
    return 1 if doubt else 0


def _same(url: str, known: Sequence[Source]) -> Source | None:
    """The source that has this address as a start page already."""
    key = url_key(url)
    return next((source for source in known if any(url_key(feed.url) == key for feed in source.feeds)), None)


def _why(look: Looks, source: Source) -> str:
    said = (*ways_lost(look.report), *(said_of(capture) for capture, _ in look.lists))
    return next(iter(said), look.report.messages.get(source.id, "no answer"))


def _doubt(page: ListPage, entries: Sequence[Entry]) -> str | None:
    """Why this is perhaps no list at all."""
    if not entries:
        return "nothing is listed here; give the address of the column's list"
    if len(entries) > 2 or any(one.listed_on for one in entries) or "html" not in (page.media_type or "html"):
        return None
    try:
        document = read(page.body, media_type=page.media_type, charset=None, url=page.url, status=page.status)
    except Quarantine:
        return None
    if document.kind is DocumentKind.ARTICLE:
        return "this reads as an article, not as a list; give the address of the column that lists it"
    return None


def _append(path: Path, text: str) -> None:
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    after = before.rstrip("\n") + "\n" + text.partition("\n")[2] if before.strip() else text
    # What we would write must be readable with what stands there already.
    parse_rows(after, path)
    write_whole(path, [after.encode("utf-8")])
    print(f"appended to {path}; change what is a guess where it is wrong", file=sys.stderr)


def _entry(name: str, url: str, platform: str, title: str, known: Guess) -> str:
    said = "".join(char for char in title.replace("\\", "").replace('"', "'") if char.isprintable())
    because = {True: "by its name", False: "a guess"}
    lines = [
        "sources:",
        f'  - id: "{name}"',
        f'    name: {{zh: "{said}"}}',
        f"    agency: {known.agency}   # {because['agency' in known.told]}; docs/sources.md has the words",
        f"    level: {known.level}   # {because['level' in known.told]}: national province prefecture county",
        *([f"    province: {known.province}"] if known.province else []),
        *([f"    place: {known.place}"] if known.place else []),
        f'    start: ["{url}"]',
        f"    platform: {platform}",
    ]
    return "\n".join(lines) + "\n"


def _id_for(url: str, known: set[str]) -> str:
    try:
        url_key(url)
    except ValueError as problem:
        raise ConfigError(f"{url}: no web address; write http://www.example.gov.cn/list/index.html") from problem
    parts = urlsplit(url)
    host = re.sub(r"^www\.|\.(?:gov|org|com|net|edu)?\.?[a-z]{2,4}$", "", parts.hostname or "")
    words = [host, *[part for part in parts.path.split("/")[:-1] if part]][:3]
    name = re.sub(r"[^a-z0-9]+", "-", "-".join(words).lower()).strip("-") or "source"
    number, chosen = 2, name
    while chosen in known:
        chosen, number = f"{name}-{number}", number + 1
    return chosen
