"""Text folded and matched in one process against 300 terms: a file of two rules over 300 invented words, and the
shipped rules, for comparison. One text in twenty holds a word; the rest is what county sites print every day."""

from __future__ import annotations

import sys
import tempfile
import time
from itertools import product
from pathlib import Path

from harness import tell
from origin import SENTENCES

from alerts.match import MatchText, find
from alerts.rulebook import Rulebook, load_rules

MEGABYTES = int(sys.argv[1]) if len(sys.argv) > 1 else 20
WORDS = ["".join(word) for word in product("劝规敦督限召押遣追缉", "返回归投逃", "专驿联通名巡")][:300]


def three_hundred() -> Rulebook:
    """Only the 300 words: the shipped rules are not in this one."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "bench.yaml")
        rule = "rules:\n  - id: bench.word\n    severity: low\n    match: '@bench_words'\n"
        file.write_text(f"sets:\n  bench_words: [{', '.join(WORDS)}]\n{rule}", encoding="utf-8")
        book = load_rules(files=[file])
    return Rulebook([rule for rule in book.rules if rule.id == "bench.word"], book.all_sets)


def texts() -> list[MatchText]:
    made, size, number = [], 0, 0
    while size < MEGABYTES * 1_000_000:
        lines = [SENTENCES[(number * 3 + at) % len(SENTENCES)] + f"编号{number}之{at}。" for at in range(20)]
        if number % 20 == 0:
            lines[7] += f"会议提到{WORDS[number % 300]}一事，要求滞留境外人员尽快说明情况。"
        body = "\n".join(lines)
        made.append(MatchText(title=f"第{number}号通报", body=body, lang="zh", agency="police"))
        size += len(body.encode())
        number += 1
    return made


def speed(book: Rulebook, given: list[MatchText]) -> tuple[float, int]:
    find(book, given[0])  # The first text compiles what is compiled lazily.
    began = time.perf_counter()
    hits = sum(len(find(book, text).hits) for text in given)
    seconds = time.perf_counter() - began
    return sum(len(text.body.encode()) for text in given) / 1_000_000 / seconds, hits


def main() -> int:
    given = texts()
    fast, hits = speed(three_hundred(), given)
    shipped = load_rules()
    slow, shipped_hits = speed(shipped, given)
    print(f"{len(given)} texts: {hits} hits of 300 words")
    print(f"the {len(shipped.rules)} shipped rules: {slow:.1f} MB/s, {shipped_hits} hits")
    return 0 if tell("matching 300 terms, MB/s", f"{fast:.1f}", ">= 20", fast >= 20) else 1


if __name__ == "__main__":
    sys.exit(main())
