"""A source whose pages went at once is not healthy because its lists answer."""

from __future__ import annotations

import pytest

from alerts.silence import judge
from storage.feed_health import FeedHealth
from storage.records import SourceId
from storage.standings import Losses

HERE = SourceId("yunpu")


def health(word: str) -> FeedHealth:
    return FeedHealth(health=word, error=None, since=None, message=None, last_ok=None, last_new=None)


@pytest.mark.parametrize(
    ("word", "lost", "expected"),
    [
        ("ok", None, "ok"),
        ("ok", Losses(known=10, suspected=2), "ok"),
        ("ok", Losses(known=2, suspected=2), "ok"),
        ("ok", Losses(known=6, suspected=3), "redesigned"),
        ("silent", Losses(known=3, suspected=3), "redesigned"),
        ("failing", Losses(known=3, suspected=3), "failing"),
        ("blocked", Losses(known=3, suspected=3), "blocked"),
    ],
)
def test_half_of_the_pages_at_once_and_at_least_three_is_a_redesign(
    word: str, lost: Losses | None, expected: str
) -> None:
    found = judge({HERE: health(word)}, {HERE: lost} if lost else {})[HERE]
    assert found.health == expected
    assert (found.message is not None) == (expected == "redesigned")
