"""Small writers of the file types that are read: what a test needs, byte by byte, and nothing more."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
P = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
OFD = 'xmlns:ofd="http://www.ofdspec.org/2016"'
RELS = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'


def zipped(members: Mapping[str, str | bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as package:
        for name, content in members.items():
            package.writestr(name, content)
    return out.getvalue()


def docx_paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>"


def docx_table(rows: Sequence[Sequence[str]]) -> str:
    cells = ["".join(f"<w:tc>{docx_paragraph(cell)}</w:tc>" for cell in row) for row in rows]
    return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in cells) + "</w:tbl>"


def docx(body: str, *, header: str = "", title: str = "", more: Mapping[str, str | bytes] | None = None) -> bytes:
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
    }
    if header:
        members["word/header1.xml"] = f"<w:hdr {W}>{docx_paragraph(header)}</w:hdr>"
    if title:
        members["docProps/core.xml"] = (
            f'<c xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title></c>'
        )
    return zipped(members | dict(more or {}))


def xlsx(sheets: Mapping[str, str], *, shared: Sequence[str] = (), styles: str = "") -> bytes:
    listed = "".join(f'<sheet name="{name}" r:id="r{place}"/>' for place, name in enumerate(sheets))
    targets = "".join(f'<Relationship Id="r{place}" Target="worksheets/s{place}.xml"/>' for place in range(len(sheets)))
    members: dict[str, str | bytes] = {
        "xl/workbook.xml": f"<workbook {S} {R}><sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f"<Relationships {RELS}>{targets}</Relationships>",
        "xl/sharedStrings.xml": f"<sst {S}>" + "".join(f"<si><t>{text}</t></si>" for text in shared) + "</sst>",
        "xl/styles.xml": f"<styleSheet {S}>{styles}</styleSheet>",
    }
    for place, data in enumerate(sheets.values()):
        members[f"xl/worksheets/s{place}.xml"] = f"<worksheet {S}><sheetData>{data}</sheetData></worksheet>"
    return zipped(members)


def pptx(slides: Sequence[Sequence[str]], *, notes: str = "") -> bytes:
    """Slides whose parts are numbered against their order."""
    count = len(slides)
    listed = "".join(f'<p:sldId id="{256 + n}" r:id="r{n}"/>' for n in range(count))
    targets = "".join(f'<Relationship Id="r{n}" Target="slides/slide{count - n}.xml"/>' for n in range(count))
    members: dict[str, str | bytes] = {
        "ppt/presentation.xml": f"<p:presentation {P} {R}><p:sldIdLst>{listed}</p:sldIdLst></p:presentation>",
        "ppt/_rels/presentation.xml.rels": f"<Relationships {RELS}>{targets}</Relationships>",
    }
    for n, lines in enumerate(slides):
        text = "".join(f"<a:p><a:r><a:t>{escape(line)}</a:t></a:r></a:p>" for line in lines)
        members[f"ppt/slides/slide{count - n}.xml"] = f"<p:sld {P} {A}><p:txBody>{text}</p:txBody></p:sld>"
    if notes:
        members[f"ppt/slides/_rels/slide{count}.xml.rels"] = (
            f'<Relationships {RELS}><Relationship Id="n" Target="../notesSlides/notesSlide1.xml"/></Relationships>'
        )
        members["ppt/notesSlides/notesSlide1.xml"] = (
            f"<p:notes {P} {A}><a:p><a:r><a:t>{notes}</a:t></a:r></a:p></p:notes>"
        )
    return zipped(members)


def ofd(pages: Sequence[Sequence[str]], *, title: str = "", more: Mapping[str, str | bytes] | None = None) -> bytes:
    """Pages of lines, every line in two pieces."""
    listed = "".join(f'<ofd:Page ID="{n}" BaseLoc="Pages/Page_{n}/Content.xml"/>' for n in range(len(pages)))
    members: dict[str, str | bytes] = {
        "OFD.xml": f"<ofd:OFD {OFD}><ofd:DocBody><ofd:DocInfo><ofd:Title>{title}</ofd:Title></ofd:DocInfo>"
        "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f"<ofd:Document {OFD}><ofd:Pages>{listed}</ofd:Pages></ofd:Document>",
    }
    for n, lines in enumerate(pages):
        objects = ""
        for at, line in enumerate(lines):
            for piece in (line[:3], line[3:]):
                objects += (
                    f'<ofd:TextObject Boundary="20 {20 + 8 * at} 150 6" Size="5"><ofd:TextCode X="0" Y="5">'
                    f"{escape(piece)}</ofd:TextCode></ofd:TextObject>"
                )
        content = f"<ofd:Page {OFD}><ofd:Content><ofd:Layer>{objects}</ofd:Layer></ofd:Content></ofd:Page>"
        members[f"Doc_0/Pages/Page_{n}/Content.xml"] = content
    return zipped(members | dict(more or {}))


def pdf(pages: Sequence[Sequence[str]], *, title: str = "", scan: bool = False, trailer: str = "") -> bytes:
    """Pages of lines in a standard Chinese font, not embedded; with `scan`, a page without lines is a picture."""
    objects: list[bytes] = [b"", b"", b""]
    font = (
        b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[<</Type/Font/Subtype"
        b"/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>>>]>>"
    )
    objects[2] = font
    picture = b"<</Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8/Length 1>>"
    picture += b"stream\n\x80\nendstream"
    objects.append(picture)
    kids = []
    for lines in pages:
        text = "".join(
            f"1 0 0 1 72 {760 - 20 * at} Tm <{line.encode('utf-16-be').hex()}> Tj " for at, line in enumerate(lines)
        )
        drawn = f"BT /F1 12 Tf {text}ET" if lines or not scan else "595 0 0 842 0 0 cm /I Do"
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(drawn), drawn.encode()))
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R/Resources<</Font<</F1 3 0 R>>"
            b"/XObject<</I 4 0 R>>>>>>" % len(objects)
        )
        kids.append(len(objects))
    objects[0] = b"<</Type/Catalog/Pages 2 0 R>>"
    objects[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), b" ".join(b"%d 0 R" % kid for kid in kids))
    objects.append(b"<</Title <feff%s>>>" % title.encode("utf-16-be").hex().encode())
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    end = b"trailer<</Size %d/Root 1 0 R/Info %d 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1, len(objects), trailer.encode(), len(out),
    )  # fmt: skip
    return out + head + end


ENCRYPTED_PDF = "/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<" + "00" * 32 + ">/U<" + "11" * 32 + ">>>/ID[<00><00>]"


def ole(streams: Mapping[str, bytes]) -> bytes:
    """A compound file of 512-byte sectors; each stream is padded to the size from which it has sectors of its own."""
    padded = {name: data.ljust(4096, b"\x00") for name, data in streams.items()}
    sectors = b""
    chain: list[int] = []
    entries = [_entry("Root Entry", 5, child=1, start=0xFFFFFFFE, size=0)]
    for place, (name, content) in enumerate(padded.items(), 1):
        data = content + b"\x00" * (-len(content) % 512)
        first, count = len(sectors) // 512, len(data) // 512
        chain += [*range(first + 1, first + count), 0xFFFFFFFE]
        sectors += data
        right = place + 1 if place < len(padded) else 0xFFFFFFFF
        entries.append(_entry(name, 2, right=right, start=first, size=len(data)))
    directory = len(sectors) // 512
    listing = b"".join(entries)
    listing += b"\x00" * (-len(listing) % 512)
    count = len(listing) // 512
    chain += [*range(directory + 1, directory + count), 0xFFFFFFFE]
    sectors += listing
    fats = -(-(len(chain) + 4) // 128)
    first_fat = len(sectors) // 512
    chain += [0xFFFFFFFD] * fats
    table = struct.pack(f"<{len(chain)}I", *chain).ljust(512 * fats, b"\xff")
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 16 + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<IIIIIIIII", 0, fats, directory, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    head += struct.pack(f"<{fats}I", *range(first_fat, first_fat + fats)).ljust(436, b"\xff")
    return head + sectors + table


def _entry(name: str, kind: int, *, start: int, size: int, right: int = 0xFFFFFFFF, child: int = 0xFFFFFFFF) -> bytes:
    coded = name.encode("utf-16-le") + b"\x00\x00"
    return (
        coded.ljust(64, b"\x00") + struct.pack("<HBBIII", len(coded), kind, 1, 0xFFFFFFFF, right, child)
        + b"\x00" * 36 + struct.pack("<IQ", start, size)
    )  # fmt: skip


def doc(text: str, *, flags: int = 0, latin: str = "") -> bytes:
    """A Word 97 document of two pieces: one of two bytes a character, one of one."""
    wide, narrow = text.encode("utf-16-le"), latin.encode("cp1252")
    at = 2048
    main = bytearray(at)
    struct.pack_into("<HHHHHH", main, 0, 0xA5EC, 193, 0, 0, 0, flags)
    struct.pack_into("<i", main, 0x4C, len(text) + len(latin))
    places = [0, len(text), len(text) + len(latin)]
    pieces = struct.pack("<HIH", 0, at, 0) + struct.pack("<HIH", 0, (at + len(wide)) * 2 | 0x4000_0000, 0)
    plc = struct.pack("<3I", *places) + pieces
    clx = b"\x02" + struct.pack("<I", len(plc)) + plc
    struct.pack_into("<II", main, 0x01A2, 0, len(clx))
    return ole({"WordDocument": bytes(main) + wide + narrow, "0Table": clx})


def xls(rows: Sequence[Sequence[str | float]], *, sheet: str = "名单") -> bytes:
    """A BIFF8 workbook of one sheet."""

    def record(kind: int, data: bytes) -> bytes:
        return struct.pack("<HH", kind, len(data)) + data

    def wide(text: str, size: str) -> bytes:
        return struct.pack(f"<{size}B", len(text), 1) + text.encode("utf-16-le")

    begin = struct.pack("<HHHHII", 0x0600, 5, 0, 0, 0, 0)
    cells = b""
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            place = struct.pack("<HHH", row, column, 0)
            if isinstance(value, str):
                cells += record(0x0204, place + wide(value, "H"))
            else:
                cells += record(0x0203, place + struct.pack("<d", value))
    head = record(0x0809, begin)
    listed = len(head) + 4 + 6 + len(wide(sheet, "B")) + 4
    head += record(0x0085, struct.pack("<IBB", listed, 0, 0) + wide(sheet, "B")) + record(0x000A, b"")
    own = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x10, 0, 0, 0, 0)) + cells + record(0x000A, b"")
    return ole({"Workbook": head + own})


def ppt(lines: Sequence[str], *, kind: int = 0x0FF0) -> bytes:
    """Slides before 2007: an outline in a document."""

    def record(version: int, name: int, data: bytes) -> bytes:
        return struct.pack("<HHI", version, name, len(data)) + data

    atoms = b"".join(record(0, 0x0FA0, line.encode("utf-16-le")) for line in lines)
    return ole({"PowerPoint Document": record(0xF, 0x03E8, record(0xF, kind, atoms))})


def rtf(text: str) -> bytes:
    """Chinese as bytes of code page 936, the way Word writes it."""
    coded = "".join(
        sign if sign.isascii() else "".join(f"\\'{byte:02x}" for byte in sign.encode("gbk")) for sign in text
    ).replace("\n", "\\par\n")
    head = r"{\rtf1\ansi\ansicpg936\deff0{\fonttbl{\f0\fnil\fcharset134 \'cb\'ce\'cc\'e5;}}{\*\generator Nobody;}"
    return (head + r"{\info{\title Nothing}}\viewkind4\uc1\pard\f0\fs24 " + coded + r"\par}").encode("ascii")


def rar(
    members: Mapping[str, bytes], *, flags: int = 0, method: int = 0x30, parted: Mapping[str, int] | None = None
) -> bytes:
    """A RAR 4 archive whose members are stored as they are; of `parted` ones other volumes hold the rest."""

    def block(kind: int, flags: int, data: bytes) -> bytes:
        rest = struct.pack("<BHH", kind, flags, len(data) + 7) + data
        return struct.pack("<H", zlib.crc32(rest) & 0xFFFF) + rest

    out = b"Rar!\x1a\x07\x00" + block(0x73, 0, b"\x00" * 6)
    for name, data in members.items():
        coded = name.encode("gbk")
        head = struct.pack(
            "<IIBIIBBHI", len(data), len(data), 2, zlib.crc32(data), 0x5A210000, 20, method, len(coded), 0x20
        )
        out += block(0x74, 0x8000 | flags | (parted or {}).get(name, 0), head + coded) + data
    return out + block(0x7B, 0x4000, b"")


def png(width: int, height: int) -> bytes:
    """A white picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress((b"\x00" + b"\xff" * width) * height) if width * height < 10_000_000 else b""
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
        + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )  # fmt: skip
