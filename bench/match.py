"""How fast 300 and 2,000 words are folded and matched in one process, and how fast whole rules are.

    python bench/match.py [--megabytes 20] [--words 300 2000]

Prints one JSON line: MB/s of UTF-8 text (simplified, traditional, mixed with quotes, breaks and full-width digits),
best of three, in CPU seconds of the one process; for the shipped rules the time to load them and per text; and for
rules and claims together, over the alerting texts of alert_texts/ and over the same made 2,400 characters long with
innocent paragraphs, milliseconds a text: the mean, and the most that one took. The texts are invented.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from dataclasses import replace
from pathlib import Path

from alerts import layers
from alerts.claims.reader import read
from alerts.expression import parse_word
from alerts.fold import fold
from alerts.glossary import terms
from alerts.match import MatchText, find
from alerts.rulebook import Rulebook, load_rules
from alerts.vocabulary import Vocabulary

LAYERS = (layers.ocr(), layers.evasion())
SENTENCES = (
    "云溪县公安局通报，专班近日从老挝接回涉案人员五名，其中一人是主动联系村干部后踏上归程。",
    "全县春耕备耕工作有序推进，农机检修完成九成，技术员下村指导育秧，种子化肥供应充足。",
    "会议要求，各乡镇要压实责任，做到底数清、去向明，不漏一人；对滞留境外人员逐一建档。",
    "古镇灯会周五开幕，游客可乘免费接驳车前往，夜间增设两处停车场，方便市民观赏。",
    "新学期教材已全部到位，乡村学校食堂改造提前完工，午餐补助标准提高一元。",
    "記者從縣政府獲悉，今年惠民補貼已全部發放到位，老舊小區加裝電梯二十部。",
    "“平安建设”三年行动收官，群众安全感满意度达９８．６％，居全市第三位。",
)


def corpus(characters: int, seed: int = 7) -> list[str]:
    """Invented pages of about 1,200 characters, paragraphs joined by one line break."""
    chance = random.Random(seed)
    pages: list[str] = []
    size = 0
    while size < characters:
        paragraphs = ["".join(chance.choices(SENTENCES, k=4)) for _ in range(8)]
        pages.append("\n".join(paragraphs))
        size += len(pages[-1])
    return pages


def words(count: int) -> list[str]:
    """The listed terms, and invented ones of two to four characters up to `count`."""
    chance = random.Random(11)
    known = list(dict.fromkeys(term.zh for term in terms()))
    letters = sorted({c for word in known for c in word if "一" <= c <= "龥"})
    while len(known) < count:
        known.append("".join(chance.choices(letters, k=chance.choice((2, 3, 4)))))
    return known[:count]


def best(run: object, times: int = 3) -> float:
    spent = []
    for _ in range(times):
        begun = time.process_time()
        run()  # type: ignore[operator]
        spent.append(time.process_time() - begun)
    return min(spent)


def _layered(layer: layers.Layer, pages: list[str], megabytes: float, count: int) -> float:
    """MB/s of plain folding, the layer over it, and matching."""
    vocabulary = Vocabulary([parse_word(word) for word in words(count)], layer)
    return round(megabytes / best(lambda: [vocabulary.find(layer.over(fold(page))) for page in pages]), 1)


def alerting() -> list[MatchText]:
    """The texts of alert_texts/ that expect an alert."""
    found = []
    for path in sorted((Path(__file__).parent / "alert_texts").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if any(one["alert"] for one in row["expected"]):
                found.append(
                    MatchText(title=row["title"], body=row["text"], lang=row["lang"], published=row.get("published"))
                )
    return found


def judged(rulebook: Rulebook, texts: list[MatchText]) -> dict[str, float]:
    """Milliseconds of CPU time that rules and claims take of a text, best of three: the mean and the most."""

    def both(text: MatchText) -> None:
        if find(rulebook, text).hits:
            read(text.body, lang=text.lang, published=text.published, publisher=None)

    spent = [1000 * best(lambda text=text: both(text)) for text in texts]
    return {"mean": round(sum(spent) / len(spent), 2), "most": round(max(spent), 2)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=float, default=20)
    parser.add_argument("--words", type=int, nargs="+", default=[300, 2000])
    options = parser.parse_args()
    pages = corpus(int(options.megabytes * 1e6 / 2.9))
    megabytes = sum(len(page.encode()) for page in pages) / 1e6
    vocabularies = {count: Vocabulary([parse_word(word) for word in words(count)]) for count in options.words}
    folded = [fold(page) for page in pages]

    def rate(run: object) -> float:
        return round(megabytes / best(run), 1)

    loading = best(load_rules)
    rulebook = load_rules()
    some = [MatchText(title="", body=page, lang="zh", agency="police") for page in pages[: max(1, len(pages) // 20)]]
    told = alerting()
    long = [replace(text, body=f"{text.body}\n{pages[0]}\n{pages[1]}"[:2400]) for text in told if text.lang == "zh"]
    print(
        json.dumps(
            {
                "megabytes": round(megabytes, 1),
                "fold_mb_s": round(megabytes / best(lambda: [fold(page) for page in pages]), 1),
                **{
                    f"match_{count}_words_mb_s": rate(lambda v=vocabulary: [v.find(each) for each in folded])
                    for count, vocabulary in vocabularies.items()
                },
                **{
                    f"fold_and_match_{count}_words_mb_s": rate(
                        lambda v=vocabulary: [v.find(fold(page)) for page in pages]
                    )
                    for count, vocabulary in vocabularies.items()
                },
                **{
                    f"fold_{layer.name}_and_match_{count}_words_mb_s": _layered(layer, pages, megabytes, count)
                    for layer in LAYERS
                    for count in options.words
                },
                "rules": len(rulebook.rules),
                "load_rules_ms": round(1000 * loading),
                "rules_and_claims_ms": judged(rulebook, told),
                "rules_and_claims_ms_2400_characters": judged(rulebook, long),
                "rules_ms_a_text": round(1000 * best(lambda: [find(rulebook, text) for text in some]) / len(some), 2),
            }
        )
    )


if __name__ == "__main__":
    main()
