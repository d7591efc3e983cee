"""PDF: the text of each page; pages that are pictures are read by OCR where that is installed, else said to be unread.

The same bytes and the same installed engine give the same fields.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

from crawler.reading import heading, ocr
from crawler.reading.paged import MAX_CHARACTERS, flow
from crawler.reading.payload import Unread
from crawler.reading.written import numbers, written

if TYPE_CHECKING:
    from crawler.reading.payload import Payload
    from storage.findings import Document

_MOST_PAGES = 3000
# A scan often has a stamp, a page number or a maker's mark as text.
_LEAST_TEXT = 30
_LEAST_COVER = 0.3
_OBJECTS_LOOKED_AT = 200
# A4 at 200 dpi is 3.9 million pixels; a page of another size is drawn no larger.
_DPI = 200
_MOST_PIXELS = 8_000_000
_PASSWORD = ("password", "security")


def read_pdf(payload: Payload) -> Document:
    """The text of a PDF, page by page."""
    import pypdfium2  # noqa: PLC0415 - only where there is such a file

    try:
        with closing(pypdfium2.PdfDocument(payload.body)) as pdf:
            return _read(pdf, payload)
    except pypdfium2.PdfiumError as problem:
        said = str(problem).lower()
        raise Unread("encrypted" if any(word in said for word in _PASSWORD) else "damaged") from problem


def _read(pdf: Any, payload: Payload) -> Document:
    pages: list[list[str]] = []
    scanned: list[int] = []
    damaged: list[int] = []
    length = 0
    for index in range(min(len(pdf), _MOST_PAGES)):
        payload.page_begun()
        text = _text(pdf, index)
        if text is None:
            damaged.append(index + 1)
        elif len(text.split()) and len("".join(text.split())) >= _LEAST_TEXT:
            length += len(text)
        elif _is_picture(pdf, index):
            scanned.append(index + 1)
        pages.append((text or "").splitlines())
        if length > MAX_CHARACTERS:
            break
    warnings = _recognised(pdf, scanned, pages, payload)
    if damaged:
        warnings.append(f"unread: damaged {numbers(damaged)}")
    if len(pdf) > len(pages):
        warnings.append(f"unread: {numbers(range(len(pages) + 1, len(pdf) + 1))}, the document is too long")
    whole = flow(pages)
    title = heading.title_of(whole.body.split("\n"), _field(pdf), payload.url)
    return written(
        whole, title=title, dated=_dated(whole.body, whole.page_starts), payload=payload, warnings=warnings, paged=True
    )


def _dated(body: str, starts: tuple[int, ...]) -> list[str]:
    """The lines in which a date of issue may stand: of the first pages, the last lines of the whole at their end."""
    first = body[: starts[3]] if len(starts) > 3 else body
    return [*first.split("\n"), *(body[len(first) :].split("\n")[-20:] if len(body) > len(first) else [])]


def _text(pdf: Any, index: int) -> str | None:
    """A page's characters; None where the page is broken."""
    import pypdfium2  # noqa: PLC0415 - only where there is such a file

    try:
        with closing(pdf[index]) as page, closing(page.get_textpage()) as text:
            return str(text.get_text_range()).replace("\x00", "")
    except pypdfium2.PdfiumError:
        return None


def _is_picture(pdf: Any, index: int) -> bool:
    """Whether pictures cover much of a page."""
    import pypdfium2  # noqa: PLC0415 - only where there is such a file

    try:
        with closing(pdf[index]) as page:
            wide, high = page.get_size()
            covered = 0.0
            kinds = [pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]
            for number, found in enumerate(page.get_objects(filter=kinds, max_depth=3)):
                left, bottom, right, top = found.get_bounds()
                covered += max(0.0, right - left) * max(0.0, top - bottom)
                if number > _OBJECTS_LOOKED_AT:
                    break
            return bool(covered >= _LEAST_COVER * wide * high > 0)
    except pypdfium2.PdfiumError:
        return False


def _recognised(pdf: Any, scanned: list[int], pages: list[list[str]], payload: Payload) -> list[str]:
    """Fill in the pages that are pictures; what is to be said of them."""
    if not scanned:
        return []
    engine = ocr.engine()
    if engine is None:
        return [f"unread: scanned {numbers(scanned)}"]
    done: list[int] = []
    for number in scanned:
        if payload.budget.ocr_pages <= 0:
            break
        payload.budget.ocr_pages -= 1
        payload.page_begun()
        lines = engine.lines(_picture(pdf, number - 1), payload.page_begun)
        if lines is not None:
            pages[number - 1] = lines
            done.append(number)
    said = [f"ocr: {numbers(done)}, engine {engine.name}"] if done else []
    rest = [number for number in scanned if number not in done]
    return [*said, *([f"unread: scanned {numbers(rest)}, engine {engine.name}"] if rest else [])]


def _picture(pdf: Any, index: int) -> ocr.Picture:
    """A page drawn in grey."""
    with closing(pdf[index]) as page:
        wide, high = page.get_size()
        scale = _DPI / 72
        area = max(1.0, wide * high) * scale * scale
        scale *= min(1.0, (_MOST_PIXELS / area) ** 0.5)
        bitmap = page.render(scale=scale, grayscale=True)
        with closing(bitmap):
            return ocr.Picture(
                width=bitmap.width, height=bitmap.height, stride=bitmap.stride, grey=bytes(bitmap.buffer)
            )


def _field(pdf: Any) -> str:
    return str(pdf.get_metadata_dict().get("Title", ""))
