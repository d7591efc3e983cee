"""Never a silent failure, by the commands a person types: a list that refuses, is redrawn, and is back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.test_end_to_end import FOOT, LIST, MENU, NOTICE, SOURCES, Analyst, address, article, listing

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.museum import Museum

SHELL = (
    '<!DOCTYPE html><html><head><meta charset="utf-8"><title></title></head><body><div id="app"></div></body></html>'
)
CHALLENGE = "<script>document.cookie=('_')+'x';location.href=location.pathname+location.search</script>"


def test_a_list_that_refuses_is_redrawn_and_is_back(tmp_path: Path, museum: Museum) -> None:
    museum.serve(LIST, listing((0, 1, 2), page=0))
    museum.serve(LIST, CHALLENGE, day=2, status=521, headers={"Set-Cookie": "__jsluid_h=abc"})
    museum.serve(LIST, SHELL, day=3)
    museum.serve(LIST, listing((0, 1, 2), page=0) + "<!-- 4 -->", day=4)
    museum.serve(LIST + "index_1.html", f"<html><body>{MENU}{FOOT}</body></html>", status=404)
    for number in range(3):
        museum.serve(address(number), article(NOTICE, number))
    person = Analyst(tmp_path, museum)
    person.run("init")
    (tmp_path / "watch.yaml").write_text(SOURCES.partition("  - id: down")[0], encoding="utf-8")

    def crawl(day: int, times: int, code: int) -> dict[str, Any]:
        museum.day = day
        for _ in range(times):
            person.run("crawl", "--sources", str(tmp_path / "watch.yaml"), code=code)
        return next(row for row in person.rows("sources", "list", "--json") if row["source"] == "jiangao")

    row = crawl(1, 1, 0)
    assert (row["health"], row["alarms"]) == ("ok", [])
    row = crawl(2, 2, 1)
    assert (row["health"], row["error"], [one["kind"] for one in row["alarms"]]) == ("blocked", "blocked", ["blocked"])
    assert "换一个出口" in person.run("digest")
    # `run` keeps to what is due: a list that refused is left alone for now.
    asked = len(museum.requests)
    person.run("run", code=None)
    assert [seen.url for seen in museum.requests[asked:]] == []
    row = crawl(3, 2, 1)
    assert row["health"] == "redesigned"
    assert [one["kind"] for one in row["alarms"]] == ["empty-list"]
    assert "client_rendered" in row["message"]
    row = crawl(4, 1, 0)
    assert (row["health"], row["alarms"]) == ("ok", [])
    told = json.loads(person.run("digest", "--format", "json"))["sources"]
    assert [one["kind"] for one in told["mended"]] == ["blocked", "empty-list"]
    assert told["blocked"] == told["redesigned"] == []
    states = person.states()
    assert {states[address(number)] for number in range(3)} == {"live"}
