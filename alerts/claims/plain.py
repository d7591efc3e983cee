"""A plain 个 that counts people, as villagers and officers say it; and what a question asks of how many. Chinese. Pure.

记者：劝回来多少？ 所长：十三个，都是从泰国回来的。 在外头没回来的后生还有六个，五个在西港。
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from alerts.claims.acts import SUSPECTS, last_act
from alerts.claims.words import either, pattern

if TYPE_CHECKING:
    from alerts.claims.numerals import Numeral
    from alerts.claims.text import ClaimText, Sentence, Span

# So many characters before a number may say whom a plain 个 counts.
_REACH: Final = 40
_PLAIN: Final = re.compile(r"个(?=[,。;、!?\n]|$)")
# 才劝动五个, 抓回来两个: in a verb's company.
_URGED: Final = re.compile(r"(?:劝[返回动归]|[抓叫喊带接追]回)[了来]?\Z")
# 没回来的后生还有六个: those before it that stay.
_ARE_LEFT: Final = re.compile(
    r"(?:后生|青年|年轻人|小伙子?|男子|女子|人员|对象|村民|乡亲|老乡|[孩娃]子?|的人?)们?"
    r"(?:还|只|仅|就|现在?|目前|一共|总共|共|大概|大约)*(?:有|剩下?|是)\Z"
)
# 十三个,都是从泰国回来的
_ALL_CAME: Final = re.compile(
    r"个,(?:[都全均]|清一色)(?:部)?(?:已经?|是)?(?:[从自由被][^,。;]{1,10}?)?(?:回[来国]|返[回乡国]|接回|劝[返回]|送回|押[回解]|遣返|投案|自首)"
)
# 五个在西港, 两个是自己回来的: one more of those counted before.
_ANOTHER: Final = re.compile(r"[,、;]?(?:其中|里头|里面|另外?|还有|剩下|有)?(?:的)?\Z")
_FARED: Final = re.compile(
    r"个(?:是|的?人)?(?:(?:还|仍|人)?(?:[在到往]|躲在|留在|去了?|跑[到去])(?P<place>)|从(?P<whence>)"
    r"|(?:自己|主动|自愿|自行)[^,。;]{0,6}?[回投]|被[^,。;]{0,8}?(?:劝|接|遣|送|押|抓|扣|困|骗)|还没|仍未|没有?回|未归|不肯|失联|联系不上)"
)
# 二十一个,年初是五十八个
_EARLIER: Final = re.compile(
    r"[,、;]?(?:比?(?:[年月]初|[年月]底|去年|前年|上[个半]?[月年]|以前|原先|原来|之前|最多|最?高峰|当时|起初|[刚一]开始)[^,。;\d]{0,6}?)(?:是|有|还有|达)\Z"
)
_HOW_MANY: Final = re.compile(r"多少|几[个名人位]|人数")
_STILL: Final = re.compile(r"还[剩有]|剩[下几多]|没[有能]?回|未[归返]")
_OPENS_ANSWER: Final = re.compile(
    r"(?:嗯|对|是的|目前|现在|到现在|到目前|截至目前|今年|一共|总共|全[镇村县]|大概|大约|差不多|共|有|来|,)*\Z"
)


def unit_of(text: ClaimText, sentence: Sentence, number: Numeral, *, is_told: bool, is_asked: bool) -> Span | None:
    """Where a plain 个 that counts people stands; None where it counts something else.

    `is_told`: the sentence counted people before; `is_asked`: the sentence before asked how many people.
    """
    if not text.text.startswith("个", number.end):
        return None
    begin = max(sentence.start, number.start - _REACH)
    start, _ = sentence.clause(number.start)
    left = text.text[max(begin, start) : number.start]
    if _PLAIN.match(text.text, number.end, sentence.end):
        is_left = _ARE_LEFT.search(left) and (
            pattern("zh.people.stay").search(left) or pattern("zh.people.abroad").search(left)
        )
        is_earlier = is_told and _EARLIER.fullmatch(left)
        is_person = is_left or is_earlier or _URGED.search(left) or (is_asked and _OPENS_ANSWER.fullmatch(left))
        if is_person or _ALL_CAME.match(text.text, number.end, sentence.end):
            return number.end, number.end + 1
    return (
        (number.end, number.end + 1)
        if is_told and _ANOTHER.fullmatch(left) and _fares(text, sentence, number)
        else None
    )


def _fares(text: ClaimText, sentence: Sentence, number: Numeral) -> bool:
    """Whether what stands behind says where somebody is, or how he fared."""
    fared = _FARED.match(text.text, number.end, sentence.end)
    if fared is None:
        return False
    if fared["place"] is None and fared["whence"] is None:
        return True
    near = (fared.end(), min(fared.end() + 2, sentence.end))
    abroad = text.places(fared.end(), min(fared.end() + 8, sentence.end))
    return bool(abroad and abroad[0].start <= near[1]) or text.text.startswith(
        ("境外", "国外", "外头", "外面", "那边"), near[0]
    )


def goes_on(text: str, offset: int) -> bool:
    """Whether right at an offset stands the 个 of one more part of those counted, and how it fares."""
    return _FARED.match(text, offset) is not None


def asked(text: ClaimText, sentence: Sentence) -> str | None:
    """Of which type the people are whose number a question asks for; None where it asks for none."""
    words = text.text[sentence.start : sentence.end]
    if not words.rstrip().endswith("?"):
        return None
    if _STILL.search(words):
        return SUSPECTS
    if not _HOW_MANY.search(words):
        return None
    told = last_act(words)
    stays = re.search(f"{either('zh.people.stay')}|滞留|在逃", words)
    return told.kind if told and not stays else SUSPECTS if stays else None


def opens_answer(text: ClaimText, sentence: Sentence) -> bool:
    """Whether the first number of a sentence answers the question before it: 所长：十三个."""
    if not sentence.numbers:
        return False
    first = sentence.numbers[0].start
    start, _ = sentence.clause(first)
    return _OPENS_ANSWER.fullmatch(text.text, start, first) is not None
