"""YAML with the line of every value: what a person wrote, so that a mistake can be shown where it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import yaml

from storage.errors import ConfigError, in_one_line
from storage.settings_file import decoded

if TYPE_CHECKING:
    from pathlib import Path

Where = tuple[str | int, ...]
"""The way to a value: keys and list positions from the top."""

_MAX_DEPTH = 20
_MAX_BYTES = 5_000_000
# What YAML makes of a bare word; the tag's last part, and how it is said to a person.
_READ_AS = {"bool": "a truth value", "int": "a number", "float": "a number", "null": "nothing", "timestamp": "a date"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One YAML file as values. `lines` has the line of every value, `keys` that of every key, `raw` the bare words."""

    path: Path
    value: object
    lines: dict[Where, int] = field(default_factory=dict)
    keys: dict[Where, int] = field(default_factory=dict)
    raw: dict[Where, str] = field(default_factory=dict)

    def line(self, where: Where) -> int:
        """The line of the value at `where`, or of the nearest thing around it."""
        for end in range(len(where), -1, -1):
            for table in (self.keys, self.lines):
                if where[:end] in table:
                    return table[where[:end]]
        return 1

    def mistake(self, where: Where, what: str) -> ConfigError:
        return ConfigError(f"{self.path}:{self.line(where)}: {in_one_line(what)}")


def read_yaml(path: Path) -> Written:
    """Read `path`; an empty file's value is None. Raises ConfigError, one line, for what is no plain YAML data."""
    try:
        data = path.read_bytes()
    except FileNotFoundError as problem:
        raise ConfigError(f"{path}: no such file") from problem
    except OSError as problem:
        raise ConfigError(
            f"{path}: cannot be read ({problem.strerror}); check the path and its permissions"
        ) from problem
    if len(data) > _MAX_BYTES:
        raise ConfigError(f"{path}: larger than 5 MB; this is no file of sources, split it or give the right path")
    return parse_yaml(decoded(data, path), path)


def parse_yaml(text: str, path: Path) -> Written:
    """Like read_yaml, for text in hand; `path` is what mistakes are reported under."""
    loader = yaml.CSafeLoader(text.removeprefix("\ufeff"))
    try:
        node = loader.get_single_node()
        written = Written(path=path, value=None)
        if node is None:
            return written
        value = _Reader(written, loader).value(node, (), 0)
    except yaml.YAMLError as problem:
        raise ConfigError(_explain(path, text, problem)) from problem
    except RecursionError as problem:
        raise ConfigError(f"{path}:1: nested too deep; sources need four levels") from problem
    finally:
        loader.dispose()
    return Written(path=path, value=value, lines=written.lines, keys=written.keys, raw=written.raw)


class _Reader:
    def __init__(self, written: Written, loader: yaml.CSafeLoader) -> None:
        self.written = written
        self.loader = loader

    def value(self, node: yaml.Node, where: Where, depth: int) -> object:
        self.written.lines[where] = node.start_mark.line + 1
        if depth > _MAX_DEPTH:
            raise self.written.mistake(where, "nested too deep (or an alias of itself); sources need four levels")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, where, depth)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*where, number), depth + 1) for number, item in enumerate(node.value)]
        self.written.raw[where] = node.value
        if not node.tag.startswith("tag:yaml.org,2002:"):
            raise self.written.mistake(where, f"the tag {node.tag} means nothing here; write the bare value")
        try:
            return self.loader.construct_object(node)
        except ValueError as problem:
            raise self.written.mistake(
                where, f"{node.value!r} is no value ({problem}); write it in quotes"
            ) from problem

    def _mapping(self, node: yaml.MappingNode, where: Where, depth: int) -> dict[str, object]:
        values: dict[str, object] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise ConfigError(f"{self.written.path}:{line}: a key is a single word; write KEY: VALUE")
            # The word as written: a key `no` or `on` stays itself and is then named as unknown.
            key = key_node.value
            if key in values:
                first = self.written.keys[(*where, key)]
                raise ConfigError(
                    f"{self.written.path}:{line}: {key} stands twice (first in line {first}); remove one of them"
                )
            self.written.keys[(*where, key)] = line
            values[key] = self.value(value_node, (*where, key), depth + 1)
        return values


def read_as(value: object, raw: str) -> str | None:
    """Why a bare word did not stay text, as a person needs to hear it; None where `value` is text or a collection."""
    if isinstance(value, str | list | dict):
        return None
    kind = "null" if value is None else type(value).__name__
    said = _READ_AS.get("timestamp" if kind in ("date", "datetime") else kind, "something else")
    return f'YAML reads {raw or "an empty value"} as {said}; write it in quotes: "{raw}"'


def _explain(path: Path, text: str, problem: yaml.YAMLError) -> str:
    what = str(getattr(problem, "problem", None) or "not YAML").strip()
    mark = getattr(problem, "problem_mark", None)
    if mark is None or what.startswith(("could not find expected", "did not find expected")):
        # libyaml notices these a line or more too late; where the thing began is where the mistake is.
        mark = getattr(problem, "context_mark", None) or mark
    lines = text.splitlines() or [""]
    line = min(mark.line + 1 if mark else _illegal_line(text), len(lines))
    written = lines[line - 1]
    if "\t" in written[: len(written) - len(written.lstrip())]:
        return f"{path}:{line}: a tab indents this line; YAML wants blanks, write two for each level"
    if mark is None:
        return f"{path}:{line}: a control character stands in this line; remove it"
    if re.search(r"[：，]", written):
        return f"{path}:{line}: not YAML ({what}); a full-width ： or ， stands where an ASCII : or , is meant"
    return f"{path}:{line}: not YAML ({what}); check the indentation and put texts with : or # in quotes"


def _illegal_line(text: str) -> int:
    found = re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", text)
    return text.count("\n", 0, found.start()) + 1 if found else 1
