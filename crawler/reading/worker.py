"""The child's side of crawler/reading/workers.py: reads pages until its input ends, under limits of its own."""

from __future__ import annotations

import json
import signal
import sys
from typing import TYPE_CHECKING, Any

from crawler.children import end_with_parent, limit, own_output
from crawler.reading.reader import read
from crawler.reading.workers import document_to
from storage.errors import Quarantine

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO


def serve(memory_bytes: str, seconds_per_page: str) -> None:
    """Answer jobs from standard input until it ends."""
    seconds = float(seconds_per_page)
    # Ctrl-C is the parent's to handle; we end when our input does.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    limit(memory_bytes=int(memory_bytes))
    source, sink = sys.stdin.buffer, own_output()
    end_with_parent()
    _write(sink, {"ready": True})
    while True:
        head = _frame(source)
        if head is None:
            return
        job = json.loads(head)
        body = source.read(job.pop("size"))
        job["rendered"] = source.read(job["rendered"])
        # The parent kills us at its own limit; the alarm is for when there is no parent left to do it, even while
        # a library holds the interpreter: its default is the end of the process.
        signal.setitimer(signal.ITIMER_REAL, seconds + 5)
        answer = _answer(job, body, _page_teller(sink, seconds))
        signal.setitimer(signal.ITIMER_REAL, 0)
        _write(sink, answer)


def _page_teller(sink: BinaryIO, seconds: float) -> Callable[[], None]:
    """What tells the parent that the next page of a file has begun; each has the time of a page."""

    def tell() -> None:
        signal.setitimer(signal.ITIMER_REAL, seconds + 5)
        _write(sink, {"page": True})

    return tell


def _answer(job: dict[str, Any], body: bytes, page_begun: Callable[[], None]) -> dict[str, Any]:
    job["headers"] = tuple((name, value) for name, value in job["headers"])
    try:
        return {"document": document_to(read(body, page_begun=page_begun, **job))}
    except Quarantine as problem:
        return {"failure": str(problem)}
    except MemoryError:
        return {"failure": "reading needed more memory than a page may have", "spent": True}
    except RecursionError:
        return {"failure": "the page is nested too deeply"}
    except Exception as problem:  # noqa: BLE001 - the fence of the stage: said with its page, and the next page is read
        return {"failure": f"reading failed: {type(problem).__name__}: {str(problem)[:300]}"}


def _frame(source: BinaryIO) -> bytes | None:
    length = source.read(4)
    return source.read(int.from_bytes(length, "big")) if len(length) == 4 else None


def _write(sink: BinaryIO, answer: dict[str, Any]) -> None:
    coded = json.dumps(answer, ensure_ascii=True).encode()
    sink.write(len(coded).to_bytes(4, "big") + coded)
    sink.flush()
