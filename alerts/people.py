"""Where a text names private persons: not by knowing names, but by what stands around one. Data: data/names.yaml.

Who is accused in a notice is presumed innocent, and who is named as a relative is no party to it (evidence.md, section
10): their names are starred in what is sent or listed. Who acts in public, by title, is not. A page's own `林某某`
stays.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import yaml

from alerts.entities import is_listed
from alerts.plain import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from storage.findings import Alert

Span = tuple[int, int]

_MOST_NAMES: Final = 500  # of one text; a longer list is a table of people, and its numbers are starred anyway
_GAP: Final = "[ \u3000\u00a0]{0,3}"
_HAN: Final = "\u4e00-\u9fff"
_STOP: Final = re.compile(r"[\s，,。、；;：:（(）)]|等|$")


@dataclass(frozen=True, slots=True)
class People:
    """The private persons a text names, in simplified characters or as English writes them."""

    names: frozenset[str] = frozenset()
    minors: frozenset[str] = frozenset()

    def __or__(self, other: People) -> People:
        return People(self.names | other.names, self.minors | other.minors)


NOBODY: Final = People()


@lru_cache(maxsize=16)
def people(text: str) -> People:
    """The private persons that a text names in a way that tells them for such."""
    seen = plain(text).text
    names: set[str] = set()
    minors: set[str] = set()
    for name, is_minor in (*_chinese(seen), *_english(seen)):
        if len(names) >= _MOST_NAMES:
            break
        names.add(name)
        if is_minor:
            minors.add(name)
    return People(frozenset(names), frozenset(minors))


def named_by(alert: Alert) -> People:
    """The private persons of an alert: those found in its text when it was made, and those its own words name."""
    kept = People(
        frozenset(name for name, _ in alert.persons), frozenset(name for name, is_minor in alert.persons if is_minor)
    )
    return kept | people(f"{alert.title}\n{alert.quote}")


def spans(text: str, known: People) -> list[tuple[int, int, bool]]:
    """Where `known` persons stand in a plain text, and whether they are minors; not where a title makes one public."""
    if not known.names:
        return []
    found = []
    for match in _any_of(known.names).finditer(text):
        name = _SPACES.sub("", match[0]) if not match[0].isascii() else match[0]
        if not _is_public(text, match.span()):
            found.append((*match.span(), name in known.minors))
    return found


_SPACES: Final = re.compile("[ \u3000\u00a0]+")


@lru_cache(maxsize=64)
def _any_of(names: frozenset[str]) -> re.Pattern[str]:
    ordered = sorted(names, key=lambda name: (-len(name), name))
    return re.compile("|".join(_as_written(name) for name in ordered))


def _as_written(name: str) -> str:
    if name.isascii():
        return rf"\b{re.escape(name)}\b"
    # Lists pad a name of two characters to the width of three: 王　强.
    return _GAP.join(map(re.escape, name)) if len(name) == 2 else re.escape(name)


# --- Chinese ---------------------------------------------------------------------------------------


@cache
def _data() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((files("alerts") / "data" / "names.yaml").read_text(encoding="utf-8"))
    return loaded


def _words(key: str) -> str:
    return "|".join(sorted(map(re.escape, _data()[key]), key=lambda word: (-len(word), word)))


@dataclass(frozen=True, slots=True)
class _Patterns:
    bounded: tuple[tuple[re.Pattern[str], bool], ...]
    loose: tuple[tuple[re.Pattern[str], bool], ...]
    listed: re.Pattern[str]
    after_list: re.Pattern[str]
    before_list: re.Pattern[str]
    official_before: re.Pattern[str]
    official_after: re.Pattern[str]
    english: tuple[tuple[re.Pattern[str], bool], ...]


@cache
def surnames() -> frozenset[str]:
    """The surnames of one character, simplified."""
    return frozenset("".join(_data()["surnames"].split()))


@cache
def _patterns() -> _Patterns:
    compound = "|".join(_data()["compound"])
    surname = f"(?:{compound}|[{''.join(sorted(surnames()))}])"
    given = f"[{_HAN}]"
    # 林志远, 欧阳某, padded 王　强, and names with a point: 买买提·艾力.
    name = f"({surname}(?:{_GAP}{given}|{given}{{2}})|[{_HAN}]{{2,6}}·[{_HAN}]{{2,6}})"
    either = f"({surname}(?:{_GAP}{given}|{given}{{2}}))"
    listed = f"({surname}(?:{given}(?![等和与及]){given}|{_GAP}{given})|[{_HAN}]{{2,6}}·[{_HAN}]{{2,6}})"
    loose = f"({surname}(?:(?![{_data()['not_given']}]){given}){{1,2}}|[{_HAN}]{{2,6}}·[{_HAN}]{{2,6}})"
    minor, private = _words("minor"), _words("private")
    start = r"(?:(?<=[\s，,、。；;：:（(】》.．\d|])|^)"
    gap = r"[\s，,、:：（(|]{0,4}"
    called = r"(?:\s{0,2}(?:名叫|叫做|叫|名为|为|是|:|：|、|,|，|\()?\s{0,2})"
    details = (
        r"(?:(?<=[\s，,、:：（(|])[男女](?=[\s，,、。；;）)|性\d]|$)|性别|身份证|公民身份|证件号|护照号|现年|绰号|化名"
        r"|(?:19|20)\d\d年[^。\n]{0,6}生|\d{2}(?:周)?岁|\d{15,18}|\d{17}[xX]|\d{3}\*{4,})"
    )
    looser = r"(?:护照|户籍地?[:：]|出生|生于|汉族|网名|(?:微信|电话|手机)(?:号码?)?[:：\s]{0,2}[\d*])"
    common = f"(?:{compound}|[{''.join(_data()['common'].split())}])"
    spoken = f"({common}(?:(?![{_data()['not_given']}]){given}){{1,2}})"
    child = rf"(?:小学|中学|初中|年级|幼儿园|学校)[^。；;\n\d]{{0,12}}?(?:{minor})?"
    return _Patterns(
        bounded=(
            (re.compile(rf"{either}(?={gap}(?:男|女)?{gap}(?:[1-9]|1[0-7])(?:周岁|岁))"), True),
            (re.compile(rf"{either}(?={gap}{details})"), False),
            (re.compile(rf"{start}{name}(?={gap}{details})"), False),
            (re.compile(rf"{start}{name}(?={gap}{looser})"), False),
            # 352502…0123　林志远
            (re.compile(rf"(?:\d{{17}}[\dxX]|\d{{15}}|\d{{3}}\*{{4,}}[\dxX]{{3,4}}){gap}{name}(?![{_HAN}])"), False),
            (re.compile(rf"(?:{_words('before')}){spoken}(?={_words('after')})"), False),
            (re.compile(rf"(?:{_words('before')}){spoken}(?=\d{{1,4}}名)"), False),
        ),
        loose=(
            (re.compile(rf"(?:{child}){loose}"), True),
            (re.compile(rf"(?:{minor}){called}{loose}"), True),
            (re.compile(rf"(?:{private}){called}{loose}"), False),
        ),
        listed=re.compile(rf"(?:(?<![{_HAN}])|(?<=[将对把获捕返]))(?:{listed}[、,，]\s?){{1,60}}{listed}"),
        after_list=re.compile(
            rf"[（(]?\s{{0,2}}等?\s{{0,2}}[\d一二三四五六七八九十百余多名]{{0,6}}(?:{private}|人(?!民|大|社|力))"
        ),
        before_list=re.compile(rf"(?:{private}|{minor}|名单|如下|下列|以下)[^。；;\n]{{0,8}}$"),
        official_before=re.compile(rf"(?<!原)(?<!原副)(?:{_words('official')}){_GAP}$"),
        official_after=re.compile(rf"{_GAP}(?:{_words('official')})"),
        english=_english_patterns(),
    )


def _chinese(text: str) -> Iterator[tuple[str, bool]]:
    patterns = _patterns()
    for pattern, is_minor in patterns.bounded:
        for match in pattern.finditer(text):
            if _could_be(match[1]) and not _is_public(text, match.span(1)):
                yield _SPACES.sub("", match[1]), is_minor
    for pattern, is_minor in patterns.loose:
        for match in pattern.finditer(text):
            name = match[1]
            if text[match.end(1) : match.end(1) + 1] == "*":
                continue  # starred already
            is_bounded = name[0] in _data()["common"] or _STOP.match(text, match.end())
            if is_bounded and _could_be(name) and not _is_public(text, match.span(1)):
                yield name, is_minor
    yield from _lists(text, patterns)


def _lists(text: str, patterns: _Patterns) -> Iterator[tuple[str, bool]]:
    """张伟、李娜、王芳等37人: names beside each other, and a word before or behind that says whose."""
    for match in patterns.listed.finditer(text):
        if "、" not in match[0] and not re.search(r"[,，]", match[0]):
            continue
        said = patterns.after_list.match(text, match.end()) or patterns.before_list.search(
            text[max(0, match.start() - 24) : match.start()]
        )
        if not said or patterns.official_before.search(text[max(0, match.start() - 8) : match.start()]):
            continue
        for name in re.split(r"[、,，]\s?", match[0]):
            if _could_be(name):
                yield _SPACES.sub("", name), False


def _could_be(name: str) -> bool:
    bare = _SPACES.sub("", name)
    if "·" in bare:
        return not is_listed(bare)
    data = _data()
    return not (
        bare[:2] in _not_names()
        or bare[-1] in data["place_ends"]
        or any(char in "某×*＊某甲乙丙丁" for char in bare[1:])
        or is_listed(bare)
    )


@cache
def _not_names() -> frozenset[str]:
    return frozenset(word[:2] for word in _data()["not_names"])


def _is_public(text: str, span: Span) -> bool:
    """Whether a title stands before or behind a name."""
    start, end = span
    patterns = _patterns()
    return bool(
        patterns.official_before.search(text[max(0, start - 8) : start]) or patterns.official_after.match(text, end)
    )


# --- English ---------------------------------------------------------------------------------------


def _english_patterns() -> tuple[tuple[re.Pattern[str], bool], ...]:
    data = _data()["english"]
    word = r"[A-Z][a-z'’]{1,14}(?:-[A-Za-z][a-z]{1,12})?"
    name = rf"({word}(?: {word}){{1,2}})"
    called = r"(?:,? (?:named|called|identified as|surnamed|known as))?,? "
    out = []
    for key in ("minor", "private"):
        who = "|".join(data[key])
        out.append((re.compile(rf"\b(?i:{who})\b{called}{name}"), key == "minor"))
    out.append((re.compile(rf"\b{name}, (?:aged )?(?:[1-9]|1[0-7]),"), True))
    out.append((re.compile(rf"\b{name}(?:, (?:aged )?| aged | \((?:aged )?)[1-9]\d[),]"), False))
    out.append((re.compile(rf"\b{name},? \(?(?:ID|identity|passport|born|male|female)\b"), False))
    return tuple(out)


def _english(text: str) -> Iterator[tuple[str, bool]]:
    for pattern, is_minor in _patterns().english:
        for match in pattern.finditer(text):
            name = _trimmed(match[1].split())
            if name:
                yield name, is_minor


def _trimmed(words: Iterable[str]) -> str | None:
    """The words of a name up to one that is none."""
    kept: list[str] = []
    for word in words:
        if word in _data()["english"]["not_names"]:
            break
        kept.append(word)
    return " ".join(kept) if len(kept) >= 2 else None
