"""A rule file as YAML nodes that remember where they stand, so that every mistake is told as FILE:LINE:COLUMN."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final, NoReturn, TypeVar

import yaml

from storage.errors import ConfigError, Mistakes, in_one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

try:
    from yaml import CSafeLoader as Loader
except ImportError:  # a PyYAML built without libyaml reads the same, slower
    from yaml import SafeLoader as Loader  # type: ignore[assignment]  # the same class to us


_PLAIN: Final = "tag:yaml.org,2002:"
_HINTS: Final = {
    "id": "write id: and a word of your own",
    "near": "write near: sentence, or a number, 2s, paragraph or text",
    "any": "write any: [WORD, …]",
    "text": "write text: and the words",
}

Found = TypeVar("Found")
Absent = TypeVar("Absent")


class Spot:
    """A YAML node and the file it stands in. Scalars are read as written: `no` and `110` stay words."""

    __slots__ = ("file", "node")

    def __init__(self, file: str, node: yaml.Node) -> None:
        self.file = file
        self.node = node

    @property
    def is_list(self) -> bool:
        return isinstance(self.node, yaml.SequenceNode)

    @property
    def is_mapping(self) -> bool:
        return isinstance(self.node, yaml.MappingNode)

    @property
    def place(self) -> str:
        """FILE:LINE."""
        return f"{self.file}:{self.node.start_mark.line + 1}"

    def refuse(self, what: str, at: int = 0) -> NoReturn:
        """Raise a ConfigError that names the place; `at` is an offset into a scalar's text."""
        mark = self.node.start_mark
        column = mark.column + 1
        if isinstance(self.node, yaml.ScalarNode) and mark.line == self.node.end_mark.line:
            column += at + (1 if self.node.style else 0)
        raise ConfigError(f"{self.file}:{mark.line + 1}:{column}: {what}")

    def text(self) -> str:
        if not isinstance(self.node, yaml.ScalarNode):
            self.refuse("a single value is expected here, not a list or a mapping")
        return str(self.node.value)

    def flag(self) -> bool:
        value = self.text().lower()
        if value not in {"true", "false", "yes", "no", "on", "off"}:
            self.refuse(f"{self.text()!r} is neither true nor false; write true or false")
        return value in {"true", "yes", "on"}

    def choice(self, known: Collection[str], what: str) -> str:
        value = self.text()
        if value not in known:
            self.refuse(f"{what} {value!r} is unknown{did_you_mean(value, known)}")
        return value

    def items(self) -> list[Spot]:
        """The list's items; a single value is a list of one."""
        if isinstance(self.node, yaml.SequenceNode):
            return [Spot(self.file, item) for item in self.node.value]
        if isinstance(self.node, yaml.MappingNode):
            self.refuse("a list is expected here, not a mapping")
        return [self] if self.text() else []

    def fields(self, known: Collection[str] | None, what: str, mistakes: Mistakes | None = None) -> dict[str, Spot]:
        """The mapping's values by key. Keys outside `known`, and a key said twice, are errors: raised, or gathered in
        `mistakes` and left out."""
        wrong = Mistakes() if mistakes is None else mistakes
        if not isinstance(self.node, yaml.MappingNode):
            self.refuse(f"{what} must be a mapping of keys and values")
        found: dict[str, Spot] = {}
        for key_node, value in self.node.value:
            key = Spot(self.file, key_node)
            with wrong.gathered():
                name = key.text()
                if known is not None and name not in known:
                    key.refuse(f"unknown key {name!r} in {what}{did_you_mean(name, known)}")
                if name in found:
                    key.refuse(f"key {name!r} stands twice in {what}; keep one")
                found[name] = Spot(self.file, value)
        if mistakes is None:
            wrong.tell()
        return found


class Values:
    """A mapping's values, each read by itself: what is wrong with one is gathered and hides nothing of another."""

    def __init__(self, keys: dict[str, Spot], wrong: Mistakes) -> None:
        self.keys = keys
        self.wrong = wrong
        # Known now: what a mapping lacks may be what its mistyped key was meant for.
        self.has_strange = bool(wrong)

    def read(self, key: str, reader: Callable[[Spot], Found], absent: Absent) -> Found | Absent:
        """What `reader` makes of the key's value, or `absent` where there is none that it can read."""
        if key in self.keys:
            with self.wrong.gathered():
                return reader(self.keys[key])
        return absent

    def need(self, spot: Spot, what: str, needed: Iterable[str]) -> None:
        """Of `needed`, gather what the mapping at `spot` has not."""
        for key in needed:
            if key not in self.keys and not self.has_strange:
                with self.wrong.gathered():
                    spot.refuse(f"{what} has no {key}; {_HINTS[key]}")


def each(spots: Iterable[Spot], read: Callable[[Spot], Found]) -> tuple[Found, ...]:
    """What `read` makes of each. Raises ConfigError with all that is wrong with any."""
    found: list[Found] = []
    wrong = Mistakes()
    for spot in spots:
        with wrong.gathered():
            found.append(read(spot))
    wrong.tell()
    return tuple(found)


class Joined(Spot):
    """A list of items that stand in several files: what a later file adds to an earlier one's."""

    __slots__ = ("_items",)

    def __init__(self, last: Spot, items: list[Spot]) -> None:
        super().__init__(last.file, last.node)
        self._items = items

    @property
    def is_list(self) -> bool:
        return True

    @property
    def is_mapping(self) -> bool:
        return False

    def items(self) -> list[Spot]:
        return self._items


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean X?` where one is near, otherwise the known ones."""
    names = sorted(known)
    near = get_close_matches(word, names, n=1, cutoff=0.6)
    if near:
        return f"; did you mean {near[0]}?"
    return f"; known: {', '.join(names[:20])}{' …' if len(names) > 20 else ''}" if names else ""


def read_rule_file(text: str, file: str) -> Spot | None:
    """The file's top node, or None where it is empty (or all comments)."""
    try:
        node = yaml.compose(text, Loader=Loader)
    except yaml.YAMLError as problem:
        raise ConfigError(f"{file}:{_not_yaml(problem)}") from None
    if node is not None:
        _check_tags(node, file)
    return None if node is None else Spot(file, node)


_OPENED: Final = {
    "while parsing a flow sequence": "close the [ that opens here with ]",
    "while parsing a flow mapping": "close the { that opens here with }",
    "while scanning a quoted scalar": "close the quotation mark that opens here",
}


def _not_yaml(problem: yaml.YAMLError) -> str:
    """LINE:COLUMN: what; what to write. The parser stops there, so the file's other mistakes are told afterwards."""
    if not isinstance(problem, yaml.MarkedYAMLError):
        return f"1:1: not YAML: {in_one_line(str(problem))}; remove that character"
    context = problem.context or ""
    # What was opened is missed only where the file goes on, or ends: the mistake is where it was opened.
    mark = (problem.context_mark if context in _OPENED else None) or problem.problem_mark or problem.context_mark
    place = f"{mark.line + 1}:{mark.column + 1}" if mark else "1:1"
    hint = _OPENED.get(context, "check the indentation, and put texts with : # @ or ! in quotes")
    return f"{place}: not YAML: {problem.problem or context}; {hint} (what else is wrong is told after that)"


def _check_tags(top: yaml.Node, file: str) -> None:
    """Tags mean nothing here, and an unquoted `!word` is one: it would be read as an empty value."""
    waiting, seen, mistakes = [top], {id(top)}, Mistakes()
    while waiting:
        node = waiting.pop()
        if not node.tag.startswith(_PLAIN) or node.tag.startswith(f"{_PLAIN}python/"):
            with mistakes.gathered():
                Spot(file, node).refuse(f"{node.tag!r} is a YAML tag, which rules have not; in quotes it is a word")
        inner = node.value if isinstance(node, yaml.CollectionNode) else []
        for each in (one for item in inner for one in (item if isinstance(item, tuple) else (item,))):
            if id(each) not in seen:  # an alias leads to the same node again
                seen.add(id(each))
                waiting.append(each)
    mistakes.tell()
