"""Who is told what, and when: `[digest] send`, and each `[[person]]` with a filter and quiet hours of their own."""

from __future__ import annotations

import difflib
import hashlib
from dataclasses import dataclass, replace
from datetime import time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from alerts.wording import named
from storage.errors import ConfigError, Mistakes
from storage.findings import AlertKind, Severity
from storage.settings_file import spot

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from pathlib import Path

    from storage.config import Config, Person
    from storage.digests import DigestFacts, Named
    from storage.findings import Alert

_ORDER = tuple(Severity)
NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One reader. `name` is empty for `[digest] send`; an empty filter lets everything through.

    `severity` is the least that is told at all, `at_once` the least that is sent right after a run (None: nothing).
    """

    name: str
    send: tuple[str, ...]
    counts_only: bool
    at_once: Severity | None
    severity: Severity = Severity.INFO
    gets_digest: bool = True
    gets_week: bool = False
    rules: frozenset[str] = frozenset()
    provinces: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    quiet: tuple[time, time] | None = None
    zone: ZoneInfo

    @property
    def is_filtered(self) -> bool:
        return bool(self.rules or self.provinces or self.languages or self.sources or self.severity != Severity.INFO)

    @property
    def filter_id(self) -> str:
        """Names what this reader is to be told at once: another filter is another reader, who begins anew."""
        parts = (self.at_once, self.severity, *(sorted(one) for one in self._sets()))
        return hashlib.sha256(repr(tuple(map(str, parts))).encode()).hexdigest()[:12]

    def _sets(self) -> tuple[frozenset[str], ...]:
        return self.rules, self.provinces, self.languages, self.sources

    def wants(self, alert: Alert) -> bool:
        """Whether the filter lets an alert through, whatever the hour."""
        return (
            _ORDER.index(alert.severity) <= _ORDER.index(self.severity)
            and (not self.rules or bool({alert.concept, alert.variant} & self.rules))
            and (not self.provinces or alert.province in self.provinces)
            and (not self.languages or alert.lang in self.languages)
            and (not self.sources or alert.source_id in self.sources)
        )

    def wants_at_once(self, alert: Alert) -> bool:
        """What a new rule finds on old pages is no news: it is for the digest, whatever its severity."""
        if self.at_once is None or alert.kind == AlertKind.RETROACTIVE:
            return False
        return _ORDER.index(alert.severity) <= _ORDER.index(self.at_once) and self.wants(alert)

    def is_quiet(self, now: datetime) -> bool:
        """Whether it is a time of this reader's day at which nothing is sent."""
        if self.quiet is None:
            return False
        begin, end = self.quiet
        here = now.astimezone(self.zone).time()
        return begin <= here < end if begin <= end else here >= begin or here < end

    def sees(self, source: Named) -> bool:
        """Whether the filter lets through what is said of a source as a whole."""
        return (not self.sources or source.id in self.sources) and (
            not self.provinces or source.province in self.provinces
        )


def recipients(config: Config) -> tuple[Recipient, ...]:
    """Everyone who is told anything, `[digest] send` first."""
    digest = config.digest
    everyone = Recipient(
        name="",
        send=digest.send,
        counts_only=digest.detail == "counts",
        at_once=_at_once(digest.at_once),
        gets_week=digest.weekly,
        zone=digest.zone,
    )
    people = [_recipient(one, config) for one in config.person]
    return (everyone, *people) if digest.send else tuple(people)


def _recipient(person: Person, config: Config) -> Recipient:
    provinces = named("province")
    begin, _, end = person.quiet.partition("-")
    return Recipient(
        name=person.name,
        send=person.send,
        counts_only=(person.detail or config.digest.detail) == "counts",
        at_once=_at_once(person.at_once),
        severity=Severity(person.severity),
        gets_digest=person.digest,
        gets_week=person.weekly,
        rules=frozenset(person.rules),
        provinces=frozenset(provinces.get(one.lower(), one) for one in person.provinces),
        languages=frozenset(person.languages),
        sources=frozenset(person.sources),
        quiet=(time.fromisoformat(begin), time.fromisoformat(end)) if person.quiet else None,
        zone=ZoneInfo(person.timezone or config.digest.timezone),
    )


def _at_once(word: str) -> Severity | None:
    return None if word == NEVER else Severity(word)


def check_filters(config: Config, file: Path, *, rules: Collection[str], sources: Collection[str]) -> None:
    """Raises ConfigError, with file and line, where a person's filter names what there is not: it would hold all back.

    `rules` are concepts and rules' own ids.
    """
    mistakes = Mistakes()
    for number, person in enumerate(config.person):
        filters: dict[str, tuple[tuple[str, ...], Collection[str]]] = {
            "rules": (person.rules, rules),
            "provinces": (person.provinces, named("province")),
            "sources": (person.sources, sources),
        }
        for key, (given, known) in filters.items():
            for one in given:
                if (one.lower() if key == "provinces" else one) not in known:
                    where = spot(file, "person", str(number), key)
                    near = difflib.get_close_matches(one.lower(), known, 1)
                    hint = f"did you mean {near[0]}?" if near else f"{_LISTED[key]} shows them"
                    mistakes.add(ConfigError(f"{where}: person {person.name}: {key}: {one!r} is unknown; {hint}"))
    mistakes.tell()


_SOURCES = "`longarm sources list`"
_LISTED = {"rules": "`longarm rules list`", "provinces": _SOURCES, "sources": _SOURCES}


def narrow(facts: DigestFacts, to: Recipient) -> DigestFacts:
    """What one reader's digest is made of. Counts of the whole window stay: they say what was looked at."""
    if not to.is_filtered:
        return facts
    alerts = tuple(one for one in facts.alerts if to.wants(one.alert))
    return replace(
        facts,
        alerts=alerts,
        changes=tuple(one for one in facts.changes if one.source is None or to.sees(one.source)),
        troubles=tuple(one for one in facts.troubles if to.sees(one.source)),
        mended=tuple(one for one in facts.mended if to.sees(one.source)),
        follow_ups=tuple(one for one in facts.follow_ups if to.wants(one.alert)),
    )
