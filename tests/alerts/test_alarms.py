"""What is wrong with a source, by its own past: the table, and what holds for every past."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from alerts.alarms import CHECKS, HEALTH, SILENCE, FeedPast, Found, SourcePast, judge, usual_silence
from alerts.silence import judge as health_of
from alerts.wording import words
from storage.feed_health import Alarm, FeedHealth, FeedLook
from storage.records import CaptureId, ErrorClass, FeedId, SourceId

START = datetime(2026, 11, 1, tzinfo=UTC)
TABLE = yaml.safe_load((Path(__file__).parents[1] / "cases/alarms/table.yaml").read_text(encoding="utf-8"))
FEED = FeedId("yunpu/list")
URL = "http://www.yunpu.example/col/col12/index.html"


def looks_of(rows: list[dict[str, Any]]) -> tuple[FeedLook, ...]:
    found: list[FeedLook] = []
    at = START
    for row in rows:
        for _ in range(row.get("n", 1)):
            at += timedelta(hours=row.get("hours", 6))
            pages = row.get("pages", 0)
            found.append(
                FeedLook(
                    feed_id=FEED,
                    run_id="r",
                    capture_id=CaptureId(len(found) + 1),
                    at=at,
                    error=ErrorClass(row["error"]) if "error" in row else None,
                    listed=row.get("listed"),
                    dated=row.get("dated", row.get("listed")),
                    fresh=row.get("fresh", 0),
                    pages=pages,
                    pages_dated=row.get("day", pages),
                    pages_with_text=row.get("text", pages),
                    **{name: row.get(name) for name in ("platform", "host", "address", "issuer", "tls_error")},
                )
            )
    return tuple(found)


def past_of(case: dict[str, Any]) -> SourcePast:
    days = tuple(date(2026, 1, 1) + timedelta(days=gap) for gap in accumulate([0, *case.get("days", [])]))
    feed = FeedPast(feed_id=FEED, url=URL, looks=looks_of(case["looks"]), days=days)
    silent_after = timedelta(days=case["silent_after"]) if "silent_after" in case else None
    return SourcePast(feeds=(feed,), silent_after=silent_after)


def key(kind: str) -> tuple[str, str]:
    return kind, "" if kind == SILENCE else FEED


@pytest.mark.parametrize("case", TABLE["cases"], ids=[case["name"] for case in TABLE["cases"]])
def test_the_table(case: dict[str, Any]) -> None:
    found = judge(past_of(case), {key(kind) for kind in case.get("held", [])})
    assert sorted(kind for kind, _ in found) == sorted(case["expected"])
    for what in found.values():
        assert what is None or (what.detail and what.since >= START)


@pytest.mark.parametrize("kind", [*CHECKS, SILENCE])
def test_every_kind_has_cases_that_raise_and_that_clear_it_and_words(kind: str) -> None:
    raised = [case for case in TABLE["cases"] if kind in case["expected"]]
    calm = [case for case in TABLE["cases"] if kind not in case["expected"]]
    assert raised
    assert calm
    assert words("alarm", kind).zh != kind


def test_a_source_with_one_list_that_brings_news_is_not_silent() -> None:
    days = tuple(date(2026, 1, 1) + timedelta(days=number) for number in range(9))
    quiet = FeedPast(
        feed_id="a", url=URL, looks=looks_of([{"listed": 9, "fresh": 1}, {"n": 9, "hours": 24}]), days=days
    )
    lively = FeedPast(feed_id="b", url=URL, looks=looks_of([{"n": 9, "hours": 24, "listed": 9, "fresh": 1}]), days=days)
    assert judge(SourcePast(feeds=(quiet, lively)), set()) == {}
    assert list(judge(SourcePast(feeds=(quiet,)), set())) == [(SILENCE, "")]


@pytest.mark.parametrize(
    ("gaps", "days"), [([1] * 9, 3), ([1, 1, 1, 1, 3] * 2, 9), ([30] * 6, 90), ([1, 1], None), ([200] * 9, None)]
)
def test_what_silence_is_unusual(gaps: list[int], days: int | None) -> None:
    published = [date(2020, 1, 1) + timedelta(days=gap) for gap in accumulate([0, *gaps])]
    assert usual_silence(published) == (None if days is None else timedelta(days=days))


LOOK = st.fixed_dictionaries(
    {},
    optional={
        "listed": st.integers(0, 40),
        "dated": st.integers(0, 40),
        "fresh": st.integers(0, 5),
        "pages": st.integers(0, 5),
        "day": st.integers(0, 5),
        "text": st.integers(0, 5),
        "error": st.sampled_from([str(each) for each in ErrorClass]),
        "platform": st.sampled_from(["trs", "jpage"]),
        "host": st.sampled_from(["www.yunpu.example", "other.example", "www.yunpu.example/"]),
        "issuer": st.sampled_from(["aa", "bb"]),
        "address": st.sampled_from(["192.0.2.0/24", "198.51.100.0/24"]),
        "hours": st.integers(1, 300),
    },
)


@given(st.lists(LOOK, min_size=1, max_size=30), st.sets(st.sampled_from([*CHECKS, SILENCE])))
def test_judging_again_with_what_was_found_finds_the_same(rows: list[dict[str, Any]], held: set[str]) -> None:
    past = past_of({"looks": rows, "days": [1] * 8})
    found = judge(past, {key(kind) for kind in held})
    assert judge(past, found.keys()).keys() == found.keys()
    assert {each for each, what in found.items() if what is None} <= {key(kind) for kind in held}
    assert all(isinstance(what, Found) for each, what in found.items() if each not in {key(kind) for kind in held})


def _health(word: str) -> FeedHealth:
    return FeedHealth(health=word, error=None, since=None, message=None, last_ok=None, last_new=None)


@pytest.mark.parametrize(
    ("word", "kinds", "expected"),
    [
        ("ok", ["fewer-entries"], "redesigned"),
        ("ok", ["silence"], "silent"),
        ("ok", ["silence", "redirected"], "redesigned"),
        ("ok", ["certificate"], "ok"),
        ("ok", ["rising-failures"], "ok"),
        ("blocked", ["silence"], "blocked"),
        ("never-seen", [], "never-seen"),
        ("never-seen", ["silence"], "never-seen"),
    ],
)
def test_an_alarm_gives_its_word_to_a_source_that_seems_well(word: str, kinds: list[str], expected: str) -> None:
    here = SourceId("yunpu")
    held = [Alarm(source_id=here, feed_id="", kind=kind, raised_at=START, since=START, detail=kind) for kind in kinds]
    found = health_of({here: _health(word)}, {}, {here: held})[here]
    assert found.health == expected
    assert found.alarms == tuple(held)
    assert set(HEALTH) <= {*CHECKS, SILENCE}
