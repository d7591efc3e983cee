"""`longarm verify`: is every capture still what it was, and the record of it unbroken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desk import json_out
from desk.days import since_of
from storage import pages, runs
from storage.errors import in_one_line
from storage.verify import scope, verify

if TYPE_CHECKING:
    import argparse

    from desk.session import Desk
    from storage.verify import Problem, Scope


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--since", metavar="DATE", help="only captures made on this day or later")
    parser.add_argument("--capture", metavar="ID", help="only this capture: the first 8 digits of its id or more")
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(options: argparse.Namespace, desk: Desk) -> int:
    since = since_of(options.since, now=desk.clock(), zone=desk.config.digest.zone)
    database, archive = desk.database, desk.archive
    with runs.lock(desk.data_dir, reads=True):
        capture = None
        if options.capture:
            with database.read() as conn:
                capture = pages.find_capture(conn, options.capture)
        covered = scope(database, since=since, capture=capture)
        found = []
        for problem in verify(desk.config, database, archive, since=since, capture=capture):
            found.append(problem)
            if not options.json:
                print(_line(problem), flush=True)
    if options.json:
        print(json_out.line(_summary(covered, found)))
    else:
        counts = f"{covered.captures} captures, {_checked(covered, found)} checked{_faults(found)}"
        print(f"{counts}, chain {_chain(covered, found)}, head {covered.head}")
    return 1 if found else 0


def _line(problem: Problem) -> str:
    # What is not shown on a terminal as it is (a hostile file name) is shown escaped.
    parts = [problem.capture or "-", problem.what]
    if problem.expected is not None:
        parts.append(f"expected {problem.expected}")
    if problem.found is not None:
        parts.append(f"found {problem.found}")
    return in_one_line(", ".join(parts))


def _checked(covered: Scope, found: list[Problem]) -> int:
    """How many captures were read and compared: those of a file that is not there were not."""
    return covered.checked - sum(problem.lost for problem in found)


def _bad(found: list[Problem]) -> int:
    """How many captures are not what they were: each once, however much is wrong with it, and those that are lost."""
    return len({problem.capture for problem in found if problem.capture}) + sum(problem.lost for problem in found)


def _faults(found: list[Problem]) -> str:
    others = sum(problem.capture is None and not problem.lost for problem in found)
    told = [f"{_bad(found)} bad"] if _bad(found) else []
    told += [f"{others} other faults"] if others else []
    return "".join(f", {part}" for part in told)


def _broken(found: list[Problem]) -> list[int]:
    return [problem.line for problem in found if problem.line is not None]


def _chain(covered: Scope, found: list[Problem]) -> str:
    broken = _broken(found)
    if not broken:
        return "whole"
    after = "the lines after it agree among themselves" if len(broken) == 1 else "later lines are broken, too"
    return f"broken at {broken[0]} of {covered.lines} ({after})"


def _summary(covered: Scope, found: list[Problem]) -> dict[str, object]:
    broken = _broken(found)
    return {
        "captures": covered.captures,
        "checked": _checked(covered, found),
        "bad_captures": _bad(found),
        "bad": [
            {"capture": each.capture, "what": each.what, "expected": each.expected, "found": each.found}
            for each in found
        ],
        "chain": f"broken at {broken[0]}" if broken else "whole",
        "head": covered.head,
        # No time-stamp authority is asked yet: nothing is anchored, which is not bad.
        "anchored_until": None,
    }
