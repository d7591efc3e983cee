"""Numbers of persons that are no figure of ours: officials, victims, differences, aims, wholes. Chinese. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from alerts.claims.acts import SUSPECTS
from alerts.claims.case import last_match
from alerts.claims.whose import came_home, is_abroad_by_name, is_kin, went
from alerts.claims.words import either, pattern, value

if TYPE_CHECKING:
    from alerts.claims.case import Case, Verdict

_STAFF: Final = either("zh.people.staff")
STAFF_AFTER: Final = re.compile(rf"[^,、的在被由经向与和从对将把于中是因受接听]{{0,8}}?{_STAFF}")
# 抓获成员870人
_GANG: Final = re.compile(r"(?:(?:涉案|团伙|集团|骨干|犯罪|诈骗)?成员)?")
_STAFF_BEFORE: Final = re.compile(rf"{_STAFF}[们]?{either('zh.people.totals')}{{0,3}}$")
# 滞留缅北的24名村民: whoever they are at home, these are the ones abroad.
_WHO_STAY: Final = re.compile(r"(?:滞留|在逃|外逃|潜逃|失联|未归|不归)[^,]{0,8}的$")
_COMPARED: Final = re.compile(
    rf"(?:[较比][^,]{{0,10}}|同比|环比|(?:增加|增长|减少|下降|上升|新增|压减|压降|净[增减]|缩减)了?)(?:{either('zh.people.compared')}了?)?$"
)
# 比前年的一百四十一人明显回落: what it is compared with is a figure too; 比去年增加5人 is none.
_EARLIER: Final = re.compile(r"[较比同于][^,\d]{0,12}(?:年|月|日|期|季度?|[周轮次批]|[底初末前]|时)的$")
# 比去年同期的52人少15人
_MORE: Final = re.compile(r",?(?:又)?[多少增减](?:了|出)?$")
WHOLE_OF: Final = re.compile(value("zh.people.whole_of"))
_TAKEN_FROM: Final = re.compile(value("zh.people.taken_from"))
_EACH: Final = re.compile(
    r"每(?![天日月周年])[^,]{0,6}$|(?:凡|只要|每|若|如)[^,]{0,3}(?:劝返|劝回|抓获|规劝|动员)(?=$)"
)
AIM: Final = re.compile(either("zh.people.aims"))
_FORESEEN: Final = re.compile(r"预计|预期|有望|即将")
_OTHERS: Final = re.compile(rf"{either('zh.people.populations')}[^,、]{{0,4}}$")
# 超期没有回来的户籍人口共38人
_STAYING_ONES: Final = re.compile(
    r"(?:滞留|在逃|外逃|失联|未归|不归|未[返回]|没有?[回返])[^,、]{0,8}的[^,、]{0,4}(?:人口|居民|务工人员|外出人员)[^,、]{0,4}$"
)
# 第二批返程人员预计15至20人
_COMING: Final = re.compile(
    r"(?:返程|回国|归国|返回|返乡|到案|遣返|移交|接返)(?:人员|对象|嫌疑人)(?:预计|预期|有望)(?:有|为|共|约)*$"
)
# 为方便旅居阿根廷的两万余名乡亲: whom a service is for; and 担任副会长以上职务的41名 are office-holders.
_SERVED: Final = re.compile(r"(?:旅居|侨居|定居)[^,、]{0,10}的?$")
_AT_HOME_THERE: Final = re.compile(r"[^,、]{0,6}?(?:乡亲|侨胞|侨民|华侨|华人|老乡|同胞|乡贤|同乡)")
_IN_OFFICE: Final = re.compile(r"(?:职务|职位|职级|职称)的$")
# 美国司法部起诉八人: who prosecutes abroad seeks others.
_FOREIGN_COURT: Final = re.compile(
    r"(?:美国|美方|英国|英方|荷兰|德国|法国|意大利|加拿大|澳大利亚|联邦)[^,、]{0,8}(?:司法部|检方|检察官|检察院|法院|调查局|政府)"
    r"[^,、]{0,6}(?:起诉|指控|逮捕|判处)$"
)
PART: Final = re.compile(r"^[、,]?(?:其中|包括|含)|其中[^,、]{0,4}$")
# 三人共计15万元 counts money.
_PAID: Final = re.compile(r"[^,\d]{0,4}\d[\d,.]{0,12}[万千百]?元")


def of_others(case: Case) -> Verdict | None:
    """Officials, victims, differences, aims, wholes of which only a part is told, and what a reward is paid for."""
    left, right = case.left, case.right
    is_other = (
        _is_staff(case)
        or _PAID.match(right)
        or (case.one.number.value == 100 and right.startswith("红通"))
        or (WHOLE_OF.match(right) and case.stays is None)
        or (_TAKEN_FROM.search(left) and pattern("zh.penalty.objects").search(right))
        or pattern("zh.people.elsewhere").search(left + right)
        or is_kin(left, right)
        or (_COMPARED.search(left) and not _EARLIER.search(left))
        or _MORE.fullmatch(left)
        or _EACH.search(left)
        or _IN_OFFICE.search(left)
        or _FOREIGN_COURT.search(left)
        or (_SERVED.search(left) and _AT_HOME_THERE.match(right))
        or (_OTHERS.search(left) and not _STAYING_ONES.search(left))
        or (AIM.search(left) and not _WHO_STAY.search(left) and not _are_awaited(case))
        or _is_paid_for(case)
    )
    return case.quiet(None) if is_other else None


def _is_staff(case: Case) -> bool:
    """Those who did it, not those to whom it was done; of a part (其中干部3名) they are what these were."""
    caught = last_match(pattern("zh.people.caught"), case.left)
    is_struck = (caught and _GANG.fullmatch(case.left, caught[1])) or _WHO_STAY.search(case.left)
    if is_abroad_by_name(case.left) or came_home(case):
        return False
    if STAFF_AFTER.match(case.right) and not is_struck and not went(case.right):
        return True
    is_part = PART.search(case.left) or (case.left.startswith("、") and in_parts(case))
    return bool(_STAFF_BEFORE.search(case.left) and not is_part)


def _are_awaited(case: Case) -> bool:
    """预计4月还将有二十人从老挝回来: told of people who come; 预计劝返二十人 is an aim."""
    if _COMING.search(case.left):
        return True
    is_foreseen = all(_FORESEEN.fullmatch(aim[0]) for aim in AIM.finditer(case.left))
    return is_foreseen and case.strong is None and case.ahead is not None and case.ahead.kind != SUSPECTS


def in_parts(case: Case) -> bool:
    """其中红通七名、干部3名: in a list that began with the word for a part."""
    start, _ = case.sentence.clause(case.one.number.start)
    return case.before is not None and PART.search(case.text.text[start : start + 3]) is not None


def _is_paid_for(case: Case) -> bool:
    start, end = case.sentence.clause(case.one.number.start)
    return "奖" in case.text.text[max(start, case.one.left[0]) : min(end, case.one.right[1])]
