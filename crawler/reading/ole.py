"""Office files before 2007, in OLE containers: Word (DOC), slides (PPT); WPS writes the same. Pure.

Sources: [MS-DOC] 2.4.1 (retrieving text), 2.5.1 (Fib), 2.8.35 (PlcPcd); [MS-PPT] 2.3.1 (record header), 2.9.41, 2.9.42.
"""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING, Any

from crawler.reading import heading
from crawler.reading.paged import MAX_CHARACTERS, plain_pages
from crawler.reading.payload import Unread
from crawler.reading.written import written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.reading.payload import Payload
    from storage.findings import Document

_STREAM_BYTES = 33_000_000
_MOST_PIECES = 200_000
# Places in the file information block.
_FLAGS_AT, _FIRST_AT, _CCP_AT, _CLX_AT = 0x0A, 0x18, 0x4C, 0x01A2
_ENCRYPTED, _SECOND_TABLE = 0x0100, 0x0200
_WORD_97 = 193
_COMPRESSED = 0x4000_0000
# What stands for things that are no text, and what the marks of cells, lines and pages become.
_MARKS = str.maketrans(
    {"\x07": "\t", "\r": "\n", "\x0b": "\n", "\x0c": "\n", "\x0e": "\n", "\x1e": "-", "\x1f": "", "\xad": ""}
    | dict.fromkeys("\x01\x02\x03\x04\x05\x06\x08", "")
)
_FIELD = re.compile("([\x13\x14\x15])")
# Records of slides: containers walked into, and the two atoms that hold text.
_SLIDE, _SLIDE_LIST, _TEXT, _BYTES, _DOCUMENT = 0x03EE, 0x0FF0, 0x0FA0, 0x0FA8, 0x03E8
_CRYPT = 0x2F14
_MOST_RECORDS = 500_000


def read_doc(payload: Payload) -> Document:
    """The text of a Word document before 2007; headers, footnotes and text boxes behind it."""
    with _opened(payload.body) as ole:
        main = _stream(ole, "WordDocument")
        if len(main) < _CLX_AT + 8:
            raise Unread("damaged (its head is cut)")
        flags = _u16(main, _FLAGS_AT)
        if flags & _ENCRYPTED:
            raise Unread("encrypted")
        table = b"" if _u16(main, 2) < _WORD_97 else _stream(ole, "1Table" if flags & _SECOND_TABLE else "0Table")
        field = _title_field(ole)
    text = _old_text(main) if not table else _text(main, table)
    # A row ends with the mark of its last cell and one of its own.
    lines = _without_fields(text).replace("\x07\x07", "\n").translate(_MARKS).split("\n")
    flat = plain_pages([lines])
    return written(flat, title=heading.title_of(flat.body.split("\n"), field, payload.url), payload=payload)


def read_ppt(payload: Payload) -> Document:
    """The text of slides before 2007, each line once: the outline and the slides themselves repeat each other."""
    with _opened(payload.body) as ole:
        data = _stream(ole, "PowerPoint Document")
        if ole.exists("EncryptedSummary"):
            raise Unread("encrypted")
        field = _title_field(ole)
    lines = dict.fromkeys(line for text in _atoms(data) for line in re.split("[\r\n\x0b]", text) if line.strip())
    flat = plain_pages([list(lines)])
    return written(flat, title=heading.title_of(flat.body.split("\n"), field, payload.url), payload=payload)


def _opened(body: bytes) -> Any:
    import olefile  # noqa: PLC0415 - only where there is such a file

    try:
        return olefile.OleFileIO(body)
    except Exception as problem:
        raise Unread(f"damaged ({type(problem).__name__})") from problem


def _stream(ole: Any, name: str) -> bytes:
    try:
        with ole.openstream(name) as stream:
            data: bytes = stream.read(_STREAM_BYTES)
    except Exception as problem:
        raise Unread(f"damaged (no stream {name})") from problem
    return data


def _title_field(ole: Any) -> str:
    try:
        found = ole.get_metadata()
        said = found.title
    except Exception:  # noqa: BLE001 - its own fields are no loss
        return ""
    if not isinstance(said, bytes):
        return ""
    code = found.codepage if isinstance(found.codepage, int) else 936
    name = {65001: "utf-8", 936: "gb18030", 950: "big5hkscs"}.get(code % 65536, "gb18030")
    return said.decode(name, "replace").strip("\x00 ")


def _text(main: bytes, table: bytes) -> str:
    """The characters of all parts of the document but comments, put together from its pieces."""
    start, size = struct.unpack_from("<II", main, _CLX_AT)
    pieces = _pieces(table[start : start + size])
    found, length = [], 0
    for first, last, place in pieces:
        count = last - first
        if place & _COMPRESSED:
            at = (place & ~_COMPRESSED) // 2
            found.append(main[at : at + count].decode("cp1252", "replace"))
        else:
            found.append(main[place : place + 2 * count].decode("utf-16-le", "replace"))
        length += len(found[-1])
        if length > MAX_CHARACTERS:
            break
    whole = "".join(found)
    counts = struct.unpack_from("<8i", main, _CCP_AT)
    comments = sum(max(0, count) for count in counts[:4])
    return whole[:comments] + "\r" + whole[comments + max(0, counts[4]) :]


def _pieces(clx: bytes) -> Iterator[tuple[int, int, int]]:
    """First and last character of each piece and where its bytes stand, with the bit that says how they are written."""
    at = 0
    while at + 3 <= len(clx) and clx[at] == 1:
        at += 3 + _u16(clx, at + 1)
    if at + 5 > len(clx) or clx[at] != 2:
        raise Unread("damaged (no piece table)")
    size = min(struct.unpack_from("<I", clx, at + 1)[0], len(clx) - at - 5)
    count = max(0, (size - 4) // 12)
    base = at + 5
    for number in range(min(count, _MOST_PIECES)):
        first, last = struct.unpack_from("<II", clx, base + 4 * number)
        (place,) = struct.unpack_from("<I", clx, base + 4 * (count + 1) + 8 * number + 2)
        if first < last < 0x7FFF_FFFF:
            yield first, last, place & 0x7FFF_FFFF


def _old_text(main: bytes) -> str:
    """Word 6 and 95: one piece, in the code page of the machine that wrote it; here a Chinese one."""
    first, last = struct.unpack_from("<II", main, _FIRST_AT)
    return main[first:last][:_STREAM_BYTES].decode("gb18030", "replace")


def _without_fields(text: str) -> str:
    """The text with what fields show and without the code that makes them show it."""
    out: list[str] = []
    # For each open field, whether we are in its code.
    codes: list[bool] = []
    hidden = 0
    for piece in _FIELD.split(text):
        if piece == "\x13":
            codes.append(True)
            hidden += 1
        elif piece == "\x14" and codes and codes[-1]:
            codes[-1] = False
            hidden -= 1
        elif piece == "\x15" and codes:
            hidden -= codes.pop()
        elif not hidden and piece not in ("\x14", "\x15"):
            out.append(piece)
    return "".join(out)


def _atoms(data: bytes) -> Iterator[str]:
    """The texts of slides, in the order of the records; masters and their prompts left out."""
    ends = [len(data)]
    at = records = length = 0
    while at + 8 <= len(data) and records < _MOST_RECORDS and length < MAX_CHARACTERS:
        version, kind, size = struct.unpack_from("<HHI", data, at)
        at += 8
        records += 1
        if kind == _CRYPT:
            raise Unread("encrypted")
        inside = kind in (_DOCUMENT, _SLIDE) or (kind == _SLIDE_LIST and version >> 4 != 1)
        if version & 0xF == 0xF and (inside or len(ends) > 1):
            ends.append(at + size)
            continue
        if kind in (_TEXT, _BYTES) and len(ends) > 1:
            code = "utf-16-le" if kind == _TEXT else "latin-1"
            text = data[at : at + size].decode(code, "replace")
            length += len(text)
            yield text
        at += size
        while len(ends) > 1 and at >= ends[-1]:
            ends.pop()


def _u16(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 2], "little")
