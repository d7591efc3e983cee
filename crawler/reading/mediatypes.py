"""What kind of file a payload is: what its first bytes show beats what the header says. Pure."""

from __future__ import annotations

import re

HTML, PLAIN, JSON, XML = "text/html", "text/plain", "application/json", "application/xml"

# First bytes that cannot be text.
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\x1f\x8b\x08", "application/gzip"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"RIFF", "application/x-riff"),
    (b"\x00\x00\x00\x18ftyp", "video/mp4"),
    (b"\x00\x00\x00\x20ftyp", "video/mp4"),
    (b"ID3", "audio/mpeg"),
)
_TAG = re.compile(
    rb"<(?:!doctype\s{1,9}html|html|head|body|div|p|table|script|meta|title|a|ul|span|br|section|article|style|form|font|h[1-6])[\s>/]",
    re.IGNORECASE,
)
_XML_ROOT = re.compile(rb"<(?:\w{1,20}:)?(?:rss|feed|rdf|urlset|sitemapindex|datastore)[\s>]", re.IGNORECASE)
_HTML_ROOT = re.compile(rb"<(?:html|body|head|!doctype\s{1,9}html)[\s>]", re.IGNORECASE)
_JSON_START = re.compile(rb"^\s*+(?:\w{1,40}\s?\()?\s*+[\[{]")
_LOOK_BYTES = 4096
# All but tab, line ends, form feed and escape, which text in old charsets has.
_CONTROLS = bytes((*range(9), 11, *range(14, 27), *range(28, 32)))


def media_type_of(body: bytes, declared: str | None) -> str:
    """The media type to read `body` by. Plain bytes that say nothing are HTML where the header does not know better."""
    said = (declared or "").partition(";")[0].strip().lower()
    for magic, name in _MAGIC:
        if body.startswith(magic):
            # The office formats are zip and OLE files: the header knows which.
            return (
                said
                if said.startswith("application/") and name.startswith(("application/zip", "application/x-ole"))
                else name
            )
    head = body[:_LOOK_BYTES]
    if _is_binary(head):
        return (
            said
            if said and not said.startswith("text/") and said != "application/xhtml+xml"
            else "application/octet-stream"
        )
    root = _XML_ROOT.search(head[:1024])
    if root and not _HTML_ROOT.search(head[: root.start()]):
        return XML
    if _TAG.search(head) or _TAG.search(body[: 16 * _LOOK_BYTES]):
        return JSON if said == JSON and _starts_as_json(body) else HTML
    if (said.endswith(("json", "javascript")) or not said or said == HTML) and _starts_as_json(body):
        return JSON
    return PLAIN if said in (PLAIN, "text/csv", "text/markdown") else HTML


def _starts_as_json(body: bytes) -> bool:
    """Whether the first bytes that are no blanks begin an object, a list or a call with one; however many blanks."""
    return bool(_JSON_START.match(body.lstrip()[:_LOOK_BYTES]))


def _is_binary(head: bytes) -> bool:
    """Whether bytes are no text in any charset we know: NULs, or many control characters."""
    if not head or head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    odd = len(head) - len(head.translate(None, _CONTROLS))
    return odd > 0.02 * len(head) + 2
