"""Characters out of pictures, by what is installed: rapidocr (models in its wheel), else tesseract with `chi_sim`.

OCR loses some of the words even on clean pages; so what it gives is always marked, and is never proof of absence.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

# Less than the time of a page, so that the reader can say so itself.
_SECONDS = 15
# A page may take so many times that, on a machine that is busy.
_TRIES = 4
_LEAST_SCORE = 0.5
# Pieces of a line further apart than this many of its heights are cells of a table.
_CELL_GAP = 1.2
_LANGUAGES = "chi_sim"
# A picture is read in pieces no taller than this part of its width: each has the time of a page, and a screenshot of a
# whole article shrunk to one picture would be dots.
_TALLEST = 0.8
_LEAST_BAND = 400
# Measured on a dense A4 page at 200 dpi: rapidocr's own settings take 1.1 GB and 5.8 s, these 0.5 GB and 4 s, and read
# the same. The classifier that turns lines upside down (`cls`) lost upright ones.
_SETTINGS = {
    "Global.log_level": "critical",
    "Global.use_cls": False,
    "Det.limit_type": "max",
    "Det.limit_side_len": 960,
    "Rec.rec_batch_num": 1,
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
}


_WAITING = re.compile(r"unread: (?:image|scanned pages? [\d\-, …]{1,200}+)(?: \(.{0,1000})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture as grey bytes, a row every `stride` of them."""

    width: int
    height: int
    stride: int
    grey: bytes


class Engine(Protocol):
    """Something that reads lines out of pictures."""

    @property
    def name(self) -> str:
        """Program and version, as warnings name it."""

    def lines(self, picture: Picture | bytes, page_begun: Callable[[], None]) -> list[str] | None:
        """The lines from top to bottom; None where the picture cannot be opened or takes too long.

        `page_begun` is called before each piece of a picture that is read in several.
        """


@lru_cache(maxsize=1)
def engine() -> Engine | None:
    """The engine of this machine; None where none is installed."""
    if found_rapidocr():
        return _Rapid()
    program = shutil.which("tesseract")
    return _Tesseract(program) if program and _LANGUAGES in tesseract_languages(program) else None


def is_waiting(warning: str) -> bool:
    """Whether a document's warning says that an engine is all it lacks; one that an engine failed at does not."""
    return bool(_WAITING.fullmatch(warning))


def found_rapidocr() -> bool:
    """Whether the extra `ocr` is installed, and the system has the libraries that its OpenCV wants (libGL)."""
    if not all(importlib.util.find_spec(name) for name in ("rapidocr", "onnxruntime")):
        return False
    try:
        importlib.import_module("cv2")
    except ImportError:
        return False
    return True


def tesseract_languages(program: str) -> list[str]:
    """The languages that an installed tesseract has models for."""
    try:
        done = subprocess.run(  # noqa: S603 - a program found by its own name
            [program, "--list-langs"], capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return done.stdout.split()


class _Rapid:
    """rapidocr on one thread: as many readers work at once as there are processes."""

    def __init__(self) -> None:
        self._run: Any = None
        try:
            self.name = f"rapidocr {version('rapidocr')}"
        except PackageNotFoundError:
            self.name = "rapidocr"

    def lines(self, picture: Picture | bytes, page_begun: Callable[[], None]) -> list[str] | None:
        """Boxes of text put into lines by where they stand."""
        image = _array(picture)
        if image is None:
            return None
        if self._run is None:
            from rapidocr import RapidOCR  # noqa: PLC0415 - heavy, and only where there is a picture

            self._run = RapidOCR(params=_SETTINGS)
        lines: list[str] = []
        height, width = image.shape[:2]
        for top, bottom in bands(height, width, lambda top, bottom: _ink(image[top:bottom])):
            page_begun()
            found = self._run(image[top:bottom])
            if found.txts is not None:
                rows = zip(found.boxes, found.txts, found.scores, strict=True)
                lines += by_place([(box.tolist(), text) for box, text, score in rows if score >= _LEAST_SCORE])
        return lines


def bands(height: int, width: int, ink: Callable[[int, int], Sequence[float]]) -> Iterator[tuple[int, int]]:
    """First and last row of the pieces to read a picture in: a tall one is cut where there is the least ink.

    `ink(top, bottom)` is how much each of these rows differs within itself: nothing between two lines.
    """
    top = 0
    most = max(int(width * _TALLEST), _LEAST_BAND)
    while height - top > most:
        low = top + most * 2 // 3
        rows = list(ink(low, top + most))
        cut = low + rows.index(min(rows)) + 1
        yield top, cut
        top = cut
    yield top, height


def _ink(rows: Any) -> list[float]:
    """How much each row of a picture differs within itself."""
    return list(map(float, rows.std(axis=(1, 2))))


def _array(picture: Picture | bytes) -> Any:
    """The picture as rapidocr takes it; None where it cannot be opened."""
    import cv2  # noqa: PLC0415 - comes with rapidocr
    import numpy  # noqa: PLC0415 - comes with rapidocr

    if isinstance(picture, Picture):
        rows = numpy.frombuffer(picture.grey, dtype=numpy.uint8)[: picture.stride * picture.height]
        grey = rows.reshape(picture.height, picture.stride)[:, : picture.width]
        return cv2.cvtColor(numpy.ascontiguousarray(grey), cv2.COLOR_GRAY2BGR)
    try:
        return cv2.imdecode(numpy.frombuffer(picture, dtype=numpy.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        return None


def by_place(found: Sequence[tuple[Sequence[Sequence[float]], str]]) -> list[str]:
    """Boxes (four corners each) and their texts as lines: what stands side by side is one line, from the left.

    Pieces close together are one run of text; further apart they are cells, parted by a tab.
    """
    boxes = [
        (
            min(corner[1] for corner in box), max(corner[1] for corner in box),
            min(corner[0] for corner in box), max(corner[0] for corner in box), text,
        )
        for box, text in found
    ]  # fmt: skip
    lines: list[list[tuple[float, float, float, float, str]]] = []
    for box in sorted(boxes, key=lambda box: box[0] + box[1]):
        middle = (box[0] + box[1]) / 2
        first = lines[-1][0] if lines else None
        if first and first[0] < middle < first[1]:
            lines[-1].append(box)
        else:
            lines.append([box])
    said = []
    for line in lines:
        line.sort(key=lambda box: box[2])
        pieces = [line[0][4]]
        for before, box in pairwise(line):
            pieces.append("\t" if box[2] - before[3] > _CELL_GAP * (box[1] - box[0]) else "")
            pieces.append(box[4])
        said.append("".join(pieces))
    return said


class _Tesseract:
    """tesseract as a program, given the picture on its standard input."""

    def __init__(self, program: str) -> None:
        self._program = program
        done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - as above
        self.name = " ".join(done.stdout.split()[:2]) or "tesseract"

    def lines(self, picture: Picture | bytes, page_begun: Callable[[], None]) -> list[str] | None:
        """Its lines, without the blanks it puts between Chinese characters."""
        body = _portable(picture) if isinstance(picture, Picture) else picture
        found = self._output(body, page_begun)
        return None if found is None else [_closed(line) for line in found.decode("utf-8", "replace").splitlines()]

    def _output(self, body: bytes, page_begun: Callable[[], None]) -> bytes | None:
        """What it writes; None where it fails or has not ended after some times the time of a page."""
        command = [self._program, "stdin", "stdout", "-l", _LANGUAGES]
        pipes: dict[str, Any] = dict.fromkeys(("stdin", "stdout"), subprocess.PIPE) | {"stderr": subprocess.DEVNULL}
        # As many readers work at once as there are processes; threads of its own only wait for each other.
        with subprocess.Popen(command, env={"OMP_THREAD_LIMIT": "1"}, **pipes) as process:  # noqa: S603 - found by its name
            given: bytes | None = body
            for _ in range(_TRIES):
                page_begun()
                try:
                    found, _ = process.communicate(given, timeout=_SECONDS)
                except subprocess.TimeoutExpired:
                    given = None
                    continue
                return None if process.returncode else bytes(found)
            process.kill()
        return None


def _portable(picture: Picture) -> bytes:
    """The picture as a portable grey map."""
    rows = (
        picture.grey[start : start + picture.width]
        for start in range(0, picture.stride * picture.height, picture.stride)
    )
    return b"P5\n%d %d\n255\n" % (picture.width, picture.height) + b"".join(rows)


def _closed(line: str) -> str:
    words = line.split()
    out = words[:1]
    for before, word in pairwise(words):
        out.append(word if before[-1] > "\u2e7f" and word[0] > "\u2e7f" else f" {word}")
    return "".join(out)
