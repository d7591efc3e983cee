"""What every form of a digest says in the same words: its headline, its counts, its dates."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from alerts.disagreeing import HIDDEN
from alerts.fold import fold_word
from alerts.letter import (
    AS_TOLD,
    SEVERITIES,
    Article,
    Change,
    Copy,
    Digest,
    FollowUp,
    Line,
    Mended,
    Move,
    Quote,
    Sample,
    Translation,
    Trouble,
    Window,
)
from alerts.naming import in_english
from alerts.whence import FROM_LIST, from_list, how_seen
from alerts.wording import words

if TYPE_CHECKING:
    from datetime import datetime


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_COPIES_NAMED = 4
MOVED_SHOWN = 5
"""So many pages of a host that moved are named, of those that had alerted."""
RETROACTIVE_SHOWN = 20
"""So many retroactive lines are written out; a new rule can find a thousand, and says how to list them."""
LEADS = (
    "no rule holds these texts; a model finds them alike. The phrase that weighed most is marked; "
    "longarm leads mark SNAPSHOT relevant, or irrelevant, teaches it"
)
SENTENCES_SHOWN = 5
"""So many sentences that an edit added, and as many that it removed, are written out."""


def plural(count: int, one: str, many: str | None = None) -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def day_month(moment: datetime) -> str:
    return f"{moment.day} {_MONTHS[moment.month - 1]}"


def minute(window: Window, moment: datetime) -> str:
    """`22 Nov 19:06`, in the digest's zone; with the year where it is another one."""
    local = window.local(moment)
    year = "" if local.year == window.date.year else f" {local.year}"
    return f"{day_month(local)}{year} {local:%H:%M}"


def heading(digest: Digest) -> str:
    window = digest.window
    return f"LONGARM  每日摘要 Daily digest  {window.date.isoformat()} ({_DAYS[window.date.weekday()]})"


def span(digest: Digest) -> str:
    window = digest.window
    is_open = ", still open" if window.is_open else ""
    said = f"window {minute(window, window.start)} - {minute(window, window.end)} {window.zone}{is_open}"
    return f"{said}; {covered(digest)}" if digest.covers else said


def covered(digest: Digest) -> str:
    """`and 9 days from 2026-11-14 to 2026-11-22, with nothing to tell; no run on 8 of them`."""
    days = sorted(one.date for one in digest.covers)
    idle = sum(one.is_idle for one in digest.covers)
    which = f"from {days[0].isoformat()} to {days[-1].isoformat()}" if len(days) > 1 else days[0].isoformat()
    none = f"; no run on {idle} of them 其中 {idle} 天未运行" if idle else ""
    return f"and {plural(len(days), 'day')} before it, {which}, with nothing to tell{none}"


def no_run(digest: Digest) -> str:
    """`no run was made 本期未运行; the last was on 12 Nov 08:10`: such a day is not a quiet one."""
    since = f"; the last was on {minute(digest.window, digest.last_run)}" if digest.last_run else ""
    return f"no run was made 本期未运行{' yet' if digest.window.is_open else ''}{since}"


def answered(digest: Digest) -> str:
    return f"{digest.counts.answered:,} of {plural(digest.counts.sources, 'source')} answered"


def looked_at(digest: Digest) -> str:
    counts = digest.counts
    unread = f"; stored, unread: {counts.unread}" if counts.unread else ""
    others = counts.crawled - counts.new - counts.rechecked
    return (
        f"looked at: {plural(counts.crawled, 'capture')}, {plural(counts.new, 'new page')}, "
        f"{plural(counts.rechecked, 'page')} looked at again"
        + (f", {plural(others, 'other answer')} (lists, parts, files)" if others > 0 else "")
        + unread
    )


def alerts_said(digest: Digest) -> str:
    """`7 new alerts (1 critical, 6 medium) on 5 pages, +2 copies`: alerts by severity, those of copies left out."""
    lines = [line for top in digest.lines for line in (top, *top.variants)]
    alerts = [alert for line in lines for alert in line.alerts]
    counted = [(severity, sum(alert.severity == severity for alert in alerts)) for severity in SEVERITIES]
    by_severity = ", ".join(f"{count} {severity}" for severity, count in counted if count)
    said = plural(len(alerts), "new alert") + (f" ({by_severity})" if alerts else "")
    copies = sum(len(line.copies) for line in lines)
    pages = f" on {plural(len(lines), 'page')}" if len(alerts) != len(lines) or copies else ""
    return said + pages + (f", +{plural(copies, 'copy', 'copies')}" if copies else "")


def headline(digest: Digest) -> str:
    """The one line that says it all; an empty day says so, and one without a run that it was none."""
    if digest.is_idle and digest.is_quiet:
        return f"{no_run(digest)}; nothing was looked at"
    if digest.is_quiet:
        return f"nothing new; {answered(digest)}"
    returns = sum(change.event.key == "returned" for change in digest.takedowns)
    hidden = sum(change.event.key == "hidden" for change in digest.takedowns)
    takedowns = len(digest.takedowns) - returns - hidden
    parts = [
        alerts_said(digest),
        plural(takedowns, "takedown") if takedowns else "",
        f"{hidden} hidden from some places" if hidden else "",
        plural(returns, "return") if returns else "",
        plural(len(digest.edits), "edit") if digest.edits else "",
        f"{plural(hosts, 'host')} moved, down or back" if (hosts := len({one.host for one in digest.moves})) else "",
        f"{len(digest.retroactive)} retroactive" if digest.retroactive else "",
        no_run(digest) if digest.is_idle else answered(digest),
    ]
    return " | ".join(part for part in parts if part)


def subject(digest: Digest, detail: str) -> str:
    """A mail's subject; where mail is not private, only the date."""
    date = f"longarm {digest.window.date.day} {_MONTHS[digest.window.date.month - 1]}"
    if detail == "counts":
        return date
    if digest.is_idle and digest.is_quiet:
        return f"{date}: no run, nothing was looked at"
    if digest.is_quiet:
        return f"{date}: nothing new, {answered(digest)}"
    critical = sum(line.severity == SEVERITIES[0] for line in digest.lines)
    parts = [f"{len(digest.lines)} new" + (f" ({critical} critical)" if critical else "")]
    taken = sum(change.event.key in ("gone", "suspected-gone") for change in digest.changes)
    if taken:
        parts.append(f"{taken} taken down")
    if digest.moves:
        parts.append(f"{plural(len({one.host for one in digest.moves}), 'host')} moved or down")
    if digest.unseen:
        parts.append(f"{plural(len(digest.unseen), 'source')} unseen")
    return f"{date}: {', '.join(parts)}"


def published(line: Line) -> str:
    return (line.published or "undated").replace("T", " ")[:16]


def publisher(line: Line) -> str:
    """`来源 县委统战部`: whom the page itself names, or its importer, where the source's own name does not say so."""
    named = line.origin.named
    if not named or line.organ is None or line.organ.id is None:
        return ""
    if fold_word(named) in fold_word(f"{line.organ.name} {line.organ.name_en or ''}"):
        return ""
    english = in_english(named)
    both = f"{named} {english}" if english and english != named else named
    return f"来源 {both}" + (f" {AS_TOLD}" if line.origin.is_told else "")


def seen(digest: Digest, line: Line) -> str:
    """`page 2026-11-22 第03版：要闻 | seen 22 Nov 19:06 | +3 copies (新浪, 网易 …) | 1 variant`."""
    printed = f" {line.layout}" if line.layout else ""
    parts = [f"page {published(line)}{printed}", _first_seen(digest.window, line)]
    parts += filter(None, [how_seen(line.origin, digest.window.tz)])
    if line.copies:
        parts.append(f"+{plural(len(line.copies), 'copy', 'copies')} ({named(line.copies)})")
    if line.variants:
        parts.append(plural(len(line.variants), "variant"))
    if line.state:
        since = f" since {minute(digest.window, line.state_since)}" if line.state_since else ""
        parts.append(f"now {line.state.both}{since}")
    if line.earlier:
        kin = "variant" if line.differences else "copy"
        parts.append(f"a {kin} of what was told before ({named((line.earlier,))})")
    return " | ".join(parts)


def _first_seen(window: Window, line: Line) -> str:
    """`seen 18 Nov 09:00, these words since 19 Nov 10:00`: an edit brought the words; what was imported came."""
    page, words_seen = minute(window, line.page_seen), minute(window, line.first_seen)
    is_imported = bool(line.origin.time_from)
    if page == words_seen:
        return f"came {page}" if is_imported else f"seen {page}"
    if is_imported:
        return f"known since {page}, these words came {words_seen}"
    return f"seen {page}, these words since {words_seen}"


def belongs(articles: tuple[Article, ...]) -> str:
    """`附件 attached to: 关于…的通告 http://…`; of several articles the first, and how many more."""
    if not articles:
        return ""
    more = f" (+{plural(len(articles) - 1, 'article')})" if len(articles) > 1 else ""
    first = articles[0]
    return f"附件 attached to: {first.title} {first.url}".replace("  ", " ") + more


def glosses(pairs: tuple[tuple[str, str], ...]) -> str:
    """`劝返 = persuade(d) to return; 缅甸 = Myanmar`."""
    return "; ".join(f"{term} = {said}" for term, said in pairs)


def machine(translation: Translation) -> str:
    """What stands before an engine's words wherever they stand: nobody may take them for the page's."""
    return f"机器翻译 machine translation ({translation.engine}), not a quote"


def stored(line: Line) -> str:
    """The stored copy: its hash, and the command that opens it."""
    return f"snapshot {line.snapshot} | longarm show {line.snapshot[:12]}"


def story_numbers(digest: Digest) -> dict[str, str]:
    """`1`, `1v`, … of each line by its snapshot, as every form counts them."""
    found: dict[str, str] = {}
    number = 0
    for _, lines in digest.by_severity():
        for line in lines:
            number += 1
            found.setdefault(line.snapshot, str(number))
            for variant in line.variants:
                found.setdefault(variant.snapshot, f"{number}v")
    return found


def edit_numbers(digest: Digest) -> dict[str, str]:
    """`e1`, `e2`, … of each edit by its new snapshot, as every form counts them."""
    return {edit.snapshot: f"e{number}" for number, edit in enumerate(digest.edits, 1) if edit.snapshot}


def samples_said(digest: Digest) -> str:
    return f"{plural(len(digest.samples), 'hit')} held back this week, drawn at random: is one of them meat?"


def sample_head(one: Sample) -> str:
    return f"{one.reason.both}, held back from {one.concept.both}: {one.title}"


def follow_ups(digest: Digest) -> str:
    """`3, 2 due (Lin 2, nobody 1)`."""
    due = sum(one.due is not None and one.due <= digest.window.date.isoformat() for one in digest.follow_ups)
    people = Counter(one.who or "nobody" for one in digest.follow_ups)
    whose = ", ".join(f"{who} {count}" for who, count in sorted(people.items()))
    return f"{len(digest.follow_ups)}{f', {due} due' if due else ''} ({whose})"


def follow_up(digest: Digest, one: FollowUp) -> str:
    """`Lin, due 2026-11-24, since 22 Nov 12:00: ask for the annex`."""
    is_due = one.due is not None and one.due <= digest.window.date.isoformat()
    due = f", {'DUE' if is_due else 'due'} {one.due}" if one.due else ""
    reason = f": {one.reason}" if one.reason else ""
    return f"{one.who or 'nobody'}{due}, since {minute(digest.window, one.at)}{reason}"


def where(quote: Quote) -> str:
    """`第3页 p. 3`, `修改前 before an edit, snapshot 12ab…`; nothing for a web page's own text."""
    parts = [f"第{quote.page}页 p. {quote.page}"] if quote.page else []
    parts += [f"修改前 before an edit, snapshot {quote.snapshot[:12]}"] if quote.snapshot else []
    return ", ".join(parts)


def named(copies: tuple[Copy, ...]) -> str:
    names = list(dict.fromkeys(copy.name + (FROM_LIST if copy.is_carried else "") for copy in copies))
    return ", ".join(names[:_COPIES_NAMED]) + (" …" if len(names) > _COPIES_NAMED else "")


def who_repeats(line: Line) -> str:
    """Who publishes a page that says again what was told before."""
    name = line.organ.name if line.organ else ""
    told = f" {AS_TOLD}" if line.organ and line.organ.is_told else ""
    return name + told + from_list(line.origin.carried_by)


def disagreement(line: Line) -> str:
    """`17人 -> 19人`: what a variant says otherwise; where it has only more on it, that."""
    if line.is_hidden:
        return HIDDEN
    pairs = "; ".join(f"{mine} -> {theirs}" for mine, theirs in line.differences)
    return pairs or "another concept in it: " + ", ".join(concept.both for concept in line.concepts)


def change_head(digest: Digest, change: Change) -> str:
    parts = []
    if change.gone_as and change.event.key in ("gone", "suspected-gone"):
        parts.append(change.gone_as.both)
    if change.event.key == "edited":
        label = f"[{edit_numbers(digest).get(change.snapshot or '', '')}]"
        parts.append(label + " +{} / -{} characters".format(*change.characters))
    # Of a bare status the reason says no more than it.
    if change.reason and not (change.gone_as and change.gone_as.key.isdigit()):
        parts.append(change.reason)
    if change.signs_since is not None:
        hours = round((change.at - change.signs_since).total_seconds() / 3600)
        parts.append(f"{plural(change.signs, 'look')} over {hours} h")
    parts.append(f"told {minute(digest.window, change.at)}")
    return ", ".join(parts)


def outliving(change: Change) -> str:
    """`copies outlive the original: 2 copies (新浪, 网易)`: who still shows what this page no longer does."""
    if not change.copies:
        return ""
    said = "它是原文，副本仍在 copies outlive the original" if change.is_original else "副本仍在 still shown by"
    return f"{said}: {plural(len(change.copies), 'copy', 'copies')} ({named(change.copies)})"


def words_gone(change: Change) -> str:
    """`it no longer says 不再写有: 劝返, 警侨驿站`: the words that had alerted."""
    return f"it no longer says 不再写有: {', '.join(change.words_gone)}" if change.words_gone else ""


def change_tail(change: Change) -> str:
    """Where the kept copies are: `3 captures kept | a41f09c2…`, or both ends of an edit."""
    if change.snapshot_old and change.snapshot:
        return f"diff {change.snapshot_old} -> {change.snapshot}"
    kept = f"{plural(change.captures, 'capture')} kept" if change.captures else ""
    return " | ".join(part for part in (kept, change.snapshot or "") if part)


def trouble(digest: Digest, one: Trouble) -> str:
    parts = [one.error.both if one.error else "", one.detail]
    if one.since:
        parts.insert(1, f"since {minute(digest.window, one.since)}")
    said = ", ".join(part for part in parts if part)
    notes = [f"{note.kind.both} since {minute(digest.window, note.since)}: {note.said}" for note in one.alarms]
    return "; ".join(part for part in (said, *notes, one.advice) if part)


def mended(digest: Digest, one: Mended) -> str:
    return f"{one.kind.both}, since {minute(digest.window, one.since)} until {minute(digest.window, one.at)}"


def move(digest: Digest, one: Move) -> str:
    """`240 pages (3 had alerted), answers 404 200, … : a migration or an outage, not takedowns, told 22 Nov 19:06`."""
    alerted = f" ({len(one.urls)} had alerted)" if one.urls else ""
    parts = [f"{plural(one.pages, 'page')}{alerted}"]
    if one.event.key == "returned":
        parts.append("it was a migration or an outage")
    else:
        parts += [f"{how.both}: {count:,}" for how, count in one.gone_as]
        parts.append("a migration or an outage of the host, not told as takedowns")
    return ", ".join([*parts, f"told {minute(digest.window, one.at)}"])


def folded_away(digest: Digest) -> list[str]:
    """Each thing held back: its count, and the command that shows it."""
    counts = digest.counts
    said = []
    if digest.suppressed:
        total = sum(count for _, count in digest.suppressed)
        said.append(f"look-alikes {total} ({', '.join(_held(*each) for each in digest.suppressed)})")
    if counts.copies:
        said.append(f"copies of the alerts above {counts.copies}")
    if digest.repeats:
        said.append(f"copies of texts told before {len(digest.repeats)}")
    if counts.info:
        said.append(f"of severity info {counts.info}")
    if counts.other_takedowns:
        said.append(f"other pages taken down or back {counts.other_takedowns} (longarm urls list --state gone)")
    return said


def _held(reason: str, count: int) -> str:
    said = words("exclusion", reason)
    return f"{said.both} {count:,}"


def ledger(digest: Digest) -> str:
    if not digest.ledger_head:
        return "ledger empty"
    return f"ledger {digest.ledger_seq:,} {digest.ledger_head}"
