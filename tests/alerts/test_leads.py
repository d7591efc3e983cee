import importlib.util
import random
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.lead_model import CONCEPTS, Example, data_digest, learn, shipped
from alerts.leads import BUCKETS, DATA, FEATURES, KINDS, View, find_lead, score
from alerts.match import MatchText, find
from alerts.rulebook import load_rules

BENCH = Path(__file__).parents[2] / "bench" / "leads"

PAINT = (
    "村里的早晨照旧。老刘家的院门上被人刷了红漆，邻居说，儿子去年去了万象，一直没有动静，"
    "镇上的人来过三回，让老刘打电话叫他回来。"
)
QUIET = "今年油菜花节周六开幕，游客可乘免费接驳车前往，两处停车场夜间开放。"


def trainer():
    spec = importlib.util.spec_from_file_location("train_leads", BENCH / "train.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    import sys  # noqa: PLC0415 - dataclasses look their module up

    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_shipped_weights_are_what_the_invented_texts_give_bit_for_bit():
    made = trainer()
    assert DATA.joinpath("weights.bin").read_bytes() == made.shipped_bytes(made.read(BENCH / "texts"))


def test_what_is_shipped_is_small_and_fits_the_kinds_of_words():
    sizes = [len(DATA.joinpath(name).read_bytes()) for name in ("weights.bin", "classes.yaml")]
    assert sum(sizes) < 300_000
    assert len(shipped().weights) == FEATURES == BUCKETS + KINDS + KINDS * KINDS
    assert len(data_digest()) == 64


def test_a_lead_names_the_concept_and_marks_a_phrase_of_the_text_as_given():
    lead = find_lead(shipped(), "村口", PAINT)
    assert lead is not None
    assert lead.concept in CONCEPTS
    assert lead.field == "body"
    assert 0 < lead.end - lead.start <= 60
    assert PAINT[lead.start : lead.end].strip() == PAINT[lead.start : lead.end]
    assert find_lead(shipped(), "花节", QUIET) is None


def test_both_scripts_score_alike():
    hant = PAINT.translate(str.maketrans("里旧刘门红邻说儿动静镇过让电话来", "裡舊劉門紅鄰說兒動靜鎮過讓電話來"))
    assert hant != PAINT
    assert score(shipped(), "", hant) == pytest.approx(score(shipped(), "", PAINT))


def test_a_phrase_in_a_long_page_is_found_where_it_stands():
    page = "\n".join([QUIET] * 30 + [PAINT] + [QUIET] * 30)
    lead = find_lead(shipped(), "", page, floor=-1)
    assert lead is not None
    assert page.index(PAINT) <= lead.start < lead.end <= page.index(PAINT) + len(PAINT)


@settings(max_examples=60)
@given(st.text(max_size=400), st.text(max_size=1200))
def test_whatever_the_text_the_offsets_lie_in_it(title, body):
    lead = find_lead(shipped(), title, body, floor=-100)
    if lead is not None:
        text = title if lead.field == "title" else body
        assert 0 <= lead.start <= lead.end <= len(text)


@pytest.mark.parametrize(
    "text", ["", " ", "。" * 50_000, "a" * 500_000, "儿" * 500_000, "\u202e" * 9_000, "金边。" * 30_000, ". " * 40_000]
)
def test_a_hostile_text_costs_no_more_than_a_long_one(text):
    begun = time.process_time()
    find_lead(shipped(), text, text)
    assert time.process_time() - begun < 5


def test_marks_move_the_score_of_texts_like_the_marked_ones_and_of_no_shipped_file():
    model = shipped()
    view = View("", PAINT)
    best = view.best(model)
    assert best is not None
    example = Example(values=view.values(best.first, best.last), is_lead=False, cost=0.5)
    weights, bias = learn([example] * 3, FEATURES, rounds=3, seed=1, start=(model.weights, model.bias))
    changed = {number: weights[number] - model.weights[number] for number in example.values}
    taught = model.taught(changed, bias - model.bias)
    assert score(taught, "", PAINT) < score(model, "", PAINT) - 0.2
    assert shipped() is model


def test_learning_is_the_same_whenever_it_is_done():
    chance = random.Random(5)
    examples = [Example(values={chance.randrange(50): 1.0, 60 + (n % 2): 0.5}, is_lead=bool(n % 2)) for n in range(40)]
    first = learn(examples, 100, rounds=5, seed=3)
    assert first == learn(examples, 100, rounds=5, seed=3)
    assert first[0][61] > 0 > first[0][60]


def test_at_least_half_of_the_leads_of_the_second_set_are_brought_up_and_few_quiet_texts():
    """The set was written after the weights were fixed; docs/leads.md has the figures."""
    made, model, rulebook = trainer(), shipped(), load_rules()
    texts = [
        one for one in made.read(BENCH / "held_out") if not find(rulebook, MatchText(title="", body=one.text)).hits
    ]
    up = [score(model, "", one.text) > 0 for one in texts if one.concept is not None]
    false = [score(model, "", one.text) > 0 for one in texts if one.concept is None]
    assert sum(up) / len(up) >= 0.4
    assert sum(false) / len(false) <= 0.1
