"""The registry's coverage as a table: province by agency, healthy / on / known."""

from __future__ import annotations

from desk.coverage import coverage
from spiders.source_file import AGENCIES


def row(province: str | None, agency: str, health: str = "never-seen", *, on: bool = False) -> dict[str, object]:
    return {"province": province, "agency": agency, "health": health, "enabled": on}


def test_cells_count_healthy_on_and_known_sources() -> None:
    rows = [
        row("福建", "police", "ok", on=True),
        row("福建", "police", "silent", on=True),
        row("福建", "police"),
        row("福建", "court"),
        row(None, "court", "ok"),
    ]
    assert list(coverage(rows)) == [
        "healthy / on / known",
        "            police   court       all",
        "福建         1/2/3   0/0/1     1/2/4",
        "(none)           .   0/0/1     0/0/1",
        "all          1/2/3   0/0/2     1/2/5",
    ]


def test_a_source_that_is_off_is_never_counted_as_healthy() -> None:
    assert list(coverage([row("浙江", "police", "ok")]))[-1].split() == ["all", "0/0/1", "0/0/1"]


def test_no_line_is_wider_than_a_hundred_and_twenty_columns_with_every_agency() -> None:
    assert max(map(len, coverage([row("新疆", agency) for agency in AGENCIES]))) <= 120


def test_an_empty_registry_has_no_table() -> None:
    assert list(coverage([])) == []
