"""What is shown of a page's characters: persons masked, and nothing that steers a terminal or a reader.

Masking keeps the length, so offsets into the stored text stay true for the masked copy (evidence.md, section 10).
"""

from __future__ import annotations

import unicodedata
from typing import Final

from alerts.contacts import star_contacts, starred
from alerts.name_words import is_compound
from alerts.people import People, people, spans
from alerts.people_en import kept_of
from alerts.plain import ANSI, plain

# So far on either side of what is shown may stand the word that says what a number is.
_AROUND: Final = 200


def mask(text: str, known: People) -> str:
    """The text with what points at a private person starred, character for character.

    Identity, card, passport, telephone and plate numbers, accounts, home addresses, and the names of private persons:
    those the text itself tells for such and those in `known`. `352502199001010123` becomes `352***********0123`, 林志远
    `林**`; a minor's surname is starred too. Separators inside a number stay where they are. Characters that a reader
    does not see hide nothing: what they part is one number still.
    """
    seen = plain(text)
    return seen.starred(_star_names(star_contacts(seen.text), known | people(text, known.public)))


def mask_part(text: str, begin: int, end: int, known: People) -> str:
    """`mask(text)[begin:end]` without reading the rest: a page may be very long, and what is shown of it is not."""
    first = max(0, begin - _AROUND)
    return mask(text[first : end + _AROUND], known)[begin - first : end - first]


def _star_names(text: str, known: People) -> str:
    pieces, at = [], 0
    for start, end, is_minor in spans(text, known):
        if start < at:
            continue
        name = text[start:end]
        head, tail = (0, 0) if is_minor else _kept(name)
        pieces += [text[at:start], starred(name, head, tail)]
        at = end
    return "".join([*pieces, text[at:]]) if pieces else text


def _kept(name: str) -> tuple[int, int]:
    """How much of an adult's name stays, in front and behind: the surname."""
    if name.isascii():
        return kept_of(name)
    return (2 if len(name) > 3 and is_compound(name) else 1), 0


def clean(text: str) -> str:
    """The text for people: control characters become spaces; bidi, zero-width and other format characters go."""
    return "".join(_shown(char) for char in ANSI.sub("", text))


def clean_in_place(text: str) -> str:
    """The text for programs, as long as it was: what would steer a terminal becomes U+FFFD, line breaks stay."""
    return "".join(char if char in "\n\t\u200b" or not _steers(char) else "\ufffd" for char in text)


def shown(text: str, known: People) -> str:
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
