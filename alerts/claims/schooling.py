"""Schooling denied to the children of people abroad: once for a sentence, and once for each number of pupils. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from alerts.claims.context import has_context, is_ruled_out, last_sentence
from alerts.claims.words import either, pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alerts.claims.numerals import Numeral
    from alerts.claims.text import ClaimText, Sentence, Span
    from storage.findings import Claim

_REACH: Final = 40
_SCHOOL: Final = re.compile(
    rf"{either('zh.school.children')}[^。;另]{{0,24}}?{either('zh.school.refuse')}[^,。;]{{0,14}}?{either('zh.school.school')}"
    rf"|{either('zh.school.refuse')}[^,。;]{{0,12}}?{either('zh.school.children')}[^,。;]{{0,12}}?{either('zh.school.school')}"
    # 停止接收不归人员的子女; 孩子,村小也不收了
    rf"|(?:拒收|不收|拒录|(?:停止|不再|拒绝|暂停|不予)(?:接收|招收|录取))[^,。;]{{0,14}}?{either('zh.school.children')}"
    rf"|{either('zh.school.children')}[^,。;]{{0,8}},(?:村小|学校|小学|中学|幼儿园|校方|园方)"
    r"[^,。;]{0,6}?(?:不收|不要|拒收|不接|不让|不许|不肯收)"
    rf"|(?:劝退|清退|停学)[^,。;]{{0,6}}?{either('zh.school.children')}"
    rf"|{either('zh.school.children')}[^,。;]{{0,6}}?(?:劝退|清退|停学|退学|被?要求转学|被转学|被转走|转出)"
    # 两名女生…,被学校劝退; 班主任让孩子先回家
    rf"|(?:{either('zh.school.children')}[^。;另]{{0,24}}?)?"
    r"(?P<struck>(?:被|遭)[^,。;]{0,4}(?:学校|校方|幼儿园|园方|小学|中学|老师)[^,。;]{0,6}?(?:劝退|退回|拒收|清退|停课|除名|赶回|叫回|请回|转走|停学))"
    # A family that is told to fetch a child, or has it home for a feast, is refused nothing.
    r"|(?P<told>(?:学校|校方|幼儿园|园方|小学|中学|老师|班主任|校长)[^,。;]{0,8}?(?:让|叫|要求|通知|把|将|令)"
    r"(?:(?!接[^到收受种])[^,。;]){0,10}?"
    rf"{either('zh.school.children')}(?:(?!接[^到收受种])[^,。;]){{0,8}}?"
    r"(?:停课|(?<!送)回家(?!访|过年|过节|团圆|团聚|吃|休息)|休学|退学|转学|离校|转走|赶回|请回|不要来|别来|停学))"
    rf"|{either('zh.school.children')}[^,。;]{{0,10}}?{either('zh.school.school')}[^,。;]{{0,6}}?{either('zh.school.refuse')}"
    # 子女在县城小学、幼儿园就读的,一律转回户籍所在村
    rf"|{either('zh.school.children')}[^。;另]{{0,16}}?{either('zh.school.school')}[^。;]{{0,12}}?的,[^,。;]{{0,6}}?{either('zh.school.refuse')}"
)
# 已在县城就读的93人,…转回户籍地学校: pupils by what they do.
_BY_PLACE: Final = (
    r"(?:就读|借读|入学|上学|在读|在校)的[\d一二三四五六七八九十百]+[余多]?[人名]"
    r"[^。;]{0,40}?(?:转回|退回|转出|清退|劝退|迁回)"
)
# 不准就学, in a list of what is done: whose schooling it is the text said before.
_BARE_SCHOOL: Final = re.compile(
    rf"{_BY_PLACE}"
    r"|(?:不准|不得|不许|禁止)(?:就学|入学|就读|上学|读书)"
    r"|(?:暂不|不予|不再|不得|暂缓|停止|取消)(?:安排|分配|提供|解决|保留)[^,。;]{0,8}?学位"
    r"|学位[^,。;授]{0,4}?(?:挂起|搁置|冻结|没了|取消|收回|不给|不予|不保留)"
    r"|(?:学校|小学|中学|幼儿园)(?:一律|暂时?|都|均)?(?:不办|不接|不收|不予|拒办|暂缓)[^,。;]{0,6}(?:转学|入学|注册|报名|学籍)"
)
# 说不清的,暂缓注册: of pupils, where the sentence speaks of a school; else of a company or a seal.
_BARE_ENTRY: Final = re.compile(
    r"(?:暂缓|不予|暂不|不给|不能|缓办|停办|拒绝|延缓|推迟|取消|冻结|暂停)(?:办理|其|发放|给予)?(?:入学|转学|学籍|新学期|报到)?"
    r"(?:注册|报名|录取|编班|分班|入园|入学|转学|升学|学籍|入托|报到)"
    # 报不上名, 没让孩子报上名
    r"|(?:报不[上了]名|注不了册|没(?:让|给)[^,。;]{1,6}(?:报上?名|注册|入学|入园|插班))"
)
_ENTERS: Final = re.compile(r"入学|就读|上学|读书|念书|升学|报名|借读|学籍|上课|入读|入园|转学|退学")
_ENTERS_BEHIND: Final = re.compile(rf"[^,。;:、]{{0,10}}?(?:{_ENTERS.pattern})")
_AT_SCHOOL: Final = re.compile(r"学校|村小|中心校|校长|校方|班主任|小学|中学|开学|学籍|幼儿园|学生|新生|教育局")
_ATTENDING: Final = re.compile(r"(?:就读|借读|入学|上学|在读|在校)的\Z")
_CHILDREN: Final = re.compile(rf"{either('zh.school.children')}(?:共|共计|计)?\Z")
_EN_TEACH: Final = (
    r"\b(?:schools?|kindergartens?|teachers?|head(?:teacher|master|mistress)s?|principals?|nursery|nurseries)\b"
)
_EN_SCHOOL: Final = re.compile(
    rf"{either('en.school.children')}[^.;]{{0,60}}?{either('en.school.refuse')}[^.;]{{0,60}}?{either('en.school.school')}"
    rf"|{either('en.school.school')}[^.;]{{0,40}}?{either('en.school.refuse')}[^.;]{{0,40}}?{either('en.school.children')}"
    rf"|{_EN_TEACH}[^.;]{{0,50}}?(?:sen[dt]s?|sending|turn\w*|kept|keeping|order\w*|told|asked|remov\w+|dropp?\w*|struck)"
    rf"(?: [\w'-]+){{0,5}}? {either('en.school.children')}"
    r"[^.;,]{0,24}?\b(?:home|away|out|leave|not to come|from class|off (?:the|its))\b"
    rf"|{_EN_TEACH}[^.;]{{0,50}}?(?:stopp\w+|no longer|(?:would|will|did|could) not|refus\w+(?: to)?|declin\w+(?: to)?)"
    r" (?:tak|accept|admit|enrol|teach)\w*"
    rf"(?: [\w'-]+){{0,4}}? {either('en.school.children')}"
    rf"|{either('en.school.children')}[^.;]{{0,50}}? (?:not|never|no longer)(?: to)? be(?:ing)?"
    r" (?:taught|schooled|given (?:lessons|classes|a (?:desk|seat|place)))\b"
    rf"|{either('en.school.refuse')}(?:(?! and )[^.;]){{0,40}}?{either('en.school.children')}"
    rf"[^.;]{{0,40}}?{either('en.school.school')}"
)


def denials(text: ClaimText, sentence: Sentence, before: str) -> Iterator[tuple[Claim, Span]]:
    """Those of a sentence, and the folded span of each; `before` is the end of what stands before the sentence."""
    words = _EN_SCHOOL if text.is_latin else _SCHOOL
    is_told = False
    children = pattern("en.school.children" if text.is_latin else "zh.school.children")
    has_children = children.search(text.text, sentence.start, sentence.end) is not None
    if text.is_latin and pattern("en.penalty.elsewhere").search(text.text, sentence.start, sentence.end):
        return  # could not attend classes because of the flood
    found = list(words.finditer(text.text, sentence.start, sentence.end)) if has_children else []
    if not text.is_latin:
        found = [_narrowed(words, text.text, match) for match in found]
        found = [match for match in found if not _is_anybodys(text.text, sentence, match, before)]
        found = [match for match in found if not is_ruled_out(text.text, sentence, match.start())]
    said_alone = [] if text.is_latin else _without_pupils(text, sentence)
    parted = [match for match in said_alone if found and _is_apart(text.text, match, found)]
    for match in sorted((*found, *parted), key=re.Match.start) if found else said_alone:
        number, said = _pupils(text, sentence, match.span()) if found else (None, None)
        if is_told and number is None and match not in parted:
            continue
        is_told = True
        start = min(match.start(), number.start) if number else match.start()
        end = match.end() if text.is_latin else _whole(text.text, sentence, match)
        claim = text.claim(
            "school_denial",
            (start, end),
            number=number,
            said=said,
            agency=text.agency(sentence.start, match.start()),
        )
        yield claim, (start, end)


def _narrowed(words: re.Pattern[str], text: str, match: re.Match[str]) -> re.Match[str]:
    """子女暂停享受低保,子女不得就读: what stands before the clause that says it all is another sanction's."""
    clause = text.rfind(",", match.start(), match.end()) + 1
    if not clause or not pattern("zh.school.children").search(text, clause, match.end()):
        return match
    return words.search(text, clause, match.end()) or match


def is_said(text: str, span: Span) -> bool:
    """Whether words that a sanction was read from deny a place at a school: 不予分配学位."""
    return _BARE_SCHOOL.search(text, *span) is not None


def _is_apart(text: str, match: re.Match[str], found: list[re.Match[str]]) -> bool:
    """子女不得就读;初中起始年级不予分配学位: a refusal in another part of the sentence."""
    return all(";" in text[min(match.end(), one.end()) : max(match.start(), one.start())] for one in found)


def _whole(text: str, sentence: Sentence, match: re.Match[str]) -> int:
    """Where what is refused ends: 子女不得在城区公办 goes on to 学校就读."""
    if _ENTERS.search(match[0]):
        return match.end()
    more = _ENTERS_BEHIND.match(text, match.end(), sentence.end)
    return more.end() if more else match.end()


def _without_pupils(text: ClaimText, sentence: Sentence) -> list[re.Match[str]]:
    """What is refused at a school, where whose schooling it is was said before."""
    bare = list(_BARE_SCHOOL.finditer(text.text, sentence.start, sentence.end))
    before = max(0, sentence.start - _REACH)
    if bare or text.is_latin or not _AT_SCHOOL.search(text.text, before, sentence.end):
        return bare
    return list(_BARE_ENTRY.finditer(text.text, sentence.start, sentence.end))


def _is_anybodys(text: str, sentence: Sentence, match: re.Match[str], before: str) -> bool:
    """因台风学校通知学生停课: a school's own reason, neither kin nor who is abroad is near."""
    around = pattern("zh.school.children").sub("", last_sentence(before) + text[sentence.start : sentence.end])
    return bool(match["told"] or match["struck"]) and not has_context(around)


def _pupils(text: ClaimText, sentence: Sentence, span: Span) -> tuple[Numeral | None, Span | None]:
    """How many children: a number right before or behind them."""
    children = pattern("en.school.children" if text.is_latin else "zh.school.children")
    for number in sentence.numbers:
        unit = re.compile(r"(?:名|人|位|个| )").match(text.text, number.end, sentence.end)
        if not unit or not number.value or not span[0] - 12 <= number.start <= span[1]:
            continue
        is_before = unit.end() <= span[0] + 1 and "," not in text.text[unit.end() : span[0]]
        is_within = span[0] <= number.start and (
            children.match(text.text, unit.end()) or _ATTENDING.search(text.text, span[0], number.start)
        )
        if is_before or is_within or _CHILDREN.search(text.text, span[0], number.start):
            return number, (number.start, unit.end())
    return None, None
