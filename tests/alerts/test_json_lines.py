"""JSON as it is, and as a terminal gets it: what a page's characters would do there is written out, nothing else is."""

import json

import pytest

from alerts.json_lines import dumps, tamed

STEERING = ["\x9b", "\x7f", "\u061c", "\u200e", "\u200f", "\u202e", "\u2069"]
UNWRITABLE = ["\x1b[2J", "\n", "\udc80", "\x85", "\u2028", "\u2029"]
READ = {"title": "关于敦促“滞留”人员的通告\u3000第１号", "url": "http://a.example/\\u202e", "more": ["é", "𠮷"]}


@pytest.mark.parametrize("mark", STEERING)
def test_only_for_a_terminal_is_what_steers_it_escaped_and_reads_as_it_was(mark):
    value = {"final_url": f"http://a.example/{mark}gpj.exe"}
    line = dumps(value)
    assert line == f'{{"final_url":"http://a.example/{mark}gpj.exe"}}'
    assert tamed(line).isprintable()
    assert json.loads(tamed(line)) == json.loads(line) == value


@pytest.mark.parametrize("mark", UNWRITABLE)
def test_what_json_or_utf_8_cannot_write_or_ends_a_line_is_escaped_always(mark):
    line = dumps({"title": mark})
    assert line.isprintable()
    assert line.splitlines() == [line]
    assert json.loads(line.encode()) == {"title": mark}


def test_what_people_read_is_never_escaped():
    line = dumps(READ)
    assert '"title":"关于敦促“滞留”人员的通告\u3000第１号"' in line
    assert '"more":["é","𠮷"]' in line
    assert tamed(line) == line
    assert json.loads(line) == READ
