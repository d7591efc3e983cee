"""The takedown machine: the table of evidence.md, section 6, as cases, and what must hold for every sequence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from alerts.takedown import Control, Sighting, Step, advance, is_mass_move
from storage.config import Takedown
from storage.findings import GoneAs, Outcome, PageState, Standing, Verdict
from storage.records import CaptureId, PageId

START = datetime(2026, 11, 1, tzinfo=UTC)
CASES = yaml.safe_load((Path(__file__).parents[1] / "cases/takedown/table.yaml").read_text(encoding="utf-8"))
PLAIN = {
    "ok": Outcome.LIVE,
    "blocked": Outcome.BLOCKED,
    "unreachable": Outcome.UNREACHABLE,
    "shell": Outcome.SHELL,
}


def verdict(sign: str) -> Verdict:
    if sign in PLAIN:
        return Verdict(outcome=PLAIN[sign])
    return Verdict(outcome=Outcome.GONE, gone_as=GoneAs(sign))


def look(
    standing: Standing | None,
    number: int,
    hours: float,
    sign: str,
    control: Control,
    limits: Takedown,
    beside: tuple[str, ...] = (),
) -> Step:
    sighting = Sighting(
        page_id=PageId(1),
        capture_id=CaptureId(number),
        at=START + timedelta(hours=hours),
        verdict=verdict(sign),
        alive_from=("hk",) if "alive-elsewhere" in beside else (),
        gone_from=("hk",) if "gone-elsewhere" in beside else (),
    )
    return advance(standing, sighting, limits, control)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_table(case: dict) -> None:
    limits = Takedown(**case.get("limits", {}))
    standing = None
    for number, line in enumerate(case["looks"]):
        shown, _, expected = line.partition(" -> ")
        hours, sign, *host = shown.split()
        state, _, told = expected.partition(" !")
        control = Control(answered="alone" not in host, mass_move="mass" in host)
        step = look(standing, number, float(hours), sign, control, limits, tuple(host))
        assert (line, str(step.standing.state), step.tell or "") == (line, state, told)
        standing = step.standing


SIGNS = [*PLAIN, *map(str, GoneAs)]


@given(st.lists(st.tuples(st.sampled_from(["ok", "blocked", "unreachable", "shell"]), st.integers(0, 2000))))
def test_no_sequence_of_refusals_and_outages_ever_leads_to_gone(looks: list[tuple[str, int]]) -> None:
    standing, hours = None, 0
    for number, (sign, later) in enumerate(looks):
        hours += later
        step = look(standing, number, hours, sign, Control(), Takedown())
        assert step.standing.state not in (PageState.GONE, PageState.SUSPECTED_GONE)
        standing = step.standing


@given(st.lists(st.tuples(st.sampled_from(SIGNS), st.integers(0, 200), st.booleans(), st.booleans())))
def test_each_change_is_told_once_and_gone_only_after_a_suspicion_that_lasted(looks: list) -> None:
    standing, hours, alive = None, 0, False
    suspected_at = None
    for number, (sign, later, answered, mass) in enumerate(looks):
        hours += later
        step = look(standing, number, hours, sign, Control(answered=answered, mass_move=mass), Takedown())
        before = standing.state if standing else None
        after = step.standing.state
        assert (step.transition is not None) == (before is not None and before is not after)
        if step.tell:
            assert step.transition is not None
        if after is PageState.SUSPECTED_GONE and before is not after:
            assert step.tell == "suspected-gone"
            assert alive
            suspected_at = hours
        if after is PageState.GONE and before is not after:
            assert before is PageState.SUSPECTED_GONE
            assert step.tell == "gone"
            assert answered
            assert suspected_at is not None
            assert hours - suspected_at >= (24 * 7 if mass else 24)
        assert step.standing.alive == (alive or sign == "ok")
        alive = step.standing.alive
        standing = step.standing


def test_a_look_that_changes_nothing_leaves_the_same_object() -> None:
    first = look(None, 1, 0, "ok", Control(), Takedown()).standing
    assert look(first, 2, 24, "ok", Control(), Takedown()).standing is first


@pytest.mark.parametrize(
    ("looked_at", "signs", "expected"),
    [(2, 2, False), (6, 3, True), (7, 3, False), (3, 3, True), (100, 49, False), (100, 50, True)],
)
def test_half_of_a_hosts_pages_and_at_least_three_is_a_mass_move(looked_at: int, signs: int, *, expected: bool) -> None:
    assert is_mass_move(looked_at=looked_at, signs=signs) is expected


@given(st.lists(st.tuples(st.sampled_from(SIGNS), st.integers(0, 200))))
def test_a_page_that_another_vantage_always_sees_is_never_gone_and_told_as_hidden_once(looks: list) -> None:
    standing, hours, told = None, 0, []
    for number, (sign, later) in enumerate(looks):
        hours += later
        step = look(standing, number, hours, sign, Control(), Takedown(), ("alive-elsewhere",))
        assert step.standing.state not in (PageState.GONE, PageState.SUSPECTED_GONE, PageState.BLOCKED)
        told += [step.tell] if step.tell else []
        standing = step.standing
    assert all(a != b for a, b in pairwise(told))
    assert set(told) <= {"hidden", "returned"}
