"""What is taken from people abroad and their families: each sanction once. Pure."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from alerts.claims import schooling
from alerts.claims.context import has_context, is_ruled_out, last_sentence
from alerts.claims.words import either, pattern, value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alerts.claims.numerals import Numeral
    from alerts.claims.text import ClaimText, Sentence, Span
    from storage.findings import Claim

_WHOLE: Final = re.compile(either("zh.penalty.whole"))
_FRAMES: Final = re.compile(either("zh.penalty.frames"))
_VERB_FIRST: Final = re.compile(
    rf"{either('zh.penalty.verbs')}[^,。;:、]{{0,16}}?{either('zh.penalty.objects')}"
    # 低保、养老补贴 go together; 注销户籍、收缴护照 are two.
    rf"(?:(?:(?!(?:[、并和及]|同时){either('zh.penalty.verbs')})[^,。;:]){{0,6}}?{either('zh.penalty.objects')})*(?:作废|无效|失效)?"
)
_OBJECT_FIRST: Final = re.compile(rf"{either('zh.penalty.objects')}[^,。;:、]{{0,8}}?{either('zh.penalty.passive')}")
# 拆除旱厕26座, 拆除违建12处: the works of a township, unless their own sentence says whom they strike.
_WORKS: Final = re.compile(
    r"(?:拆除|拆迁|强拆|收回|清退|关停|查封|责令)[^,。;]{0,10}?(?:厕|违建|违章建筑|违法建筑|乱搭|乱建|搭建|猪圈|圈舍|[棚栏]|广告|围挡"
    r"|残垣|危房|空心房|废旧|电杆|路障|占道|烟囱|锅炉|散乱污|非法|违规|闲置)"
)
# 拆除其违建房屋 is of one household; 拆除其他乱搭乱建 is of none.
_OF_HOUSEHOLD: Final = re.compile(r"其(?![它他中余间])")
# 条例规定的注销情形: what a statute knows, not what was done.
_STATUTE: Final = re.compile(r"[^,。;:、有]{2,16}?(?<!等)(?:情形|事由|法律依据|法定条件)(?!人|者|的)")
# 本通告由各村张贴上墙: the notice itself.
_PAPER: Final = re.compile(r"(?:通告|公告|通知|通报|倡议书|告知[书单]|情况)[^,。;、]{0,8}\Z")
_LEAFLET: Final = re.compile(r"(?:告知[书单]|倡议书|公开信|宣传[单画页册]|提示[单卡]?|二维码|通告|公告)$")
# 自张贴之日起执行, 张贴于祠堂照壁, 张贴告知书六十四份; whose photograph hangs there is another matter.
_NOTICE_ITSELF: Final = re.compile(
    r"张贴(?:[于在]|之日|之时|期间|[^,。;、]{0,6}(?:告知[书单]|通告|公告|倡议书|公开信|宣传))"
)
_SHAMED: Final = re.compile(r"照片|姓名|名字|头像|名单|画像")
_POSTED: Final = re.compile(r"张贴|张榜|公示|公开|[悬张]挂")
_HARD: Final = re.compile(rf"{either('zh.penalty.hard_verbs')}[^,。;:]{{2,24}}")
_HARD_END: Final = re.compile(rf"[^,。;:、]{{2,16}}?{either('zh.penalty.hard_ends')}(?=[,。;!]|$|的)")
_UNIT: Final = re.compile(value("zh.penalty.units"))
# 取消低保5人 counts what is taken; 5人的护照 counts people.
_BESIDE: Final = 2
# 公开, 挂 are done for many a reason: to papers by mistake, to the sign of an office.
_MILD: Final = re.compile(r"公开|公示|公布|曝光|[悬张]?挂|张贴|钉")
_SHEETS: Final = frozenset(["张", "份", "本", "块"])
_PERSONS: Final = frozenset(["人", "名", "个"])
_SOME: Final = r"[\d一二两三四五六七八九十百千万余多]{1,8}户(?![口籍])"
# A plate at the door; for one that honours or helps (光荣之家, 挂牌帮扶) nobody is punished.
_PLATE: Final = r"[钉挂贴竖立插][上了起]{0,2}[黑红黄白木铁警示]{0,3}牌(?!照|匾|帮扶|联系|成立|营业|保护|上岗)"
_DONE_TO: Final = re.compile(
    rf"[对给为替向]{_SOME}(?:(?!光荣|文明|困难|民宿|脱贫|五好|军)[^,。;、]){{0,8}}?(?:执行|落实|实施|兑现|{_PLATE})"
    rf"|{_SOME}[^,。;、]{{0,6}}?被{_PLATE}|{_PLATE}了?{_SOME}"
)
_HOUSES: Final = re.compile(r"户(?!口|籍)")
# 对3名村干部, 对其45名亲属
_DONE_BEFORE: Final = re.compile(r"[对将把](?:其|该|上述|这|名下)?$")
# So many characters are the longest of these: from the text's beginning each number would cost its whole length.
_LEAD: Final = 3
_CUT: Final = re.compile(r"[,:;]")
_HEADS: Final = re.compile(r"[人名位](?![民口])")
# So many characters before may say whom a sanction strikes.
_CONTEXT: Final = 120
_REACH: Final = 40
# 提请注销护照,共涉及证件三十一本: the next clause says how many.
_TALLY: Final = re.compile(
    r"[,:(](?:目前|现|已)?(?:首批|共计|合计|累计|总计|涉及|共|计|全[镇县市村])(?:[^,。;\d劝返抓投留在]{0,8})$"
)
_LISTED: Final = re.compile(r"(?:公布|公示|刊登|收录|列入?)(?:了|出)?$")
# 把电视搬走后,工作组走访家属: what comes next is another matter.
_AFTERWARDS: Final = re.compile(r"后$|之后$|以后$")
# 劝返滞留人员3名 are no household that is punished.
_BACK: Final = re.compile(r"劝[返回](?:了)?滞留[^,。;:]*")
# Everybody's homes (家家户户, 各家门口), shops and countries are no one's.
_HOME: Final = re.compile(
    r"[他她其]们?家(?=[里中门的人,。被])|(?<![各大国家专商一户])家(?:里|中|门|的|人)|[户屋]门[上口前]"
)
# The words of a sanction up to its number.
_VERB: Final = re.compile(r"[^\d一二两三四五六七八九十百千万]+")
_KIN: Final = re.compile(value("zh.penalty.kin"))
_EN_PAIRS: Final = [re.compile(rf"\b{pair}\b") for pair in value("en.penalty.pairs")]
# Nine of those households, 14 other families.
_EN_UNIT: Final = re.compile(
    r" (?:of (?:the|those|these|such|its|their) )?(?:(?:other|more|such|local|village|affected) )?"
    rf"{either('en.penalty.units')}"
)
_EN_AT: Final = re.compile(r" (?:gates?|doors?|walls?|fronts?) of\s$")
# 收缴护照66本、港澳通行证9本: one more of a list, with its own number.
_ITEM: Final = re.compile(
    rf"(?<=[户本张份套枚处个])[、和及](?P<item>(?:(?!{either('zh.penalty.verbs')})[^,。;:、\d]){{0,8}}?(?:{either('zh.penalty.objects')}|[证照卡])"
    r"[^,。;:、\d]{0,3}?(?:\d[\d,]{0,6}|[一二两三四五六七八九十百]{1,5})余?[户本张份套枚处个])"
)
_JOINS: Final = re.compile(r"[,、;并及和与或且同时]*")
# So many characters between a sanction and whom it strikes.
_PHRASE: Final = 20
# And so many between the words of a sanction and the next of a list: its number.
_ITEM_REACH: Final = 10
_AT_REACH: Final = 48
_EN_HOLDERS: Final = re.compile(rf" {either('en.penalty.holders')}")


def find(text: ClaimText) -> Iterator[Claim]:
    """Every sanction and every denial of schooling."""
    is_listed = False
    for sentence in text.sentences:
        before = text.text[max(0, sentence.start - _CONTEXT) : sentence.start]
        denials = list(schooling.denials(text, sentence, before))
        yield from (claim for claim, _ in denials)
        spans = [span for _, span in denials]
        if text.is_latin:
            pairs = _english(text, sentence)
        else:
            around = last_sentence(before) + text.text[sentence.start : sentence.end]
            is_near = is_listed or has_context(around)
            pairs = _chinese(text, sentence, before, is_listed=is_listed, is_near=is_near)
            is_listed = bool(pairs) and is_near
        if pairs and text.is_menu(sentence):
            continue
        last = sentence.start
        told: Span = (last, last)
        for number, span in enumerate(pairs):
            if _is_again(text.text, told, span, last):
                continue
            is_school = not text.is_latin and schooling.is_said(text.text, span)
            if not is_school and not any(low < span[1] and span[0] < high for low, high in spans):
                claim, last = _penalty(text, sentence, span, last, pairs[number + 1 :])
                told = span
                yield claim


def _chinese(text: ClaimText, sentence: Sentence, before: str, *, is_listed: bool, is_near: bool) -> list[Span]:
    """The sanctions of a sentence; `before` is the end of what stands before it, which may say whom they strike.

    `is_listed`: the sentence before is a sanction too, of a list that said whom they strike; `is_near`: that, or this
    sentence or the one before says it.
    """
    found: list[Span] = []
    words = before + text.text[sentence.start : sentence.end]
    if pattern("zh.penalty.elsewhere").search(text.text, sentence.start, sentence.end):
        return found
    is_meant = has_context(words)
    for kind in _kinds(text.text, sentence, is_near=is_near):
        if kind in {_HARD, _HARD_END} and not (is_meant or found):
            continue
        for match in kind.finditer(text.text, sentence.start, sentence.end):
            start, end = match.span()
            if any(low < end and start < high for low, high in found):
                continue
            if kind is _FRAMES:
                is_sanction = is_listed or _is_of_household(text.text, sentence, match.span(), before)
            else:
                is_sanction = is_meant or not _MILD.search(match[0])
            if is_sanction and not _is_elsewhere(text.text, sentence, match, is_listed=is_listed):
                found.append((_from_kin(text.text, sentence.clause(start)[0], start), end))
    # 首批已对41户执行: how many households it struck, where the sanctions themselves stand before.
    for match in _DONE_TO.finditer(text.text, sentence.start, sentence.end) if is_meant else ():
        if not any(low < match.end() and match.start() < high for low, high in found):
            found.append(match.span())
    return _with_items(text.text, sentence, _one_behind_the_other(text.text, found))


def _one_behind_the_other(text: str, found: list[Span]) -> list[Span]:
    """冻结其名下银行账户|并查封房产: reaching back to whose they are, the second begins where the first ends."""
    spans: list[Span] = []
    for start, end in sorted(found):
        joined = _JOINS.match(text, spans[-1][1], end) if spans and start < spans[-1][1] else None
        own = joined.end() if joined else start
        if own < end:
            spans.append((own, end))
    return spans


def _with_items(text: str, sentence: Sentence, found: list[Span]) -> list[Span]:
    """The spans of sanctions, those parted that list several things with a number each."""
    parted: list[Span] = []
    for start, end in found:
        _, stop = sentence.clause(start)
        begin, last = start, end
        for item in _ITEM.finditer(text, start, stop):
            if item.start() - last > _ITEM_REACH:
                break
            parted.append((begin, item.start()))
            begin, last = item.start("item"), item.end()
        parted.append((begin, max(last, end)))
    return parted


def _is_elsewhere(text: str, sentence: Sentence, match: re.Match[str], *, is_listed: bool) -> bool:
    """Whether the words are of another matter: of money and crimes, of public works, of what a statute knows."""
    clause = sentence.clause(match.start())
    if is_ruled_out(text, sentence, match.start()):
        return True
    if pattern("zh.penalty.not_with").search(text, *clause) or _STATUTE.match(text, match.start()):
        return True
    is_paper = _PAPER.search(text, clause[0], match.start()) and not _SHAMED.search(match[0])
    if _POSTED.match(match[0]) and (is_paper or _LEAFLET.search(match[0])):
        return True
    if _NOTICE_ITSELF.match(text, match.start()) and not _SHAMED.search(text, clause[0], clause[1]):
        return True
    is_works = _WORKS.match(text, match.start()) is not None and _OF_HOUSEHOLD.search(match[0]) is None
    return is_works and not is_listed and not has_context(_BACK.sub("", text[sentence.start : sentence.end]))


def _kinds(text: str, sentence: Sentence, *, is_near: bool) -> list[re.Pattern[str]]:
    """The expressions worth looking for in a sentence: frames are many, and mean nothing where no household is near."""
    has_object = pattern("zh.penalty.objects").search(text, sentence.start, sentence.end) is not None
    kinds = [_WHOLE, *((_VERB_FIRST, _OBJECT_FIRST) if has_object else ()), _HARD, _HARD_END]
    is_household = is_near or _HOME.search(text, sentence.start, sentence.end) is not None
    return [*kinds, _FRAMES] if is_household else kinds


def _is_of_household(text: str, sentence: Sentence, span: Span, before: str) -> bool:
    """Whether a household, kin or somebody abroad stand in the frame's sentence or the one before.

    These words are everybody's (停机, 把电视搬走): what only the next step of a round-up speaks of does not count,
    nor who was talked round and is back.
    """
    low, high = sentence.clause(span[0])
    end = high if _AFTERWARDS.search(text, low, high) else sentence.end
    around = _BACK.sub("", last_sentence(before) + text[sentence.start : end])
    return has_context(around) or _HOME.search(text, low, high) is not None


def _from_kin(text: str, clause: int, start: int) -> int:
    """Where the quote begins: with the relatives it strikes, where the clause names them before."""
    begin = text.rfind("、", clause, start) + 1  # what stands before belongs to another sanction
    kin = _KIN.search(text, max(clause, begin, start - 16), start)
    return kin.start() if kin else start


def _is_again(text: str, told: Span, span: Span, end: int) -> bool:
    """低保一律停发,全镇共停发7户: a tally that ends there says its sanction again; 共停电7户 is another one."""
    words = _VERB.match(text, *span) if span[1] <= end else None
    return words is not None and words[0] in text[slice(*told)]


def _penalty(text: ClaimText, sentence: Sentence, span: Span, last: int, others: list[Span]) -> tuple[Claim, int]:
    """The claim of a sanction, and where the next one's words may begin: a number counts one of them.

    `others`: the sanctions behind it in the sentence.
    """
    number, unit = _counted(text, sentence, span, last)
    if number is None and not text.is_latin:
        number, unit = _tally(text, sentence, span, others)
    if number is None:
        number, unit = _holders(text, sentence, span) if text.is_latin else _struck(text, sentence, span, last)
    start = min(span[0], number.start) if number else span[0]
    end = max(span[1], unit[1]) if unit else span[1]
    where = text.places(sentence.start, sentence.end)
    claim = text.claim(
        "penalty",
        (start, end),
        number=number,
        said=(number.start, unit[1]) if number and unit else None,
        unit=text.quote(*unit)[0] if unit else None,
        where=where[:1] if len({place.code for place in where}) == 1 else [],
        agency=text.agency(sentence.start, span[0]),
    )
    return claim, end


def _counted(text: ClaimText, sentence: Sentence, span: Span, last: int) -> tuple[Numeral | None, Span | None]:
    """How many households, houses or documents: a number in the clause of the sanction, the nearest."""
    low, high = sentence.clause(span[0]) if not text.is_latin else (max(last, span[0] - 30), span[1] + _AT_REACH)
    if text.text.startswith("、", last):
        # 停发补贴47户、暂停审批12户: the number behind one sanction is not the next one's.
        low = max(low, last)
    found = []
    for number in sentence.numbers:
        unit = (_EN_UNIT if text.is_latin else _UNIT).match(text.text, number.end, sentence.end)
        if unit and unit[0] in _SHEETS and number.value == 1:
            continue
        is_struck = _DONE_BEFORE.search(text.text, low, number.start)
        if unit and unit[0] in _PERSONS and not (is_struck or _is_of(text.text, span, number, unit.end())):
            continue
        if unit and low <= number.start < max(high, span[1]):
            gap = max(number.start - span[1], span[0] - unit.end(), 0)
            if text.is_latin and "," in text.text[min(span[1], unit.end()) : max(span[0], number.start)]:
                continue
            found.append((gap, number.start, number, unit.span()))
    if not found:
        return None, None
    gap, _, number, unit_span = min(found, key=lambda one: one[:2])
    is_at_home = text.is_latin and _EN_AT.search(text.text[span[1] : number.start]) is not None
    # Within the same phrase, or where what is done is done to: sprayed "swindlers" on the gates of nine families.
    return (number, unit_span) if gap <= (_AT_REACH if is_at_home else _PHRASE) else (None, None)


def _tally(text: ClaimText, sentence: Sentence, span: Span, others: list[Span]) -> tuple[Numeral | None, Span | None]:
    """How many the next clause says: of the last sanction before it."""
    for number in sentence.numbers:
        unit = _UNIT.match(text.text, number.end, sentence.end)
        if not unit or number.start < span[1] or (unit[0] in _SHEETS and number.value == 1):
            continue
        is_next = any(
            low < number.start and not _is_again(text.text, span, (low, high), unit.end()) for low, high in others
        )
        if is_next:
            break
        if unit[0] in _PERSONS and _LISTED.search(text.text, span[1], number.start):
            continue  # 张榜公布,共公布47人: those on the list
        if _TALLY.search(text.text, span[1], number.start):
            return number, unit.span()
    return None, None


def _is_of(text: str, span: Span, number: Numeral, end: int) -> bool:
    """取消低保5人, 注销112名人员户籍: persons who count what is taken, behind the sanction or within it."""
    is_behind = 0 <= number.start - span[1] <= _BESIDE or end == span[1]
    is_within = span[0] < number.start and end < span[1] and text[span[0] : number.start] in _verbs()
    return is_behind or is_within


@cache
def _verbs() -> frozenset[str]:
    return frozenset(word.split("(")[0].strip() for word in value("zh.penalty.verbs").split(" / "))


def _holders(text: ClaimText, sentence: Sentence, span: Span) -> tuple[Numeral | None, Span | None]:
    """Passports of more than 200 residents; the passports of 38 people were declared invalid."""
    for number in sentence.numbers:
        unit = _EN_HOLDERS.match(text.text, number.end, sentence.end)
        is_within = span[0] < number.start < span[1] and text.text.endswith("s of ", 0, number.start)
        if unit and (is_within or text.text[span[1] : number.start] == " of "):
            return number, unit.span()
    return None, None


def _struck(text: ClaimText, sentence: Sentence, span: Span, last: int) -> tuple[Numeral | None, Span | None]:
    """对14户…家庭，供电所已断电; 对3名村干部停职: whom it strikes, where no other sanction is between."""
    for number in reversed(sentence.numbers):
        unit = _HOUSES.match(text.text, number.end, sentence.end)
        is_object = unit is None and _DONE_BEFORE.search(text.text, max(0, number.start - _LEAD), number.start)
        if is_object and not _CUT.search(text.text, number.end, span[0]):
            unit = _HEADS.match(text.text, number.end, sentence.end)
        if unit and last <= number.start < span[0] <= number.end + _REACH:
            return number, unit.span()
    return None, None


def _english(text: ClaimText, sentence: Sentence) -> list[Span]:
    found: list[Span] = []
    if pattern("en.penalty.elsewhere").search(text.text, sentence.start, sentence.end):
        return found
    for words in _EN_PAIRS:
        for match in words.finditer(text.text, sentence.start, sentence.end):
            if not any(low < match.end() and match.start() < high for low, high in found):
                found.append(match.span())
    return sorted(found)
