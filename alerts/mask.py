"""What is shown of a page's characters: numbers of persons masked, and nothing that steers a terminal or a reader.

Masking keeps the length, so offsets into the stored text stay true for the masked copy (evidence.md, section 10).
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

# Mainland identity numbers (18, the last may be X; 15 before 1999) and the numbers of bank cards (16 to 19): what is
# not one of these and as long is masked too, because a mistyped identity number names its owner all the same.
_LONG_NUMBER = re.compile(r"(?<!\d)\d(?:[ -]?\d){13,17}[ -]?[\dXxＸｘ](?!\d)")
# Passports, and the identity cards of Taiwan, Hong Kong and Macau.
_LETTERED = re.compile(r"(?<![A-Za-z\d])[A-Z]{1,2}\d{7,9}(?![A-Za-z\d])|(?<![A-Za-z\d])[A-Z]\d{6}[(（][\dA][)）]")
_MOBILE = re.compile(r"(?<!\d)(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)(?:0\d{2,3}[ -]?|[(（]0\d{2,3}[)）][ -]?)\d{7,8}(?!\d)")
_FOREIGN = re.compile(r"\+\d{1,3}[ -]?\d(?:[ -]?\d){6,12}(?!\d)")
# A local number has no shape of its own: the word before it says what it is. 110 and 96110 are shorter, and stay.
_AFTER_WORD = re.compile(r"(?i:电话|電話|手机|手機|联系方式|聯繫方式|热线|熱線|tel|phone)[^\d\n。]{0,8}(\d{7,8})(?!\d)")

# What a terminal takes for a command, with its parameters: without ESC they would stay behind as litter.
_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")


def mask(text: str) -> str:
    """The text with identity, card, passport and telephone numbers starred, character for character.

    `352502199001010123` becomes `352***********0123`; separators inside a number stay where they are.
    """
    for pattern, head, tail in (
        (_LONG_NUMBER, 3, 4),
        (_MOBILE, 3, 4),
        (_FOREIGN, 3, 2),
        (_LANDLINE, 4, 2),
        (_LETTERED, 1, 2),
    ):
        text = pattern.sub(_star(head, tail), text)
    return _AFTER_WORD.sub(_star_group(2, 2), text)


def clean(text: str) -> str:
    """The text for people: control characters become spaces; bidi, zero-width and other format characters go."""
    return "".join(_shown(char) for char in _ANSI.sub("", text))


def clean_in_place(text: str) -> str:
    """The text for programs, as long as it was: what would steer a terminal becomes U+FFFD, line breaks stay."""
    return "".join(char if char in "\n\t\u200b" or not _steers(char) else "\ufffd" for char in text)


def shown(text: str) -> str:
    """Masked and clean on one line: what may stand in a digest, a list or a message."""
    return " ".join(clean(mask(text)).split())


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
    return lambda match: match[0][: match.start(1) - match.start()] + _starred(match[1], head, tail)


def _starred(number: str, head: int, tail: int) -> str:
    """`number` with its letters and digits starred but for the first `head` and the last `tail` of them."""
    places = [index for index, char in enumerate(number) if char.isalnum()]
    hidden = set(places[head : len(places) - tail])
    return "".join("*" if index in hidden else char for index, char in enumerate(number))
