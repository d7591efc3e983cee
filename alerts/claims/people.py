"""How many people came back, were brought back, were caught, named or are still abroad: Chinese text. Pure.

A number with a unit of persons is judged by the words of its own clause, the nearest before it first; a number without
such words is a part of the figure before it (其中女性6名), and of the same type. Nothing is ever added up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from alerts.claims.text import REACH
from alerts.claims.words import either, pattern, value

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from alerts.claims.numerals import Numeral
    from alerts.claims.places import Place
    from alerts.claims.text import ClaimText, Sentence, Span
    from storage.findings import Claim

    Days = tuple[date | None, date | None]

RETURNED: Final = "returned"
REPATRIATED: Final = "repatriated"
SUSPECTS: Final = "suspects"

_UNIT: Final = re.compile(value("zh.people.units"))
_STAFF: Final = either("zh.people.staff")
_STAFF_AFTER: Final = re.compile(rf"[^,、的在被由经向与和从对将把于中]{{0,8}}?{_STAFF}")
_STAFF_BEFORE: Final = re.compile(rf"{_STAFF}[们]?{either('zh.people.totals')}{{0,3}}$")
_COMPARED: Final = re.compile(
    rf"(?:[较比][^,]{{0,10}}|同比|环比|(?:增加|增长|减少|下降|上升|新增)了?)(?:{either('zh.people.compared')}了?)?$"
)
_WHOLE_OF: Final = re.compile(value("zh.people.whole_of"))
_EACH: Final = re.compile(r"每(?![天日月周年])[^,]{0,6}$")
_AIM: Final = re.compile(r"目标|力争|计划|指标|争取|确保|定额|要求|任务数|任务量|应劝返|须劝返|(?<!完成)劝返任务$")
_NAMED: Final = re.compile(value("zh.people.named"))
_STRONG: Final = {
    RETURNED: pattern("zh.people.returned"),
    REPATRIATED: pattern("zh.people.handed"),
    SUSPECTS: pattern("zh.people.caught"),
}
_UNSURE: Final = re.compile(rf"{either('zh.people.unsure')}[^,]{{0,2}}$")
_TOGETHER: Final = re.compile(
    rf"{either('zh.people.caught')}(?:[、和及与或并]|以及){either('zh.people.returned')}"
    rf"|{either('zh.people.returned')}(?:[、和及与或并]|以及){either('zh.people.caught')}"
)
_ARRIVED: Final = re.compile(r"[归到]案$")
_NOUN: Final = re.compile(r"人员|对象|者|嫌疑人")
_ASKED: Final = re.compile(r"请|务必|必须|须|应当|限[于期]|要求|责令|如不|若不|如|若")
_HEADCOUNT: Final = re.compile(r"人[数次][^,、。\d成比率]{0,6}$")
_CLOSED: Final = re.compile(r"[,。;)]|$")
# 就遣送问题交换意见: spoken of, not done.
_MATTER: Final = re.compile(r"(?:问题|事宜|程序|机制|方案|政策|进度|事项)")
_PART: Final = re.compile(r"^[、,]?(?:其中|包括|含)")
_SUM: Final = re.compile(r"累计|合计|总计|总数|至此")
_TOTAL: Final = re.compile(r"(?:共计|共|合计|总计|等)$")
_STATE: Final = re.compile(r"滞留|在册|存量")
_ALL: Final = re.compile(r"^[均都全]")
# 三人共计15万元 counts money.
_PAID: Final = re.compile(r"[^,\d]{0,4}\d[\d,.]{0,12}[万千百]?元")
_AGREED: Final = re.compile(r"达成|磋商|协商|交换意见|会谈")
_LISTED_ONE: Final = re.compile(r"^(?:红通|[、,和及](?:其中)?[^,、]{0,14})(?:人员|对象|红通|嫌疑人|逃犯|者)\"?$")
_ALL_OF_THEM: Final = re.compile(r"[,](?:均|都|全部|已|现已|均已|主动|自愿|陆续|先后|最终|分别|放弃)")
_LEADING: Final = " 、和及与并且,以及"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A number of persons: its unit, and the words of its clause before and behind it."""

    number: Numeral
    unit: Span
    left: Span
    right: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trigger:
    kind: str
    span: Span


def find(text: ClaimText) -> Iterator[Claim]:
    """Every figure of people."""
    last: str | None = None
    for sentence in text.sentences:
        before: str | None = None
        days: Days = (None, None)
        for counted in _counted(text, sentence):
            kind, span = _judge(text, sentence, counted, before or _carried(text, counted, last))
            if kind is None:
                before = before or _aimed(text, counted)
                continue
            days = _days(text, sentence, counted, days)
            before = last = kind
            yield _claim(text, sentence, counted, (kind, span), days)


def _aimed(text: ClaimText, one: Counted) -> str | None:
    """任务数156人，完成93人: what an aim is about, which is no claim itself, goes on to what was reached."""
    left = text.text[slice(*one.left)]
    strong = _last(left) if _AIM.search(left) else None
    return strong.kind if strong else None


def _carried(text: ClaimText, one: Counted, last: str | None) -> str | None:
    """The type that goes on from the sentence before: 其中…, and …均已…."""
    left, right = text.text[slice(*one.left)], text.text[slice(*one.right)]
    return last if _PART.match(left) or _ALL.match(right) or _SUM.search(left) else None


def _counted(text: ClaimText, sentence: Sentence) -> list[Counted]:
    units = [(number, _unit(text, sentence, number)) for number in sentence.numbers]
    persons = [(number, unit) for number, unit in units if unit]
    found = []
    for place, (number, unit) in enumerate(persons):
        begin, end = sentence.clause(number.start)
        if place:
            begin = max(begin, persons[place - 1][1][1])
        if place + 1 < len(persons) and persons[place + 1][0].start < end:
            # Of two in one clause a verb between belongs to the next: 滞留的42名、劝返31名.
            end = persons[place + 1][0].start
            comma = text.text.find("、", unit[1], end)
            end = comma if comma >= 0 else end
        left = (max(begin, number.start - REACH), number.start)
        found.append(Counted(number=number, unit=unit, left=left, right=(unit[1], min(end, unit[1] + REACH))))
    return found


def _unit(text: ClaimText, sentence: Sentence, number: Numeral) -> Span | None:
    """Where the unit of a number of persons stands; empty where 人数 before it says what it counts."""
    unit = _UNIT.match(text.text, number.end, sentence.end)
    if unit:
        return unit.span()
    before = text.text[max(sentence.start, number.start - 12) : number.start]
    if _HEADCOUNT.search(before) and _CLOSED.match(text.text, number.end):
        return number.end, number.end
    return None


def _judge(  # noqa: C901, PLR0911 # one rule a line, first that holds
    text: ClaimText, sentence: Sentence, one: Counted, before: str | None
) -> tuple[str | None, Span]:
    """The type of a figure, None where it counts something else; and the span that says so."""
    left, right = text.text[slice(*one.left)], text.text[slice(*one.right)]
    quiet = one.left[0], one.unit[1]
    if _counts_others(text, sentence, one, left, right):
        return None, quiet
    strong = _last(left)
    if strong and strong.kind == REPATRIATED and left[: strong.span[0]].endswith("就") and _AGREED.search(right):
        return (SUSPECTS if pattern("zh.people.abroad").search(right) else None), quiet
    if one.number.value == 1 and before is not None and _LISTED_ONE.match(left):
        return before, quiet
    if one.number.value == 1 and (strong is None or "奖" in text.text[sentence.start : sentence.end]):
        return None, quiet
    stays = _last_match(pattern("zh.people.stay"), left)
    ahead = _ahead(text, one, left, right)
    if strong and strong.kind == SUSPECTS and left[strong.span[1] :] == "的" and ahead and ahead.kind != SUSPECTS:
        return ahead.kind, (one.left[0], one.unit[1] + ahead.span[1])  # 落网的65名嫌疑人被移交
    if strong is not None and (stays is None or strong.span[0] > stays[0]):
        return _weighed(strong, left), quiet
    behind = pattern("zh.people.stay").search(right)
    if stays is not None and ahead is None:
        return SUSPECTS, quiet
    if stays is None and behind and (ahead is None or behind.start() <= ahead.span[0]):
        return SUSPECTS, (one.left[0], one.unit[1] + behind.end())
    if ahead is not None:
        return ahead.kind, (one.left[0], one.unit[1] + ahead.span[1])
    shared = _shared(text, sentence, one)
    if shared is not None:
        return shared.kind, (one.left[0], shared.span[1])
    kind = _by_noun(text, sentence, one, before)
    if kind == SUSPECTS and _ALL_OF_THEM.match(text.text, one.right[1]):
        later, span = _in_next_clause(text, sentence, one, left + right)
        return (later, span) if later else (kind, quiet)
    return (kind, quiet) if kind else _in_next_clause(text, sentence, one, left + right)


def _ahead(text: ClaimText, one: Counted, left: str, right: str) -> _Trigger | None:
    """The verb behind a figure; of 在册217人已劝返186人 it is the next one's."""
    ahead = _first(right)
    goes_on = text.text[one.right[1] : one.right[1] + 1] not in {"", *",。;、:()\n!?"}
    if ahead and goes_on and ahead.span[1] == len(right) and pattern("zh.people.abroad").search(left):
        return None
    return ahead


def _shared(text: ClaimText, sentence: Sentence, one: Counted) -> _Trigger | None:
    """逃犯五人、同伙两人主动投案: the verb that ends a list is all its members'."""
    _, end = sentence.clause(one.number.start)
    last = one.unit[1]
    for number in sentence.numbers:
        if last <= number.start < end:
            unit = _UNIT.match(text.text, number.end, end)
            between = text.text[last : number.start]
            if unit is None or between[:1] != "、" or _triggers(between):
                return None
            last = unit.end()
    if last == one.unit[1]:
        return None
    ahead = _first(text.text[last : min(end, last + REACH)])
    return _Trigger(kind=ahead.kind, span=(last, last + ahead.span[1])) if ahead else None


def _in_next_clause(text: ClaimText, sentence: Sentence, one: Counted, clause: str) -> tuple[str | None, Span]:
    """6名江岙籍人员从口岸入境，向民警投案: what became of people is told behind the comma, before any other number."""
    quiet = one.left[0], one.unit[1]
    later = next((number.start for number in sentence.numbers if number.start >= one.unit[1]), sentence.end)
    end = min(later, sentence.end, one.unit[1] + REACH)
    if one.right[1] >= end or pattern("zh.people.other_acts").search(clause):
        return None, quiet
    ahead = _first(text.text[one.right[1] : end])
    return (ahead.kind, (one.left[0], one.right[1] + ahead.span[1])) if ahead else (None, quiet)


def _by_noun(text: ClaimText, sentence: Sentence, one: Counted, before: str | None) -> str | None:
    """A figure without a verb: a part of the one before, or persons of a kind that is sought."""
    left, right = text.text[slice(*one.left)], text.text[slice(*one.right)]
    if before is not None and _PART.match(left):
        return before
    if _NAMED.search(text.text[max(sentence.start, one.number.start - 24) : one.number.start]):
        return SUSPECTS
    if pattern("zh.people.other_acts").search(left):
        return None
    if _STATE.search(left):
        return SUSPECTS
    parts = pattern("zh.people.parts")
    if before is not None and (parts.search(left) or parts.match(right) or len(left) <= REACH // 4):
        return before
    abroad = pattern("zh.people.abroad")
    if abroad.search(left) or abroad.search(right):
        return SUSPECTS
    if _TOTAL.search(left):
        # Names, and then how many: what the sentence said of them before.
        said = text.text[max(sentence.start, one.number.start - 3 * REACH) : one.left[0]]
        return SUSPECTS if abroad.search(said) and not _triggers(said) else None
    return None


def _counts_others(text: ClaimText, sentence: Sentence, one: Counted, left: str, right: str) -> bool:
    """Officials, victims, differences, aims, wholes of which only a part is told, and what a reward is paid for."""
    caught = _last_match(_STRONG[SUSPECTS], left)
    if _STAFF_AFTER.match(right) and not (caught and caught[1] == len(left)):
        return True
    if (
        _PAID.match(right)
        or (one.number.value == 100 and right.startswith("红通"))
        or _WHOLE_OF.match(right)
        or pattern("zh.people.elsewhere").search(left + right)
    ):
        return True
    if _STAFF_BEFORE.search(left) and not _PART.match(left):
        return True
    if _COMPARED.search(left) or _EACH.search(left) or _AIM.search(left):
        return True
    start, end = sentence.clause(one.number.start)
    return "奖" in text.text[max(start, one.left[0]) : min(end, one.right[1])]


def _weighed(strong: _Trigger, left: str) -> str:
    if _TOGETHER.search(left):
        return RETURNED
    if strong.kind == RETURNED and _ARRIVED.search(left[slice(*strong.span)]):
        # 抓获到案: caught; 投案到案: came.
        earlier = _last(left[: strong.span[0]])
        return earlier.kind if earlier else RETURNED
    return strong.kind


def _last_match(words: re.Pattern[str], text: str) -> Span | None:
    last = None
    for match in words.finditer(text):
        last = match.span()
    return last


def _triggers(text: str) -> list[_Trigger]:
    """The verbs of a part of a clause, in order; one that lies within a longer one (押解回国) is that one's."""
    found: list[_Trigger] = []
    for kind, words in _STRONG.items():
        for match in words.finditer(text):
            if _MATTER.match(text, match.end()):
                continue
            if kind != RETURNED or not _UNSURE.search(text[max(0, match.start() - 6) : match.start()]):
                found.append(_Trigger(kind=kind, span=match.span()))
    longest = sorted(found, key=lambda one: (one.span[0], -one.span[1]))
    kept: list[_Trigger] = []
    for one in longest:
        if not kept or one.span[0] >= kept[-1].span[1]:
            kept.append(one)
    return kept


def _last(text: str) -> _Trigger | None:
    found = _triggers(text)
    # 打击回流人员: what is done to them says more than what they are called.
    acts = [one for one in found if not _NOUN.match(text, one.span[1])]
    return acts[-1] if acts else found[-1] if found else None


def _first(text: str) -> _Trigger | None:
    asked = _ASKED.search(text)
    found = [one for one in _triggers(text) if asked is None or one.span[1] <= asked.start()]
    return found[0] if found else None


def _places_beside(text: ClaimText, one: Counted) -> list[Place]:
    """The places of a figure: before it in its clause, else behind it up to the next of a list."""
    before = text.places(*one.left)
    if before:
        return before
    comma = text.text.find("、", one.unit[1], one.right[1])
    behind = text.places(one.unit[1], one.right[1])
    if not behind or 0 <= comma < behind[0].start:
        return []
    run = behind[:1]
    for place in behind[1:]:
        if text.text[run[-1].end : place.start] not in {"、", "和", "及", "与"}:
            break
        run.append(place)
    return run


def _places_of_all(text: ClaimText, sentence: Sentence, one: Counted) -> list[Place]:
    """35至40人，均为在老挝滞留人员: the next clause says it of all of them."""
    later = [clause for clause in sentence.clauses if clause[0] >= one.right[1]]
    if later and _ALL.match(text.text[later[0][0] : later[0][0] + 1]):
        return text.places(*later[0])
    return []


def _days(text: ClaimText, sentence: Sentence, one: Counted, before: Days) -> Days:
    """What is said of time up to the figure; else the page's day where it tells how things stand, or goes on."""
    days = text.period(sentence.start, one.number.start)
    if days != (None, None):
        return days
    if before == days and pattern("zh.people.now").search(text.text, one.left[0], one.right[1]):
        return None, text.page
    return before


def _claim(text: ClaimText, sentence: Sentence, one: Counted, judged: tuple[str, Span], days: Days) -> Claim:
    kind, (start, end) = judged
    while start < one.number.start and text.text[start] in _LEADING:
        start += 1
    where = _places_beside(text, one) or _places_of_all(text, sentence, one)
    if not where:
        earlier = text.places(sentence.start, one.number.start)
        where = earlier if len({place.code for place in earlier}) == 1 else []
    if len(where) > 1 and len({place.code for place in where}) == 1:
        where = where[:1]
    return text.claim(
        kind,
        (start, end),
        number=one.number,
        said=(one.number.start, one.unit[1]),
        unit=text.quote(*one.unit)[0],
        where=where,
        days=days,
        agency=text.agency(sentence.start, one.number.start),
    )
