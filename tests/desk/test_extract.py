"""`longarm extract`: the shapes of interface.md, and what a bad line costs."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from desk.cli import main
from tests.crawler.reading.file_cases import FILES

if TYPE_CHECKING:
    from pathlib import Path

PAGE = "tests/cases/pages/trs-notice.html"
URL = "http://gaj.qinghe.example.gov.cn/jwzx/tzgg/202409/t20240910_1234567.html"
FIELDS = (
    "id kind title published published_precision publisher author body lang script charset platform links".split()  # noqa: SIM905
)


def run(monkeypatch: pytest.MonkeyPatch, lines: str, *arguments: str) -> int:
    class Stdin:
        buffer = io.BytesIO(lines.encode())

    monkeypatch.setattr("sys.stdin", Stdin())
    return main(["extract", *arguments])


def test_one_page_as_json_has_the_fields_of_the_interface(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["extract", PAGE, "--url", URL, "--json"]) == 0

    answer = json.loads(capsys.readouterr().out)
    assert list(answer)[: len(FIELDS)] == FIELDS
    assert answer["id"] == PAGE
    assert answer["published"] == "2024-09-10T09:24:00+08:00"


def test_one_page_for_people_shows_fields_and_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["extract", PAGE, "--url", URL]) == 0

    out = capsys.readouterr().out
    assert "title:     关于敦促滞留境外人员回国的通告" in out
    assert "\n\n为严厉打击" in out


def test_each_line_has_its_answer_in_order(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    names: list[Any] = ["b", 2, "甲"]
    lines = "".join(json.dumps({"id": name, "file": PAGE, "url": URL, "extra": 1}) + "\n" for name in names)

    assert run(monkeypatch, lines + "\n", "--jsonl") == 0

    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["id"] for row in rows] == names
    assert all(row["kind"] == "article" for row in rows)


def test_the_content_type_gives_charset_and_kind(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    page = tmp_path / "a.html"
    page.write_bytes("<title>통보</title><p>경찰이 알립니다.</p>".encode("euc-kr"))
    line = {"id": "k", "file": str(page), "url": URL, "content_type": 'text/html; charset="euc-kr"'}

    assert run(monkeypatch, json.dumps(line) + "\n", "--jsonl") == 0

    answer = json.loads(capsys.readouterr().out)
    assert (answer["title"], answer["lang"], answer["charset"]) == ("통보", "ko", "euc-kr")


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("nonsense", "line 1"),
        ("[1]", "line 1"),
        ('{"id": "x"}', "x"),
        ('{"id": "x", "file": "/nowhere/at/all", "url": "http://a.example/"}', "x"),
        ('{"id": "x", "file": ".", "url": "http://a.example/"}', "x"),
        ('{"id": null, "file": "a", "url": "b"}', "line 1"),
    ],
)
def test_a_bad_line_is_told_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], line: str, name: str
) -> None:
    good = json.dumps({"id": "good", "file": PAGE, "url": URL})

    assert run(monkeypatch, f"{line}\n{good}\n", "--jsonl") == 1

    said = capsys.readouterr()
    assert [json.loads(row)["id"] for row in said.out.splitlines()] == ["good"]
    problem = json.loads(said.err)
    assert problem["id"] == name
    assert problem["error"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "--url URL are needed"),
        ([PAGE], "--url URL are needed"),
        ([PAGE, "--jsonl"], "not both"),
        (["/nowhere/at/all", "--url", URL], "cannot be read"),
    ],
)
def test_a_wrong_call_is_one_line_and_exit_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert main(["extract", *arguments]) == 2

    assert words in capsys.readouterr().err


def test_a_poisonous_page_is_told_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    poison = tmp_path / "poison.html"
    poison.write_bytes(b"<div>" * 2_000_000)
    lines = [{"id": "p", "file": str(poison), "url": URL}, {"id": "good", "file": PAGE, "url": URL}]

    assert run(monkeypatch, "".join(json.dumps(line) + "\n" for line in lines), "--jsonl") == 1

    said = capsys.readouterr()
    assert json.loads(said.err)["id"] == "p"
    assert json.loads(said.out)["id"] == "good"


@pytest.mark.parametrize("kind", FILES)
def test_every_type_of_file_is_read_whatever_its_name(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, kind: str
) -> None:
    body, text = FILES[kind]
    # A text of commas shows what it is only by its name.
    file = tmp_path / ("a.csv" if kind == "text/csv" else "a.htm")
    file.write_bytes(body)

    assert main(["extract", str(file), "--url", f"http://a.example/{file.name}", "--json"]) == 0

    answer = json.loads(capsys.readouterr().out)
    assert (answer["kind"], answer["body"]) == ("document", text)


def test_the_usage_says_that_a_file_needs_its_address(capsys):
    with pytest.raises(SystemExit):
        main(["extract", "--help"])
    out = capsys.readouterr().out
    assert "longarm extract FILE --url URL" in out
    assert "[--url URL]" not in out
