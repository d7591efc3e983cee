"""The letters of an invented day and week as they should be: `python -m tests.alerts.golden` writes them.

A changed golden is reviewed as a diff.
"""

from datetime import UTC, date, datetime
from pathlib import Path

from alerts.bilingual import glosses
from alerts.digest import build, window_of
from alerts.render import FORMS, SUFFIXES, render
from alerts.render_week import render_week
from storage.config import Digest as Settings
from tests.alerts.invented import EMPTY, full_day
from tests.alerts.test_weekly import FULL as WEEK

FOLDER = Path(__file__).parents[1] / "cases" / "digest"
WINDOW = window_of(date(2026, 11, 23), Settings(), datetime(2026, 12, 1, tzinfo=UTC))


def letters():
    """Each letter by the name of its file."""
    full, quiet = (build(facts, WINDOW, gloss=glosses) for facts in (full_day(), EMPTY))
    for form in FORMS:
        yield f"full.{SUFFIXES[form]}", render(full, form)
        yield f"quiet.{SUFFIXES[form]}", render(quiet, form)
        yield f"week.{SUFFIXES[form]}", render_week(WEEK, form)


if __name__ == "__main__":
    for name, text in letters():
        (FOLDER / name).write_text(text, encoding="utf-8")
