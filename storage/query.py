"""The language of `search`: words, "phrases", AND, OR, NOT, brackets; and what of a folded text a query holds.

The index answers with candidates; whether a text really holds the query, and where, is decided here on the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from storage.errors import ConfigError


class Folded(Protocol):
    """A folded text and its way back (alerts.fold; storage knows only its shape)."""

    @property
    def text(self) -> str: ...
    def span(self, start: int, end: int) -> tuple[int, int]: ...


Fold = Callable[[str], Folded]

# Scripts written without spaces: Han, kana, Hangul, bopomofo.
_UNSPACED = (
    "\u3005-\u3007\u3040-\u30ff\u3100-\u312f\u31a0-\u31bf\u31f0-\u31ff"
    "\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U000323af"
)
RUNS = re.compile(f"[{_UNSPACED}]+|[^\\W_{_UNSPACED}]+")
_IS_UNSPACED = re.compile(f"[{_UNSPACED}]")
_OPERATORS = ("AND", "OR", "NOT")
# A phrase is folded as it would be in the midst of a text, where quotation marks around a word are folded away.
_AROUND = "一"
_LEXEMES = re.compile(r"""["“”]([^"“”]*)(["“”]?)|([()（）])|([^\s()（）"“”]+)""")


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase, folded. `is_stem` where it ended in `*`."""

    text: str
    is_stem: bool = False


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Some:
    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Without:
    part: Query


Query = Term | All | Some | Without


def parse(text: str, fold: Fold) -> Query:
    """Read a query. Raises ConfigError with the place of the mistake and what to write instead."""
    reader = _Reader(text, fold)
    query = reader.some()
    if reader.word is not None:
        raise reader.wrong(f"{reader.word!r} closes nothing; remove it, or open a bracket before it")
    if not is_findable(query):
        raise ConfigError("search: NOT alone finds nothing; add a word that the text must hold, e.g. 劝返 NOT 疫情")
    return query


def small_operators(text: str) -> list[str]:
    """The words of a query that would be operators in upper case, as written; those in quotation marks are meant so."""
    words = (lexeme[4] for lexeme in _LEXEMES.finditer(text) if lexeme[4])
    return [word for word in words if word.upper() in _OPERATORS and word not in _OPERATORS]


def is_findable(query: Query) -> bool:
    """Is there a word that every text sought must hold?"""
    match query:
        case Term():
            return True
        case All(parts):
            return any(is_findable(part) for part in parts)
        case Some(parts):
            return all(is_findable(part) for part in parts)
        case Without():
            return False


class _Reader:
    """Recursive descent: OR binds loosest, then AND (which may be left out), then NOT."""

    def __init__(self, text: str, fold: Fold) -> None:
        self._fold = fold
        self._lexemes = list(_LEXEMES.finditer(text))
        self._at = 0
        for lexeme in self._lexemes:
            if lexeme[1] is not None and not lexeme[2]:
                raise ConfigError(
                    f"search: the quotation mark at character {lexeme.start() + 1} is never closed; add one"
                )

    @property
    def word(self) -> str | None:
        """The bracket or operator that comes next, or the word as written; None at the end."""
        if self._at >= len(self._lexemes):
            return None
        lexeme = self._lexemes[self._at]
        return (lexeme[3] or lexeme[4] or lexeme[0]).translate({0xFF08: "(", 0xFF09: ")"})

    def wrong(self, what: str) -> ConfigError:
        at = self._lexemes[self._at].start() + 1 if self._at < len(self._lexemes) else None
        return ConfigError(f"search: character {at}: {what}" if at else f"search: at the end: {what}")

    def some(self) -> Query:
        parts = [self._all()]
        while self.word == "OR":
            self._at += 1
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else Some(tuple(parts))

    def _all(self) -> Query:
        parts = [self._without()]
        while self.word not in (None, "OR", ")"):
            if self.word == "AND":
                self._at += 1
            parts.append(self._without())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _without(self) -> Query:
        if self.word == "NOT":
            self._at += 1
            return Without(self._without())
        return self._primary()

    def _primary(self) -> Query:
        word = self.word
        if word is None or word in ("AND", "OR", ")"):
            raise self.wrong("a word, a phrase in quotation marks or an opening bracket must stand here")
        if word == "(":
            self._at += 1
            inner = self.some()
            if self.word != ")":
                raise self.wrong("a bracket is not closed; add )")
            self._at += 1
            return inner
        lexeme = self._lexemes[self._at]
        term = self._term(lexeme[1] if lexeme[1] is not None else lexeme[4])
        self._at += 1
        return term

    def _term(self, written: str) -> Term:
        folded = self._fold(f"{_AROUND}{written.strip('*＊')}{_AROUND}").text[1:-1].strip()
        if not RUNS.search(folded):
            raise self.wrong(f"{written!r} holds no letter or digit to look for; write a word")
        return Term(folded, is_stem=written.endswith(("*", "＊")))


def tokens(folded: str) -> Iterator[str]:
    """What a folded text is indexed under: pairs of neighbours, each run's last character alone, and Latin words.

    With the last character alone every character begins a token, so that one character is found by its prefix.
    """
    for run in RUNS.findall(folded):
        if _IS_UNSPACED.match(run):
            yield from (run[at : at + 2] for at in range(len(run) - 1))
            yield run[-1]
        else:
            yield run[:64]


def spans(query: Query, folded: str) -> list[tuple[int, int]] | None:
    """Where a folded text holds the query's words, in order; None where it does not satisfy the query."""
    match query:
        case Term():
            return list(_find(query, folded)) or None
        case Without(part):
            return None if spans(part, folded) is not None else []
        case All(parts):
            found = [spans(part, folded) for part in parts]
            if any(one is None for one in found):
                return None
            return sorted(span for one in found for span in one or [])
        case Some(parts):
            held = [one for one in (spans(part, folded) for part in parts) if one is not None]
            return sorted(span for one in held for span in one) if held else None


def _find(term: Term, folded: str) -> Iterator[tuple[int, int]]:
    at = folded.find(term.text)
    while at >= 0:
        end = at + len(term.text)
        # A Latin word or a number is found whole: 37 is not in 137, port not in report.
        if not (_joined(folded, at) or (_joined(folded, end) and not term.is_stem)):
            yield at, end
        at = folded.find(term.text, at + 1)


def _joined(text: str, place: int) -> bool:
    """Would a cut here go through a word that is written with spaces around it?"""
    return 0 < place < len(text) and _spaced(text[place - 1]) and _spaced(text[place])


def _spaced(char: str) -> bool:
    return char.isalnum() and not _IS_UNSPACED.match(char)
