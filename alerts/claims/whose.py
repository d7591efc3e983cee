"""Who a number of persons are to those abroad: these themselves, or their kin at home. Chinese. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from alerts.claims.acts import REPATRIATED, SUSPECTS
from alerts.claims.text import REACH
from alerts.claims.words import either

if TYPE_CHECKING:
    from alerts.claims.case import Case, Verdict

_KIN: Final = (
    r"(?:父|母|爸|妈|兄|哥|弟|姐|妹|儿子|女儿|子女|丈夫|妻|配偶|叔|伯|舅|姑|姨|侄|甥|堂|表[兄弟姐妹哥亲]|爷|奶|祖父|祖母|孙|亲[属人友戚]"
    r"|家[人属中里长]|近亲|直系)"
)
_AWAY: Final = r"(?:滞留|滞外|[还仍尚]?在[缅柬老菲泰境国海外]|仍未|拒不|未归|不归|不回|出境|潜逃|从事|涉诈|去了|身在)"
# 两名青年因叔父滞留柬埔寨…被取消入伍资格; 三名学生的父亲仍在缅北.
_BECAUSE_OF: Final = re.compile(rf"[^,、]{{0,10}}?(?:因为?|由于|的)其?{_KIN}[^,]{{0,8}}?{_AWAY}")
# 在校生中父母一方滞留柬埔寨的有二十三人.
_WHOSE_KIN: Final = re.compile(
    rf"{_KIN}(?:一方|双方|双双|任一方)?[^,、的]{{0,3}}{_AWAY}[^,、的]{{0,8}}的{either('zh.people.totals')}{{0,2}}$"
)
# 全校滞留境外的家长共九名; 在缅村民6名: parents or villagers, and they are the ones abroad.
_ARE_ABROAD: Final = re.compile(
    r"(?:(?:滞留|身处|身在|仍在|失联|未归|不归|外逃|潜逃)(?:(?!人员|对象|青年|学生|子女|孩子|儿|[男女]子)[^,、的]){0,8}的"
    rf"|(?:滞|在|赴)[缅柬老菲泰]的?){either('zh.people.staff')}{either('zh.people.totals')}{{0,3}}$"
)
# 已有7名家长回来, 劝返村民6名. Pupils go back to school too: of them only what nobody says of that.
_HOME_SO: Final = (
    r"(?:们|已经?|均|都|也|又|先后|陆续|主动|自愿|自行|先行|按期|如期|安全|平安"
    r"|[由在][^,、]{1,6}陪[同伴]下?|[从自][^,、]{1,8}){0,3}"
)
_GROWN: Final = r"(?:家长|父[亲母]|母亲|父子|村民|教师|老师|司机|翻译)"
_YOUNG: Final = r"(?:学生|孩子|子女|儿童)"
_SURELY: Final = "(?:回国|归国|投案|自首|归案|到案)"
_CAME: Final = re.compile(
    r"[^,、的在被由经向与和从对将把于中是因受接听]{0,4}?"
    rf"(?:{_GROWN}{_HOME_SO}(?:{_SURELY}|[回归]来|返[乡回家](?!学?校|岗)|回[乡家]|入境)"
    rf"|{_YOUNG}{_HOME_SO}{_SURELY})"
)
_BROUGHT: Final = re.compile(
    rf"(?:劝[返回归]|召回|[规敦]劝[^,、]{{0,6}}(?:{_SURELY}))了?[^,、]{{0,8}}?{_GROWN}{either('zh.people.totals')}{{0,2}}$"
)
_OF_ABROAD: Final = re.compile(rf"{either('zh.people.abroad')}|{_SURELY}")
_OWN_KIN: Final = re.compile(rf"{_KIN}(?:一方|双方|双双|任一方)?[^,、的]{{0,3}}\Z")
_ROSTER: Final = re.compile(r"(?P<of_whom>[^,、。;:()\"]{0,14}?)(?:花?名册|名单|台账)\"?[(]\Z")
_SOUGHT_THERE: Final = re.compile(
    rf"从事(?:非法|违法|诈骗|电诈|博彩|网赌|跨境)|劝返|催返|未[归返回]|{either('zh.people.abroad')}|{either('zh.people.stay')}"
)
_DONE: Final = re.compile(r"\)(?:现|目前|中)?[均都全已悉]")
_CRIME: Final = r"(?:诈骗|电诈|从诈|网赌|园区|窝点|赌场|缅北|妙瓦底|金三角|西港|果敢|佤邦)"
# 三名青年从澜沧江偷越国境进入诈骗园区. Whom somebody held back (险被骗往), and who was robbed there, did not go.
_WENT: Final = re.compile(
    r"(?:(?!受害|被害|受骗|民警|记者|干警|人质|劝|拦|截|险|差点|欲|企图|准备|拟|打算|计划|[想要]去)[^,、]){0,14}?"
    rf"(?:(?:偷越|偷渡|越境|非法出境|私自出境|潜[入往]|被[^,、]{{0,6}}?[骗诱拐](?:骗)?[到至往去入进])[^,、]{{2}}"
    rf"|在[^,、]{{1,8}}?(?:开设|经营|运营|操控|组织|从事|实施)[^,、]{{0,6}}?(?:赌|诈骗|电诈|网赌)"
    rf"|(?:前往|奔赴|赴|远赴|进入|流入|去了|跑[到去])[^,、]{{0,8}}?{_CRIME})"
)


# 境外从业人员由97人减至38人
_TALLY: Final = re.compile(
    r"(?:境外|在外|国外|滞留|未归|在逃|失联)[^,、]{0,8}?(?:人员|人数|对象|数量)?[由从][^,、\d]{0,8}?$"
)
_FELL: Final = re.compile(r"(?:减|降|下降|压降|缩减|锐减|回落|减少)[到至为]")
# 4人拒不配合,被当地警方抓获后移交我方
_THEN_BROUGHT: Final = re.compile(rf"[^,、]{{0,8}},[^,、]{{0,4}}被[^,、]{{0,14}}?{either('zh.people.handed')}")


def is_kin(left: str, right: str) -> bool:
    """Whether a number counts those at home for the sake of one abroad, by the words of its clause around it."""
    return bool(_BECAUSE_OF.match(right) or _WHOSE_KIN.search(left))


def is_abroad_by_name(left: str) -> bool:
    """Whether those whom a noun before the number calls parents or villagers are themselves abroad."""
    found = _ARE_ABROAD.search(left)
    # 父母滞留境外涉诈的学生66名: their parents are.
    return found is not None and _OWN_KIN.search(left, 0, found.start()) is None


def went(right: str) -> bool:
    """Whether the words behind a number say that these crossed the border, went where the fraud is, or are at it."""
    return _WENT.match(right) is not None


def came_home(case: Case) -> bool:
    """Whether those whom a noun calls parents, villagers or drivers are told to have come back from abroad."""
    start, left = case.one.number.start, case.left
    if not (_CAME.match(case.right) or _BROUGHT.search(left)):
        return False
    return _OF_ABROAD.search(case.text.text, max(0, start - 2 * REACH), case.one.right[1]) is not None


def on_a_roster(case: Case) -> Verdict | None:
    """名册(现列四十七人)由专班保管, 逐人劝返: a number in brackets right behind a list is of those on it.

    What is to be done with them changes nothing; 名单(47人)已全部劝返 tells what was."""
    text, start = case.text.text, case.one.left[0]
    listed = _ROSTER.search(text[max(case.sentence.start, start - REACH) : start])
    if listed is None or case.strong is not None:
        return None
    of_whom = listed["of_whom"]
    if of_whom and _SOUGHT_THERE.search(of_whom) is None:
        return case.quiet(None)  # 获奖名单(共19人)
    return None if _DONE.match(text, case.one.unit[1]) else case.quiet(SUSPECTS)


def are_tallied(left: str, right: str) -> bool:
    """Whether a number is how many were abroad, of a tally that is told to fall."""
    return _TALLY.search(left) is not None and _FELL.match(right) is not None


def then_brought(case: Case, behind: int) -> Verdict | None:
    """Those who would not come, and were brought: told in the next clause, which begins past `behind` from the unit."""
    start = case.one.unit[1] + behind
    brought = _THEN_BROUGHT.match(case.text.text, start, min(case.sentence.end, start + REACH))
    return (REPATRIATED, (case.one.left[0], brought.end())) if brought else None
