"""Names beside or below each other: 张伟、李娜、王芳等37人, a name a line under 名单, the rows of a table. Pure.

A list is read from its first name to its last, whatever lies between, and judged once: by the words before it, behind
it, or at the head of its column. There is no longest one: lists of a whole county's people are what is watched.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from alerts.fold import HAN
from alerts.name_words import COUNT, DOTTED, GAP, bare, children, could_be, is_public, is_word, private, surname, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Token = re.Match[str]
Told = tuple[str, bool]

# What may part two names of one list: marks, a number of the row, what stands in brackets behind a name.
_BETWEEN: Final = re.compile(r"(?:[、,;/|\s和与及]|以及|\d{1,5}[.、)]?|[(][^()\n]{0,40}[)])*")
_ROW: Final = re.compile(r"(?:^|[\s,;、。:])[(]?\d{1,4}[.、)]\s?$")
_IS_HAN: Final = re.compile(f"[{HAN}]")
_PLACES: Final = re.compile(rf"等\s?{COUNT}{{0,4}}个?[镇乡村县市省区国地]")
_COUNTED: Final = re.compile(COUNT)
# A name that begins a line, with the number of its row.
_BELOW: Final = re.compile(r"\n\s{0,4}(?:[(]?\d{1,5}[.、)]?\s?)?$")
_SCHOOL: Final = ("学生", "年级", "班级", "学校")
_CLAUSE: Final = re.compile(r"[。;]")
_LOOK: Final = 40
_MISSES: Final = 4  # a table whose cells stand a line each has some between two names


@dataclass(frozen=True, slots=True)
class _Patterns:
    token: re.Pattern[str]
    behind_private: re.Pattern[str]
    behind_minor: re.Pattern[str]
    verb_before: re.Pattern[str]
    verb_behind: re.Pattern[str]
    head: re.Pattern[str]
    minor_head: re.Pattern[str]
    named_head: re.Pattern[str]
    official: re.Pattern[str]
    watched: re.Pattern[str]
    title: re.Pattern[str]
    column: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    given = f"[{HAN}]"
    minor = children()
    before, after = words("before"), words("after")
    counted = rf"[(]?\s?等?\s{{0,2}}(?:{COUNT}{{1,6}})?[名个位]?\s?"
    # A count or 等 parts the name from what is said of the list; without them the word itself must follow.
    return _Patterns(
        token=re.compile(
            rf"(?:(?<![{HAN}·])|(?<=[将对把获捕返促致的和与及由])(?!(?<=对)于)"
            r"|(?<=[现共尚还另仍计列]有)(?![关效限害])|(?<=包括)|(?<=分别[为是])|(?<=即))"
            rf"({surname()}(?:{given}(?![等和与及]){given}|{GAP}{given}(?:[ ]{{1,3}}{given}(?![{HAN}]))?)|{DOTTED})"
            rf"(?:(?![{HAN}·])|(?=[等和与及两二三四五六七八九十]|{after}))"
        ),
        behind_private=re.compile(rf"{counted}(?:{private()}|人(?!民|大|社|力))"),
        behind_minor=re.compile(rf"{counted}[{HAN}]{{0,2}}?(?:{minor})"),
        verb_before=re.compile(rf"(?:{before})$"),
        verb_behind=re.compile(after),
        head=re.compile(
            rf"(?:{private()}|人员|对象|名单|如下|下列|以下)[^。；;\n在于自往至赴]{{0,8}}(?:\([^()\n]{{0,20}}\))?:?\s{{0,4}}$"
        ),
        minor_head=re.compile(rf"(?:{minor})[^。；;\n]{{0,4}}\s{{0,4}}$"),
        named_head=re.compile(
            rf"(?:{private()}|人员|对象|名单|[下列上述]{COUNT}{{1,6}}[名人])[^。；;\n在于自往至赴]{{0,8}}(?:\([^()\n]{{0,20}}\))?:?\s{{0,4}}$"
        ),
        official=re.compile(words("official_heads")),
        watched=re.compile(rf"嫌疑|劝返|逃犯|(?:{words('private_begins')})[{HAN}]{{0,8}}?人员"),
        title=re.compile(rf"[ |,(]{{0,3}}(?:{words('official_behind')}|民警|干部|记者|编辑)"),
        column=re.compile(r"^[^\n。]{0,80}姓[ ]{0,4}名[^\n。]{0,80}$", re.MULTILINE),
    )


def listed(text: str) -> Iterator[Told]:
    """The private persons of a plain text's lists and tables, each with whether it is a minor."""
    known = False
    last = 0
    for run in _runs(text):
        near = run[0].start() - last <= _LOOK and "。" not in text[last : run[0].start()]
        verdict = _verdict(text, run, carried=known and near)
        told = [] if verdict is None else [(one[1], verdict) for one in run if _is_one(text, one)]
        if len(run) == 1 and told and "·" not in told[0][0] and is_word(bare(told[0][0])):
            told = []  # 对车辆采取措施
        yield from told
        # The town that a part of the list is headed by is a token too, and ends no list.
        is_head = text[max(0, run[0].start() - 1) : run[0].start()] == "\n"
        known, last = verdict is False and (bool(told) or is_head), run[-1].end()
    yield from _columns(text)


def _runs(text: str) -> Iterator[list[Token]]:
    run: list[Token] = []
    for token in _patterns().token.finditer(text):
        gap = _BETWEEN.match(text, run[-1].end(), token.start()) if run else None
        if run and (gap is None or gap.end() < token.start() or token.start() - run[-1].end() > 60):
            yield run
            run = []
        run.append(token)
    if run:
        yield run


def _is_one(text: str, token: Token) -> bool:
    span = token.span(1)
    return (
        could_be(token[1], is_whole=True) and not is_public(text, *span) and not _patterns().title.match(text, span[1])
    )


def _verdict(text: str, run: Sequence[Token], *, carried: bool) -> bool | None:
    """None: no list of private persons; else whether they are minors."""
    patterns = _patterns()
    start, end = run[0].start(1), run[-1].end(1)
    before = text[max(0, start - _LOOK) : start]
    below = _BELOW.search(before)
    before = _CLAUSE.split(before[: below.start()] if below else before)[-1]
    for pattern, is_minor in ((patterns.behind_minor, True), (patterns.behind_private, False)):
        said = pattern.match(text, end)
        # 商场等人员 is no person: of one alone a number must say that it is counted.
        if said and (len(run) > 1 or _COUNTED.search(said[0])):
            return is_minor
    if len(run) > 1 and patterns.minor_head.search(before) and not _is_of_officials(before):
        return True
    if _PLACES.match(text, end):
        return None
    is_set_out = _is_set_out(text, run)
    heads = patterns.named_head if is_set_out else patterns.head
    if (len(run) > 1 or below) and heads.search(before):
        return None if _is_of_officials(before) else False
    if patterns.verb_before.search(before) and patterns.verb_behind.match(text, end):
        return False
    if len(run) > 1 and all(_ROW.search(text[max(0, one.start(1) - 8) : one.start(1)]) for one in run):
        return None if _is_of_officials(before) else False
    return False if carried and (len(run) > 1 or not _IS_HAN.match(before[-1:])) else None


def _is_of_officials(head: str) -> bool:
    """Whether what heads a list says that it is of people who are named for their work, and nothing of the watched."""
    patterns = _patterns()
    return bool(patterns.official.search(head)) and not patterns.watched.search(head)


def _is_set_out(text: str, run: Sequence[Token]) -> bool:
    """Whether only spaces and line breaks part them: words of a menu stand so too."""
    return all(not text[one.end(1) : other.start(1)].strip() for one, other in pairwise(run))


def _columns(text: str) -> Iterator[Told]:
    """The names below a table's 姓名, unless it is one of officials."""
    patterns = _patterns()
    at = 0
    for head in patterns.column.finditer(text):
        if head.start() < at or _is_of_officials(text[max(0, head.start() - 80) : head.end() + 40]):
            continue
        is_minor = any(word in head[0] for word in _SCHOOL)
        at, misses = head.end() + 1, 0
        while misses < _MISSES and at < len(text):
            line_end = text.find("\n", at)
            line_end = len(text) if line_end < 0 else line_end
            line = text[at : min(line_end, at + 200)]
            found = [one for one in patterns.token.finditer(line) if _is_one(line, one)]
            misses = 0 if found else misses + 1
            if "。" in line and not found:
                break
            yield from ((one[1], is_minor) for one in found)
            at = line_end + 1
