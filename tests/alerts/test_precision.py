import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.precision import RuleStats, interval


@pytest.mark.parametrize(
    ("right", "judged", "low", "high"),
    [  # Wilson's interval as textbooks print it
        (0, 1, 0.000, 0.793),
        (1, 1, 0.207, 1.000),
        (8, 10, 0.490, 0.943),
        (95, 100, 0.888, 0.978),
    ],
)
def test_the_interval_is_wide_where_few_were_judged(right, judged, low, high):
    found = interval(right, judged)
    assert found is not None
    assert [round(end, 3) for end in found] == [low, high]


@given(st.integers(0, 500), st.integers(0, 500))
def test_the_interval_holds_the_share_and_stays_within_0_and_1(right, wrong):
    found = interval(right, right + wrong)
    if right + wrong == 0:
        assert found is None
    else:
        assert found is not None
        assert 0 <= found[0] <= right / (right + wrong) + 1e-9
        assert right / (right + wrong) - 1e-9 <= found[1] <= 1


def test_a_rule_that_nobody_judged_has_no_precision():
    assert RuleStats(concept="a", variant="a.b", hits=3, aside=2).precision is None
