"""What is sent right after a run: the alerts that cannot wait for the digest, in one message however many they are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import jinja2
from markupsafe import Markup, escape

from alerts import phrases
from alerts.columns import wrap
from alerts.letter import SEVERITIES
from alerts.links import http_link
from alerts.mask import clean
from alerts.render import render_html, render_html_counts
from alerts.render_json import digest_object, told_object
from alerts.render_text import render_counts, render_text
from alerts.render_week import render_week, render_week_counts, week_object
from alerts.wording import words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from alerts.letter import Digest, Line, Quote
    from alerts.recipients import Recipient
    from alerts.weekly import Weekly

SHOWN = 10
"""So many pages are written out; a run that finds five hundred says how many, and how to list them."""

_INDENT = "     "


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message before it has a channel: a subject, the text, the HTML, and the same for programs."""

    subject: str
    text: str
    html: str
    data: Mapping[str, object]


def letter_of(digest: Digest, to: Recipient) -> Letter:
    """A digest as one reader gets it; with `detail = "counts"` no name, title or quote is in it."""
    if to.counts_only:
        data: dict[str, object] = {"date": digest.window.date.isoformat(), "counts": digest_object(digest)["counts"]}
        text, html = render_counts(digest), render_html_counts(digest)
    else:
        data = digest_object(digest)
        text, html = render_text(digest), render_html(digest)
    return _addressed(
        Letter(
            subject=phrases.subject(digest, "counts" if to.counts_only else "full"),
            text=text,
            html=html,
            data={"kind": "digest", "digest": data},
        ),
        _for_whom(to),
    )


def week_letter_of(week: Weekly, to: Recipient) -> Letter:
    """The weekly roll-up as one reader gets it; with `detail = "counts"` no name, title or quote is in it."""
    date = week.window.date.isoformat()
    subject = f"longarm week until {date}"
    if to.counts_only:
        text = render_week_counts(week)
        html = _template("counts.html.j2").render(counts=text, digest=week.digest)
        data: dict[str, object] = {"date": date, "counts": digest_object(week.digest)["counts"]}
    else:
        subject += f": {phrases.headline(week.digest)}"
        text, html, data = render_week(week, "text"), render_week(week, "html"), week_object(week)
    for_whom = _for_whom(to)
    if for_whom:
        for_whom += " The charts count everything."
    return _addressed(Letter(subject=subject, text=text, html=html, data={"kind": "week", "week": data}), for_whom)


def _addressed(letter: Letter, for_whom: str) -> Letter:
    """The letter with the line on top that says for whom it was filtered, if for anybody."""
    if not for_whom:
        return letter
    head, body, rest = letter.html.partition("<body")
    tag, closing, rest = rest.partition(">")
    html = f"{head}{body}{tag}{closing}\n<p>{escape(for_whom)}</p>{rest}"
    return replace(letter, text=f"{for_whom}\n\n{letter.text}", html=html)


def notice_of(digest: Digest, to: Recipient) -> Letter:
    """The new alerts of a digest that holds nothing but them, as they are sent at once."""
    date = phrases.day_month(digest.window.local(digest.window.end))
    counted = _counted(digest)
    said = ", ".join(f"{count} {severity}" for severity, count in counted.items())
    data: dict[str, object] = {"kind": "alerts", "counts": counted}
    if to.counts_only:
        text = "\n".join([f"LONGARM  {date}", f"at once 即时: {said}", "", *_where(digest)]) + "\n"
        html = _template("counts.html.j2").render(counts=text, digest=digest)
        return Letter(subject=f"longarm {date}", text=text, html=html, data=data)
    lines = list(_lines(digest))[:SHOWN]
    subject = f"longarm {date}: at once: {said}"
    if len(lines) == 1:
        subject += f": {_about(lines[0])}"
    return Letter(
        subject=subject,
        text=_text(digest, lines, said),
        html=_template("notice.html.j2").render(
            digest=digest,
            lines=lines,
            said=said,
            more=len(list(_lines(digest))) - len(lines),
            where=_where(digest),
            phrases=phrases,
            words=words,
            mark=_mark,
            subject=subject,
        ),
        data={**data, "alerts": [told_object(line, alert) for line in lines for alert in line.alerts]},
    )


def marked(digest: Digest, sent: Collection[str]) -> Digest:
    """The digest with `sent at once` on each line of which an alert was: it is told here too, and is no second one."""

    def with_mark(line: Line) -> Line:
        variants = tuple(with_mark(variant) for variant in line.variants)
        told = (*line.alerts, *(alert for copy in line.copies for alert in copy.alerts))
        went = any(alert.id in sent for alert in told)
        return replace(line, variants=variants, marks=(*line.marks, words("mark", "sent")) if went else line.marks)

    if not sent:
        return digest
    return replace(
        digest,
        lines=tuple(map(with_mark, digest.lines)),
        retroactive=tuple(map(with_mark, digest.retroactive)),
        repeats=tuple(map(with_mark, digest.repeats)),
    )


def _for_whom(to: Recipient) -> str:
    """What a filtered digest leaves out is said at its top: nobody takes it for the whole."""
    if not to.is_filtered or to.counts_only:
        return f"for {to.name}, filtered" if to.is_filtered else ""
    parts = {"rules": to.rules, "provinces": to.provinces, "languages": to.languages, "sources": to.sources}
    said = [f"{key} {', '.join(sorted(one))}" for key, one in parts.items() if one]
    said += [f"{to.severity} and above"] if to.severity != SEVERITIES[-1] else []
    return f"for {to.name}: {'; '.join(said)}. What was looked at, and the look-alikes, are counted whole."


def _lines(digest: Digest) -> Iterator[Line]:
    for _, lines in digest.by_severity():
        for line in lines:
            yield line
            yield from line.variants


def _counted(digest: Digest) -> dict[str, int]:
    """Pages by their severity, critical first."""
    found = [line.severity for line in _lines(digest)]
    return {str(severity): found.count(severity) for severity in SEVERITIES if severity in found}


def _about(line: Line) -> str:
    concepts = ", ".join(concept.en for concept in line.concepts)
    return f"{concepts} · {line.organ.both}" if line.organ else concepts


def _where(digest: Digest) -> list[str]:
    since = digest.window.local(digest.window.start).isoformat(timespec="minutes")
    return [
        f"all of them: longarm alerts list --since {since}",
        "they stand in the daily digest too, marked as sent at once",
    ]


def _text(digest: Digest, lines: list[Line], said: str) -> str:
    moment = phrases.minute(digest.window, digest.window.end)
    out = [f"LONGARM  即时预警 At once  {moment} {digest.window.zone}", said, ""]
    for number, line in enumerate(lines, 1):
        out += _entry(digest, line, f"[{number}] ")
        out.append("")
    more = len(list(_lines(digest))) - len(lines)
    if more:
        out.append(f"… and {phrases.plural(more, 'page')} more")
    return "\n".join([*out, *_where(digest)]) + "\n"


def _entry(digest: Digest, line: Line, label: str) -> Iterator[str]:
    concepts = "; ".join(concept.both for concept in line.concepts)
    marks = "".join(f" ({one.both})" for one in (line.stance, *line.marks) if one)
    yield from wrap(f"{words('severity', line.severity).both}: {concepts}{marks}", first=label, rest=_INDENT)
    organ = " · ".join(part for part in (line.organ.both, line.organ.kind) if part) if line.organ else ""
    for text in (organ, line.title, phrases.belongs(line.articles), phrases.seen(digest, line)):
        if text:
            yield from wrap(text, first=_INDENT, rest=_INDENT)
    for quote in line.quotes:
        yield from wrap(f"> {quote.marked} {phrases.where(quote)}".rstrip(), first=_INDENT, rest=_INDENT)
    if line.glosses:
        glosses = "; ".join(f"{term} = {gloss}" for term, gloss in line.glosses)
        yield from wrap(f"term glosses: {glosses}", first=_INDENT, rest=_INDENT)
    yield f"{_INDENT}{clean(line.url)}"
    yield f"{_INDENT}snapshot {line.snapshot}  alert {line.alerts[0].id[:12]}"


def _mark(quote: Quote) -> Markup:
    return Markup().join(
        Markup("<b>【{}】</b>").format(piece.text) if piece.is_hit else escape(piece.text) for piece in quote.pieces
    )


@cache
def _template(name: str) -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("alerts", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["link"] = http_link
    environment.filters["clean"] = clean
    return environment.get_template(name)
