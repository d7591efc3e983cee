"""What every command is given: settings, clock, database and archive, opened when first asked for."""

from __future__ import annotations

import getpass
import logging
import os
import re
import shlex
import shutil
import sys
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from crawler.reading.budget import ReadingTime
from desk.log import keep_log, warn_on_stderr
from storage.config import Config, load_config
from storage.disk import NO_ROOM, is_read_only
from storage.errors import ConfigError, LongarmError

if TYPE_CHECKING:
    import argparse

    from alerts.rulebook import Rulebook
    from storage.archive import Archive
    from storage.database import Database
    from storage.records import Clock


INTERRUPTED = 130
"""The exit code of what Ctrl-C ended, by which shells and `make` stop what comes after it."""


class Command(Protocol):
    """A module of desk.commands. `run` returns the exit code of interface.md."""

    def configure(self, parser: argparse.ArgumentParser) -> None: ...
    def run(self, options: argparse.Namespace, desk: Desk) -> int: ...


# `init` names its folder itself, and these need none.
_TYPED = re.compile(r"`longarm (?=[a-z])(?!init\b|extract\b|demo\b|doctor\b)")


def utc_now() -> datetime:
    return datetime.now(UTC)


def own_command() -> str:
    """What a shell must be told to run this very longarm: its path, where the `longarm` on PATH is not this one."""
    started = Path(sys.argv[0])
    own = started if started.stem == "longarm" else Path(sys.executable).with_name("longarm")
    found = shutil.which("longarm")
    if not own.is_file() or (found and Path(found).samefile(own)):
        return "longarm"
    return str(own)


def settings_for(data_dir: Path, file: Path | None) -> Config:
    """The settings in force for a data folder. Raises ConfigError."""
    return load_config(data_dir, file, os.environ)


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        # A container's user may have a number and no name.
        return ""


def own_environment() -> dict[str, str]:
    """The environment for a process of ours whose settings must not come from the caller's LONGARM_ variables."""
    return {name: value for name, value in os.environ.items() if not name.startswith("LONGARM_")} | {"PYTHONUTF8": "1"}


class Desk:
    """One command's session. The data folder is looked for only when `config` or later is first touched."""

    def __init__(
        self, *, data: str | None, config: str | None, quiet: bool, verbose: bool, clock: Clock = utc_now
    ) -> None:
        self.data_dir = Path(data or os.environ.get("LONGARM_DATA") or "longarm-data").resolve()
        self.config_file = Path(config) if config else None
        given = (("--data", data), ("--config", config))
        self._given = shlex.join(word for option, value in given if value for word in (option, value))
        self.quiet = quiet
        self.verbose = verbose
        self.clock = clock
        self.reading_time = ReadingTime()
        self._log: logging.Handler | None = None

    def typed(self, said: str) -> str:
        """The text with each `longarm …` in it as it must be typed here: for the folder and the settings in hand."""
        return _TYPED.sub(lambda found: f"{found[0]}{self._given} ", said) if self._given else said

    def person(self, named: str | None) -> str:
        """Who acts: `--by`, or LONGARM_ANALYST, or the name of the login. Raises ConfigError where it names nobody."""
        name = named if named is not None else os.environ.get("LONGARM_ANALYST") or _login()
        name = " ".join(name.split())
        if not name or not name.isprintable() or len(name) > 80 or name.casefold() == "longarm":
            raise ConfigError(f"{name!r} is no person's name; say who acts with --by NAME, or set LONGARM_ANALYST")
        return name

    @cached_property
    def config(self) -> Config:
        if self.data_dir.exists() and not self.data_dir.is_dir():
            raise ConfigError(f"{self.data_dir}: is no folder; name the data folder, not a file in it")
        if not self.data_dir.is_dir():
            raise ConfigError(f"{self.data_dir}: no data folder; `longarm init {self.data_dir}` makes one")
        config = settings_for(self.data_dir, self.config_file)
        if config.log.file and not is_read_only(self.data_dir):
            self._log = keep_log(self.data_dir / config.log.file, named=config.spot("log", "file"))
        return config

    @cached_property
    def rulebook(self) -> Rulebook:
        """The rules as every scan reads them, and whoever only asks what there is: a command compiles them once."""
        # The rules' words and the claims' patterns take half a second, and a crawl matches nothing.
        from alerts.rulebook import load_rules  # noqa: PLC0415

        return load_rules(self.config.data_dir, evasions=self.config.match.evasions)

    @cached_property
    def database(self) -> Database:
        from storage.schema import open_current  # noqa: PLC0415 - alembic only where a database is needed

        database = open_current(self.config)
        if database.is_read_only and not self.quiet:
            print(f"longarm: {self.data_dir}: read-only: it can be read and verified, not changed", file=sys.stderr)
        return database

    @cached_property
    def archive(self) -> Archive:
        from storage.archive import Archive  # noqa: PLC0415 - warcio only where captures are needed

        return Archive(self.config, self.database, now=self.clock)

    def close(self) -> None:
        for name in ("archive", "database"):
            opened = self.__dict__.pop(name, None)
            if opened is not None:
                opened.close()
        if self._log is not None:
            logging.getLogger().removeHandler(self._log)
            self._log.close()
            self._log = None


def run_command(module: Command, options: argparse.Namespace) -> int:
    """Run one command; an error of ours is one line on stderr and its exit code."""
    warn_on_stderr(verbose=options.verbose)
    desk = Desk(data=options.data, config=options.config, quiet=options.quiet, verbose=options.verbose)
    try:
        code = module.run(options, desk)
        sys.stdout.flush()
        return code
    except LongarmError as problem:
        for line in desk.typed(str(problem)).split("\n"):
            print(f"longarm: {line}", file=sys.stderr)
        return problem.exit_code
    except OSError as problem:
        return cut_off(problem)
    except KeyboardInterrupt:
        print("longarm: stopped; what was captured is kept, the next run goes on from there", file=sys.stderr)
        return INTERRUPTED
    finally:
        desk.close()


def cut_off(problem: OSError) -> int:
    """The exit code where our output could not go on, told in a line. Anything else that went wrong is raised again."""
    if isinstance(problem, BrokenPipeError):
        # The reader of our output went away (longarm … | head): not an error, and nothing more to say.
        code = 0
    elif problem.errno in NO_ROOM and problem.filename is None:
        # A file of ours that cannot be written is told with its name; this is where our output was sent.
        print(f"longarm: the output cannot be written ({os.strerror(problem.errno or 0)})", file=sys.stderr)
        code = 1
    else:
        raise problem
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code
