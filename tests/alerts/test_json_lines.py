"""JSON on a terminal: what a page's characters would do there is written out, what they say is not."""

import json

import pytest

from alerts.json_lines import dumps


@pytest.mark.parametrize("steering", ["\x1b[2J", "\n", "\x9b", "\u200f", "\u2028", "\u202e", "\u2069", "\udc80"])
def test_what_steers_a_terminal_is_escaped_and_reads_as_it_was(steering):
    value = {"final_url": f"http://a.example/{steering}gpj.exe"}
    line = dumps(value)
    assert line.isprintable()
    assert json.loads(line) == value


def test_what_people_read_is_never_escaped():
    value = {"title": "关于敦促“滞留”人员的通告\u3000第１号", "url": "http://a.example/\\u202e", "more": ["é", "𠮷"]}
    line = dumps(value)
    assert '"title":"关于敦促“滞留”人员的通告\u3000第１号"' in line
    assert '"more":["é","𠮷"]' in line
    assert json.loads(line) == value
