"""The weekly roll-up in four forms, like the daily digest: one object, the same bytes for the same week."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts import charts, phrases
from alerts.columns import table, wrap
from alerts.json_lines import dumps
from alerts.render import SUFFIXES, html_environment, markdown_environment
from alerts.render_json import Object, carried_object, claim_row, origin_object, stamp
from alerts.weekly import STORIES_SHOWN, Row, Weekly
from alerts.whence import from_list
from alerts.wording import words
from storage.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from alerts.letter import Line
    from alerts.weekly import Point, Series

__all__ = ["SUFFIXES", "WEEK_FORMS", "render_week", "render_week_counts", "week_object"]

_INDENT = "     "


def render_week(week: Weekly, form: str) -> str:
    """The week as `form`. Raises ConfigError for a form there is not."""
    try:
        return WEEK_FORMS[form](week)
    except KeyError:
        raise ConfigError(f"--format {form}: unknown; write one of {', '.join(WEEK_FORMS)}") from None


def heading(week: Weekly) -> str:
    first = week.window.local(week.window.start).date().isoformat()
    return f"LONGARM  每周汇总 Weekly roll-up  {first} - {week.window.date.isoformat()}"


def sections(week: Weekly) -> list[tuple[str, Sequence[Row]]]:
    """What is counted week by week, under its title; the tables that have nothing in them left out."""
    found = [
        ("Pages that alerted, by rule 按规则", week.rules),
        ("Pages that alerted, by province 按省份", week.provinces),
        ("Pages that had alerted: gone, back, edited 下架、恢复、修改", week.changes),
    ]
    return [(title, rows) for title, rows in found if any(any(row.counts) for row in rows)]


def says(week: Weekly, row: Row) -> str:
    """A chart in words, for whoever cannot see it."""
    return f"{row.name.both}, {len(row.counts)} weeks until {week.weeks[-1]}: {charts.numbers(row.counts)}"


def says_series(series: Series) -> str:
    return f"{series.who} {series.type.both}: " + "; ".join(f"{when(point)} {point.read}" for point in series.points)


def story(line: Line) -> str:
    """`critical 劝返 persuaded to return: 江岙县公安局 …: title (seen 22 Nov 19:06, now gone, +2 copies)`."""
    concepts = ", ".join(concept.both for concept in line.concepts)
    organ = f" {line.organ.both}:" if line.organ else ""
    marks = "".join(f" ({one.both})" for one in (line.stance, *line.marks) if one)
    return f"{line.severity} {concepts}{marks}:{organ} {line.title}"


def when(point: Point) -> str:
    """The day of a figure, and whether an earlier week told it: `2026-10-31 (此前 earlier)`."""
    earlier = words("mark", "earlier").both
    return f"{point.day} ({earlier})" if point.is_earlier else point.day


def figure(point: Point) -> str:
    """A figure as read and as printed, once where both are one: `17 名`, `23,000 2.3万`; of a list's text, that."""
    said = point.printed if point.printed.startswith(point.read) else f"{point.read} {point.printed}"
    return said + from_list(point.carried_by)


def _text(week: Weekly) -> str:
    lines = [*wrap(heading(week)), *wrap(phrases.span(week.digest)), *wrap(phrases.headline(week.digest))]
    if week.retroactive:
        lines += wrap(f"{phrases.plural(week.retroactive, 'retroactive alert')}, not in the charts")
    for title, rows in sections(week):
        lines += ["", title.upper(), *table(_counted(rows), indent="  ")]
    for part in (list(_series_text(week)), list(_stories_text(week))):
        lines += ["", *part] if part else []
    footer = (phrases.looked_at(week.digest), phrases.ledger(week.digest))
    return "\n".join([*lines, "", *(line for said in footer for line in wrap(said, rest="  "))]) + "\n"


def render_week_counts(week: Weekly) -> str:
    """What may be sent where mail is not private: no name, title or quote, and no rule's or province's name."""
    changes = [f"{row.name.both}: {row.last}" for row in week.changes if row.last]
    lines = [heading(week), phrases.span(week.digest), phrases.headline(week.digest), *changes]
    return "\n".join(line for text in (*lines, phrases.ledger(week.digest)) for line in wrap(text, rest="  ")) + "\n"


def _counted(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    top = max(max(row.counts) for row in rows)
    head = ("", "12 weeks, oldest first", "", "this week")
    return [
        head,
        *(
            (row.name.both, charts.numbers(row.counts), charts.blocks(row.counts, top=top), str(row.last))
            for row in rows
        ),
    ]


def _series_text(week: Weekly) -> Iterator[str]:
    if week.series:
        yield "FIGURES AS SAID 数字照录  never summed 不相加"
    for series in week.series:
        where = f" ({series.where})" if series.where else ""
        yield from wrap(f"{series.who}: {series.type.both}{where}", first="  ", rest=_INDENT)
        for point in series.points:
            yield from wrap(f"{when(point)}  {figure(point)}  {point.snapshot[:12]}", first=_INDENT)


def _stories_text(week: Weekly) -> Iterator[str]:
    if not week.stories:
        return
    yield "CRITICAL AND HIGH 特急与高"
    for line in week.stories[:STORIES_SHOWN]:
        yield from wrap(story(line), first="  - ", rest=_INDENT)
        yield from wrap(phrases.seen(week.digest, line), first=_INDENT, rest=_INDENT)
        yield from wrap(line.url, first=_INDENT, rest=_INDENT, columns=100)
    rest = len(week.stories) - STORIES_SHOWN
    if rest > 0:
        yield f"{_INDENT}… and {rest} more"


def _values(week: Weekly) -> dict[str, object]:
    return {
        "week": week, "digest": week.digest, "phrases": phrases, "charts": charts, "heading": heading(week),
        "sections": sections(week), "says": says, "says_series": says_series, "when": when, "figure": figure,
        "story": story, "shown": STORIES_SHOWN,
    }  # fmt: skip


def _markdown(week: Weekly) -> str:
    return markdown_environment().get_template("week.md.j2").render(_values(week))


def _html(week: Weekly) -> str:
    return html_environment().get_template("week.html.j2").render(_values(week))


def _json(week: Weekly) -> str:
    return dumps(week_object(week)) + "\n"


def week_object(week: Weekly) -> Object:
    """The roll-up in the shape of `digest --week --format json`."""
    window = week.window
    return {
        "date": window.date.isoformat(),
        "window": {"start": stamp(window.start), "end": stamp(window.end), "timezone": window.zone},
        "covers": [{"date": one.date.isoformat(), "no_run": one.is_idle} for one in week.digest.covers],
        "weeks": list(week.weeks),
        "rules": {row.name.key: list(row.counts) for row in week.rules},
        "provinces": {row.name.key: list(row.counts) for row in week.provinces},
        "changes": {row.name.key: list(row.counts) for row in week.changes},
        "series": [_series_object(series) for series in week.series],
        "stories": [
            {"title": line.title, "url": line.url, "snapshot": line.snapshot, "severity": line.severity,
             "rules": [concept.key for concept in line.concepts], **origin_object(line.origin)}
            for line in week.stories
        ],
        "claims": [claim_row(one) for one in week.digest.claims],
        "retroactive": week.retroactive,
    }  # fmt: skip


def _series_object(series: Series) -> dict[str, object]:
    points = [
        {
            "day": point.day,
            "quantity": point.value,
            "printed": point.printed,
            "snapshot": point.snapshot,
            "url": point.url,
            "earlier": point.is_earlier,
            **carried_object(point.carried_by),
        }
        for point in series.points
    ]
    return {
        "who": series.who,
        "who_en": series.who_en,
        "type": series.type.key,
        "where": series.where,
        "points": points,
    }


WEEK_FORMS: Mapping[str, Callable[[Weekly], str]] = {
    "text": _text,
    "markdown": _markdown,
    "html": _html,
    "json": _json,
}
