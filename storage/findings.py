"""What we made of it: the frozen records that the derived tables hold; all can be made again from captures."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from storage.records import CaptureId, PageId, Sha256


class DocumentKind(StrEnum):
    ARTICLE = "article"
    LIST = "list"
    DOCUMENT = "document"
    ERROR = "error"
    CHALLENGE = "challenge"


class Outcome(StrEnum):
    """What one look shows (evidence.md, section 6)."""

    LIVE = "live"
    GONE = "gone"
    BLOCKED = "blocked"
    UNREACHABLE = "unreachable"
    SHELL = "shell"


class GoneAs(StrEnum):
    NOT_FOUND = "404"
    GONE = "410"
    SOFT_404 = "soft-404"
    REDIRECT_HOME = "redirect-home"
    EMPTIED = "emptied"


class PageState(StrEnum):
    LIVE = "live"
    UNREACHABLE = "unreachable"
    BLOCKED = "blocked"
    SUSPECTED_GONE = "suspected-gone"
    GONE = "gone"
    RETURNED = "returned"


class AlertKind(StrEnum):
    NEW = "new"
    EDITED = "edited"
    RETROACTIVE = "retroactive"


class Severity(StrEnum):
    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


class Stance(StrEnum):
    ASSERTED = "asserted"
    DENIED = "denied"
    QUOTED = "quoted"
    HYPOTHETICAL = "hypothetical"
    RETRACTED = "retracted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    url: str
    text: str
    date: str | None = None


# As crawler.reading.written.numbers puts them; of very many runs only the first are named, and "…" for the rest.
_OCR_PAGES = re.compile(r"ocr: pages? (\d{1,9}(?:-\d{1,9})?(?:, \d{1,9}(?:-\d{1,9})?){0,99}), engine")

NOT_FILLED_IN = "unrendered"
"""Stands among the warnings of a document whose page a browser should have filled in, and did not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What was read out of one payload; the fields of interface.md, `extract`.

    `published` is ISO 8601: a bare date at precision `day`, with offset at `minute`, None at `none`.
    `body` is paragraphs joined by one LF, NFC. `parts` are the further pages of a split article, in order.
    `warnings` are one line each (a charset that lied, a meta date that disagrees with the one shown).
    `attachments` are the files that belong to an article, images in its text included, in order; `page_starts` are the
    offsets into `body` at which the pages of a paged file begin (none for a web page). `notice` is what an error page
    says of the article that stood there, in one word (`deleted_by_publisher`), where its platform has such words.
    """

    kind: DocumentKind
    title: str = ""
    published: str | None = None
    published_precision: str = "none"
    publisher: str | None = None
    author: str | None = None
    body: str = ""
    lang: str = "und"
    script: str = "none"
    charset: str = "utf-8"
    platform: str | None = None
    links: tuple[Link, ...] = ()
    parts: tuple[str, ...] = ()
    attachments: tuple[Link, ...] = ()
    page_starts: tuple[int, ...] = ()
    redirect: str | None = None
    blocked_by: str | None = None
    notice: str | None = None
    warnings: tuple[str, ...] = ()

    @property
    def has_words(self) -> bool:
        """Whether a title or a text was read out of it."""
        return bool(self.title.strip() or self.body.strip())

    @property
    def recognised(self) -> tuple[tuple[int, int], ...]:
        """The spans of `body` that OCR read out of pictures; all of it, where its warning does not name every page."""
        spans: list[tuple[int, int]] = []
        for warning in self.warnings:
            if not warning.startswith("ocr:"):
                continue
            named = _OCR_PAGES.match(warning)
            if named is None or not self.page_starts:
                return ((0, len(self.body)),)
            ends = (*self.page_starts[1:], len(self.body))
            for run in named[1].split(", "):
                first, _, last = run.partition("-")
                pages = slice(int(first) - 1, int(last or first))
                spans += zip(self.page_starts[pages], ends[pages], strict=True)
        return tuple(spans)

    @property
    def is_unread(self) -> bool:
        """Whether it is a file that could not be read, or not all of it (its warnings say what and why)."""
        return any(warning.startswith("unread:") for warning in self.warnings)


def page_of(document: Document, offset: int) -> int | None:
    """The number of the page, from 1, on which the character at an offset into `body` stands; None without pages."""
    if not document.page_starts or not 0 <= offset < len(document.body):
        return None
    # A page without text begins where the next does: the last that begins here is the one that shows the character.
    return max(1, bisect_right(document.page_starts, offset))


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one capture shows, and the reason in one line. `known_share` is 0..1 of the known text's 5-grams."""

    outcome: Outcome
    gone_as: GoneAs | None = None
    blocked_by: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A page's distinct content. `id` is the capture that showed it first; `parts` are the captures whose
    documents, joined in order, are its text (one unless the article is split over pages). `came_at`: when an
    imported one came into the archive; what it shows is of `captured_at`."""

    id: CaptureId
    record_sha256: Sha256
    page_id: PageId
    url: str
    ordinal: int
    captured_at: datetime
    parts: tuple[CaptureId, ...]
    imported: bool = False
    came_at: datetime | None = None

    @property
    def short(self) -> str:
        return self.record_sha256[:32]

    @property
    def arrived_at(self) -> datetime:
        """When it was first to be seen here."""
        return self.came_at or self.captured_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a page stands after its looks so far: the memory of the takedown machine."""

    page_id: PageId
    state: PageState
    since: datetime
    alive: bool = False
    gone_as: GoneAs | None = None
    signs: int = 0
    first_sign_at: datetime | None = None
    troubles: int = 0
    first_trouble_at: datetime | None = None
    confirmed: int = 0
    # The vantages that see it alive while the usual one does not, with commas between.
    hidden: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    page_id: PageId
    capture_id: CaptureId
    at: datetime
    from_state: PageState
    to_state: PageState
    gone_as: GoneAs | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One rule found at one span. Offsets are code points into `field` ("title" or "body") as stored.

    `layer` is `plain`, or the further reading (`ocr`, `evasion`) that alone shows it. `labels` say how the text speaks
    there besides its stance, `why` what made the severity, `rule_version` which wording of the rule it was.
    """

    concept: str
    variant: str
    severity: Severity
    stance: Stance
    field: str
    start: int
    end: int
    matched: str
    quote: str
    more: tuple[tuple[str, int, int], ...] = ()
    layer: str = "plain"
    labels: tuple[str, ...] = ()
    why: str = ""
    rule_version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppressed:
    concept: str
    variant: str
    field: str
    start: int
    end: int
    matched: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something told to a person. `id` is a hash of page key, concept and snapshot record, so it is made once.

    `page_number` is the page of a paged file that the quote stands on, None for a web page. `persons` are the private
    persons that its text names, each with whether it is a minor: their names are starred. `layer` as in Hit.
    """

    id: str
    kind: AlertKind
    concept: str
    variant: str
    severity: Severity
    stance: Stance
    status: str
    page_id: PageId
    url: str
    source_id: str | None
    agency: str | None
    province: str | None
    snapshot_id: CaptureId
    snapshot: str
    first_seen: datetime
    told_at: datetime
    published: str | None
    title: str
    matched: str
    quote: str
    field: str
    start: int
    end: int
    cluster: str | None
    lang: str
    more: tuple[tuple[str, int, int], ...] = ()
    page_number: int | None = None
    layer: str = "plain"
    persons: tuple[tuple[str, bool], ...] = ()
    labels: tuple[str, ...] = ()
    why: str = ""
    rule_version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One figure, date or sanction that a text says of policing abroad; the fields of interface.md, `claims`.

    `type` is one of `returned suspects repatriated stations_count countries reward deadline penalty school_denial`.
    `quantity` is the number as read (`quantity_max` the upper end of a range), `quantity_text` as printed; `qualifier`
    one of `more_than nearly about range`. `country` and `countries` are ISO 3166 codes, the dates ISO 8601 days.
    `start` and `end` are code points into the body, and `quote` is exactly what stands there.
    """

    type: str
    quote: str
    start: int
    end: int
    quantity: int | None = None
    quantity_text: str | None = None
    quantity_max: int | None = None
    qualifier: str | None = None
    unit: str | None = None
    place: str | None = None
    country: str | None = None
    countries: tuple[str, ...] | None = None
    agency: str | None = None
    period_start: str | None = None
    period_end: str | None = None
    deadline: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredClaim:
    """A claim and where it stands: the `ordinal`-th of its snapshot, told with the alert.

    `snapshot` is the snapshot's hexadecimal id (the capture's hash), `record_sha256` the whole hash of its record.
    """

    claim: Claim
    alert_id: str
    snapshot_id: CaptureId
    ordinal: int
    snapshot: str
    record_sha256: Sha256
    url: str
    source_id: str | None
    published: str | None
    told_at: datetime
    title: str
