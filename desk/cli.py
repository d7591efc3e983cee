"""The command `longarm`: finds the command's module, opens the data folder, turns errors into one line and a code."""

from __future__ import annotations

import argparse
import difflib
import gc
import importlib
import io
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from _typeshed import SupportsWrite

PACKAGES = ("crawler", "spiders", "storage", "alerts", "desk")

# Command: its module in desk.commands, and its line in --help.
COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("init", "make the data folder: longarm.toml, sources/ and rules/ with commented examples"),
    "sources": ("sources", "the registry: list, check, enable, disable, add"),
    "crawl": ("crawl", "discover and capture what is new, now"),
    "capture": ("capture", "look at these addresses now, whoever lists them or nobody"),
    "import": ("imports", "bring in saved pages, PDF, WARC, WACZ, HAR: what only a person could reach"),
    "recheck": ("recheck", "revisit known pages: edits, takedowns, returns"),
    "scan": ("scan", "match the rules over everything not yet scanned with them"),
    "digest": ("digest", "the daily bilingual digest"),
    "run": ("run", "crawl, recheck, scan, digest: what cron calls"),
    "alerts": ("alerts", "triage: list, show, mark, note, assign, undo"),
    "leads": ("leads", "texts that no rule holds and a model finds alike: list, mark"),
    "search": ("search", "full text over every snapshot"),
    "urls": ("urls", "list the known pages and their states"),
    "history": ("history", "everything that happened to one page"),
    "show": ("show", "one snapshot: its text, its bytes, its record"),
    "copies": ("copies", "the pages that carry the same text: the original, and what each made of it"),
    "diff": ("diff", "what changed between two snapshots"),
    "extract": ("extract", "read a saved page: title, date, publisher, body"),
    "match": ("match", "match the rules over given texts"),
    "rules": ("rules", "rule files: check, test, list, explain, try, stats"),
    "export": ("export", "take evidence or data out: csv, jsonl"),
    "verify": ("verify", "is every capture still what it was, and the record of it unbroken"),
    "db": ("db", "upgrade: bring the database to this version's schema"),
    "doctor": ("doctor", "what is missing on this machine, and what to do"),
    "demo": ("demo", "the whole job on a bundled sample web"),
}


def find_intruder(folders: Sequence[str], home: Path) -> str | None:
    """One sentence naming a foreign package that owns one of our import names in `folders`, or None.

    `home` is where our own packages lie. Looks at few files, because every command pays for it: a folder's lists
    of installed files are read only where one of our names is there (importlib.metadata takes 100 ms for the same).
    """
    ours = os.path.realpath(home)
    before_ours = True
    for folder in dict.fromkeys(os.path.realpath(folder) for folder in folders):
        if folder == ours:
            before_ours = False
        if not os.access(folder, os.R_OK | os.X_OK):
            continue  # nothing is imported from there either (another user's interpreter on the path)
        for package in PACKAGES:
            path = Path(folder, package)
            if not (path.is_dir() or path.with_suffix(".py").is_file()):
                continue
            owner = _owner(Path(folder), package)
            shadows = before_ours and ((path / "__init__.py").is_file() or path.with_suffix(".py").is_file())
            if owner or shadows:
                return (
                    f"longarm: {f'the installed package {owner}' if owner else folder} also owns the import name "
                    f"{package!r}; install longarm in a virtual environment of its own (uv tool install, or make demo)"
                )
    return None


def _owner(folder: Path, package: str) -> str | None:
    """The foreign distribution installed in `folder` that lists files under `package`."""
    for listing in sorted((*folder.glob("*.dist-info/RECORD"), *folder.glob("*.egg-info/top_level.txt"))):
        name = listing.parent.name.rsplit(".", 1)[0].partition("-")[0]
        if name.lower() == "longarm":
            continue
        lines = b"\n" + listing.read_bytes()
        if any(b"\n" + package.encode() + end in lines for end in (b"/", b".py,", b"\n")):
            return name
    return None


def main(argv: Sequence[str] | None = None) -> int:
    if argv is None:
        _speak_utf8()
    # Imports and a crawl make many objects that live on; looking through them every 700 new ones for rings of garbage
    # took a fifth of a recheck's time (docs/performance.md). Rings are still collected, later.
    gc.set_threshold(10_000, 10, 10)
    try:
        try:
            return _main(list(sys.argv[1:] if argv is None else argv), is_whole=argv is None)
        finally:
            # What --help and --version said too: they end by SystemExit.
            print(end="", flush=True)
    except OSError as problem:
        from desk.session import cut_off  # noqa: PLC0415 - --help must not pay for it where it can speak

        return cut_off(problem)
    except KeyboardInterrupt:
        # Before the command had begun: importing its libraries takes most of a second.
        print("longarm: stopped before anything was done", file=sys.stderr)
        return 130  # desk.session.INTERRUPTED, which is not to be imported here


def _main(arguments: Sequence[str], *, is_whole: bool) -> int:
    """`is_whole`: the process is for this command alone."""
    if sys.platform == "win32":
        print("longarm: Windows is not supported; it runs in WSL (wsl --install), as on Linux", file=sys.stderr)
        return 2
    intruder = find_intruder(sys.path, Path(__file__).parent.parent)
    if intruder:
        print(intruder, file=sys.stderr)
        return 2
    options = parse(arguments)
    if not options.command:
        _parser(chosen=None).print_help()
        return 2
    # The one late import of ours: the guard above must speak first, and --help must not pay for it.
    from desk.session import run_command  # noqa: PLC0415

    module = importlib.import_module(f"desk.commands.{COMMANDS[options.command][0]}")
    try:
        return run_command(module, options)
    finally:
        if is_whole:
            # What is left goes with the process: looked through for rings, a large crawl ends half a second later.
            gc.freeze()


def _speak_utf8() -> None:
    """What pages say is Chinese, and JSON is UTF-8, whatever the locale: begin anew where Python took another encoding
    for names and arguments; what UTF-8 cannot hold is shown as an escape."""
    if sys.getfilesystemencoding().lower() != "utf-8" and not sys.flags.utf8_mode:
        ourselves = [sys.executable, "-X", "utf8", *sys.orig_argv[1:]]
        os.execv(sys.executable, ourselves)  # noqa: S606 - the same program, with the same words
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The options of one command line; `command` is None where none was given. Exits with 2 on a wrong one."""
    parser = _parser(chosen=_chosen(arguments))
    strange = _strange(arguments, parser._option_string_actions)
    if strange is not None:
        # argparse would take what stands behind it for the command, and say that there is none of that name.
        parser.error(f"unrecognized arguments: {strange}")
    return parser.parse_args(arguments)


def _strange(arguments: Sequence[str], known: Collection[str]) -> str | None:
    """The first unknown option before the command, if any."""
    words = iter(arguments)
    for word in words:
        if not word.startswith("-") or word in ("-h", "--help", "--version"):
            return None
        if word in ("--data", "--config"):
            next(words, None)
        elif word.partition("=")[0] not in known and not re.fullmatch("-[vq]+", word):
            return word
    return None


def _chosen(arguments: Sequence[str]) -> str | None:
    """The command these arguments name: the first word that is neither an option nor the value of a global one."""
    words = iter(arguments)
    for word in words:
        if word in ("--data", "--config"):
            next(words, None)
        elif not word.startswith("-"):
            return word
    return None


# What others call an option of ours; --date looks like --data.
_OTHER_NAMES = {"--date": "--since", "--from": "--since", "--to": "--until"}


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, as every other mistake is told; subcommands' parsers are of this class too.

    Options are written whole: `--dat` could be two of them, and whoever adds one would break what others wrote.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, allow_abbrev=False)

    def _print_message(self, message: str, file: SupportsWrite[str] | None = None) -> None:
        # argparse says nothing of help that could not be written, and ends with 0.
        print(message, end="", file=file or sys.stderr)

    def error(self, message: str) -> NoReturn:
        strange = re.match(r"unrecognized arguments: (-\S+)", message)
        options = self._meant(strange[1]) if strange else []
        lacking = re.search(r"arguments are required: (?:ACTION|ACT|VERB)$", message)
        number = re.search(r"invalid int value: (.*)", message)
        choice = re.search(r"invalid choice: '?(.*?)'? \(choose from (.*)\)", message)
        if choice:
            known = choice[2].replace("'", "").split(", ")
            near = difflib.get_close_matches(choice[1], known, 1)
            hint = f"did you mean {near[0]}?" if near else f"write one of {', '.join(known)}"
            message = f"{message[: choice.start()]}{choice[1]!r} is unknown; {hint}"
        elif number:
            message = f"{message[: number.start()]}{number[1]} is no whole number; write e.g. 3"
        elif lacking:
            message = f"say what to do: {', '.join(self._acts())}"
        elif strange and options:
            message = f"{strange[1]} is unknown; did you mean {options[0]}?"
        else:
            message += f"; `{self.prog} --help` tells what it takes"
        self.exit(2, f"{self.prog}: {' '.join(message.split())}\n")

    def _meant(self, option: str) -> list[str]:
        """The option that a strange one probably means, if any."""
        named = _OTHER_NAMES.get(option.partition("=")[0])
        if named in self._option_string_actions:
            return [named]
        return difflib.get_close_matches(option, self._option_string_actions, 1, 0.75)

    def _acts(self) -> list[str]:
        """The words of which one must follow, where this parser has parsers below it."""
        below = [action for action in self._actions if isinstance(action, argparse._SubParsersAction)]
        return [name for action in below for name in action.choices]


class _Nested(_Parser):
    """A command's parser, or an action's: argparse makes the parsers below one of its own class."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # Global options are accepted behind a word too (`run -q`); SUPPRESS keeps what was said before it.
        _add_globals(self, dict.fromkeys(("data", "config", "verbose", "quiet"), argparse.SUPPRESS))

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        found, strange = super().parse_known_args(args, namespace)
        if strange:
            # Here, and not by the parser above, which does not know this command's options.
            self.error(f"unrecognized arguments: {' '.join(strange)}")
        return found, strange


def _parser(chosen: str | None) -> argparse.ArgumentParser:
    parser = _Parser(
        prog="longarm",
        description="Watches what Chinese police, procuratorates and state media publish about policing people abroad.",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    _add_globals(parser, {"data": None, "config": None, "verbose": False, "quiet": False})
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Nested)
    for name, (module, help_line) in COMMANDS.items():
        sub = commands.add_parser(name, help=help_line, description=help_line)
        if name == chosen:
            # Only the chosen command's module is imported: `longarm --help` stays under 0.3 s.
            importlib.import_module(f"desk.commands.{module}").configure(sub)
    return parser


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        # Reading installed metadata costs more than the whole of --help: only where it is asked for.
        from importlib.metadata import version  # noqa: PLC0415

        print(f"longarm {version('longarm')}")
        parser.exit()


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
