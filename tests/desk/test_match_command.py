"""`longarm match --jsonl` and `longarm rules`: what is printed, and what a bad line costs."""

from __future__ import annotations

import io
import json
import sys

import pytest

from alerts.rulebook import load_rules
from desk.cli import main
from spiders.registry import load_shipped


@pytest.fixture
def match(monkeypatch, capsys):
    def run(*lines, options=()):
        given = "".join(
            line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) + "\n" for line in lines
        )
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given.encode()), encoding="utf-8"))
        code = main(["match", "--jsonl", *options])
        out, err = capsys.readouterr()
        return code, [json.loads(line) for line in out.splitlines()], err

    return run


def test_an_alert_is_printed_with_offsets_into_the_given_text(match):
    text = "云溪县公安局专班已从柬埔寨劝\u200b返涉诈人员二十一名。"
    code, (answer,), _ = match({"id": "a", "title": "", "text": text, "lang": "zh", "agency": "云溪县公安局"})
    alert = next(alert for alert in answer["alerts"] if alert["rule"] == "persuade_return")
    assert code == 0
    assert answer["id"] == "a"
    assert text[alert["start"] : alert["end"]] == alert["matched"] == "劝\u200b返"
    assert alert["severity"] == "critical"
    assert alert["stance"] == "asserted"
    assert alert["quote"] == text
    (claim,) = alert["claims"]
    assert (claim["type"], claim["quantity"], claim["country"]) == ("returned", 21, "KH")
    assert text[claim["start"] : claim["end"]] == claim["quote"]
    assert answer["leads"] == []


def test_a_claim_stands_once_with_the_alert_it_is_about(match):
    text = "滞留境外拒不回国的，其子女不得在城区学校就读。本月已劝返滞留境外人员12名。"
    _, (answer,), _ = match({"id": 1, "title": "", "text": text, "lang": "zh", "published": "2022-03-15"})
    by_rule = {alert["rule"]: [claim["type"] for claim in alert["claims"]] for alert in answer["alerts"]}
    assert by_rule["persuade_return"] == ["returned"]
    assert by_rule["family_pressure"] == ["school_denial"]
    assert sum(map(len, by_rule.values())) == 2


def test_a_text_without_an_alert_claims_nothing(match):
    _, (answer,), _ = match({"id": 1, "title": "", "text": "卡口劝返外地车辆司机12人。"})
    assert answer["alerts"] == []


def test_what_was_held_back_is_printed_with_the_reason(match):
    _, (answer,), _ = match({"id": 1, "title": "", "text": "卡口对未戴口罩的境外车辆司机一律劝返。"})
    assert answer["alerts"] == []
    assert [(one["rule"], one["reason"]) for one in answer["suppressed"]] == [("persuade_return", "epidemic")]


def test_an_alert_found_only_in_the_title_says_so(match):
    _, (answer,), _ = match({"id": 1, "title": "首家警侨驿站揭牌", "text": "图片新闻。"})
    (alert,) = answer["alerts"]
    assert (alert["field"], alert["start"], alert["end"], alert["matched"]) == ("title", 2, 6, "警侨驿站")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{not json\n", "line 2: not JSON"),
        ("[]\n", "line 2: not an object"),
        ('{"title": "", "text": ""}\n', "line 2: id is missing"),
        ('{"id": "b", "title": ""}\n', "line 2: text is missing (id b)"),
        ('{"id": "b", "text": 3}\n', "line 2: text is not text"),
        ('{"id": "b", "text": "", "lang": 3}\n', "line 2: lang is not text"),
    ],
)
def test_a_bad_line_is_named_and_the_rest_goes_on(match, line, said):
    good = {"id": "a", "title": "", "text": "警侨驿站"}
    code, answers, err = match(good, line, {**good, "id": "c"})
    assert code == 1
    assert said in err
    assert len(err.splitlines()) == 1
    assert [answer["id"] for answer in answers] == ["a", "c"]


@pytest.mark.parametrize("key", ["id", "title", "text", "publisher"])
def test_half_a_character_is_a_bad_line_and_the_rest_goes_on(match, key):
    cut = json.dumps({"id": "a", "title": "", "text": "劝返"} | {key: "劝返滞留缅北人员\ud83d 43名"}) + "\n"
    code, answers, err = match(cut, {"id": "b", "title": "", "text": "无"})
    assert code == 1
    assert [answer["id"] for answer in answers] == ["b"]
    assert f"line 1: {key} holds half a character" in err


def test_bytes_that_are_no_utf8_are_a_bad_line(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"id": "a", "text": "\xff"}\n')))
    assert main(["match", "--jsonl"]) == 1
    assert "line 1: not JSON" in capsys.readouterr().err


def test_rules_of_ones_own_are_laid_over_the_shipped_ones(match, tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text("rules:\n  - {id: own.x, match: 云溪计划}\n", encoding="utf-8")
    _, (answer,), _ = match({"id": 1, "text": "雲溪計劃"}, options=("--rules", str(path)))
    assert [(alert["rule"], alert["variant"]) for alert in answer["alerts"]] == [("own", "own.x")]


def test_a_mistake_in_a_rule_file_is_one_line_and_exit_2(match, tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text("rules:\n  - {id: own.x, match: a NAER/5 b}\n", encoding="utf-8")
    code, answers, err = match({"id": 1, "text": ""}, options=("--rules", str(path)))
    assert (code, answers) == (2, [])
    assert err.startswith(f"longarm: {path}:2:26: unknown operator NAER/5; did you mean NEAR/n?")
    assert len(err.splitlines()) == 1


def test_rules_check_and_test_say_how_many(tmp_path, capsys):
    assert main(["--data", str(tmp_path / "none"), "rules", "check"]) == 0
    assert "rules" in capsys.readouterr().out
    assert main(["--data", str(tmp_path / "none"), "rules", "test"]) == 0
    assert ": 0 do not hold" in capsys.readouterr().out


def test_rules_test_names_the_example_that_does_not_hold(tmp_path, capsys):
    path = tmp_path / "own.yaml"
    path.write_text("rules:\n  - {id: own.x, match: 甲乙, alerts: [丙, 甲乙], silent: [甲乙丁]}\n", encoding="utf-8")
    assert main(["--data", str(tmp_path / "none"), "rules", "test", str(path)]) == 1
    out = capsys.readouterr().out
    assert f"{path}:2: own.x must alert, but its expression is not true here: 丙" in out
    assert "own.x must stay silent, but '甲乙' raises it: 甲乙丁" in out


def test_why_labels_and_version_are_part_of_an_alert(match):
    text = "网传云溪县公安局在柬埔寨劝返涉诈人员，系2011年旧闻。"
    _, (answer,), _ = match({"id": 1, "title": "", "text": text, "agency": "云溪县公安局"})
    alert = next(alert for alert in answer["alerts"] if alert["rule"] == "persuade_return")
    assert {"rumour_denial", "historical"} <= set(alert["labels"])
    assert alert["why"].startswith(f"{alert['severity']}: persuade_return.")
    assert "up, police of a county published it" in alert["why"]
    assert len(alert["version"]) == 12


@pytest.mark.parametrize("given", ["text", "file", "-"])
def test_rules_explain_takes_a_text_a_file_or_standard_input(given, tmp_path, monkeypatch, capsys):
    text = "专班已从柬埔寨劝返涉诈人员二十一名。"
    path = tmp_path / "text.txt"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8"))
    said = {"text": text, "file": str(path), "-": "-"}[given]
    assert main(["rules", "explain", said, "--agency", "云溪县公安局"]) == 0
    assert "ALERT 劝返 persuaded to return: critical" in capsys.readouterr().out


@pytest.mark.parametrize(("said", "found"), [("off", 0), ("all", 1)])
def test_explain_and_check_go_by_the_setting_for_evasions(said, found, tmp_path, capsys):
    (tmp_path / "longarm.toml").write_text(f'[match]\nevasions = "{said}"\n', encoding="utf-8")
    assert main(["--data", str(tmp_path), "rules", "explain", "县局专班已劝🙂返滞留境外涉诈人员三名。"]) == 0
    assert capsys.readouterr().out.count("ALERT 劝返 persuaded to return: low") == found
    assert main(["--data", str(tmp_path), "rules", "check"]) == 0
    assert f"version {load_rules(evasions=said).digest[:12]}" in capsys.readouterr().out


def test_rules_explain_refuses_what_is_no_text_and_no_rule(tmp_path, capsys):
    path = tmp_path / "text.txt"
    path.write_bytes(b"\xff\xfe\xff")
    assert main(["rules", "explain", str(path)]) == 2
    assert "not UTF-8 text" in capsys.readouterr().err
    assert main(["rules", "explain", "x", "--rule", "persuade"]) == 2
    assert "no rule 'persuade'" in capsys.readouterr().err


def test_rules_check_notes_what_never_fired_in_a_file_of_ones_own(tmp_path, capsys):
    path = tmp_path / "own.yaml"
    path.write_text("rules:\n  - {id: own.x, match: 甲乙, exclude: [{id: e, near: 4, any: [丙]}]}\n", encoding="utf-8")
    assert main(["rules", "check", str(path)]) == 0
    out = capsys.readouterr().out
    assert f"{path}:2: own.x: never alerted" in out
    assert f"{path}:2: own.x: exclusion `e` never held anything back" in out


def test_rules_check_knows_the_sources_there_are(tmp_path, capsys):
    path = tmp_path / "own.yaml"
    path.write_text("rules:\n  - {id: own.x, match: 甲乙, where: {source: nosuch}}\n", encoding="utf-8")
    assert main(["--data", str(tmp_path / "none"), "rules", "check", str(path)]) == 2
    hint = f"`longarm --data {tmp_path / 'none'} sources list` shows them"
    assert f"{path}:2:44: source 'nosuch' is unknown; {hint}" in capsys.readouterr().err
    known = load_shipped()[0].id
    path.write_text(f"rules:\n  - {{id: own.x, match: 甲乙, where: {{source: {known}}}}}\n", encoding="utf-8")
    assert main(["--data", str(tmp_path / "none"), "rules", "check", str(path)]) == 0


def test_evasions_are_looked_for_where_asked_and_marked(match):
    row = {"id": 1, "title": "", "text": "县局专班已劝🙂返滞留老挝涉诈人员三名。"}
    _, (plain,), _ = match(row)
    code, (answer,), _ = match(row, options=["--evasions"])
    assert code == 0
    assert "persuade_return" not in {alert["rule"] for alert in plain["alerts"]}
    (alert,) = [alert for alert in answer["alerts"] if alert["rule"] == "persuade_return"]
    assert (alert["matched"], alert["severity"], alert["layer"]) == ("劝🙂返", "low", "evasion")


def test_a_text_said_to_be_read_by_ocr_is_read_with_its_confusions_undone(match):
    row = {"id": 1, "title": "", "text": "县局专班已勤返滞留老挝涉诈人员三名。"}
    _, (plain, answer), _ = match(row, {**row, "ocr": True})
    assert "persuade_return" not in {alert["rule"] for alert in plain["alerts"]}
    (alert,) = [alert for alert in answer["alerts"] if alert["rule"] == "persuade_return"]
    assert (alert["matched"], alert["layer"]) == ("勤返", "ocr")


def test_ocr_is_true_or_false(match):
    code, answers, err = match({"id": 1, "text": "x", "title": "", "ocr": "yes"})
    assert (code, answers) == (1, [])
    assert "ocr is neither true nor false" in err
