"""What a text is about, as far as its characters show it: numbers, places, names, its own number, who issued it.

A Chinese name carries no capital: a person's begins with a surname and stands free, a place's ends in its kind or is
listed in `data/entities.csv`. In doubt something is a name: a copy shown apart costs a line, one folded hides a fact.
"""

from __future__ import annotations

import re
from functools import cache

from alerts.entities import entities
from alerts.fold import fold_word
from alerts.name_words import surnames
from alerts.numerals import floor

NUMERALS = "〇零一二三四五六七八九十百千万亿两"
# One token: a number as written, a Latin word, a run of Chinese numerals, one other character.
TOKEN = re.compile(rf"\d++(?:[.,]\d++)*+|[a-z]++|[{NUMERALS}]++|\S")
_MEASURES = frozenset("人名起件个日月年天处项条次批期元岁国省市县家户只辆套%余多")

# What may stand right before and right after a person's name within a sentence.
_BEFORE_NAME = frozenset("人员警民长记任委属犯徒由对将向与和及叫为名让令请是")
_AFTER_NAME = frozenset("男女等系于在的到主自被已说因及和与同向归从回经称")

_PLACE = "省市县区镇乡村州旗盟国岛"
# 我县, 全国, 回国 are no names.
_NO_STEM = frozenset("我本全该各外他两回归出入爱祖多某此每几数其跨异邻这那")
_LISTED = frozenset({"country", "country_alias", "foreign_place", "province", "prefecture", "county", "place"})


def number_at(tokens: list[str], start: int, end: int) -> str | None:
    """The number that a run of tokens is or holds, None where it holds none.

    Chinese numerals count where a measure word follows, for 一律 and 万一 are words.
    """
    for at in range(start, end):
        token = tokens[at]
        is_counted = at + 1 < len(tokens) and tokens[at + 1] in _MEASURES
        if token[0].isdigit() and token[0].isascii():
            return token
        if token[0] in NUMERALS and (is_counted or len(token) > 1):
            return token
    return None


def person_at(tokens: list[str], start: int, end: int) -> str | None:
    """A person's name that covers the tokens `start:end`: a surname and one to three characters, standing free."""
    for begin in range(start, max(-1, start - 4), -1):
        if tokens[begin] not in surnames():
            continue
        if begin and not _stands_free(tokens[begin - 1], _BEFORE_NAME):
            continue
        for stop in range(max(end, begin + 2), begin + 5):
            if stop > len(tokens) or not all(map(_is_han, tokens[begin:stop])):
                break
            if stop == len(tokens) or _stands_free(tokens[stop], _AFTER_NAME):
                return "".join(tokens[begin:stop])
    return None


def place_at(tokens: list[str], start: int, end: int) -> str | None:
    """A place's name that covers or touches the tokens `start:end`: a listed one, or one that ends in its kind."""
    names = _places()
    for begin in range(max(0, start - 3), end):
        for stop in range(min(len(tokens), max(end, start) + 3), max(begin + 1, start), -1):
            if "".join(tokens[begin:stop]) in names:
                return "".join(tokens[begin:stop])
    for stop in range(max(end, start + 2), min(len(tokens), end + 2) + 1):
        has_kind = tokens[stop - 1] in _PLACE and tokens[stop - 2] not in _NO_STEM
        if has_kind and all(map(_is_han, tokens[start:stop])):
            return "".join(tokens[start:stop])
    return None


@cache
def _places() -> frozenset[str]:
    listed = (fold_word(each.zh) for each in entities() if each.kind in _LISTED)
    return frozenset(name for name in listed if len(name) > 1)


def _is_han(token: str) -> bool:
    return len(token) == 1 and "\u3400" <= token <= "\u9fff"


def _stands_free(neighbour: str, words: frozenset[str]) -> bool:
    return not (_is_han(neighbour) or neighbour[0] in NUMERALS) or neighbour in words


Numbers = dict[str, frozenset[tuple[float | None, ...]]]
"""What a notice is numbered by, by kind."""

_NUMBERED = re.compile(
    rf"第([{NUMERALS}\d]{{1,6}})([批期号次轮季周])|[\[(〔【](\d{{4}})[\])〕】](?:第)?([{NUMERALS}\d]{{1,5}})(号)"
)
_DATE = re.compile(rf"(?:([{NUMERALS}\d]{{1,4}})年)?([{NUMERALS}\d]{{1,3}})月([{NUMERALS}\d]{{1,3}})日")
_DATE_LINE = re.compile(rf"[{NUMERALS}\d]{{4}}年[{NUMERALS}\d]{{1,3}}月[{NUMERALS}\d]{{1,3}}日")


def own_numbers(title: str, lines: list[str]) -> Numbers:
    """What tells one notice of a series from the next, by kind: 第四批, 〔2026〕3号, a date in the title, a date line.

    Of a folded title and folded lines of the body; a batch in the running text may be another notice's and counts not.
    """
    found: dict[str, set[tuple[float | None, ...]]] = {}
    for text in (title, *(line for line in lines if len(line) <= 30)):
        for match in _NUMBERED.finditer(text):
            place, kind, year, number, mark = match.groups()
            if kind:
                found.setdefault(kind, set()).add((_said(place),))
            else:
                found.setdefault(mark + "〔〕", set()).add((_said(year), _said(number)))
    for match in _DATE.finditer(title):
        found.setdefault("title", set()).add((_said(match[2]), _said(match[3])))
    for line in lines[-8:]:
        if _DATE_LINE.fullmatch(line.strip()):
            dated = _DATE.search(line)
            if dated:
                found.setdefault("date", set()).add(tuple(_said(part) for part in dated.groups() if part))
    return {kind: frozenset(values) for kind, values in found.items()}


def are_apart(mine: Numbers, theirs: Numbers) -> bool:
    """Whether two notices number themselves apart, as 第四批 and 第五批 do: by a kind of number both have."""
    return any(mine[kind].isdisjoint(theirs[kind]) for kind in mine.keys() & theirs.keys())


def _said(written: str | None) -> float | None:
    """A number as the index of copies keeps it."""
    number = floor(written) if written else None
    return None if number is None else float(number)


_ORGAN = re.compile(r"[\u3400-\u9fff]{2,14}?(?:公安局|公安厅|检察院|法院|人民政府|司法局|办公室|委员会|派出所|分局)")
_REPEATS = re.compile(r"转发|转载|转自|摘编")
_LEVEL = re.compile(r"[省市县区]")


def issuers(title: str, lines: list[str]) -> frozenset[str]:
    """The organs that a text gives itself: at the head of its title, and as its signature; none in a repost's title.

    Without 省, 市, 县, 区, for sites differ in them.
    """
    found = set()
    head = _ORGAN.match(title)
    if head and not _REPEATS.search(title):
        found.add(head[0])
    for line in lines[-8:]:
        plain = line.strip()
        if len(plain) <= 25 and _ORGAN.fullmatch(plain):
            found.add(plain)
    return frozenset(_LEVEL.sub("", name) for name in found)


def same_issuer(one: frozenset[str], other: frozenset[str]) -> bool:
    """May the two be of one organ? Yes where either says nothing; a name may lack what the other begins with."""
    if not one or not other:
        return True
    return any(a.endswith(b) or b.endswith(a) for a in one for b in other)


# Looked for only at the head of a run: from each of its characters anew, a million 一 would take hours.
_FACT = re.compile(rf"\d++(?:[.,]\d++)*+.?|(?<![{NUMERALS}])[{NUMERALS}]++[人名起件个日月年天处项条次元岁国家]")
_NAMED = re.compile(rf"[\u3400-\u9fff]{{2,3}}[{_PLACE}]")


def facts(text: str) -> frozenset[str]:
    """The numbers with their units and the places of a folded text, roughly: what two texts can agree in."""
    return frozenset(_FACT.findall(text)) | frozenset(_NAMED.findall(text))
