"""Lines of tables and dispatch sheets: what a line of labels and figures goes on from. Chinese. Pure.

追回外逃人员 63人 / 其中：国家工作人员 11人 / “红通”人员 4人: the second line is a part of the first, and the third too.
已劝返： / 高桥镇 19人: the line above says what the figure is.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, Final

from alerts.claims.acts import SUSPECTS, acts, last_act
from alerts.claims.words import either, pattern, value

if TYPE_CHECKING:
    from alerts.claims.numerals import Numeral
    from alerts.claims.text import ClaimText, Sentence, Span

OTHERS: Final = "others"

UNIT: Final = re.compile(value("zh.people.units"))
_LABEL: Final = re.compile(r"(?:(?:其中|包括|含)[:,]?)?[^,。;!?:()\d]{0,14}:?")
# 1. (2) 三、: what numbers the lines of a list.
_ENUMERATOR: Final = re.compile(r"\(?[\d一二三四五六七八九十]{1,3}[.、)](?!\d)")
# A list of parts has so many lines at most.
_MOST_PARTS: Final = 40
_END: Final = re.compile(r"[。;,、]?\n?")
_PART: Final = re.compile(r"(?:其中|包括|含)")
_HEADING: Final = re.compile(r"[^,。;!?]{2,18}:\s*")
_ASKED: Final = re.compile(r"请|敦促|督促|规劝|动员|呼吁|通告|公告|务必|必须|限期|责令|要求|拟|待|应")
# Whom a line names itself, whatever stands above it.
_OWN: Final = re.compile(rf"在逃|外逃|滞留|在册|实有|应返|{either('zh.people.staff')}")
# Between numbers a blank is kept as one space.
_BARS: Final = "| "
_NO_PEOPLE: Final = re.compile(r"[率%户次]|时间|日期|原因|地点|金额|单位|干部|民警|责任")
# A table's line is short, and no sentence.
_WIDEST: Final = 60
_PROSE: Final = re.compile(r"[,。;!?]")
_SUMS: Final = re.compile(r"[| ]*(?:合计|总计|小计|共计)(?![^|\d\s])")
_FIGURE: Final = re.compile(r"\d")
_BLANK: Final = re.compile(r"\t|\u3000|\s{2}")


class Rows:
    """The lines of a text, asked in their order."""

    def __init__(self, text: ClaimText) -> None:
        self._text = text
        self._kind: str | None = None
        self._indent: int | None = None  # of the line that began the parts; None under a heading
        self._heads: list[str | None] = []  # what the head of each column says of its figures

    def goes_on(self, sentence: Sentence, last: str | None, whole: int | None) -> str | None:
        """The type that the lines before give to this line's figures, else None.

        `last` and `whole`: the type and the number of the figure before.
        """
        words = self._text.text[sentence.start : sentence.end]
        if _ENUMERATOR.fullmatch(words.strip()):
            return None  # 2. 柬埔寨9人: cut from its line
        labels = self._labels(sentence)
        if not sentence.numbers:
            # A line that has its own figure (立案 同比下降18.4%) heads nothing.
            columns = [] if _FIGURE.search(words) else self._columns(sentence)
            self._heads = [_head(words[low:high]) for low, high in columns]
        if not labels:
            self._kind, self._indent = (_said_of_all(words), None) if not sentence.numbers else (None, None)
            return None
        if _PART.match(words):
            self._kind, self._indent = last, self._depth(sentence)
        elif self._kind is None and last and self._adds_up(sentence, labels, whole):
            self._kind, self._indent = (last, None) if self._is_under(sentence, labels) else (None, None)
        elif not self._is_under(sentence, labels):
            self._kind = None
        return self._kind

    def headed(self, sentence: Sentence, offset: int) -> str | None:
        """The type that the head of its column gives to a figure: 乡镇 已返 未返 / 河口镇 31人 15人.

        `OTHERS` where that head is of somebody else (民警); None where no head is above it.
        """
        if not any(self._heads):
            return None
        columns = self._columns(sentence)
        at = offset - sentence.start
        # A figure alone in its column: another word in it says what it is.
        place = next((place for place, (low, _) in enumerate(columns) if low == at), None)
        # 合计 73 under 序号 乡镇 已劝返: the row of the sums lacks the first cells.
        lacking = len(self._heads) - len(columns)
        is_sums = _SUMS.match(self._text.text, sentence.start, sentence.end) is not None
        if place is None or lacking < 0 or (lacking and not is_sums):
            return None
        # Where the second column counts people, it is the last cells that lack.
        shift = 0 if any(self._heads[: lacking + 1]) else lacking
        return self._heads[place + shift] or OTHERS

    def cell(self, sentence: Sentence, number: Numeral) -> Span | None:
        """An empty span behind a bare number alone in its cell, where the head of the column tells of people."""
        if self.headed(sentence, number.start) in {None, OTHERS}:
            return None
        ends = {sentence.start + high for _, high in self._columns(sentence)}
        is_alone = number.end in ends or self._text.text[number.end : number.end + 1] in {"|", " ", "\n"}
        return (number.end, number.end) if is_alone else None

    def _columns(self, sentence: Sentence) -> list[Span]:
        """The cells of a line parted by bars or blanks, counted from its beginning; none where it is no such line."""
        words = self._text.text[sentence.start : sentence.end]
        if len(words) > _WIDEST or _PROSE.search(words):
            return []
        cells, low = [], 0
        for at in range(1, len(words)):
            is_bar = words[at] in _BARS
            if is_bar or (words[at - 1] not in _BARS and self._text.blank(sentence.start + at)):
                cells.append((low, at))
                low = at + is_bar
        return [*cells, (low, len(words))] if cells else []

    def _labels(self, sentence: Sentence) -> list[str]:
        """What stands before each figure of persons, where the line is of nothing else."""
        text = self._text.text
        enumerator = _ENUMERATOR.match(text, sentence.start, sentence.end)
        found, at = [], enumerator.end() if enumerator else sentence.start
        for number in sentence.numbers:
            if number.start < at:
                continue
            unit = unit_of(self._text, number.end, sentence.end)
            if unit is None:
                continue  # 一般人员: a part of the label
            if not _LABEL.fullmatch(text, at, number.start):
                return []
            found.append(text[at : number.start])
            at = unit[1]
        return found if _END.fullmatch(text, at, sentence.end) else []

    def _adds_up(self, sentence: Sentence, labels: list[str], whole: int | None) -> bool:
        """滞留27人。 1.缅甸14人； 2.柬埔寨13人: whether these lines tell the parts of the figure before."""
        if not whole or not labels[0].strip():
            return False
        sentences = self._text.sentences
        place = bisect_left(sentences, sentence.start, key=lambda one: one.start)
        parts: list[int] = []
        for line in sentences[place : place + _MOST_PARTS]:
            if _ENUMERATOR.fullmatch(self._text.text[line.start : line.end].strip()):
                continue
            if not self._labels(line):
                break
            parts += [one.value or 0 for one in line.numbers if unit_of(self._text, one.end, line.end)]
            if sum(parts) >= whole:
                break
        return len(parts) > 1 and sum(parts) == whole

    def _is_under(self, sentence: Sentence, labels: list[str]) -> bool:
        """Whether the line is one more of those that a part or a heading began: no word of its own says otherwise."""
        for label in labels:
            if acts(label) or pattern("zh.people.stay").search(label) or _OWN.search(label):
                return False
        if self._indent is None or self._depth(sentence) > self._indent:
            return True
        return self._indent > 0 or all(pattern("zh.people.parts").search(label) for label in labels)

    def _depth(self, sentence: Sentence) -> int:
        """By how many characters the line is indented."""
        return len(self._text.blank(sentence.start).rpartition("\n")[2])


def unit_of(text: ClaimText, start: int, end: int) -> Span | None:
    """Where a unit of persons stands right at an offset; of 仍滞留6人　民警 too, which is no 人民."""
    unit = UNIT.match(text.text, start, end)
    if unit:
        return unit.span()
    return (start, start + 1) if text.text.startswith("人", start) and text.blank(start + 1) else None


def is_parted(text: ClaimText, end: int, sentence: Sentence) -> bool:
    """Whether a column ends at an offset: 未返15人　责任领导.

    One space parts nothing where the line is spaced all over (31 人 并移交), or runs on as prose does.
    """
    blank = text.blank(end)
    if not blank or "\n" in blank:
        return False
    is_sloppy = any(text.blank(number.end) for number in sentence.numbers)
    is_prose = "," in text.text[sentence.start : sentence.end]
    return _BLANK.search(blank) is not None or not (is_sloppy or is_prose)


def _head(words: str) -> str | None:
    """What the head of a column says; of rates, households and days it is of nobody."""
    is_other = _NO_PEOPLE.search(words) or pattern("zh.people.elsewhere").search(words)
    return None if is_other else said(words)


def _said_of_all(words: str) -> str | None:
    """已劝返：, 仍滞留：: what a heading says of the lines under it."""
    return said(words) if _HEADING.fullmatch(words) else None


def said(words: str) -> str | None:
    """What a heading or the head of a column says of the figures under it."""
    told = last_act(words)
    is_asked = _ASKED.search(words) and pattern("zh.people.returned").search(words)
    if is_asked or pattern("zh.people.stay").search(words):
        return SUSPECTS
    if told:
        return told.kind
    return SUSPECTS if re.search("滞留|在逃|在册|在外|摸排|底数|应返", words) else None
