"""The shipped rules as data: every rule proves itself, every listed term is reached, names fit together."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from alerts.entities import AGENCIES, agency_kind, agency_level, country_names, english
from alerts.examples import failures
from alerts.expression import SetName, Word, anchor, walk
from alerts.fold import fold_word
from alerts.glossary import gloss, glosses, terms
from alerts.match import MatchText, find
from alerts.rulebook import load_rules
from alerts.wording import words

CONCEPTS = {
    "persuade_return",
    "overseas_station",
    "forbidden_countries",
    "family_pressure",
    "fox_hunt_sky_net",
    "antifraud_law",
    "exit_control",
    "united_front_assoc",
    "overdue_abroad",
    "repatriation",
    "returnee_control",
    "reward_notice",
    "liaison_officer",
}
ROOT = Path(__file__).parents[2]
SCORE = ROOT.parent / "shared/tools/score.py"


@pytest.fixture(scope="module")
def book():
    return load_rules()


def words_of(book, node):
    for part in walk(node):
        if isinstance(part, SetName):
            yield from (surface for surface, _ in book.sets[part.name])
        elif isinstance(part, Word):
            yield part.surface


def test_every_example_of_every_rule_holds(book):
    assert [f"{failure.rule.id} {failure.why}: {failure.text}" for failure in failures(book)] == []


def test_every_rule_has_an_example_that_alerts(book):
    assert [rule.id for rule in book.rules if not rule.alerts] == []


def test_every_rule_that_has_exclusions_of_its_own_is_named_after_its_concept(book):
    assert {rule.concept for rule in book.rules} == CONCEPTS
    assert all(rule.id.startswith(f"{rule.concept}.") or rule.id.startswith("any.") for rule in book.rules)


def test_every_reason_for_which_a_hit_may_be_folded_away_has_words_in_both_languages(book):
    reasons = {exclusion.id for rule in book.rules for exclusion in rule.excludes}
    assert {"journey", "off_topic", "off_topic_en"} <= reasons
    said = [words("exclusion", reason) for reason in sorted(reasons)]
    assert [one.key for one in said if not re.search("[\u4e00-\u9fff]", one.zh) or "_" in one.en] == []


def test_every_listed_term_is_reached_by_a_rule_of_its_concept(book):
    reached = {(rule.concept, word) for rule in book.rules for word in words_of(book, rule.match)}
    missing = {(term.concept, term.zh) for term in terms() if (term.concept, fold_word(term.zh)) not in reached}
    assert missing <= {("family_pressure", "上门做工作")} - reached


def test_words_of_weight_one_and_two_anchor_nothing_alone(book):
    strong = {rule.id for rule in book.rules if isinstance(rule.match, SetName | Word)}
    weak = {fold_word(term.zh) for term in terms() if term.weight <= 2}
    assert not weak & {word for rule in book.rules if rule.id in strong for word in words_of(book, anchor(rule.match))}


def test_both_scripts_of_every_term_fold_to_one_word():
    assert [(term.zh, term.zh_hant) for term in terms() if fold_word(term.zh) != fold_word(term.zh_hant)] == []


def test_every_term_has_a_gloss_in_both_scripts():
    assert all(gloss(term.zh) and gloss(term.zh_hant) for term in terms())
    assert gloss("勸 返") == gloss("劝返")
    assert gloss("没有这个词") is None


def test_glosses_of_a_text_come_in_its_order_and_spelling_longer_terms_first():
    text = "專班已勸返滯留境外人員，設警侨驿站海外服务中心；勸返再加力。"
    assert [term for term, _ in glosses(text)] == ["勸返", "滯留境外", "警侨驿站海外服务中心"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("police", "police"),
        ("云溪县公安局", "police"),
        ("云溪縣公安局", "police"),
        ("东屿区公安分局", "police"),
        ("云溪市人民检察院", "procuratorate"),
        ("云溪县纪委监委", "discipline"),
        ("云溪县委政法委", "government"),
        ("云溪县融媒体中心", "local_media"),
        ("云溪县白渡镇人民政府", "government"),
        ("外交部发言人办公室", "foreign_affairs"),
        ("Research digest", None),
        ("", None),
        (None, None),
    ],
)
def test_the_kind_of_an_organ_follows_from_its_name(name, kind):
    assert agency_kind(name) == kind
    assert kind is None or kind in AGENCIES


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("云溪县公安局", "county"),
        ("云溪市公安局", "prefecture"),
        ("省公安厅", "province"),
        ("公安部", "national"),
        ("x", None),
    ],
)
def test_the_level_of_an_organ_follows_from_its_name(name, level):
    assert agency_level(name) == level


def test_countries_are_foreign_ones_with_their_aliases():
    names = set(country_names())
    assert {"缅甸", "柬埔寨", "迪拜"} <= names
    assert not {"中国", "台湾", "香港"} & names
    assert english("柬埔寨") == "Cambodia"


@pytest.mark.skipif(not SCORE.is_file(), reason="the corpus beside the project is not here")
def test_the_gold_texts_score_as_they_should(tmp_path):
    longarm = shutil.which("longarm", path=str(Path(sys.executable).parent))
    if longarm is None:
        pytest.skip("longarm is not installed beside this interpreter")
    done = subprocess.run(
        [sys.executable, str(SCORE), "match"],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"LONGARM": longarm, "PATH": "/usr/bin"},
        timeout=120,
    )
    words = done.stdout.replace("(", " ").replace(",", " ").split()
    assert float(words[words.index("precision") + 1]) >= 0.98
    assert float(words[words.index("recall") + 1]) >= 0.98
    assert "offsets that quote the text 1.000" in done.stdout


def test_the_example_of_the_manual_is_a_rule_file_whose_examples_hold(tmp_path):
    manual = (ROOT / "docs/rules.md").read_text(encoding="utf-8")
    path = tmp_path / "manual.yaml"
    path.write_text(manual.split("```yaml\n")[1].split("```")[0], encoding="utf-8")
    assert list(failures(load_rules(None, [path]))) == []


def test_no_word_of_kin_is_cut_and_an_appeal_to_the_law_is_no_text_of_a_law(book):
    body = "根据有关法律规定，现敦促滞留境外涉诈人员投案自首。其家属暂停享受补贴。"
    hits = find(book, MatchText(title="通告", body=body)).hits
    marked = {body[start:end] for hit in hits for start, end in [(hit.start, hit.end), *(one[1:] for one in hit.more)]}
    assert "其家属" in marked
    assert not marked & {"其家", "家属"}
    assert {label for hit in hits for label in hit.labels} == set()
    law = "第十二条 违反本条例规定，敦促滞留境外涉诈人员投案自首。"
    assert any("legal_text" in hit.labels for hit in find(book, MatchText(title="条例", body=law)).hits)
