"""One staged day in a process of its own: the real run under a shifted clock, then its outcome as JSON on stdout.

A process of its own, because a reactor starts once: `python -P -m desk.demo.day DATA_FOLDER`, the time as a line of its
standard input. Until that comes it loads what the day will need.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alerts.rulebook import load_rules
from desk.cli import COMMANDS, parse
from desk.log import warn_on_stderr
from desk.session import Desk
from storage.errors import LongarmError

if TYPE_CHECKING:
    from storage.records import Clock


def clock_from(start: datetime) -> Clock:
    """A clock that says `start` now and runs on from there."""
    began = time.monotonic()
    return lambda: start + timedelta(seconds=time.monotonic() - began)


def ask(desk: Desk, *words: str) -> tuple[int, str]:
    """The exit code and the output of one command of ours, in this process and under the desk's clock."""
    options = parse(words)
    module = importlib.import_module(f"desk.commands.{COMMANDS[options.command][0]}")
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code: int = module.run(options, desk)
    return code, said.getvalue()


def _rows(desk: Desk, *words: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in ask(desk, *words, "--json")[1].splitlines()]


def load(data: str) -> None:
    """What the commands of a day would load one by one, and this folder's rules."""
    for word in ("run", "verify", "alerts", "urls", "sources", "digest"):
        importlib.import_module(f"desk.commands.{COMMANDS[word][0]}")
    for module in ("crawler.run", "pypinyin"):
        importlib.import_module(module)
    load_rules(Path(data))


def main(data: str) -> int:
    warn_on_stderr(verbose=False)
    load(data)
    at = sys.stdin.readline().strip()
    if not at:
        # The demo ended before this day.
        return 0
    desk = Desk(data=data, config=None, quiet=True, verbose=False, clock=clock_from(datetime.fromisoformat(at)))
    try:
        code, _ = ask(desk, "run", "--quiet")
        checked = json.loads(ask(desk, "verify", "--json")[1])
        damage = [f"{bad['capture']}: {bad['what']}" for bad in checked["bad"]]
        if checked["chain"] != "whole":
            damage.append(f"the ledger is {checked['chain']}")
        outcome = {
            "exit_code": code,
            "alerts": _rows(desk, "alerts", "list"),
            "pages": _rows(desk, "urls", "list"),
            "sources": [row for row in _rows(desk, "sources", "list") if row["enabled"]],
            "digest": ask(desk, "digest", "--format", "text")[1],
            "damage": damage,
        }
    except LongarmError as problem:
        print(f"longarm: {problem}", file=sys.stderr)
        return problem.exit_code
    finally:
        desk.close()
    print(json.dumps(outcome, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
