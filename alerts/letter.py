"""The day's letter as one object: what a window holds, in order, whatever form it is then given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from storage.findings import Alert, Severity
from storage.origins import UNSAID, Origin

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from alerts.wording import Words
    from storage.digests import PageFacts
    from storage.findings import StoredClaim
    from storage.records import CaptureId

AS_TOLD = "(as was told 据导入者)"
"""Behind a publisher that the page does not name, but whoever imported it."""
SEVERITIES = tuple(Severity)
"""Critical first: the order in which alerts are read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """From `start` until just before `end`, by the time of telling. `date` is the day it closes on."""

    date: date
    start: datetime
    end: datetime
    zone: str
    is_open: bool

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.tz)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A run of a quote's characters; `is_hit` where the rule found its words."""

    text: str
    is_hit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """`page` is the page of a paged file that it stands on, from 1; `snapshot` the version of the page that it stands
    in, where that is not the line's."""

    pieces: tuple[Piece, ...]
    page: int | None = None
    snapshot: str | None = None

    @property
    def marked(self) -> str:
        return "".join(f"【{piece.text}】" if piece.is_hit else piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True, kw_only=True)
class Organ:
    """Who publishes, as shown: the source's names, and its kind, level and province in both languages.

    `id` None: no source of ours, but whom a page that was brought in names itself; `is_told`: whom its importer does.
    """

    id: str | None
    name: str
    name_en: str | None
    agency: Words | None
    level: Words | None
    province: Words | None
    is_told: bool = False

    @property
    def both(self) -> str:
        both = self.name if not self.name_en or self.name_en == self.name else f"{self.name} {self.name_en}"
        return f"{both} {AS_TOLD}" if self.is_told else both

    @property
    def kind(self) -> str:
        return " · ".join(words.both for words in (self.agency, self.level, self.province) if words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """Another page with the same text."""

    url: str
    name: str
    alerts: tuple[Alert, ...] = ()
    is_carried: bool = False  # its text is what a list carries of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """The article that leads to a file, as shown: its title, and the words of the link."""

    url: str
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """What an engine made of a quote, masked; `engine` is how it is named to the reader. Never a quote itself."""

    text: str
    engine: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One page that alerted, with all the concepts found on it. All text is masked and clean."""

    severity: Severity
    concepts: tuple[Words, ...]
    stance: Words | None
    marks: tuple[Words, ...]
    organ: Organ | None
    title: str
    published: str | None
    first_seen: datetime
    page_seen: datetime  # before `first_seen` where an edit brought the words
    quotes: tuple[Quote, ...]
    glosses: tuple[tuple[str, str], ...]
    url: str
    snapshot: str
    state: Words | None
    state_since: datetime | None
    alerts: tuple[Alert, ...]
    copies: tuple[Copy, ...] = ()
    variants: tuple[Line, ...] = ()
    differences: tuple[tuple[str, str], ...] = ()
    is_hidden: bool = False  # where it differs, both sides are masked to the same
    earlier: Copy | None = None
    layout: str | None = None
    articles: tuple[Article, ...] = ()
    labels: tuple[Words, ...] = ()
    why: str = ""
    translation: Translation | None = None
    origins: Mapping[CaptureId, Origin] = field(default_factory=dict)  # of its alerts' snapshots, as shown

    @property
    def origin(self) -> Origin:
        """Whose words the text is that it quotes."""
        return self.origins[max(self.origins)] if self.origins else UNSAID

    @property
    def lang(self) -> str:
        """The language of its quotes, as an HTML attribute may carry it."""
        lang = self.alerts[0].lang if self.alerts else "zh"
        return lang if lang.isascii() and lang.isalpha() and lang != "und" else "zh"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A takedown, return or edit of a page that had alerted; the last in the window stands for what led to it.

    `copies` still show the text that this page no longer does; `is_original` where it probably had it first. Of an
    edit, `characters` are those added and removed, `words_gone` what had alerted and it no longer says.
    """

    event: Words
    page_id: int
    at: datetime
    organ: Organ | None
    title: str
    url: str
    alerted_at: datetime
    reason: str
    gone_as: Words | None
    captures: int
    snapshot: str | None
    snapshot_old: str | None = None
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    characters: tuple[int, int] = (0, 0)
    words_gone: tuple[str, ...] = ()
    articles: tuple[Article, ...] = ()
    glosses: tuple[tuple[str, str], ...] = ()
    signs: int = 0
    signs_since: datetime | None = None
    copies: tuple[Copy, ...] = ()
    is_original: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRow:
    """One line of the claims table, as shown. `printed` is the page's own words, `read` the number as understood.

    `older` is the figure that this one contradicts, of the same organ about the same thing, `older_said` it as shown.
    `url` is the address of the line that it belongs to, `is_variant` where the line is one of a story's variants;
    `is_edit` where an edit that is told says it, and no line. `is_report` where the text names no organ and its
    publisher is a medium: who tells it, and not whose figure it is. `who_of` is the organ that publishes what one
    without a name of its own says (县联席办); `is_part`: of another figure of the text, which it is not added to.
    """

    who: str
    who_en: str | None
    type: Words
    printed: str
    read: str
    place: str
    period: str
    quote: str
    url: str
    snapshot: str
    page_url: str
    stored: StoredClaim
    is_variant: bool = False
    is_edit: bool = False
    is_report: bool = False
    who_of: str | None = None
    is_part: bool = False
    older: StoredClaim | None = None
    older_said: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A hit that was held back, shown for a look: is the filter eating meat?"""

    reason: Words
    concept: Words
    title: str
    quote: Quote
    url: str
    snapshot: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Many pages of one host that went, or are back, at once; `urls` are those that had alerted."""

    event: Words
    host: str
    at: datetime
    pages: int
    gone_as: tuple[tuple[Words, int], ...]
    urls: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One alarm: its kind, since when, and what it says."""

    kind: Words
    since: datetime
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A source we cannot see, or not as before, and why; `health` is `ok` where only its alarms speak.

    `alarms` are those whose words are not the health's own; `advice` is what to do.
    """

    organ: Organ
    health: Words
    error: Words | None
    since: datetime | None
    detail: str
    alarms: tuple[Note, ...] = ()
    advice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """An alarm of a source that no longer holds: told once, in the window in which it was cleared."""

    organ: Organ
    kind: Words
    since: datetime
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    alert: str
    title: str
    url: str
    who: str | None
    at: datetime
    reason: str | None
    due: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Possible:
    """A lead: a text that no rule holds and that a model finds alike. `quote` marks the phrase that weighed most."""

    concept: Words
    score: float
    organ: Organ | None
    title: str
    published: str | None
    first_seen: datetime
    quote: Quote
    field: str
    start: int
    end: int
    url: str
    snapshot: str
    origin: Origin = UNSAID  # as shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    sources: int = 0
    answered: int = 0
    crawled: int = 0
    new: int = 0
    rechecked: int = 0
    copies: int = 0
    info: int = 0
    other_takedowns: int = 0
    unread: int = 0


class Covered(NamedTuple):
    """A day whose window has nothing to tell, and no letter of its own; `is_idle` where no run was made in it."""

    date: date
    is_idle: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """One window's letter. The four forms are made from this and nothing else.

    `notes` are lines about the letter itself: that a translation engine did not answer. `is_idle`: no run was made in
    the window, `last_run` was the last before its end. `covers` are the days before it that the letter stands for, too.
    """

    window: Window
    troubles: tuple[Trouble, ...]
    mended: tuple[Mended, ...]
    changes: tuple[Change, ...]
    moves: tuple[Move, ...]
    lines: tuple[Line, ...]
    retroactive: tuple[Line, ...]
    repeats: tuple[Line, ...]
    claims: tuple[ClaimRow, ...]
    follow_ups: tuple[FollowUp, ...]
    suppressed: tuple[tuple[str, int], ...]
    samples: tuple[Sample, ...]
    pages: tuple[PageFacts, ...]
    counts: Counts
    ledger_seq: int
    ledger_head: str | None
    notes: tuple[str, ...] = ()
    retroactive_claims: tuple[ClaimRow, ...] = ()
    leads: tuple[Possible, ...] = ()
    is_idle: bool = False
    last_run: datetime | None = None
    covers: tuple[Covered, ...] = ()

    @property
    def unseen(self) -> tuple[Trouble, ...]:
        """The sources that cannot be seen, without those of which there is only something to note."""
        return tuple(one for one in self.troubles if one.health.key != "ok")

    @property
    def takedowns(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.event.key != "edited")

    @property
    def edits(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.event.key == "edited")

    @property
    def is_quiet(self) -> bool:
        return not (self.lines or self.changes or self.moves or self.retroactive or self.repeats)

    @property
    def is_empty(self) -> bool:
        """Whether nothing would be lost with it: what still holds (a silent source, a follow-up) the next one tells."""
        return self.is_quiet and not (self.mended or self.leads)

    def by_severity(self) -> list[tuple[Severity, list[Line]]]:
        """The new lines under their severities, in reading order; empty severities left out."""
        groups = [(severity, [line for line in self.lines if line.severity == severity]) for severity in SEVERITIES]
        return [(severity, lines) for severity, lines in groups if lines]
