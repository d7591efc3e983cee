"""What rules make of snapshots, in whatever process: their hits, what of them is news, the alerts, and what the stories
look a text up by. Pure: texts in, findings out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from alerts import compose, match, syndication
from alerts.match import MatchText
from alerts.rulebook import Rulebook
from alerts.syndication import Sketch, Text
from crawler.changes import added_spans

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from alerts.match import MatchResult
    from storage.findings import Alert, Document, Snapshot, Suppressed
    from storage.records import Source

    _Spans = Mapping[str, Sequence[tuple[int, int]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One snapshot with its text; `earlier` is the text that it is compared with, `is_late` where that came first."""

    snapshot: Snapshot
    url_key: str
    source: Source | None
    document: Document
    earlier: Document | None = None
    is_attachment: bool = False
    is_late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Jobs for the same rules. `baselines`: by variant, up to which capture it finds what is no news of today;
    `cursor`: up to which capture the rules have read once this is kept, None where they had read on before."""

    jobs: tuple[Job, ...]
    baselines: Mapping[str, int]
    told_at: datetime
    cursor: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found in one snapshot. `stale`: what was held back in text that the page had already; `sketch`: under
    which the text's copies are looked for, where it alerts."""

    snapshot: Snapshot
    document: Document
    news: tuple[compose.Found, ...]
    suppressed: tuple[Suppressed, ...]
    stale: frozenset[Suppressed]
    alerts: tuple[Alert, ...] = ()
    sketch: Sketch | None = None


class Books:
    """A rulebook, and the parts of it that hold some of its rules only."""

    def __init__(self, whole: Rulebook) -> None:
        self.whole = whole
        self._part = lru_cache(maxsize=4)(self._made)

    def __reduce__(self) -> tuple[type[Books], tuple[Rulebook]]:
        return Books, (self.whole,)

    def of(self, variants: frozenset[str]) -> Rulebook:
        """The book of these rules."""
        return self.whole if len(variants) == len(self.whole.rules) else self._part(variants)

    def _made(self, variants: frozenset[str]) -> Rulebook:
        whole = self.whole
        return Rulebook([rule for rule in whole.rules if rule.id in variants], whole.all_sets, whole.evasions)


def find_all(books: Books, batch: Batch) -> list[Finding]:
    """The findings of a batch, in its order; a quiet text has none."""
    book = books.of(frozenset(batch.baselines))
    return [found for job in batch.jobs if (found := _find(book, job, batch)) is not None]


def _find(book: Rulebook, job: Job, batch: Batch) -> Finding | None:
    read, old = job.document, job.earlier
    result = match.find(book, _text(job, read))
    if not result.hits and not result.suppressed:
        return None
    added = _added_text(old, read) if old else {}
    before = match.find(book, _text(job, old)).hits if old is not None and result.hits else None
    news = compose.found_in(result.hits, read, before=before, added=added)
    alerts = _alerts(job, news, batch)
    return Finding(
        snapshot=job.snapshot,
        document=read,
        news=tuple(news),
        suppressed=result.suppressed,
        stale=_stale(result, added) if old else frozenset(),
        alerts=alerts,
        sketch=syndication.sketch(Text(title=read.title, body=read.body)) if alerts else None,
    )


def _alerts(job: Job, news: Sequence[compose.Found], batch: Batch) -> tuple[Alert, ...]:
    made: list[Alert] = []
    for retroactive in (False, True):
        some = [each for each in news if (job.snapshot.id <= batch.baselines[each.hit.variant]) is retroactive]
        made += compose.compose(
            some,
            snapshot=job.snapshot,
            url_key=job.url_key,
            document=job.document,
            source=job.source,
            retroactive=retroactive,
            told_at=batch.told_at,
            is_late=job.is_late,
        )
    return tuple({alert.id: alert for alert in reversed(made)}.values())


def _text(job: Job, read: Document) -> MatchText:
    return text_of(read, job.source, is_attachment=job.is_attachment)


def text_of(read: Document, source: Source | None, *, is_attachment: bool = False) -> MatchText:
    """A document as the rules take it, with what its source says of it."""
    return MatchText(
        title=read.title,
        body=read.body,
        lang=read.lang,
        agency=source.agency if source else None,
        level=source.level if source else None,
        province=source.province if source else None,
        source=source.id if source else None,
        published=read.published,
        publisher=read.publisher,
        recognised=read.recognised,
        attachments=tuple(link.text for link in read.attachments),
        is_attachment=is_attachment,
    )


def _added_text(old: Document, read: Document) -> _Spans:
    return {"title": added_spans(old.title, read.title), "body": added_spans(old.body, read.body)}


def _stale(result: MatchResult, added: _Spans) -> frozenset[Suppressed]:
    return frozenset(held for held in result.suppressed if not _touches(held, added))


def _touches(held: Suppressed, added: _Spans) -> bool:
    return any(held.start < high and low < held.end for low, high in added.get(held.field, ()))
