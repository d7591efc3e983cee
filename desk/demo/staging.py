"""The staging of the sample web, read from staging.toml: what happens on each day and what must come of it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One staged day. `alerts` are (kind, concept, url); `sources` read `health error`, `states` read `state gone_as`.

    The alerts must come; more on the same pages may, on other pages none. Pages not named in `states` must not be
    suspected, gone or returned; sources not named must be ok.
    """

    number: int
    at: datetime
    says: str
    gone: frozenset[str]
    soft_gone: frozenset[str]
    challenged: frozenset[str]
    down: frozenset[str]
    alerts: frozenset[tuple[str, str, str]]
    states: dict[str, str]
    sources: dict[str, str]
    snapshots: dict[str, int]
    copies: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Staging:
    days: tuple[Day, ...]
    charset: dict[str, str]
    soft_404: dict[str, str]


def load_staging() -> Staging:
    with (FOLDER / "staging.toml").open("rb") as file:
        table = tomllib.load(file)
    days = tuple(
        Day(
            number=number,
            at=day["at"],
            says=day["says"],
            gone=frozenset(day.get("gone", ())),
            soft_gone=frozenset(day.get("soft_gone", ())),
            challenged=frozenset(day.get("challenged", ())),
            down=frozenset(day.get("down", ())),
            alerts=frozenset((kind, concept, url) for kind, concept, url in day["alerts"]),
            states=day.get("states", {}),
            sources=day.get("sources", {}),
            snapshots=day.get("snapshots", {}),
            copies=frozenset(day.get("copies", ())),
        )
        for number, day in enumerate(table["day"], 1)
    )
    return Staging(days=days, charset=table["charset"], soft_404=table["soft_404"])
