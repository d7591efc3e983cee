"""What the verbs of Chinese text say became of people: they came back, were handed over, or were caught. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from alerts.claims.words import either, pattern

if TYPE_CHECKING:
    from alerts.claims.text import Span

RETURNED: Final = "returned"
REPATRIATED: Final = "repatriated"
SUSPECTS: Final = "suspects"

_WORDS: Final = {
    RETURNED: pattern("zh.people.returned"),
    REPATRIATED: pattern("zh.people.handed"),
    SUSPECTS: pattern("zh.people.caught"),
}
_UNSURE: Final = re.compile(rf"{either('zh.people.unsure')}[^,]{{0,2}}$")
# 不批捕6名, 未移交: what officials did not do.
_DENIED: Final = re.compile(r"(?:不予?|未|免予)$")
# 未从柬埔寨返回: the place stands between.
_NOT_FROM: Final = re.compile(r"(?:未|没有?)能?从[^,]{1,6}$")
# So many characters before a verb may say that it did not happen.
_UNSURE_REACH: Final = 9
# 就遣送问题交换意见: spoken of, not done. 回国意愿: wished, not done.
_MATTER: Final = re.compile(r"(?:问题|事宜|程序|机制|方案|政策|进度|事项|意愿|意向|打算|念头|承诺)")
# 经反复劝返, 如今只剩3人: tried, with what came of it behind the comma.
_TRIED: Final = re.compile(r"(?:经|多次|反复|再三|屡次)[^,]{0,6}$")
_OTHER_ACT: Final = f"(?:{either('zh.people.caught')}|{either('zh.people.handed')})"
_TOGETHER: Final = re.compile(
    rf"{_OTHER_ACT}(?:[、和及与或并]|以及){either('zh.people.returned')}"
    rf"|{either('zh.people.returned')}(?:[、和及与或并]|以及){_OTHER_ACT}"
)
_ARRIVED: Final = re.compile(r"[归到]案$")
_NOUN: Final = re.compile(r"人员|对象|者|嫌疑人")
_ASKED: Final = re.compile(r"请|务必|必须|须|应当|限[于期]|要求|责令|如不|若不|如|若")


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """A verb within a part of a clause: the type of claim it makes, and where it stands."""

    kind: str
    span: Span


def acts(text: str) -> list[Act]:
    """The verbs of a part of a clause, in order; one that lies within a longer one (押解回国) is that one's."""
    found: list[Act] = []
    for kind, words in _WORDS.items():
        for match in words.finditer(text):
            if _MATTER.match(text, match.end()):
                continue
            if not _did_not_happen(kind, text, match.span()):
                found.append(Act(kind=kind, span=match.span()))
    longest = sorted(found, key=lambda one: (one.span[0], -one.span[1]))
    kept: list[Act] = []
    for one in longest:
        if (
            not kept
            or one.span[0] > kept[-1].span[1]
            or (one.span[0] == kept[-1].span[1] and not _goes_with(kept[-1], one))
        ):
            kept.append(one)
    return kept


def _goes_with(first: Act, then: Act) -> bool:
    """移交回来: how those who are handed over come is no act of their own."""
    return first.kind == REPATRIATED and then.kind == RETURNED


def _did_not_happen(kind: str, text: str, span: Span) -> bool:
    if kind != RETURNED:
        return _DENIED.search(text, 0, span[0]) is not None
    before = text[max(0, span[0] - _UNSURE_REACH) : span[0]]
    is_tried = text[span[1] : span[1] + 1] == "," and _TRIED.search(before)
    return bool(is_tried or _UNSURE.search(before) or _NOT_FROM.search(before))


def last_act(text: str) -> Act | None:
    """The verb nearest to the end."""
    found = acts(text)
    # 打击回流人员: what is done to them says more than what they are called.
    done = [one for one in found if not _NOUN.match(text, one.span[1])]
    return done[-1] if done else found[-1] if found else None


def first_act(text: str) -> Act | None:
    """The verb nearest to the beginning that is not asked for (请回国)."""
    asked = _ASKED.search(text)
    found = [one for one in acts(text) if asked is None or one.span[1] <= asked.start()]
    return found[0] if found else None


def kind_of(act: Act, left: str) -> str:
    """What the verb before a figure says, with the verbs before it: 抓获、劝返 together count as come back."""
    if _TOGETHER.search(left):
        return RETURNED
    if act.kind == RETURNED and _ARRIVED.search(left[slice(*act.span)]):
        # 抓获到案: caught; 投案到案: came.
        earlier = last_act(left[: act.span[0]])
        return earlier.kind if earlier else RETURNED
    return act.kind
