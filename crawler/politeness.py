"""How a host is treated: pace, patience, and when it is left alone. Pure: the time comes in as an argument."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Generic, TypeVar

from storage.records import ErrorClass

if TYPE_CHECKING:
    from storage.records import Headers

R = TypeVar("R")

# Answers by which a host says that it has enough of us (evidence.md, section 10).
REFUSALS = frozenset({412, 429, 503, 521})
REFUSALS_IN_A_ROW = 3
# One page may be forbidden for its own sake; only so many of them are the host's word.
FORBIDDEN_IN_A_ROW = 10
# A host that does not answer is asked no further in this run: each such look costs a whole timeout …
TIMEOUTS_IN_A_ROW = 5
# … the other failures are quick, and every page's look counts when an outage is told from a takedown.
FAILURES_IN_A_ROW = 50
# A host that asks for more patience than this is left alone for the rest of the run.
LONGEST_WAIT_SECONDS = 120.0


@dataclass(slots=True)
class Host(Generic[R]):
    """One host's queue and pace. `closed` says why it is left alone for the rest of the run, or is None."""

    name: str
    delay: float
    concurrency: int
    urgent: deque[R] = field(default_factory=deque)
    waiting: deque[R] = field(default_factory=deque)
    active: int = 0
    ready_at: float = 0.0
    refusals: int = 0
    cleared: int = 0  # refusals in a row before the last answer that seemed to be none
    forbidden: int = 0
    timeouts: int = 0
    failures: int = 0
    closed: str | None = None

    def __len__(self) -> int:
        return len(self.urgent) + len(self.waiting)

    def add(self, request: R, *, urgent: bool) -> None:
        (self.urgent if urgent else self.waiting).append(request)

    def peek(self) -> R:
        return self.urgent[0] if self.urgent else self.waiting[0]

    def is_free(self, now: float) -> bool:
        """Whether a request may go out now."""
        return self.active < self.concurrency and now >= self.ready_at

    def take(self, now: float) -> R:
        """The next request, which goes out now."""
        self.went_out(now)
        return self.urgent.popleft() if self.urgent else self.waiting.popleft()

    def went_out(self, now: float) -> None:
        self.active += 1
        self.ready_at = max(self.ready_at, now + self.delay)

    def reserve(self, now: float, patience: float) -> float | None:
        """A turn for a request that is not of the queue: in how many seconds it may go out, at the earliest. None where
        it would be later than in `patience` seconds, or the host is left alone; it has no turn then."""
        at = max(now, self.ready_at)
        if self.closed or at - now > patience:
            return None
        self.active += 1
        self.ready_at = at + self.delay
        return at - now

    def came_back(self) -> None:
        self.active -= 1

    def give_up(self) -> list[R]:
        """Everything still queued, taken off the queue."""
        left = [*self.urgent, *self.waiting]
        self.urgent.clear()
        self.waiting.clear()
        return left

    def answered(self, status: int, headers: Headers, now: float, today: datetime) -> None:
        """Take note of an answer."""
        self.timeouts = self.failures = 0
        self.forbidden = self.forbidden + 1 if status == 403 else 0
        if self.forbidden >= FORBIDDEN_IN_A_ROW:
            self.closed = f"{self.forbidden} refusals in a row, the last with status 403"
        if status not in REFUSALS:
            self.cleared, self.refusals = self.refusals, self.refusals if status == 403 else 0
            return
        self.refusals += 1
        wait = retry_after(headers, today)
        if self.refusals >= REFUSALS_IN_A_ROW:
            self.closed = f"{self.refusals} refusals in a row, the last with status {status}"
        elif wait is not None and wait > LONGEST_WAIT_SECONDS:
            self.closed = f"asks to be left alone for {wait:.0f} s (status {status})"
        elif wait is not None:
            self.ready_at = max(self.ready_at, now + wait)

    def challenged(self, product: str, status: int) -> None:
        """Take note that the answer just noted was a firewall's challenge: a refusal, whatever its status."""
        if status in REFUSALS:
            return
        self.refusals = self.cleared + 1
        if self.refusals >= REFUSALS_IN_A_ROW:
            self.closed = f"{self.refusals} refusals in a row, the last by {product} with status {status}"

    def failed(self, error: ErrorClass) -> None:
        """Take note of a look that got no answer."""
        self.failures += 1
        self.timeouts = self.timeouts + 1 if error is ErrorClass.TIMEOUT else 0
        if self.timeouts >= TIMEOUTS_IN_A_ROW:
            self.closed = f"{self.timeouts} timeouts in a row"
        elif self.failures >= FAILURES_IN_A_ROW:
            self.closed = f"{self.failures} failures in a row, the last: {error}"


def retry_after(headers: Headers, now: datetime) -> float | None:
    """The seconds that a `Retry-After` asks for, whether it says seconds or a date; None where it says neither."""
    value = next((value for name, value in headers if name.lower() == "retry-after"), "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - now).total_seconds())
