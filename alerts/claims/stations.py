"""How many stations are said to exist, and how many countries: counted, listed, or both. Chinese. Pure.

English in `stations_en`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from alerts.claims import stations_en
from alerts.claims.numerals import Numeral
from alerts.claims.places import codes
from alerts.claims.words import either, pattern, value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from alerts.claims.places import Place
    from alerts.claims.text import ClaimText, Sentence, Span
    from storage.findings import Claim

    _Counted = tuple[Span, Span, list[Place]]

_REACH: Final = 30
_UNIT: Final = re.compile(value("zh.stations.units"))
_WORD: Final = either("zh.stations.words")
_AFTER: Final = re.compile(rf"[^,。;、]{{0,16}}?{_WORD}")
_BEFORE: Final = re.compile(rf"{_WORD}[^,。;:]{{0,14}}$")
# 服务台值守席位由4个增至9个: what is counted are its seats.
_SEATS: Final = re.compile(rf"{_WORD}[^,。;:]{{0,6}}(?:席位|坐席|座席|岗位|语种|热线|编制)[^,。;:]{{0,14}}$")
# 共设三个站, 建站九个: where the text is of stations.
_SETS_UP: Final = re.compile(r"(?:设|建|开)(?:有|了|成|立|置|办)?$")
_STOP: Final = re.compile(r"站(?=[,。;、]|$)")
_STOPS_BUILT: Final = re.compile(r"(?:建|设|开)站$")
_ONE_OF_THEM: Final = re.compile(r"(?:其中|另外?|这|那|该|每)的?$")
_EACH: Final = re.compile(r"各[设建有开]?$")
_OTHER: Final = re.compile(value("zh.stations.other_units"))
# 全球至少有54处: a bare number behind the words for where all of them are.
_ALONE: Final = re.compile(r"[,。;、:!)(]|$")
_RANGE: Final = re.compile(
    r"(?:全球|世界各地|全世界|海外|境外|欧洲|各国|目前|现|已|至今|迄今|当地|其)[^,]{0,6}?(?:有|设|开|达|建|运营|运作)?$"
    r"|^(?:有|达|计|共)$"
)
# 新增智慧路口28处: what stands between a word for a total and its number is what it counts.
_TOTAL: Final = re.compile(
    rf"{either('zh.stations.totals')}(?:[了到至为达约近逾超共有在的于]"
    r"|(?:去|今|前|上|本)[年月]|年底|月底|全球|海外|境外|国外)*$"
)
_REGION: Final = re.compile(rf"{either('zh.place_regions')}$")
_COUNTRY: Final = re.compile(value("zh.countries.units"))
# 涉及国家和地区12个: the number behind its noun, as a row of a table has it.
_COUNTRY_BEFORE: Final = re.compile(
    r"国家(?:(?:[和与及、或/]|以及)?\(?地区\)?)?(?:数量?|总数|个数)?:?(?:共计?|达|为|有)?$"
)
# 海外侨胞6.2万人,分布在三十多个国家: where emigrants live; 依托侨胞在12个国家设站 is of stations.
_EMIGRANTS: Final = re.compile(
    r"(?:侨胞|华侨|华人|侨民|侨眷|侨乡|乡亲|乡贤|乡友|新移民|移民|留学生|海外人口|海外[^,。;]{0,4}籍|旅居|旅外|侨居|商人|商户"
    r"|企业|务工人员|游子)"
    r"(?:(?!站|警|驿|服务|联络|设立|建成|劝返|抓获|遣返|移交|逃|[诈骗])[^。;!?]){0,30}\Z"
)
_POSTS_THERE: Final = re.compile(r"[^,。;]{0,12}?(?:设[立有置]?|建[立成]|布[局点]|开[设办]|挂牌|服务|警|站点)")
# 猎狐…抓获12名,涉及加拿大、泰国: where they were caught, no list of anybody's.
_CAUGHT_IN: Final = re.compile(
    r"(?:抓获|缉捕|劝返|追回|遣返|引渡|外逃|潜逃|在逃|追逃|猎狐|嫌疑人|逃犯|红通)[^。;]{0,40}涉及[^,。;、]{0,6}\Z"
)
_COUNTED_SO: Final = re.compile(r"个(?=[,。;、)\n]|$)")
_BETWEEN: Final = re.compile(r"(?:这|上述|以上|、|和|及|以及|与|,|[()]|等(?:共|约)?|共|涉诈|涉诈重点|重点)*")
# 对申请前往缅甸、老挝的,…非必要不前往
_ASKED_FOR: Final = re.compile(r"(?:申请|拟|欲|要求|打算)(?:前往|赴|去|到)\Z")
_OF_A_LIST: Final = re.compile(
    r"等[^,。;:、]{0,4}国家?(?:(?:的,?)?(?:必须|须|需|应当?|要)[^,。;:、]{0,4}(?:提供|报备|审批|担保|提前|经)|[^,。;:、]{0,4}(?:设|建|布|成立|挂牌|开办)|(?=[,。]))"
)


def find(text: ClaimText) -> Iterator[Claim]:
    """Every figure of stations and of countries."""
    if text.is_latin:
        yield from stations_en.find(text)
        return
    is_about_stations = False
    for sentence in text.sentences:
        words = text.text[sentence.start : sentence.end]
        is_about_stations = is_about_stations or (
            pattern("zh.stations.words").search(words) is not None
            and bool(pattern("zh.stations.abroad").search(words) or text.places(sentence.start, sentence.end))
        )
        if is_about_stations:
            yield from _stations(text, sentence)
        yield from _countries(text, sentence)


def _stations(text: ClaimText, sentence: Sentence) -> Iterator[Claim]:
    is_counted = False
    for number in sentence.numbers:
        unit = _UNIT.match(text.text, number.end, sentence.end)
        if unit is None or _OTHER.match(text.text[unit.end() : unit.end() + 6]):
            continue
        if _countries_before(text, sentence, number):
            continue
        start, end = sentence.clause(number.start)
        left = text.text[max(start, number.start - _REACH) : number.start]
        right = text.text[unit.end() : min(end, unit.end() + _REACH)]
        if number.value == 1 and _ONE_OF_THEM.search(left):
            continue  # 其中一处位于市郊
        if _EACH.search(left) or _SEATS.search(left):
            continue  # 在巴西、阿根廷各设一处: one each, and no total
        said = text.text[max(0, number.start - 4 * _REACH) : number.start]
        is_told = is_counted or pattern("zh.stations.words").search(said) is not None
        if is_told and (_ends_with_place(text, start, number.start) or _REGION.search(left)):
            # 其中西班牙九处、非洲两处: parts of the figure before.
            yield _station(text, sentence, number, (start, unit.end()), unit.span())
            continue
        after = _AFTER.match(right) or (_STOP.match(right) if _SETS_UP.search(left) else None)
        before = _BEFORE.search(left) or _STOPS_BUILT.search(left)
        if pattern("zh.stations.at_home").search(left[-16:] + (after[0] if after else "")):
            continue
        stands_alone = _ALONE.match(right) and _RANGE.search(left)
        is_total = is_told and (stands_alone or _TOTAL.search(left))
        if after is None and before is None and not is_total:
            continue
        is_counted = True
        begin = number.start - len(left) + before.start() if before and after is None else start
        stop = unit.end() + (after.end() if after else 0)
        yield _station(text, sentence, number, (begin, stop), unit.span())


def _station(text: ClaimText, sentence: Sentence, number: Numeral, span: Span, unit: Span) -> Claim:
    return text.claim(
        "stations_count",
        span,
        number=number,
        said=(number.start, unit[1]),
        unit=text.quote(*unit)[0],
        where=_one(text.places(*span)),
        days=text.period(sentence.start, number.start),
        agency=text.agency(sentence.start, number.start),
    )


def _ends_with_place(text: ClaimText, start: int, end: int) -> bool:
    return any(place.end == end for place in text.places(start, end))


def _one(where: list[Place]) -> list[Place]:
    return where[:1] if len({place.code for place in where}) == 1 else where


def _countries(text: ClaimText, sentence: Sentence) -> Iterator[Claim]:
    told: list[Span] = []
    for number in sentence.numbers:
        found = _countries_behind(text, sentence, number) or _countries_before(text, sentence, number)
        if found is None or number.value in {0, 1, None}:
            continue
        span, unit, listed = found
        told.append(span)
        yield text.claim(
            "countries",
            span,
            number=number,
            said=(number.start, unit[1]),
            unit=text.quote(unit[0], unit[0] + 1)[0],
            listed=codes(listed),
            agency=text.agency(sentence.start, number.start),
        )
    yield from _listed_only(text, sentence, told)


def _countries_behind(text: ClaimText, sentence: Sentence, number: Numeral) -> _Counted | None:
    """53个国家, with those named before it: the span of all, that of the unit and its noun, and the named ones."""
    unit = _COUNTRY.match(text.text, number.end, sentence.end)
    if unit is None:
        return None
    if _where_emigrants_live(text, sentence, number, unit.end()):
        return None
    listed = _list_before(text, sentence, number.start)
    if number.value == 2 and not listed and unit["noun"] is None:  # 两国: ours and another
        return None
    return (listed[0].start if listed else number.start, unit.end()), unit.span(), listed


def _where_emigrants_live(text: ClaimText, sentence: Sentence, number: Numeral, end: int) -> bool:
    start = max(sentence.start, number.start - 2 * _REACH)
    lived = _EMIGRANTS.search(text.text, start, number.start)
    return lived is not None and not _POSTS_THERE.match(text.text, end, sentence.end)


def _countries_before(text: ClaimText, sentence: Sentence, number: Numeral) -> _Counted | None:
    """As `_countries_behind`, of a number that stands behind its noun: 涉及国家和地区12个."""
    unit = _COUNTED_SO.match(text.text, number.end, sentence.end)
    noun = _COUNTRY_BEFORE.search(text.text, max(sentence.start, number.start - _REACH), number.start)
    return ((noun.start(), unit.end()), unit.span(), []) if unit and noun else None


def _list_before(text: ClaimText, sentence: Sentence, end: int) -> list[Place]:
    """The countries named one after another right before an offset."""
    found: list[Place] = []
    at = end
    for place in reversed(text.places(sentence.start, end)):
        if not _BETWEEN.fullmatch(text.text, place.end, at):
            break
        found.insert(0, place)
        at = place.start
    return found


def _listed_only(text: ClaimText, sentence: Sentence, told: Sequence[Span]) -> Iterator[Claim]:
    """Countries that nobody may go to, listed without a number: as many as are listed."""
    if len(text.places(sentence.start, sentence.end)) < 2:  # a list
        return
    words = text.text[sentence.start : sentence.end]
    bans = pattern("zh.countries.list_cues")
    spread = pattern("zh.countries.spread_cues")
    if not bans.search(words) and not spread.search(words) and not _OF_A_LIST.search(words):
        return
    for run in _runs(text, sentence):
        start, end = run[0].start, run[-1].end
        known = codes(run)
        if len(known) < 2 or any(low < end and start < high for low, high in told):  # a list
            continue
        near = text.text[max(sentence.start, start - 24) : end + 8]
        is_asked_for = _ASKED_FOR.search(text.text, max(sentence.start, start - _REACH), start) is not None
        is_named_so = all(place.is_country for place in run) and _OF_A_LIST.match(text.text, end)
        if (
            not is_named_so
            and not is_asked_for
            and not bans.search(near)
            and not (
                len(known) > 2
                and all(place.is_country for place in run)
                and spread.search(text.text[max(0, start - 8) : start])
                and not _CAUGHT_IN.search(text.text, max(sentence.start, start - 2 * _REACH), start)
            )
        ):
            continue
        number = Numeral(start=start, end=end, value=len(known))
        yield text.claim(
            "countries",
            (start, end),
            number=number,
            said=(start, end),
            listed=known,
            agency=text.agency(sentence.start, start),
        )


def _runs(text: ClaimText, sentence: Sentence) -> list[list[Place]]:
    runs: list[list[Place]] = []
    for place in text.places(sentence.start, sentence.end):
        if runs and _BETWEEN.fullmatch(text.text, runs[-1][-1].end, place.start):
            runs[-1].append(place)
        else:
            runs.append([place])
    return runs
