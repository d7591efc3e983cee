"""Private persons in English text: `suspect LIN Zhiyuan`, `Lin Xiaohong, a pupil`, `his daughter Xiaohong, 8`. Pure."""

from __future__ import annotations

import re
from functools import cache
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from alerts.name_words import children, data, english_surnames, private

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORD: Final = r"[A-Z][A-Za-z]{1,15}(?:[-'](?!s\b)[A-Za-z]{1,13})?"
_NAME: Final = rf"({_WORD}(?: {_WORD}){{1,2}})"
_HONORIFIC: Final = r"(?:(?:Mr|Mrs|Ms|Miss|Mister|Madam)\.? )?"
_CALLED: Final = rf"(?:,? (?:named|called|identified (?:only )?as|surnamed|known as|namely))?[,:]? [\"'(]?{_HONORIFIC}"
_NEXT: Final = re.compile(rf"(?:,| and|, and|;| &) {_HONORIFIC}{_NAME}")
_CAPITAL: Final = re.compile(r"[A-Za-z.][,:]? [\"'(]?[A-Z][A-Za-z]")
_YOUNG: Final = r"(?:[1-9]|1[0-7])"
# A given name in pinyin: one to three syllables.
_SYLLABLE: Final = (
    r"(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?"
    r"(?:iang|iong|uang|ang|eng|ong|iao|ian|ing|uai|uan|ai|ei|ao|ou|an|en|er|ia|ie|iu|in|ua|uo|ui|un|ue|ve|[aeiouv])"
)
_PINYIN: Final = re.compile(rf"(?:{_SYLLABLE}[-']?){{1,3}}", re.IGNORECASE)
# Between a name and what its bearer did: an age, a bracket, the others of the row, who, was.
_AND_OTHERS: Final = rf"(?:(?:,| and|, and) {_WORD} {_WORD}){{0,4}}"
_AUXILIARY: Final = (
    r"(?: (?:who|was|were|is|are|has|had|have|been|later|then|finally|also|voluntarily|be|to|will|must)){0,4}"
)


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], bool], ...]:
    lists = data()["english"]
    persons = rf"(?! (?:{'|'.join(lists['not_persons'])})\b)"
    made: list[tuple[str, bool]] = []
    for who, is_minor in ((_young(), True), (_grown(), False)):
        made += [
            (rf"\b{who}\b{_CALLED}{_NAME}", is_minor),
            # Lin Xiaohong, a 9-year-old pupil
            (rf"\b{_NAME},? \(?(?:an?|the|their|his|her) (?:(?!of )[\w-]{{1,20}} ){{0,2}}{who}\b{persons}", is_minor),
        ]
    # 逃犯 Wang Jun-hui
    for said, is_minor in ((private(), False), (children(), True)):
        made.append((rf"(?:{said})[ :(]{{0,2}}{_NAME}", is_minor))
    kin = "|".join((*lists["minor"], *lists["private"]))
    return tuple(
        (re.compile(pattern), is_minor)
        for pattern, is_minor in (
            *made,
            # A child of a family is often told by the given name alone.
            (
                rf"\b(?:[Hh]is|[Hh]er|[Tt]heir|'s) (?:[\w-]{{1,20}} ){{0,2}}(?:{'|'.join(lists['minor'])})"
                rf"{_CALLED}({_WORD})\b(?! [A-Z])",
                True,
            ),
            (rf"\b{_NAME}(?:,? aged |, | \((?:aged )?){_YOUNG}(?:[),.;]|$| years)", True),
            (rf"\b{_NAME}(?:,? aged |, | \((?:aged )?)[1-9]\d[),]", False),
            (rf"\b{_NAME},? \(?an? {_YOUNG}-year-old", True),
            (rf"\b{_NAME},? \(?an? [1-9]\d-year-old", False),
            (rf"\b{_NAME},? \(?(?:ID|identity|passport|born|male|female)\b", False),
            (rf"\b{_NAME}'s (?:[\w-]{{1,20}} )?(?:{kin})\b", False),
            (rf"\b(?:identified (?:only )?as|named) {_HONORIFIC}{_NAME}", False),
            (rf"\b(?i:{kin}) of {_HONORIFIC}{_NAME}", False),
            # daughter Lili, 12
            (rf"\b(?i:{'|'.join(lists['minor'])})\b{_CALLED}({_WORD})(?:,? aged |, | \((?:aged )?){_YOUNG}\b", True),
        )
    )


_AT_UNIVERSITY: Final = r" (?:at|from|of|in) [^,.;\n]{0,40}\b(?:University|College|Institute)"


def _young() -> str:
    """What a child is called; a student of a university is none."""
    lists = data()["english"]
    grown = "".join(f"(?<!{one} )" for one in lists["grown"])
    words = (f"{grown}{one}(?!{_AT_UNIVERSITY})" if one.startswith("student") else one for one in lists["minor"])
    return f"(?i:{'|'.join(words)})"


def _grown() -> str:
    """What a private person is called."""
    lists = data()["english"]
    students = (f"(?:{'|'.join(lists['grown'])}) students?", f"students?(?={_AT_UNIVERSITY})")
    return f"(?:(?i:{'|'.join((*lists['private'], *students))})|{'|'.join(lists['speaking_out'])})"


@cache
def _roles() -> frozenset[str]:
    """What begins no name though it has a capital: Daughter Lili."""
    return frozenset((*data()["english"]["minor"], *data()["english"]["private"]))


@cache
def _official() -> re.Pattern[str]:
    return re.compile(rf"\b(?i:{'|'.join(data()['english']['official'])}),? $")


@cache
def _deeds() -> tuple[re.Pattern[str], ...]:
    lists = data()["english"]
    official = "|".join(lists["official"])
    # A former director is nobody in office, the driver of a mayor none, and who heads a gang hides behind no title.
    beside = r"(?:(?!(?:former|ex|by|of|to|then)\b|ex-|[a-z]+ed\b)[a-z-]+ ){0,3}"
    head = r"head of (?!(?:an? |the )?(?:[a-z-]+ ){0,4}(?:gang|ring|syndicate|group|den|network|compound|family|mob)\b)"
    aside = r"(?:,? \([^()\n]{0,40}\)|, [^,.;\n]{1,30},|,)?"
    return (
        re.compile(rf"\b{_NAME}(?={_AND_OTHERS}{aside}{_AUXILIARY} (?:{'|'.join(lists['deeds'])})\b)"),
        re.compile(rf"\b(?i:{'|'.join(lists['sought'])})[:,]? [\"'(]?{_HONORIFIC}{_NAME}"),
        # Police chief Zhou Jianping; Zhou Jianping, head of the station; a spokesperson for the bureau, Lu Wenhai, said
        re.compile(
            rf"\b(?i:{official}),? {_HONORIFIC}({_WORD} {_WORD})"
            rf"|\b({_WORD} {_WORD}), (?:an? |the )?{beside}(?:(?:{official})\b|{head})"
            rf"|\b(?:(?:{official}) (?:for|of|at) |{head})[^,.;\n]{{1,40}}, {_HONORIFIC}({_WORD} {_WORD})"
            r"(?=,? (?:said|says|told|added))"
        ),
        # By its form alone: a Chinese surname, a given name in pinyin; not whose text it is.
        re.compile(rf"(?<![Bb]y )\b{_NAME}\b"),
    )


def english(text: str) -> Iterator[tuple[str, bool]]:
    """The private persons a plain text names in English, each with whether it is a minor."""
    if not _CAPITAL.search(text):
        return  # no word in front of one with a capital: a Chinese page, as most are
    for pattern, is_minor in _patterns():
        yield from ((name, is_minor) for name in _found(text, pattern))
    by_deed, sought, titled, bare = _deeds()
    found = [name for pattern in (by_deed, sought, bare) for name in _found(text, pattern)]
    found = [one for name in found if (one := name if _is_chinese(name) else _after_role(name))]
    if found:
        public = {name for match in titled.finditer(text) for name in match.groups() if name}.union(
            data()["english"]["famous"]
        )
        yield from ((name, False) for name in found if name not in public)


def _found(text: str, pattern: re.Pattern[str]) -> Iterator[str]:
    """The names in a pattern's places, and those in a row behind them; not where a title stands before one."""
    walked = 0
    for match in pattern.finditer(text):
        if match.start() < walked or _official().search(text[max(0, match.start(1) - 24) : match.start(1)]):
            continue
        name = _trimmed(match[1])
        if not name or _official().match(f"{name.split()[0]} ") or name.split()[0].lower() in _roles():
            continue
        yield name
        walked = match.end(1)
        if match.end(1) - match.start(1) == len(name):
            for further, end in _further(text, walked):
                yield further
                walked = end


def _after_role(name: str) -> str:
    """Lin Haoran of Dissident Lin Haoran: of three words with capitals the last two are a name, and the first is no
    title, no surname and no By."""
    first, _, rest = name.partition(" ")
    is_other = first == "By" or first.lower() in english_surnames() or _official().match(f"{first} ")
    return rest if rest.count(" ") == 1 and not is_other and _is_chinese(rest) and _trimmed(rest) == rest else ""


def _is_chinese(name: str) -> bool:
    """Whether it is a Chinese surname with a given name in pinyin: of no other does a deed alone tell."""
    first, *rest = name.split()
    return first.lower() in english_surnames() and bool(rest) and all(map(_PINYIN.fullmatch, rest))


def _further(text: str, at: int) -> Iterator[tuple[str, int]]:
    """The names of a row after its first; each must have a Chinese surname, as nothing else tells it for a name."""
    more = _NEXT.match(text, at)
    while more:
        name = _trimmed(more[1])
        if not name or not english_surnames().intersection(name.lower().split()):
            return
        yield name, more.start(1) + len(name)
        more = _NEXT.match(text, more.start(1) + len(name))


def _trimmed(said: str) -> str | None:
    """The words of a name up to one that is none; None where too few are left. A family's given name is one word."""
    kept: list[str] = []
    others = data()["english"]["not_names"]
    for word, following in zip_longest(said.split(), said.split()[1:], fillvalue=""):
        # Hong Shaohua, not Hong Kong.
        is_surname = not kept and following.title() not in others and _is_chinese(f"{word} {following}")
        if word.title() in others and not is_surname:
            break
        # Zheng Haitao Surrenders: a headline's next word.
        if len(kept) == 2 and _is_chinese(" ".join(kept)) and not _PINYIN.fullmatch(word):
            break
        kept.append(word)
    return " ".join(kept) if len(kept) >= min(2, len(said.split())) and kept else None


def kept_of(name: str) -> tuple[int, int]:
    """How many letters of an adult's English name stay, in front and behind: the surname's, wherever it stands."""
    parts = name.split()
    letters = [sum(char.isalnum() for char in part) for part in parts]
    is_last = len(parts) > 1 and parts[-1].lower() in english_surnames() and parts[0].lower() not in english_surnames()
    return (0, letters[-1]) if is_last else (letters[0] if len(parts) > 1 else 0, 0)


def given_of(name: str) -> str | None:
    """What of an English name stands alone for its bearer: Dehai of Wang Dehai; None where it may be a surname too."""
    parts = name.split()
    known = [part for part in parts if part.lower() not in english_surnames()]
    return known[0] if len(parts) == 2 and len(known) == 1 and len(known[0]) > 2 else None
