"""Whether a number of persons is a figure of this matter, and of which type: by the words around it. Chinese. Pure.

The rules of `_RULES` are asked in their order and the first that has an answer decides: what is no figure of ours,
then the verb before it, what still stays abroad, the verb behind it, and at last the noun alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from alerts.claims.acts import REPATRIATED, RETURNED, SUSPECTS, acts, first_act, kind_of, last_act
from alerts.claims.case import Case, Counted
from alerts.claims.others import AIM, PART, STAFF_AFTER, WHOLE_OF, in_parts, of_others
from alerts.claims.persuasion import not_won, refused_by
from alerts.claims.plain import goes_on
from alerts.claims.rows import UNIT, said
from alerts.claims.text import REACH
from alerts.claims.whose import are_tallied, is_abroad_by_name, on_a_roster, then_brought, went
from alerts.claims.words import either, pattern, value

if TYPE_CHECKING:
    from collections.abc import Callable

    from alerts.claims.case import Verdict
    from alerts.claims.numerals import Numeral
    from alerts.claims.text import ClaimText, Sentence


ALL: Final = re.compile(r"^[均都全]")
# 首批乘包机回国的91名重点人员中: what became of the whole, and so of each part.
_WHO_CAME: Final = re.compile(rf"(?:{either('zh.people.returned')}|{either('zh.people.handed')})(?:的|人员|对象)$")
_NAMED: Final = re.compile(value("zh.people.named"))
_ANOTHER: Final = re.compile(r"另[外有]?")
_SUM: Final = re.compile(r"累计|合计|总计|总数|至此")
_TOTAL: Final = re.compile(r"(?:共计|共|合计|总计|等)(?:登记|建档|梳理|录入|列入?|公布|公示|收录|刊登)?$")
# 移交人员,累计381名
_IN_ALL: Final = re.compile(
    r"(?:(?:至今|至此|迄今|目前|现|已|先后|前后|分批|分次|[两三四五六七八九十\d]{1,3}[批次轮趟])*"
    r"(?:累计|共计|合计|总计|总共|一共|共|总数|总量|总?人数)(?:已?达到?|已?有|已|为)?|等)"
)
_STATE: Final = re.compile(r"滞留|在册|存量|在外(?:人员|对象)?$")
_SINGLED_OUT: Final = re.compile(r"另[外有]?|[对将把]$")
_STAYS_SO: Final = re.compile(r"(?:仍|还|尚)?(?:滞留|在|去向不明|失联|未归|下落不明)")
_CARRIED: Final = re.compile(r"(?:载[有着回运]?|押着)[^,]{0,4}$")
_VEHICLE: Final = re.compile(r"[包专客飞班]机|航班")
_LANDED: Final = re.compile(r"[抵到]达|降落|落地|[飞返]抵|着陆")
_AGREED: Final = re.compile(r"达成|磋商|协商|交换意见|会谈")
_STILL_GONE: Final = re.compile(
    r"(?:至今|一直|迄今|始终)(?:未归|未回|没回来|没有回来|联系不上|失联|无音讯|下落不明|杳无音信|没有消息|不归)"
)
_THEN_HANDED: Final = re.compile(
    rf",(?:[次当]日|当[天晚]|[随之其]后|现|昨[日天]|日前|均|已|全部|悉数|一并|分批|陆续|并|即|被|将其){{1,3}}{either('zh.people.handed')}"
)
# 其中公职人员1人, and what goes on from it.
_LISTED_ONE: Final = re.compile(
    r"^(?:(?:红通|[、,和及][^,、]{0,14})(?:人员|对象|红通|嫌疑人|逃犯|者)|[、,和及]?其中:?[^,、]{1,14})\"?$"
)
# 外逃20年以上的1名: a part of those before.
_LONG_GONE: Final = re.compile(
    r"(?:外逃|潜逃|在逃|出逃|逃匿)[^,、]{0,3}\d*[一二三四五六七八九十]{0,3}年(?:以上|之久|多)?的$"
)
# 劝说一名男子回国自首
_TALKED_TO: Final = re.compile(r"(?:劝说|说服|规劝|劝导|劝)$")
_PERSONS: Final = re.compile(r"(?:方向|等地|等国|籍)?[^,、]{0,4}(?:人员|对象|重点人)")
_DEMANDED: Final = re.compile(r"(?<![申邀])请|要求|责令|限令|限期|敦促|督促|勒令|通知|命令")
_PERMITTED: Final = re.compile(r"(?:批准|准许|准予|裁定|裁决|同意|申请|请求|要求|拟)[将把][^,]{0,6}$")
_AT_LARGE: Final = re.compile(r"[^,、]{0,3}(?:在逃|外逃|潜逃)")
# 排名靠后的乡镇作了表态: who speaks there is no one abroad.
_OFFICIAL: Final = re.compile(
    rf"乡镇|[乡镇村县]的?(?:主要)?(?:领导|书记|干部|负责)|单位|部门|街道|社区|专班|{either('zh.people.staff')}"
)
_JOINED: Final = re.compile(r"[、和及与]|连同|偕同|以及")
# 协助查清潜逃东南亚的重大嫌疑人18名的下落: where they are was found out, nothing was done to them.
_FOUND_OUT: Final = re.compile(r"(?:查[清明实]|摸清|掌握|锁定|核实|获悉)[^,]{0,30}$")
_WHEREABOUTS: Final = re.compile(r"[^,、]{0,6}的(?:下落|行踪|去向|藏身|住址|位置)")
# 合计3人,均涉嫌电信诈骗
_ALL_ARE: Final = re.compile(r",(?:均|都|全部|皆)(?:为|是|系)?[^,。;]{0,20}")
_HEADING_ENDS: Final = re.compile(r"[;。]")
_ALL_OF_THEM: Final = re.compile(
    r"[,](?:均|都|全部|已|现已|均已|主动|自愿|陆续|先后|最终|分别|放弃|随后|随即|遂|终于|于是|后来)"
)


def judge(text: ClaimText, sentence: Sentence, one: Counted, before: str | None) -> Verdict:
    """The type of a figure, None where it counts something else; and the span that says so."""
    case = Case(text=text, sentence=sentence, one=one, before=before)
    verdicts = (rule(case) for rule in _RULES)
    return next((verdict for verdict in verdicts if verdict is not None), case.quiet(None))


def handed_on(text: ClaimText, one: Counted, before: str | None) -> str | None:
    """What a number that is no claim hands to the next: 任务数156人，完成93人; 剩余25人中，在缅甸16人."""
    left, right = text.text[slice(*one.left)], text.text[slice(*one.right)]
    if WHOLE_OF.match(right) and pattern("zh.people.stay").search(left):
        return None if STAFF_AFTER.match(right) else SUSPECTS
    if WHOLE_OF.match(right) and _WHO_CAME.search(left):
        return kind_of(acts(left)[-1], left) if acts(left) else before
    if before is None and AIM.search(left):
        strong = last_act(left)
        return strong.kind if strong else None
    return before


def carries(text: ClaimText, one: Counted) -> bool:
    """Whether the type goes on from the sentence before: 其中…, 另外…, and …均已…."""
    left, right = text.text[slice(*one.left)], text.text[slice(*one.right)]
    return bool(PART.search(left) or ALL.match(right) or _SUM.search(left) or _ANOTHER.fullmatch(left))


def _only_agreed(case: Case) -> Verdict | None:
    """就遣返34名嫌疑人达成协议: nobody has come yet."""
    strong = case.strong
    if not strong or strong.kind != REPATRIATED or not case.left[: strong.span[0]].endswith("就"):
        return None
    if not _AGREED.search(case.right):
        return None
    return case.quiet(SUSPECTS if pattern("zh.people.abroad").search(case.right) else None)


def _found_out(case: Case) -> Verdict | None:
    if not (_WHEREABOUTS.match(case.right) and _FOUND_OUT.search(case.left)):
        return None
    return case.quiet(SUSPECTS if pattern("zh.people.abroad").search(case.left) else None)


def _one_alone(case: Case) -> Verdict | None:
    """一名 is a figure where a verb has it as its object, or a list of parts."""
    if case.one.number.value != 1:
        return None
    if case.before is not None and (_LISTED_ONE.match(case.left) or (case.left.startswith("、") and in_parts(case))):
        return case.quiet(case.before)
    if case.before is not None and _LONG_GONE.search(case.left):
        return case.quiet(case.before)
    if _TALKED_TO.search(case.left) and case.ahead is not None and case.ahead.kind == RETURNED:
        return case.up_to(RETURNED, case.ahead.span[1])
    is_reward = "奖" in case.text.text[case.sentence.start : case.sentence.end]
    # 还有一人走不脱; 另有1人在逃; 另对1名拒不到案者
    is_left = (
        (case.stays is not None and case.stays[1] == len(case.left))
        or (_ANOTHER.search(case.left) and _AT_LARGE.match(case.right))
        or (_SINGLED_OUT.search(case.left) and pattern("zh.people.stay").match(case.right))
    )
    is_listed = case.before == SUSPECTS and _STAYS_SO.match(case.right)  # 3人滞留迪拜, 1人滞留曼谷
    return case.quiet(None) if is_reward or (case.strong is None and not (is_left or is_listed)) else None


def _aboard(case: Case) -> Verdict | None:
    """载有七十六名嫌疑人的包机抵达: brought, unless they are said to have come."""
    around = case.left + case.right
    if not _CARRIED.search(case.left) or not _VEHICLE.search(around) or not _LANDED.search(around):
        return None
    # Where the plane came down (飞抵) says nothing of those aboard.
    kinds = {act.kind for act in acts(around) if not _LANDED.search(around[slice(*act.span)])}
    return case.up_to(RETURNED if kinds == {RETURNED} else REPATRIATED, len(case.right))


# --- verbs ------------------------------------------------------------------------------------------


def _by_verbs(case: Case) -> Verdict | None:
    """The verb before the number, unless a later word says that they stay, or one behind it goes further."""
    strong, ahead = case.strong, case.ahead
    if strong is None:
        return None
    is_attribute = case.left.startswith("的", strong.span[1])
    if strong.kind == SUSPECTS and is_attribute and ahead and ahead.kind != SUSPECTS:
        # 落网的65名嫌疑人被移交; 将查获的嫌疑人62名移交我方
        return case.up_to(ahead.kind, ahead.span[1])
    handed = _handed_then(case) if strong.kind == SUSPECTS and ahead is None else None
    if handed is not None:
        return handed
    if case.stays is None or strong.span[0] > case.stays[0]:
        return case.quiet(kind_of(strong, case.left))
    return None


def _handed_then(case: Case) -> Verdict | None:
    """查获中国籍嫌疑人32名，次日移交我方: caught by others, and handed over in the next clause."""
    start = case.one.right[1]
    then = _THEN_HANDED.match(case.text.text, start, min(case.sentence.end, start + REACH))
    return (REPATRIATED, (case.one.left[0], then.end())) if then else None


def _by_staying(case: Case) -> Verdict | None:
    """Those who are said to remain, before the number or right behind it."""
    ahead = case.ahead
    if case.stays is not None:
        return then_brought(case, 0) or (case.quiet(SUSPECTS) if ahead is None else None)
    behind = pattern("zh.people.stay").search(case.right)
    if behind and (ahead is None or behind.start() <= ahead.span[0]):
        return then_brought(case, behind.end()) or case.up_to(SUSPECTS, behind.end())
    return None


def _by_verb_behind(case: Case) -> Verdict | None:
    if case.ahead is None:
        return None
    if case.ahead.kind == REPATRIATED and _PERMITTED.search(case.left):
        return case.quiet(SUSPECTS)  # 法院批准将94名嫌犯引渡: they may be brought, and are not here yet
    if case.ahead.kind == RETURNED and _DEMANDED.search(case.left):
        return case.quiet(SUSPECTS)  # 要求滞留缅北的24名村民于11月10日前返乡
    end = case.ahead.span[1]
    then = first_act(case.right[end:]) if case.ahead.kind == SUSPECTS and case.right.startswith("的", end) else None
    if then is not None and then.kind != SUSPECTS:
        return case.up_to(then.kind, end + then.span[1])  # 将120名在雅加达落网的嫌疑人押送回国
    return case.up_to(case.ahead.kind, end)


def _by_shared_verb(case: Case) -> Verdict | None:
    """逃犯五人、同伙两人主动投案: the verb that ends a list is all its members'."""
    text = case.text.text
    _, end = case.sentence.clause(case.one.number.start)
    first = last = case.one.unit[1]
    for number in case.sentence.numbers:
        is_together = text.startswith(("一并", "一同", "一起", "一道"), number.start)
        if last <= number.start < end and not is_together:
            unit = UNIT.match(text, number.end, end)
            between = text[last : number.start]
            if unit is None or not _JOINED.search(between) or acts(between):
                return None
            last = unit.end()
    ahead = first_act(text[last : min(end, last + REACH)]) if last > first else None
    return (ahead.kind, (case.one.left[0], last + ahead.span[1])) if ahead else None


# --- nouns ------------------------------------------------------------------------------------------


def _by_noun(case: Case) -> Verdict | None:
    """A figure without a verb in its clause; what became of all of them may stand in the next one."""
    kind = _noun_kind(case)
    goes_on = kind == SUSPECTS and (went(case.right) or _ALL_OF_THEM.match(case.text.text, case.one.right[1]))
    if kind is None or goes_on:
        later = _in_next_clause(case)
        if later is not None:
            return later
    return case.quiet(kind) if kind else None


def _noun_kind(case: Case) -> str | None:
    """A part of the figure before, or persons of a kind that is sought."""
    if case.before is not None and PART.search(case.left):
        return case.before
    if are_tallied(case.left, case.right):
        return SUSPECTS
    number = case.one.number.start
    if _AT_LARGE.match(case.right) or is_abroad_by_name(case.left):
        return SUSPECTS
    if _NAMED.search(case.text.text[max(case.sentence.start, number - 24) : number]):
        return said(_heading(case)) or SUSPECTS  # 劝返回国:张某等9人
    if pattern("zh.people.other_acts").search(case.left):
        return None
    if went(case.right):
        return SUSPECTS
    if _STATE.search(case.left):
        return case.before if case.before and _is_alike(case) else SUSPECTS
    return _headed_kind(case) or _listed_kind(case)


def _is_alike(case: Case) -> bool:
    """劝返滞留柬埔寨人员3名、滞留缅甸人员7名: one of a list, said in the words of the one before."""
    start, _ = case.sentence.clause(case.one.number.start)
    return case.left.startswith("、") and _STATE.search(case.text.text, start, case.one.left[0]) is not None


def _headed_kind(case: Case) -> str | None:
    """已劝返:高桥镇19人、石江镇17人: the type that the words before the colon say."""
    heading = _heading(case)
    return said(heading) or (SUSPECTS if pattern("zh.people.abroad").search(heading) else None)


def _listed_kind(case: Case) -> str | None:
    """The type of the figure before, where this one goes on from it; else suspects, where the words are of such."""
    left, right, number = case.left, case.right, case.one.number.start
    parts, abroad = pattern("zh.people.parts"), pattern("zh.people.abroad")
    if case.before is not None and (parts.search(left) or parts.match(right) or len(left) <= REACH // 4):
        return SUSPECTS if _stays_later(case) else case.before
    told = _told_of_all(case)
    if told is not None:
        return told
    if abroad.search(left) or abroad.search(right) or _are_in_a_place(case) or _is_still_gone(case):
        return SUSPECTS
    if not _TOTAL.search(left):
        return None
    alike = _ALL_ARE.match(case.text.text, case.one.right[1], case.sentence.end)
    if alike and abroad.search(alike[0]) and not acts(alike[0]):
        return SUSPECTS
    # Names, and then how many: what the sentence said of them before.
    said = case.text.text[max(case.sentence.start, number - 3 * REACH) : case.one.left[0]]
    return SUSPECTS if abroad.search(said) and not acts(said) else None


def _told_of_all(case: Case) -> str | None:
    """分三批向我移交嫌疑人，共二百二十名: what the clause before says of them, whose number stands alone."""
    if not _IN_ALL.fullmatch(case.left.lstrip(",")) or acts(case.right):
        return None
    start, end = case.sentence.clause(case.one.left[0] - 1)
    told = last_act(case.text.text[start:end])
    is_handed = told is not None and told.kind == REPATRIATED
    # 经劝返回国,累计57人: the clause says nothing else.
    ends_so = told is not None and told.span[1] == end - start
    is_bare = not case.right.strip("。!?") and pattern("zh.people.abroad").search(case.text.text, start, end)
    return told.kind if told and (is_handed or is_bare or (ends_so and told.kind == RETURNED)) else None


def _is_still_gone(case: Case) -> bool:
    """五名青年飞往曼谷，转道妙瓦底，至今未归: told before any other number of persons."""
    end = min(_next_persons(case) or case.sentence.end, case.one.unit[1] + REACH)
    return _STILL_GONE.search(case.text.text, case.one.unit[1], end) is not None


def _heading(case: Case) -> str:
    """What stands before the last colon of the sentence."""
    start = case.sentence.start
    colon = case.text.text.rfind(":", start, case.one.number.start)
    if colon < 0 or _HEADING_ENDS.search(case.text.text, colon, case.one.number.start):
        return ""
    first, _ = case.sentence.clause(colon - 1)
    return case.text.text[max(first, colon - REACH) : colon]


def _are_in_a_place(case: Case) -> bool:
    """外流柬埔寨人员68人."""
    where = case.text.places(*case.one.left)
    return bool(where) and _PERSONS.match(case.text.text, where[-1].end) is not None


def _stays_later(case: Case) -> bool:
    """170人心里犹豫，拒不归国: told behind the comma and before any other number."""
    end = min(_next_persons(case) or case.sentence.end, case.one.unit[1] + REACH)
    comma = case.text.text.rfind(",", case.one.right[1], end)
    # What stands right before another number is that one's: 27人，拒不返回的8人.
    stop = end if end == case.sentence.end else max(comma, case.one.right[1])
    later = pattern("zh.people.stay").search(case.text.text, case.one.right[1], stop)
    if later is None:
        return False
    start, _ = case.sentence.clause(later.start())
    return _OFFICIAL.search(case.text.text, max(start, case.one.right[1]), later.start()) is None


def _in_next_clause(case: Case) -> Verdict | None:
    """6名江岙籍人员从口岸入境，向民警投案: what became of people is told behind the comma, before any other number.

    A verb right before another number (412人，已劝返367人) is that one's.
    """
    one, text = case.one, case.text.text
    later = _next_persons(case)
    end = min(later or case.sentence.end, case.sentence.end, one.unit[1] + REACH)
    if one.right[1] >= end or pattern("zh.people.other_acts").search(case.left + case.right):
        return None
    ahead = first_act(text[one.right[1] : end])
    if ahead is None:
        return None
    stop = one.right[1] + ahead.span[1]
    is_next = later is not None and "," not in text[stop:later]
    if is_next:
        return None
    refused = refused_by(case, ahead, one.right[1])
    return (SUSPECTS, (one.left[0], refused)) if refused else (ahead.kind, (one.left[0], stop))


def _next_persons(case: Case) -> int | None:
    """Where the next number of persons of the sentence stands, or the year or month of another event."""
    text = case.text.text
    behind = (number for number in case.sentence.numbers if number.start >= case.one.unit[1])
    return next((one.start for one in behind if _ends_reach(text, one)), None)


def _ends_reach(text: str, number: Numeral) -> bool:
    return UNIT.match(text, number.end) is not None or goes_on(text, number.end) or _is_new_date(text, number)


def _is_new_date(text: str, number: Numeral) -> bool:
    """12人，2021年10月; not 三名村民，已于4月28日."""
    return text[number.end : number.end + 1] in {"年", "月"} and text[number.start - 1] not in {"于", "在"}


_RULES: Final[tuple[Callable[[Case], Verdict | None], ...]] = (
    of_others,
    _only_agreed,
    _found_out,
    _one_alone,
    _aboard,
    on_a_roster,
    not_won,
    _by_verbs,
    _by_staying,
    _by_verb_behind,
    _by_shared_verb,
    _by_noun,
)
