"""What is read out of real saved pages, by platform family: ours beside trafilatura alone, and the CPU time of both.

Reads the corpus of third-party pages that may lie beside the project (../shared/corpus); without it there is nothing to
measure. One process, each page read by both in turn, so that a busy machine slows both alike.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

from harness import tell
from trafilatura import bare_extraction

from crawler.reading.reader import read

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"
ROUNDS = 3
# Families of fewer pages are shown together.
SMALLEST_FAMILY = 3


def flat(text: str | None) -> str:
    return "".join((text or "").split())


def f1(got: str, gold: str) -> float:
    """Over character bigrams without white space."""
    one, two = (Counter(zip(flat(text), flat(text)[1:], strict=False)) for text in (got, gold))
    return 2 * sum((one & two).values()) / max(1, sum(one.values()) + sum(two.values()))


def ours(body: bytes, url: str) -> dict[str, Any]:
    found = read(body, media_type="text/html", charset=None, url=url)
    return {
        "kind": str(found.kind),
        "title": found.title,
        "body": found.body,
        "published": found.published,
        "publisher": found.publisher,
    }


def theirs(body: bytes, url: str) -> dict[str, Any]:
    found = bare_extraction(body, url=url, with_metadata=True)
    if found is None:
        return {}
    return {"title": found.title, "body": found.text, "published": found.date, "publisher": found.sitename}


def scores(row: dict[str, Any], got: dict[str, Any]) -> dict[str, float | None]:
    """1 or 0 for each field, body's F1; None where the page shows none."""
    published, when = row.get("published"), str(got.get("published"))
    return {
        "body": f1(got.get("body") or "", row["body"]),
        "title": float(flat(got.get("title")) == flat(row["title"])),
        "day": float(when[:10] == published[:10]) if published else None,
        "minute": float(_minute(when) == _minute(published)) if published and "T" in published else None,
        "publisher": float(flat(got.get("publisher")) == flat(row["source"])) if row.get("source") else None,
    }


def _minute(said: str) -> datetime | None:
    """A moment without its seconds, which many pages show and the checked ones leave out."""
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        return None
    return moment.replace(second=0) if moment.tzinfo else None


def mean(values: list[float | None]) -> float | None:
    told = [value for value in values if value is not None]
    return sum(told) / len(told) if told else None


def said(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def measure(rows: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]], float, float]:
    """The answers of both, and the CPU seconds of each over the rounds."""
    mine, other, spent = [], [], [0.0, 0.0]
    pages = [
        ((CORPUS / row["file"]).read_bytes(), row.get("url") or "http://unknown.example/page.html") for row in rows
    ]
    for number in range(ROUNDS + 1):
        for body, url in pages:
            for place, (reader, kept) in enumerate(((ours, mine), (theirs, other))):
                began = time.process_time()
                found = reader(body, url)
                # The first round pays for imports and compiled patterns.
                spent[place] += (time.process_time() - began) * (number > 0)
                if not number:
                    kept.append(found)
    return mine, other, spent[0], spent[1]


def main() -> int:
    if not CORPUS.exists():
        print(f"no corpus at {CORPUS}: nothing to measure")
        return 0
    rows = [json.loads(line) for line in (CORPUS / "index.jsonl").read_text(encoding="utf-8").splitlines()]
    mine, other, seconds, seconds_other = measure(rows)
    kinds = mean([float(row["kind"] == got["kind"]) for row, got in zip(rows, mine, strict=True)]) or 0.0
    articles = [at for at, row in enumerate(rows) if row["kind"] == "article"]
    marks = {at: (scores(rows[at], mine[at]), scores(rows[at], other[at])) for at in articles}
    sizes = Counter(rows[at].get("platform") or "other" for at in articles)
    families: dict[str, list[int]] = {}
    for at in articles:
        name = rows[at].get("platform") or "other"
        families.setdefault(name if sizes[name] >= SMALLEST_FAMILY else "other", []).append(at)
    fields = ("body", "title", "day", "minute", "publisher")
    print("| family | pages | " + " | ".join(f"{field} (trafilatura)" for field in fields) + " |")
    print("|---|---|" + "---|" * len(fields))
    for name, members in [*sorted(families.items(), key=lambda item: -len(item[1])), ("all", articles)]:
        cells = (
            " ".join((said(mean(first)), f"({said(mean(second))})"))
            for first, second in (([marks[at][place][field] for at in members] for place in (0, 1)) for field in fields)
        )
        print(f"| {name} | {len(members)} | " + " | ".join(cells) + " |")
    ms, ms_other = (1000 * spent / ROUNDS / len(rows) for spent in (seconds, seconds_other))
    print(f"\nCPU a page: {ms:.1f} ms; trafilatura alone {ms_other:.1f} ms")
    good = tell("kind right", f"{kinds:.3f}", ">= 0.98", kinds >= 0.98)
    for field, bar in (("body", 0.97), ("title", 0.96), ("day", 0.98), ("minute", 0.95), ("publisher", 0.9)):
        value = mean([marks[at][0][field] for at in articles]) or 0.0
        good &= tell(f"articles: {field}", f"{value:.3f}", f">= {bar}", value >= bar)
    good &= tell("CPU of trafilatura alone's", f"{ms / ms_other:.2f}", "<= 1", ms <= ms_other)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
