"""How many people came back, were brought back, were caught, named or are still abroad: Chinese text. Pure.

A number with a unit of persons is judged by the words of its own clause, the nearest before it first; a number without
such words is a part of the figure before it (其中女性6名), and of the same type. Nothing is ever added up.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from alerts.claims import plain
from alerts.claims.case import Counted
from alerts.claims.rows import OTHERS, Rows, is_parted, unit_of
from alerts.claims.text import REACH
from alerts.claims.totals import Told
from alerts.claims.verdict import ALL, carries, handed_on, judge
from alerts.claims.words import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alerts.claims.numerals import Numeral
    from alerts.claims.periods import Days
    from alerts.claims.places import Place
    from alerts.claims.text import ClaimText, Sentence, Span
    from storage.findings import Claim

_HEADCOUNT: Final = re.compile(r"(?:人[数次]|(?:劝返|回流|投案|滞留)(?:总数|总量|数量?))[^,、。\d成比率]{0,6}$")
# 已返31,未返15: the figures of a dispatch sheet without their unit.
_BARE: Final = re.compile(
    r"(?:^|[,;、:)\s]|全[县市镇乡村]|累计|共|合计)"
    r"(?:[已未实](?:劝)?返|[已未]归|未劝返|[已未]?到案|劝返|遣返|在逃):?$"
)
_SUMMAND: Final = r"(?!附|见|图|表|第|编号)[^()\d,。;、]{1,8}\d{1,5}"
_BRACKET: Final = re.compile(rf"[人名\d]\(((?:其中:?)?(?:{_SUMMAND}[、,;]){{1,12}}{_SUMMAND})\)")
_DIGITS: Final = re.compile(r"\d+")
_AGAIN: Final = re.compile(r"[二两三四五六七八九十]{1,2}[人名]")
_DEMONSTRATIVE: Final = re.compile(r"[,、]?(?:[这该其此]|上述|经查|据悉)?")
# 列全县前两位, 后三名的乡镇: a place in a ranking.
_RANK: Final = re.compile(
    r"(?:[列居排占]|跻身|进入|闯入|挤进|排名|名次|全[国省市州盟县区旗镇乡])[在于]?"
    r"(?:全[国省市州盟县区旗镇乡]|系统|同类|片区|各[县镇乡])?的?(?:倒数|最)?[前后末]\Z|倒数\Z"
)
# 身份证号后四位: figures of a number.
_DIGITS_OF: Final = re.compile(r"(?:号码?|证号|尾号|卡号|编号|密码|数字|手机号?)的?[前后末最]{1,2}\Z")
_RANKED: Final = re.compile(r"(?<![此日月年目先之以天提午])[前后末]\Z")
_RANKED_ONES: Final = re.compile(
    r"[位名]的?(?:乡|镇|县|区|村|街道|派出所|单位|部门|地区|国家|省份)|[位名](?:分别|依次)?[为是]"
)
_CLOSED: Final = re.compile(r"[,。;)]|$|\((?=[^()\d]{1,8}\d)")
_LEADING: Final = " 、和及与并且,以及"


def find(text: ClaimText) -> Iterator[Claim]:
    """Every figure of people."""
    last: str | None = None
    persons: int | None = None
    asked: plain.Asked | None = None
    rows = Rows(text)
    for sentence in text.sentences:
        before = rows.goes_on(sentence, last, persons)
        answered = asked if plain.opens_answer(text, sentence) else None
        before = before or (answered.kind if answered else None)
        asked = plain.asked(text, sentence)
        told = Told(text, sentence)
        for counted in _counted(text, sentence, rows, asked=answered):
            head = rows.headed(sentence, counted.number.start)
            if head == OTHERS:
                continue
            known = head or before or (last if carries(text, counted) else None)
            is_cell = head is not None and counted.unit[0] == counted.unit[1]
            cell = (counted.number.start, counted.number.end)
            kind, span = (head, cell) if is_cell else judge(text, sentence, counted, known)
            if kind is None:
                before = handed_on(text, counted, before)
                continue
            if kind == last and _are_the_same(text, sentence, counted, persons):
                continue
            days = told.days_of(counted, kind, span[1])
            before = last = kind
            persons = counted.number.value
            yield _claim(text, sentence, counted, (kind, span), days)


def _are_the_same(text: ClaimText, sentence: Sentence, one: Counted, persons: int | None) -> bool:
    """二人均认罪: those whom the figure before counted, spoken of once more."""
    number = one.number
    if number.value != persons or not _AGAIN.fullmatch(text.text, number.start, one.unit[1]):
        return False
    start, end = sentence.clause(number.start)
    is_first = _DEMONSTRATIVE.fullmatch(text.text, start, number.start) is not None
    return is_first and pattern("zh.people.stay").search(text.text, one.unit[1], end) is None


def _counted(text: ClaimText, sentence: Sentence, rows: Rows, *, asked: plain.Asked | None) -> list[Counted]:
    persons: list[tuple[Numeral, Span]] = []
    previous: Numeral | None = None
    for number in sentence.numbers:
        # What was counted between (宣传点三个) ends a list of people.
        since = persons[-1][1][1] if persons and persons[-1][0] is previous else None
        unit = (
            _unit(text, sentence, number)
            or plain.unit_of(text, sentence, number, since=since, asked=asked if previous is None else None)
            or rows.cell(sentence, number)
        )
        if unit:
            persons.append((number, unit))
        previous = number
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
        if is_parted(text, unit[1], sentence):
            end = unit[1]
        left = (max(begin, number.start - REACH), number.start)
        found.append(Counted(number=number, unit=unit, left=left, right=(unit[1], min(end, unit[1] + REACH))))
    return found


def _unit(text: ClaimText, sentence: Sentence, number: Numeral) -> Span | None:
    """Where the unit of a number of persons stands; empty where 人数 before it says what it counts."""
    if _is_rank(text, sentence, number):
        return None
    unit = unit_of(text, number.end, sentence.end)
    if unit:
        return unit
    before = text.text[max(sentence.start, number.start - 12) : number.start]
    is_said = _HEADCOUNT.search(before) or _BARE.search(before)
    is_counted = is_said and _CLOSED.match(text.text, number.end)
    return (number.end, number.end) if is_counted or _is_summand(text, sentence, number) else None


def _is_summand(text: ClaimText, sentence: Sentence, number: Numeral) -> bool:
    """劝返14人(缅甸9、老挝5): the parts in the bracket are of persons, for they add up to the figure before it."""
    opened = text.text.rfind("(", max(sentence.start, number.start - 2 * REACH), number.start)
    bracket = _BRACKET.match(text.text, opened - 1, sentence.end) if opened > 0 else None
    whole = next((one for one in sentence.numbers if one.end in {opened - 1, opened}), None)
    if bracket is None or whole is None or number.end > bracket.end():
        return False
    return sum(map(int, _DIGITS.findall(bracket[1]))) == whole.value


def _is_rank(text: ClaimText, sentence: Sentence, number: Numeral) -> bool:
    start = max(sentence.start, number.start - 12)
    if _RANK.search(text.text, start, number.start) or _DIGITS_OF.search(text.text, start, number.start):
        return True
    is_ranked = _RANKED.search(text.text, start, number.start)
    return bool(is_ranked and _RANKED_ONES.match(text.text, number.end, sentence.end))


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
    if later and ALL.match(text.text[later[0][0] : later[0][0] + 1]):
        return text.places(*later[0])
    return []


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
