"""Numbers, accounts and homes of persons in a text, starred in place. Pure; over the text of `plain.py` only.

A pattern is bounded by what people write (6-8-4, 138 0013 8000), so that a row of years or of figures stays.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

# Between the digits of one number: a space, a dash, a point; in an identity number a line's end as well.
_SEP: Final = r"[ .\-·]"
_BROKEN: Final = r"[ .\-·]{0,2}\n?"
_NUMERAL: Final = "[〇零○0-9一二三四五六七八九]"
# Identity numbers: 18, the last may be X; 15 before 1999; bank cards 16 to 19. What is none of these and as long is
# masked too, because a mistyped identity number names its owner all the same.
_LONG_NUMBER: Final = re.compile(r"\d(?<!\d\d)\d{13,17}[\dXx](?!\d)")
# One that its page hid in part, and often too little of: 3525021990****0123, a card's 6222********1234.
_HALF_HIDDEN: Final = re.compile(r"\d(?<![\d*]\d)(?=\d{1,13}[*×Xx]{3})[\d*×Xx]{11,18}(?![\d*×Xx])")
# As evidence.md, section 10, shows it; the day of birth beside it is hidden too, else the two would give the whole.
_IDENTITY_KEPT: Final = (3, 4)
# A region, a day of birth and four more, however they are parted: a row of years is none.
_IDENTITY: Final = re.compile(
    r"[1-9](?<!\d\d)"
    + "".join(rf"{_BROKEN}\d" for _ in range(5))
    + rf"{_BROKEN}(?:1{_BROKEN}[89]|2{_BROKEN}0){_BROKEN}\d{_BROKEN}\d"
    + rf"{_BROKEN}(?:0{_BROKEN}[1-9]|1{_BROKEN}[0-2]){_BROKEN}(?:[0-2]{_BROKEN}\d|3{_BROKEN}[01])"
    + "".join(rf"{_BROKEN}\d" for _ in range(3))
    + rf"{_BROKEN}[\dXx](?!\d)"
)
_SPELLED: Final = re.compile(
    rf"{_NUMERAL}(?<!{_NUMERAL}{_NUMERAL})(?:{_NUMERAL}{{17}}|{_NUMERAL}{{14,16}}[xX]?)(?!{_NUMERAL})"
)
_CARD: Final = re.compile(rf"[3-69](?<!\d\d)\d{{3}}(?:{_SEP}\d{{4}}){{3}}(?:{_SEP}\d{{1,3}})?(?!\d)")
# Passports, and the identity cards of Taiwan, Hong Kong and Macau.
_LETTERED: Final = re.compile(r"[A-Z](?<![A-Za-z\d].)(?:[A-Z]?\d{7,9}(?![A-Za-z\d])|\d{6}[(][\dA][)])")
_MOBILE: Final = re.compile(
    rf"(?:1(?<!\d1)|(?:\+86|86(?<!\d86)|0086(?<!\d0086)|\(\+?86\)){_SEP}?1)(?:[3-9]\d{_SEP}?\d{{4}}{_SEP}?\d{{4}}|[3-9]\d\d{_SEP}\d{{3}}{_SEP}\d{{4}}"
    rf"|[3-9]\d{_SEP}\d\d{_SEP}\d\d{_SEP}\d\d{_SEP}\d\d|({_SEP})[3-9](?:\1\d){{9}})(?!\d)"
)
_SPELLED_MOBILE: Final = re.compile(rf"[一幺1](?<!{_NUMERAL}.)[3-9三四五六七八九]{_NUMERAL}{{9}}(?!{_NUMERAL})")
_LANDLINE: Final = re.compile(r"(?:0(?<!\d0)\d{2,3}|\(0\d{2,3}\))[ \-]{0,3}\d{3,4}[ \-]?\d{4}(?!\d)")
_FOREIGN: Final = re.compile(r"\+\d{1,3}[ \-]?\d(?:[ \-]?\d){6,12}(?!\d)")
# A local number has no shape of its own: the word before it says what it is. 110 and 96110 are shorter, and stay.
_PHONE: Final = r"(?:电话|手机|联系方式|热线|[Tt](?<!\w.)el\b|TEL\b|[Pp]hone\b|[Mm]obile\b)"
_AFTER_WORD: Final = re.compile(
    rf"{_PHONE}[^\d\n。]{{0,8}}(?!(?:19|20)\d\d[ \-](?:19|20)\d\d)(\d{{3,4}}[ \-]?\d{{4}})(?!\d)"
)
_PARTED: Final = re.compile(rf"{_PHONE}[^\d\n。]{{0,8}}(1{_SEP}?[3-9](?:{_SEP}?\n?[\dOo]){{9}})(?!\d)")
# The second of 0577-87654321、87654322; the first is starred by then.
_NEXT: Final = re.compile(r"(?<=\*\d\d)\s{0,2}(?:[、,/;]|或者?|和|及)\s{0,2}(\d{3,4}[ \-]?\d{4})(?!\d)")
_LATIN: Final = r"(?i:\b(?:QQ|WhatsApp|Telegram|Skype|WeChat|Facebook|Signal|Line ID))"
_ACCOUNT: Final = re.compile(
    rf"(?:微信|支付宝|抖音|快手|微博|陌陌|纸飞机|飞机号|账号|账户|帐号|{_LATIN})(?:\s?(?:账号|帐号|号码|群号|[号群]))?"
    r"(?:\s?[:@]\s?@?|\s?(?<=[\u4e00-\u9fff])|[^\w\n。]{0,3}(?=[\w.\-]{0,20}[\d_]))([A-Za-z\d][A-Za-z\d_.\-]{4,31})(?![A-Za-z\d])"
)
_MAIL: Final = re.compile(r"([\w.+\-](?<![\w.+\-].)[\w.+\-]{0,63})@[\w\-]{1,63}(?:\.[\w\-]{1,63}){1,4}", re.ASCII)
_DOCUMENT: Final = re.compile(
    r"(?:护照|通行证|台胞证|回乡证|军官证|警官证|居留证|居住证|驾驶证|身份证|证件|(?i:\bpassport\b|\bNIE\b|\bDNI\b|\bID\b))"
    r"(?:号码?|编号|(?i: ?no\.?| number| card))?[:#\s]{0,3}((?=(?:[A-Z\-]?\d){5})[A-Z\d][A-Z\d\-]{5,17})(?![A-Za-z\d])"
)
# Number plates: the letter says the town and stays.
_PLATE: Final = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"
    r"[A-HJ-NP-Z][·. ]?((?=[A-HJ-NP-Z]{0,5}\d)[A-HJ-NP-Z\d]{5,6}|[A-HJ-NP-Z\d]{4}[挂学警港澳])(?![A-Za-z\d])"
)
# Where somebody lives: what stands below the county, or the town where it is named, is nobody's business.
_BELOW: Final = r"[^\s,。;、()\d]{0,24}(?:[省市县旗镇乡]|(?<![小社园])区|街道办?)"
_LIVES: Final = re.compile(
    rf"(?:家庭住址|现住址|现住|居住地|住址|家住|居住在|居住于|暂住|户籍所在地|户籍地址|户籍地|住所地|住在)"
    rf"[:为是在于]{{0,2}}\s?((?:{_BELOW})?)((?:[^\s,。;、()的人]|人民){{2,30}})"
    rf"|(?<=[\s,。;、(:\d岁人族女男])住:?\s?({_BELOW})((?:[^\s,。;、()的人]|人民){{2,30}})"
)
# A village, a street or a number with a name before it; 村委会, 村干部, 路线 are none.
_HOUSE: Final = re.compile(
    r"[\u4e00-\u9fff](?:村(?![民委干里级两支书规])|路(?![线过途口上])|街(?![道坊])|[巷弄屯寨苑])"
    r"|[\d一二三四五六七八九十](?:[号室栋幢楼层]|(?:村民)?小?组|队)|[小社]区|单元|门牌"
)
_FLAT: Final = re.compile(r"\d{1,4}(?:号楼|号|栋|幢)(?:\d{1,2}(?:单元|层|楼))?\d{1,5}(?:室|房|户)")
_COUNT: Final = r"[\d一二三四五六七八九十]{1,4}"
# A house in a village is a home whatever stands before it: 上店村3组12号.
_FARM: Final = re.compile(
    rf"村(?:第?{_COUNT}(?:(?:村民)?小?组|社|屯))?{_COUNT}(?:号(?![楼文令院])|户(?=[,。;\s)]|$))"
    rf"|{_COUNT}(?:(?:村民)?小?组|社|屯){_COUNT}[号户](?![楼文令院])"
)
_VILLAGE: Final = re.compile(r"[^\W\dA-Za-z_省市县区镇乡道]{1,4}$")
# 14 Oudegracht, Oudegracht 14, flat 3, 22 rue de Rivoli: a number beside a name; what goes live at 8 p.m. has none.
_PROPER: Final = r"[A-Z][\w'\-]{0,20}"
_LITTLE: Final = r"(?:of|de|du|des|del|la|le|van|der|den|di|da|von|rue|calle|via)"
_STREET: Final = rf"(?:(?:{_PROPER}|{_LITTLE}) ){{0,4}}(?:{_PROPER})"
_NUMBER: Final = r"(?:[Nn]o\. ?)?\d{1,5}[A-Za-z]?(?:[/\-]\d{1,4})?(?!\w)"
_LIVES_ENGLISH: Final = re.compile(
    r"\b(?:(?:lives?|lived|living|resid(?:es?|ed|ing)|stays?|stayed|staying|residence|home|house|flat|apartment|address)"
    r"(?P<at> (?:at|on|is))?|(?P<address>home address:?|address:)) "
    rf"(?P<home>(?:[A-Z][a-z]{{2,9}} {_NUMBER},? )?(?:{_NUMBER},? {_STREET}|{_STREET},? {_NUMBER})"
    rf"(?:,? (?:{_PROPER} )?{_NUMBER})?)"
)
# Only a street's own word tells a home where no word says that an address follows.
_STREET_WORD: Final = re.compile(
    r"\b(?:Street|St|Road|Rd|Avenue|Ave|Lane|Drive|Boulevard|Blvd|Terrace|Crescent|Square|Row|Flat|Apartment|Apt"
    r"|[Rr]ue|[Cc]alle|[Vv]ia|Viale|Corso|Piazza|Plaza|Paseo|Avenida|Rua|Quai)\b"
    r"|\w{2}(?:gracht|straat|stra(?:ss|ß)e|weg|laan|plein|kade|gasse|platz|gade|gatan|vej|dijk)\b"
)
# A headline's capitals make no street of a time, a sum or a measure, nor of what is numbered otherwise.
_UNIT: Final = (
    r"(?:Second|Minute|Hour|Day|Night|Week|Month|Year|Decade|Mile|Kilomet(?:er|re)|Met(?:er|re)|Yuan|Dollar|Euro|Pound"
    r"|Percent|People|Person|Time|Star|Hotel|Place|Countr(?:y|ie)|Cit(?:y|ie)|Million|Thousand|Hundred|Terminal|Gate"
    r"|Room|Camp|Phase|Level|Article|Chapter|Highway|Route|Platform)s?"
)
_MONTH_NAME: Final = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)"
)
_NO_STREET: Final = re.compile(rf"\b(?:{_UNIT}|{_MONTH_NAME}|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?)\b")
_NO_NUMBER: Final = re.compile(r"(?<![\d/\-])(?:(?:19|20)\d\d|11[09]|12[02]|12345|96110)(?![\d/\-])")
_COUNTED: Final = re.compile(rf"[ \-](?i:{_UNIT}|{_MONTH_NAME}|a\.?m|p\.?m|per ?cent|%)\b")
# A day of birth, with the region and the sex, is most of an identity number: of it only the year stays.
_BORN_WORD: Final = (
    r"(?:出生(?:日期|年月日?|时间)?|生于|生日|(?i:\bborn\b|\bdob\b|date of birth))[:,为在于 ]{0,3}(?:on )?"
)
_DAY: Final = r"(\d{1,2}\s?[月./\-]\s?\d{1,2})(?!\d)"
_SPELLED_DAY: Final = r"[〇零○一二三四五六七八九]{4}年([一二三四五六七八九十]{1,2}月[一二三四五六七八九十]{1,3})[日号]"
_NTH: Final = r"\d{1,2}(?:st|nd|rd|th)?"
_MONTH: Final = r"[A-Z][a-z]{2,8}\.?"
_YEAR: Final = r"(?:19|20)\d\d"
_COUNTED_BIRTHS: Final = "人口|率|缺陷|证明|医学|登记|数"
# A day behind the sex is the day of birth in a list of what somebody is, not before what was done on that day.
_DONE: Final = "[因在被经于从由涉以伙与将乘偷非发入警报讯随到前投落返离赴抵]|出(?!生)|公(?!民)|民(?!族)|回(?!族)"
_LIFE: Final = (
    rf"\s{{0,2}}(?:出?生|[\u4e00-\u9fff]{{1,5}}族|\d{{6}})|[\s,、|;()]{{1,6}}(?![\s,、|;(])(?!{_DONE})|。|\s*$"
)
_BORN: Final = (
    re.compile(
        rf"(?:{_YEAR}\s?[年./\-]\s?{_DAY}[日号]?\s?|{_SPELLED_DAY})(?:出生(?!{_COUNTED_BIRTHS})|生(?=[,。;、()\s人于]|$))"
    ),
    re.compile(
        rf"{_BORN_WORD}(?:{_YEAR}(?:\s?[年./\-]\s?{_DAY}|(\d{{4}})(?!\d))|{_SPELLED_DAY}"
        rf"|(\d{{1,2}}[./\-]\d{{1,2}})[./\-]{_YEAR}(?!\d)|({_NTH} (?:of )?{_MONTH}|{_MONTH} {_NTH}),? {_YEAR})"
    ),
    re.compile(rf"[男女][,、\s|]{{1,3}}{_YEAR}\s?[年./\-]\s?{_DAY}[日号]?(?={_LIFE})"),
)
_DATE_SIGNS: Final = frozenset("月日号")


def star_contacts(text: str) -> str:
    """A plain text with the numbers, accounts and homes of persons starred; as long as it was.

    `352502199001010123` becomes `352***********0123`; separators inside a number stay where they are.
    """
    for pattern, head, tail in (
        (_LONG_NUMBER, *_IDENTITY_KEPT),
        (_HALF_HIDDEN, *_IDENTITY_KEPT),
        (_SPELLED, *_IDENTITY_KEPT),
        (_CARD, *_IDENTITY_KEPT),
        (_MOBILE, 3, 4),
        (_SPELLED_MOBILE, 3, 4),
        (_FOREIGN, 3, 2),
        (_LANDLINE, 4, 2),
        (_LETTERED, 1, 2),
        (_FLAT, 0, 0),
    ):
        text = pattern.sub(_star(head, tail), text)
    text = _IDENTITY.sub(_star_identity, text)
    for pattern, head, tail in (
        (_PARTED, 3, 4),
        (_AFTER_WORD, 2, 2),
        (_DOCUMENT, 1, 2),
        (_ACCOUNT, 1, 1),
        (_MAIL, 1, 0),
        (_PLATE, 0, 2),
    ):
        text = pattern.sub(_star_group(head, tail), text)
    text = _LIVES_ENGLISH.sub(_star_english_home, text)
    for pattern in _BORN:
        text = pattern.sub(_star_born, text)
    return _LIVES.sub(_star_home, _star_farms(_star_next(text)))


def _star_identity(match: re.Match[str]) -> str:
    """In few groups, or digit by digit; three dates beside each other are parted more often, and soon."""
    groups = re.findall(r"[\dXx]+", match[0])
    is_one = len(groups) > 14 or (len(groups) <= 5 and len(groups[0]) > 2)
    return starred(match[0], *_IDENTITY_KEPT) if is_one else match[0]


def _star_next(text: str) -> str:
    """The further numbers of a list, each bounded by the one before it."""
    pieces, at, found = [], 0, _NEXT.search(text)
    while found:
        number = starred(found[1], 2, 2)
        pieces += [text[at : found.start(1)], number]
        at = found.end(1)
        # The next of the list stands behind this one, which is starred only in the copy.
        more = _MORE.match(text, at)
        while more:
            pieces += [text[at : more.start(1)], starred(more[1], 2, 2)]
            at = more.end(1)
            more = _MORE.match(text, at)
        found = _NEXT.search(text, at)
    return "".join([*pieces, text[at:]])


_MORE: Final = re.compile(r"\s{0,2}(?:[、,/;]|或者?|和|及)\s{0,2}(\d{3,4}[ \-]?\d{4})(?!\d)")


def _star_farms(text: str) -> str:
    pieces, at = [], 0
    for match in _FARM.finditer(text):
        before = text[max(at, match.start() - 4) : match.start()]
        village = _VILLAGE.search(before) if match[0][0] == "村" else None
        start = match.start() - (len(village[0]) if village else 0)
        pieces += [text[at:start], starred(text[start : match.end()], 0, 0)]
        at = match.end()
    return "".join([*pieces, text[at:]])


def _star_home(match: re.Match[str]) -> str:
    home = 2 if match[2] else 4
    if not _HOUSE.search(match[home]):
        return match[0]
    return match[0][: match.start(home) - match.start()] + starred(match[home], 0, 0)


def _star_english_home(match: re.Match[str]) -> str:
    home = match["home"]
    if not _STREET_WORD.search(home):
        is_led = match["at"] or match["address"]
        is_other = _NO_STREET.search(home) or _NO_NUMBER.search(home) or _COUNTED.match(match.string, match.end())
        if not is_led or is_other:
            return match[0]
    return match[0][: -len(home)] + starred(home, 0, 0)


def _star_born(match: re.Match[str]) -> str:
    said = match.lastindex or 0
    start, end = (at - match.start() for at in match.span(said))
    day = "".join("*" if char.isalnum() and char not in _DATE_SIGNS else char for char in match[said])
    return match[0][:start] + day + match[0][end:]


def _star(head: int, tail: int) -> Callable[[re.Match[str]], str]:
    return lambda match: starred(match[0], head, tail)


def _star_group(head: int, tail: int) -> Callable[[re.Match[str]], str]:
    def made(match: re.Match[str]) -> str:
        start, end = (at - match.start() for at in match.span(1))
        return match[0][:start] + starred(match[1], head, tail) + match[0][end:]

    return made


def starred(number: str, head: int, tail: int) -> str:
    """`number` with its letters and digits starred but for the first `head` and the last `tail` of them."""
    places = [index for index, char in enumerate(number) if char.isalnum()]
    hidden = set(places[head : len(places) - tail])
    return "".join("*" if index in hidden else char for index, char in enumerate(number))
