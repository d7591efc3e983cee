import time
from pathlib import Path

import pytest
import yaml

from alerts.mask import mask
from alerts.name_deeds import doers
from alerts.people import NOBODY

CASES = yaml.load(
    (Path(__file__).parents[1] / "cases" / "mask" / "deeds.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"])
def test_who_does_a_deed_is_starred_and_no_word_is(case):
    expected = case["text"]
    for name in case.get("hidden", ()):
        kept = 2 if len(name) > 3 else 1
        expected = expected.replace(name, name[:kept] + "*" * (len(name) - kept))
    assert mask(case["text"], NOBODY) == expected


def test_who_bears_a_title_in_the_text_is_not_told_by_a_deed_alone():
    assert list(doers("林志远回国。")) == [("林志远", False)]
    assert list(doers("局长林志远带队赴缅。两天后，林志远回国。")) == []


HOSTILE = [
    "林志远投案、", "的林志远", "抓获林志远、", "林志远、", "滞留", "于从于从", "的于从",
    "Wang Dehai, who was ", "father of Wang Dehai and ", "买买提·", "买买提·艾力、", "扎西",
    "异见人士、", "系林志远", "其女在小学", "嫌疑人高峰，高峰", "Dissident Wang Dehai ", "a student at the ",
]  # fmt: skip


def seconds(text: str) -> float:
    """Of the processor, so that a busy machine changes little."""
    begun = time.process_time()
    assert len(mask(text, NOBODY)) == len(text)
    return time.process_time() - begun


@pytest.mark.parametrize("unit", HOSTILE)
def test_a_hostile_text_is_read_in_time_linear_in_it(unit):
    seconds(unit)  # the patterns are made
    few = seconds(unit * 2_000)
    # Four times as long: what walks back over all that it has read would take sixteen times the time.
    assert seconds(unit * 8_000) < 9 * max(few, 0.05)
