"""What became of a page since one of its snapshots alerted: edited, gone, back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from alerts.render_json import stamp
from alerts.wording import words
from desk.moments import local
from storage import documents, standings
from storage.findings import PageState

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from storage.database import Connection
    from storage.findings import Alert

_AWAY = {PageState.SUSPECTED_GONE: "suspected gone", PageState.GONE: "gone"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PageNow:
    """The page's state, and its snapshots after the one that alerted. `still_says` is None where there are none."""

    state: PageState | None = None
    since: datetime | None = None
    gone_as: str | None = None
    later: int = 0
    latest: str | None = None
    latest_at: datetime | None = None
    still_says: bool | None = None

    def row(self) -> dict[str, object]:
        """As keys of `alerts show --json`."""
        return {
            "page_state": self.state,
            "page_since": stamp(self.since),
            "page_gone_as": self.gone_as,
            "later_snapshots": self.later,
            "latest_snapshot": self.latest,
            "still_says": self.still_says,
        }

    def said(self, zone: ZoneInfo) -> list[str]:
        """In words, what differs from when it alerted; nothing where the page is as it was."""
        parts = []
        if self.state is not None and self.state is not PageState.LIVE:
            how = f" ({words('gone_as', self.gone_as).both})" if self.gone_as else ""
            since = f" since {local(self.since, zone)}" if self.since else ""
            parts.append(f"{_AWAY.get(self.state, self.state)}{how}{since}")
        if self.later:
            kept = "still has the matched words" if self.still_says else "has the matched words no longer"
            times = "once" if self.later == 1 else f"{self.later} times"
            of = f" of {local(self.latest_at, zone)}" if self.latest_at else ""
            parts.append(f"edited {times} since; snapshot {self.latest}{of} {kept}")
        return parts


def page_now(conn: Connection, alert: Alert) -> PageNow:
    """How the page of an alert stands, as far as its looks have been derived."""
    stands = standings.load(conn, [alert.page_id]).get(alert.page_id)
    known = documents.snapshots(conn, alert.page_id)
    own = next((one.ordinal for one in known if one.id == alert.snapshot_id), None)
    later = [one for one in known if own is not None and one.ordinal > own]
    text = documents.of_snapshot(conn, later[-1]) if later else None
    return PageNow(
        state=stands.state if stands else None,
        since=stands.since if stands else None,
        gone_as=stands.gone_as if stands else None,
        later=len(later),
        latest=later[-1].short if later else None,
        latest_at=later[-1].captured_at if later else None,
        still_says=alert.matched in f"{text.title}\n{text.body}" if text else None,
    )
