"""`longarm demo`: three days on the bundled sample web, with the real code, no network, and a check at the end."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from desk.commands.init import lay_out
from desk.demo.facts import Facts, read_facts
from desk.demo.server import SampleWeb, serve
from desk.demo.staging import FOLDER, Day, load_staging
from desk.demo.story import check, tell
from desk.session import INTERRUPTED, own_command, own_environment
from storage.config import load_config
from storage.errors import ConfigError, LongarmError
from storage.schema import upgrade

if TYPE_CHECKING:
    import argparse
    from collections.abc import Generator, Sequence

    from desk.session import Desk

# A day's run takes seconds; whoever waits longer has found a bug.
DAY_SECONDS = 120

SETTINGS = """\
# The demo's own settings: all requests go to the sample web on loopback, and days pass quickly.
[fetch]
delay = 0.0
# One at a time: how many looks a host gets before it is left alone does not hang on who answers first.
concurrency_per_host = 1
[vantage.default]
proxy = "{proxy}"
[takedown]
confirm_after = "20h"
trouble_checks = 2
trouble_after = "20h"
[log]
file = "logs/longarm.log"
[disk]
keep_free = "10MB"
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--keep", metavar="DIR", help="the data folder to make and keep (default: a temporary one, kept)"
    )


def run(options: argparse.Namespace, desk: Desk) -> int:
    if options.keep:
        return _kept(Path(options.keep).resolve(), quiet=desk.quiet)
    folder = Path(tempfile.mkdtemp(prefix="longarm-demo-"))
    try:
        return _play(folder, quiet=desk.quiet)
    except KeyboardInterrupt:
        # Nobody was told where it is, and half a demo shows nothing.
        shutil.rmtree(folder, ignore_errors=True)
        print("longarm: the demo was stopped; its folder is removed", file=sys.stderr)
        return INTERRUPTED


def _kept(folder: Path, *, quiet: bool) -> int:
    """The same in a folder that the user named, which is not ours to remove."""
    try:
        return _play(folder, quiet=quiet)
    except KeyboardInterrupt:
        print(
            f"longarm: the demo was stopped; {folder} holds half of it and no demo goes on there: remove it, or name "
            "another folder with --keep",
            file=sys.stderr,
        )
        return INTERRUPTED


def _play(folder: Path, *, quiet: bool) -> int:
    """The three days in this folder, told as they pass; 1 where not all went as staged."""
    began = time.monotonic()
    staging = load_staging()
    web = SampleWeb(staging=staging, day=staging.days[0])
    before, failed = Facts(exit_code=0), False
    with serve(web) as proxy:
        prepare(folder, proxy)
        print(f"A sample web of {len(list((FOLDER / 'web' / 'day1').iterdir()))} invented sites, over three days")
        with closing(_lived(staging.days, web, folder)) as days:
            for day, after in days:
                for line in tell(before, after):
                    print(f"  {line}")
                for problem in check(day, before, after):
                    failed = True
                    print(f"  NOT AS STAGED: {problem}", flush=True)
                before = after
    if not quiet:
        print(f"\n{before.digest.rstrip()}\n")
    said = "NOT all went as staged" if failed else "All went as staged"
    print(f"{said}, in {time.monotonic() - began:.0f} s. The data folder is kept; to look further:")
    # The last day's window closes on the next morning.
    closes = (staging.days[-1].at + timedelta(days=1)).date()
    command = shlex.join([own_command(), "--data", str(folder)])
    for words in ("alerts list", "search 劝返", f"digest --date {closes}", "verify"):
        print(f"  {command} {words}")
    return 1 if failed else 0


def _lived(days: Sequence[Day], web: SampleWeb, folder: Path) -> Generator[tuple[Day, Facts]]:
    """Each day with what came of it, announced as it begins."""
    processes = [NextDay(folder)]
    try:
        for number, day in enumerate(days):
            web.day = day
            print(f"\nDay {day.number}, {day.at:%a %d %b %Y %H:%M} Beijing time. {day.says}", flush=True)
            if day is not days[-1]:
                processes.append(NextDay(folder))
            yield day, processes[number].live(day)
    finally:
        for process in processes:
            process.end()


def prepare(folder: Path, proxy: str) -> None:
    """A data folder whose only way out is the sample web. Raises ConfigError where one is there already."""
    if (folder / "longarm.toml").exists():
        raise ConfigError(f"{folder}: a data folder is here already; name an empty one with --keep")
    lay_out(folder)
    (folder / "longarm.toml").write_text(SETTINGS.format(proxy=proxy), encoding="utf-8")
    (folder / "sources" / "sample-web.yaml").write_bytes((FOLDER / "sources.yaml").read_bytes())
    upgrade(load_config(folder, None, {}))


class NextDay:
    """The process of the next day: it loads what it needs while the day before is at work, and waits for its time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-P", "-m", "desk.demo.day", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env=own_environment(),
        )

    def live(self, day: Day) -> Facts:
        """This day. Raises LongarmError where it fails as no site's fault explains."""
        try:
            said, warned = self._process.communicate(f"{day.at.isoformat()}\n", timeout=DAY_SECONDS)
        except subprocess.TimeoutExpired:
            raise LongarmError(
                f"day {day.number} of the demo was not done in {DAY_SECONDS:g} s (usually 5); try again when this "
                f"machine does less; its data folder is {self._folder}"
            ) from None
        code = self._process.returncode
        if code:
            # On a day that went well its warnings are the staged troubles: they stand in the data folder's log.
            sys.stderr.write(warned)
            raise LongarmError(f"day {day.number} of the demo failed (exit {code}); its data folder is {self._folder}")
        return read_facts(said)

    def end(self) -> None:
        """Whatever it is at."""
        self._process.kill()
        self._process.communicate()
