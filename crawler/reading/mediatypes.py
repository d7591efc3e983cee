"""What kind of file a payload is: what its first bytes and its members show beats what the header says. Pure."""

from __future__ import annotations

import re

HTML, PLAIN, JSON, XML = "text/html", "text/plain", "application/json", "application/xml"
CSV, RTF, PDF, OFD = "text/csv", "application/rtf", "application/pdf", "application/ofd"
ZIP, RAR, OLE = "application/zip", "application/vnd.rar", "application/x-ole-storage"
DOC, XLS, PPT = "application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint"
_OPEN_XML = "application/vnd.openxmlformats-officedocument."
DOCX = _OPEN_XML + "wordprocessingml.document"
XLSX = _OPEN_XML + "spreadsheetml.sheet"
PPTX = _OPEN_XML + "presentationml.presentation"
ENCRYPTED = "application/x-encrypted-office"
JPEG, PNG, GIF, WEBP = "image/jpeg", "image/png", "image/gif", "image/webp"
TEXTS = frozenset({HTML, PLAIN, JSON, XML, CSV})
"""The types that are characters; the others are bytes to their readers."""

# First bytes that cannot be text.
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", ZIP),
    (b"PK\x05\x06", ZIP),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
    (b"Rar!\x1a\x07", RAR),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\x1f\x8b\x08", "application/gzip"),
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"RIFF", "application/x-riff"),
    (b"\x00\x00\x00\x18ftyp", "video/mp4"),
    (b"\x00\x00\x00\x20ftyp", "video/mp4"),
    (b"ID3", "audio/mpeg"),
)
# The part that makes a zip file this kind of document.
_MEMBERS: tuple[tuple[bytes, str], ...] = (
    (b"word/document.xml", DOCX),
    (b"xl/workbook.xml", XLSX),
    (b"ppt/presentation.xml", PPTX),
    (b"OFD.xml", OFD),
)
# The stream that makes an OLE file this kind of document; WPS writes the same streams as Office.
_STREAMS: tuple[tuple[str, str], ...] = (
    ("EncryptedPackage", ENCRYPTED),
    ("WordDocument", DOC),
    ("Workbook", XLS),
    ("Book", XLS),
    ("PowerPoint Document", PPT),
)
# A header before the signature is allowed; pdfium looks as far.
_PDF_WITHIN = 1024
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
_CENTRAL = b"PK\x01\x02"
_MOST_MEMBERS = 20_000
_ENDINGS = {"csv": CSV, "txt": PLAIN}


def media_type_of(body: bytes, declared: str | None, url: str = "") -> str:
    """The media type to read `body` by. Plain bytes that say nothing are HTML where neither header nor ending does."""
    said = (declared or "").partition(";")[0].strip().lower()
    found = _by_magic(body)
    if found:
        return found
    head = body[:_LOOK_BYTES]
    if _is_binary(head):
        return (
            said
            if said and not said.startswith("text/") and said not in ("application/xhtml+xml", JSON, XML)
            else "application/octet-stream"
        )
    root = _XML_ROOT.search(head[:1024])
    if root and not _HTML_ROOT.search(head[: root.start()]):
        return XML
    if _TAG.search(head) or _TAG.search(body[: 16 * _LOOK_BYTES]):
        return JSON if said == JSON and _starts_as_json(body) else HTML
    if (said.endswith(("json", "javascript")) or not said or said == HTML) and _starts_as_json(body):
        return JSON
    ending = _ENDINGS.get(url.partition("?")[0].rpartition(".")[2].lower())
    if CSV in (said, ending):
        return CSV
    return PLAIN if said in (PLAIN, "text/markdown") or ending else HTML


def _by_magic(body: bytes) -> str | None:
    """The type that the first bytes prove, None where they could be text."""
    if body[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{\\rtf"):
        return RTF
    if body.startswith(b"RIFF") and body[8:12] == b"WEBP":
        return WEBP
    for magic, name in _MAGIC:
        if body.startswith(magic):
            looked = _LOOK_INSIDE.get(name)
            return looked(body) if looked else name
    at = body.find(b"%PDF-", 0, _PDF_WITHIN)
    if at == 0 or (at > 0 and not _TAG.search(body[:at])):
        return PDF
    return None


def _zip_type(body: bytes) -> str:
    """What a zip file is by the names in its directory; without a directory (cut off) by the names before its files."""
    names: set[bytes] = set()
    # Where the two headers keep the length of the name, and the name (APPNOTE, 4.3.7 and 4.3.12).
    mark, length_at, name_at = (_CENTRAL, 28, 46) if _CENTRAL in body else (b"PK\x03\x04", 26, 30)
    at = body.find(mark)
    while at >= 0 and len(names) < _MOST_MEMBERS:
        length = int.from_bytes(body[at + length_at : at + length_at + 2], "little")
        names.add(body[at + name_at : at + name_at + length].replace(b"\\", b"/").lstrip(b"/"))
        at = body.find(mark, at + name_at)
    return next((kind for name, kind in _MEMBERS if name in names), ZIP)


def _ole_type(body: bytes) -> str:
    """What an OLE file is by the streams of its root; one that cannot be opened is only that."""
    import olefile  # noqa: PLC0415 - only where there is such a file

    try:
        with olefile.OleFileIO(body) as ole:
            return next((kind for name, kind in _STREAMS if ole.exists(name)), OLE)
    except Exception:  # noqa: BLE001 - it meets damage in as many ways as there are; each is said with the type
        return OLE


def _starts_as_json(body: bytes) -> bool:
    """Whether the first bytes that are no blanks begin an object, a list or a call with one; however many blanks."""
    return bool(_JSON_START.match(body.lstrip()[:_LOOK_BYTES]))


def _is_binary(head: bytes) -> bool:
    """Whether bytes are no text in any charset we know: NULs, or many control characters."""
    if not head or head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    odd = len(head) - len(head.translate(None, _CONTROLS))
    return odd > 0.02 * len(head) + 2


_LOOK_INSIDE = {ZIP: _zip_type, OLE: _ole_type}
