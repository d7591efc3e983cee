"""Pictures as documents: a notice posted as an image is read by OCR where that is installed, else said to be unread.

Sizes are read from the first bytes, before anybody unpacks a picture: one of a few bytes may claim gigabytes.
Sources: PNG 1.2, 11.2.2; ITU-T T.81, B.2.2 (JPEG); GIF89a, 18; WebP container specification.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.reading import heading, mediatypes, ocr
from crawler.reading.paged import flow
from crawler.reading.written import numbers, unread, written

if TYPE_CHECKING:
    from crawler.reading.packages import Package
    from crawler.reading.payload import Payload
    from storage.findings import Document

_MOST_PIXELS = 40_000_000
# Icons, rules and one-pixel counters hold no words.
_LEAST_SIDE = 24
_MOST_SEGMENTS = 2000
_FRAMES = frozenset((*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0)))


def read_picture(payload: Payload) -> Document:
    """The words in a picture."""
    width, height = size_of(payload.body)
    if width * height > _MOST_PIXELS:
        return unread(f"image of {width} x {height} pixels")
    if 0 < min(width, height) < _LEAST_SIDE:
        return unread("image too small for words")
    engine = ocr.engine()
    if not width:
        return unread("image, damaged")
    if engine is None:
        return unread("image")
    if payload.budget.ocr_pages <= 0:
        return unread("image, one too many in its archive")
    payload.budget.ocr_pages -= 1
    lines = engine.lines(payload.body, payload.page_begun)
    if lines is None:
        return unread("image, damaged")
    text = flow([lines])
    title = heading.title_of(text.body.split("\n"), "", payload.url)
    return written(text, title=title, payload=payload, warnings=[f"ocr: image, engine {engine.name}"])


def instead_of_pages(package: Package, scanned: list[int], pages: list[list[str]], payload: Payload) -> list[str]:
    """Fill in pages that are one picture each with what OCR reads in the package's pictures; what is to be said.

    Which picture stands on which page is believed only where there are as many of the one as of the other.
    """
    if not scanned:
        return []
    names = sorted(name for name in package.names if name.lower().endswith((".jpg", ".jpeg", ".png")))
    engine = ocr.engine()
    if engine is None:
        return [f"unread: scanned {numbers(scanned)}"]
    if len(names) != len(scanned):
        return [f"unread: scanned {numbers(scanned)}, its pictures are in pieces"]
    done = []
    for number, name in zip(scanned, names, strict=True):
        body = package.read(name)
        width, height = size_of(body)
        if payload.budget.ocr_pages <= 0 or not 0 < width * height <= _MOST_PIXELS:
            break
        payload.budget.ocr_pages -= 1
        lines = engine.lines(body, payload.page_begun)
        if lines is None:
            break
        pages[number - 1] = lines
        done.append(number)
    said = [f"ocr: {numbers(done)}, engine {engine.name}"] if done else []
    rest = [number for number in scanned if number not in done]
    return [*said, *([f"unread: scanned {numbers(rest)}, engine {engine.name}"] if rest else [])]


def size_of(body: bytes) -> tuple[int, int]:
    """Width and height in pixels as the picture's head says; zeros where it does not."""
    if body.startswith(b"\x89PNG"):
        return int.from_bytes(body[16:20], "big"), int.from_bytes(body[20:24], "big")
    if body.startswith(b"GIF8"):
        return int.from_bytes(body[6:8], "little"), int.from_bytes(body[8:10], "little")
    if body.startswith(b"RIFF"):
        return _webp_size(body)
    return _jpeg_size(body) if body.startswith(b"\xff\xd8") else (0, 0)


def _webp_size(body: bytes) -> tuple[int, int]:
    kind = body[12:16]
    if kind == b"VP8X":
        return int.from_bytes(body[24:27], "little") + 1, int.from_bytes(body[27:30], "little") + 1
    if kind == b"VP8 ":
        return int.from_bytes(body[26:28], "little") & 0x3FFF, int.from_bytes(body[28:30], "little") & 0x3FFF
    if kind == b"VP8L":
        bits = int.from_bytes(body[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return 0, 0


def _jpeg_size(body: bytes) -> tuple[int, int]:
    """The size in the frame header, found from segment to segment."""
    at = 2
    for _ in range(_MOST_SEGMENTS):
        if at + 9 > len(body) or body[at] != 0xFF:
            return 0, 0
        marker = body[at + 1]
        if marker in _FRAMES:
            return int.from_bytes(body[at + 7 : at + 9], "big"), int.from_bytes(body[at + 5 : at + 7], "big")
        if marker == 0xFF:
            at += 1
        elif 0xD0 <= marker <= 0xD8 or marker == 0x01:
            at += 2
        else:
            at += 2 + int.from_bytes(body[at + 2 : at + 4], "big")
    return 0, 0


TYPES = (mediatypes.JPEG, mediatypes.PNG, mediatypes.GIF, mediatypes.WEBP)
