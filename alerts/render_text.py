"""A digest as plain text: no colour, no line wider than a terminal, wide characters counted as two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts import claim_phrases, phrases, whence
from alerts.columns import table, width, wrap
from alerts.wording import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alerts.letter import Change, Digest, Line, Trouble

_INDENT = "     "


def render_text(digest: Digest) -> str:
    lines = [*wrap(phrases.heading(digest)), *wrap(phrases.span(digest)), *wrap(phrases.headline(digest))]
    for section in (_troubles, _changes, _new, _claims, _retroactive, _follow_ups, _possibly, _folded, _samples):
        part = list(section(digest))
        if part:
            lines += ["", *part]
    footer = wrap(phrases.looked_at(digest))
    footer += [line for note in digest.notes for line in wrap(note, rest="  ")]
    lines += ["", *footer, *wrap(phrases.ledger(digest), rest="  ")]
    return "\n".join(lines) + "\n"


def render_counts(digest: Digest) -> str:
    """What may be sent where mail is not private: counts, no name, title or quote."""
    counts = digest.counts
    lines = [
        phrases.heading(digest),
        phrases.span(digest),
        phrases.headline(digest),
        f"sources that cannot be seen: {len(digest.unseen)}",
        f"follow-ups: {len(digest.follow_ups)}",
        f"folded away: {sum(count for _, count in digest.suppressed) + counts.copies + len(digest.repeats)}",
        phrases.looked_at(digest),
        phrases.ledger(digest),
    ]
    return "\n".join(line for text in lines for line in wrap(text, rest="  ")) + "\n"


def _troubles(digest: Digest) -> Iterator[str]:
    if digest.troubles or digest.mended:
        yield "WHAT WE CANNOT SEE 看不到的来源"
    for one in digest.troubles:
        yield from wrap(_trouble(digest, one), first="  ! ", rest=_INDENT + "  ")
    for mended in digest.mended:
        said = f"已恢复 mended    {mended.organ.both}  {phrases.mended(digest, mended)}"
        yield from wrap(said, first="  + ", rest=_INDENT + "  ")


def _trouble(digest: Digest, one: Trouble) -> str:
    label = one.health.both
    return f"{label}{' ' * max(1, 18 - width(label))}{one.organ.both}  {phrases.trouble(digest, one)}"


def _changes(digest: Digest) -> Iterator[str]:
    if digest.changes or digest.moves:
        yield "TAKEN DOWN, EDITED, BACK 下架、修改、恢复"
    for move in digest.moves:
        said = f"{move.event.en.upper()} {move.event.zh}  {move.host}: {phrases.move(digest, move)}"
        yield from wrap(said, first="  ", rest=_INDENT)
        for url in move.urls[: phrases.MOVED_SHOWN]:
            yield from wrap(url, first=_INDENT, rest=_INDENT, columns=100)
    for change in digest.changes:
        yield from _change(digest, change)


def _change(digest: Digest, change: Change) -> Iterator[str]:
    yield from wrap(
        f"{change.event.en.upper()} {change.event.zh}  {phrases.change_head(digest, change)}", first="  ", rest=_INDENT
    )
    yield from wrap(change.title, first=_INDENT, rest=_INDENT)
    if change.articles:
        yield from wrap(phrases.belongs(change.articles), first=_INDENT, rest=_INDENT, columns=100)
    organ = f"{change.organ.both} | " if change.organ else ""
    told = f"alerted {digest.window.local(change.alerted_at).date().isoformat()}"
    yield from wrap(f"{organ}{told} | {phrases.change_tail(change)}", first=_INDENT, rest=_INDENT)
    if change.copies:
        yield from wrap(phrases.outliving(change), first=_INDENT, rest=_INDENT)
    if change.words_gone:
        yield from wrap(phrases.words_gone(change), first=_INDENT, rest=_INDENT)
    for label, sentences in (("removed: ", change.removed), ("added: ", change.added)):
        for sentence in sentences[: phrases.SENTENCES_SHOWN]:
            yield from wrap(label + sentence, first=_INDENT, rest=_INDENT + "  ")
        if len(sentences) > phrases.SENTENCES_SHOWN:
            yield f"{_INDENT}{label}… and {len(sentences) - phrases.SENTENCES_SHOWN} more sentences"
    yield from _glosses(change.glosses)
    yield from wrap(change.url, first=_INDENT, rest=_INDENT, columns=100)


def _glosses(glosses: tuple[tuple[str, str], ...]) -> Iterator[str]:
    if glosses:
        yield from wrap(f"term glosses, not a translation: {phrases.glosses(glosses)}", first=_INDENT, rest=_INDENT)


def _new(digest: Digest) -> Iterator[str]:
    number = 0
    for severity, lines in digest.by_severity():
        if number:
            yield ""
        yield f"NEW 新预警  {lines[0].severity} {_zh_severity(severity)}"
        for line in lines:
            number += 1
            yield from _line(digest, line, f"[{number}]")
            for variant in line.variants:
                yield from _line(digest, variant, f"[{number}v]", difference=phrases.disagreement(variant))


def _zh_severity(severity: str) -> str:
    return words("severity", severity).zh


def _line(digest: Digest, line: Line, label: str, *, difference: str | None = None) -> Iterator[str]:
    said = ", ".join(concept.both for concept in line.concepts)
    extra = [line.stance.both] if line.stance else []
    extra += [label.both for label in line.labels]
    marks = "".join(f" [{mark.both}]" for mark in line.marks)
    yield from wrap(said + (f" ({', '.join(extra)})" if extra else "") + marks, first=f" {label} ", rest=_INDENT)
    if difference:
        yield from wrap(f"VARIANT 异文: {difference}", first=_INDENT, rest=_INDENT)
    if line.why:
        yield from wrap(line.why, first=_INDENT, rest=_INDENT)
    if line.organ:
        kind = f" · {line.organ.kind}" if line.organ.kind else ""
        yield from wrap(line.organ.both + kind, first=_INDENT, rest=_INDENT)
    if phrases.publisher(line):
        yield from wrap(phrases.publisher(line), first=_INDENT, rest=_INDENT)
    yield from wrap(line.title, first=_INDENT, rest=_INDENT)
    if line.articles:
        yield from wrap(phrases.belongs(line.articles), first=_INDENT, rest=_INDENT, columns=100)
    yield from wrap(phrases.seen(digest, line), first=_INDENT, rest=_INDENT)
    if line.earlier and line.differences:
        yield from wrap(f"differs from it: {phrases.disagreement(line)}", first=_INDENT, rest=_INDENT)
    for quote in line.quotes:
        page = f" ({where})" if (where := phrases.where(quote)) else ""
        yield from wrap(quote.marked + page, first=_INDENT + "│ ", rest=_INDENT + "│ ")
    if line.translation:
        said = f"{phrases.machine(line.translation)}: {line.translation.text}"
        yield from wrap(said, first=_INDENT + "» ", rest=_INDENT + "» ")
    yield from _glosses(line.glosses)
    yield from wrap(phrases.stored(line), first=_INDENT, rest=_INDENT)
    yield from wrap(line.url, first=_INDENT, rest=_INDENT, columns=100)


def _claims(digest: Digest) -> Iterator[str]:
    if not digest.claims:
        return
    yield "CLAIMS 说法  as printed; never summed 照录，不相加"
    head = ("who 谁", "type 类别", "printed 原文", "read 读作", "from 何地", "period 时期", "src")
    shown = digest.claims[: claim_phrases.CLAIMS_SHOWN]
    claimers = [claim_phrases.who_claims(one) for one in shown]
    rows = [
        (
            who if who != before else "同上 same",
            one.type.both + (" ≠" if one.older else ""),
            one.printed,
            claim_phrases.reads(one),
            one.place,
            one.period,
            claim_phrases.claim_source(digest, one),
        )
        for before, who, one in zip(("", *claimers), claimers, shown, strict=False)
    ]
    yield from table([head, *rows], indent="  ")
    more = claim_phrases.more_claims(digest)
    yield from wrap(more, first="  ", rest="  ") if more else ()


def _samples(digest: Digest) -> Iterator[str]:
    if not digest.samples:
        return
    yield f"A LOOK AT THE FILTER 过滤抽查  {phrases.samples_said(digest)}"
    for one in digest.samples:
        yield from wrap(
            f"{one.reason.both}, held back from {one.concept.both}: {one.title}", first="  - ", rest=_INDENT
        )
        yield from wrap(one.quote.marked, first=_INDENT + "│ ", rest=_INDENT + "│ ")
        yield from wrap(one.url, first=_INDENT, rest=_INDENT, columns=100)


def _retroactive(digest: Digest) -> Iterator[str]:
    if not digest.retroactive:
        return
    yield "RETROACTIVE 规则追溯: older pages, found because a rule is new or was changed"
    for line in digest.retroactive[: phrases.RETROACTIVE_SHOWN]:
        yield from _line(digest, line, "-")
    rest = len(digest.retroactive) - phrases.RETROACTIVE_SHOWN
    if rest > 0:
        yield f"{_INDENT}… and {rest} more: longarm alerts list"


def _follow_ups(digest: Digest) -> Iterator[str]:
    if digest.follow_ups:
        yield from wrap(f"FOLLOW-UP 待跟进  {phrases.follow_ups(digest)}")
    for one in digest.follow_ups:
        said = f"{one.title} ({phrases.follow_up(digest, one)})"
        yield from wrap(said, first="  - ", rest=_INDENT)
        yield f"{_INDENT}longarm alerts show {one.alert[:12]}"


def _possibly(digest: Digest) -> Iterator[str]:
    if digest.leads:
        yield from wrap(f"POSSIBLY 或有  {phrases.LEADS}")
    for one in digest.leads:
        organ = f"{one.organ.both}: " if one.organ else ""
        yield from wrap(f"{one.concept.both}? {organ}{one.title}", first="  ? ", rest=_INDENT)
        yield from wrap(one.quote.marked, first=_INDENT + "│ ", rest=_INDENT + "│ ")
        yield from wrap(
            f"snapshot {one.snapshot}{whence.unseen(one.origin, digest.window.tz)}", first=_INDENT, rest=_INDENT
        )
        yield from wrap(one.url, first=_INDENT, rest=_INDENT, columns=100)


def _folded(digest: Digest) -> Iterator[str]:
    said = phrases.folded_away(digest)
    if said:
        yield "FOLDED AWAY 折叠"
    for part in said:
        yield from wrap(part, first="  - ", rest=_INDENT)
    for line in digest.repeats:
        repeated = f"{phrases.who_repeats(line)} {line.title} {line.url}"
        yield from wrap(repeated, first=_INDENT + "  ", rest=_INDENT + "    ", columns=100)
