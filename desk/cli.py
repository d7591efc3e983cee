"""The command `longarm`: finds the command's module, opens the data folder, turns errors into one line and a code."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import packages_distributions, version

PACKAGES = ("crawler", "spiders", "storage", "alerts", "desk")

# Command: its module in desk.commands, and its line in --help.
COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("init", "make the data folder: longarm.toml, sources/ and rules/ with commented examples"),
    "sources": ("sources", "the registry: list, check, enable, disable, add"),
    "crawl": ("crawl", "discover and capture what is new, now"),
    "recheck": ("recheck", "revisit known pages: edits, takedowns, returns"),
    "scan": ("scan", "match the rules over everything not yet scanned with them"),
    "digest": ("digest", "the daily bilingual digest"),
    "run": ("run", "crawl, recheck, scan, digest: what cron calls"),
    "alerts": ("alerts", "triage: list, show, mark, note, assign"),
    "search": ("search", "full text over every snapshot"),
    "urls": ("urls", "list the known pages and their states"),
    "history": ("history", "everything that happened to one page"),
    "show": ("show", "one snapshot: its text, its bytes, its record"),
    "diff": ("diff", "what changed between two snapshots of a page"),
    "extract": ("extract", "read a saved page: title, date, publisher, body"),
    "match": ("match", "match the rules over given texts"),
    "rules": ("rules", "check and test rule files"),
    "export": ("export", "take evidence or data out: csv, jsonl"),
    "verify": ("verify", "is every capture still what it was, and the record of it unbroken"),
    "db": ("db", "upgrade: bring the database to this version's schema"),
    "doctor": ("doctor", "what is missing on this machine, and what to do"),
    "demo": ("demo", "the whole job on a bundled sample web"),
}


def find_intruder() -> str | None:
    """One sentence naming a foreign package that owns one of our import names, or None."""
    owners = packages_distributions()
    for package in PACKAGES:
        foreign = sorted({name for name in owners.get(package, ()) if name.lower() != "longarm"})
        if foreign:
            return (
                f"longarm: the installed package {foreign[0]} also owns the import name {package!r}; "
                "install longarm in a virtual environment of its own (uv tool install, or make demo)"
            )
    return None


def main(argv: Sequence[str] | None = None) -> int:
    arguments = list(sys.argv[1:] if argv is None else argv)
    intruder = find_intruder()
    if intruder:
        print(intruder, file=sys.stderr)
        return 2
    parser = _parser(chosen=_chosen(arguments))
    options = parser.parse_args(arguments)
    if not options.command:
        parser.print_help()
        return 2
    # The one late import of ours: the guard above must speak first, and --help must not pay for it.
    from desk.session import run_command  # noqa: PLC0415

    module = importlib.import_module(f"desk.commands.{COMMANDS[options.command][0]}")
    return run_command(module, options)


def _chosen(arguments: Sequence[str]) -> str | None:
    """The command these arguments name: the first word that is neither an option nor the value of a global one."""
    words = iter(arguments)
    for word in words:
        if word in ("--data", "--config"):
            next(words, None)
        elif not word.startswith("-"):
            return word
    return None


def _parser(chosen: str | None) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="longarm",
        description="Watches what Chinese police, procuratorates and state media publish about policing people abroad.",
    )
    parser.add_argument("--version", action="version", version=f"longarm {version('longarm')}")
    _add_globals(parser, {"data": None, "config": None, "verbose": False, "quiet": False})
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name, (module, help_line) in COMMANDS.items():
        sub = commands.add_parser(name, help=help_line, description=help_line)
        if name == chosen:
            # Accepted behind the command too (`run -q`); SUPPRESS keeps what was said before it.
            _add_globals(sub, dict.fromkeys(("data", "config", "verbose", "quiet"), argparse.SUPPRESS))
            # Only the chosen command's module is imported: `longarm --help` stays under 0.3 s.
            importlib.import_module(f"desk.commands.{module}").configure(sub)
    return parser


def _add_globals(parser: argparse.ArgumentParser, default: Mapping[str, object]) -> None:
    parser.add_argument(
        "--data",
        metavar="DIR",
        default=default["data"],
        help="the data folder (default ./longarm-data, or LONGARM_DATA)",
    )
    parser.add_argument(
        "--config", metavar="FILE", default=default["config"], help="the settings (default DIR/longarm.toml)"
    )
    parser.add_argument("-v", "--verbose", action="store_true", default=default["verbose"], help="say more on stderr")
    parser.add_argument(
        "-q", "--quiet", action="store_true", default=default["quiet"], help="say only what wants a look"
    )


if __name__ == "__main__":
    sys.exit(main())
