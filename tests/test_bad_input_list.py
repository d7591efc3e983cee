"""Where each kind of bad input is tested: the list that a reader looks in, and that no renamed test drops out of."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
ANSWERS = "crawler/test_bad_input.py::test_a_bad_answer_is_kept_as_far_as_it_came"

# What comes in: the test that meets it and, of one with many cases, the word that its case is found by.
WHERE = {
    "empty": (ANSWERS, "http://empty."),
    "truncated": (ANSWERS, "http://half."),
    "binary as HTML": (ANSWERS, "http://binary."),
    "mislabelled charset": ("crawler/reading/test_charset.py::test_a_declaration_that_lies_is_reported", ""),
    "mislabelled coding": (ANSWERS, "http://mislabelled."),
    "a page of many megabytes": (ANSWERS, "http://large."),
    "a list of 30 MB": ("spiders/test_looking.py::test_a_list_that_takes_too_much_is_given_up", "30_000_000"),
    "endless body": (ANSWERS, "http://endless."),
    "slow drip": (ANSWERS, "http://drip."),
    "redirect loop": (ANSWERS, "http://circle."),
    "redirect to a private address": (ANSWERS, "http://inside."),
    "gzip bomb": (ANSWERS, "http://bomb."),
    "Content-Length lies": (ANSWERS, "http://liar."),
    "connection dropped at half": (ANSWERS, "http://half."),
    "invalid TLS": ("crawler/test_crawl.py::test_broken_tls_is_recorded_and_stops_nothing", ""),
    "cookies demanded": ("crawler/test_bad_input.py::test_a_cookie_is_given_back_within_one_look_and_no_further", ""),
    "meta-refresh loop": (ANSWERS, "http://refresh."),
    "hostile file names": (
        "desk/test_import_command.py::test_a_bad_file_costs_one_line_and_the_others_go_on",
        r"\x1b[31mred",
    ),
    "control characters in titles": (
        "alerts/test_render.py::test_no_number_of_a_person_and_no_control_character_in_any_form",
        "",
    ),
    "duplicate source ids": ("spiders/test_registry.py::test_one_id_in_two_files_of_the_user_names_both", ""),
    "unknown keys": ("desk/test_all_mistakes.py::test_the_settings_tell_every_mistake", ""),
    "two runs at once": ("crawler/test_crawl.py::test_two_runs_do_not_share_a_folder", ""),
    "read-only data folder": (
        "desk/test_read_only.py::test_what_changes_something_says_in_one_line_that_it_cannot",
        "",
    ),
    "disk full while writing a WARC": (
        "storage/test_archive.py::test_a_disk_that_fills_in_mid_record_leaves_the_file_as_it_was",
        "",
    ),
    "disk full during a crawl": (
        "crawler/test_crawl.py::test_a_disk_that_fills_up_stops_a_crawl_and_nothing_half_written_counts",
        "",
    ),
    "a database from a newer version": ("storage/test_schema.py::test_a_database_of_a_newer_version_is_left_alone", ""),
}


@pytest.mark.parametrize("what", WHERE)
def test_each_kind_of_bad_input_has_its_test(what: str) -> None:
    node, case = WHERE[what]
    file, name = node.split("::")
    text = (TESTS / file).read_text("utf-8")
    assert name in {one.name for one in ast.walk(ast.parse(text)) if isinstance(one, ast.FunctionDef)}
    assert case in text
