"""More processes for what is worked out and neither read nor written: a scan's texts are spread over the cores.

The process that holds the database reads, hands out jobs, takes the answers in the order of the jobs and writes them:
what is written does not depend on how many processes there were. Where it would wait for an answer, it works out one of
the jobs itself: a fresh process takes a second or two to start, and few jobs are done by then.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from crawler.children import end_with_parent
from desk.parcels import pack, send, unpack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from multiprocessing.connection import Connection

logger = logging.getLogger(__name__)

M = TypeVar("M")
J = TypeVar("J")
R = TypeVar("R")

# More would wait for the one that writes.
_MOST_PROCESSES = 4
# Jobs handed out for each process, so that none waits while answers are written.
_AHEAD = 3


@dataclass(slots=True, eq=False)
class _Task:
    """A job that was handed out; what came of it, once it is done."""

    work: Callable[[Any, Any], Any]
    job: Any
    is_done: bool = False
    answer: Any = None
    error: Exception | None = None

    def do(self, mind: object) -> None:
        try:
            self.answer = self.work(mind, self.job)
        except Exception as problem:  # noqa: BLE001 - raised in the turn of its job, wherever it was worked out
            self.error = problem
        self.is_done = True


class Hands(Generic[M]):
    """So many processes in all, this one included; each has its own `mind`, what every job needs.

    Use it in a `with`. What a process was doing when it was killed is done by another.
    """

    def __init__(self, mind: M, *, processes: int) -> None:
        self.is_up = False
        """Whether another process has begun to work."""
        self._mind = mind
        self._ahead = _AHEAD * processes if processes > 1 else 1
        # Guards what follows; told of every task that comes, is done, or comes back from a process that was killed.
        self._change = threading.Condition()
        self._to_do: deque[_Task] = deque()
        self._is_over = False
        self._hands: list[_Hand] = []
        with _as_many_as_are_to_be_had():
            for _ in range(processes - 1):
                self._hands.append(_Hand(mind))
        # Once all processes are there: whoever forks must be alone.
        with _as_many_as_are_to_be_had():
            for hand in self._hands:
                hand.lead(self._next, self._settle)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._change:
            self._is_over = True
            self._change.notify_all()
        for hand in self._hands:
            hand.end()

    def map(self, work: Callable[[M, J], R], jobs: Iterable[J]) -> Iterator[tuple[J, R]]:
        """Each job with its answer, in order; jobs are taken as they are needed. An exception of `work` is raised."""
        source = iter(jobs)
        waiting: deque[_Task] = deque()
        try:
            while True:
                for job in islice(source, self._ahead - len(waiting)):
                    waiting.append(_Task(work, job))
                    self._hand_out(waiting[-1])
                if not waiting:
                    return
                self._see_to(waiting[0])
                task = waiting.popleft()
                if task.error is not None:
                    raise task.error
                yield task.job, task.answer
        finally:
            with self._change:
                self._to_do.clear()

    def _hand_out(self, task: _Task) -> None:
        with self._change:
            self._to_do.append(task)
            self._change.notify()

    def _see_to(self, task: _Task) -> None:
        """Return once a task is done; meanwhile do here what no other process has begun."""
        while not task.is_done:
            with self._change:
                self._change.wait_for(lambda: task.is_done or self._to_do)
                mine = None if task.is_done else self._to_do.popleft()
            if mine is not None:
                mine.do(self._mind)

    def _next(self) -> _Task | None:
        """The first task that nobody has begun, waited for; None when all is over."""
        with self._change:
            self.is_up = True
            self._change.wait_for(lambda: self._to_do or self._is_over)
            return None if self._is_over else self._to_do.popleft()

    def _settle(self, task: _Task) -> None:
        """Take back a task that another process had: done, or to be done by another."""
        with self._change:
            if not task.is_done:
                self._to_do.appendleft(task)
            self._change.notify_all()


class _Hand:
    """One process beside this one, and the thread here that hands it its tasks."""

    def __init__(self, mind: object) -> None:
        forks = _may_fork()
        context = multiprocessing.get_context("fork") if forks else multiprocessing.get_context("spawn")
        self._ours, theirs = context.Pipe()
        # A fork has its mind at once; a fresh process is sent it once it is up, by the thread that leads it.
        self._to_send = None if forks else (mind,)
        arguments = (theirs, None, ()) if self._to_send else (theirs, self._ours, (mind,))
        self._process = context.Process(target=_serve, args=arguments, daemon=True)
        with _deaf_to_interrupts():
            self._process.start()
        theirs.close()
        self._is_ended = False
        self._thread: threading.Thread | None = None

    def lead(self, take: Callable[[], _Task | None], settle: Callable[[_Task], None]) -> None:
        """Hand it its tasks from now on. Raises RuntimeError where no thread is to be had for it."""
        thread = threading.Thread(target=self._lead, args=(take, settle), daemon=True)
        thread.start()
        self._thread = thread

    def _lead(self, take: Callable[[], _Task | None], settle: Callable[[_Task], None]) -> None:
        task: _Task | None = None
        try:
            if self._to_send:
                send(self._ours, *self._to_send)
            self._ours.recv()
            while (task := take()) is not None:
                send(self._ours, (task.work, task.job))
                opened = _Task(_opened, self._ours.recv_bytes())
                opened.do(None)
                task.answer, task.error = opened.answer or (None, opened.error)
                task.is_done = True
                settle(task)
        except Exception as problem:  # noqa: BLE001 - of whatever a process dies, its task must come back
            if not self._is_ended:
                what = "was killed" if isinstance(problem, (EOFError, OSError)) else "could not be given its work"
                said = "a process that matches texts %s (%s); another does what it was at, the rest goes on without it"
                logger.warning(said, what, type(problem).__name__)
            if task is not None:
                settle(task)

    def end(self) -> None:
        self._is_ended = True
        self._process.terminate()
        self._process.join()
        if self._thread is not None:
            self._thread.join()
        self._ours.close()


@contextmanager
def _as_many_as_are_to_be_had() -> Iterator[None]:
    """What is started in the block ends where the system gives no more processes, or threads."""
    try:
        yield
    except (OSError, RuntimeError) as problem:
        logger.info("texts are matched in fewer processes: %s", problem)


def _may_fork() -> bool:
    """Whether a fork is safe here: no other thread can hold a lock at that moment. It is there at once, where a fresh
    process loads everything anew for seconds. macOS has threads of its own, which no program sees."""
    return sys.platform == "linux" and threading.active_count() == 1


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """What is started in the block never hears Ctrl-C, not even while it starts: that is the parent's to handle."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def cores() -> int:
    """How many processes are worth it here."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(usable, _MOST_PROCESSES)


def _serve(theirs: Connection, ours: Connection | None, known: tuple[()] | tuple[object]) -> None:
    """The other process's side: say that it is there once it has its mind, then a task at a time.

    `ours`: the parent's end where this is a fork, which also has it, and would never see it close. What else it has of
    the parent's, connections to a database above all, it does not touch, and leaves without any clearing up.
    """
    if ours is not None:
        ours.close()
    end_with_parent()
    try:
        (mind,) = known or (theirs.recv(),)
        theirs.send(None)
        while True:
            theirs.send_bytes(_outcome(mind, *theirs.recv()))
    except (EOFError, ConnectionError):
        # The one that started it is done.
        return


def _outcome(mind: object, work: Callable[[Any, Any], Any], job: object) -> memoryview:
    """What came of a task, packed: its answer and None, or None and what was raised. An answer that cannot be packed is
    an error of the job, not the end of this process; an error that cannot be made again is told by its name."""
    done = _Task(lambda mind, job: pack((work(mind, job), None)), job)
    done.do(mind)
    if done.error is None:
        return done.answer  # type: ignore[no-any-return] # what `pack` gave
    raised = _Task(_packed_error, done.error)
    raised.do(None)
    return raised.answer or pack((None, RuntimeError(f"{type(done.error).__name__}: {done.error}")))


def _packed_error(_: object, error: Exception) -> memoryview:
    packed = pack((None, error))
    unpack(packed)
    return packed


def _opened(_: object, packed: bytes) -> Any:
    return unpack(packed)
