"""Stage `snapshot`: looks judged, new texts kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from crawler import snapshot, verdict
from crawler.sameness import VERSION as SAMENESS
from crawler.verdict import LIVE, SiteMemory, judge
from desk.timelines import Timelines
from storage import carriers, derive, documents, ledger, subjects
from storage.documents import LastSnapshot
from storage.findings import NOT_FILLED_IN, DocumentKind, Outcome, Verdict
from storage.records import CaptureKind, Role
from storage.urls import host_of, url_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from crawler.changes import Edit
    from storage.config import Takedown
    from storage.database import Connection
    from storage.derive import Failed
    from storage.findings import Document
    from storage.records import CaptureId, Clock, PageId, Sha256
    from storage.subjects import Subject

# Documents of so many looks are in memory at once.
_BATCH = 400
_TEXT_KINDS = (DocumentKind.ARTICLE, DocumentKind.DOCUMENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSnapshot:
    """A snapshot to keep, and what the edit that made it did (None: it is the page's first, or only completed it).

    `is_late`: it was made before others of its page that are known already; those move back by one place.
    """

    id: CaptureId
    record_sha256: Sha256
    page_id: PageId
    url_key: str
    url: str
    ordinal: int
    parts: tuple[CaptureId, ...]
    text_sha256: Sha256
    old: Sha256 | None = None
    edit: Edit | None = None
    is_late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What one look gave: a verdict where it did not show the page alive, a snapshot where it showed something new."""

    id: CaptureId
    verdict: Verdict
    snapshot: NewSnapshot | None = None


class SnapshotStage:
    """Stage `snapshot`: each look judged, and a new snapshot where a live one shows another text."""

    name = "snapshot"

    def __init__(self, *, documents_version: str, limits: Takedown, now: Clock) -> None:
        self.version = snapshots_version(documents_version)
        self._limits = limits
        self._now = now

    def subjects(self, conn: Connection, after: CaptureId) -> Sequence[Subject]:
        return subjects.looks(conn, after, _BATCH)

    def again(self, conn: Connection, ids: Sequence[CaptureId]) -> Sequence[Subject]:
        return subjects.by_ids(conn, ids)

    def derive(self, conn: Connection, looks: Sequence[Subject]) -> Iterator[Judged | Failed]:
        memory = _Memory(conn, looks, self._limits)
        for look in looks:
            yield memory.judge(look)

    def put(self, conn: Connection, results: Sequence[Judged]) -> None:
        documents.put_verdicts(
            conn, [_verdict_row(found) for found in results if found.verdict.outcome is not Outcome.LIVE]
        )
        made = [found.snapshot for found in results if found.snapshot]
        if not any(each.is_late for each in made):
            documents.put_snapshots(conn, [_snapshot_row(each) for each in made])
        else:
            for each in made:
                if each.is_late:
                    documents.make_room(conn, each.page_id, each.ordinal)
                documents.put_snapshots(conn, [_snapshot_row(each)])
        ids = [each.id for each in made]
        for prefix, stage in (("match/", "match"), ("search", "search"), ("lead", "lead")):
            redo_passed(conn, prefix, stage, ids, version=self.version, now=self._now)
        for each in made:
            if each.edit is not None and each.old is not None:
                body = {
                    "page": each.url,
                    "snapshot_old": each.old[:32],
                    "snapshot_new": each.record_sha256[:32],
                    "added": len(each.edit.added),
                    "removed": len(each.edit.removed),
                    "characters_added": each.edit.characters_added,
                    "characters_removed": each.edit.characters_removed,
                }
                subject = f"{each.url_key} {each.record_sha256[:32]}"
                ledger.append_act(conn, event="edited", subject=subject, body=body, at=self._now())

    def forget(self, conn: Connection) -> None:
        documents.forget_snapshots(conn)


def redo_passed(
    conn: Connection, prefix: str, stage: str, ids: Sequence[CaptureId], *, version: str, now: Clock
) -> None:
    """Ask the next stage to take again what its cursor has passed; not where it starts anew, for `version` changed."""
    standing = [cursor for found, cursor, _ in derive.cursors(conn, prefix).values() if found.endswith(f"+{version}")]
    if standing and stage == "search":
        # It is filled beside this stage, and may have read on without having moved yet: of what is numbered below the
        # looks that were judged before (a split article by its first part), nothing is sure to be met.
        standing += [cursor for _, cursor, _ in derive.cursors(conn, "snapshot").values()]
    late = [number for number in ids if standing and number <= max(standing)]
    if late:
        derive.redo(conn, stage, late, version=version, now=now)


def _verdict_row(found: Judged) -> dict[str, object]:
    return {
        "capture_id": found.id,
        "outcome": str(found.verdict.outcome),
        "gone_as": found.verdict.gone_as,
        "blocked_by": found.verdict.blocked_by,
        "reason": found.verdict.reason,
        "version": verdict.VERSION,
    }


def _snapshot_row(made: NewSnapshot) -> dict[str, object]:
    return {
        "id": made.id,
        "page_id": made.page_id,
        "ordinal": made.ordinal,
        "parts": list(made.parts),
        "text_sha256": made.text_sha256,
        "version": snapshot.VERSION,
    }


class _Memory:
    """What must be known to judge one batch: documents, what each page last showed, split articles."""

    def __init__(self, conn: Connection, looks: Sequence[Subject], limits: Takedown) -> None:
        self._conn = conn
        self._limits = limits
        answers = [look for look in looks if look.kind is CaptureKind.RESPONSE]
        self._documents = documents.get_many(conn, [look.id for look in answers])
        self._bad = dict(documents.not_live(conn, [look.refers_to for look in looks if look.refers_to]))
        pages = sorted({look.page_id for look in answers})
        self._known = documents.last_alive(conn, pages, looks[0].id) if pages else {}
        split = {look.owner_id for look in looks if look.page_id != look.owner_id}
        split |= {look.page_id for look in answers if look.id in self._documents and self._documents[look.id].parts}
        self._split = documents.part_pages(conn, sorted({look.owner_id for look in looks} | split))
        of_whom = {number for look in answers for number in (look.owner_id, look.page_id)}
        self._last = documents.last_snapshots(conn, sorted(of_whom | set(self._split)))
        self._timelines = Timelines(conn, sorted({look.owner_id for look in answers if look.imported}))
        self._verdicts: dict[CaptureId, Verdict] = {}
        self._shown: dict[PageId, set[CaptureId]] = {}
        self._missing: dict[str, frozenset[Sha256]] | None = None

    def judge(self, look: Subject) -> Judged:
        if look.imported and self._is_late(look):
            return self._late(look)
        found = self._verdict(look)
        if found.outcome is not Outcome.LIVE:
            self._bad[look.id] = found.outcome
            self._verdicts[look.id] = found
        made = None
        if look.compares and look.owner_id in self._last:
            # What another vantage is shown is no edit of what the usual one was.
            return Judged(id=look.id, verdict=found)
        if look.owner_id in self._split and not look.compares and not self._stands_alone(look):
            made = self._whole(look)
        elif found.outcome is Outcome.LIVE and look.kind is CaptureKind.RESPONSE:
            read = self._documents.get(look.id)
            if read is not None and snapshot.is_worth_keeping(read):
                made = self._new(look, look, (look.id,), read)
        if found.outcome is Outcome.LIVE and self._has_text(look.id) and not look.compares:
            self._known[look.page_id] = (look.captured_at, look.id)
        return Judged(id=look.id, verdict=found, snapshot=made)

    def _is_late(self, look: Subject) -> bool:
        """Whether the page was seen alive, or has a snapshot, of a later time than this look's."""
        known, last = self._known.get(look.page_id), self._last.get(look.owner_id)
        return (known is not None and look.captured_at < known[0]) or (
            last is not None and look.captured_at < last.captured_at
        )

    def _late(self, look: Subject) -> Judged:
        """An imported look of an earlier time: judged by what was known then, set among its neighbours, told as no
        edit; what the page is now, it does not change."""
        before = documents.alive_until(self._conn, look.page_id, look.captured_at, before=look.id)
        known = next((number for number in before if number not in self._bad), None)
        found = self._verdict(look, known=known)
        if found.outcome is not Outcome.LIVE:
            self._bad[look.id] = found.outcome
            self._verdicts[look.id] = found
            return Judged(id=look.id, verdict=found)
        read = self._documents.get(look.id)
        is_whole = look.owner_id == look.page_id and not look.truncated
        if read is None or not is_whole or not snapshot.is_worth_keeping(read):
            return Judged(id=look.id, verdict=found)
        text = snapshot.fingerprint(read)
        ordinal = self._timelines.place(look, text)
        made = None
        if ordinal is not None:
            made = NewSnapshot(
                id=look.id,
                record_sha256=look.record_sha256,
                page_id=look.page_id,
                url_key=look.url_key,
                url=look.url,
                ordinal=ordinal,
                parts=(look.id,),
                text_sha256=text,
                is_late=True,
            )
            self._last[look.page_id] = self._timelines.newest(look.page_id)
        return Judged(id=look.id, verdict=found, snapshot=made)

    def _has_text(self, number: CaptureId) -> bool:
        read = self._documents.get(number)
        return read is not None and read.kind in _TEXT_KINDS

    def _verdict(self, look: Subject, *, known: CaptureId | None = None) -> Verdict:
        """What the look shows. `known`: what the page showed before it, where that is not its last text."""
        if look.kind is CaptureKind.ERROR:
            return judge(look, None, None, SiteMemory())
        if look.kind is CaptureKind.REVISIT:
            if look.refers_to not in self._bad:
                return LIVE
            return self._verdicts.get(look.refers_to) or subjects.verdict_of(self._conn, look.refers_to) or LIVE
        known_id = known
        if known_id is None and look.page_id in self._known and not (look.imported and self._is_late(look)):
            known_id = self._known[look.page_id][1]
        read = self._documents.get(look.id)
        whole = read is not None and read.kind in _TEXT_KINDS and NOT_FILLED_IN not in read.warnings
        if known_id is None and whole and look.status == 200 and not look.error:
            return LIVE
        return judge(look, read, self._document(known_id), self._site(look))

    def _document(self, number: CaptureId | None) -> Document | None:
        if number is None:
            return None
        return self._documents.get(number) or documents.get(self._conn, number)

    def _site(self, look: Subject) -> SiteMemory:
        if self._missing is None:
            found: dict[str, frozenset[Sha256]] = {}
            for url, payloads in subjects.missing_payloads(self._conn).items():
                found[host_of(url)] = found.get(host_of(url), frozenset()) | payloads
            self._missing = found
        return SiteMemory(missing=self._missing.get(host_of(look.url), frozenset()))

    def _new(self, owner: Subject, shown: Subject, parts: tuple[CaptureId, ...], read: Document) -> NewSnapshot | None:
        """The snapshot that `shown` opens on the owner's page, None where the last one says the same."""
        last = self._last.get(owner.page_id)
        text = snapshot.fingerprint(read)
        if last is not None and (last.text_sha256 == text or shown.truncated):
            return None
        made = NewSnapshot(
            id=shown.id,
            record_sha256=shown.record_sha256,
            page_id=owner.page_id,
            url_key=owner.url_key,
            url=owner.url,
            ordinal=last.ordinal + 1 if last else 1,
            parts=parts,
            text_sha256=text,
        )
        # What a list carried in its place, the article itself does not edit.
        carried = last is not None and carriers.is_carried(self._conn, last.id)
        if last is not None and not carried and not self._completes(owner.page_id, last, parts):
            before = [part for part in map(self._document, last.parts) if part is not None]
            if before:
                made = replace(made, old=last.record_sha256, edit=snapshot.difference(documents.join(before), read))
        self._last[owner.page_id] = LastSnapshot(
            id=made.id,
            record_sha256=made.record_sha256,
            ordinal=made.ordinal,
            parts=parts,
            text_sha256=text,
            captured_at=shown.captured_at,
        )
        self._timelines.append(owner.page_id, self._last[owner.page_id])
        self._shown.setdefault(owner.page_id, set()).update(parts)
        return made

    def _completes(self, page: PageId, last: LastSnapshot, parts: tuple[CaptureId, ...]) -> bool:
        """Whether the article only gained parts that had not come yet: no edit of the page, ours was incomplete."""
        came = parts[len(last.parts) :]
        if not came or parts[: len(last.parts)] != last.parts:
            return False
        # One that was shown before has been away.
        kept = documents.timelines(self._conn, [page]).get(page, ())
        shown = self._shown.get(page, set()).union(*(each.parts for each in kept))
        return not shown.intersection(came)

    def _whole(self, look: Subject) -> NewSnapshot | None:
        """The joined article, looked at once all of its parts that this run captured are there."""
        parts = self._split[look.owner_id]
        pages = [look.owner_id, *parts]
        if documents.last_of_run(self._conn, pages, look.run_id) != look.id:
            return None
        alive = self._alive(pages, look)
        first = alive.get(look.owner_id)
        if first is None:
            return None
        owner = self._document(first)
        named = {url_key(url) for url in owner.parts} if owner is not None else set()
        joined = (
            page for page, key in parts.items() if key in named and page in alive and not self._is_lost(page, look)
        )
        numbers = (first, *(alive[page] for page in joined))
        read = [part for part in map(self._document, numbers) if part is not None]
        if not read:
            return None
        last = self._last.get(look.owner_id)
        fresh = [number for number in numbers if last is None or (number not in last.parts and number > last.id)]
        by_id = {found.id: found for found in subjects.by_ids(self._conn, [first, *fresh[:1]])}
        # Where nothing new came, a part was lost, or is named no more, or was there again: this look shows it.
        shown = by_id[fresh[0]] if fresh else look
        if last is not None and shown.id <= last.id:
            return None
        return self._new(by_id[first], shown, numbers, documents.join(read))

    def _stands_alone(self, look: Subject) -> bool:
        """Whether a list led to a part before its article was known: till then it is a page of its own."""
        if look.role is not Role.PAGE or look.page_id == look.owner_id:
            return False
        return look.owner_id not in self._alive([look.owner_id], look)

    def _is_lost(self, page: PageId, look: Subject) -> bool:
        """Whether a part is served no more, by as many looks over as long a time as makes a page gone."""
        signs = []
        for number, at, outcome in documents.last_looks(self._conn, page, look.id):
            shown = self._bad.get(number, outcome)
            if shown is Outcome.LIVE:
                break
            if shown is Outcome.GONE:
                signs.append(at)
        enough = len(signs) >= self._limits.confirm_checks
        return enough and signs[0] - signs[-1] >= self._limits.confirm_after

    def _alive(self, pages: Sequence[PageId], look: Subject) -> dict[PageId, CaptureId]:
        """Each page's last live capture with a text, this batch's included."""
        alive = documents.last_alive(self._conn, pages, look.id)
        found = {page: number for page, (_, number) in alive.items() if number not in self._bad}
        found.update({page: self._known[page][1] for page in pages if page in self._known})
        if look.id not in self._bad and self._has_text(look.id):
            found[look.page_id] = look.id
        return found


def snapshots_version(documents_version: str) -> str:
    """The version of stage `snapshot` over documents of this one."""
    return f"{verdict.VERSION}.{snapshot.VERSION}.{SAMENESS}+{documents_version}"
