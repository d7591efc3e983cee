"""Persuasion that was only tried, goes on, was refused or in vain: nobody came back by it. Chinese and English. Pure.

经多次劝返仍滞留境外; 对30名人员开展劝返; tried to persuade 40 suspects to return: those are still abroad.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from alerts.claims.acts import RETURNED, SUSPECTS, first_act
from alerts.claims.rows import UNIT
from alerts.claims.text import REACH
from alerts.claims.words import either

if TYPE_CHECKING:
    from alerts.claims.acts import Act
    from alerts.claims.case import Case, Verdict

_URGING: Final = re.compile(
    r"劝(?:返|回|归|投|动|导回国|说回|其回)|规劝(?:到案|归案)|召回|感召回|动员回|争取回|联系回|[叫喊催]回"
)
_REFUSED: Final = (
    r"(?:未果|无果|无效|无功|不成|失败|落空|[被遭受](?:到)?拒|碰壁|受阻|(?:收效|见效|效果|成效)(?:甚微|不[大明佳显])"
    r"|未(?:能)?(?:奏效|见效|成功|如愿|取得|回|返|归|到案|投案|动身)|没(?:有|能)?(?:结果|效果|成功|回|返|动静|人[回归])"
    r"|不(?:见效|奏效|为所动|(?:肯|愿意?)(?=[^,。;]{0,4}?(?:回|返|归|来|动身|投案|自首|到案|松口|配合|听|露面|见面|走)|[,。;]|$)|归|返|回|听|从|理|予理|松口|配合|接电话)"
    r"|拒(?!绝?不?[^,。;]{0,8}[的者])|无(?:动于衷|人(?:回|返|归|响应)|一(?:人|名)?(?:回|返|归|松口|响应)|回[应音]|音[讯信])"
    r"|执迷不悟|抗拒|推脱|敷衍|搪塞|执意|置之不理)"
)
# Where they are is told of whom is sought, too (劝返滞留人员17名): it is no refusal but behind 仍 and the like.
_STILL_THERE: Final = r"(?:滞留|在逃|失联|顽固|观望|在(?:境外|国外|海外|[缅柬老泰菲]))"
_YET: Final = (
    r"(?:仍然?|依[然旧]|至今|迄今|还是?|却|但|均|都|也|皆|全部?|全都|一直|始终|目前|有的|其|对方|本人|,|坚持|一概"
    r"|多次|一再|公然|尚)"
)
# 劝返未果的11人, 经多次劝返仍滞留境外, 经反复劝返,拒不回国
_IN_VAIN: Final = re.compile(rf"(?:[之以]?后|[过之]程中|期间)?(?:{_YET}{{0,5}}{_REFUSED}|{_YET}{{1,5}}{_STILL_THERE})")
# 劝返6名滞留人员未果; 劝返6名滞留人员,均不为所动
_NONE_CAME: Final = re.compile(
    r"[^,、;]{0,12}?(?:(?:未果|无果|无效|无功|不成|失败|落空|[被遭]拒)"
    rf"|,(?:均|都|皆|全部|却|但|无一|一直|始终|依然|仍){{1,3}}{_REFUSED})"
)
_OFTEN: Final = re.compile(
    r"(?:多[次轮番方]|反复|再三|屡[次屡]?|数[次十度]|一再|[几历]经|逐[一人个]|上门|轮番|耐心|苦口婆心|电话|视频|远程|持续|长期"
    r"|[二两三四五六七八九十\d]+[次轮番])(?:地|的|进行|开展|予以|加以|实施)?\Z"
)
# 开展劝返, 进行多轮劝返, 启动劝返: a work, of which nothing came yet.
_AS_WORK: Final = re.compile(
    r"(?:开展|进行|实施|组织|启动|着手|推进|加强|加大|落实|予以|加以|持续|正在|跟进|参与|投入|负责|承担|包干)[^,、已]{0,8}\Z"
)
_UPON: Final = re.compile(r"(?:针对|面向|[对向](?!象|外))[^,]{0,40}\Z")
_DONE: Final = re.compile(r"(?:成功|顺利|已经?|均已|全部|全数|悉数|完成)[^,]{0,3}\Z")
_SO_DONE: Final = re.compile(
    r"(?:了?(?:回国|回来|到位|到案|归案|成功|完毕|投案|自首|返乡|入境|归国)|[、和及]?(?:率|数|\d)|[、和及与](?:抓获|遣返|到案))"
)


def not_won(case: Case) -> Verdict | None:
    """Those whom persuasion did not bring: still abroad. None where it did, or where none is told."""
    strong, ahead = case.strong, case.ahead
    if strong is not None:
        if strong.kind != RETURNED or not _URGING.fullmatch(case.left[slice(*strong.span)]):
            return None
        is_vain = _IN_VAIN.match(case.left, strong.span[1]) or _NONE_CAME.match(_behind(case, case.one.unit[1]))
        return case.quiet(SUSPECTS) if is_vain else None
    if ahead is None:
        return None
    end = refused_by(case, ahead, case.one.unit[1])
    return case.up_to(SUSPECTS, end - case.one.unit[1]) if end else None


def refused_by(case: Case, act: Act, base: int) -> int | None:
    """Where the words end by which a verb behind the number, counted from `base`, brought nobody; None where it did."""
    text, start, end = case.text.text, base + act.span[0], base + act.span[1]
    if act.kind != RETURNED or not _URGING.fullmatch(text, start, end):
        return None
    before, behind = text[case.one.unit[1] : start], _behind(case, end)
    refused = _IN_VAIN.match(behind)
    if refused:
        return end + refused.end()
    if _SO_DONE.match(behind) or _DONE.search(before) or first_act(behind.removeprefix("后").removeprefix(",")):
        return None
    is_tried = _OFTEN.search(before) or _AS_WORK.search(before) or _UPON.search(case.left)
    return end if is_tried else None


def _behind(case: Case, start: int) -> str:
    """What the sentence says behind an offset, up to the clause of the next number of persons."""
    text, stop = case.text.text, min(case.sentence.end, start + REACH)
    for number in case.sentence.numbers:
        if number.start >= max(start, case.one.unit[1]) and UNIT.match(text, number.end):
            comma = text.rfind(",", start, min(number.start, stop))
            return text[start : max(comma, start)] if number.start < stop else text[start:stop]
    return text[start:stop]


# --- English ----------------------------------------------------------------------------------------

_BRING: Final = r"(?:persuad|convinc|coax|cajol|talk|lur|bring|get|induc|recall|pressur|win)\w*"
# Efforts to persuade them led 17 to return: what came of it.
_BARE_OBJECT: Final = (
    r"(?:(?!\b(?:led|brought|saw|made|got|helped|moved|resulted|paid off|worked|have|has|had)\b)[^,;:]){0,40}"
)
_EN_TRIED: Final = re.compile(
    r"\b(?:tr(?:y|ies|ied|ying)|attempt\w*|efforts?|endeavou?r\w*|struggl\w+|fail(?:s|ed|ing|ure)?|unable"
    r"|hop(?:e|es|ed|ing)|seek(?:s|ing)?|sought|work(?:s|ed|ing)?|campaign\w*|in vain|without success)"
    r"(?: (?:repeatedly|again|hard|in vain|unsuccessfully|without success|for \w+))*"
    rf"(?: (?:to|at|on|in|of))? {_BRING}\b{_BARE_OBJECT}\Z"
    # are persuading, have been trying to persuade
    r"|\b(?:are|is|were|was|been|being|still|keep\w*|kept|continu\w+(?: to)?) (?:\w+ly |still |now )?"
    r"(?:persuading|persuade|convincing|coaxing|urging|urge)\b[^,;:]{0,30}\Z"
)
# Urged 40 suspects to return, called on 12 residents to come home.
_EN_ASKED: Final = re.compile(
    r"\b(?:urg(?:e|es|ed|ing)|ask(?:s|ed|ing)?|order(?:s|ed|ing)?|call(?:s|ed|ing)? (?:up)?on|appeal(?:s|ed|ing)? to"
    r"|instruct(?:s|ed|ing)?|plead(?:s|ed|ing)? with|implor\w+|exhort\w*|beg(?:s|ged|ging)?|warn(?:s|ed|ing)?"
    r"|command\w*|press(?:es|ed|ing)) (?:\w+ ){0,3}\Z"
)
_EN_TO_COME: Final = re.compile(
    r"[^.;:]{0,60}? to (?:\w+ly )?(?:return|come (?:back|home|forward)|surrender"
    r"|give (?:themselves|himself|herself) up"
    r"|turn (?:themselves|himself|herself) in|go (?:back|home)|fly (?:back|home)|report)\b"
)
# Nobody came; nobody was hurt is of something else.
_EN_NOT_ONE: Final = (
    r"(?:none|nobody|no one|not one)\b(?: of (?:the )?\w+)?(?: (?:has|have|had|did|was|were|yet|so far|ever)){0,3}"
    r"(?=[.,;]|$| (?:come|came|return\w*|agree\w*|respond\w*|listen\w*|surrender\w*|heed\w*|persuaded|convinced"
    r"|moved|budged|went|gone|go|answer\w*|accept\w*|relent\w*)\b)"
)
_EN_IN_VAIN: Final = re.compile(
    r"\b(?:in vain|to no avail|without (?:success|result|effect)|unsuccessful\w*|fruitless\w*"
    r"|(?:has|have|had)?\s?failed"
    rf"|(?:came|come) to nothing|rebuffed|{_EN_NOT_ONE})"
)
# Brought back after earlier attempts had failed.
_EN_EARLIER: Final = re.compile(r"\bafter [^,.;]{0,60}\bfailed\b")
_EN_PERSUASION: Final = re.compile(r"\b(?:persua\w+|urged|efforts?|attempts?|pleas?|appeals?|calls|visits?)\b")
_EN_GOES_ON: Final = re.compile(
    r"\b(?:is|are|was|were|remains?) (?:still )?(?:under ?way|ongoing|continuing|in progress)\b|\bcontinues?\b"
)
_EN_CAME: Final = re.compile(
    r"\b(?:have|has|had|did|eventually|finally|since|later|then|who|all)(?: (?!not\b|never\b|yet\b|been\b)\w+){0,2}?"
    rf" {either('en.people.returned')}"
)
_EN_OF_THEM: Final = re.compile(r"[,;]?(?: and| but)? (?:all|both|they|who)\b[^,.;]{0,60}")
_EN_NONE: Final = re.compile(rf"[,;.]? ?(?:but |and |yet )?{_EN_NOT_ONE}")
# 19 suspects came back; to persuade 40 to return succeeded.
_EN_RETURNED: Final = re.compile(
    r"(?: [\w'-]+){0,4}? (?:returned|came (?:back|home)|flew (?:back|home)|went (?:back|home)|surrendered"
    r"|gave themselves up|turned themselves in)\b|[^.;]{0,80}\b(?:succeeded|paid off|bore fruit)\b"
)


def not_won_en(left: str, right: str, beyond: str) -> bool:
    """Whether persuasion of a number of persons is said to be tried, under way or in vain, and nothing of a return.

    `left`, `right`: the words of its clause before and behind the number; `beyond`: those of the sentence behind that.
    """
    of_them = _EN_OF_THEM.match(beyond)
    if _EN_CAME.search(right) or _EN_RETURNED.match(right) or (of_them and _EN_CAME.search(of_them[0])):
        return False
    if _EN_TRIED.search(left) or (_EN_ASKED.search(left) and _EN_TO_COME.match(right)):
        return True
    if not _EN_PERSUASION.search(left + right):
        return False
    is_vain = _EN_IN_VAIN.search(_EN_EARLIER.sub("", right)) or _EN_NONE.match(beyond)
    return bool(is_vain or _EN_GOES_ON.search(right))
