"""Pages as browsers save them: one HTML file (SingleFile's too), perhaps with a folder of its files; and documents."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta, timezone
from itertools import islice
from typing import TYPE_CHECKING

from crawler.imports.found import MAX_PAGE_BYTES, Found, Unreadable
from storage.records import Original

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Where browsers write it: at the very top. Further down it would be the page's own words.
_TOP_BYTES = 4_096
_HEAD_BYTES = 300_000
_SAVED_FROM = re.compile(r"<!--\s{0,20}saved from url=\(\d{1,6}\)(\S{1,4000}?)\s{0,20}-->", re.IGNORECASE)
_SINGLE_FILE = re.compile(r"<!--\s{0,20}Page saved with SingleFile[^>]{0,200}?\s{1,20}url:\s{0,20}(\S{1,4000})")
_SINGLE_DATE = re.compile(
    r"saved date: {0,5}\w{3} (\w{3}) (\d\d) (\d{4}) (\d\d):(\d\d):(\d\d) GMT([+-])(\d\d)(\d\d)", re.IGNORECASE
)
_TAG = re.compile(r"<(?:link|meta)\b[^>]{0,2000}>", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:href|content)\s{0,5}=\s{0,5}[\"']?(https?://[^\"'\s>]{1,2000})", re.IGNORECASE)
_NAMES_ITSELF = re.compile(r"rel\s{0,5}=\s{0,5}[\"']?canonical|property\s{0,5}=\s{0,5}[\"']?og:url", re.IGNORECASE)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# How browsers call the folder beside a page, in the languages of those who send us pages.
_FOLDERS = ("_files", ".files", "_archivos", "_fichiers", "-Dateien", "_Dateien", "的文件", "文件")
_MOST_FILES, _MOST_FILE_BYTES = 2_000, MAX_PAGE_BYTES
_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
    ".html": "text/html",
    ".htm": "text/html",
}


def pages_in(folder: Path) -> list[Path]:
    """The saved pages of a folder, by name."""
    found = [path for path in folder.iterdir() if path.suffix.lower() in (".html", ".htm", ".xhtml", ".mht", ".mhtml")]
    return sorted(path for path in found if path.is_file() and not path.is_symlink())


def read_html(path: Path, body: bytes, *, url: str | None) -> Found:
    """A saved page. Raises Unreadable where nothing says which page it was."""
    top = body[:_TOP_BYTES].decode("latin-1")
    named = _SAVED_FROM.search(top) or _SINGLE_FILE.search(top)
    own = named[1] if named else ""
    if url is None and not own.startswith(("http://", "https://")):
        raise Unreadable(f"says not which page it was; give its address with --url{_suggestion(body)}")
    beside, left_out = _beside(path)
    return Found(
        how="import:html",
        url=url or html.unescape(own),
        at=_single_date(top),
        body=body,
        headers=(("Content-Type", "text/html"),),
        http=False,
        made=f"{left_out} files beside it left out: too many or too large" if left_out else None,
        originals=beside,
    )


def read_document(body: bytes, *, kind: str, media_type: str, url: str | None) -> Found:
    """A PDF or an archive of files, which does not say where it came from. Raises Unreadable without `url`."""
    if url is None:
        raise Unreadable("says not where it came from; give its address with --url")
    return Found(how=f"import:{kind}", url=url, at=None, body=body, headers=(("Content-Type", media_type),), http=False)


def _suggestion(body: bytes) -> str:
    """What the page says of itself: a hint only, for a page may say anything."""
    text = body[:_HEAD_BYTES].decode("latin-1")
    for tag in islice(_TAG.finditer(text), 500):
        found = _ADDRESS.search(tag[0]) if _NAMES_ITSELF.search(tag[0]) else None
        if found:
            return f" (it calls itself {html.unescape(found[1])[:300]})"
    return ""


def _single_date(top: str) -> datetime | None:
    found = _SINGLE_DATE.search(top)
    if not found or found[1].lower() not in _MONTHS:
        return None
    month, day, year, hour, minute, second, sign, hours, minutes = found.groups()
    offset = timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if sign == "-" else 1)
    try:
        number = _MONTHS.index(month.lower()) + 1
        zone = timezone(offset)
        return datetime(int(year), number, int(day), int(hour), int(minute), int(second), tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _beside(page: Path) -> tuple[tuple[Original, ...], int]:
    """The files that were saved with a page, and how many were left out. No link is followed: it may lead anywhere."""
    kept: list[Original] = []
    size = left_out = 0
    for path in _files_beside(page):
        length = path.stat().st_size
        if len(kept) >= _MOST_FILES or size + length > _MOST_FILE_BYTES:
            left_out += 1
            continue
        size += length
        media_type = _TYPES.get(path.suffix.lower(), "application/octet-stream")
        name = path.relative_to(page.parent).as_posix()
        kept.append(Original(name=name, media_type=media_type, data=path.read_bytes()))
    return tuple(kept), left_out


def _files_beside(page: Path) -> Iterator[Path]:
    for ending in _FOLDERS:
        folder = page.with_name(page.stem + ending)
        if folder.is_dir() and not folder.is_symlink():
            for path in sorted(islice(folder.rglob("*"), 20 * _MOST_FILES)):
                inside = path.resolve().is_relative_to(folder.resolve())
                if inside and path.is_file() and not path.is_symlink():
                    yield path
