"""Title and date of a file that is no web page, from its own words: the first heading, the line of date under it. Pure.

A file's own fields are believed only where its text bears them out: they say "Microsoft Word - 文档1" as often.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from crawler.reading import dates
from crawler.reading.html import squeeze

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from crawler.reading.dates import Moment

_LONGEST_TITLE = 80
_FIRST_LINES = 15
_LAST_LINES = 12
# What stands above a title: numbers of the document, its secrecy, its haste, attachments' numbers.
_NO_TITLE = re.compile(
    r".{0,20}[〔\[［(（]\s?(?:19|20)\d\d\s?[〕\]］)）].{0,12}号.{0,4}|附件\s?\d{0,2}\s?[:：]?|附表\s?\d{0,2}\s?[:：]?"
    r"|[\W\d_]{0,40}|(?:内部|机密|秘密|绝密|特急|加急|急件).{0,6}|.{0,40}(?:文件|简报|公报)|第?\s?\d{1,4}\s?[期号].{0,8}|目\s{0,4}录"
)
_TITLE_END = re.compile(
    r"(?:通告|公告|通知|通报|决定|意见|办法|规定|方案|名单|公示|函|报告|批复|纪要|条例|细则|书|表|计划|要点|倡议|声明|简介|指南)"
    r"(?:[（(].{1,30}[）)])?"
)
_LABEL = re.compile(
    r"(?:发布|发文|成文|公布|印发|签发|公开|落款|制作|填表)(?:日期|时间)\s{0,4}[:：]?\s{0,4}(?P<rest>.{4,40})"
)
_ISSUED = re.compile(r"(?P<rest>(?:19|20)\d\d\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?日)\s{0,4}(?:印发|发布|公布|印)")
_EMPTY_FIELD = re.compile(
    r"(?:microsoft (?:word|powerpoint|excel)|powerpoint 演示文稿|幻灯片|untitled|无标题|新建|文档|document|wps|sheet)"
    r"[\s\-_.\d]*.{0,60}",
    re.IGNORECASE,
)
_SIGNED = re.compile(r"[\u4e00-\u9fff]{2,24}(?:局|厅|院|委|部|办|室|队|会|政府|站|所|署|中心)")
_HAN = re.compile("[\u4e00-\u9fff]")


def title_of(paragraphs: Sequence[str], field: str = "", url: str = "") -> str:
    """The title: the file's own field where the text begins with it, else the first heading, the field, the name."""
    said = _field(field)
    first = "".join(paragraphs[:_FIRST_LINES]).replace(" ", "")
    if said and said.replace(" ", "") in first:
        return said
    return _heading(paragraphs[:_FIRST_LINES]) or said or _file_name(url)


def date_of(paragraphs: Sequence[str], latest: date | None = None) -> Moment | None:
    """The day it was issued: labelled, else alone in its line at the end or under the title, else None."""
    first, last = paragraphs[:_FIRST_LINES], paragraphs[-_LAST_LINES:]
    for line in (*first, *reversed(last)):
        for pattern in (_LABEL, _ISSUED):
            said = pattern.search(line[:400])
            found = dates.first(said["rest"], latest) if said else None
            if found:
                return found
    for line in (*reversed(last), *first):
        found = _alone(line, latest)
        if found:
            return found
    return None


def _alone(line: str, latest: date | None) -> Moment | None:
    """The date of a line that holds hardly anything else: the place under a signature, brackets around it."""
    if len(line) > 60:
        return None
    found = dates.find_all(line, latest)
    if len(found) != 1:
        return None
    before, behind = line[: found[0].start].strip(), line[found[0].end :]
    # 某县公安局 2024年9月10日: a signature and its date in one line.
    signed = _SIGNED.fullmatch(before) is not None and not behind.strip()
    return found[0] if signed or len(re.sub(r"[\W_]", "", before + behind)) <= 2 else None


def _heading(paragraphs: Sequence[str]) -> str:
    for at, line in enumerate(paragraphs):
        text = squeeze(line)
        if not text or _NO_TITLE.fullmatch(text):
            continue
        if len(text) > _LONGEST_TITLE or text.endswith(("。", "；", "，")) or "\t" in line:
            return ""
        joined = text
        # A title broken over lines ends where its kind of document is named.
        for more in paragraphs[at + 1 : at + 3]:
            if ends_title(joined) or len(joined) + len(more) > _LONGEST_TITLE or more.endswith(("。", "：", ":", "，")):
                break
            joined += squeeze(more)
        return joined if ends_title(joined) else text
    return ""


def ends_title(text: str) -> bool:
    """Whether a line ends as titles do, with its kind of document (通告, 名单)."""
    found = list(_TITLE_END.finditer(text))
    return bool(found) and found[-1].end() == len(text)


def _field(field: str) -> str:
    said = squeeze(field)
    return "" if len(said) > 200 or _EMPTY_FIELD.fullmatch(said) or not re.search(r"[^\W\d_]{2}", said) else said


def _file_name(url: str) -> str:
    """The file's name where it is words: sites name uploads by number."""
    try:
        path = urlsplit(url).path
    except ValueError:
        return ""
    name = squeeze(unquote(path.rpartition("/")[2]).rpartition(".")[0])
    return name if len(_HAN.findall(name)) >= 4 and "\ufffd" not in name else ""
