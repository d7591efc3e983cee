"""Spreadsheets (XLSX, XLS) and CSV: a row a line, cells parted by tabs, each sheet under its name. Pure.

XLSX is read here, cell by cell, so that a sheet with one cell in its last corner costs one cell.
Source: ECMA-376-1, 18.
"""

from __future__ import annotations

import csv
import io
import re
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from lxml import etree

from crawler.reading import heading
from crawler.reading.docx import core_title
from crawler.reading.packages import Package, attribute, local
from crawler.reading.paged import MAX_CHARACTERS, plain_pages
from crawler.reading.payload import Unread
from crawler.reading.pptx import relations
from crawler.reading.written import written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from crawler.reading.payload import Payload
    from storage.findings import Document

_MAIN = "xl/workbook.xml"
_MOST_SHEETS = 200
# Cells with words in them; more in one file is a database.
_MOST_CELLS = 500_000
_COLUMN = re.compile(r"[A-Z]{1,3}")
# Empty cells between two that are not: so many tabs at most.
_WIDEST_GAP = 20
# Built-in formats that show a date (18.8.30), and what a format's own letters say once its quoted words are gone.
_DATE_FORMATS = frozenset((*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)))
_QUOTED = re.compile(r'"[^"]{0,100}"|\\.|\[[^\]]{0,40}\]')
_EPOCH, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001 - a sheet's dates have no zone
_LAST_DAY = 2_958_466


def read_xlsx(payload: Payload) -> Document:
    """The cells of a workbook."""
    package = Package(payload.body, payload.budget)
    workbook = package.xml(_MAIN)
    sheets = _sheets(package, workbook)
    shared = _shared(package)
    dated = _date_styles(package)
    base = next((node for node in workbook.iter() if local(node) == "workbookPr"), None)
    epoch = _EPOCH_1904 if base is not None and attribute(base, "date1904") in ("1", "true") else _EPOCH
    left = [_MOST_CELLS]
    lost: list[str] = []

    def rows() -> Iterator[tuple[str, Iterable[list[str]]]]:
        for name, part in sheets[:_MOST_SHEETS]:
            try:
                data = package.read(part)
            except Unread as problem:
                lost.append(f"unread: {problem} (sheet {name})")
                continue
            yield name, _rows(data, shared, dated, epoch, left)

    return _workbook(rows(), payload, core_title(package), lost, left)


def read_xls(payload: Payload) -> Document:
    """The cells of a workbook before 2007: at most 65,536 rows of 256 columns a sheet."""
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 - only where there is such a file

    left = [_MOST_CELLS]
    lost: list[str] = []
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(payload.body))
        names = book.sheet_names[:_MOST_SHEETS]
    except CalamineError as problem:
        raise Unread("encrypted" if "assword" in f"{type(problem).__name__} {problem}" else "damaged") from problem
    except BaseException as problem:
        raise _panic(problem) from problem

    def rows() -> Iterator[tuple[str, Iterable[list[str]]]]:
        for name in names:
            try:
                found = book.get_sheet_by_name(name).to_python()
            except CalamineError:
                lost.append(f"unread: damaged (sheet {name})")
                continue
            except BaseException as problem:
                raise _panic(problem) from problem
            yield name, _counted(found, left)

    return _workbook(rows(), payload, "", lost, left)


def read_csv(payload: Payload) -> Document:
    """Rows of a text whose cells are parted by commas, semicolons or tabs."""
    text = payload.decoded.text
    head = text[:4096]
    delimiter = max(",;\t", key=head.count)
    try:
        lines = ["\t".join(row) for row in csv.reader(io.StringIO(text), delimiter=delimiter)]
    except csv.Error:
        lines = text.splitlines()
    flat = plain_pages([lines])
    return written(flat, title=_title(flat.body.split("\n"), "", payload.url), payload=payload)


def _panic(problem: BaseException) -> BaseException:
    """A reader in Rust ends some damaged files with a panic, which is no Exception: said as damage."""
    return Unread("damaged") if type(problem).__name__ == "PanicException" else problem


def _workbook(
    sheets: Iterable[tuple[str, Iterable[list[str]]]], payload: Payload, field: str, lost: list[str], left: list[int]
) -> Document:
    lines: list[str] = []
    told: list[str] = []
    for name, rows in sheets:
        found = [line for line in ("\t".join(row).rstrip("\t") for row in rows) if line.strip()]
        if found:
            lines += [name, *found]
            told += found
    if left[0] <= 0:
        lost.append(f"unread: the cells behind the first {_MOST_CELLS}")
    text = plain_pages([lines])
    title = _title([line.strip() for line in told], field, payload.url)
    # A date in a row is the row's.
    dated = [line for line in told if "\t" not in line]
    return written(text, title=title, dated=dated, payload=payload, warnings=lost)


def _title(lines: list[str], field: str, url: str) -> str:
    """A sheet's title is a row of one cell; a row of several is the table's head."""
    return heading.title_of(lines[:1] if lines and "\t" not in lines[0] else [], field, url)


def _sheets(package: Package, workbook: Any) -> list[tuple[str, str]]:
    """Names and parts of the sheets in their order; those whose part is missing or no sheet left out."""
    targets = relations(package, _MAIN)
    found = []
    for node in workbook.iter():
        if local(node) == "sheet":
            part = next((targets.get(str(value), "") for key, value in node.attrib.items() if key.endswith("}id")), "")
            if part in package:
                found.append((attribute(node, "name"), part))
    return found


def _shared(package: Package) -> list[str]:
    """The strings that cells name by number; phonetic guides left out."""
    if "xl/sharedStrings.xml" not in package:
        return []
    found = []
    for item in package.xml("xl/sharedStrings.xml"):
        if local(item) == "si":
            found.append(_words(item))
    return found


def _words(node: Any) -> str:
    return "".join(
        piece.text or "" for piece in node.iter() if local(piece) == "t" and local(piece.getparent()) != "rPh"
    )


def _date_styles(package: Package) -> frozenset[int]:
    """The numbers of the cell styles that show a number as a date."""
    if "xl/styles.xml" not in package:
        return frozenset()
    try:
        root = package.xml("xl/styles.xml")
    except Unread:
        return frozenset()
    own = {
        attribute(node, "numFmtId"): _QUOTED.sub("", attribute(node, "formatCode")[:300]).lower()
        for node in root.iter()
        if local(node) == "numFmt"
    }
    shown = {number for number, code in own.items() if ("y" in code or "d" in code or "h" in code) and "#" not in code}
    shown |= {str(number) for number in _DATE_FORMATS}
    formats = next((node for node in root.iter() if local(node) == "cellXfs"), ())
    return frozenset(place for place, node in enumerate(formats) if attribute(node, "numFmtId") in shown)


def _rows(
    data: bytes, shared: list[str], dated: frozenset[int], epoch: datetime, left: list[int]
) -> Iterator[list[str]]:
    """The rows of one sheet that hold anything; the cells of each, empty ones between them kept."""
    length = 0
    if b"<!DOCTYPE" in data:
        raise Unread("damaged (XML with a document type)")
    events = etree.iterparse(
        io.BytesIO(data), events=("end",), tag="{*}row", resolve_entities=False, no_network=True, load_dtd=False,
        recover=True, huge_tree=False,
    )  # fmt: skip
    try:
        for _, row in events:
            cells = _cells(row, shared, dated, epoch)
            row.clear()
            while row.getprevious() is not None:
                del row.getparent()[0]
            left[0] -= len(cells)
            length += sum(map(len, cells))
            if cells:
                yield cells
            if left[0] <= 0 or length > MAX_CHARACTERS:
                return
    except etree.XMLSyntaxError:
        # What stood before the damage was read.
        return


def _cells(row: Any, shared: list[str], dated: frozenset[int], epoch: datetime) -> list[str]:
    found: list[str] = []
    last = 0
    for cell in row:
        if local(cell) != "c":
            continue
        column = _column(attribute(cell, "r")) or last + 1
        text = _value(cell, shared, dated, epoch).replace("\t", " ").replace("\n", " ").strip()
        if text:
            found += [""] * (min(max(column - last - 1, 0), _WIDEST_GAP) if found or last else 0)
            found.append(text)
            last = column
        if len(found) > _MOST_CELLS:
            break
    return found


def _column(reference: str) -> int:
    """The number of a cell's column, 1 for A; 0 where it does not say."""
    letters = _COLUMN.match(reference)
    number = 0
    for letter in letters[0] if letters else "":
        number = 26 * number + ord(letter) - 64
    return number


def _value(cell: Any, shared: list[str], dated: frozenset[int], epoch: datetime) -> str:
    kind = attribute(cell, "t")
    if kind == "inlineStr":
        return _words(cell)
    said = next((node.text or "" for node in cell if local(node) == "v"), "")
    if kind == "s":
        return shared[int(said)] if said.isdecimal() and len(said) < 10 and int(said) < len(shared) else ""
    if kind in ("str", "d"):
        return said
    if kind in ("e", "b"):
        return {"1": "TRUE", "0": "FALSE"}.get(said, "") if kind == "b" else ""
    style = attribute(cell, "s")
    try:
        number = float(said) if said and len(said) < 40 else None
    except ValueError:
        return said
    if number is None:
        return ""
    if style.isdecimal() and len(style) < 9 and int(style) in dated and 0 <= number < _LAST_DAY:
        return _shown(epoch + timedelta(seconds=round(number * 86_400)), whole=number >= 1)
    return _number(number)


def _number(number: float) -> str:
    """A number as people write it: no `.0`, no binary dust, identity numbers in full."""
    return str(int(number)) if number.is_integer() and abs(number) < 1e18 else f"{number:.15g}"


def _shown(at: datetime, *, whole: bool) -> str:
    if not whole:
        return at.strftime("%H:%M")
    return at.strftime("%Y-%m-%d") if (at.hour, at.minute, at.second) == (0, 0, 0) else at.strftime("%Y-%m-%d %H:%M")


def _counted(rows: Iterable[list[Any]], left: list[int]) -> Iterator[list[str]]:
    for row in rows:
        cells = [_text(value) for value in row]
        left[0] -= sum(1 for cell in cells if cell)
        yield cells
        if left[0] <= 0:
            return


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float | int):
        return _number(float(value))
    if isinstance(value, datetime):
        return _shown(value, whole=True)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M")
    return str(value).replace("\t", " ").replace("\n", " ").strip()
