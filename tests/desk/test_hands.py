"""Work spread over processes: the answers in order, errors raised, and nothing lost where one is killed."""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from alerts.rulebook import load_rules
from desk import hands as hands_module
from desk import matching
from desk.finding import Books
from desk.hands import Hands
from desk.matching import Matching
from storage import alerts
from storage.runs import lock
from tests.desk.invented_web import Web
from tests.desk.test_matching import HIT, PLAIN, RULES, SECOND, book

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from storage.config import Config
    from storage.database import Database
    from tests.conftest import Clock

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test's own process is not forked, whether it has other threads or not."""
    monkeypatch.setattr(hands_module, "_may_fork", lambda: False)


def slow_square(mind: int, job: int) -> tuple[int, int]:
    """The later jobs are done first."""
    time.sleep(0.02 * (4 - job % 4))
    return mind * job * job, os.getpid()


class SlowToCome:
    """A mind that another process takes long to make."""

    SECONDS = 30.0

    def __setstate__(self, _: object) -> None:
        time.sleep(self.SECONDS)

    def __getstate__(self) -> int:
        return 1


def is_at_hand(_: object, __: object) -> int:
    return os.getpid()


def dies_elsewhere(mind: int, job: int) -> int:
    """Kills the process it runs in, but for the one that `mind` names."""
    if os.getpid() != mind:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.01)
    return job


def once_up(hands: Hands[Any], number: int) -> Iterator[int]:
    """So many jobs, the first once another process is there."""
    limit = time.monotonic() + 60
    while not hands.is_up:
        assert time.monotonic() < limit
        time.sleep(0.01)
    yield from range(number)


def fails(_: object, job: int) -> int:
    raise ValueError(f"job {job}")


class UnmakeableError(Exception):
    """One that no other process can make again."""

    def __init__(self, one: int, other: int) -> None:
        super().__init__(f"{one} {other}")


def fails_unmakeably(_: object, job: int) -> int:
    raise UnmakeableError(job, job)


class UnpackableError(Exception):
    """One that cannot be packed."""

    def __init__(self, job: int) -> None:
        super().__init__(f"job {job}")
        self.lock = threading.Lock()


def fails_unpackably(_: object, job: int) -> int:
    raise UnpackableError(job)


def gives_what_cannot_be_packed(_: object, __: int) -> object:
    return threading.Lock()


class Unmakeable:
    """Packed, but never made again."""

    def __getstate__(self) -> int:
        return 1

    def __setstate__(self, _: object) -> None:
        raise ValueError("never made again")


def gives_what_cannot_be_made(_: object, __: int) -> object:
    return Unmakeable()


def elsewhere(mind: int, job: tuple[str, int]) -> object:
    """A function of this module by its name, in another process than the one that `mind` names."""
    assert os.getpid() != mind
    does, number = job
    return globals()[does](mind, number)


class PatientHands(Hands[Any]):
    """Do nothing before another process has begun the first job, however few and small the jobs are."""

    def __init__(self, mind: object, *, processes: int) -> None:
        self.elsewhere = 0
        """How many jobs other processes did."""
        self.is_begun = threading.Event()
        super().__init__(mind, processes=processes)

    def _next(self) -> Any:
        task = super()._next()
        self.is_begun.set()
        return task

    def _see_to(self, task: Any) -> None:
        if self._hands:
            assert self.is_begun.wait(60)
        super()._see_to(task)

    def _settle(self, task: Any) -> None:
        self.elsewhere += task.is_done
        super()._settle(task)


def scan_in(processes: int, monkeypatch: pytest.MonkeyPatch) -> list[PatientHands]:
    """Have each scan of four snapshots and more use so many processes; gives what each used, once it has."""
    used: list[PatientHands] = []

    def make(mind: object, *, processes: int) -> PatientHands:
        used.append(PatientHands(mind, processes=processes))
        return used[-1]

    monkeypatch.setattr(matching, "MANY", 4)
    monkeypatch.setattr(matching, "_BATCH", 3)
    monkeypatch.setattr(matching, "cores", lambda: processes)
    monkeypatch.setattr(matching, "Hands", make)
    return used


@pytest.mark.parametrize("processes", [1, 2])
def test_answers_come_in_the_order_of_the_jobs(processes: int) -> None:
    with PatientHands(2, processes=processes) as hands:
        found = list(hands.map(slow_square, range(12)))
    assert [(job, answer) for job, (answer, _) in found] == [(job, 2 * job * job) for job in range(12)]
    at_work = {process for _, (_, process) in found}
    assert os.getpid() in at_work
    assert len(at_work) == processes


def test_what_is_done_before_another_process_is_there_is_done_here() -> None:
    began = time.monotonic()
    with Hands(SlowToCome(), processes=2) as hands:
        assert [answer for _, answer in hands.map(is_at_hand, range(30))] == [os.getpid()] * 30
    assert time.monotonic() - began < SlowToCome.SECONDS


def test_work_is_shared_with_a_process_that_is_there() -> None:
    with Hands(1, processes=2) as hands:
        done = list(hands.map(slow_square, once_up(hands, 40)))
    assert [(job, answer) for job, (answer, _) in done] == [(job, job * job) for job in range(40)]
    found = {process for _, (_, process) in done}
    assert len(found) == 2
    assert os.getpid() in found


def test_a_killed_process_loses_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with Hands(os.getpid(), processes=2) as hands:
        assert [answer for _, answer in hands.map(dies_elsewhere, once_up(hands, 20))] == list(range(20))
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert re.search(r"was killed \((EOFError|ConnectionResetError)\); another does what it was at", caplog.text)


def test_a_job_that_cannot_be_sent_is_done_here_and_no_process_is_said_to_be_killed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with PatientHands(1, processes=2) as hands:
        ((_, answer),) = hands.map(is_at_hand, [threading.Lock()])
    assert answer == os.getpid()
    assert caplog.messages == [
        "a process that matches texts could not be given its work (TypeError); another does what it was at, "
        "the rest goes on without it"
    ]


@pytest.mark.parametrize("processes", [1, 2])
def test_an_error_is_raised_and_the_processes_end(processes: int) -> None:
    with pytest.raises(ValueError, match="job 0"), Hands(None, processes=processes) as hands:
        list(hands.map(fails, range(3)))


@pytest.mark.parametrize(
    ("does", "says"),
    [
        ("fails_unmakeably", "UnmakeableError: 7 7"),
        ("fails_unpackably", "UnpackableError: job 7"),
        ("gives_what_cannot_be_packed", "pickle"),
        ("gives_what_cannot_be_made", "never made again"),
    ],
)
def test_what_cannot_be_sent_is_the_jobs_error_and_not_the_end_of_the_process(
    does: str, says: str, caplog: pytest.LogCaptureFixture
) -> None:
    with PatientHands(os.getpid(), processes=2) as hands:
        with pytest.raises(Exception, match=says):
            list(hands.map(elsewhere, [(does, 7)]))
        # It goes on with the next, which again is its own.
        hands.is_begun.clear()
        assert next(hands.map(elsewhere, [("is_at_hand", 7)]))[1] != os.getpid()
        assert hands.elsewhere == 2
    assert caplog.messages == []


# A process with another thread starts fresh ones, one that is alone forks (on Linux).
BESIDE = {"fresh": "threading.Thread(target=time.sleep, args=(600,), daemon=True).start()", "forked": "pass"}


def parent_of(tmp_path: Path, how: str, mind: str, *lines: str) -> list[str]:
    """The command of a program that works with two processes, started in one way or the other."""
    script = tmp_path / "parent.py"
    script.write_text(
        "import sys, threading, time\n"
        "sys.path.insert(0, sys.argv[1])\n"
        "from desk.hands import Hands\n"
        "from tests.desk.test_hands import called, once_up, slow_square\n"
        "if __name__ == '__main__':\n"
        f"    {BESIDE[how]}\n"
        f"    with Hands({mind}, processes=2) as hands:\n" + "".join(f"        {line}\n" for line in lines)
    )
    return [sys.executable, str(script), str(ROOT)]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux's processes are forked")
def test_a_process_that_is_alone_forks_and_sends_its_mind_to_nobody(tmp_path: Path) -> None:
    command = parent_of(
        tmp_path,
        "forked",
        # Nobody can send a lambda.
        "lambda job: job + 1",
        "for job, found in hands.map(called, once_up(hands, 40)):",
        "    print(job, *found, flush=True)",
    )
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    rows = [line.split() for line in done.stdout.splitlines()]
    assert [(int(job), int(answer)) for job, answer, _ in rows] == [(job, job + 1) for job in range(40)]
    assert len({process for *_, process in rows}) == 2
    assert not done.stderr


def called(mind: Callable[[int], int], job: int) -> tuple[int, int]:
    time.sleep(0.02)
    return mind(job), os.getpid()


@pytest.mark.parametrize("how", BESIDE)
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are looked for in /proc")
def test_no_process_outlives_a_killed_parent(tmp_path: Path, how: str) -> None:
    command = parent_of(
        tmp_path,
        how,
        "1",
        "for _, (_, process) in hands.map(slow_square, once_up(hands, 10**6)):",
        "    print(process, flush=True)",
    )
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        children = {int(parent.stdout.readline()) for _ in range(20)}
        parent.kill()
    until = time.monotonic() + 60
    while any(Path(f"/proc/{child}").exists() for child in children) and time.monotonic() < until:
        time.sleep(0.1)
    assert not [child for child in children if Path(f"/proc/{child}").exists()]


def test_a_process_whose_parent_left_something_unread_ends_without_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hands_module, "end_with_parent", lambda: None)
    ours, theirs = multiprocessing.Pipe()
    theirs.send("an answer that nobody takes")
    # Its end is reset then, not merely closed.
    ours.close()
    hands_module._serve(theirs, None, ())
    with pytest.raises(ConnectionError):
        theirs.send(None)


def test_another_process_makes_the_same_rulebook() -> None:
    made = load_rules()
    with Hands(Books(made), processes=2) as hands:
        found = [answer for _, answer in hands.map(digest_of_part, once_up(hands, 40))]
    assert {(digest, rules) for digest, rules, _ in found} == {(made.digest, (made.rules[0].id,))}
    assert len({process for *_, process in found}) == 2


def digest_of_part(books: Books, _: int) -> tuple[str, tuple[str, ...], int]:
    time.sleep(0.02)
    part = books.of(frozenset({books.whole.rules[0].id}))
    return books.whole.digest, tuple(rule.id for rule in part.rules), os.getpid()


def test_a_scan_finds_the_same_in_more_processes(
    config: Config, database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = Web(config, database, clock)
    for number in range(12):
        web.look(f"/{number}.html", (HIT if number % 3 == 0 else PLAIN) + f"\n丙丁{number}")
    web.derive()
    used = scan_in(2, monkeypatch)
    first = Matching(database, book(RULES), now=web.clock).scan()
    # The second rule reads alone, up to where the first stands.
    second = Matching(database, book(RULES + SECOND), now=web.clock).scan()
    assert [hands.elsewhere > 0 for hands in used] == [True, True]
    monkeypatch.setattr(matching, "cores", lambda: 1)
    again = Matching(database, book(RULES + SECOND), now=web.clock).scan(everything=True)
    assert used[-1].elsewhere == 0
    with database.read() as conn:
        stored = alerts.listing(conn)
    assert [alert.url[-7:] for alert in first.alerts] == ["/0.html", "/3.html", "/6.html", "/9.html"]
    assert [str(alert.kind) for alert in second.alerts] == ["retroactive"] * 12
    assert (first.snapshots, second.snapshots, again.snapshots) == (12, 12, 12)
    assert again.alerts == ()
    assert again.hits == first.hits + second.hits == 16
    assert len(stored) == 16
    web.archive.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux's processes are forked")
def test_a_fork_does_not_hold_the_lock_of_a_parent_that_was_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "import os, sys\n"
        "from pathlib import Path\n"
        "sys.path.insert(0, sys.argv[1])\n"
        "from desk.hands import Hands\n"
        "from storage.runs import lock\n"
        "from tests.desk.test_hands import cannot_be_told_to_end\n"
        "with lock(Path(sys.argv[2])), Hands((sys.argv[2], os.getpid()), processes=2) as hands:\n"
        "    list(hands.map(cannot_be_told_to_end, range(6000)))\n"
    )
    with subprocess.Popen([sys.executable, script, ROOT, tmp_path]) as parent:
        until = time.monotonic() + 60
        while not (found := list(tmp_path.glob("at-work-*"))) and time.monotonic() < until:
            time.sleep(0.02)
        parent.kill()
    child = int(found[0].name.rpartition("-")[2])
    try:
        with lock(tmp_path):
            assert Path(f"/proc/{child}").exists()
    finally:
        os.kill(child, signal.SIGKILL)


def cannot_be_told_to_end(mind: tuple[str, int], _: int) -> bool:
    """In another process than the one it names: a pattern that holds the interpreter for minutes."""
    folder, parent = mind
    if os.getpid() == parent:
        time.sleep(0.02)
        return False
    Path(folder, f"at-work-{os.getpid()}").touch()
    return bool(re.match(r"(a+)+$", "a" * 36 + "b"))
