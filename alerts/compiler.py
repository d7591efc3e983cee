"""Compiles one rule: its expressions, exclusions, labels and conditions, each mistake told where it stands."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Final, TypeVar

from alerts import fold, layers, regional
from alerts.entities import AGENCIES, LEVELS
from alerts.expression import ExpressionError, Or, Regex, SetName, is_expression, parse, parse_word, walk
from alerts.regexes import compile_regex
from alerts.rule import (
    EXAMPLE_KEYS,
    FIELDS,
    LANGUAGES,
    REACHES,
    WHERE_KEYS,
    Condition,
    Cue,
    Example,
    Exclusion,
    Rule,
    digest_of,
)
from alerts.rulefile import Joined, Spot, did_you_mean
from alerts.soundness import never_alerts, never_true
from alerts.wording import named
from storage.errors import Mistakes
from storage.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from alerts.expression import Node, Word
    from storage.records import Sha256

ENGINE: Final = f"5.{fold.VERSION}"
"""Raised by hand when the same rule would find something else."""

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_SENTENCES: Final = re.compile(r"\d{1,3}s")
_CUE_KEYS: Final = ("id", "near", "any", "say", "only", "deadline")

Found = TypeVar("Found")


class Compiler:
    """All rules of a rulebook, one after the other, with its sets and what holds for every rule.

    `sources` are all there are, for a rule may ask for no other (None: not known).
    """

    def __init__(
        self, sets: dict[str, tuple[Word, ...]], defaults: dict[str, Spot], sources: Collection[str] | None = None
    ) -> None:
        self.sets = sets
        self.sources = sources
        self.set_digests: dict[str, str] = {}
        self.always = tuple(self.excludes(defaults.get("exclude"), final=True))
        self.cues = {key: tuple(self.cues_of(defaults.get(key))) for key in ("labels", "raise", "lower")}
        self.always_digest = digest_of(
            {
                "rule": {key: _plain(spot) for key, spot in defaults.items()},
                "sets": {
                    node.name: self.set_digest(node.name)
                    for _, cue in (pair for pairs in self.cues.values() for pair in pairs)
                    for node in walk(cue.words)
                    if isinstance(node, SetName)
                },
            }
        )

    def rule(self, keys: dict[str, Spot]) -> Rule:
        name = keys["id"].text()
        if "match" not in keys:
            keys["id"].refuse(f"rule {name} has no match: nothing to look for")
        where, dates = self.where(keys["where"]) if "where" in keys else ({}, {})
        match = self.expression(keys["match"])
        excludes = (*self.excludes(keys.get("exclude")), *self.always)
        rescue = self.expression(keys["rescue"]) if "rescue" in keys else None
        if rescue is None:
            self.check_excludes(keys, match, excludes)
        concept = keys["concept"].text() if "concept" in keys else name.partition(".")[0]
        cues = {key: (*self.shared(key, concept), *self.own(keys.get(key))) for key in self.cues}
        severity = keys["severity"].choice(list(Severity), "severity") if "severity" in keys else "medium"
        parts = [match, *(exclusion.words for exclusion in excludes), *([rescue] if rescue else [])]
        return Rule(
            id=name,
            concept=concept,
            severity=Severity(severity),
            match=match,
            excludes=excludes,
            rescue=rescue,
            where=where,
            published_from=dates.get("from"),
            published_to=dates.get("to"),
            labels=cues["labels"],
            raises=cues["raise"],
            lowers=cues["lower"],
            alerts=_examples(keys.get("alerts")),
            silent=_examples(keys.get("silent")),
            enabled=keys["enabled"].flag() if "enabled" in keys else True,
            evasions=keys["evasions"].flag() if "evasions" in keys else None,
            note=keys["note"].text() if "note" in keys else "",
            since=self.date(keys["since"]) if "since" in keys else None,
            digest=self.digest(keys, parts),
            place=keys["id"].place,
        )

    def read_each(self, keys: dict[str, Spot], mistakes: Mistakes) -> None:
        """Read each key of a rule by itself, so that no mistake in one hides what is wrong with another."""
        readers: dict[str, Callable[[Spot], object]] = {
            "where": self.where,
            "match": self.expression,
            "rescue": self.expression,
            "exclude": lambda spot: tuple(self.excludes(spot)),
            "severity": lambda spot: spot.choice(list(Severity), "severity"),
            "enabled": Spot.flag,
            "evasions": Spot.flag,
            "concept": Spot.text,
            "note": Spot.text,
            "since": self.date,
            "alerts": _examples,
            "silent": _examples,
        } | dict.fromkeys(self.cues, lambda spot: tuple(self.own(spot)))
        for key in readers.keys() & keys.keys():
            spot = keys[key]
            for part in [Joined(spot, [item]) for item in spot.items()] if spot.is_list else [spot]:
                with mistakes.gathered():
                    readers[key](part)

    def expression(self, spot: Spot) -> Node:
        node = guarded(spot, parse)
        mistakes = Mistakes()
        for part in walk(node):
            with mistakes.gathered():
                match part:
                    case SetName(name, at):
                        self.check_set(spot, name, at)
                    case Regex(pattern, at):
                        self.check_regex(spot, pattern, at)
        mistakes.tell()
        problem = never_true(node, self.sets)
        if problem is not None:
            spot.refuse(problem)
        return node

    def check_excludes(self, keys: dict[str, Spot], match: Node, excludes: tuple[Exclusion, ...]) -> None:
        for exclusion in excludes:
            if not exclusion.final and never_alerts(match, exclusion, self.sets):
                keys["exclude"].refuse(
                    f"exclusion {exclusion.id!r} holds every word of this rule, so it can never alert; "
                    "take them out of it, or write a rescue"
                )

    def shared(self, key: str, concept: str) -> Iterator[Cue]:
        """The cues of `defaults` that this concept's rules take."""
        return (cue for only, cue in self.cues[key] if not only or concept in only)

    def own(self, spot: Spot | None) -> Iterator[Cue]:
        return (cue for _, cue in self.cues_of(spot))

    def cues_of(self, spot: Spot | None) -> Iterator[tuple[frozenset[str], Cue]]:
        """The entries of `labels`, `raise` or `lower`, with the concepts that each is for (none: all)."""
        for item in spot.items() if spot is not None else []:
            keys = item.fields(_CUE_KEYS, "this entry")
            if "id" not in keys:
                item.refuse("this entry has no id")
            is_deadline = "deadline" in keys
            if is_deadline:
                keys["deadline"].choice(("open",), "deadline")
            for needed in () if is_deadline else ("near", "any"):
                if needed not in keys:
                    item.refuse(f"this entry has no {needed}")
            name = keys["id"].text()
            only = frozenset(each.text() for each in keys["only"].items()) if "only" in keys else frozenset()
            yield (
                only,
                Cue(
                    id=name,
                    reach="paragraph" if is_deadline else self.reach(keys["near"]),
                    words=Or(()) if is_deadline else self.words(keys["any"]),
                    said=keys["say"].text() if "say" in keys else name.replace("_", " "),
                    is_deadline=is_deadline,
                ),
            )

    def reach(self, spot: Spot) -> int | str:
        said = spot.text()
        if said.isdecimal():
            return int(said[:9])
        return said if _SENTENCES.fullmatch(said) else spot.choice(REACHES, "near")

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
            keys = item.fields(("id", "near", "any", "span", "final"), "an exclusion")
            for needed in ("id", "any"):
                if needed not in keys:
                    item.refuse(f"this exclusion has no {needed}")
            is_span = keys["span"].flag() if "span" in keys else False
            if is_span == ("near" in keys):
                item.refuse("an exclusion has either near: (a number, 2s, sentence, paragraph or text) or span: true")
            reach = "span" if is_span else self.reach(keys["near"])
            words = self.words(keys["any"])
            is_final = keys["final"].flag() if "final" in keys else is_span
            yield Exclusion(
                id=keys["id"].text(), reach=reach, words=words, final=final or is_final, place=keys["id"].place
            )

    def words(self, spot: Spot) -> Node:
        if not spot.is_list:
            return self.expression(spot)
        parts: list[Node] = []
        for item in spot.items():
            parts.append(self.expression(item) if is_expression(item.text()) else guarded(item, parse_word))
        if not parts:
            spot.refuse("this list is empty, so the exclusion can never hold anything back")
        return Or(tuple(parts))

    def where(self, spot: Spot) -> tuple[dict[str, Condition], dict[str, str]]:
        conditions: dict[str, Condition] = {}
        dates: dict[str, str] = {}
        mistakes = Mistakes()
        for key, value in spot.fields(WHERE_KEYS, "where", mistakes).items():
            with mistakes.gathered():
                if key == "published":
                    dates = {end: self.date(day) for end, day in value.fields(("from", "to"), "published").items()}
                else:
                    conditions[key] = self.conditions(value, key)
        mistakes.tell()
        if dates.get("from", "") > dates.get("to", "9"):
            spot.refuse("published: from lies after to, so this can never be true")
        return conditions, dates

    def conditions(self, spot: Spot, key: str) -> Condition:
        wanted: set[str] = set()
        unwanted: set[str] = set()
        mistakes = Mistakes()
        for item in spot.items():
            with mistakes.gathered():
                text = item.text()
                bare = self.condition(item, key, text.removeprefix("!").strip())
                (unwanted if text.startswith("!") else wanted).add(bare)
        mistakes.tell()
        if wanted and wanted <= unwanted:
            spot.refuse(f"{key} can never be true: what is wanted is unwanted as well")
        return Condition(wanted=frozenset(wanted), unwanted=frozenset(unwanted))

    def condition(self, spot: Spot, key: str, value: str) -> str:
        """A value of `where` as texts have it; one that no text can have is refused."""
        if key == "lang" and value not in LANGUAGES:
            spot.refuse(f"lang {value!r} is no language; write the two letters of ISO 639-1, as zh or en")
        provinces = _provinces()
        known = {"agency": AGENCIES, "level": LEVELS, "field": FIELDS, "province": provinces, "source": self.sources}
        of_key = known.get(key)
        said = value.lower() if key == "province" else value
        if of_key is not None and said not in of_key:
            hint = did_you_mean(said, of_key)
            if key == "source" and "; known:" in hint:
                hint = "; `longarm sources list` shows them"
            spot.refuse(f"{key} {value!r} is unknown{hint}")
        return provinces[said] if key == "province" else value

    def date(self, spot: Spot) -> str:
        try:
            is_day = bool(_DATE.fullmatch(spot.text()) and date.fromisoformat(spot.text()))
        except ValueError:
            spot.refuse(f"{spot.text()!r} is in no calendar; write 2022-06-30")
        if not is_day:
            spot.refuse(f"{spot.text()!r} is not a date; write 2022-06-30")
        return spot.text()

    def digest(self, keys: dict[str, Spot], parts: list[Node]) -> Sha256:
        """Of all that decides what the rule finds: not its examples and notes, but its sets' words."""
        names = {node.name for part in parts for node in walk(part) if isinstance(node, SetName)}
        deciding = (
            "id",
            "concept",
            "severity",
            "match",
            "exclude",
            "rescue",
            "where",
            "labels",
            "raise",
            "lower",
            "since",
            "evasions",
        )
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
def _provinces() -> dict[str, str]:
    """Each name of a province, in either language and lower case, and the one that texts have."""
    return {name: key for name, key in named("province").items() if key != "-"}


@cache
def _tables_digest() -> Sha256:
    """Of the shipped tables that make several spellings one word."""
    return digest_of({"layers": layers.version_text(), "regional": regional.version_text()})


def _examples(spot: Spot | None) -> tuple[Example, ...]:
    return tuple(_example(item) for item in spot.items()) if spot is not None else ()


def _example(spot: Spot) -> Example:
    """A text, or a mapping with the text and what is known of it."""
    if not spot.is_mapping:
        return Example(text=spot.text())
    keys = spot.fields(EXAMPLE_KEYS, "an example")
    if "text" not in keys:
        spot.refuse("this example has no text")
    return Example(text=keys["text"].text(), facts={key: keys[key].text() for key in keys if key != "text"})


def _plain(spot: Spot) -> object:
    if spot.is_mapping:
        return {key: _plain(value) for key, value in spot.fields(None, "a rule").items()}
    return [_plain(item) for item in spot.items()] if spot.is_list else spot.text()


def guarded(spot: Spot, read: Callable[[str], Found]) -> Found:
    """What `read` makes of the text; its ExpressionError becomes a ConfigError with the file's place."""
    try:
        return read(spot.text())
    except ExpressionError as problem:
        spot.refuse(str(problem), problem.at)
