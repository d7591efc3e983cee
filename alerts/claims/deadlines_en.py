"""By which day somebody must come back, report or answer: English. Pure; as `deadlines`."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from alerts.claims import periods_en
from alerts.claims.periods import ahead, month_end
from alerts.claims.words import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alerts.claims.text import ClaimText, Sentence, Span
    from storage.findings import Claim

_DAY: Final = re.compile(
    rf"\b(?:by|before|until|till|no later than|not later than|deadline of|on or before"
    rf"|(?:stay|remain)(?:s|ed|ing)? (?:on )?(?:past|beyond|after))(?: the end of)? "
    rf"(?P<said>{periods_en.DAY})"
)
# By the Spring Festival, before the end of the month
_FEAST: Final = re.compile(
    r"\b(?:by|before|until) (?P<said>(?:the )?(?:(?:spring|lantern|mid-autumn|qingming) festival"
    r"|(?:lunar|chinese) new year|national day|end of (?:the|this) (?P<part>month|year)))\b"
)
_WITHIN: Final = re.compile(
    r"\bwithin (?P<said>(?P<count>\d{1,3}|\w+)(?: (?P<unit>days?|weeks?|months?|hours?)))"
    r"(?P<start> (?:of|from|after) [^,.;]{0,40})?"
)
# Gives residents 30 days to return.
_GIVEN: Final = re.compile(
    r"\b(?:gives?|given|gave|ha(?:ve|s|d)|allow(?:s|ed)?|grant(?:s|ed)?) (?:[\w'-]+ ){0,8}?"
    r"(?P<said>(?P<count>\d{1,3}|[a-z]+) (?P<unit>days?|weeks?|months?|hours?)) to (?P<start>)"
)
_SET: Final = (
    r"(?:deadline|cut-?off(?: date)?|time limit|(?:amnesty|surrender|leniency|return)(?: window| period)?"
    r"|grace period|window|(?:last|final) (?:day|date)|date by which)"
)
# A 15 May deadline for coming home; the deadline to return fell on 15 May.
_TERMS: Final = (
    re.compile(rf"\b(?:the|an?|its|their|that|this) (?P<said>{periods_en.DAY}) (?:deadline|cut-?off|time limit)"),
    re.compile(rf"\b(?P<said>{periods_en.DAY}) (?:as|is|was|will be) (?:the|their|its) {_SET}"),
    re.compile(
        rf"\b{_SET}(?: (?!and\b|but\b)[\w'-]+){{0,8}}?"
        r" (?:is|was|falls?|fell|expires?|expired|ends?|ended|closes?|closed|shuts|runs out|ran out)"
        r"(?: on| at)?(?: the end of)?"
        rf" (?P<said>{periods_en.DAY})"
    ),
)
# Terms are set for much else: what this one is for stands in its clause.
_HOMEWARD: Final = re.compile(
    r"\b(?:return(?:ed|ing)?|(?:com|go)(?:e|es|ing)? (?:back|home)|surrender\w*"
    r"|(?:be|being|get|getting|not|not yet) (?:back|home)"
    r"|(?:turn|hand|giv)\w* themselves|report(?:ing)? (?:back )?to|register(?:ing)? with"
    r"|stay(?:s|ed|ing)? (?:on|abroad|away))\b"
)
_CLAUSE_MARK: Final = ";"
_ASKED: Final = re.compile(
    r"\b(?:must|ordered|told|asked|required|deadline|should|have to|had to|given until|have until|has until"
    r"|urged|demand\w*|warned|whoever|free to"
    r"|(?:those|anyone|people|residents|suspects|all) who (?:return|come|report|turn|surrender|hand|give|stay|remain)s?"
    r"|(?:if|provided|as long as) (?:they|he|she|those \w+) (?:c[ao]me|return\w*|surrender\w*|turn\w*|report\w*)"
    r"|(?:may|can) (?:still )?(?:return|come|report|surrender|turn|hand|give)"
    r"|gives?|gave|given|allow\w*|who (?:do|fail|did)"
    r"|(?:do|does|did) not (?:report|return|come|surrender|register)|unless|or see)\b"
)
# Within three days of being urged: that came about.
_HAPPENED: Final = re.compile(
    r" (?:of|after) (?:(?:having )?been\b|being\b|having\b|(?:the|his|her|their) (?:calls?|visits?)\b)"
)
_DONE: Final = re.compile(
    r"(?<!who )(?<!that )(?<!must be )(?<!be )\b(?:persuaded|returned|came|went|flew|landed|arrived|surrendered|turned"
    r"|brought|talked|repatriated|deported|arrested|caught)\b"
)
# Police must respond within 3 days.
_TASK: Final = re.compile(
    r"\b(?:police|officers?|officials|cadres|authorities|stations?|schools|prosecutors|procuratorates?|courts?|staff"
    r"|bureaus?|departments|banks?) (?:(?:also|always|then) )?(?:must|should|shall|will|have to|ha[sd] to"
    r"|(?:are|is|were|was) (?:required|asked|told|ordered) to)\b"
)
_SENTENCE: Final = re.compile(r"[.!?]\s|\n")
_COUNTS: Final = {
    "a": 1, "one": 1,
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "fifteen": 15, "twenty": 20, "thirty": 30, "sixty": 60, "ninety": 90,
}  # fmt: skip


def is_open(text: str, page: date) -> bool:
    """Whether folded text sets a day that the page's own does not lie behind; who is asked is not judged."""
    return any(_is_open(sentence, page) for sentence in _SENTENCE.split(text))


def find(text: ClaimText, sentence: Sentence) -> Iterator[Claim]:
    """Every deadline of a sentence."""
    told: list[Span] = []
    for match in _days_said(text.text, sentence.start, sentence.end):
        low, high = match.span("said")
        if not any(start < high and low < end for start, end in told):
            told.append((low, high))
            yield _said(text, match, _day_of(match, text.page))
    if not _asks(text.text[sentence.start : sentence.end]):
        return
    for match in _FEAST.finditer(text.text, sentence.start, sentence.end):
        yield _said(text, match, _end_of(match["part"], text.page))
    for match, day in _counted(text.text, (sentence.start, sentence.end), text.page):
        yield _said(text, match, day)


def _is_open(sentence: str, page: date) -> bool:
    days = [_day_of(match, page) for match in _days_said(sentence, 0, len(sentence))]
    if _asks(sentence):
        for match, day in _counted(sentence, (0, len(sentence)), page):
            # Within 48 hours has no day of its own, and has just begun to run.
            days.append(page if match["unit"].startswith("hour") else day)
        days += [_end_of(match["part"], page) for match in _FEAST.finditer(sentence)]
    return any(day is not None and day >= page for day in days)


def _days_said(text: str, start: int, end: int) -> Iterator[re.Match[str]]:
    if _asks(text[start:end]):
        yield from _DAY.finditer(text, start, end)
    for words in _TERMS if _HOMEWARD.search(text, start, end) else ():
        for match in words.finditer(text, start, end):
            low = text.rfind(_CLAUSE_MARK, start, match.start()) + 1 or start
            high = text.find(_CLAUSE_MARK, match.end(), end)
            if _HOMEWARD.search(text, low, high if high >= 0 else end):
                yield match


def _counted(text: str, span: Span, page: date | None) -> Iterator[tuple[re.Match[str], date | None]]:
    """Within so many days, of a sentence that asks for something; and the last of them, None where it is unknown."""
    within = [match for match in _WITHIN.finditer(text, *span) if _is_asked_within(text, span, match)]
    for match in [*within, *_GIVEN.finditer(text, *span)]:
        count = int(match["count"]) if match["count"].isdigit() else _COUNTS.get(match["count"])
        if count is None:
            continue
        step = {"d": 1, "w": 7}.get(match["unit"][0])
        is_known = not re.search(r"receiv|receipt|arriv", match["start"] or "")
        yield match, page + timedelta(days=count * step) if page and step and is_known else None


def _is_asked_within(text: str, span: Span, match: re.Match[str]) -> bool:
    """Whether so many days are set to somebody who may come: neither done within them nor an officer's own task."""
    if _HAPPENED.match(match["start"] or ""):
        return False
    low = max(text.rfind(mark, span[0], match.start()) + 1 for mark in ",;:") or span[0]
    before = text[max(low, span[0]) : match.start()]
    if _TASK.search(before):
        return False
    done = list(_DONE.finditer(before))
    return not done or _ASKED.search(before, done[-1].end()) is not None


def _asks(sentence: str) -> bool:
    return bool(pattern("en.deadline_acts").search(sentence) and _ASKED.search(sentence))


def _day_of(match: re.Match[str], page: date | None) -> date | None:
    day = periods_en.moment(match, page)[1]
    return ahead(day, page) if day and match["year"] is None else day


def _end_of(part: str | None, page: date | None) -> date | None:
    """The last day of the page's month or year; of a feast no day is known."""
    if part is None or page is None:
        return None
    return date(page.year, 12, 31) if part == "year" else month_end(page)


def _said(text: ClaimText, match: re.Match[str], day: date | None) -> Claim:
    return text.claim("deadline", match.span(), said=match.span("said"), deadline=day)
