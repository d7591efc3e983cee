"""Texts that lists carry are kept in portions: not all of them are in memory before the first is on disk."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from desk import carried
from spiders.looking import SlowListError, UnreadableListError

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.mark.parametrize("texts", [0, 5])
def test_texts_are_kept_before_the_next_are_made(texts: int, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[object] = []

    def looks(*_: object) -> Iterator[int]:
        for number in range(texts):
            done.append(number)
            yield number

    @contextmanager
    def running(*_: object, **__: object) -> Iterator[Any]:
        done.append("run")
        yield SimpleNamespace(archive=SimpleNamespace(record=done.append))

    monkeypatch.setattr(carried, "_PORTION", 2)
    monkeypatch.setattr(carried, "_looks", looks)
    monkeypatch.setattr(carried, "running", running)
    monkeypatch.setattr(carried.carriers, "hidden", lambda *_: [])
    desk: Any = SimpleNamespace(database=SimpleNamespace(read=lambda: nullcontext(None)), config=None, clock=None)
    assert carried.keep_carried(desk) == texts
    # Where there is nothing to keep no run is opened.
    assert done == ([] if not texts else [0, 1, "run", [0, 1], 2, 3, [2, 3], 4, [4]])


@pytest.mark.parametrize(
    ("problem", "noted"), [(SlowListError("slow"), []), (UnreadableListError("deep"), ["a"])], ids=["slow", "deep"]
)
def test_a_list_that_the_clock_ended_is_not_noted_as_without_texts(
    problem: Exception, noted: list[str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def texts(*_: object) -> Any:
        raise problem

    put: list[str] = []
    seen = SimpleNamespace(refers_to=None, short="c1")
    monkeypatch.setattr(carried, "_texts", texts)
    monkeypatch.setattr(carried.pages, "capture", lambda *_: seen)
    monkeypatch.setattr(carried.carriers, "put_textless", lambda _, found: put.extend(one.url_key for one in found))
    desk: Any = SimpleNamespace(
        database=SimpleNamespace(read=lambda: nullcontext(None), write=lambda: nullcontext(None))
    )
    hidden: Any = [SimpleNamespace(list_id=1, url_key="a")]
    assert list(carried._looks(desk, hidden)) == []
    assert put == noted
    assert "capture=c1" in caplog.text
