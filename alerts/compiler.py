"""Compiles one rule: its expressions, exclusions, labels and conditions, each mistake told where it stands."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Final, TypeVar

from alerts import fold, layers, regional
from alerts.entities import AGENCIES, LEVELS
from alerts.expression import ExpressionError, Or, Regex, SetName, is_expression, parse, parse_word, sets_in, walk
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
from alerts.rulefile import Spot, Values, did_you_mean, each
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
_EXCLUSION_KEYS: Final = ("id", "near", "any", "span", "final")
Found = TypeVar("Found")


class Compiler:
    """All rules of a rulebook, one after the other, with its sets and what holds for every rule.

    `sources` are all there are, for a rule may ask for no other (None: not known). What is wrong with the defaults is
    gathered in `mistakes`.
    """

    def __init__(
        self,
        sets: dict[str, tuple[Word, ...]],
        defaults: dict[str, Spot],
        mistakes: Mistakes,
        sources: Collection[str] | None = None,
    ) -> None:
        self.sets = sets
        self.sources = sources
        self.set_digests: dict[str, str] = {}
        values = Values(defaults, mistakes)
        self.always = values.read("exclude", lambda spot: self.excludes(spot, final=True), ())
        self.cues = {key: values.read(key, self.cues_of, ()) for key in ("labels", "raise", "lower")}
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
        """The rule of these keys; that one without `match` looks for nothing is the caller's to say.

        Raises ConfigError with all that is wrong with any of the keys.
        """
        wrong = Mistakes()
        values = Values(keys, wrong)
        name = values.read("id", Spot.text, "")
        where, dates = values.read("where", self.where, _NOWHERE)
        match = values.read("match", self.expression, Or(()))
        excludes = (*values.read("exclude", self.excludes, ()), *self.always)
        rescue: Node | None = values.read("rescue", self.expression, None)
        if rescue is None and not wrong:
            with wrong.gathered():
                self.check_excludes(keys, match, excludes)
        concept = values.read("concept", Spot.text, name.partition(".")[0])
        cues = {key: (*self.shared(key, concept), *self.own(values, key)) for key in self.cues}
        severity = values.read("severity", lambda spot: spot.choice(list(Severity), "severity"), "medium")
        alerts, silent = (values.read(key, _examples, ()) for key in ("alerts", "silent"))
        enabled = values.read("enabled", Spot.flag, True)
        evasions: bool | None = values.read("evasions", Spot.flag, None)
        note = values.read("note", Spot.text, "")
        since: str | None = values.read("since", self.date, None)
        wrong.tell()
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
            alerts=alerts,
            silent=silent,
            enabled=enabled,
            evasions=evasions,
            note=note,
            since=since,
            digest=self.digest(keys, parts),
            place=values.read("id", lambda spot: spot.place, ""),
        )

    def expression(self, spot: Spot) -> Node:
        mistakes = Mistakes()
        parts: list[Node] = []
        with mistakes.gathered():
            parts += walk(guarded(spot, parse))
        # Of an expression that cannot be read, its sets can be looked up all the same.
        for part in parts or sets_in(spot.text()):
            with mistakes.gathered():
                match part:
                    case SetName(name, at):
                        self.check_set(spot, name, at)
                    case Regex(pattern, at):
                        self.check_regex(spot, pattern, at)
        mistakes.tell()
        problem = never_true(parts[0], self.sets)
        if problem is not None:
            spot.refuse(problem)
        return parts[0]

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

    def own(self, values: Values, key: str) -> Iterator[Cue]:
        return (cue for _, cue in values.read(key, self.cues_of, ()))

    def cues_of(self, spot: Spot) -> tuple[tuple[frozenset[str], Cue], ...]:
        """The entries of `labels`, `raise` or `lower`, with the concepts that each is for (none: all)."""
        return each(spot.items(), self.cue)

    def cue(self, item: Spot) -> tuple[frozenset[str], Cue]:
        wrong = Mistakes()
        keys = item.fields(_CUE_KEYS, "this entry", wrong)
        values = Values(keys, wrong)
        is_deadline = "deadline" in keys
        values.need(item, "this entry", ("id",) if is_deadline else ("id", "near", "any"))
        values.read("deadline", lambda spot: spot.choice(("open",), "deadline"), "")
        name = values.read("id", Spot.text, "")
        cue = Cue(
            id=name,
            reach="paragraph" if is_deadline else values.read("near", self.reach, 0),
            words=Or(()) if is_deadline else values.read("any", self.words, Or(())),
            said=values.read("say", Spot.text, name.replace("_", " ")),
            is_deadline=is_deadline,
        )
        only = values.read("only", lambda spot: each(spot.items(), Spot.text), ())
        wrong.tell()
        return frozenset(only), cue

    def reach(self, spot: Spot) -> int | str:
        said = spot.text()
        if said.isdecimal():
            return int(said[:9])
        if not _SENTENCES.fullmatch(said) and said not in REACHES:
            hint = did_you_mean(said, REACHES)
            if "; known:" in hint:
                hint = "; write a number of characters as 4, of sentences as 2s, or sentence, paragraph or text"
            spot.refuse(f"near {said!r} is unknown{hint}")
        return said

    def check_set(self, spot: Spot, name: str, at: int) -> None:
        if name not in self.sets:
            spot.refuse(f"unknown set @{name}{did_you_mean(name, self.sets)}", at)
        if not self.sets[name]:
            spot.refuse(f"set @{name} is empty, so this can never be true; give it words", at)

    def check_regex(self, spot: Spot, pattern: str, at: int) -> None:
        try:
            compile_regex(pattern)
        except ValueError as problem:
            spot.refuse(f"regular expression: {problem} (RE2: no look-behind, no back-references)", at)

    def excludes(self, spot: Spot, *, final: bool = False) -> tuple[Exclusion, ...]:
        return each(spot.items(), lambda item: self.exclusion(item, final=final))

    def exclusion(self, item: Spot, *, final: bool) -> Exclusion:
        wrong = Mistakes()
        keys = item.fields(_EXCLUSION_KEYS, "an exclusion", wrong)
        values = Values(keys, wrong)
        is_span = values.read("span", Spot.flag, False)
        if is_span == ("near" in keys) and not wrong:
            with wrong.gathered():
                item.refuse("an exclusion has either near: (a number, 2s, sentence, paragraph or text) or span: true")
        values.need(item, "this exclusion", ("id", "any"))
        found = Exclusion(
            id=values.read("id", Spot.text, ""),
            reach="span" if is_span else values.read("near", self.reach, 0),
            words=values.read("any", self.words, Or(())),
            final=values.read("final", Spot.flag, is_span) or final,
            place=values.read("id", lambda spot: spot.place, ""),
        )
        wrong.tell()
        return found

    def words(self, spot: Spot) -> Node:
        if not spot.is_list:
            return self.expression(spot)
        parts = each(spot.items(), self.word)
        if not parts:
            spot.refuse("this list is empty, so nothing of it can be found; write [WORD, …]")
        return Or(parts)

    def word(self, item: Spot) -> Node:
        return self.expression(item) if is_expression(item.text()) else guarded(item, parse_word)

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
            spot.refuse("published: from lies after to, so this can never be true; write the earlier day as from")
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


_NOWHERE: Final[tuple[dict[str, Condition], dict[str, str]]] = ({}, {})


def _examples(spot: Spot) -> tuple[Example, ...]:
    return each(spot.items(), _example)


def _example(spot: Spot) -> Example:
    """A text, or a mapping with the text and what is known of it."""
    if not spot.is_mapping:
        return Example(text=spot.text())
    wrong = Mistakes()
    values = Values(spot.fields(EXAMPLE_KEYS, "an example", wrong), wrong)
    values.need(spot, "this example", ("text",))
    said = {key: values.read(key, Spot.text, "") for key in values.keys}
    wrong.tell()
    return Example(text=said.pop("text"), facts=said)


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
