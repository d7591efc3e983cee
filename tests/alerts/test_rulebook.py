"""Rule files: overlaid key by key, checked to the column, named by a digest of what they find."""

from __future__ import annotations

import pytest

from alerts.match import MatchText, find
from alerts.rulebook import load_rules
from storage.errors import ConfigError


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "rules").mkdir()

    def write(text, name="own.yaml"):
        (tmp_path / "rules" / name).write_text(text, encoding="utf-8")
        return tmp_path

    return write


def rule_of(book, name):
    return next((rule for rule in book.rules if rule.id == name), None)


def concepts(book, text, **more):
    return {hit.concept for hit in find(book, MatchText(title="", body=text, lang="zh", **more)).hits}


def test_a_rule_of_ones_own_joins_the_shipped_ones(folder):
    book = load_rules(folder("rules:\n  - {id: own.word, match: 云溪计划}\n"))
    assert concepts(book, "县里启动雲溪 計劃。") == {"own"}
    assert rule_of(book, "persuade_return.abroad")


def test_an_entry_of_the_same_id_changes_the_shipped_one_key_by_key(folder):
    book = load_rules(folder("rules:\n  - {id: persuade_return.abroad, severity: low}\n"))
    shipped = rule_of(load_rules(), "persuade_return.abroad")
    own = rule_of(book, "persuade_return.abroad")
    assert own.severity == "low"
    assert own.match == shipped.match


def test_enabled_false_switches_a_rule_off(folder):
    book = load_rules(folder("rules:\n  - {id: overseas_station.named, enabled: false}\n"))
    assert rule_of(book, "overseas_station.named") is None


def test_a_list_replaces_a_set_and_add_and_remove_change_it(folder):
    text = "专班云劝三名滞留境外涉诈人员。"
    assert "persuade_return" not in concepts(load_rules(), text)
    added = load_rules(folder("sets:\n  persuade: {add: [云劝], remove: [劝返]}\n"))
    assert "persuade_return" in concepts(added, text)
    assert added.all_sets["persuade"] != load_rules().all_sets["persuade"]
    replaced = load_rules(folder("sets:\n  persuade: [云劝]\n"))
    assert [word.surface for word in replaced.all_sets["persuade"]] == ["云劝"]


def test_a_set_may_hold_other_sets(folder):
    book = load_rules(folder("sets:\n  a: [甲乙, '@b']\n  b: [丙丁]\nrules:\n  - {id: own.x, match: '@a'}\n"))
    assert concepts(book, "丙丁") == {"own"}


def test_a_list_of_an_exclusion_may_hold_expressions_beside_words(folder):
    rule = "rules:\n  - {{id: own.x, match: 甲乙, exclude: [{{id: e, near: sentence, any: [丙丁, {entry}]}}]}}\n"
    for entry, held, free in (
        ("'/戊.己/'", "甲乙，戊三己。", "甲乙，戊己。"),
        ("'养老 NOT 养老院'", "甲乙，养老。", "甲乙，养老院。"),
        ("'(庚 OR 辛)'", "甲乙，辛。", "甲乙，壬。"),
        ("劝…返", "甲乙，劝他返乡。", "甲乙，返劝。"),
        ("'COUNT(庚)>=2'", "甲乙，庚庚。", "甲乙，庚。"),
        ("MARKS AND SPENCER", "甲乙, Marks and Spencer.", "甲乙, Spencer's marks."),
    ):
        book = load_rules(folder(rule.format(entry=entry)))
        assert concepts(book, held) == set()
        assert concepts(book, "甲乙，丙丁。") == set()
        assert concepts(book, free) == {"own"}


def test_words_of_a_set_stay_words_whatever_yaml_makes_of_them(folder):
    book = load_rules(folder("sets:\n  a: [no, 110, 2022-06-30]\nrules:\n  - {id: own.x, match: '@a'}\n"))
    assert concepts(book, "拨打110。") == {"own"}


def test_a_file_given_by_name_is_laid_over_the_folder(folder, tmp_path):
    path = tmp_path / "more.yaml"
    path.write_text("rules:\n  - {id: own.word, severity: low}\n", encoding="utf-8")
    book = load_rules(folder("rules:\n  - {id: own.word, severity: high, match: 云溪计划}\n"), [path])
    assert rule_of(book, "own.word").severity == "low"


@pytest.mark.parametrize(
    "match",
    [
        "TITLE(a) NOT BODY(a)",
        "a NOT TITLE(a)",
        "a AND PUBLISHER(b) NOT b",
        "a AND b NOT PUBLISHER(b)",
        "(a OR b) NOT a",
        "TITLE(a) NOT TITLE(a AND b)",
        "TITLE(a) NOT (TITLE(b) OR BODY(a))",
    ],
)
def test_what_can_be_true_is_no_contradiction(folder, match):
    assert rule_of(load_rules(folder(f"rules:\n  - {{id: own.x, match: '{match}'}}\n")), "own.x")


def test_a_province_may_be_named_in_english(folder):
    rows = "rules:\n  - {id: own.x, match: 云溪计划, where: {province: [zhejiang, '!Fujian']}}\n"
    book = load_rules(folder(rows))
    assert concepts(book, "云溪计划", province="浙江") == {"own"}
    assert concepts(book, "云溪计划", province="福建") == set()


def test_a_source_is_looked_up_where_all_are_known(folder):
    rows = "rules:\n  - {id: own.x, match: a, where: {source: [one, '!tow']}}\n"
    assert rule_of(load_rules(folder(rows)), "own.x")
    with pytest.raises(ConfigError, match=r"own\.yaml:2:50: source 'tow' is unknown; did you mean two\?"):
        load_rules(folder(rows), sources={"one", "two"})


@pytest.mark.parametrize(
    "text", ["", "# only a comment\n", "rules: []\n", "sets: {}\n"], ids=["empty", "comment", "no rules", "no sets"]
)
def test_a_file_that_says_nothing_changes_nothing(folder, text):
    assert load_rules(folder(text)).digest == load_rules().digest


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "rules:\n  - {id: own.x, match: 'a NAER/5 b'}\n",
            "own.yaml:2:27: unknown operator NAER/5; did you mean NEAR/n?",
        ),
        ("rules:\n  - id: own.x\n    match: a AND (b\n", "own.yaml:3:18: this bracket is never closed"),
        ("rules:\n  - {id: own.x, match: '@persuad'}\n", "own.yaml:2:25: unknown set @persuad; did you mean persuade?"),
        ("rules:\n  - {id: own.x, mach: a}\n", "own.yaml:2:17: unknown key 'mach' in a rule; did you mean match?"),
        ("rules:\n  - {id: own.x}\n", "own.yaml:2:10: rule own.x has no match"),
        ("rules:\n  - {match: a}\n", "own.yaml:2:5: this rule has no id"),
        ("rules:\n  - {id: Own X, match: a}\n", "own.yaml:2:10: id 'Own X' must be concept.variant"),
        ("rules:\n  - {id: own.x, match: a}\n  - {id: own.x, match: b}\n", "own.yaml:3:10: rule 'own.x' stands twice"),
        ("rules:\n  - {id: own.x, match: a, match: b}\n", "own.yaml:2:27: key 'match' stands twice"),
        ("rules:\n  - {id: own.x, match: a, severity: hgih}\n", "severity 'hgih' is unknown; did you mean high?"),
        (
            "rules:\n  - {id: own.x, match: a, where: {agency: polise}}\n",
            "agency 'polise' is unknown; did you mean police?",
        ),
        ("rules:\n  - {id: own.x, match: a, where: {plaec: x}}\n", "unknown key 'plaec' in where"),
        ("rules:\n  - {id: own.x, match: a, where: {lang: [en, '!en']}}\n", "lang can never be true"),
        (
            "rules:\n  - {id: own.x, match: a, where: {published: {from: 2023-01-01, to: 2022-01-01}}}\n",
            "can never be true",
        ),
        ("rules:\n  - {id: own.x, match: a, where: {published: {from: spring}}}\n", "'spring' is not a date"),
        (
            "rules:\n  - id: own.x\n    match: a\n    where: {published: {from: 2022-13-45}}\n",
            "own.yaml:4:31: '2022-13-45' is in no calendar; write 2022-06-30",
        ),
        ("rules:\n  - {id: own.x, match: a, since: 2023-02-29}\n", "'2023-02-29' is in no calendar"),
        ("rules:\n  - {id: own.x, match: a, where: {lang: zz}}\n", "own.yaml:2:41: lang 'zz' is no language"),
        ("rules:\n  - {id: own.x, match: a, where: {lang: '!zh-cn'}}\n", "write the two letters of ISO 639-1"),
        (
            "rules:\n  - {id: own.x, match: a, where: {province: 浙江x}}\n",
            "own.yaml:2:45: province '浙江x' is unknown; did you mean 浙江?",
        ),
        (
            "rules:\n  - {id: own.x, match: a, where: {province: [福建, Zhejang]}}\n",
            "own.yaml:2:50: province 'Zhejang' is unknown; did you mean zhejiang?",
        ),
        ("rules:\n  - {id: own.x, match: a, where: {province: '-'}}\n", "province '-' is unknown"),
        ("rules:\n  - {id: own.x, match: a, where: {province: !fujian }}\n", "own.yaml:2:45: '!fujian' is a YAML tag"),
        ("sets: {a: !!python/object/apply:os.system ['id']}\n", "own.yaml:1:11: 'tag:yaml.org,2002:python/"),
        ("rules:\n  - {id: own.x, match: 'TITLE(a) AND BODY(a) NOT TITLE(a)'}\n", "can never be true"),
        ("rules:\n  - {id: own.x, match: 'TITLE(a) AND b NOT (c OR TITLE(d OR a))'}\n", "can never be true"),
        ("rules:\n  - {id: own.x, match: 'TITLE(a) AND b NOT a'}\n", "can never be true"),
        ("rules:\n  - {id: own.x, match: '(a OR b) NOT a NOT b'}\n", "can never be true"),
        ("rules:\n  - {id: own.x, match: 'a AND PUBLISHER(b) NOT PUBLISHER(b)'}\n", "can never be true"),
        ("rules:\n  - {id: own.x, match: '/(a/'}\n", "own.yaml:2:25: regular expression: missing )"),
        ("rules:\n  - {id: own.x, match: '/(?<=a)b/'}\n", "no look-behind"),
        ("rules:\n  - {id: own.x, match: a NOT a}\n", "can never be true"),
        ("rules:\n  - {id: own.x, match: QUANTITY>=0}\n", "own.yaml:2:32: QUANTITY>=0 is always true"),
        ("rules:\n  - {id: own.x, match: a AND (b NOT a)}\n", "can never be true"),
        ("sets: {s: [a, b]}\nrules:\n  - {id: own.x, match: '@s AND c NOT (a OR b OR d)'}\n", "can never be true"),
        ("rules:\n  - {id: own.x, match: TITLE(BODY(a))}\n", "nothing stands in title and in body at once"),
        ("rules:\n  - {id: own.x, match: PUBLISHER(a)}\n", "put a word of the text first"),
        ("rules:\n  - {id: own.x, match: a NEAR/5 PUBLISHER(b)}\n", "join them by AND, OR or NOT"),
        ("rules:\n  - {id: own.x, match: a, exclude: [{id: e, near: text, any: [a, b]}]}\n", "it can never alert"),
        ("rules:\n  - {id: own.x, match: a, labels: [{id: l, near: 4}]}\n", "this entry has no any"),
        ("rules:\n  - {id: own.x, match: a, raise: [{id: l, deadline: shut}]}\n", "deadline 'shut' is unknown"),
        ("rules:\n  - {id: own.x, match: a, alerts: [{title: t}]}\n", "this example has no text"),
        ("rules:\n  - {id: own.x, match: a, alerts: [{text: t, agancy: police}]}\n", "did you mean agency?"),
        ("sets: {empty: []}\nrules:\n  - {id: own.x, match: '@empty'}\n", "set @empty is empty"),
        ("sets: {a: ['@b'], b: ['@a']}\n", "holds itself"),
        ("sets: {a: ['@c']}\n", "unknown set @c"),
        ("sets: {a: ['/甲.乙/']}\n", "/甲.乙/ is an expression, and a set holds words"),
        ("sets: {a: [甲, '乙 NOT 丙']}\n", "乙 NOT 丙 is an expression, and a set holds words"),
        ("sets: {persuade: {remove: [没有的词]}}\n", "holds no '没有的词'"),
        ("sets: {country: [x]}\n", "@country is built in"),
        ("rules:\n  - {id: own.x, match: a, exclude: [{id: e, any: [b]}]}\n", "either near:"),
        ("rules:\n  - {id: own.x, match: a, exclude: [{id: e, near: sentense, any: [b]}]}\n", "did you mean sentence?"),
        (
            "rules:\n  - {id: own.x, match: a, exclude: [{id: e, near: 4, any: []}]}\n",
            "nothing of it can be found; write [WORD, …]",
        ),
        ("rules:\n  - {id: own.x, match: a, exclude: [{near: 4, any: [b]}]}\n", "has no id"),
        ("rules:\n  - {id: own.x, match: a, enabled: maybe}\n", "neither true nor false"),
        ("rules: [a\n", "own.yaml:1:8: not YAML: did not find expected ',' or ']'; close the [ that opens here with ]"),
        ("rules: {a: b\nc: d\n", "own.yaml:1:8: not YAML: did not find expected ',' or '}'; close the { that"),
        (
            "rules:\n  - {id: own.x, match: 'a}\n\n",
            "own.yaml:2:24: not YAML: found unexpected end of stream; close the",
        ),
        ("rules:\n  - id: own.x\n   match: a\n", "own.yaml:3:4: not YAML"),
        ("rules:\n  - {id: own.x, match: @persuade}\n", "and put texts with : # @ or ! in quotes (what else is wrong"),
        ("rules: [\x01]\n", "own.yaml:1:1: not YAML: "),
        ("rule: []\n", "unknown key 'rule' in a rule file; did you mean rules?"),
        ("rules:\n  - {id: own.x, match: a, exclude: {ad: []}}\n", "unknown key 'ad' in exclude"),
        ("- a\n", "a rule file must be a mapping"),
        ("rules:\n  - {id: own.x, match: [a]}\n", "a single value is expected"),
    ],
)
def test_a_mistake_is_one_line_with_file_line_column_and_what_to_write(folder, text, said):
    data_dir = folder(text)
    with pytest.raises(ConfigError) as problem:
        load_rules(data_dir, shipped="persuad" in text)
    assert said in str(problem.value)
    assert "\n" not in str(problem.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"none\.yaml"):
        load_rules(None, [tmp_path / "none.yaml"])


def test_a_digest_names_what_a_rule_finds_and_nothing_else(folder):
    base = "sets: {{w: [{words}]}}\nrules:\n  - {{id: own.x, match: '@w', note: {note}}}\n"
    first = load_rules(folder(base.format(words="甲乙", note="a")))
    noted = load_rules(folder(base.format(words="甲乙", note="b")))
    widened = load_rules(folder(base.format(words="甲乙, 丙丁", note="a")))
    assert rule_of(first, "own.x").digest == rule_of(noted, "own.x").digest
    assert first.digest == noted.digest
    assert rule_of(first, "own.x").digest != rule_of(widened, "own.x").digest
    assert first.digest != widened.digest
    assert rule_of(first, "persuade_return.abroad").digest == rule_of(widened, "persuade_return.abroad").digest


def test_a_changed_stance_word_changes_the_rulebook(folder):
    assert load_rules(folder("sets: {stance_denied: {add: [纯属虚构]}}\n")).digest != load_rules().digest
