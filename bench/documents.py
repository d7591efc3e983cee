"""Documents read in one worker: pages of text a second, OCR's time for a page, and the worker's peak memory.

The scan is drawn here from a page of text, so a Chinese font must be installed for OCR to be measured.
"""

from __future__ import annotations

import sys
import time
import zlib
from pathlib import Path

from harness import tell

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from crawler.reading import ocr
from crawler.reading.workers import Failure, ReadingPool, ReadJob
from tests.crawler.reading import files

PAGES = 400
SCANS = 4
MB = 1_000_000
SENTENCE = (
    "云浦县公安局会同有关部门对滞留境外人员开展工作，向其亲属说明有关法律规定，敦促其主动回国投案，争取宽大处理。"
)
LINES = [(SENTENCE * 2)[at : at + 36] for at in range(36)]


def read(pool: ReadingPool, body: bytes) -> tuple[float, int]:
    """Seconds for a file, and how many characters came out of it."""
    began = time.monotonic()
    ((_, found),) = pool.map([ReadJob(body=body, media_type=None, charset=None, url="http://bench.example/a")])
    seconds = time.monotonic() - began
    if isinstance(found, Failure):
        sys.exit(f"bench: {found.reason}")
    return seconds, len(found.body)


def peak_bytes(pool: ReadingPool) -> int:
    """The largest resident size the worker ever had; Linux only."""
    process = pool._workers[0]._process
    assert process is not None
    for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def scan() -> bytes:
    """Pages that are pictures of a page of text, grey, at 200 dpi."""
    import pypdfium2  # noqa: PLC0415 - loaded in this process only for the drawing

    bitmap = pypdfium2.PdfDocument(files.pdf([LINES]))[0].render(scale=200 / 72, grayscale=True)
    rows = bytes(bitmap.buffer)
    data = zlib.compress(b"".join(rows[at : at + bitmap.width] for at in range(0, len(rows), bitmap.stride)))
    plain = files.pdf([[]] * SCANS, scan=True)
    head = b"/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/FlateDecode/Length %d>>stream\n" % (
        bitmap.width, bitmap.height, len(data),
    )  # fmt: skip
    small = b"/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8/Length 1>>stream\n\x80\n"
    assert small in plain
    # The table of places is wrong now; pdfium makes its own.
    return plain.replace(small, head + data + b"\n")


def main() -> int:
    with ReadingPool(processes=1) as pool:
        read(pool, files.pdf([LINES]))
        seconds, length = read(pool, files.pdf([LINES] * PAGES))
        good = tell("PDF, pages of text a second", f"{PAGES / seconds:.0f}", ">= 20", PAGES / seconds >= 20)
        print(f"{PAGES} pages, {length} characters, {seconds:.2f} s")
        cells = f"<c t='inlineStr'><is><t>{SENTENCE}</t></is></c>"
        sheet = files.xlsx({"一": f"<row><c><v>1</v></c>{cells}</row>" * 9000})
        for body in (files.docx(files.docx_paragraph(SENTENCE) * 9000), sheet, files.rtf(SENTENCE * 900)):
            read(pool, body)
        peak = peak_bytes(pool)
        good &= tell("worker without OCR, peak MB", f"{peak / MB:.0f}", "<= 250", peak <= 250 * MB)
    engine = ocr.engine()
    if engine is None:
        print("OCR is not installed: pip install 'longarm[ocr]'")
        return 0 if good else 1
    with ReadingPool(processes=1) as pool:
        body = scan()
        seconds, length = read(pool, body)
        if length < SCANS * len(LINES) * 30:
            print(f"OCR read {length} characters: is a Chinese font installed?")
        each = 1000 * seconds / SCANS
        print(f"OCR by {engine.name}: {each:.0f} ms a page of {length // SCANS} characters, its start included")
        peak = peak_bytes(pool)
        good &= tell("worker with OCR, peak MB", f"{peak / MB:.0f}", "<= 600", peak <= 600 * MB)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
