"""Files that a person gives us, by what they are: each gives looks at pages, with their own addresses and times."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from crawler.imports.archives import is_wacz, read_wacz, read_warc
from crawler.imports.found import MAX_PAGE_BYTES, Found, LeftOut, Unreadable, Why
from crawler.imports.har import MAX_BYTES as MAX_HAR_BYTES
from crawler.imports.har import read_har
from crawler.imports.mhtml import read_mhtml
from crawler.imports.saved import pages_in, read_document, read_html
from crawler.reading.mediatypes import PDF, ZIP

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["ARCHIVES", "Found", "LeftOut", "Unreadable", "Why", "kind_of", "pages_in", "read_file"]

# Of many looks each: an address or a time of ours would be every one's.
ARCHIVES = frozenset({"warc", "wacz", "har"})
# Whatever a zip file is a kind of (DOCX, XLSX, OFD), the readers tell by what is in it.
_DOCUMENTS = {"pdf": PDF, "zip": ZIP}
_HEAD_BYTES = 4_096
_GZIP = 16
_NOT_KNOWN = (
    "is no file that can be imported; give a saved page (HTML, MHTML), a folder of one, PDF, ZIP, WARC, WACZ or HAR"
)


def kind_of(path: Path, *, is_page: bool = False) -> str:
    """What a file is by its first bytes: `html mhtml pdf zip warc wacz har`. Raises Unreadable for anything else.

    `is_page`: its importer knows the one address it was published at, as an archive of many has none.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if head.startswith(b"\x1f\x8b"):
        try:
            head = zlib.decompressobj(zlib.MAX_WBITS | _GZIP).decompress(head, _HEAD_BYTES)
        except zlib.error:
            raise Unreadable("is gzipped, and broken at its beginning; fetch it again") from None
        if head.startswith(b"WARC/"):
            return "warc"
        raise Unreadable("is gzipped, and no WARC file; unpack it, and import what is in it")
    if not head:
        raise Unreadable("is empty; save or fetch it again")
    if head.startswith(b"PK\x05\x06"):
        raise Unreadable("is a ZIP file with nothing in it; save or fetch it again")
    found = _by_first_bytes(head)
    if found is None:
        raise Unreadable(_NOT_KNOWN)
    return "wacz" if found == "zip" and is_wacz(path, is_page=is_page) else found


def _by_first_bytes(head: bytes) -> str | None:
    text, lower = head.removeprefix(b"\xef\xbb\xbf").lstrip(), head.lower()
    for start, kind in ((b"WARC/", "warc"), (b"PK\x03\x04", "zip"), (b"%PDF-", "pdf"), (b"{", "har")):
        if text.startswith(start):
            return kind
    if b"multipart/related" in lower and (b"mime-version:" in lower or b"content-location:" in lower):
        return "mhtml"
    return "html" if text.startswith(b"<") else None


def read_file(path: Path, kind: str, *, url: str | None, max_body: int, left_out: LeftOut) -> Iterator[Found]:
    """The looks a file holds, in its order. Raises Unreadable: what was given before holds.

    `url` is the address of a saved page, whatever the page says; of an archive each look has its own.
    """
    if kind == "warc":
        yield from read_warc(path, left_out, max_body=max_body)
    elif kind == "wacz":
        yield from read_wacz(path, left_out, max_body=max_body)
    elif kind == "har":
        yield from read_har(_whole(path, MAX_HAR_BYTES), left_out)
    elif kind == "mhtml":
        yield read_mhtml(_whole(path, MAX_PAGE_BYTES), name=path.name, url=url)
    elif kind in _DOCUMENTS:
        yield read_document(_whole(path, MAX_PAGE_BYTES), kind=kind, media_type=_DOCUMENTS[kind], url=url)
    else:
        yield read_html(path, _whole(path, MAX_PAGE_BYTES), url=url)


def _whole(path: Path, most: int) -> bytes:
    size = path.stat().st_size
    if size > most:
        raise Unreadable(f"is {size:,} bytes long, more than the {most:,} that can be read of its kind; split it")
    return path.read_bytes()
