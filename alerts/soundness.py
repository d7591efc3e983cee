"""What an expression asks for that no text can give: a rule that can never alert is a mistake, and is told as one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.expression import (
    ASIDE,
    And,
    Count,
    Field,
    Gap,
    Near,
    Not,
    Or,
    Quantity,
    Regex,
    Sent,
    SetName,
    Word,
    anchor,
    children,
    walk,
)
from alerts.vocabulary import key_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from alerts.expression import Node
    from alerts.rule import Exclusion
    from alerts.vocabulary import Key

    Sets = Mapping[str, tuple[Word, ...]]


def never_true(node: Node, sets: Sets) -> str | None:
    """Why the expression is true of no text, or has nothing to quote; None where neither is so."""
    misplaced = _misplaced(node)
    if misplaced is not None:
        return misplaced
    for part in walk(node):
        if isinstance(part, And | Not) and _is_contrary(part, sets):
            return "this can never be true: what is wanted is unwanted as well"
        if isinstance(part, Field) and (other := _other_field(part)):
            return f"this can never be true: nothing stands in {part.name} and in {other} at once"
    return None


def never_alerts(match: Node, exclusion: Exclusion, sets: Sets) -> bool:
    """Whether the exclusion's words are the very ones that the rule looks for, so that it holds every hit back."""
    if exclusion.reach == "span" or isinstance(exclusion.reach, int) or str(exclusion.reach).endswith("s"):
        return False  # within a distance a word is no cue of its own
    words = words_of(anchor(match), sets)
    return bool(words) and words <= words_of(exclusion.words, sets, alternatives_only=False)


def words_of(node: Node, sets: Sets, *, alternatives_only: bool = True) -> frozenset[Key]:
    """The words of an expression that is nothing but alternatives; empty for any other."""
    parts = list(walk(node))
    if alternatives_only and not all(isinstance(part, Word | SetName | Or) for part in parts):
        return frozenset()
    alone = {key_of(part) for part in parts if isinstance(part, Word)}
    return frozenset(alone | {key_of(word) for part in parts if isinstance(part, SetName) for word in sets[part.name]})


def _is_contrary(node: Node, sets: Sets) -> bool:
    """Whether words that must stand in a field, or anywhere, may not stand there."""
    unwanted: dict[str | None, set[Key]] = {}
    for field, part in _unwanted(node):
        unwanted.setdefault(field, set()).update(words_of(part, sets))
    for field, part in _wanted(node):
        words = words_of(part, sets)
        # A word that is unwanted as such may stand neither in the title nor in the body.
        nowhere = set() if field in ASIDE else unwanted.get(None, set())
        if words and words <= unwanted.get(field, set()) | nowhere:
            return True
    return False


def _wanted(node: Node, field: str | None = None) -> Iterator[tuple[str | None, Node]]:
    """All parts that must be true for the node to be, each with the field that it must be true of."""
    match node:
        case And(parts) | Gap(parts):
            for part in parts:
                yield from _wanted(part, field)
        case Near(left, right) | Sent(left, right):
            yield from _wanted(left, field)
            yield from _wanted(right, field)
        case Not(inner) | Count(inner):
            yield from _wanted(inner, field)
        case Field(inner, name):
            yield from _wanted(inner, name)
        case _:
            yield field, node


def _unwanted(node: Node) -> Iterator[tuple[str | None, Node]]:
    """All parts of which none may be true for the node to be, each with the field that it may not be true of."""
    match node:
        case And(parts):
            for part in parts:
                yield from _unwanted(part)
        case Not(wanted, unwanted):
            for part in unwanted:
                yield from _alternatives(part)
            yield from _unwanted(wanted)
        case Near(left, right) | Sent(left, right):
            yield from _unwanted(left)
            yield from _unwanted(right)


def _alternatives(node: Node, field: str | None = None) -> Iterator[tuple[str | None, Node]]:
    match node:
        case Or(parts):
            for part in parts:
                yield from _alternatives(part, field)
        case Field(inner, name):
            yield from _alternatives(inner, name)
        case _:
            yield field, node


def _other_field(field: Field) -> str | None:
    inner = [part for part in walk(field.inner) if isinstance(part, Field)]
    return next((part.name for part in inner if part.name != field.name), None)


def _misplaced(node: Node) -> str | None:
    """PUBLISHER and ATTACHMENT are conditions: they have no place in the text that could be near or quoted."""
    if _has_aside(anchor(node)) or (isinstance(first := _first(node), Field) and first.name in ASIDE):
        return (
            "nothing of PUBLISHER(…) or ATTACHMENT(…) can be quoted; "
            "put a word of the text first, as in a AND PUBLISHER(b)"
        )
    for part in walk(node):
        if isinstance(part, Near | Sent | Gap | Count) and any(_has_aside(child) for child in children(part)):
            return "PUBLISHER(…) and ATTACHMENT(…) stand nowhere in the text; join them by AND, OR or NOT"
        if isinstance(part, Gap) and not all(isinstance(child, Word | SetName | Regex | Or) for child in part.parts):
            return "… stands between words, sets, phrases or brackets of these"
        if isinstance(part, Field) and isinstance(part.inner, Quantity) and part.name in ASIDE:
            return f"QUANTITY is read in the text, not in {part.name}"
    return None


def _first(node: Node) -> Node:
    """The part that the anchor is taken from, fields not entered."""
    match node:
        case And(parts):
            return _first(parts[0])
        case Not(wanted):
            return _first(wanted)
        case Near(left) | Sent(left):
            return _first(left)
        case Count(inner):
            return _first(inner)
    return node


def _has_aside(node: Node) -> bool:
    return any(isinstance(part, Field) and part.name in ASIDE for part in walk(node))
