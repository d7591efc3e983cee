"""The day's letter from the facts of its window. Pure: the same facts give the same letter."""

from __future__ import annotations

import difflib
import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from alerts.alarms import HEALTH, SILENCE
from alerts.digest_claims import edited_rows, rows
from alerts.digest_lines import Gloss, articles_of, lines, organ_of, people_of
from alerts.letter import (
    SEVERITIES,
    Change,
    Copy,
    Counts,
    Digest,
    FollowUp,
    Line,
    Mended,
    Move,
    Note,
    Sample,
    Trouble,
    Window,
)
from alerts.mask import shown
from alerts.original import name_of, survivors
from alerts.people import NOBODY, People, named_by, people
from alerts.phrases import SENTENCES_SHOWN
from alerts.quotes import quote
from alerts.wording import words
from storage.findings import AlertKind, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from zoneinfo import ZoneInfo

    from alerts.letter import ClaimRow
    from storage.closings import Closing
    from storage.config import Digest as DigestSettings
    from storage.digests import (
        ChangeFacts,
        DigestFacts,
        FollowUpFacts,
        MendedFacts,
        MoveFacts,
        SampleFacts,
        TroubleFacts,
    )

__all__ = ["build", "changed_sentences", "day_of", "window_of"]

# What cannot be seen at all comes before what is seen and silent.
_TROUBLES = ("blocked", "failing", "redesigned", "never-seen", "silent", "ok")
# Alarms that say no more than the health word they stand behind.
_SAID = frozenset({"blocked", "failing", "empty-list", SILENCE})
_ADVICE = frozenset({"blocked", "redesigned", "never-seen"})
_GLOSSES = 8
_DAY = timedelta(days=1)
_CHANGES = ("gone", "suspected-gone", "hidden", "returned", "edited")


def window_of(day: date | None, settings: DigestSettings, now: datetime, closed: Sequence[Closing] = ()) -> Window:
    """The window that closes on `day`, or, without one, the open window: from where the last one ended until now.

    `closed` are the windows that closed, oldest first: each stays as it was, and the next begins where it ended,
    whatever hour or timezone the settings say since. Where the hour so passes a day over, its window is empty.
    """
    kept = {one.day: one for one in closed}
    if day in kept:
        one = kept[day]
        return Window(date=day, start=one.start, end=one.end, zone=one.zone, is_open=False)
    hour, zone = time.fromisoformat(settings.at), settings.zone
    if day is None:
        today = now.astimezone(zone).date()
        day = today if now < _at(today, hour, zone) else today + _DAY
        day = max(day, closed[-1].day + _DAY) if closed else day
    start, end = _at(day - _DAY, hour, zone), _at(day, hour, zone)
    before = max((one for one in closed if one.day < day), default=None)
    if before:
        start = before.end if before.day == day - _DAY else max(start, before.end)
    if day + _DAY in kept:
        end = kept[day + _DAY].start
    is_open = now < end
    if is_open and start <= now:
        # What is told in this very moment belongs to the open window: one clock serves a whole run.
        end = now + timedelta(milliseconds=1)
    return Window(date=day, start=start, end=max(start, end), zone=settings.timezone, is_open=is_open)


def day_of(moment: datetime, settings: DigestSettings, closed: Sequence[Closing] = ()) -> date:
    """The day on which the window that holds this moment closes, or closed: of those kept, else as the settings say."""
    kept = next((one.day for one in reversed(closed) if one.start <= moment < one.end), None)
    if kept is not None:
        return kept
    day = moment.astimezone(settings.zone).date()
    return day if moment < _at(day, time.fromisoformat(settings.at), settings.zone) else day + _DAY


def _at(day: date, closing: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, closing, tzinfo=zone).astimezone(UTC)


def build(facts: DigestFacts, window: Window, *, gloss: Gloss) -> Digest:
    """The digest of one window, every text in it masked and clean."""
    sent = [one for one in facts.alerts if one.alert.severity != Severity.INFO]
    fresh = [one for one in sent if one.alert.kind != AlertKind.RETROACTIVE]
    old = [one for one in sent if one.alert.kind == AlertKind.RETROACTIVE]
    changes = _changes(facts.changes, gloss)
    fresh_lines, repeats = lines(fresh, facts.earlier, gloss)
    told = [_with_edit(line, changes) for line in fresh_lines]
    retroactive, _ = lines(old, {}, gloss)
    gone = {change.page_id for change in changes if change.event.key != "edited"}
    return Digest(
        window=window,
        troubles=_troubles(facts.troubles, window.end),
        mended=tuple(_mended(facts.mended)),
        changes=changes,
        moves=tuple(_move(one) for one in facts.moves),
        lines=tuple(told),
        retroactive=tuple(retroactive),
        repeats=tuple(repeats),
        claims=_claims([line for _, some in _by_severity(told) for line in some], facts, facts.changes),
        retroactive_claims=_claims(retroactive, facts),
        follow_ups=tuple(map(_follow_up, sorted(facts.follow_ups, key=lambda one: (one.due or "9999", one.at)))),
        suppressed=tuple(sorted(facts.suppressed.items(), key=lambda item: (-item[1], item[0]))),
        samples=tuple(_sample(one) for one in facts.samples),
        pages=tuple(page for page_id, page in sorted(facts.pages.items()) if page_id in gone),
        counts=_counts(facts, copies=_copies((*told, *retroactive)), info=len(facts.alerts) - len(sent)),
        is_idle=facts.is_idle,
        last_run=facts.last_run,
        ledger_seq=facts.ledger_seq,
        ledger_head=facts.ledger_head,
    )


def _with_edit(line: Line, changes: Iterable[Change]) -> Line:
    """A line that quotes what its page has changed since, says so: what is quoted need not stand there any longer."""
    later = any(one.event.key == "edited" and one.url == line.url and one.at > line.first_seen for one in changes)
    shown_since = {alert.snapshot for alert in line.alerts} & {one.snapshot for one in changes}
    variants = tuple(_with_edit(variant, changes) for variant in line.variants)
    marks = (*line.marks, words("mark", "edited since")) if later and not shown_since else line.marks
    return replace(line, variants=variants, marks=marks)


def _follow_up(one: FollowUpFacts) -> FollowUp:
    return FollowUp(
        alert=one.alert.id,
        title=shown(one.alert.title, named_by(one.alert)),
        url=one.alert.url,
        who=shown(one.who, NOBODY) if one.who else None,
        at=one.at,
        reason=shown(one.reason, NOBODY) if one.reason else None,
        due=one.due,
    )


def _counts(facts: DigestFacts, *, copies: int, info: int) -> Counts:
    return Counts(
        sources=facts.sources,
        answered=facts.answered,
        crawled=facts.crawled,
        new=facts.new,
        rechecked=facts.rechecked,
        copies=copies,
        info=info,
        other_takedowns=facts.other_takedowns,
        unread=facts.unread,
    )


def _claims(told: Iterable[Line], facts: DigestFacts, edits: Iterable[ChangeFacts] = ()) -> tuple[ClaimRow, ...]:
    named = [*(one.source for one in facts.alerts), *(one.source for one in facts.changes)]
    sources = {one.id: one for one in named if one}
    people_in = {one.alert.snapshot: people_of(one) for one in facts.alerts if one.alert.id in facts.claims}
    people_in |= {one.snapshot: _people_of(one) for one in facts.changes if one.said and one.snapshot}
    told = list(told)
    found = rows(told, facts.claims, facts.claims_before, sources=sources, people=people_in)
    found += edited_rows(edits, told, sources=sources, people=people_in)
    return tuple(found)


def _people_of(one: ChangeFacts) -> People:
    return people(one.text_old) | people(one.text_new) | people(one.title)


def _by_severity(told: Iterable[Line]) -> list[tuple[int, list[Line]]]:
    """In the order in which every form shows them, which is the order they are numbered in."""
    groups: dict[int, list[Line]] = {}
    for line in told:
        groups.setdefault(SEVERITIES.index(line.severity), []).append(line)
    return sorted(groups.items())


def _sample(one: SampleFacts) -> Sample:
    held, known = one.held, people(f"{one.title}\n{one.body}")
    text = one.title if held.field == "title" else one.body
    return Sample(
        reason=words("exclusion", held.reason),
        concept=words("concept", held.concept),
        title=shown(one.title, known) or "无标题 (no title)",
        quote=quote(text, [(held.start, held.end)], known),
        url=one.url,
        snapshot=one.snapshot,
    )


def _copies(of: Iterable[Line]) -> int:
    return sum(len(line.copies) + _copies(line.variants) for line in of)


def _troubles(facts: Iterable[TroubleFacts], end: datetime) -> tuple[Trouble, ...]:
    ordered = sorted(facts, key=lambda one: (_TROUBLES.index(one.health), one.source.id))
    return tuple(_trouble(one, end) for one in ordered)


def _trouble(one: TroubleFacts, end: datetime) -> Trouble:
    organ = organ_of(one.source)
    assert organ is not None
    said = [shown(one.message or "", NOBODY)]
    if one.health == "silent":
        since = one.last_new or one.since
        said += [f"no new page for {(end - since).days} d"] if since else []
    elif one.health == "ok":
        pass
    else:
        said += [f"{one.looks} looks" if one.looks else "", f"vantage {one.vantage}"]
        said += [f"alive from {one.alive_from}"] if one.alive_from else []
    return Trouble(
        organ=organ,
        health=words("health", one.health),
        error=words("error", one.error) if one.error and one.error != one.health else None,
        since=one.since,
        detail=", ".join(part for part in said if part),
        alarms=tuple(_notes(one)),
        advice=_advice(one),
    )


def _advice(one: TroubleFacts) -> str:
    return words("advice", one.health).both.replace("{source}", one.source.id) if one.health in _ADVICE else ""


def _notes(one: TroubleFacts) -> Iterator[Note]:
    for alarm in one.alarms:
        is_said = alarm.kind in _SAID and HEALTH[alarm.kind] == one.health
        if not is_said and alarm.detail != one.message:
            yield Note(kind=words("alarm", alarm.kind), since=alarm.since, said=shown(alarm.detail, NOBODY))


def _mended(facts: Iterable[MendedFacts]) -> Iterator[Mended]:
    for one in facts:
        organ = organ_of(one.source)
        assert organ is not None
        assert one.alarm.cleared_at is not None
        yield Mended(organ=organ, kind=words("alarm", one.alarm.kind), since=one.alarm.since, at=one.alarm.cleared_at)


def _changes(facts: Iterable[ChangeFacts], gloss: Gloss) -> tuple[Change, ...]:
    """For each page its last state told in the window, and each of its edits."""
    ordered = sorted(facts, key=lambda one: (one.at, one.page_id, one.event))
    states = {one.page_id: one for one in ordered if one.event != "edited"}
    chosen = [*states.values(), *(one for one in ordered if one.event == "edited")]
    # To the minute: of what one run told, the order must not hang on which site answered first.
    chosen.sort(key=lambda one: (_CHANGES.index(one.event), one.at.replace(second=0, microsecond=0), one.url))
    return tuple(_change(one, gloss) for one in chosen)


def _change(one: ChangeFacts, gloss: Gloss) -> Change:
    known = _people_of(one)
    is_edit = one.event == "edited"
    added, removed = changed_sentences(one.text_old, one.text_new, known) if is_edit else ((), ())
    title = shown(one.title, known)
    about = "\n".join((title, *removed[:SENTENCES_SHOWN], *added[:SENTENCES_SHOWN]))
    is_original, copies = survivors(one, is_shortened=bool(removed))
    return Change(
        event=words("change", one.event),
        page_id=one.page_id,
        at=one.at,
        organ=organ_of(one.source),
        title=title or "无标题 (no title)",
        url=one.url,
        alerted_at=one.alerted_at,
        reason=shown(one.reason, known),
        gone_as=words("gone_as", one.gone_as) if one.gone_as else None,
        captures=one.captures,
        snapshot=one.snapshot,
        snapshot_old=one.snapshot_old,
        added=added,
        removed=removed,
        characters=one.characters or (sum(map(len, added)), sum(map(len, removed))),
        words_gone=tuple(shown(each, known) for each in one.words_gone),
        articles=articles_of(one.owners, known),
        glosses=tuple(gloss(about))[:_GLOSSES],
        signs=one.signs,
        signs_since=one.signs_since,
        copies=tuple(
            Copy(url=page.url, name=shown(name_of(page), NOBODY), is_carried=page.origin.carried_by is not None)
            for page in copies
        ),
        is_original=is_original,
    )


def _move(one: MoveFacts) -> Move:
    return Move(
        event=words("move", one.event),
        host=shown(one.host, NOBODY),
        at=one.at,
        pages=one.pages,
        gone_as=tuple((words("gone_as", how), count) for how, count in one.gone_as if how),
        urls=one.urls,
    )


_SENTENCE = re.compile(r"[^。！？；!?\n]+[。！？；!?]?")


def changed_sentences(old: str, new: str, known: People) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The sentences that `new` has and `old` had not, and those it has no longer; masked, in order."""
    before, after = (
        list(filter(None, (shown(each, known) for each in _SENTENCE.findall(text)))) for text in (old, new)
    )
    added: list[str] = []
    removed: list[str] = []
    for tag, a0, a1, b0, b1 in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            removed += before[a0:a1]
            added += after[b0:b1]
    return tuple(added), tuple(removed)
