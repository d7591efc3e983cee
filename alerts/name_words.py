"""The words of data/names.yaml as patterns: what a Chinese name may be, and what may stand around one."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from alerts.entities import is_listed
from alerts.fold import HAN
from alerts.packaged import table_at, text_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

GAP: Final = "[ \u00a0]{0,3}"
SPACES: Final = re.compile("[ \u00a0]+")
COUNT: Final = r"[\d一二三四五六七八九十百两俩余多]"
# Between a word and the name it tells of: a quotation mark, 名叫, 代表; a colon, a bracket.
CALLED: Final = (
    r"(?:\s{0,2}(?:代表|名叫|叫做|叫|名为|为|是|系|即|姓名)?\s{0,2}[:、,(]?\s{0,2}[\"'<《]?"
    r"(?:[(（]?\d{1,3}[.、)）]\s?)?)"
)


@cache
def data() -> dict[str, Any]:
    loaded: dict[str, Any] = table_at("data/names.yaml")
    return loaded


def words(*keys: str) -> str:
    """The alternatives of some lists, the longest first."""
    return alternatives(word for key in keys for word in data()[key])


def alternatives(found: Iterable[str]) -> str:
    """A pattern of any of these words, the longest first; one look tells of most places that none begins there."""
    longest_first = sorted({*found}, key=lambda word: (-len(word), word))
    first = "".join(sorted({re.escape(word[0]) for word in longest_first}))
    return f"(?=[{first}])(?:{'|'.join(map(re.escape, longest_first))})"


@cache
def private() -> str:
    """What stands before a private person's name; 滞留缅北人员 too, with up to eight characters between."""
    return f"{words('private', 'outspoken')}|(?:{words('private_begins')})[{HAN}]{{0,8}}?人员"


def also() -> str:
    """Who speaks out and what else he is, before his name: 异见人士、前教师林浩然."""
    return rf"{words('outspoken')}、[{HAN}]{{2,6}}?"


@cache
def children() -> str:
    """What stands before a child's name; not 学生 of 留学生 and 大学生, who are grown up."""
    return f"(?:{words('minor')})(?<![留大]学生)(?<!大学学生)"


@cache
def surnames() -> frozenset[str]:
    """The surnames of one character, simplified."""
    return frozenset("".join(data()["surnames"].split()))


@cache
def english_surnames() -> frozenset[str]:
    """The surnames as English writes them, in small letters."""
    return frozenset(data()["english"]["surnames"].lower().split())


@cache
def surname() -> str:
    return f"(?:{_compound()}|[{''.join(sorted(surnames()))}]|{_read_as_words()})"


@cache
def common() -> str:
    """The surnames that are not words as well."""
    return f"(?:{_compound()}|[{''.join(data()['common'].split())}])"


def is_compound(name: str) -> bool:
    """Whether its surname has two characters."""
    return name[:2] in data()["compound"]


@cache
def _compound() -> str:
    """One look tells of most places that none begins there."""
    compound = data()["compound"]
    # 第五海涛, but not 第五批.
    bounded = (f"{name}(?={given()}{{2}})" if name in data()["read_as_words"] else name for name in compound)
    return f"(?=[{''.join(sorted({name[0] for name in compound}))}])(?:{'|'.join(bounded)})"


def _read_as_words() -> str:
    """区 and 班 begin a name only where a given name follows, behind whoever is so named (逃犯区志强) or where a clause
    begins: 全区平安, 班主任 and 区文明办 are none."""
    one = "".join(name for name in data()["read_as_words"] if len(name) == 1)
    whole = f"{given()}[{data()['deeds']['given_ends']}]"
    behind = f"(?<=[{data()['forms']['bearers']}])[{one}](?={given()}{{2}})"
    in_row = rf"(?<=、)[{one}](?={whole}(?:[\s、,。;等和]|$))"
    return rf"{behind}|{in_row}|(?<![{HAN}])(?!区)[{one}](?={whole})"


@cache
def given() -> str:
    """A character that given names are made of."""
    return f"[{''.join(sorted(_given_characters()))}]"


# 学生买买提·艾力被劝返: the words around a name with a point hold characters that no such name is written with.
DOTTED: Final = (
    f"(?:(?![族男女学生子民员人者名的与和及等对将把被在于从向由是为有])[{HAN}]){{2,6}}"
    f"·(?:(?![被称说因于在后和与及等的已从曾仍将把对向也则都却返回逃之是为其等人名次来函致]|多次)[{HAN}]){{1,6}}"
)


@cache
def loose() -> str:
    """A name that nothing need bound on the right: its characters are those of names."""
    return f"{DOTTED}|{surname()}(?:(?![{data()['not_given']}])[{HAN}]){{1,2}}"


@cache
def spoken() -> str:
    return f"{common()}(?:(?![{data()['not_given']}])[{HAN}]){{1,2}}"


_STOP: Final = re.compile(r"[\s,。、;:()\"'>》]|等|$")

# What goes on behind a name of two characters that a word before says to be one: 逃犯常青被, 何平的母亲.
_BEHIND_SHORT: Final = re.compile(r"[被的已于在说和与及从也就因曾正仍还至到向将把对称哭拒未没不]")


def shorter(text: str, name: str, end: int) -> str:
    """The two characters that a name of three may be instead (黄丽 of 黄丽接 in 黄丽接到); empty where it may not."""
    is_short = len(name) == 3 and _is_given(name[1]) and not is_compound(name)
    return name[:2] if is_short and (name[2] in data()["forms"]["goes_on"] or joins(text, end)) else ""


def stands_whole(text: str, name: str, end: int) -> bool:
    """Whether three characters end as given names do and nothing of a word follows: 黄金贵从老挝回国."""
    return _is_given(name[-1]) and bool(_STOP.match(text, end) or _BEHIND_SHORT.match(text, end))


def _is_given(char: str) -> bool:
    return char in _given_characters()


@cache
def _given_characters() -> frozenset[str]:
    return frozenset("".join(data()["forms"]["given"].split()))


def ends(text: str, name: str, end: int, *, is_called: bool = False) -> bool:
    """Whether a loose name that ends there is a whole one; `is_called`: a word right before it says that it is a name,
    so that of three characters it is one unless they are a word."""
    if len(name) == 3 and _begins_word(name) and joins(text, end):
        return False  # 高峰论 in 高峰论坛, 粟米丰 in 粟米丰收
    if name[0] in data()["common"] or "·" in name or _STOP.match(text, end):
        return True
    if is_called and len(name) == 2 and _BEHIND_SHORT.match(text, end):
        return _is_given(name[1]) and not _begins_word(name) and name[1] not in _said().get(name[0], "")
    return _looks_given(name) or (is_called and len(name) == 3 and not is_word(name))


def _looks_given(name: str) -> bool:
    return len(name) == 3 and name[2] in data()["deeds"]["given_ends"]


def is_word(name: str) -> bool:
    """Whether a name of Chinese characters is a word, or begins with one and does not end as given names do.

    金融业 is one, 王国强 is not.
    """
    if is_compound(name):
        return False
    if name[0] in data()["deeds"]["grammar"]:
        return not _looks_given(name)
    longer = _words().get(name[0], [""])[1:]
    return name[1:] in longer or (_begins_word(name) and not _looks_given(name))


def _begins_word(name: str) -> bool:
    return name[1] in _words().get(name[0], [""])[0]


@cache
def _words() -> dict[str, list[str]]:
    """What follows a surname's character: in words of two characters, together, and in each of three."""
    return {first: rest.split() for first, rest in _by_first("surname_words.txt")}


def is_word_too(name: str) -> bool:
    """Whether a name of two characters is also said of what is no person: 高峰, 平安."""
    return len(name) == 2 and (name in data()["words_too"] or _begins_word(name))


def is_said(given: str) -> bool:
    """Whether a given name of two characters is a place or a word that is said without its bearer: 平阳, 国庆."""
    return given[1] in _said().get(given[0], "") or is_word(given)


def joins(text: str, at: int) -> bool:
    """Whether the last character before a place makes a word with the next: 王伟明 in 王伟明确表示, 前景光明."""
    return 0 < at < len(text) and text[at] in _said().get(text[at - 1], "")


@cache
def _said() -> dict[str, str]:
    return dict(_by_first("given_words.txt"))


def _by_first(file: str) -> Iterator[tuple[str, str]]:
    """The lines of a list of words: their first character, and what stands behind it."""
    for line in text_at(f"data/{file}").splitlines():
        if not line.startswith("#"):
            yield line[0], line[2:]


def bare(name: str) -> str:
    """The name without what a list pads it by."""
    return SPACES.sub("", name)


def could_be(name: str, *, is_whole: bool = False) -> bool:
    """Whether it is no place, organ or word, and not one that the page hid itself (林某某).

    Of a whole one, with nothing of a sentence beside it, three characters are a name though two are a word: 王国强.
    """
    plain = bare(name)
    if "·" in plain:
        return not is_listed(plain)
    is_long = is_whole and len(plain) == 3 and plain[0] in data()["common"]
    return not (
        _reads_as_words(plain)
        or (not is_whole and plain[:2] in data()["words_too"] and len(plain) == 3 and not _is_given(plain[2]))  # 高峰期
        or (plain[:2] in _not_names() and not is_long)
        or plain[1:] in data()["courtesies"]
        or plain[1:] in ("家大", "家小")  # 赵家大儿子 is of a family
        or plain[-1] in data()["place_ends"]
        or any(char in "某×*＊某甲乙丙丁" for char in plain[1:])
        or is_listed(plain)
    )


def _reads_as_words(name: str) -> bool:
    """Whether two characters of a name whose surname hardly ever is one are a word: 伊春生, 第五元素."""
    if name[:2] in data()["read_as_words"]:
        return is_said(name[2:]) and name[-1] not in data()["deeds"]["given_ends"]
    return name[0] in data()["read_as_words"] and name[1] in _said().get(name[0], "")


@cache
def _not_names() -> frozenset[str]:
    return frozenset(word[:2] for word in data()["not_names"])


@cache
def _around() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    return (
        re.compile(rf"(?<!原)(?<!原副)(?:{words('official')}){GAP}$"),
        re.compile(words("official_behind")),
        re.compile(rf"(?:{private()}|{children()}|{also()}){CALLED}$"),
    )


def is_called_private(text: str, start: int) -> bool:
    """Whether the word before a name says that a private person or a child bears it."""
    return bool(_around()[2].search(text[max(0, start - 20) : start]))


def is_public(text: str, start: int, end: int) -> bool:
    """Whether a title before or directly behind a name is its own: whom a word calls private or a child has none."""
    before, behind, _ = _around()
    has_title = before.search(text[max(0, start - 8) : start]) or behind.match(text, end)
    return bool(has_title) and not is_called_private(text, start)
