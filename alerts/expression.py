"""What a rule asks of a text, as a tree: read from the analyst's words (docs/rules.md).

Errors name the place in the expression and, where a word looks like a mistyped operator, the operator meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING

from alerts.fold import fold_word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

OPERATORS = (
    "OR", "AND", "PARA", "NOT", "NEAR/n", "BEFORE/n", "SENT",
    "TITLE", "BODY", "PUBLISHER", "ATTACHMENT", "COUNT", "KINDS", "QUANTITY"
)  # fmt: skip
ASIDE = frozenset({"publisher", "attachment"})
"""Fields that are no part of the text: nothing in them can be quoted, so they are conditions only."""


class ExpressionError(Exception):
    """An expression that cannot be read: what is wrong, and the offset in it."""

    def __init__(self, what: str, at: int) -> None:
        super().__init__(what)
        self.at = at


@dataclass(frozen=True, slots=True)
class Word:
    """A word or phrase, folded. `stem`: any ending; `written` as the analyst wrote it."""

    surface: str
    written: str
    stem: bool
    at: int


@dataclass(frozen=True, slots=True)
class SetName:
    name: str
    at: int


@dataclass(frozen=True, slots=True)
class Regex:
    pattern: str
    at: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Parts with a few characters (English: words) and no sentence end between each and the next."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """`wanted`, unless any of `unwanted` stands anywhere in the text."""

    wanted: Node
    unwanted: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Near:
    """`distance` in characters (English: words), or in sentences: 0s is the same one, 1s its neighbour too."""

    left: Node
    right: Node
    distance: int
    ordered: bool
    in_sentences: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """Both in one sentence; `in_paragraph`: in one paragraph, for which the title speaks too."""

    left: Node
    right: Node
    in_paragraph: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """Only in this field: title, body, publisher (its 来源) or attachment (the names of its files; a file's text)."""

    inner: Node
    name: str


@dataclass(frozen=True, slots=True)
class Count:
    """So many places; of `kinds`, so many that read differently."""

    inner: Node
    least: int
    kinds: bool = False


@dataclass(frozen=True, slots=True)
class Quantity:
    least: int
    at: int


Node = Word | SetName | Regex | Gap | Or | And | Not | Near | Sent | Field | Count | Quantity


@lru_cache(maxsize=2048)
def parse(text: str) -> Node:
    """The tree of one expression. Raises ExpressionError."""
    return _Parser(text).expression()


@lru_cache(maxsize=32768)
def parse_word(text: str, at: int = 0) -> Word:
    """A word of a set: as in an expression, but it may hold spaces."""
    stem = text.endswith("*")
    surface = fold_word(text.rstrip("*"))
    if not surface:
        raise ExpressionError(f"{text!r} is empty once folded; write a letter, a character or a digit", at)
    return Word(surface, text, stem, at)


def is_expression(text: str) -> bool:
    """Whether an entry of a list is more than a word: a set, a regular expression, or words with an operator.

    MARKS AND SPENCER is a name: what stands between capitals is no operator.
    """
    return _MORE_THAN_A_WORD.search(text) is not None


def sets_in(text: str) -> tuple[SetName, ...]:
    """The sets that an expression names, whether or not it can be read."""
    return tuple(SetName(said[1:], at) for kind, said, at in _Parser(text).tokens if kind == "set")


def children(node: Node) -> tuple[Node, ...]:
    if isinstance(node, Word):
        return ()  # most nodes are words
    match node:
        case Gap(parts) | Or(parts) | And(parts):
            return parts
        case Not(wanted, unwanted):
            return (wanted, *unwanted)
        case Near(left, right) | Sent(left, right):
            return (left, right)
        case Field(inner) | Count(inner):
            return (inner,)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, each before its own."""
    waiting = [node]
    while waiting:
        here = waiting.pop()
        yield here
        waiting += reversed(children(here))


def anchor(node: Node) -> Node:
    """The part that is quoted and highlighted: the first word, set or alternative of words."""
    match node:
        case And(parts):
            return anchor(parts[0])
        case Not(wanted):
            return anchor(wanted)
        case Near(left) | Sent(left):
            return anchor(left)
        case Field(inner) | Count(inner):
            return anchor(inner)
        case _:
            return node


_DEEPEST = 60
_MORE_THAN_A_WORD = re.compile(
    r"^[@/(\"“]|…|\b(?:TITLE|BODY|PUBLISHER|ATTACHMENT|COUNT|KINDS)\s*\(|\bQUANTITY\s*>"
    r"|(?<![A-Z])\s(?:OR|AND|PARA|NOT|SENT|(?:NEAR|BEFORE)/[0-9]+s?)\s(?![A-Z]{2})"
)

_TOKENS = re.compile(
    r"""\s*(?:(?P<open>\()|(?P<close>\))|(?P<least>>=\s*\d{1,15})|(?P<gap>…)|(?P<set>@[\w.]+)
    |(?P<phrase>["“”][^"“”\n]+["“”])|(?P<regex>/(?:\\.|[^/\\\n])+/)
    |(?P<distance>(?:NEAR|BEFORE)/\d{1,6}s?)(?![^\s(@"“/])
    |(?P<operator>OR|AND|PARA|NOT|SENT)(?![^\s(@"“/])
    |(?P<function>TITLE|BODY|PUBLISHER|ATTACHMENT|COUNT|KINDS|QUANTITY)(?=\s*[(>])
    |(?P<word>[^\s()"“”@…>=]+)|(?P<end>\Z)|(?P<other>\S))""",
    re.VERBOSE,
)


class _Parser:
    """Recursive descent over the tokens; one method a level, loosest first.

    By hand, because a parser generator costs each start of the program a quarter of a second and its errors
    speak of tokens; the analyst's mistakes are few and known.
    """

    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str, int]] = []
        at = 0
        while not self.tokens or self.tokens[-1][0] != "end":
            found = _TOKENS.match(text, at)
            assert found is not None, "the pattern takes any character, and the end"
            kind = found.lastgroup or "end"
            self.tokens.append((kind, found[kind], found.start(kind)))
            at = found.end()
        self.at = 0
        self.depth = 0

    def expression(self) -> Node:
        node = self.alternatives()
        kind, text, at = self.tokens[self.at]
        if kind == "close":
            raise ExpressionError(
                "a closing bracket without its opening one; remove it, or write ( where it begins", at
            )
        if kind != "end":
            raise ExpressionError(_unexpected(kind, text), at)
        return node

    def alternatives(self) -> Node:
        parts = self.joined(self.all_of, "OR")
        return parts[0] if len(parts) == 1 else Or(parts)

    def all_of(self) -> Node:
        parts = self.joined(self.together, "AND")
        return parts[0] if len(parts) == 1 else And(parts)

    def together(self) -> Node:
        first, *others = self.joined(self.unless, "PARA")
        for other in others:
            first = Sent(first, other, in_paragraph=True)
        return first

    def unless(self) -> Node:
        parts = self.joined(self.close_by, "NOT")
        return parts[0] if len(parts) == 1 else Not(parts[0], parts[1:])

    def joined(self, level: Callable[[], Node], operator: str) -> tuple[Node, ...]:
        parts = [level()]
        while self.taken("operator", operator):
            parts.append(level())
        return tuple(parts)

    def close_by(self) -> Node:
        node = self.gap()
        while True:
            kind, text, _ = self.tokens[self.at]
            if kind == "distance":
                self.at += 1
                name, _, distance = text.partition("/")
                node = Near(node, self.gap(), int(distance.rstrip("s")), name == "BEFORE", distance.endswith("s"))
            elif self.taken("operator", "SENT"):
                node = Sent(node, self.gap())
            else:
                return node

    def gap(self) -> Node:
        parts = [self.item()]
        while self.taken("gap"):
            parts.append(self.item())
        return parts[0] if len(parts) == 1 else Gap(tuple(parts))

    def item(self) -> Node:
        kind, text, at = self.tokens[self.at]
        if kind == "function":
            return self.function()
        if kind == "open":
            return self.bracket()
        if kind not in _LEAVES:
            raise ExpressionError(_missing(kind, text), at)
        self.at += 1
        return _LEAVES[kind](text, at)

    def bracket(self) -> Node:
        at = self.tokens[self.at][2]
        if not self.taken("open"):
            raise ExpressionError("a bracket ( must follow here", at)
        self.depth += 1
        if self.depth > _DEEPEST:
            raise ExpressionError(
                f"brackets nested too deep (more than {_DEEPEST}); make two rules of it, or a set of its words", at
            )
        node = self.alternatives()
        self.depth -= 1
        kind, text, here = self.tokens[self.at]
        if kind == "end":
            raise ExpressionError("this bracket is never closed; write ) where it ends", at)
        if not self.taken("close"):
            raise ExpressionError(_unexpected(kind, text), here)
        return node

    def function(self) -> Node:
        _, name, at = self.tokens[self.at]
        self.at += 1
        inner = None if name == "QUANTITY" else self.bracket()
        if name not in {"COUNT", "KINDS"} and inner is not None:
            return Field(inner, name.lower())
        kind, text, here = self.tokens[self.at]
        if kind != "least":
            example = f"{name}>=3" if inner is None else f"{name}(…)>=3"
            raise ExpressionError(f"{name} needs >= and a number, as in {example}", here)
        self.at += 1
        least = int(text[2:])
        if least < 1:
            raise ExpressionError(f"{name}>={least} is always true; write a number from 1", here)
        return Quantity(least, at) if inner is None else Count(inner, least, kinds=name == "KINDS")

    def taken(self, kind: str, text: str | None = None) -> bool:
        """Step over the next token, if it is such a one."""
        found, said, _ = self.tokens[self.at]
        if found != kind or (text is not None and said != text):
            return False
        self.at += 1
        return True


def _word(text: str, at: int) -> Word:
    if text in {"NEAR", "BEFORE", "NEAR/", "BEFORE/"}:
        raise ExpressionError(f"{text} lacks its distance, as in {text.rstrip('/')}/20", at)
    if "/" in text:
        raise ExpressionError(f"{text!r}: a regular expression stands between two /; a word has none", at)
    near = _operator_like(text)
    if near:
        raise ExpressionError(f"unknown operator {text}; did you mean {near}? (if it is a word: put it in quotes)", at)
    return parse_word(text, at)


_LEAVES: dict[str, Callable[[str, int], Node]] = {
    "word": _word,
    "phrase": lambda text, at: parse_word(text[1:-1], at),
    "set": lambda text, at: SetName(text[1:], at),
    "regex": lambda text, at: Regex(text[1:-1], at),
}


def _unexpected(kind: str, text: str) -> str:
    """Why a token cannot stand where an operator or the end was due."""
    near = _operator_like(text) if kind == "word" else None
    if near:
        return f"unknown operator {text}; did you mean {near}?"
    return (
        f"{text!r} is not expected here; put one of OR AND PARA NOT NEAR/n BEFORE/n SENT before it, or quote the phrase"
    )


def _missing(kind: str, text: str) -> str:
    """Why a token cannot stand where a word, set or bracket was due."""
    if kind == "end":
        return (
            "the expression ends too early; write a word, @set, phrase or /regex/ behind its last word, or remove that"
        )
    if kind == "close":
        return "nothing stands before this closing bracket; write a word, @set, phrase or /regex/ there, or remove it"
    if text in {'"', "“", "”"}:
        return 'this quotation mark is never closed; write " where the phrase ends'
    return f"{text!r} is not expected here; a word, @set, phrase, /regex/ or bracket must come first"


def _operator_like(text: str) -> str | None:
    """The operator that capitals mistype, if they do."""
    looks = re.fullmatch(r"([A-Z]{2,})(/\d*s?)?", text)
    near = get_close_matches(looks[1], [o.partition("/")[0] for o in OPERATORS], 1, 0.6) if looks else []
    return next((o for o in OPERATORS if near and o.partition("/")[0] == near[0]), None)
