"""How many people came back, were brought back, caught or are still abroad: English text. Pure; as `people`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from alerts.claims import periods_en
from alerts.claims.acts import REPATRIATED, RETURNED, SUSPECTS
from alerts.claims.ages_en import is_age
from alerts.claims.persuasion import not_won_en
from alerts.claims.words import either, pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alerts.claims.numerals import Numeral
    from alerts.claims.periods import Period
    from alerts.claims.places import Place
    from alerts.claims.text import ClaimText, Sentence, Span
    from storage.findings import Claim

# 51 have since returned: so near stands the verb of a number without a noun.
_NEAR: Final = 32
# So many characters on either side of a number belong to it at most.
_REACH: Final = 140
_NOUN: Final = re.compile(
    r"(?: (?:out )?of (?:(?:the |some |about )?\d[\d,]*|(?:its|their)(?: own)?))?"  # 88 of the 140 residents
    r"(?: (?!(?:and|in|to|of|from|across|for|by|were|was|are|carrying|with|that|which|bringing|belonging|held|owned)\b"
    r"|\d)[\w'-]+){0,4}?"
    rf" (?P<noun>{either('en.people.nouns')})"
)
# 96 traffickers, eight organisers: what persons are called by what they do; and what only sounds so.
_DOERS: Final = re.compile(
    rf"(?: (?!(?:and|in|to|of|from|across|for|by|were|was|are)\b)[\w'-]+){{0,2}}?"
    rf" (?P<noun>(?!{either('en.people.things')})[a-z'-]{{3,}}(?:ers|ors|ees|ists|ants|ians)\b)"
)
# Verbs that are done to people alone: whatever is counted right behind them are people.
_ONLY_TO_PEOPLE: Final = re.compile(rf"{either('en.people.only_people')} (?:(?:a|an|the|another|further|some|all) )*$")
_OBJECT: Final = re.compile(
    rf"(?: [\w'-]+){{0,2}}? (?P<noun>(?!{either('en.countries')})"
    r"(?!(?:to|of|in|from|on|at|and|or|for)\b)[a-z'-]{3,}s)\b"
)
_STRUCK: Final = re.compile(
    r"[^,.;]{0,40}? (?:have been|has been|had been|were|was|being|are) (?:also )?"
    r"(?:arrested|charged|indicted|detained|sentenced|convicted|jailed|prosecuted|extradited|deported)\b"
)
_STAFF: Final = re.compile(rf"(?: [\w'-]+){{0,2}}? (?P<noun>{either('en.people.staff')})(?! suspects?)")
# A bounty on five activists, warrants for eight associates: whom they are out for.
_SOUGHT: Final = re.compile(
    r"\b(?:each of|(?:bount(?:y|ies)|price) on|(?:rewards?|warrants?) (?:for|against|on)|(?:arrest|capture)s? of)"
    r" (?:the |another |a further |these |those |some )?$"
)
_BARE: Final = re.compile(
    # 12 of the 40 still away, 31 of the most wanted were at large
    r"(?: (?:out )?of (?:the |some |about |its |their )?(?:\d[\d,]*|most[ -]wanted|remaining|total|group))?"
    r"(?: (?:as still|subject to|after|through|under|aboard|outstanding|missing|unaccounted|unreturned"
    r"|to|have|had|has|were|was|are|is|who"
    r"|remain\w*|still|from|in|by|since|overseas|abroad|arrested|detained"
    r"|deported|repatriated|captured|returned|on|listed|named|wanted|living|cannot|could|did"
    r"|refus\w+|no longer|stopp?\w*|ignor\w+"
    r"|keeps?|kept|continued?|declined?|hold|turned|came|gave|went|escaped|fled|surrendered|flew"
    r"|suspected|accused|believed|sought|charged|convicted|would|will|must|may|might|should|can)\b|(?=[.,;:)]|$)| ?$)"
)
_CUT: Final = re.compile(
    r"[,;:()]\s|\.\s| (?:while|but|whereas|and) "
    # Had flown home and turned themselves in: the same people did both.
    r"(?!(?:turned|gave|handed) (?:them|him|her)sel|surrendered\b|confessed\b)"
    r"(?=.{0,40}\d| ?\w+ed | the rest| another | others )"
)
# 297 party members and 18 people listed: the second of a list is of the type of the first.
_SECOND: Final = re.compile(r"(?: [a-z'-]+){1,4} and ")
# Among them 161 officials and 39 people on the list: what goes on from a part is one too.
_PART: Final = re.compile(
    r"\b(?:including|among (?:them|these|those)|of (?:them|whom|these|those)|they include[sd]?)(?: (?:were|are|was))?"
    r" (?:the |some )?$"
)
_MORE_PARTS: Final = re.compile(
    r"(?:(?! (?:while|but|whereas|another)\b)[^.;:\d]){0,70}(?:,| and|, and| as well as|, plus) "
)
# 10 chiefs have been placed on a wanted list: a sentence of its own.
_OWN_VERB: Final = re.compile(r"[^,.;]{0,60}?(?<! who)(?<! that) (?:have|has|had|were|was|are|is|will|would)\b")
_ASIDE: Final = re.compile(
    r"[^,.;]{0,60}, (?:(?:including|among them|mostly|most of them|many of them|some of whom|aged)"
    r" [^.;]{0,120}?, (?=ha[sd]\b|have\b|w[ae]s\b|were\b|arrived\b|landed\b|returned\b|flew\b|came\b)"
    r"|(?=all of (?:them|whom)\b|who (?:have|were|had)\b))"
)
_STRONG: Final = {
    RETURNED: pattern("en.people.returned"),
    REPATRIATED: pattern("en.people.handed"),
    SUSPECTS: pattern("en.people.caught"),
}
_UNSURE: Final = re.compile(rf"{either('en.people.unsure')}(?: \w+)?\s$")
_WHOLE: Final = re.compile(r"\d (?:out )?of (?:the |some |about |its |their )?\Z")
_FAMILY: Final = re.compile(r"\b(?:father|mother|parents?|aged|family) (?:of )?$")
# Passports of 18 people: a sanction counts them.
_HELD: Final = re.compile(
    r"\b(?:registrations?|passports?|accounts?|cards?|pensions?|benefits|licen[cs]es?) of (?:the )?$"
)
_REST: Final = re.compile(r"\b(?:remaining|other|last|outstanding) $")
_PASSIVE: Final = re.compile(r"\b(?:were|was|(?:have|has|had) been) (?:\w+ly )?$")
# A charter flight carrying 121 suspects landed.
_ABOARD: Final = re.compile(
    r"\b(?:flights?|planes?|jets?|aircraft|charters?)\b[^,.;]{0,24},?"
    r" (?:carrying|with|bearing|bringing)(?: \w+){0,2} ?$"
)
_LANDED: Final = re.compile(r"\b(?:landed|arrived|touched down|flew|lands|arrives|aboard|on board)\b")
# A charter flight brought 149 suspects from Manila.
_FLOWN: Final = re.compile(
    r"\b(?:flights?|planes?|jets?|aircraft|charters?)\b[^,.;]{0,24}"
    r" (?:brought|flew|returned|delivered|took)(?: back| home)? $"
)
# Cambodia put 130 nationals on a charter flight.
_LOADED: Final = re.compile(r"\b(?:put|puts|loaded|placed|bundled|herded|packed|marched)(?: \w+)? $")
_ON_PLANE: Final = re.compile(r"[^,.;]{0,40} (?:on|onto|aboard) (?:\w+ ){0,3}?(?:flights?|planes?|jets?|aircraft)\b")
# The number of residents in Myanmar had fallen to 190 from 1,400.
_TALLY: Final = re.compile(rf"\b(?:number|tally|count|total) of (?:[\w'-]+ ){{0,3}}?{either('en.people.nouns')}")
# …, bringing to 13 the number of people wanted: what is counted stands behind the total, and only there.
_RAISED_TO: Final = re.compile(r"\b(?:bring|brought|tak|took|rais|push|lift|driv|drove)\w* to $")
_NEW_TOTAL: Final = re.compile(
    r" the (?:\w+ ){0,2}?(?:number|total|tally|count|toll)\b"
    r"(?: (?:of|those|who|that|so far|now|have|has|had|been|were|was))*"
)
_STANDS_AT: Final = re.compile(
    r"\b(?:total|tally|count|toll|number|figure)"
    r"(?: (?:so far|to date|now|has|have|had|thus|since|this (?:year|month)|currently))*"
    r" (?:(?:stands?|stood|comes?|came|rose|rises|risen|climb\w*|gr[eo]w\w*|swell\w*)(?: now)? (?:at|to)"
    r"|is|was|reache[sd]|passe[sd]|exceed\w*)(?: (?:now|already))?\s\Z"
    r"|\b(?:bring|brought|tak|took|rais|push|lift)\w* (?:the|this year's|its|their) (?:\w+ )?"
    r"(?:total|tally|count|number)"
    r"(?: (?:so far|this year|since \w+|handed over))? to (?:some |about |more than )?\Z"
)
# Talked six wanted men into flying home.
_TALKED: Final = re.compile(r"\b(?:talk|coax|cajol|persuad|press|lur|convinc)\w* (?:the |another |a further |some )?$")
_INTO_COMING: Final = re.compile(
    r"[^,.;]{0,40} into (?:(?:flying|coming|going|travelling|heading) (?:back|home)|returning|surrendering|turning"
    r"|giving (?:themselves|himself|herself) up)\b"
)
# Handed over the names of seven others; a list of 28 others was passed on: papers, no people.
_NAMES_OF: Final = re.compile(
    r"\b(?:names?|lists?|files?|details|particulars|addresses) (?:of|on|for)"
    r" (?:the |another |a further |some )?$"
)
_LISTS: Final = re.compile(
    r"\b(?:notices?|lists?|posters?|rolls?|registers?|sheets?|boards?)\b[^,.;]{0,50}"
    r" (?:gives?|gave|lists?|listed|carr(?:y|ies|ied)|bears?|bore|prints?|printed|contains?|has|had|with) $"
)
# 215 residents already abroad had been told by phone to come back.
_TOLD_TO: Final = re.compile(
    r"[^,.;]{0,40}? (?:(?:had|have|has) been|were|was) (?:told|asked|ordered|urged|instructed|warned|called on)"
    r"\b[^,.;]{0,30} to (?:come (?:back|home)|return|go (?:back|home)|surrender|turn themselves in)\b"
)
_DID_SO: Final = re.compile(rf"\b(?:and|all|they|who) (?:\w+ )?(?:did|complied|obeyed|{either('en.people.returned')})")
_WERE_THEN: Final = frozenset(["stranded", "missing"])
# Before October 15; a 15 May deadline.
_DAYS: Final = range(1, 32)
_MONTH_BEFORE: Final = re.compile(rf"\b(?:{periods_en.MONTH})\.? $")
_MONTH_BEHIND: Final = re.compile(rf" (?:of )?({periods_en.MONTH})\b")
_YEAR: Final = re.compile(r"(?:19|20)\d\d")


def find(text: ClaimText) -> Iterator[Claim]:
    """Every figure of people."""
    before: str | None = None
    for sentence in text.sentences:
        # The total now stands at 381: of what the sentence before counted.
        told, before = before, None
        last = at = sentence.start
        is_part = False
        for number in sentence.numbers:
            if is_age(text, sentence, number):
                continue
            scope = _scope(text, sentence, number, last)
            is_part = _is_part(text.text, number, at, goes_on=is_part)
            at = number.end
            stands = _STANDS_AT.search(text.text, sentence.start, number.start) if before is None else None
            # Among them were 63 organisers: parts of the sentence before.
            goes_on = stands or (before is None and is_part)
            kind, unit = _judge(text, number, scope, told if goes_on else before, is_part=is_part or bool(stands))
            if kind is None:
                continue
            before, last = kind, number.end
            yield _claim(text, sentence, number, scope, (kind, unit))


def _is_part(text: str, number: Numeral, at: int, *, goes_on: bool) -> bool:
    """Whether a number is of a list of parts; `at`: where the number before it ends, `goes_on`: that one is a part."""
    if _PART.search(text, at, number.start):
        return True
    return bool(
        goes_on and _MORE_PARTS.fullmatch(text, at, number.start) and not _nearest(text[at : number.start], last=True)
    )


def _scope(text: ClaimText, sentence: Sentence, number: Numeral, last: int) -> Span:
    """The part of the sentence that the number belongs to."""
    low = max(sentence.start, last, number.start - _REACH)
    high = min(sentence.end, number.end + _REACH)
    said = text.periods(sentence.start, sentence.end)
    cuts = [match.end() for match in _CUT.finditer(text.text, low, number.start) if not _within(said, match)]
    # 5,000 fugitives, including 56 on the list, have returned; 180 people landed, all of them escorted.
    begin = number.end
    aside = _ASIDE.match(text.text, number.end, high)
    if aside:
        begin = aside.end()
    after = next((cut for cut in _CUT.finditer(text.text, begin, high) if not _within(said, cut)), None)
    return max([low, *cuts]), after.start() if after else high


def _within(said: list[Period], cut: re.Match[str]) -> bool:
    """Between April 2021 and July 2022: what parts a period parts no clause."""
    return any(one.start < cut.start() < one.end for one in said)


def _judge(
    text: ClaimText, number: Numeral, scope: Span, before: str | None, *, is_part: bool
) -> tuple[str | None, Span]:
    """The type of a figure, None where it counts something else; and where its noun stands (empty: it has none)."""
    left, right = text.text[scope[0] : number.start], text.text[number.end : scope[1]]
    total = _NEW_TOTAL.match(right) if _RAISED_TO.search(left) else None
    begin = number.end + total.end() if total else number.end
    right = text.text[begin : scope[1]]
    noun, staff = _noun(left, right), _STAFF.match(right)
    if _is_day(text, number, right):
        return None, (begin, begin)
    if staff and _STRUCK.match(right, staff.end()):
        noun = staff  # 34 officers were charged
    unit = (begin, begin)
    if noun:
        unit = (begin + noun.start("noun"), begin + noun.end())
    if staff and noun is not staff and not (noun and noun.end() < staff.end()):
        return None, unit
    if _FAMILY.search(left) or _HELD.search(left) or left.endswith(("$", "¥", "€", "£")):
        return None, unit
    if left.strip() in {"of the", "out of the"} or _WHOLE.search(text.text, max(0, number.start - 24), number.start):
        return None, unit
    strong = _nearest(left, last=True)
    alone = _begins_with_deed(right) if total else _may_stand_alone(text, number, left, right, strong or before)
    if noun is None and not alone:
        is_listed = right.startswith(" names") and _LISTS.search(left)  # a notice at the market gives 83 names
        return (SUSPECTS, (begin + 1, begin + len(" names"))) if is_listed else (None, unit)
    if number.value == 1 and strong is None:
        return None, unit
    beyond = text.text[scope[1] : scope[1] + _REACH]
    if noun is not None and not_won_en(left, right, beyond):
        return SUSPECTS, unit
    kind = _talked_of(left, right, strong) or _kind(left, right, strong, before, is_named=noun is not None)
    is_more = is_part and before is not None and kind in {SUSPECTS, None} and strong is None
    return before if is_more and not _has_own_end(right) else kind, unit


def _is_day(text: ClaimText, number: Numeral, right: str) -> bool:
    """A 15 May deadline; of 15 may return the verb is written small."""
    if number.value not in _DAYS or number.qualifier is not None:
        return False
    month = _MONTH_BEHIND.match(right)
    return month is not None and text.quote(number.end + month.start(1), number.end + month.end())[0][:1].isupper()


def _noun(left: str, right: str) -> re.Match[str] | None:
    """The persons that a number counts: a listed noun, one made of a verb, or the object of what is done to people."""
    listed, doer = _NOUN.match(right), _DOERS.match(right)
    if doer and (listed is None or doer.end() < listed.end()):
        listed = doer
    plural = _OBJECT.match(right)
    is_struck = plural and (_ONLY_TO_PEOPLE.search(left) or _STRUCK.match(right, plural.end()))
    return listed or (plural if is_struck else None)


def _may_stand_alone(text: ClaimText, number: Numeral, left: str, right: str, known: str | None) -> bool:
    """Whether a number without a noun can count people: a further 212 to return, 9 remain; no year is one."""
    is_year = _YEAR.fullmatch(text.text, number.start, number.end)
    is_day = number.value in _DAYS and number.qualifier is None and _MONTH_BEFORE.search(left)
    if is_year or is_day or not _BARE.match(right):
        return False
    if known is not None or _TALLY.search(left) or pattern("en.people.stay").search(right) or _REST.search(left):
        return True
    return not right.startswith(" to ") and _nearest(right[:_NEAR], last=False) is not None


def _begins_with_deed(right: str) -> bool:
    """The total handed over, the number wanted."""
    words = [*_STRONG.values(), pattern("en.people.abroad"), pattern("en.people.stay")]
    return any(each.match(right, 1) for each in words)


def _talked_of(left: str, right: str, strong: str | None) -> str | None:
    """Those who are talked into coming, those of whom only the names are handed over, those who are told to come."""
    if _TALKED.search(left) and _INTO_COMING.match(right):
        return RETURNED
    if _NAMES_OF.search(left):
        return SUSPECTS if _nearest(right, last=False) in {None, SUSPECTS} else None
    told = _TOLD_TO.match(right) if strong is None else None
    return SUSPECTS if told and not _DID_SO.search(right, told.end()) else None


def _kind(left: str, right: str, strong: str | None, before: str | None, *, is_named: bool) -> str | None:
    if _ABOARD.search(left) and _LANDED.search(right):
        return RETURNED if _STRONG[RETURNED].search(right) else REPATRIATED
    if (_LOADED.search(left) and _ON_PLANE.match(right)) or (is_named and _FLOWN.search(left)):
        return REPATRIATED
    stay = pattern("en.people.stay")
    behind = stay.search(right)
    if behind and behind[0] in _WERE_THEN:
        # 8,600 nationals stranded abroad have returned: where they were, and then what became of them.
        became = _nearest(right[behind.end() :], last=False)
        if became:
            return became
    if behind or (stay.search(left) and strong is None):
        return SUSPECTS
    own = None if is_named else _nearest(right[:14], last=False)
    found = own or strong or _became(right) or _nearest(right, last=False)
    if found:
        return found
    goes_on = pattern("en.people.parts").search(left + right[:20]) or _STANDS_AT.search(left)
    if before and (not is_named or goes_on):
        return before
    if before and _SECOND.fullmatch(left):
        return before
    abroad = pattern("en.people.abroad")
    is_abroad = is_named and (abroad.search(right) or _SOUGHT.search(left))
    return SUSPECTS if is_abroad or (not is_named and _TALLY.search(left)) else None


def _has_own_end(right: str) -> bool:
    """Whether a part is said to have fared otherwise than the whole: 12 of them remain at large, or were arrested."""
    is_told = _OWN_VERB.match(right) or pattern("en.people.stay").search(right)
    return bool(is_told) or _nearest(right, last=False) is not None


def _became(right: str) -> str | None:
    """180 workers arrested in raids were deported: how they were met with, and then what was done."""
    caught = _STRONG[SUSPECTS].search(right)
    if caught is None or _PASSIVE.search(right, 0, caught.start()):
        return None
    done = [kind for kind in (REPATRIATED, RETURNED) if _is_done(_STRONG[kind], right[caught.end() :])]
    return done[0] if done else None


def _is_done(verbs: re.Pattern[str], words: str) -> bool:
    return any(_PASSIVE.search(words, 0, match.start()) for match in verbs.finditer(words))


def _nearest(words: str, *, last: bool) -> str | None:
    found = []
    for kind, strong in _STRONG.items():
        for match in strong.finditer(words):
            if not _UNSURE.search(words[max(0, match.start() - 24) : match.start()]):
                found.append((match.start(), kind))
    if not found:
        return None
    return max(found)[1] if last else min(found)[1]


def _joined(text: ClaimText, sentence: Sentence, where: list[Place]) -> list[Place]:
    """From Cambodia and Laos; 41 …: what an `and` joins to the last place, though a clause seems to end there."""
    for place in text.places(where[-1].end, sentence.end) if where else []:
        if text.text[where[-1].end : place.start] not in {" and ", ", ", ", and "}:
            break
        where = [*where, place]
    return where


def _claim(text: ClaimText, sentence: Sentence, number: Numeral, scope: Span, judged: tuple[str, Span]) -> Claim:
    kind, unit = judged
    start, end = scope
    where = _joined(text, sentence, text.places(start, end))
    if not where:
        earlier = text.places(sentence.start, sentence.end)
        where = earlier if len({place.code for place in earlier}) == 1 else []
    if len({place.code for place in where}) == 1:
        where = where[:1]
    days = text.period(sentence.start, max(number.end, end))
    return text.claim(
        kind,
        (start, end),
        number=number,
        said=(number.start, max(number.end, unit[1] if unit[1] > unit[0] else 0)),
        unit=text.quote(*unit)[0] if unit[1] > unit[0] else None,
        where=where,
        days=days,
        agency=text.agency(start, end),
    )
