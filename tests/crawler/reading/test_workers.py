"""Reading in fenced processes: order, limits, and no orphans."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crawler.reading.reader import read
from crawler.reading.workers import Failure, ReadingPool, ReadJob, document_from, document_to
from storage.findings import Document, DocumentKind, Link


def job(number: int, body: str) -> ReadJob:
    return ReadJob(body=body.encode(), media_type="text/html", charset=None, url="http://a.example/b.html", key=number)


def page(number: int) -> str:
    title = f"通告{number}号"
    return f"<title>{title}</title><h1>{title}</h1><div id=zoom><p>现将有关事项通告如下，请遵照执行。</p></div>"


def test_answers_come_in_the_order_of_the_jobs_and_equal_what_read_says() -> None:
    jobs = [job(number, page(number) + " " * (5000 * (number % 3))) for number in range(30)]

    with ReadingPool(processes=2) as pool:
        answers = list(pool.map(iter(jobs)))

    assert [asked.key for asked, _ in answers] == list(range(30))
    for asked, document in answers:
        assert document == read(asked.body, media_type="text/html", charset=None, url=asked.url)


def test_a_poisonous_page_costs_itself_only() -> None:
    table = "<table><tr>" + "<td>甲，乙。</td>" * 50_000 + "</tr></table>"
    jobs = [
        job(0, page(0)), job(1, "<div>" * 2_000_000), job(2, page(2)), job(3, table), job(4, page(4)),
    ]  # fmt: skip

    with ReadingPool(processes=1, seconds_per_page=30) as pool:
        answers = [answer for _, answer in pool.map(jobs)]

    assert isinstance(answers[1], Failure)
    assert "is no page" in answers[1].reason
    for number in (0, 2, 4):
        document = answers[number]
        assert isinstance(document, Document)
        assert document.title == f"通告{number}号"
    assert isinstance(answers[3], Document)


def test_a_page_over_its_time_is_a_failure_and_the_next_is_read() -> None:
    slow = "<div>" + "甲乙，丙丁。" * 1_500_000

    with ReadingPool(processes=1, seconds_per_page=0.4) as pool:
        answers = [answer for _, answer in pool.map([job(0, slow), job(1, page(1))])]

    assert answers[0] == Failure(reason="reading took longer than 0.4 s")
    assert isinstance(answers[1], Document)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets the memory limit be set")
def test_a_page_over_its_memory_is_a_failure_and_the_next_is_read() -> None:
    heavy = "<p>" + "<b>甲</b>，" * 190_000

    with ReadingPool(processes=1, memory_bytes=300_000_000) as pool:
        answers = [answer for _, answer in pool.map([job(0, heavy * 2), job(1, page(1))])]

    assert isinstance(answers[0], Failure)
    assert isinstance(answers[1], Document)


def test_jobs_are_asked_for_only_as_they_are_needed() -> None:
    asked = 0

    def endless() -> object:
        nonlocal asked
        while True:
            asked += 1
            yield job(asked, page(asked))

    with ReadingPool(processes=1) as pool:
        answers = pool.map(endless())  # type: ignore[arg-type]  # a generator typed loosely in a test
        for _ in range(3):
            next(answers)
        assert asked <= 12


def test_a_worker_that_is_killed_is_replaced() -> None:
    with ReadingPool(processes=1) as pool:
        first = [answer for _, answer in pool.map([job(0, page(0))])]
        process = pool._workers[0]._process
        assert process is not None
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        second = [answer for _, answer in pool.map([job(1, page(1))])]

    assert isinstance(first[0], Document)
    assert isinstance(second[0], Document)


def test_workers_end_when_their_parent_is_killed() -> None:
    code = (
        "import os, sys, time; sys.path.insert(0, os.getcwd());"
        "from crawler.reading.workers import ReadingPool, ReadJob;"
        "pool = ReadingPool(processes=2);"
        "jobs = [ReadJob(body=b'<p>x</p>', media_type=None, charset=None, url='http://a.example/')] * 8;"
        "list(pool.map(jobs));"
        "print(*[w._process.pid for w in pool._workers if w._process], flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        workers = [int(word) for word in parent.stdout.readline().split()]
        parent.kill()
        parent.wait()

        assert workers
        deadline = time.monotonic() + 10
        while any(alive(pid) for pid in workers) and time.monotonic() < deadline:
            time.sleep(0.05)

    assert not any(alive(pid) for pid in workers)


def alive(pid: int) -> bool:
    """Whether a process runs; one that ended and waits for init to notice does not."""
    state = Path(f"/proc/{pid}/stat")
    if sys.platform == "linux":
        return state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z"
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_document_survives_the_way_through_json() -> None:
    document = Document(
        kind=DocumentKind.LIST, title="甲\u2028乙", links=(Link(url="http://a.example/", text="丙", date=None),),
        parts=("http://a.example/2",), warnings=("w",), published="2024-09-10", published_precision="day",
    )  # fmt: skip

    assert document_from(document_to(document)) == document
