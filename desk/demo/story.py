"""The story of a staged day: what is new since the day before, in plain lines, and what did not go as staged."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from alerts.wording import with_cause, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from desk.demo.facts import AlertLine, Facts
    from desk.demo.staging import Day

SEVERITIES = ("critical", "high", "medium", "low", "info")
TAKEDOWN_STATES = ("suspected-gone", "gone", "returned")


def tell(before: Facts, after: Facts) -> Iterator[str]:
    """What changed between two days, a line or two each."""
    # A list of links is looked at, not read: what the digest calls a new page is one whose text is kept.
    known = {page.url for page in before.pages if page.snapshots}
    read = {page.url for page in after.pages if page.snapshots}
    kept = sum(page.snapshots for page in after.pages)
    yield f"{len(read)} pages read, {len(read - known)} of them new; {kept} snapshots kept"
    for (kind, _), alerts in groupby(_new_alerts(before, after), key=lambda alert: (alert.kind, alert.url)):
        first, *more = alerts
        label = "EDITED" if kind == "edited" else "ALERT"
        concepts = ", ".join([first.rule, *(alert.rule for alert in more)])
        yield f"{label:<8}{first.severity:<9}{concepts}  {_name(after, first.source)}"
        yield f"                 {_marked(first)}"
    was = {page.url: page.standing for page in before.pages}
    for page in after.pages:
        # A newspaper's missing issue is no news; the list of a blocked site is told as its source.
        if page.kind != "list" and page.standing != was.get(page.url, "live"):
            how = words("gone_as", page.gone_as) if page.gone_as else None
            yield f"{_label(page.state):<8}{with_cause(words('change', page.state), how)}"
            yield f"                 {page.url}"
    for source in after.sources:
        if source.health != "ok":
            error = words("error", source.error) if source.error else None
            yield f"UNSEEN  {with_cause(words('health', source.health), error)}  {source.name}"


def check(day: Day, before: Facts, after: Facts) -> Iterator[str]:
    """Each thing that did not go as staged, in a line."""
    yield from _check_alerts(day, before, after)
    yield from _check_pages(day, after)
    for source in after.sources:
        staged = day.sources.get(source.source, "ok")
        if source.standing != staged:
            yield f"source {source.source} is {source.standing}, staged: {staged}"
    yield from after.damage


def _check_alerts(day: Day, before: Facts, after: Facts) -> Iterator[str]:
    came = {(alert.kind, alert.rule, alert.url) for alert in _new_alerts(before, after)}
    for kind, rule, url in sorted(day.alerts - came):
        yield f"missing alert: {kind} {rule} {url}"
    staged = {(kind, url) for kind, _, url in day.alerts}
    for kind, rule, url in sorted(came):
        if (kind, url) not in staged:
            yield f"alert not staged: {kind} {rule} {url}"
    clusters = {alert.cluster or alert.url for alert in after.alerts if alert.url in day.copies}
    if len(clusters) > 1:
        yield f"the copies of one article were not folded: {len(clusters)} entries for {len(day.copies)} pages"


def _check_pages(day: Day, after: Facts) -> Iterator[str]:
    pages = {page.url: page for page in after.pages}
    for url, state in day.states.items():
        if url not in pages or pages[url].standing != state:
            yield f"{url} is {pages[url].standing if url in pages else 'unknown'}, staged: {state}"
    for page in after.pages:
        if page.state in TAKEDOWN_STATES and page.url not in day.states:
            yield f"{page.url} is {page.standing}, which was not staged"
    for url, count in day.snapshots.items():
        if url not in pages or pages[url].snapshots != count:
            yield f"{url} has {pages[url].snapshots if url in pages else 'no'} snapshots, staged: {count}"


def _new_alerts(before: Facts, after: Facts) -> list[AlertLine]:
    """The alerts since, page by page, the gravest page first and the gravest of a page first."""
    told = {alert.alert for alert in before.alerts}
    new = [alert for alert in after.alerts if alert.alert not in told]
    gravity = {alert.url: len(SEVERITIES) for alert in new}
    for alert in new:
        gravity[alert.url] = min(gravity[alert.url], SEVERITIES.index(alert.severity))
    return sorted(
        new, key=lambda alert: (gravity[alert.url], alert.url, alert.kind, SEVERITIES.index(alert.severity), alert.rule)
    )


def _name(facts: Facts, source: str) -> str:
    return next((line.name for line in facts.sources if line.source == source), source)


def _label(state: str) -> str:
    return {"live": "BACK", "returned": "BACK", "blocked": "UNSEEN", "unreachable": "UNSEEN"}.get(state, "GONE")


def _marked(alert: AlertLine) -> str:
    """Some forty characters around what matched, which stands in 【】."""
    at = alert.quote.find(alert.matched)
    if at < 0:
        return alert.quote[:44]
    end = at + len(alert.matched)
    left, right = alert.quote[max(0, at - 16) : at], alert.quote[end : end + 20]
    return f"{'…' if at > 16 else ''}{left}【{alert.matched}】{right}{'…' if end + 20 < len(alert.quote) else ''}"
