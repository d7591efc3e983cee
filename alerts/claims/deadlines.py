"""By which day somebody must come back, report or answer. Chinese; English in `deadlines_en`. Pure.

The one reader of such days: claims and severity (`is_open`) both ask here.
A day by which officials must have finished something is none; nor is the end of a period in which something was done.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from alerts.claims import deadlines_en
from alerts.claims.context import has_context
from alerts.claims.periods import DAY, YEAR, ahead, moment, month_end
from alerts.claims.text import ClaimText
from alerts.claims.words import pattern
from alerts.numerals import read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from alerts.claims.text import Sentence, Span
    from storage.findings import Claim

_N: Final = r"[\d一二三四五六七八九十两百]{1,5}"
_HOUR: Final = r"(?:\d{1,2}[时点]|[上下]午|[二十四零]{1,3}时)?+"
_BEFORE: Final = "(?:之前|以前|前|止|为止|截止)"
_BY_DAY: Final = re.compile(rf"(?:于|在|至|到|截止到?|限于|限在)?(?P<said>{DAY}{_HOUR}{_BEFORE})")
_BY_PART: Final = re.compile(
    # 去年底前 is over.
    rf"(?:于|在)?(?P<said>(?P<which>本?月[底末]|[本这下](?:周|星期)[一二三四五六日天]|(?<![去上前年])(?:(?P<year>{YEAR}|今|明|本)年年?|年)[底末]"
    r"|(?:春节|国庆|中秋|元宵|清明|端午|重阳|元旦|劳动|五一|新年|除夕)节?|年三十|小年|(?:正月|腊月|农历[^,。;]{1,4}月)(?:初|十|廿)?[一二三四五六七八九十]{1,2}|[一二三四五六七八九十]{1,2}月[初廿]?[一二三四五六七八九十]{1,3})"
    r"(?:之前|以前|前)(?![夕后]))"
)
_WITHIN: Final = re.compile(
    rf"(?P<said>(?P<count>{_N})个?(?P<unit>工作日|日|天|周|星期|月|小时)(?:之|以)?内)(?P<head>)"
)
_FROM: Final = re.compile(r"(?:自|从|于|在|限|接|收到|按)[^,。;]{0,24}$")
_LAST_DAY: Final = re.compile(
    rf"(?P<said>{DAY}{_HOUR})(?:,?(?:是|为)?[^,。;\d]{{0,12}}?(?:最后一天|最后期限|截止日|最后时限|大限)|的?(?:期限|限期|时限))"
)
# 最迟不得晚于4月10日入境: a day that needs no 前.
_LATEST: Final = re.compile(
    r"(?:最迟|最晚|不迟于|不晚于|不得晚于|不得迟于|不能晚于|截止(?:时间|日期)[为是:]|限(?:你|其|该|家属|本人)[^,。;\d]{0,4}?(?=于)|期限[为至]|限期[至到为])[于在是]?"
    rf"(?:不得晚于|不晚于|不迟于)?(?P<said>{DAY}{_HOUR}{_BEFORE}?)"
)
# 4月30日24时仍未启程: what is not done by then.
_NOT_BY: Final = re.compile(rf"(?P<said>{DAY}{_HOUR})(?=(?:仍|尚|还|依然|仍然)[未不没])")
# 9月30日前仍滞留境外的,其子女不得入学: who is away still by then.
_STILL_AWAY: Final = re.compile(
    rf"(?P<said>{DAY}{_HOUR}{_BEFORE}?)(?:仍然?|尚|还|依然)(?:滞留|逗留|停留|在|不归|未归)[^,。;\d]{{0,8}}[的者](?=[,。;]|$)"
)
# 其余人员可考虑至8月3日24时, 宽限到6月底, 投案期限延至9月20日: how long somebody still has.
_UNTIL: Final = re.compile(
    r"(?:考虑|宽限|放宽|顺延|推迟|暂缓|延期|延长|保留|留|等|期限|时限|窗口[^,。;]{0,6}|通道[^,。;]{0,6}|时间)"
    r"(?:期|时间|期限|机会|截止?|延)?(?:[至到]|截[至止][到至于]?|(?<=限)[是为])"
    rf"(?P<said>{DAY}{_HOUR})(?![一二三四五六七八九十])"
)
# 绿色通道8月31日24时关闭: with the day something ends that is open to those who come.
_CLOSES: Final = re.compile(
    r"(?:通道|窗口|大门|机会|宽限期?|期限|时限|政策|承诺|受理|登记|申报|专线)[^,。;\d]{0,6}?(?:[将于在到至]{0,2})"
    rf"(?P<said>{DAY}{_HOUR})(?:即|起|将|正式|一律|就|便|也|全部){{0,2}}(?:关闭|关上|截止|结束|到期|届满|期满|停止|终止|失效|作废|不再)"
)
# 自即日起至3月20日,按期回国自首的: from the notice's day on, with what is asked behind the comma.
_TERM: Final = re.compile(
    r"自?(?:即日|今日|今天|本?[通公布][告知](?:发布|公布|印发|张贴)?(?:之日)?|(?:发布|公布|张贴)之日)起?,?"
    rf"[至到](?P<said>{DAY}{_HOUR}{_BEFORE}?)(?=[,、内期]|[^,。;\d])"
)
# 自即日起至6月30日,全县集中开展专项行动: officials are at work.
_CAMPAIGN: Final = re.compile(
    r"(?:期间)?,?[^,。;]{0,14}?(?:开展|组织|实施|部署|启动|推进|攻坚|举办|举行|进行|施工|检修|停办|暂停|展开|整治|专项)"
)
# 自首期限:5月20日至6月30日; 6月1日至30日期间投案的,从轻处罚: the last of two days.
_SINCE: Final = re.sub(r"\(\?P<\w+>", "(?:", DAY)
_SPAN_NAMED: Final = re.compile(
    rf"(?:公[告示]期|期限|时限|窗口期|宽限期|(?:自首|投案|回国|返回|登记|申报)的?时间)(?:为|是|:|自|从){{0,2}}{_SINCE}{_HOUR}起?(?:至|到|-|~)(?P<said>{DAY}{_HOUR})"
)
_SPAN: Final = re.compile(
    rf"(?:自|从)?{_SINCE}{_HOUR}起?(?:至|到|-|~)(?P<said>{DAY}{_HOUR})"
    r"(?:期间|之间|内|,|(?=[^,。;]{0,6}(?:回国|投案|自首|[到归]案|返回)))"
)
_DONE: Final = re.compile(r"已|[均都了]")
_WAITS: Final = re.compile(
    r"敦促|督促|滞留|投案|自首|回国|返回|回来|劝|在逃|人员|到案|归案|未归|不归|过期|逾期|届时|否则|宽限"
)
# One of these stands in every way of setting a day.
_MARKS: Final = re.compile(r"[前止截内期限迟晚仍尚还依至到]|最后|关[闭上]|结束")
# So many characters before a last day may say what is asked by then.
_ASKED_BEFORE: Final = 24
# And so many behind a term.
_ASKED_BEHIND: Final = 40
# And so many behind a term that begins with the notice, whose sentence names first whom it is for.
_TOLD_BEHIND: Final = 90
_TERM_OF_NOTICE: Final = re.compile(r"之日起?$|即日起?$|今日起?$")
_MAY: Final = re.compile(r"的[,。;]|[者可]")
# Before a feast much is done that nobody was asked for. Who asks names a duty, a condition or nothing but the act.
_DUTY: Final = re.compile(
    r"最迟|最晚|必须|务必|务请|须|(?<![反响供])应(?![急对邀])|(?<![主重])要|[限盼令]|(?<![探看绝失])望|凡|一律|敦促|督促|通知"
    r"|(?<![吁邀申有])请(?![其他她了来])|宽限"
)
_CONDITION: Final = re.compile(
    r"[不未没][^,。;]{0,12}?(?:的?[,;:、][^,。;]{0,8}(?:就|便|则|将|即|一律|停|取消|列|注销|别|按|视)|的(?:[,。;:、]|$)|者)"
    r"|[的者],?[^,。;]{0,4}(?:从宽|从轻|可|一律|不予|免)|否则|逾期"
)
_TOLD: Final = re.compile(r"[了过]|已|曾|陆续|先后|一直|终于")
_LONG_AGO: Final = re.compile(r"(?:[去前昨上当那往每历]年|多年前|\d{4}年)[^,。;]{0,6}\Z")
_UP_TO_COLON: Final = re.compile(r"[:;]")
_WEEKDAYS: Final = "一二三四五六日"
_YEARS: Final = {"今": 0, "本": 0, "明": 1}
# 三个月内第五次: how often, no term.
_TIMES: Final = re.compile(r"[,]?(?:已|又|这已?是|累计|先后|连续)?第[一二三四五六七八九十\d]{1,3}[次回轮趟]")
_BUSINESS: Final = re.compile(
    r"医保|养老|社保|认证|缴费|年审|体检|高龄|农保|合作医疗|[水电气]费|党费|选民|疫苗|补贴申[领报]|林权|确权|残疾证|年检"
)
# 各校要于7月25日前完成比对: offices are set a day, no one who is away.
_TASK: Final = re.compile(
    r",?(?:必须|务必|须|要|应当?)?(?:全部|全面|统一)?完成(?![^,。;]{0,8}(?:核实|登记|报备|注册|签到|回国|返回|投案|手续|申报|核验))"
    r"|,[^,。;]{0,16}(?:清零|销号|见底)|[^,。;]{0,8}(?:比对|摸排|排查|整改|清零|销号)"
)
# 在三个月内劝返12人: what officials did, or are to do.
_ACHIEVED: Final = re.compile(
    r"[^,。;]{0,8}?(?:劝[返回投]|抓[获捕]|遣返|移交|追回|缉捕)[^,。;]{0,10}?[\d一二三四五六七八九十百]+[余多]?[名人]"
)
_PAST: Final = re.compile(r"^[^,]{0,4}(?:已|累计|共|全县|全市)[^,]{0,6}(?:劝返|完成)")


def find(text: ClaimText) -> Iterator[Claim]:
    """Every deadline."""
    for sentence in text.sentences:
        if text.is_latin:
            yield from deadlines_en.find(text, sentence)
        else:
            yield from _chinese(text, sentence)


def is_open(text: str, page: date) -> bool:
    """Whether folded text asks somebody for something by a day that the page's own, `page`, does not lie behind."""
    return _is_open_in_chinese(text, page) or deadlines_en.is_open(text, page)


def _is_open_in_chinese(words: str, page: date) -> bool:
    if not _MARKS.search(words):
        return False
    text = ClaimText(words, lang="zh", published=page.isoformat(), publisher=None)
    for sentence in text.sentences:
        days = [_day(match, page) for match in _days_said(text, sentence)]
        for match in _WITHIN.finditer(text.text, sentence.start, sentence.end):
            if _asks(text, sentence, match):
                # 限24小时内 has no day of its own, and has just begun to run.
                days.append(
                    _counted(text, sentence, match) or (page if _runs_from_now(text, sentence, match) else None)
                )
        if any(day is not None and day >= page for day in days):
            return True
    return False


def _runs_from_now(text: ClaimText, sentence: Sentence, match: re.Match[str]) -> bool:
    """自公告之日起十五日内, 限三十日内."""
    before = _start_words(text.text, _clause(sentence, match)[0], match)
    return before.startswith("限") or pattern("zh.deadline.known_start").search(before) is not None


def _chinese(text: ClaimText, sentence: Sentence) -> Iterator[Claim]:
    if not _MARKS.search(text.text, sentence.start, sentence.end):
        return
    told: list[Span] = []
    for match in _days_said(text, sentence):
        low, high = match.span("said")
        if not any(start < high and low < end for start, end in told):
            told.append((low, high))
            yield _claim(text, sentence, match, _day(match, text.page))
    for match in _WITHIN.finditer(text.text, sentence.start, sentence.end):
        if _asks(text, sentence, match):
            yield _claim(text, sentence, match, _counted(text, sentence, match))


def _days_said(text: ClaimText, sentence: Sentence) -> Iterator[re.Match[str]]:
    """The days by which somebody is asked for something; one day may be found in several ways."""
    for words, judge in _JUDGED.items():
        for match in words.finditer(text.text, sentence.start, sentence.end):
            if judge is None or judge(text, sentence, match):
                yield match


def _acts_behind(text: ClaimText, sentence: Sentence, match: re.Match[str]) -> bool:
    _, end = _clause(sentence, match)
    return pattern("zh.deadline.acts").search(text.text, match.end(), end) is not None


def _acts_about(text: ClaimText, sentence: Sentence, match: re.Match[str]) -> bool:
    """限期回国, 最迟不得晚于1月15日: what is asked stands behind the day, or in the clause before it."""
    if _acts_behind(text, sentence, match):
        return True
    before = text.text[max(sentence.start, match.start() - _ASKED_BEFORE) : match.start()]
    is_task = pattern("zh.deadline.not_acts").search(before)
    return not is_task and pattern("zh.deadline.acts").search(before) is not None


def _waits(text: ClaimText, sentence: Sentence, _: re.Match[str]) -> bool:
    return _WAITS.search(text.text, sentence.start, sentence.end) is not None


def _binds(text: ClaimText, sentence: Sentence, match: re.Match[str]) -> bool:
    return _is_term(text.text, sentence.end, match)


def _leaves_open(text: ClaimText, sentence: Sentence, match: re.Match[str]) -> bool:
    """Whether what is to be done between two days is said of those who may come, not told of those who came."""
    behind = text.text[match.end() : min(sentence.end, match.end() + _ASKED_BEHIND)]
    return _CONDITION.search(behind) is not None and not _DONE.search(behind) and _binds(text, sentence, match)


def _is_term(text: str, stop: int, match: re.Match[str]) -> bool:
    """Whether behind a term stands what somebody is to do in it, and no campaign of officials."""
    behind = text[match.end() : min(stop, match.end() + _ASKED_BEHIND)]
    if _CAMPAIGN.match(behind) or pattern("zh.deadline.not_acts").search(behind):
        return False
    is_asked = _DUTY.search(behind) or _CONDITION.search(behind) or _MAY.search(behind)
    return is_asked is not None and pattern("zh.deadline.acts").search(behind) is not None


def _day(match: re.Match[str], page: date | None) -> date | None:
    """The last day of what is said."""
    if match.re is _BY_PART:
        return _part(match["which"], match["year"], page)
    until = moment(match, page)
    if until is None:
        return None
    return ahead(until.last, page) if match["year"] is None else until.last


def _asks(text: ClaimText, sentence: Sentence, match: re.Match[str]) -> bool:
    """Whether somebody is to come, report or answer by then, in this clause or the next."""
    start, end = _clause(sentence, match)
    if _is_feast(match) and not _is_set_for(text.text, (start, end), match, sentence.end):
        return False
    words = text.text[start:end]
    if _TASK.match(text.text, match.end(), min(sentence.end, match.end() + _ASKED_BEHIND)):
        return False
    following = _UP_TO_COLON.split(text.text[match.end() : min(sentence.end, match.end() + 30)])[0]
    if pattern("zh.deadline.not_acts").search(words) or _PAST.match(text.text[match.end() : end]):
        return False
    if _TIMES.match(text.text, match.end()) or _is_other_business(text, (start, end), match):
        return False
    if match.re is _WITHIN and _ACHIEVED.match(text.text, match.end(), end):
        return False
    if match.re is _WITHIN and not (
        _start_words(text.text, start, match) or pattern("zh.deadline.asked").search(words)
    ):
        return False
    acts = pattern("zh.deadline.acts")
    behind = acts.search(text.text[match.end() : end])
    is_counted = match.re is _WITHIN and _start_words(text.text, start, match)
    if is_counted and not behind and _TERM_OF_NOTICE.search(_start_words(text.text, start, match)):
        # 自通告发布之日起二十日内,凡滞留…的人员,应主动联系
        far = text.text[match.end() : min(sentence.end, match.end() + _TOLD_BEHIND)]
        if _DUTY.search(far) and acts.search(far):
            return True
    return bool(
        (behind and (is_counted or pattern("zh.deadline.asked").search(words)))
        or (acts.search(following) and pattern("zh.deadline.asked").search(words + following))
    )


def _is_other_business(text: ClaimText, clause: Span, match: re.Match[str]) -> bool:
    """养老认证于月底前到村部办理: of whom stays abroad nothing is asked in that clause."""
    said = _BUSINESS.search(text.text, clause[0], match.start())
    return said is not None and not has_context(text.text[slice(*clause)])


def _is_feast(match: re.Match[str]) -> bool:
    """春节前, 正月初五前: no day of the month nor the end of one."""
    return match.re is _BY_PART and re.search("[底末周]|星期", match["which"]) is None


def _is_set_for(text: str, clause: Span, match: re.Match[str], stop: int) -> bool:
    """Whether the feast is a term that is set for somebody, not the time at which something came about."""
    before, behind = text[clause[0] : match.start()], text[match.end() : min(stop, match.end() + 30)]
    if _LONG_AGO.search(before):
        return False
    if _DUTY.search(before + behind) or _CONDITION.search(behind):
        return True
    is_command = not before and pattern("zh.deadline.acts").match(behind.removeprefix("主动")) is not None
    return is_command and _TOLD.search(text[match.end() : clause[1]]) is None


def _clause(sentence: Sentence, match: re.Match[str]) -> Span:
    """The clause of the match's words; a comma may stand inside a long date."""
    start, end = sentence.clause(match.start("said"))
    return min(start, match.start()), max(end, match.end())


def _start_words(text: str, start: int, match: re.Match[str]) -> str:
    before = text[max(start, match.start() - 24) : match.start()]
    found = _FROM.search(before)
    return before[found.start() :] if found else ""


def _counted(text: ClaimText, sentence: Sentence, match: re.Match[str]) -> date | None:
    start, _ = _clause(sentence, match)
    before = _start_words(text.text, start, match)
    count = read(match["count"])
    if text.page is None or count is None or not 0 < count <= 1000:  # no deadline is longer
        return None
    if pattern("zh.deadline.unknown_start").search(before):
        return None
    if match["unit"] in {"工作日", "小时"}:
        return None
    if match["unit"] == "月":
        year, month = divmod(text.page.year * 12 + text.page.month - 1 + count, 12)
        for day in (text.page.day, 30, 29, 28):
            try:
                return date(year, month + 1, min(day, text.page.day))
            except ValueError:
                continue
    return text.page + timedelta(days=count * (7 if match["unit"] in {"周", "星期"} else 1))


def _part(which: str, year: str | None, page: date | None) -> date | None:
    if "年" in which:
        known = read(year) if year and year not in _YEARS else page and page.year + _YEARS.get(year or "", 0)
        return date(known, 12, 31) if known else None
    if page is not None and which[-1] in _WEEKDAYS and re.search("周|星期", which):
        monday = page - timedelta(days=page.weekday())
        return monday + timedelta(days=_WEEKDAYS.index(which[-1]) + 7 * which.startswith("下"))
    if page is None or which.removeprefix("本") not in {"月底", "月末"}:
        return None  # a feast, or a day of the old calendar
    return month_end(page)


def _claim(text: ClaimText, sentence: Sentence, match: re.Match[str], day: date | None) -> Claim:
    start, end = _clause(sentence, match)
    before = _start_words(text.text, start, match) if match.re is _WITHIN else ""
    act = pattern("zh.deadline.acts").search(text.text, match.end(), end)
    return text.claim(
        "deadline",
        (match.start() - len(before), act.end() if act else match.end()),
        said=match.span("said"),
        deadline=day,
        agency=text.agency(sentence.start, match.start()),
    )


# The ways of setting a day, and what must hold of one for somebody to be asked for something by then.
_JUDGED: Final[dict[re.Pattern[str], Callable[[ClaimText, Sentence, re.Match[str]], bool] | None]] = {
    _BY_DAY: _asks,
    _LATEST: _acts_about,
    _NOT_BY: _acts_behind,
    _STILL_AWAY: _waits,
    _LAST_DAY: None,
    _BY_PART: _asks,
    _UNTIL: _waits,
    _CLOSES: _waits,
    _TERM: _binds,
    _SPAN_NAMED: _waits,
    _SPAN: _leaves_open,
}
