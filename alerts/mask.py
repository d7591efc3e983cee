"""What is shown of a page's characters: numbers of persons masked, and nothing that steers a terminal or a reader.

Masking keeps the length, so offsets into the stored text stay true for the masked copy (evidence.md, section 10).
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from alerts.people import NOBODY, People, people, spans

if TYPE_CHECKING:
    from collections.abc import Callable

# Mainland identity numbers (18, the last may be X; 15 before 1999) and the numbers of bank cards (16 to 19): what is
# not one of these and as long is masked too, because a mistyped identity number names its owner all the same. With
# spaces only as people write them: 6-8-4 and 4-4-4-4(-3). A row of years or of dates in a table is no number.
_LONG_NUMBER = re.compile(r"(?<!\d)\d{14,18}[\dXxＸｘ](?!\d)")
_SPACED_NUMBER = re.compile(
    r"(?<!\d)\d{6}[ -]\d{8}[ -]\d{3}[\dXxＸｘ](?!\d)|(?<!\d)[3-69]\d{3}(?:[ -]\d{4}){3}(?:[ -]\d{1,3})?(?!\d)"
)
# Passports, and the identity cards of Taiwan, Hong Kong and Macau.
_LETTERED = re.compile(r"(?<![A-Za-z\d])[A-Z]{1,2}\d{7,9}(?![A-Za-z\d])|(?<![A-Za-z\d])[A-Z]\d{6}[(（][\dA][)）]")
_MOBILE = re.compile(r"(?<!\d)(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)(?:0\d{2,3}[ -]?|[(（]0\d{2,3}[)）][ -]?)\d{7,8}(?!\d)")
_FOREIGN = re.compile(r"\+\d{1,3}[ -]?\d(?:[ -]?\d){6,12}(?!\d)")
# A local number has no shape of its own: the word before it says what it is. 110 and 96110 are shorter, and stay.
_AFTER_WORD = re.compile(r"(?i:电话|電話|手机|手機|联系方式|聯繫方式|热线|熱線|tel|phone)[^\d\n。]{0,8}(\d{7,8})(?!\d)")
_ACCOUNT = re.compile(
    r"(?i:微信|微信号|QQ|支付宝|WhatsApp|Telegram|账号|账户|帐号|帳號)[号號]?[^\w\n。]{0,3}([A-Za-z\d_-]{5,20})(?![A-Za-z\d])"
)
# Number plates: the letter says the town and stays.
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼滬遼魯蘇贛陝閩貴雲]"
    r"[A-HJ-NP-Z][·•. ]?((?=[A-HJ-NP-Z]{0,5}\d)[A-HJ-NP-Z\d]{5,6}|[A-HJ-NP-Z\d]{4}[挂学警港澳])(?![A-Za-z\d])"
)
# Where somebody lives: what stands below the county, or the town where it is named, is nobody's business.
_LIVES = re.compile(
    r"(?:家庭住址|现住址|现住|居住地|住址|家住|居住在|居住于|暂住|户籍所在地|户籍地址|户籍地|戶籍地|住所地|住在)"
    r"[:：为為是在於于]{0,2}\s?([^\s，,。；;、（(）)\d]{0,24}(?:[省市县旗镇乡鎮鄉縣]|(?<![小社园園])[區区]|街道|街道办))?"
    r"([^\s，,。；;、（(）)的人]{2,30})"
)
# A village, a street or a number with a name before it; 村委会, 村干部, 路线 are none.
_HOUSE = re.compile(
    r"[\u4e00-\u9fff](?:村(?![民委干幹里级級两兩支书書规規组組])|路(?![线線过過途口上])|街(?![道坊])|[巷弄屯寨苑])"
    r"|[\d一二三四五六七八九十][号號室栋棟幢组組楼樓层層队隊]|[小社][区區]|单元|單元|门牌"
)
_FLAT = re.compile(r"\d{1,4}(?:号楼|號樓|号|號|栋|棟|幢)(?:\d{1,2}(?:单元|單元|层|樓|楼))?\d{1,5}(?:室|房|户|戶)")
_LIVES_ENGLISH = re.compile(r"\b(?:lives|living|resides|residing|residence|home) (?:at|is) (\d[^.;\n]{3,60})")

# What a terminal takes for a command, with its parameters: without ESC they would stay behind as litter.
_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")


def mask(text: str, known: People = NOBODY) -> str:
    """The text with what points at a private person starred, character for character.

    Identity, card, passport, telephone and plate numbers, home addresses, and the names of private persons: those the
    text itself tells for such and those in `known`. `352502199001010123` becomes `352***********0123`, 林志远 `林**`; a
    minor's surname is starred too. Separators inside a number stay where they are.
    """
    found = known | people(text)
    for pattern, head, tail in (
        (_LONG_NUMBER, 3, 4),
        (_SPACED_NUMBER, 3, 4),
        (_MOBILE, 3, 4),
        (_FOREIGN, 3, 2),
        (_LANDLINE, 4, 2),
        (_LETTERED, 1, 2),
        (_FLAT, 0, 0),
    ):
        text = pattern.sub(_star(head, tail), text)
    for pattern, head, tail in ((_AFTER_WORD, 2, 2), (_ACCOUNT, 1, 1), (_PLATE, 0, 2), (_LIVES_ENGLISH, 0, 0)):
        text = pattern.sub(_star_group(head, tail), text)
    text = _LIVES.sub(_star_home, text)
    return _star_names(text, found)


def _star_home(match: re.Match[str]) -> str:
    if not _HOUSE.search(match[2]):
        return match[0]
    return match[0][: match.start(2) - match.start()] + _starred(match[2], 0, 0)


def _star_names(text: str, known: People) -> str:
    pieces, at = [], 0
    for start, end, is_minor in spans(text, known):
        name = text[start:end]
        head = 0 if is_minor else _kept(name)
        pieces += [text[at:start], _starred(name, head, 0)]
        at = end
    return "".join([*pieces, text[at:]]) if pieces else text


def _kept(name: str) -> int:
    """How much of an adult's name stays: the surname, in English the word that stands first."""
    if name.isascii():
        return len(name.split(maxsplit=1)[0].replace("-", "").replace("'", ""))
    return 2 if len(name) > 3 and "·" not in name else 1


def clean(text: str) -> str:
    """The text for people: control characters become spaces; bidi, zero-width and other format characters go."""
    return "".join(_shown(char) for char in _ANSI.sub("", text))


def clean_in_place(text: str) -> str:
    """The text for programs, as long as it was: what would steer a terminal becomes U+FFFD, line breaks stay."""
    return "".join(char if char in "\n\t\u200b" or not _steers(char) else "\ufffd" for char in text)


def shown(text: str, known: People = NOBODY) -> str:
    """Masked and clean on one line: what may stand in a digest, a list or a message."""
    return " ".join(clean(mask(text, known)).split())


def _steers(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")


def _shown(char: str) -> str:
    category = unicodedata.category(char)
    if category in ("Cc", "Zl", "Zp"):
        return "\n" if char == "\n" else " "
    if category == "Cf":
        return ""
    return "\ufffd" if category == "Cs" else char


def _star(head: int, tail: int) -> Callable[[re.Match[str]], str]:
    return lambda match: _starred(match[0], head, tail)


def _star_group(head: int, tail: int) -> Callable[[re.Match[str]], str]:
    def starred(match: re.Match[str]) -> str:
        start, end = (at - match.start() for at in match.span(1))
        return match[0][:start] + _starred(match[1], head, tail) + match[0][end:]

    return starred


def _starred(number: str, head: int, tail: int) -> str:
    """`number` with its letters and digits starred but for the first `head` and the last `tail` of them."""
    places = [index for index, char in enumerate(number) if char.isalnum()]
    hidden = set(places[head : len(places) - tail])
    return "".join("*" if index in hidden else char for index, char in enumerate(number))
