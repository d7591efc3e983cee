"""Rules on their way from files to compiled ones: later files change earlier ones key by key, then all is checked."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final, TypeVar

from alerts import fold, layers, regional
from alerts.entities import AGENCIES, LEVELS, country_names
from alerts.expression import ExpressionError, Node, Not, Or, Quantity, Regex, SetName, Word, parse, parse_word, walk
from alerts.regexes import compile_regex
from alerts.rule import REACHES, WHERE_KEYS, Condition, Exclusion, Rule, digest_of
from alerts.rulefile import Spot, did_you_mean
from storage.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from storage.records import Sha256

ENGINE: Final = f"2.{fold.VERSION}"
"""Raised by hand when the same rule would find something else."""

_TOP: Final = ("sets", "rules", "defaults")
_RULE: Final = (
    "id",
    "concept",
    "severity",
    "match",
    "exclude",
    "rescue",
    "where",
    "alerts",
    "silent",
    "enabled",
    "note",
    "since",
    "evasions",
)
_BUILT_IN: Final = "country"
_ID: Final = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)?")
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


Found = TypeVar("Found")


class Drafts:
    """What the files said so far."""

    def __init__(self) -> None:
        self._rules: dict[str, dict[str, Spot]] = {}
        self._sets: dict[str, list[Spot]] = {}
        self._defaults: dict[str, Spot] = {}

    def add(self, top: Spot) -> None:
        """Take one file's `sets`, `rules` and `defaults`."""
        fields = top.fields(_TOP, "a rule file")
        if "sets" in fields:
            for name, spot in fields["sets"].fields(None, "sets").items():
                self._add_set(name, spot)
        if "defaults" in fields:
            self._defaults |= fields["defaults"].fields(("exclude",), "defaults")
        seen: set[str] = set()
        for item in fields["rules"].items() if "rules" in fields else []:
            keys = item.fields(_RULE, "a rule")
            if "id" not in keys:
                item.refuse("this rule has no id; write id: concept.variant")
            name = keys["id"].text()
            if not _ID.fullmatch(name):
                keys["id"].refuse(f"id {name!r} must be concept.variant in a-z, 0-9 and _")
            if name in seen:
                keys["id"].refuse(f"rule {name!r} stands twice in this file; keep one")
            seen.add(name)
            self._rules[name] = {**self._rules.get(name, {}), **keys}

    def _add_set(self, name: str, spot: Spot) -> None:
        if name == _BUILT_IN:
            spot.refuse(f"@{name} is built in; give your set another name")
        if not spot.is_mapping:
            self._sets[name] = spot.items()
            return
        change = spot.fields(("add", "remove"), f"set {name}")
        words = list(self._sets.get(name, []))
        if "remove" in change:
            gone = {fold.fold_word(item.text()) for item in change["remove"].items()}
            unknown = gone - {fold.fold_word(word.text()) for word in words}
            if unknown:
                change["remove"].refuse(f"set {name} holds no {min(unknown)!r}")
            words = [word for word in words if fold.fold_word(word.text()) not in gone]
        self._sets[name] = words + (change["add"].items() if "add" in change else [])

    def compile(self) -> tuple[list[Rule], dict[str, tuple[Word, ...]]]:
        """Every rule, the disabled too, and every set with its words."""
        sets = {name: self._words_of(name, ()) for name in self._sets}
        sets[_BUILT_IN] = self._countries()
        compiler = _Compiler(sets, self._defaults)
        return [compiler.rule(keys) for keys in self._rules.values()], sets

    @staticmethod
    def _countries() -> tuple[Word, ...]:
        return tuple(parse_word(name) for name in country_names())

    def _words_of(self, name: str, above: tuple[str, ...]) -> tuple[Word, ...]:
        words: dict[tuple[str, bool], Word] = {}
        for spot in self._sets[name]:
            text = spot.text()
            if text.startswith("@"):
                inner = text[1:]
                if inner == _BUILT_IN:
                    words |= {(word.surface, word.stem): word for word in self._countries()}
                    continue
                if inner == name or inner in above:
                    spot.refuse(f"set {name} holds itself through {text}")
                if inner not in self._sets:
                    spot.refuse(f"unknown set {text}{did_you_mean(inner, self._sets)}")
                found = self._words_of(inner, (*above, name))
            else:
                found = (_guarded(spot, parse_word),)
            words |= {(word.surface, word.stem): word for word in found}
        return tuple(words.values())


class _Compiler:
    def __init__(self, sets: dict[str, tuple[Word, ...]], defaults: dict[str, Spot]) -> None:
        self.sets = sets
        self.always = tuple(self.excludes(defaults.get("exclude"), final=True))
        self.always_digest = digest_of({key: _plain(spot) for key, spot in defaults.items()})
        self.set_digests: dict[str, str] = {}

    def rule(self, keys: dict[str, Spot]) -> Rule:
        name = keys["id"].text()
        if "match" not in keys:
            keys["id"].refuse(f"rule {name} has no match: nothing to look for")
        where, dates = self.where(keys["where"]) if "where" in keys else ({}, {})
        match = self.expression(keys["match"])
        excludes = (*self.excludes(keys.get("exclude")), *self.always)
        rescue = self.expression(keys["rescue"]) if "rescue" in keys else None
        severity = keys["severity"].choice(list(Severity), "severity") if "severity" in keys else "medium"
        parts = [match, *(exclusion.words for exclusion in excludes), *([rescue] if rescue else [])]
        return Rule(
            id=name,
            concept=keys["concept"].text() if "concept" in keys else name.partition(".")[0],
            severity=Severity(severity),
            match=match,
            excludes=excludes,
            rescue=rescue,
            where=where,
            published_from=dates.get("from"),
            published_to=dates.get("to"),
            alerts=_texts(keys.get("alerts")),
            silent=_texts(keys.get("silent")),
            enabled=keys["enabled"].flag() if "enabled" in keys else True,
            evasions=keys["evasions"].flag() if "evasions" in keys else None,
            note=keys["note"].text() if "note" in keys else "",
            since=self.date(keys["since"]) if "since" in keys else None,
            digest=self.digest(keys, parts),
            place=f"{keys['id'].file}:{keys['id'].node.start_mark.line + 1}",
        )

    def expression(self, spot: Spot) -> Node:
        node = _guarded(spot, parse)
        for part in walk(node):
            match part:
                case SetName(name, at):
                    self.check_set(spot, name, at)
                case Regex(pattern, at):
                    self.check_regex(spot, pattern, at)
                case Quantity(_, at):
                    spot.refuse("QUANTITY is not read yet; name the words instead", at)
                case Not(wanted, unwanted) if _words(wanted) and any(_words(wanted) <= _words(n) for n in unwanted):
                    spot.refuse("this can never be true: what is wanted is unwanted as well")
        return node

    def check_set(self, spot: Spot, name: str, at: int) -> None:
        if name not in self.sets:
            spot.refuse(f"unknown set @{name}{did_you_mean(name, self.sets)}", at)
        if not self.sets[name]:
            spot.refuse(f"set @{name} is empty, so this can never be true", at)

    def check_regex(self, spot: Spot, pattern: str, at: int) -> None:
        try:
            compile_regex(pattern)
        except ValueError as problem:
            spot.refuse(f"regular expression: {problem} (RE2: no look-behind, no back-references)", at)

    def excludes(self, spot: Spot | None, *, final: bool = False) -> Iterator[Exclusion]:
        for item in spot.items() if spot is not None else []:
            keys = item.fields(("id", "near", "any", "span"), "an exclusion")
            for needed in ("id", "any"):
                if needed not in keys:
                    item.refuse(f"this exclusion has no {needed}")
            is_span = keys["span"].flag() if "span" in keys else False
            if is_span == ("near" in keys):
                item.refuse("an exclusion has either near: (a number, sentence, paragraph or text) or span: true")
            reach: int | str = "span"
            if not is_span:
                said = keys["near"].text()
                reach = int(said) if said.isdecimal() else keys["near"].choice(REACHES, "near")
            words = self.words(keys["any"])
            yield Exclusion(id=keys["id"].text(), reach=reach, words=words, final=final or is_span)

    def words(self, spot: Spot) -> Node:
        if not spot.is_list:
            return self.expression(spot)
        parts: list[Node] = []
        for item in spot.items():
            parts.append(self.expression(item) if item.text().startswith("@") else _guarded(item, parse_word))
        if not parts:
            spot.refuse("this list is empty, so the exclusion can never hold anything back")
        return Or(tuple(parts))

    def where(self, spot: Spot) -> tuple[dict[str, Condition], dict[str, str]]:
        conditions: dict[str, Condition] = {}
        dates: dict[str, str] = {}
        for key, value in spot.fields(WHERE_KEYS, "where").items():
            if key == "published":
                dates = {end: self.date(day) for end, day in value.fields(("from", "to"), "published").items()}
                continue
            known = {"agency": AGENCIES, "level": LEVELS, "field": ("title", "body", "any")}.get(key)
            wanted: set[str] = set()
            unwanted: set[str] = set()
            for item in value.items():
                text = item.text()
                bare = text.removeprefix("!").strip()
                if known is not None and bare not in known:
                    item.refuse(f"{key} {bare!r} is unknown{did_you_mean(bare, known)}")
                (unwanted if text.startswith("!") else wanted).add(bare)
            if wanted and wanted <= unwanted:
                value.refuse(f"{key} can never be true: what is wanted is unwanted as well")
            conditions[key] = Condition(wanted=frozenset(wanted), unwanted=frozenset(unwanted))
        if dates.get("from", "") > dates.get("to", "9"):
            spot.refuse("published: from lies after to, so this can never be true")
        return conditions, dates

    def date(self, spot: Spot) -> str:
        if not _DATE.fullmatch(spot.text()):
            spot.refuse(f"{spot.text()!r} is not a date; write 2022-06-30")
        return spot.text()

    def digest(self, keys: dict[str, Spot], parts: list[Node]) -> Sha256:
        """Of all that decides what the rule finds: not its examples and notes, but its sets' words."""
        names = {node.name for part in parts for node in walk(part) if isinstance(node, SetName)}
        deciding = ("id", "concept", "severity", "match", "exclude", "rescue", "where", "since", "evasions")
        return digest_of(
            {
                "engine": ENGINE,
                "tables": _tables_digest(),
                "rule": {key: _plain(keys[key]) for key in deciding if key in keys},
                "defaults": self.always_digest,
                "sets": {name: self.set_digest(name) for name in names},
            }
        )

    def set_digest(self, name: str) -> str:
        known = self.set_digests.get(name)
        if known is None:
            words = sorted([word.surface, word.stem] for word in self.sets[name])
            known = self.set_digests[name] = digest_of({"words": words})
        return known


@cache
def _tables_digest() -> Sha256:
    """Of the shipped tables that make several spellings one word."""
    return digest_of({"layers": layers.version_text(), "regional": regional.version_text()})


def _texts(spot: Spot | None) -> tuple[str, ...]:
    return tuple(item.text() for item in spot.items()) if spot is not None else ()


def _words(node: Node) -> frozenset[str]:
    """The words of an expression that is nothing but alternatives; empty for any other."""
    parts = list(walk(node))
    plain = all(isinstance(part, Word | Or) for part in parts)
    return frozenset(part.surface for part in parts if isinstance(part, Word)) if plain else frozenset()


def _plain(spot: Spot) -> object:
    if spot.is_mapping:
        return {key: _plain(value) for key, value in spot.fields(None, "a rule").items()}
    return [_plain(item) for item in spot.items()] if spot.is_list else spot.text()


def _guarded(spot: Spot, read: Callable[[str], Found]) -> Found:
    """What `read` makes of the text; its ExpressionError becomes a ConfigError with the file's place."""
    try:
        return read(spot.text())
    except ExpressionError as problem:
        spot.refuse(str(problem), problem.at)
