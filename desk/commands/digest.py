"""`longarm digest`: the daily bilingual digest, printed, written or sent."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from alerts.deliver import none_to_send_to
from alerts.recipients import recipients
from alerts.render import FORMS, render
from alerts.render_week import render_week
from desk import closing, digesting, telling, weeks
from desk.days import day_of, not_ahead
from desk.files import give
from desk.json_out import taken_by
from storage.errors import ConfigError

if TYPE_CHECKING:
    import argparse
    from datetime import date

    from desk.session import Desk


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--date",
        metavar="D",
        help="the day its window closes on; without it the open window, from the last closing hour until now",
    )
    parser.add_argument(
        "--week",
        metavar="D",
        nargs="?",
        const="",
        help="instead the roll-up, with charts, of the seven days that close on D; without D, on the last Monday",
    )
    parser.add_argument(
        "--format", type=_form, choices=list(FORMS), default="text", help="default: text; md is markdown"
    )
    parser.add_argument("--output", metavar="F", help="write it to a file, whole or not at all; - for stdout")
    parser.add_argument(
        "--send", action="store_true", help="send it to [digest] send, and what earlier runs could not send"
    )


def _form(written: str) -> str:
    return "markdown" if written == "md" else written


def run(options: argparse.Namespace, desk: Desk) -> int:
    settings = desk.config.digest
    today = desk.clock().astimezone(settings.zone).date()
    last = closing.window(desk, None).date
    if options.week is not None:
        return _week(options, desk, today, last)
    day = not_ahead(day_of(options.date, "--date", today=today), "--date", last=last) if options.date else None
    kept = digesting.kept(desk, day, options.format) if day and not options.send else None
    if kept is not None:
        _give(kept, options)
        return 0
    digest = digesting.digest_of(desk, day)
    _give(render(digest, options.format).encode(), options)
    if not options.send:
        return 0
    if not recipients(desk.config):
        raise none_to_send_to()
    telling.begin(desk)
    digesting.plan(desk, day)
    sent, failed, held = telling.send(desk)
    if failed or not desk.quiet:
        waits = f", {held} held until quiet hours end" if held else ""
        print(f"{sent} sent, {failed} not sent{waits}" + ("; tried again at the next run" if failed else ""))
    return 1 if failed else 0


def _week(options: argparse.Namespace, desk: Desk, today: date, last: date) -> int:
    if options.date or options.send:
        raise ConfigError("digest --week: not with --date or --send; write its day behind it, as in --week today")
    asked = day_of(options.week, "--week", today=today) if options.week else weeks.last_closed(desk)
    day = not_ahead(asked, "--week", last=last)
    kept = weeks.kept_week(desk, day, options.format)
    _give(kept or render_week(weeks.week_of(desk, day), options.format).encode(), options)
    return 0


def _give(rendered: bytes, options: argparse.Namespace) -> None:
    if options.format == "json":
        rendered = taken_by(options.output or "-")(rendered.decode()).encode()
    if options.output:
        give(options.output, [rendered])
    elif not options.send:
        sys.stdout.write(rendered.decode())
