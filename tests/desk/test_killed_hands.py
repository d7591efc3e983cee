"""What processes beside this one are killed at is done by another, or named, and never done here; the rest goes on."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from desk import hands as hands_module
from desk.finding import Batch, Job, spanned
from desk.hands import Hands, KilledError
from storage.findings import Document, DocumentKind, Snapshot
from storage.records import CaptureId, PageId, Sha256
from tests.desk.test_hands import once_up

DEADLY = 3


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test's own process is not forked, whether it has other threads or not."""
    monkeypatch.setattr(hands_module, "_may_fork", lambda: False)


def dies(mind: tuple[int, str, int], job: int) -> int:
    """Kills the process it runs in, but for the one that `mind` names, at the deadly job, so many times in all."""
    parent, folder, times = mind
    if job == DEADLY:
        Path(folder, str(os.getpid())).touch()
        if os.getpid() != parent and len(seen_in(folder)) <= times:
            os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.01)
    return os.getpid()


def seen_in(folder: Path | str) -> set[str]:
    """The processes that came to the deadly job."""
    return {path.name for path in Path(folder).iterdir()}


@pytest.fixture
def deadly_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the deadly job to another process, however soon this one would come to it."""
    mine = Hands._mine

    def but_that(hands: Hands[Any]) -> Any:
        found = mine(hands)
        return None if found is not None and found.job == DEADLY else found

    monkeypatch.setattr(Hands, "_mine", but_that)


@pytest.mark.usefixtures("deadly_elsewhere")
@pytest.mark.parametrize("processes", [2, 3])
def test_a_killed_process_loses_nothing(processes: int, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with Hands((os.getpid(), str(tmp_path), 1), processes=processes) as hands:
        done = dict(hands.map(dies, once_up(hands, 20)))
    assert list(done) == list(range(20))
    # Not what a process was killed at is done here.
    assert done[DEADLY] != os.getpid()
    assert [record.levelname for record in caplog.records] == ["WARNING"]


@pytest.mark.usefixtures("deadly_elsewhere")
@pytest.mark.parametrize("processes", [2, 3])
def test_what_kills_each_process_in_turn_is_named_and_never_done_here(processes: int, tmp_path: Path) -> None:
    with Hands((os.getpid(), str(tmp_path), 99), processes=processes) as hands:
        answers = hands.map(dies, once_up(hands, 20))
        assert [job for job, _ in islice(answers, DEADLY)] == [0, 1, 2]
        with pytest.raises(KilledError, match=r"^3: 2 processes, one after the other, were killed [^\n]+$"):
            next(answers)
    assert len(seen_in(tmp_path)) == 2
    assert str(os.getpid()) not in seen_in(tmp_path)


def test_a_batch_is_named_by_its_snapshots() -> None:
    def snapshot(number: int) -> Snapshot:
        return Snapshot(
            id=CaptureId(number),
            record_sha256=Sha256(f"{number:x}" * 64),
            page_id=PageId(1),
            url="http://a.example/",
            ordinal=number,
            captured_at=datetime(2026, 11, 30, tzinfo=UTC),
            parts=(),
        )

    one, two, three = map(snapshot, (1, 2, 3))
    assert spanned([one, two, three]) == f"the 3 snapshots from {one.short} to {three.short}"
    assert [spanned([two]), spanned([])] == [f"snapshot {two.short}", "no snapshots"]
    work = Job(snapshot=two, url_key="x", source=None, document=Document(kind=DocumentKind.ARTICLE))
    batch = Batch(jobs=(work,), baselines={}, told_at=one.captured_at, cursor=None)
    assert str(batch) == spanned([two])


def test_where_no_other_process_is_to_be_had_what_one_was_killed_at_is_named(
    tmp_path: Path, deadly_elsewhere: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Hands((os.getpid(), str(tmp_path), 99), processes=2) as hands:
        jobs = once_up(hands, 20)
        first = next(jobs)

        def none(*_: object) -> None:
            raise BlockingIOError("no more processes")

        monkeypatch.setattr(hands_module, "_Hand", none)
        with pytest.raises(KilledError, match=r"^3: .* there is no other \(no more processes\)"):
            list(hands.map(dies, [first, *jobs]))


def test_a_process_whose_parent_left_something_unread_ends_without_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hands_module, "end_with_parent", lambda: None)
    ours, theirs = multiprocessing.Pipe()
    theirs.send("an answer that nobody takes")
    # Its end is reset then, not merely closed.
    ours.close()
    hands_module._serve(theirs, None, ())
    with pytest.raises(ConnectionError):
        theirs.send(None)
