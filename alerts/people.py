"""Where a text names private persons: not by knowing names, but by what stands around one. Data: data/names.yaml.

Who is accused in a notice is presumed innocent, and who is named as a relative is no party to it (evidence.md, section
10): their names are starred in what is sent or listed. Who acts in public, by title, is not; a child always is. A
page's own `林某某` stays.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from alerts.fold import HAN
from alerts.name_deeds import doers, may_stand_before, titled
from alerts.name_forms import formed
from alerts.name_lists import listed
from alerts.name_parts import by_parts
from alerts.name_words import (
    CALLED,
    COUNT,
    DOTTED,
    GAP,
    SPACES,
    also,
    bare,
    children,
    common,
    could_be,
    data,
    ends,
    given,
    is_public,
    is_said,
    is_word,
    is_word_too,
    loose,
    private,
    shorter,
    spoken,
    stands_whole,
    surname,
    words,
)
from alerts.people_en import english, given_of
from alerts.plain import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.findings import Alert

Told = tuple[str, bool]


@dataclass(frozen=True, slots=True)
class People:
    """The private persons a text names, in simplified characters or as English writes them. `public`: to whom it gives
    a title; by a name's form alone none of them is taken for private in a piece of it."""

    names: frozenset[str] = frozenset()
    minors: frozenset[str] = frozenset()
    public: frozenset[str] = frozenset()

    def __or__(self, other: People) -> People:
        return People(self.names | other.names, self.minors | other.minors, self.public | other.public)


NOBODY: Final = People()


@lru_cache(maxsize=16)
def people(text: str, public: frozenset[str] = frozenset(), *, by_form: bool = True) -> People:
    """The private persons that a text names in a way that tells them for such.

    Of a piece of a text: `public` bear a title elsewhere in it; `by_form` False where nobody knows who does.
    """
    seen = plain(text).text
    public |= titled(seen)
    names: set[str] = set()
    minors: set[str] = set()
    by_its_form = (*formed(seen, public), *by_parts(seen, public)) if by_form else ()
    told = (*_bounded(seen), *_chained(seen), *doers(seen), *by_its_form, *listed(seen), *english(seen))
    for name, is_minor in told:
        names.add(bare(name) if not name.isascii() else name)
        if is_minor:
            minors.add(bare(name) if not name.isascii() else name)
    return People(frozenset(names), frozenset(minors), public)


def named_by(alert: Alert) -> People:
    """The private persons of an alert: those found in its text when it was made, and those its own words name."""
    kept = People(
        frozenset(name for name, _ in alert.persons), frozenset(name for name, is_minor in alert.persons if is_minor)
    )
    return kept | people(f"{alert.title}\n{alert.quote}", by_form=False)


# --- bounded by what stands before and behind --------------------------------------------------------


@cache
def _bounds() -> tuple[tuple[re.Pattern[str], bool], ...]:
    one = f"[{HAN}]"
    # 林志远, 欧阳某, padded 王　强 and 林 志 远, and names with a point: 买买提·艾力.
    either = f"({surname()}(?:{GAP}{one}|{one}{{2}}|[ ]{{1,3}}{one}[ ]{{1,3}}{one}))"
    name = f"{either[:-1]}|{DOTTED})"
    start = r"(?:(?<=[\s,、。;:()\"<》.\d|])|^)"
    gap = r"[\s,、:(|]{0,4}"
    details = (
        r"(?:(?<=[\s,、:(|])[男女](?=[\s,、。;)|性\d]|$)|性别|身份证|公民身份|证件号|护照号|现年|绰号|化名"
        r"|(?:19|20)\d\d年[^。\n]{0,6}生|\d{2}(?:周)?岁|\d{15,18}|\d{17}[xX]|\d{2}\*{4,})"
    )
    looser = (
        r"(?:护照|户籍地?:|出生|生于|汉族|网名|住址|(?:微信|电话|手机)(?:号码?)?[:\s]{0,2}[\d*]"
        r"|1[3-9][\d*]{9}(?!\d))"
    )
    relatives, minor = words("relatives"), children()
    before, after = words("before"), words("after")
    young = r"(?:[1-9]|1[0-7])(?:周岁|岁)|20(?:0[5-9]|[12]\d)年[^。\n]{0,6}生"
    bounded = r"[\s,、。;:()\"'》]|[说称在的被与和对告表因于向从]|$"
    kin = rf"(?:{relatives})|之[父母妻夫子女兄弟姐妹孙]"
    padded = rf"({surname()}[ ]{{1,3}}{one}[ ]{{1,3}}{one}(?![{HAN}]))"
    return (
        (re.compile(rf"{either}(?={gap}[男女]?{gap}(?:{young}))"), True),
        (re.compile(rf"{either}(?={gap}{details})"), False),
        (re.compile(rf"{start}{name}(?={gap}{details})"), False),
        (re.compile(rf"{start}{name}(?={gap}{looser})"), False),
        # The number first, then whose it is.
        (re.compile(rf"(?:\d{{17}}[\dxX]|\d{{15}}|\d{{3}}\*{{4,}}[\dxX]{{3,4}}){gap}{name}(?![{HAN}])"), False),
        (re.compile(rf"(?:{before})(?!(?<=对)于)({spoken()})(?={after})"), False),
        (re.compile(rf"(?:{before})({spoken()})(?=\d{{1,4}}名)"), False),
        (re.compile(rf"(?:{private()}){CALLED}{padded}"), False),
        (re.compile(rf"({spoken()})(?=\s?等?\s?{COUNT}{{1,4}}[名个位](?:{minor}))"), True),
        (re.compile(rf"({spoken()}|小(?![学时区组心孩额型微说康镇县伙队])[{HAN}])(?=小?同学(?![会们])|小朋友)"), True),
        (re.compile(rf"{also()}[\"'《]?({surname()}{given()}{{2}}|{common()}{given()})(?={bounded})"), False),
        # Whose father, wife or child somebody is, and who is said in brackets to be one.
        (re.compile(rf"({spoken()})(?=(?:\([^()\n]{{0,8}}\))?的?(?:{kin}))"), False),
        (re.compile(rf"({spoken()})(?=\([^()\n]{{0,8}}(?:之[子女孙]|的(?:儿子|女儿|孩子)))"), True),
        (re.compile(rf"({spoken()})(?=\([^()\n]{{0,8}}(?:{kin}))"), False),
        (re.compile(rf"({spoken()})(?=\(化名\))"), False),
    )


def _bounded(text: str) -> Iterator[Told]:
    for pattern, is_minor in _bounds():
        for match in pattern.finditer(text):
            if could_be(match[1]) and not is_public(text, *match.span(1)):
                yield match[1], is_minor


# --- told by the word before, and further ones by the first ------------------------------------------


@dataclass(frozen=True, slots=True)
class _Chains:
    schools: re.Pattern[str]
    heads: tuple[tuple[re.Pattern[str], bool], ...]
    further: re.Pattern[str]


@cache
def _chains() -> _Chains:
    minor = children()
    child = (
        rf"(?:小学|中学|初中|年级|幼儿园|学校|小[一二三四五六]|初[一二三]|(?:\d|[一二三四五六七八九十])[)]?班)"
        rf"(?:(?![父母爷奶叔伯舅姑]|家长|监护|[任执]教|教书)[^。;\n\d]){{0,12}}?(?:{minor})?"
    )
    # 其女儿小红: a given name that begins as only names and a few words do.
    nick = rf"小(?![学时区组心孩额型微说康镇县伙队朋])(?![{data()['not_given']}])[{HAN}]"
    return _Chains(
        schools=re.compile(rf"(?:{child})(?!.{{2,3}}[老教]师)({loose()})"),
        heads=(
            (re.compile(rf"(?:{minor}){CALLED}({loose()}|{nick})"), True),
            (re.compile(rf"(?:{private()}){CALLED}({loose()}|{nick})"), False),
        ),
        further=re.compile(
            rf"[\"'>》]?(?:\([^()\n]{{0,40}}\))?\s{{0,2}}(?P<link>、|,|和|与|及其|及|以及)\s{{0,2}}"
            rf"(?:(?P<minor>{minor})|(?P<private>{private()}))?{CALLED}(?P<name>{loose()}|{nick})"
        ),
    )


def _chained(text: str) -> Iterator[Told]:
    """嫌疑人林志远、陈海涛和妻子王丽华: whoever is named in one breath, each by the nearest word."""
    chains = _chains()
    for pattern, is_minor in ((chains.schools, True), *chains.heads):
        walked, is_called = 0, pattern is not chains.schools
        for match in pattern.finditer(text):
            if pattern is chains.schools and _OF_KIN.search(text[max(0, match.start() - 16) : match.start()]):
                continue
            if match.start(1) < walked or not _is_told(text, match[1], match.span(1), is_called=is_called):
                continue
            yield from _whole_and_shorter(text, match[1], match.end(1), is_minor=is_minor)
            walked = match.end(1)
            for (name, is_young), end in _further(text, match.end(1), is_minor=is_minor):
                yield from _whole_and_shorter(text, name, end, is_minor=is_young)
                walked = end


def _whole_and_shorter(text: str, name: str, end: int, *, is_minor: bool) -> Iterator[Told]:
    """妻子黄丽接到电话: 黄丽接 or 黄丽, for nothing tells which; neither may be read elsewhere."""
    yield name, is_minor
    if short := shorter(text, name, end):
        yield short, is_minor


def _further(text: str, at: int, *, is_minor: bool) -> Iterator[tuple[Told, int]]:
    more = _chains().further.match(text, at)
    while more:
        name, span = more["name"], more.span("name")
        is_minor = bool(more["minor"]) or (is_minor and not more["private"])
        is_bare = not (more["minor"] or more["private"])
        # Behind a comma a new clause may begin, and then nothing but its end tells a name.
        is_clause = is_bare and more["link"] in (",", "及", "与") and not _CLOSED.match(text, span[1])
        # 逃犯柳军、车勇仍在缅北: in a row of names two characters are one as if a word told it.
        is_called = not is_bare or (len(name) == 2 and more["link"] in ("、", "和", "与"))
        if is_clause or not _is_told(text, name, span, is_called=is_called):
            return
        yield (name, is_minor), span[1]
        more = _chains().further.match(text, span[1])


# 其女在一中就读的林志远 is the father.
_OF_KIN: Final = re.compile(rf"其[{HAN}]{{1,3}}在[{HAN}]{{0,10}}$")
_CLOSED: Final = re.compile(r"[\s、,。;()\"]|[等的被在因与和已从仍]|$")


def _is_told(text: str, name: str, span: tuple[int, int], *, is_called: bool) -> bool:
    if text[span[1] : span[1] + 1] == "*":
        return False  # starred already
    if text[span[0] - 1 : span[0]] in ("系", "即") and is_word(name):
        return False  # 嫌疑人系单身
    is_whole = _CLOSED.match(text, span[1]) if name[0] == "小" else ends(text, name, span[1], is_called=is_called)
    has_end = is_called and stands_whole(text, name, span[1])
    return bool(is_whole) and could_be(name, is_whole=has_end) and not is_public(text, *span)


# --- where they stand ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Index:
    """The names by their first character, so that a text is passed once however many there are."""

    first: re.Pattern[str] | None
    lengths: dict[str, tuple[int, ...]]
    names: frozenset[str]
    given: frozenset[str]
    english: frozenset[str]
    english_given: frozenset[str]


@lru_cache(maxsize=64)
def _index(names: frozenset[str]) -> _Index:
    chinese = frozenset(name for name in names if not name.isascii())
    # 海涛 of 郑海涛; a word or a place (陈平阳 in 平阳) is said too often.
    ends_of = {name[-2:] for name in chinese if len(name) in (3, 4) and "·" not in name}
    given = frozenset(end for end in ends_of if could_be(end) and not is_said(end))
    lengths: dict[str, set[int]] = {}
    for name in (*chinese, *given):
        lengths.setdefault(name[0], set()).add(len(name))
    return _Index(
        re.compile(f"[{re.escape(''.join(sorted(lengths)))}]") if lengths else None,
        {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()},
        chinese,
        given,
        frozenset(name.lower() for name in names if name.isascii()),
        frozenset(filter(None, (given_of(name) for name in names if name.isascii()))),
    )


# What may stand beside a given name alone, within a sentence.
_BEFORE_GIVEN: Final = re.compile(
    rf"(?:[^{HAN}]|^|[的和与及跟对向把将被让给劝叫问接找送见为儿女子母父妻夫弟哥姐妹名阿了])$"
)
_BEHIND_GIVEN: Final = re.compile(
    rf"[^{HAN}]|$|[的和与及跟说称告表在从已被终也就便不没能可回因于曾又还要是向对把将投归落潜自去来到]"
    rf"|[尽主赶快先很爸妈父母妻儿夫哥姐弟妹]"
)


# Lists pad a name of two characters to the width of three (王　强), or set every one apart.
_PADDED: Final = re.compile(rf"[{HAN}](?:{GAP}[{HAN}]){{1,3}}")
_CAPITALS: Final = re.compile(r"[A-Z][A-Za-z]*(?:[-'](?!s\b)[A-Za-z]+)*")


def spans(text: str, known: People) -> list[tuple[int, int, bool]]:
    """Where `known` persons stand in a plain text, and whether they are minors; not where a title makes one public."""
    index = _index(known.names)
    young = {name.lower() for name in known.minors}
    # A given name alone tells as much as the whole, so nothing of it stays.
    found = [
        (*span, name in young or name in index.given or name in index.english_given)
        for span, name in (*_chinese_places(text, index), *_english_places(text, index))
    ]
    return sorted(one for one in found if one[2] or not is_public(text, one[0], one[1]))


def _chinese_places(text: str, index: _Index) -> Iterator[tuple[tuple[int, int], str]]:
    match = index.first.search(text) if index.first else None
    while match and index.first:
        at = match.start()
        end, name = _name_at(text, at, index)
        if name:
            yield (at, end), name
        match = index.first.search(text, end)


def _name_at(text: str, at: int, index: _Index) -> tuple[int, str]:
    """The longest known name there, with its end; else the next place and nothing."""
    lengths = index.lengths[text[at]]
    for length in lengths:
        name = text[at : at + length]
        if name in index.names and not (is_word_too(name) and _is_said_there(text, at)):
            return at + length, name
    if text[at : at + 2] in index.given and _stands_alone(text, at):
        return at + 2, text[at : at + 2]
    if " " not in text[at + 1 : at + 3]:
        return at + 1, ""
    padded = _PADDED.match(text, at)
    if padded is None:
        return at + 1, ""
    for length in lengths:
        seen = re.match(rf"(?:[{HAN}] {{0,3}}){{{length - 1}}}[{HAN}]", padded[0])
        if seen and SPACES.sub("", seen[0]) in index.names:
            return at + seen.end(), SPACES.sub("", seen[0])
    return at + 1, ""


def _stands_alone(text: str, at: int) -> bool:
    before = _BEFORE_GIVEN.search(text[max(0, at - 1) : at])
    return bool(before and _BEHIND_GIVEN.match(text, at + 2))


def _is_said_there(text: str, at: int) -> bool:
    """Whether a name that is a word as well is one at that place: 用电高峰, 高峰期, beside the suspect 高峰."""
    may_stand = may_stand_before(text, at) or _BEFORE_GIVEN.search(text[max(0, at - 1) : at])
    return not (may_stand and (_BEHIND_GIVEN.match(text, at + 2) or text[at + 2] in "供涉犯外偷系"))


def _english_places(text: str, index: _Index) -> Iterator[tuple[tuple[int, int], str]]:
    if not index.english:
        return
    row: list[re.Match[str]] = []
    for word in _CAPITALS.finditer(text):
        row = [*row[-2:], word] if row and text[row[-1].end() : word.start()].isspace() else [word]
        for first in range(len(row)):
            name = " ".join(one[0] for one in row[first:]).lower()
            if name in index.english:
                yield (row[first].start(), word.end()), name
                row = []
                break
        else:
            if word[0] in index.english_given:
                yield word.span(), word[0]
