"""`longarm rules`: read the rule files, run their examples, explain a text, try a change, show how rules do."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from alerts.checkup import Usage
from alerts.entities import agency_kind, agency_level
from alerts.examples import failures
from alerts.explain import explain
from alerts.mask import shown
from alerts.match import MatchText
from alerts.people import NOBODY
from alerts.phrases import plural
from alerts.rulebook import load_rules
from desk import json_out, trying
from desk.days import since_of
from desk.learning import stats
from desk.moments import local
from desk.progress import progress_of
from spiders.registry import load_registry, load_shipped
from storage.errors import ConfigError, Mistakes

if TYPE_CHECKING:
    import argparse
    from collections.abc import Collection, Sequence
    from zoneinfo import ZoneInfo

    from alerts.precision import RuleStats
    from alerts.proposals import Proposal
    from alerts.rulebook import Evasions, Rulebook
    from desk.session import Desk

_MOST_TEXT = 20_000_000  # bytes; a file longer than that is no page
FEW = 10
"""Fewer judgements than this say next to nothing: the interval is wider than half the scale."""


def configure(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    for name, line in (
        ("check", "read every rule file; each mistake is named with file, line and column; then what never fires"),
        ("test", "run the `alerts:` and `silent:` examples of every rule"),
        ("list", "the rules in force, with concept, severity and where they stand"),
    ):
        act = acts.add_parser(name, help=line, description=line)
        act.add_argument("files", metavar="FILE", nargs="*", type=Path, help="rule files laid over the ones in force")
        if name == "list":
            act.add_argument("--json", action="store_true", help="one object a line")
        if name == "check":
            act.add_argument("--all", action="store_true", help="notes on the shipped rules too, not only on yours")
            act.add_argument(
                "--stored", action="store_true", help="judge by what the archive holds too, not only by examples"
            )
    line = "why a text alerts or does not, step by step"
    why = acts.add_parser("explain", help=line, description=line)
    why.add_argument(
        "text", metavar="TEXT|FILE|-", help="the text itself, a file that holds it, or - for standard input"
    )
    why.add_argument("--title", default="", help="its title")
    why.add_argument("--lang", choices=("zh", "en"), help="its language (default: as it looks)")
    why.add_argument("--agency", metavar="NAME", help="who publishes it: police, … or an organ's name")
    why.add_argument("--published", metavar="D", help="its date, as 2022-06-30")
    why.add_argument("--rule", metavar="ID", help="only this rule, or this concept's, however far it was from alerting")
    why.add_argument(
        "--rules", metavar="FILE", type=Path, action="append", default=[], help="rules laid over those in force"
    )
    line = "what a rule, or a file of rules, would add and drop over the stored archive; nothing is written"
    attempt = acts.add_parser("try", help=line, description=line)
    attempt.add_argument("what", metavar="RULE|FILE", help="a rule's id, a concept, or a rule file not in force yet")
    attempt.add_argument("--since", metavar="D", help="only what was seen on this day or later")
    attempt.add_argument("--samples", metavar="N", type=int, default=trying.SAMPLES, help="so many of each are shown")
    line = "for each rule what it found, its precision from the marks, and an exclusion that would have helped"
    counting = acts.add_parser("stats", help=line, description=line)
    counting.add_argument("--since", metavar="D", help="only what was told on this day or later")
    counting.add_argument("--json", action="store_true", help="one object a line")


def run(options: argparse.Namespace, desk: Desk) -> int:
    if options.act == "stats":
        return _stats(desk, options.since, as_json=options.json)
    # Needs no data folder: where there is one, its rules/ are laid over the shipped ones and its [match] holds.
    data_dir = desk.data_dir if desk.data_dir.is_dir() else None
    evasions = desk.config.match.evasions if data_dir else "off"
    if options.act == "explain":
        return _explain(options, load_rules(data_dir, options.rules, evasions=evasions))
    if options.act == "try":
        return _try(options, desk)
    if options.act == "check":
        return _check(
            options,
            desk,
            _rules_and_sources(options.files, evasions, data_dir, desk.config.vantage if data_dir else ()),
        )
    rulebook = load_rules(data_dir, options.files, evasions=evasions)
    return _test(rulebook) if options.act == "test" else _list(rulebook, as_json=options.json)


def _rules_and_sources(
    files: Sequence[Path], evasions: Evasions, data_dir: Path | None, ways: Collection[str]
) -> Rulebook:
    """The rules, which may ask for no source that there is not. Raises ConfigError with all that is wrong with any."""
    mistakes, sources = Mistakes(), None
    with mistakes.gathered():
        sources = {source.id for source in (load_shipped() if data_dir is None else load_registry(data_dir, ways))}
    with mistakes.gathered():
        rulebook = load_rules(data_dir, files, evasions=evasions, sources=sources)
    mistakes.tell()
    return rulebook


def _check(options: argparse.Namespace, desk: Desk, rulebook: Rulebook) -> int:
    said = f"{len(rulebook.rules)} rules, {len(rulebook.all_sets)} sets, version {rulebook.digest[:12]}"
    print(f"{said}: all can be read")
    usage = Usage(rulebook)
    if options.stored:
        usage.add_all(text for _, text in trying.stored_texts(desk.database))
    notes = list(usage.notes())
    own = [note for note in notes if not note.place.startswith(SHIPPED_AT)]
    for note in notes if options.all else own:
        print(f"{note.place}: {note.rule.id}: {note.what}")
    over = f"{usage.texts:,} texts ({'examples and archive' if options.stored else 'the rules’ examples'})"
    rest = "" if options.all else f", {len(notes) - len(own)} on shipped ones (--all shows them)"
    print(f"over {over}: {plural(len(own), 'note')} on rules of yours{rest}")
    return 0


SHIPPED_AT = "alerts/rules/"


def _test(rulebook: Rulebook) -> int:
    wrong = list(failures(rulebook))
    for failure in wrong:
        print(f"{failure.rule.place}: {failure.rule.id} {failure.why}: {failure.text}")
    examples = sum(len(rule.alerts) + len(rule.silent) for rule in rulebook.rules)
    print(f"{examples} examples of {len(rulebook.rules)} rules: {len(wrong)} do not hold")
    return 1 if wrong else 0


def _list(rulebook: Rulebook, *, as_json: bool) -> int:
    for rule in rulebook.rules:
        row = {"rule": rule.concept, "variant": rule.id, "severity": str(rule.severity), "digest": rule.digest[:12]}
        if as_json:
            print(json_out.line({**row, "place": rule.place, "note": rule.note}))
        else:
            print(f"{rule.severity:9}{rule.id:36}{rule.place}")
    return 0


def _explain(options: argparse.Namespace, rulebook: Rulebook) -> int:
    if options.rule is not None:
        _known(rulebook, options.rule)
    text = MatchText(
        title=options.title,
        body=_given(options.text),
        lang=options.lang,
        agency=agency_kind(options.agency),
        level=agency_level(options.agency),
        published=options.published,
        publisher=options.agency,
    )
    for line in explain(rulebook, text, rule=options.rule):
        indent = len(line) - len(line.lstrip(" "))
        print(" " * indent + shown(line, NOBODY) if line else "")
    return 0


def _given(said: str) -> str:
    """The text that the argument is, or names."""
    if said == "-":
        read = sys.stdin.buffer.read(_MOST_TEXT)
    else:
        try:
            path = Path(said)
            if not path.is_file():
                return said
            with path.open("rb") as file:
                read = file.read(_MOST_TEXT)
        except OSError:  # a text is longer than a file's name may be
            return said
    try:
        return read.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigError(f"rules explain: {said}: not UTF-8 text; `longarm extract` reads pages and files") from None


def _try(options: argparse.Namespace, desk: Desk) -> int:
    evasions = desk.config.match.evasions
    path, is_in_force = Path(options.what), False
    if path.is_file():
        in_force = sorted((desk.data_dir / "rules").glob("*.yaml"))
        is_in_force = any(one.resolve() == path.resolve() for one in in_force)
        # A file in force already is weighed against the rules without it; any other against those with it.
        then = desk.rulebook if is_in_force else load_rules(desk.data_dir, [path], evasions=evasions)
        now = load_rules(desk.data_dir, evasions=evasions, without=path) if is_in_force else desk.rulebook
    else:
        is_in_force = True
        then = desk.rulebook
        now = trying.without(then, _known(then, options.what))
    zone = desk.config.digest.zone
    since = since_of(options.since, now=desk.clock(), zone=zone)
    with progress_of(desk) as tell:
        trial = trying.compare(
            desk.database, now=now, then=then, since=since, samples=max(0, options.samples), tell=tell
        )
    print("\n".join(_told(options.what, trial, zone)))
    if is_in_force:
        known = f"scans have found {trial.added - trial.unscanned:,} of the {trial.added:,} before"
        print(
            f"in force already, so compared with the rules without it; {known}, the next scan adds {trial.unscanned:,}"
        )
    return 0


def _told(what: str, trial: trying.Trial, zone: ZoneInfo) -> Sequence[str]:
    lines = [
        f"{what} over {trial.read:,} snapshots: "
        f"adds {trial.added:,} alerts, drops {trial.dropped:,} "
        f"(one a concept and snapshot: {trial.before:,} before, {trial.after:,} after; "
        f"{trial.regraded:,} of another severity; {trial.suppressed:+,} places held back)"
    ]
    for head, samples, total in (
        ("would add", trial.samples_added, trial.added),
        ("would drop", trial.samples_dropped, trial.dropped),
    ):
        for sample in samples:
            held = f", held back by {sample.reason}" if sample.reason else ""
            seen = f"seen {local(sample.seen, zone)}"
            title = shown(sample.title, NOBODY)
            lines.append(f"{head}  {seen}  {sample.severity} {sample.variant}{held}  {title}")
            lines.append(f"    {shown(sample.quote, NOBODY)}")
            lines.append(f"    {shown(sample.url, NOBODY)}")
        if total > len(samples) > 0:
            lines.append(f"{head}  … and {total - len(samples):,} more (--samples N)")
    return lines


def _known(rulebook: Rulebook, named: str) -> frozenset[str]:
    """The rules of that id or concept. Raises ConfigError where there is none."""
    found = frozenset(rule.id for rule in rulebook.rules if named in (rule.id, rule.concept))
    if not found:
        raise ConfigError(f"no rule {named!r}, and no such file; `longarm rules list` shows the rules")
    return found


_COLUMNS = (("hits", 6), ("alerts", 7), ("right", 6), ("wrong", 6), ("aside", 6), ("open", 5), ("30 d", 5))


def _stats(desk: Desk, written: str | None, *, as_json: bool) -> int:
    found = stats(desk, since=since_of(written, now=desk.clock(), zone=desk.config.digest.zone))
    if not as_json:
        columns = "".join(f"{name:>{wide}}" for name, wide in _COLUMNS)
        print(f"{'rule':36}{columns}  precision (95 %)")
    for one, proposal in found:
        print(json_out.line(_row(one, proposal)) if as_json else _line(one))
    for _, proposal in found:
        if proposal is not None and not as_json:
            named = shown(proposal.variant, NOBODY)
            print(f"\n# {named}: {proposal.why}. To try it, a file in rules/ of the data folder:")
            print("\n".join(shown(line, NOBODY) for line in proposal.yaml.rstrip().split("\n")))
    return 0


def _line(one: RuleStats) -> str:
    told = (one.hits, one.alerts, one.right, one.wrong, one.aside, one.follow_up, one.recent)
    counts = "".join(f"{count:{wide}}" for count, (_, wide) in zip(told, _COLUMNS, strict=True))
    if one.precision is None or one.interval is None:
        return f"{one.variant:36}{counts}  nobody judged one yet"
    low, high = one.interval
    few = ", too few to tell" if one.judged < FEW else ""
    return f"{one.variant:36}{counts}  {one.precision:.2f} ({low:.2f}-{high:.2f}, n={one.judged}{few})"


def _row(one: RuleStats, proposal: Proposal | None) -> dict[str, object]:
    return {
        "rule": one.concept,
        "variant": one.variant,
        "hits": one.hits,
        "alerts": one.alerts,
        "relevant": one.right,
        "irrelevant": one.wrong,
        "irrelevant_otherwise": one.aside,
        "follow_up": one.follow_up,
        "disputed": one.disputed,
        "false_alarms_30d": one.recent,
        "n": one.judged,
        "precision": None if one.precision is None else round(one.precision, 4),
        "interval": None if one.interval is None else [round(end, 4) for end in one.interval],
        "proposal": None if proposal is None else {"yaml": proposal.yaml, "why": proposal.why},
    }
