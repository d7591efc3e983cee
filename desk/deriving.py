"""The derivations over captures in their order."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from desk.indexing import SearchStage
from desk.leading import LeadStage
from desk.stages import SnapshotStage
from desk.states import TakedownStage
from storage.derive import advance

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from desk.leading import Foreseen
    from storage.config import Takedown
    from storage.database import Database
    from storage.derive import Stage
    from storage.records import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class DeriveReport:
    """What was made of new captures, and how many subjects had to be set aside."""

    documents: int
    looks: int
    failed: int

    def __add__(self, other: DeriveReport) -> DeriveReport:
        return DeriveReport(
            documents=self.documents + other.documents,
            looks=self.looks + other.looks,
            failed=self.failed + other.failed,
        )


def after_snapshots(version: str, foreseen: Foreseen | None = None) -> tuple[SearchStage, LeadStage]:
    """The stages over snapshots of that version that lead to no other stage."""
    return SearchStage(snapshots_version=version), LeadStage(snapshots_version=version, foreseen=foreseen)


def derive_with(
    reading: Stage[Any, Any],
    database: Database,
    *,
    limits: Takedown,
    now: Clock,
    tell: Callable[[str, int], None] | None = None,
    indexing: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> DeriveReport:
    """The stages over captures in their order, with whatever reads bodies.

    `indexing`: opens a block beside which another process may do what `after_snapshots` gives.
    """
    read = advance(reading, database, now=now, tell=tell)
    snapshots = SnapshotStage(documents_version=reading.version, limits=limits, now=now)
    looked = advance(snapshots, database, now=now, tell=tell)
    states = TakedownStage(snapshots_version=snapshots.version, limits=limits, now=now)
    with indexing():
        advance(states, database, now=now, tell=tell)
    search, lead = after_snapshots(snapshots.version)
    advance(search, database, now=now, tell=tell)
    advance(lead, database, now=now, tell=tell)
    return DeriveReport(documents=read.done, looks=looked.done, failed=read.failed + looked.failed)
