"""Where each kind of bad input is tested: the list that a reader looks in, and that no renamed test drops out of."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
ANSWERS = "crawler/test_bad_input.py::test_a_bad_answer_is_kept_as_far_as_it_came"

# What comes in: the test that meets it, and the case of it where others of its cases meet something else.
WHERE = {
    "empty": f"{ANSWERS}[empty.example.cn/1.html]",
    "truncated": f"{ANSWERS}[half.example.cn/1.html]",
    "binary as HTML": f"{ANSWERS}[binary.example.cn/1.html]",
    "mislabelled charset": "crawler/reading/test_charset.py::test_a_declaration_that_lies_is_reported",
    "mislabelled coding": f"{ANSWERS}[mislabelled.example.cn/1.html]",
    "a page of many megabytes": f"{ANSWERS}[large.example.cn/1.html]",
    "a list of 30 MB": (
        "spiders/test_looking.py::test_a_list_that_takes_too_much_is_given_up[MEMORY_BYTES-120000000-given up]"
    ),
    "endless body": f"{ANSWERS}[endless.example.cn/1.html]",
    "slow drip": f"{ANSWERS}[drip.example.cn/1.html]",
    "redirect loop": f"{ANSWERS}[circle.example.cn/1.html]",
    "redirect to a private address": f"{ANSWERS}[inside.example.cn/1.html]",
    "gzip bomb": f"{ANSWERS}[bomb.example.cn/1.html]",
    "Content-Length lies": f"{ANSWERS}[liar.example.cn/more.html]",
    "connection dropped at half": f"{ANSWERS}[half.example.cn/1.html]",
    "invalid TLS": "crawler/test_crawl.py::test_broken_tls_is_recorded_and_stops_nothing",
    "cookies demanded": "crawler/test_bad_input.py::test_a_cookie_is_given_back_within_one_look_and_no_further",
    "meta-refresh loop": f"{ANSWERS}[refresh.example.cn/1.html]",
    "hostile file names": (
        "desk/test_import_command.py::test_a_bad_file_costs_one_line_and_the_others_go_on"
        r"[sqlite-'\\x1b[31mred\\n.html']"
    ),
    "control characters in titles": (
        "alerts/test_render.py::test_no_number_of_a_person_and_no_control_character_in_any_form"
    ),
    "duplicate source ids": "spiders/test_registry.py::test_one_id_in_two_files_of_the_user_names_both",
    "unknown keys": "desk/test_all_mistakes.py::test_the_settings_tell_every_mistake",
    "two runs at once": "crawler/test_crawl.py::test_two_runs_do_not_share_a_folder",
    "read-only data folder": "desk/test_read_only.py::test_what_changes_something_says_in_one_line_that_it_cannot",
    "disk full while writing a WARC": (
        "storage/test_archive.py::test_a_disk_that_fills_in_mid_record_leaves_the_file_as_it_was"
    ),
    "disk full during a crawl": (
        "crawler/test_crawl.py::test_a_disk_that_fills_up_stops_a_crawl_and_nothing_half_written_counts"
    ),
    "a database from a newer version": "storage/test_schema.py::test_a_database_of_a_newer_version_is_left_alone",
}


@pytest.fixture(scope="module")
def collected() -> frozenset[str]:
    """The ids, from this folder on, of all tests and cases in the files of the list, as pytest itself finds them."""
    files = sorted({node.split("::")[0] for node in WHERE.values()})
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *files],
        cwd=TESTS,
        capture_output=True,
        text=True,
        check=True,
    )
    return frozenset(line.removeprefix("tests/") for line in done.stdout.splitlines() if "::" in line)


@pytest.mark.parametrize("what", WHERE)
def test_each_kind_of_bad_input_has_its_test(what: str, collected: frozenset[str]) -> None:
    """That it is there and is run; what it asserts is its own to show."""
    node = WHERE[what]
    assert node in collected or any(one.startswith(f"{node}[") for one in collected)
