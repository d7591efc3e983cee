"""More processes for what is worked out and neither read nor written: a scan's texts are spread over the cores.

The process that holds the database reads, hands out jobs, takes the answers in the order of the jobs and writes them:
what is written does not depend on how many processes there were. Few jobs are worked out where they are, since two
processes cost a second to start.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
from collections import deque
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from crawler.children import end_with_parent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

logger = logging.getLogger(__name__)

M = TypeVar("M")
J = TypeVar("J")
R = TypeVar("R")

# More would wait for the one that writes.
_MOST_PROCESSES = 4
# Jobs handed out for each process, so that none waits while answers are written.
_AHEAD = 3


class Hands(Generic[M]):
    """So many processes beside this one, none where it is 1; each has its own `mind`, what every job needs.

    Use it in a `with`. Where a process is killed the work goes on in this one, from the job whose answer is missing.
    """

    def __init__(self, mind: M, *, processes: int) -> None:
        self._mind = mind
        self._processes = processes
        self._executor = _started(mind, processes) if processes > 1 else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._give_up()

    def map(self, work: Callable[[M, J], R], jobs: Iterable[J]) -> Iterator[tuple[J, R]]:
        """Each job with its answer, in order; jobs are taken as they are needed. An exception of `work` is raised."""
        source = iter(jobs)
        waiting: deque[tuple[J, Future[R] | None]] = deque()
        more = True
        while more or waiting:
            while more and len(waiting) < (_AHEAD * self._processes if self._executor else 1):
                try:
                    job = next(source)
                except StopIteration:
                    more = False
                    break
                waiting.append((job, self._submitted(work, job)))
            if waiting:
                job, answer = waiting.popleft()
                yield job, self._answer(work, job, answer)

    def _submitted(self, work: Callable[[M, J], R], job: J) -> Future[R] | None:
        if self._executor is None:
            return None
        try:
            return self._executor.submit(partial(_call, work), job)
        except BrokenProcessPool:
            return None

    def _answer(self, work: Callable[[M, J], R], job: J, answer: Future[R] | None) -> R:
        if answer is not None:
            try:
                return answer.result()
            except BrokenProcessPool:
                self._go_on_alone()
        return work(self._mind, job)

    def _go_on_alone(self) -> None:
        # Every answer that is still waited for says the same.
        if self._executor is not None:
            logger.warning("a process that matches texts was killed; the rest is matched without")
            self._give_up()

    def _give_up(self) -> None:
        executor, self._executor = self._executor, None
        if executor is not None:
            executor.shutdown(wait=True, cancel_futures=True)


def cores() -> int:
    """How many processes are worth it here."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(usable, _MOST_PROCESSES)


def _started(mind: object, processes: int) -> Executor | None:
    """Fresh processes, not forks: a fork would hold the database's connections and whatever lock a thread has."""
    try:
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(processes, mp_context=context, initializer=_begin, initargs=(mind,))
    except (NotImplementedError, OSError) as problem:
        # Some containers have no semaphores.
        logger.info("texts are matched in one process: %s", problem)
        return None


# A worker's own; set once, when it begins.
_minds: list[Any] = []


def _begin(mind: object) -> None:
    # Ctrl-C is the parent's to handle.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    _minds.append(mind)


def _call(work: Callable[[Any, J], R], job: J) -> R:
    return work(_minds[0], job)
