import pytest

from alerts.disagreeing import HIDDEN, shown_pairs
from alerts.people import NOBODY, People
from alerts.phrases import disagreement
from alerts.syndication import differences
from tests.alerts.invented import facts
from tests.alerts.test_digest import made

PAIRS = [
    ("a bare name", ("林志远", "陈海涛"), ("林**", "陈**")),
    ("of one surname they look the same", ("林志远", "林志强"), None),
    ("numbers hidden to the same", ("352502199003050123", "352502199003170123"), None),
    ("a figure", ("17人", "19人"), ("17人", "19人")),
    ("places", ("温州市", "石澜镇"), ("温州市", "石澜镇")),
    ("words that begin like names", ("高度", "安徽"), ("高度", "安徽")),
]


@pytest.mark.parametrize(("why", "pair", "expected"), PAIRS, ids=lambda one: one if isinstance(one, str) else "")
def test_a_difference_is_shown_masked_or_not_at_all(why, pair, expected):
    assert shown_pairs([pair], (), NOBODY) == ((expected,) if expected else ()), why


def test_whom_a_text_gives_a_title_is_named_in_a_difference():
    texts = ("局长林志远主持会议。", "局长陈海涛主持会议。")
    assert differences(*texts) == (("林志远", "陈海涛"),)
    assert shown_pairs(differences(*texts), texts, NOBODY) == (("林志远", "陈海涛"),)


def test_a_known_given_name_is_masked_in_a_difference():
    known = People(names=frozenset({"Wang Dehai"}))
    assert shown_pairs([("Dehai", "Fang")], (), known) == (("*****", "Fang"),)


BODY = "江岙县公安局从柬埔寨劝返滞留人员若干，带头的是{}，目前案件正在办理之中，请家属放心。"


@pytest.mark.parametrize(
    ("mine", "theirs", "said"), [("林志远", "陈海涛", "林** -> 陈**"), ("林志远", "林志强", HIDDEN)]
)
def test_a_variant_says_who_else_is_named_without_naming_him(mine, theirs, said):
    (line,) = made(facts(1, cluster="c", body=BODY.format(mine)), facts(2, cluster="c", body=BODY.format(theirs))).lines
    (variant,) = line.variants
    assert disagreement(variant) == said
