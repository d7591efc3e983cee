"""Reading in processes of their own, so that a poisonous page costs itself only: time, memory and crashes are fenced.

A worker is a child that reads jobs from its standard input and writes answers to its standard output, as frames of
JSON with the page's bytes behind. It is killed and replaced where a page takes too long or takes it down, and it ends
by itself when its parent is gone: its input ends, its parent's number changes, or the alarm of its page rings.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Self

from crawler.children import command
from storage.findings import Document, DocumentKind, Link

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from storage.records import Headers

SECONDS_PER_PAGE = 20.0
# A file of many pages has the time of a page for each, but no more than this in all.
SECONDS_PER_FILE = 300.0
# Enough for a 32 MB page's tree; a 30 kB page takes a twentieth.
MEMORY_BYTES = 1_500_000_000
# Jobs ahead of the one whose answer is waited for, so that both cores stay busy while answers are stored.
_AHEAD = 6
_BYTES_AHEAD = 64_000_000
_START_SECONDS = 30.0
_LENGTH_BYTES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadJob:
    """One page to read: the arguments of `crawler.reading.reader.read`, and a key of the caller's own.

    `took` hears, in another thread, how many seconds it took.
    """

    body: bytes
    media_type: str | None
    charset: str | None
    url: str
    status: int = 200
    headers: Headers = ()
    rendered: bytes = b""
    key: int | str = 0
    took: Callable[[float], None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a page could not be read. `passing`: the worker died of something that another try may not meet."""

    reason: str
    passing: bool = False


class ReadingPool:
    """So many reading processes. Use it in a `with`, or call `close`."""

    def __init__(
        self, *, processes: int = 2, seconds_per_page: float = SECONDS_PER_PAGE, memory_bytes: int = MEMORY_BYTES
    ) -> None:
        self._threads = ThreadPoolExecutor(max_workers=processes, thread_name_prefix="reading")
        self._idle: SimpleQueue[_Worker] = SimpleQueue()
        self._workers = [_Worker(seconds_per_page, memory_bytes) for _ in range(processes)]
        for worker in self._workers:
            self._idle.put(worker)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the workers; a page still being read is given up."""
        for worker in self._workers:
            worker.stop()
        self._threads.shutdown(wait=True, cancel_futures=True)
        for worker in self._workers:
            worker.end()

    def map(self, jobs: Iterable[ReadJob]) -> Iterator[tuple[ReadJob, Document | Failure]]:
        """The answers in the order of the jobs, which are asked for only as they are needed."""
        waiting: deque[tuple[ReadJob, Future[Document | Failure]]] = deque()
        ahead = _AHEAD * len(self._workers)
        source = iter(jobs)
        more = True
        try:
            while more or waiting:
                while more and len(waiting) < ahead and sum(len(job.body) for job, _ in waiting) < _BYTES_AHEAD:
                    job = next(source, None)
                    if job is None:
                        more = False
                        break
                    waiting.append((job, self._threads.submit(self._read, job)))
                if waiting:
                    job, answer = waiting.popleft()
                    yield job, answer.result()
        finally:
            for _, answer in waiting:
                answer.cancel()

    def _read(self, job: ReadJob) -> Document | Failure:
        worker = self._idle.get()
        began = time.monotonic()
        try:
            return worker.read(job)
        finally:
            self._idle.put(worker)
            if job.took is not None:
                job.took(time.monotonic() - began)


class _Worker:
    """One child process and its replacement after a bad page."""

    def __init__(self, seconds: float, memory_bytes: int) -> None:
        self._seconds = seconds
        self._memory_bytes = memory_bytes
        self._process: subprocess.Popen[bytes] | None = None
        self._ended = False

    def read(self, job: ReadJob) -> Document | Failure:
        try:
            process = self._started()
            _send(process, job)
            answer = self._answer(process)
        except TimeoutError as problem:
            self._kill()
            return Failure(reason=f"reading took longer than {problem} s")
        except (OSError, EOFError) as problem:
            return self._death(problem)
        if "failure" in answer:
            # A worker that ran out of memory is not to be trusted with another page.
            if answer.get("spent"):
                self._kill()
            return Failure(reason=str(answer["failure"]))
        return document_from(answer["document"])

    def _answer(self, process: subprocess.Popen[bytes]) -> dict[str, Any]:
        """The answer; each page of a file that the worker says to have begun has the time of one.

        Raises TimeoutError with the limit that was met.
        """
        pipe = _Frames(process)
        last = time.monotonic() + max(SECONDS_PER_FILE, self._seconds)
        while True:
            page = time.monotonic() + self._seconds
            try:
                answer = pipe.receive(min(page, last))
            except TimeoutError as problem:
                raise TimeoutError(f"{self._seconds if page <= last else SECONDS_PER_FILE:g}") from problem
            if "page" not in answer:
                return answer

    def stop(self) -> None:
        """Start nothing more, and end the page being read; called while `read` may run in its thread."""
        self._ended = True
        process = self._process
        if process is not None:
            _end_group(process)

    def end(self) -> None:
        """Clear away what is left; called when no `read` runs any more."""
        self._ended = True
        self._kill()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            self._kill()
        if self._ended:
            raise EOFError("the readers were closed")
        if self._process is None:
            arguments = command("crawler.reading.worker", self._memory_bytes, self._seconds)
            # A group of its own, so that what a reader starts (an unpacker, an OCR program) ends with it.
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, process_group=0
            )
            if self._ended:
                # `stop` may have come just before there was a process to end.
                _end_group(self._process)
            # Its start is not the page's time: wait for the first word.
            _Frames(self._process).receive(time.monotonic() + _START_SECONDS)
        return self._process

    def _death(self, problem: Exception) -> Failure:
        process = self._process
        code = process.wait() if process is not None else None
        self._kill()
        how = f"ended with signal {-code}" if code is not None and code < 0 else f"ended with {code}"
        return Failure(reason=f"the reader {how} ({type(problem).__name__})", passing=self._ended)

    def _kill(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        _end_group(process)
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    # What was still to be written had no reader left.
                    continue


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """Kill a worker and what it started. Once it was waited for, its number may be another's: nothing is killed."""
    if process.returncode is not None:
        return
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except OSError:
        process.kill()


def _send(process: subprocess.Popen[bytes], job: ReadJob) -> None:
    assert process.stdin is not None
    head = {
        "media_type": job.media_type, "charset": job.charset, "url": job.url, "status": job.status,
        "headers": job.headers, "size": len(job.body), "rendered": len(job.rendered),
    }  # fmt: skip
    coded = json.dumps(head).encode()
    process.stdin.write(len(coded).to_bytes(_LENGTH_BYTES, "big") + coded)
    process.stdin.write(job.body + job.rendered if job.rendered else job.body)
    process.stdin.flush()


class _Frames:
    """What a worker writes, frame by frame; it may write several before we look."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        self._pipe = process.stdout.fileno()
        self._got = bytearray()

    def receive(self, deadline: float) -> dict[str, Any]:
        """The next frame. Raises TimeoutError, or EOFError where the worker is gone."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._pipe, selectors.EVENT_READ)
            while len(self._got) < self._wanted():
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    raise TimeoutError
                piece = os.read(self._pipe, 1 << 20)
                if not piece:
                    raise EOFError
                self._got += piece
        size = self._wanted()
        answer: dict[str, Any] = json.loads(self._got[_LENGTH_BYTES:size])
        del self._got[:size]
        return answer

    def _wanted(self) -> int:
        """How many bytes there are to the end of the frame that has begun."""
        head = self._got[:_LENGTH_BYTES]
        return _LENGTH_BYTES + (int.from_bytes(head, "big") if len(head) == _LENGTH_BYTES else 0)


def document_to(document: Document) -> dict[str, Any]:
    """A document as JSON's own types."""
    return asdict(document)


def document_from(value: dict[str, Any]) -> Document:
    """The document that `document_to` wrote."""
    links = {name: tuple(Link(**link) for link in value[name]) for name in ("links", "attachments")}
    lists = {name: tuple(value[name]) for name in ("parts", "page_starts", "warnings")}
    return Document(**{**value, **links, **lists, "kind": DocumentKind(value["kind"])})
