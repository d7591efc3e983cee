"""What Longarm says of the sample web after a day, read back from its own commands (the shapes of interface.md)."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertLine:
    alert: str
    rule: str
    severity: str
    kind: str
    url: str
    source: str
    title: str
    quote: str
    matched: str
    cluster: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLine:
    url: str
    kind: str
    state: str
    gone_as: str | None
    snapshots: int

    @property
    def standing(self) -> str:
        return f"{self.state} {self.gone_as}" if self.gone_as else self.state


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    source: str
    name: str
    health: str
    error: str | None

    @property
    def standing(self) -> str:
        return f"{self.health} {self.error}" if self.error else self.health


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One day's outcome. `exit_code` is the run's; `digest` is its text; `damage` is what `verify` found."""

    exit_code: int
    alerts: tuple[AlertLine, ...] = ()
    pages: tuple[PageLine, ...] = ()
    sources: tuple[SourceLine, ...] = ()
    digest: str = ""
    damage: tuple[str, ...] = ()

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)


def _rows(shape: type[Any], rows: list[dict[str, Any]]) -> tuple[Any, ...]:
    names = shape.__dataclass_fields__
    return tuple(shape(**{name: row.get(name) for name in names}) for row in rows)


def read_facts(text: str) -> Facts:
    """Facts out of the JSON of `Facts.to_json`, or with rows as the commands print them (more keys are let be)."""
    table = json.loads(text)
    return Facts(
        exit_code=table["exit_code"],
        alerts=_rows(AlertLine, table["alerts"]),
        pages=_rows(PageLine, table["pages"]),
        sources=_rows(SourceLine, table["sources"]),
        digest=table["digest"],
        damage=tuple(table["damage"]),
    )
