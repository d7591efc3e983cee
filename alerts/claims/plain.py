"""A plain 个 that counts people, as villagers and officers say it; and what a question asks of how many. Chinese. Pure.

记者：劝回来多少？ 所长：十三个，都是从泰国回来的。 在外头没回来的后生还有六个，五个在西港。
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from alerts.claims.acts import SUSPECTS, last_act
from alerts.claims.words import either, pattern

if TYPE_CHECKING:
    from alerts.claims.numerals import Numeral
    from alerts.claims.text import ClaimText, Sentence, Span

# So many characters before a number may say whom a plain 个 counts.
_REACH: Final = 40
# And so many behind its verb a place.
_NEAR: Final = 8
_PLAIN: Final = re.compile(r"个(?:人|了|吧|呢|左右)?(?=[,。;、!?\n]|$)")
# 才劝动五个, 抓回来两个, 上半年回来了14个: in a verb's company.
_URGED: Final = re.compile(
    r"(?:劝[返回动归]|[抓叫喊带接追]回|回[来国]|投案|自首|到案|遣返|抓)"
    r"[了来]{0,2}(?:[^,。;、\d]{2,5}的)?\Z"
)
# 没回来的后生还有六个: those before it that stay.
_ARE_LEFT: Final = re.compile(
    r"(?:后生|青年|年轻人|小伙子?|男子|女子|人员|对象|村民|乡亲|老乡|[孩娃]子?|的人?)们?"
    r"(?:还|只|仅|就|现在?|目前|一共|总共|共|大概|大约)*(?:有|剩下?|是)\Z"
)
# 十五户有人在外,共十八个
_SUMMED: Final = re.compile(r"[,;]?(?:一共|总共|共计|合计|共)有?\Z")
_AWAY: Final = re.compile(r"(?:在外(?![地面])|在境外|滞留|没回|未归)[^,。;站点]{0,6},\Z")
# 十三个,都是从泰国回来的
_ALL_CAME: Final = re.compile(
    r"个,(?:[都全均]|清一色)(?:部)?(?:已经?|是)?(?:[从自由被][^,。;]{1,10}?)?"
    r"(?:回[来国]|返[回乡国]|接回|劝[返回]|送回|押[回解]|遣返|投案|自首)"
)
# 五个在西港, 两个是自己回来的, 还有一个不晓得在哪: one more of those counted before.
_ANOTHER: Final = re.compile(r"[,、;]?(?:其中|里头|里面|另外?|还有|还剩|剩下的?|余下的?|有)?(?:的)?\Z")
_THE_REST: Final = re.compile(r"[,、;]?(?:[还只]?剩下?|余下|其余)的?\Z")
_IN_COUNTRY: Final = re.compile(r"[,、;]?(?:其中|另外?|还有)?在?\Z")
_OF_COUNTRY: Final = ("", "的")
_FARED: Final = re.compile(
    r"[个口](?:是|的?人)?(?:(?:还|仍|人)?(?:[在到往]|[躲留赖窝待呆耗漂混]在|去了?|跑[到去])"
    r"(?:[^,。;、的]{1,5}(?=[,。;、]|$)|(?P<place>))|从(?P<whence>)"
    r"|(?:自己|主动|自愿|自行)[^,。;]{0,6}?[回投]|被[^,。;]{0,8}?(?:劝|接|遣|送|押|抓|扣|困|骗)"
    r"|(?:也|都|已经?|才|刚)[^,。;]{0,4}(?:松口|回|归|投案|到案|[买订]了?票)"
    r"|不(?:知|晓得|清楚)[^,。;]{0,3}[在去]|(?:下落|去向)不明|没有?(?:消息|音[信讯]|联系)|还没|仍未|没有?回|未归|不肯|失联|联系不上)"
)
# 剩下的十四个要加紧
_TO_COME: Final = re.compile(r"个(?:要|须|必须|务必|也|仍|还|都|正|继续|抓紧|加紧|尽快|不)")
# 二十一个,年初是五十八个; 去年劝回六个,今年已经十三个了
_OTHER_TIME: Final = re.compile(
    r"[,、;]?比?(?:到?(?:[昨今前]天|目前|现在|眼下)|[今去前明当]年|[年月][初底中末]|[上下]半年|[上本这]个?[半]?[月年周]|以前|原先|原来|之前|最多|最?高峰|当时|起初|[刚一]开始)"
    r"[^,。;\d]{0,6}?(?:是|有|达|才|就|又|已经?|只|剩下?)\Z"
)
_HOW_MANY: Final = re.compile(r"多少|几[个名人位]|人数|[人的]多[吗不]")
# 多少人 asks for people alone, 几个 for whatever there is.
_OF_PEOPLE: Final = re.compile(r"(?:多少|几)[个名位]?(?:人(?!家)|名|位)|人数|人多[吗不]")
# 出逃一个、追回一个: whoever flees, and nobody is counted.
_ONE_BY_ONE: Final = re.compile(r"一[个名人][、,][^,。;、]{1,5}一[个名人]")
# 目前三个,都是乡镇; 都是一个村 tells where people are from.
_OF_PLACES: Final = re.compile(
    r"个,?(?:[都全均]|全部)是(?!同?一个|[我咱本你他]们?)[^,。;]{0,6}?(?:乡镇?|[村镇县区]|街道|社区|窝点|园区|案[件子]?|[站点]|团伙|家庭|户)(?=[,。;!?]|$)"
)
_STILL: Final = re.compile(r"还[剩有]|剩[下几多]|没[有能]?回|未[归返]")
_OPENS_ANSWER: Final = re.compile(
    r"(?:嗯|对|是的|目前|现在|到现在|到目前|截至目前|今年|一共|总共|全[镇村县]|大概|大约|差不多|前前?后后?|共|有|来|,)*\Z"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The type of the people whose number a question asks for, and whether it says that they are people (多少人)."""

    kind: str
    is_of_people: bool


def unit_of(
    text: ClaimText, sentence: Sentence, number: Numeral, *, since: int | None, asked: Asked | None
) -> Span | None:
    """Where a plain 个 that counts people stands; None where it counts something else.

    `since`: where the last number of persons of the sentence ends, None where there is none; `asked`: what the sentence
    before asked for.
    """
    if not text.text.startswith(("个", "口"), number.end):
        return None
    if number.value == 1 and _ONE_BY_ONE.search(text.text, max(0, number.start - 10), number.end + 10):
        return None
    start, _ = sentence.clause(number.start)
    left = text.text[max(start, number.start - _REACH, since or 0) : number.start]
    unit = (number.end, number.end + 1)
    is_plain = _PLAIN.match(text.text, number.end, sentence.end) is not None
    if is_plain and (
        _is_said(text, sentence, start, left)
        or (asked and _opens(left) and (asked.is_of_people or not _OF_PLACES.match(text.text, unit[0])))
    ):
        return unit
    if _ALL_CAME.match(text.text, number.end, sentence.end):
        return unit
    return unit if since is not None and _is_part(text, sentence, number, left, is_plain=is_plain) else None


def _is_said(text: ClaimText, sentence: Sentence, start: int, left: str) -> bool:
    """Whether what stands before a number says that people are counted."""
    if _URGED.search(left):
        return True
    if _SUMMED.fullmatch(left):
        return _AWAY.search(text.text, max(sentence.start, start - _REACH), start) is not None
    if _ARE_LEFT.search(left) is None:
        return False
    kinds = (pattern("zh.people.stay"), pattern("zh.people.abroad"))
    return any(words.search(left) for words in kinds) or last_act(left) is not None


def _is_part(text: ClaimText, sentence: Sentence, number: Numeral, left: str, *, is_plain: bool) -> bool:
    """Whether a number goes on from people counted before: by a place, by how these fared, or at another time."""
    if is_plain and any(words.fullmatch(left) for words in (_OTHER_TIME, _THE_REST, _SUMMED)):
        return True
    if _TO_COME.match(text.text, number.end, sentence.end) and _THE_REST.fullmatch(left):
        return True
    where = text.places(number.start - len(left), number.start)
    if is_plain and len(where) == 1 and text.text[where[0].end : number.start] in _OF_COUNTRY:
        return _IN_COUNTRY.fullmatch(left[: where[0].start - number.start]) is not None
    return _ANOTHER.fullmatch(left) is not None and _fares(text, sentence, number)


def _fares(text: ClaimText, sentence: Sentence, number: Numeral) -> bool:
    """Whether what stands behind says where somebody is, or how he fared."""
    fared = _FARED.match(text.text, number.end, sentence.end)
    if fared is None:
        return False
    if fared["place"] is None and fared["whence"] is None:
        return True
    abroad = text.places(fared.end(), min(fared.end() + _NEAR, sentence.end))
    return bool(abroad) or text.text.startswith(("境外", "国外", "外头", "外面", "那边"), fared.end())


def goes_on(text: str, offset: int) -> bool:
    """Whether right at an offset stands the 个 of one more part of those counted, and how it fares."""
    return _FARED.match(text, offset) is not None


def asked(text: ClaimText, sentence: Sentence) -> Asked | None:
    """What a question asks for the number of; None where it asks for no people."""
    words = text.text[sentence.start : sentence.end]
    if not words.rstrip().endswith("?"):
        return None
    is_of_people = _OF_PEOPLE.search(words) is not None
    if _STILL.search(words):
        return Asked(kind=SUSPECTS, is_of_people=is_of_people)
    how_many = _HOW_MANY.search(words)
    if how_many is None or pattern("zh.people.staff").search(words, how_many.end()):
        return None  # 有多少滞留人员的家属?
    told = last_act(words)
    stays = re.search(f"{either('zh.people.stay')}|滞留|在逃", words)
    kind = told.kind if told and not stays else SUSPECTS if stays else None
    return Asked(kind=kind, is_of_people=is_of_people) if kind else None


def opens_answer(text: ClaimText, sentence: Sentence) -> bool:
    """Whether the first number of a sentence answers the question before it: 所长：十三个."""
    if not sentence.numbers:
        return False
    first = sentence.numbers[0].start
    start, _ = sentence.clause(first)
    return _opens(text.text[start:first])


def _opens(left: str) -> bool:
    return _OPENS_ANSWER.fullmatch(left) is not None or _OTHER_TIME.fullmatch(left) is not None
