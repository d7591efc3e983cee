"""`longarm match --jsonl`: the rules over given texts; needs no data folder, because matching is pure."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from alerts.claims.reader import concept_of, read
from alerts.entities import agency_kind, agency_level
from alerts.lead_model import shipped
from alerts.leads import find_lead
from alerts.match import MatchText, find
from alerts.render_json import claim_fields
from alerts.rulebook import load_rules
from desk import json_out

if TYPE_CHECKING:
    import argparse

    from alerts.leads import Lead
    from alerts.match import MatchResult
    from desk.session import Desk

_OPTIONAL = ("lang", "agency", "level", "province", "source", "published", "publisher")


# JSON may write it; no text in UTF-8 can hold it.
_LONE = re.compile("[\ud800-\udfff]")


class BadLineError(ValueError):
    """A line of input that is not a text to match; the message says why."""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--jsonl", action="store_true", required=True, help='lines {"id","title","text"[,"lang","agency",…]} on stdin'
    )
    parser.add_argument(
        "--rules", metavar="FILE", type=Path, help="rules of your own, laid over the shipped ones key by key"
    )

    parser.add_argument(
        "--evasions", action="store_true", help="also look for words written round (劝*返, 全返), as `layer: evasion`"
    )


def run(options: argparse.Namespace, desk: Desk) -> int:  # noqa: ARG001 - every command is given the desk
    rulebook = load_rules(
        None, (options.rules,) if options.rules else (), evasions="all" if options.evasions else "off"
    )
    code = 0
    for number, line in enumerate(sys.stdin.buffer, 1):
        if not line.strip():
            continue
        try:
            name, text = _read(line)
        except BadLineError as problem:
            print(f"longarm: line {number}: {problem}", file=sys.stderr)
            code = 1
            continue
        found = find(rulebook, text)
        lead = None if found.hits else find_lead(shipped(), text.title, text.body)
        print(json_out.line(_answer(name, text, found, lead)))
    return code


def _read(line: bytes) -> tuple[str | int, MatchText]:
    try:
        row = json.loads(line)
    except ValueError as problem:
        raise BadLineError(f"not JSON: {problem}") from None
    if not isinstance(row, dict):
        raise BadLineError('not an object; write {"id": …, "title": …, "text": …}')
    for key, value in row.items():
        if isinstance(value, str) and _LONE.search(value):
            raise BadLineError(f"{key} holds half a character (\\ud800 to \\udfff alone), as where an emoji was cut")
    name = row.get("id")
    if not isinstance(name, str | int) or isinstance(name, bool):
        raise BadLineError("id is missing, or is neither text nor a number")
    if not isinstance(row.get("ocr", False), bool):
        raise BadLineError(f"ocr is neither true nor false (id {name})")
    for key in ("title", "text", *_OPTIONAL):
        value = row.get(key)
        if value is None and key != "text":
            continue
        if not isinstance(value, str):
            raise BadLineError(f"{key} {'is missing' if value is None else 'is not text'} (id {name})")
    agency = row.get("agency")
    return name, MatchText(
        title=row.get("title") or "",
        body=row["text"],
        lang=row.get("lang"),
        agency=agency_kind(agency),
        level=row.get("level") or agency_level(agency),
        province=row.get("province"),
        source=row.get("source"),
        published=row.get("published"),
        publisher=row.get("publisher") or agency,
        recognised=((0, len(row["text"])),) if row.get("ocr") else (),
    )


def _claims(text: MatchText, result: MatchResult) -> dict[str, list[dict[str, object]]]:
    """The claims of a text that alerts, under the concept whose alert they stand with."""
    found: dict[str, list[dict[str, object]]] = {}
    concepts = [hit.concept for hit in result.hits]
    if concepts:
        for claim in read(text.body, lang=text.lang, published=text.published, publisher=text.publisher):
            found.setdefault(concept_of(claim, concepts), []).append(claim_fields(claim))
    return found


def _answer(name: str | int, text: MatchText, result: MatchResult, lead: Lead | None) -> dict[str, object]:
    """The line of interface.md. Offsets are into the text; into the title where `field` says so.

    A lead is no alert: only a text without any has one, where a model finds it like what rules look for.
    """
    alerts = []
    claims = _claims(text, result)
    for hit in result.hits:
        alert: dict[str, object] = {
            "rule": hit.concept,
            "variant": hit.variant,
            "version": hit.rule_version,
            "severity": str(hit.severity),
            "why": hit.why,
            "stance": str(hit.stance),
            "labels": list(hit.labels),
            "matched": hit.matched,
            "start": hit.start,
            "end": hit.end,
            "field": hit.field,
            "quote": hit.quote,
            "claims": claims.get(hit.concept, []),
        }
        more = [[start, end] for field, start, end in hit.more if field == hit.field]
        if hit.layer != "plain":
            alert["layer"] = hit.layer
        alerts.append({**alert, "more": more} if more else alert)
    suppressed = [
        {
            "rule": one.concept,
            "variant": one.variant,
            "matched": one.matched,
            "start": one.start,
            "end": one.end,
            "field": one.field,
            "reason": one.reason,
        }
        for one in result.suppressed
    ]
    return {"id": name, "alerts": alerts, "suppressed": suppressed, "leads": [_lead(lead)] if lead else []}


def _lead(lead: Lead) -> dict[str, object]:
    return {"rule": lead.concept, "score": lead.score, "start": lead.start, "end": lead.end, "field": lead.field}
