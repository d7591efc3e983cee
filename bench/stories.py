"""How fast, how well and in how much memory a text's copies are found among many.

    python bench/stories.py [--texts 50000] [--queries 400]

Fills an index with invented pages (half boilerplate that all share, half their own; one in ten of a mould that differs
in batch, names and dates), then looks up rewrites of some of them with known truth. Filling is another process, so the
memory told is that of searching; times are the processor's. A candidate's text is made anew where longarm reads it
from the database.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import resource
import sqlite3
import sys
import time
from typing import TYPE_CHECKING

from harness import bytes_in, folder, tell

from alerts.syndication import Read, Text, sketch
from desk.copies import VERSION, Copies
from storage import schema
from storage.config import Config, Disk, Storage
from storage.database import open_database
from storage.script import TRADITIONAL_TO_SIMPLIFIED

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from storage.database import Connection
    from storage.records import CaptureId

HEADS = "云江石松平禾青南北东西临永安宁泰和新长高"
TAILS = "浦岙澜坪桐泽溪川岭湖塘桥山阳陵田沙洲港原"
_THINGS = (
    "春耕防汛农机校园社区灯会集市渔港茶园公路水库医保图书展览食堂路灯步道古镇养老托育夜市公交"
    "桥梁林长河长体检竞赛讲座戏曲旅游家电快递电商物流光伏电网供水燃气消防应急气象渡口码头矿山"
    "冷链育苗"
)
_DOES = "启动推进完成检查扩建改造验收宣传登记培训表彰督导调研招募补贴开放维修迁移试点巡查"
THINGS = [_THINGS[at : at + 2] for at in range(0, len(_THINGS), 2)]
DOES = [_DOES[at : at + 2] for at in range(0, len(_DOES), 2)]
BOILERPLATE = tuple(
    f"{who}要{how}{what}，确保各项工作落到实处。"
    for who in ("各乡镇各部门", "有关单位", "全体干部", "广大群众", "工作专班", "党员干部")
    for how in ("提高站位，进一步压实", "统一思想，认真抓好", "加强领导，切实落实", "密切配合，持续做好")
    for what in ("主体责任", "宣传引导", "排查登记", "督促检查")
)
BATCH = (
    "根据有关法律规定，现将第{n}批督促回国投案人员名单通告如下。\n{name}，男，{year}年{month}月{day}日生，户籍{place}。\n"
    "上述人员应当自通告发布之日起三十日内回国投案，如实供述的依法从轻处罚；逾期不归的，依法从严处理。\n"
    "亲属应当积极规劝，主动提供线索；窝藏包庇的，依法追究责任。\n联系电话：{phone}，联系人：{officer}。"
)


def invented(number: int) -> Text:
    """The page of this number: the same whenever it is asked for."""
    chance = random.Random(number)
    place = chance.choice(HEADS) + chance.choice(TAILS) + chance.choice("县市区镇")
    if number % 10 == 0:
        facts = {
            "n": 1 + number // 10,
            "name": chance.choice("王李张刘陈杨赵黄周吴") + chance.choice(TAILS) + chance.choice(HEADS),
            "year": chance.randrange(1960, 2005),
            "month": chance.randrange(1, 13),
            "day": chance.randrange(1, 29),
            "place": place,
            "phone": chance.randrange(10**7, 10**8),
            "officer": chance.choice("孙马朱胡郭何") + "警官",
        }
        return Text(title=f"关于敦促回国投案的通告（第{facts['n']}批）", body=BATCH.format(**facts))
    own = [
        f"{place}{chance.choice(THINGS)}{chance.choice(DOES)}{chance.choice(THINGS)}{chance.choice(DOES)}，"
        f"{chance.choice(HEADS)}{chance.choice(TAILS)}{chance.choice(THINGS)}项目涉及{chance.randrange(2, 9000)}户。"
        for _ in range(7)
    ]
    sentences = [*own, *chance.sample(BOILERPLATE, 5)]
    chance.shuffle(sentences)
    paragraphs = ["".join(sentences[at : at + 3]) for at in range(0, len(sentences), 3)]
    return Text(title=f"{place}{chance.choice(THINGS)}{chance.choice(DOES)}工作情况通报", body="\n".join(paragraphs))


TRADITIONAL = {ord(simple): old for old, simple in TRADITIONAL_TO_SIMPLIFIED.items() if old < 0xA000}


def _sentences(body: str) -> list[str]:
    return [each + "。" for each in body.replace("\n", "").split("。") if each]


def _swapped(text: Text, chance: random.Random) -> Text:
    words = [DOES[chance.randrange(len(DOES))] for _ in range(2)]
    body = text.body
    for word in words:
        body = body.replace(chance.choice(DOES), word, 1)
    return Text(title=text.title, body=body.replace("确保各项工作落到实处", "把各项工作做实", 2))


REWRITES: dict[str, Callable[[Text, random.Random], Text]] = {
    "trailer": lambda t, _: Text(title=t.title, body=t.body + "\n来源：松坪发布　编辑：小林　责任编辑：老周"),
    "other title": lambda t, _: Text(title="要闻速览", body=t.body),
    "re-ordered": lambda t, c: Text(title="要闻", body="".join(c.sample(s := _sentences(t.body), len(s)))),
    "cut to 60 %": lambda t, _: Text(title="简讯", body="".join((s := _sentences(t.body))[: len(s) * 6 // 10 + 1])),
    "sentence added": lambda t, _: Text(title="快讯", body=t.body + "记者从会上获悉，下一步将继续加大力度。"),
    "other script": lambda t, _: Text(title="快訊", body=t.body.translate(TRADITIONAL)),
    "reworded": _swapped,
    "one number": lambda t, c: Text(
        title=t.title, body=t.body.replace("户", "人", 1).replace("涉及", f"涉及{c.randrange(1, 9)}", 1)
    ),
}


def _rows(numbers: range) -> list[tuple[int, str, int, bytes, tuple[int, ...]]]:
    found = []
    for number in numbers:
        made = sketch(invented(number))
        found.append((number, made.digest, made.size, made.signature, made.keys))
    return found


def fill(path: str, texts: int) -> None:
    """Sketch every text on all cores and write the index, with the journal off: it is thrown away.

    Keys are put aside first and go into their table in its order: a million texts' would hop all over it.
    """
    store = sqlite3.connect(path, isolation_level=None)
    store.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-500000; BEGIN;")
    store.execute("CREATE TEMP TABLE aside (key INTEGER, snapshot_id INTEGER)")
    parts = [range(at, min(at + 2000, texts + 1)) for at in range(1, texts + 1, 2000)]
    with multiprocessing.Pool() as pool:
        for done in pool.imap(_rows, parts):
            rows = [(n, f"{n:032x}", digest, size, signature, VERSION) for n, digest, size, signature, _ in done]
            store.executemany("INSERT INTO cluster_member VALUES (?, ?, ?, ?, ?, ?)", rows)
            store.executemany("INSERT INTO aside VALUES (?, ?)", ((key, n) for n, *_, keys in done for key in keys))
    store.execute("INSERT INTO story_key (key, snapshot_id) SELECT key, snapshot_id FROM aside ORDER BY 1, 2")
    store.execute("DROP TABLE aside")
    store.execute("COMMIT")


class Invented(Copies):
    """The search, over texts that are made anew instead of read."""

    def _read(self, conn: Connection, number: CaptureId) -> Read | None:  # noqa: ARG002
        return Read(invented(number))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=50_000)
    parser.add_argument("--queries", type=int, default=400)
    options = parser.parse_args()
    with folder() as data:
        return measure(data, options.texts, options.queries)


def measure(data: Path, texts: int, queries: int) -> int:
    config = Config(data_dir=data, storage=Storage(database="sqlite:///longarm.db"), disk=Disk(keep_free=0))
    schema.upgrade(config)
    began = time.monotonic()
    filling = multiprocessing.Process(target=fill, args=(str(data / "longarm.db"), texts))
    filling.start()
    filling.join()
    print(
        f"{texts} texts sketched and indexed in {time.monotonic() - began:.0f} s, {bytes_in(data) / 1e6:.0f} MB on disk"
    )
    chance = random.Random(3)
    spent: list[float] = []
    found: dict[str, list[bool]] = {}
    right = wrong = 0
    database = open_database(config.storage.database, data_dir=data)
    search = Invented()
    with database.read() as conn:
        for at in range(queries):
            kind = list(REWRITES)[at % len(REWRITES)]
            number = chance.randrange(1, texts)
            number += number % 10 == 0
            text = REWRITES[kind](invented(number), chance)
            began = time.process_time()
            stories = {cluster for cluster, _ in search.near(conn, sketch(text), Read(text))}
            spent.append(time.process_time() - began)
            found.setdefault(kind, []).append(f"{number:032x}" in stories)
            right += f"{number:032x}" in stories
            wrong += len(stories - {f"{number:032x}"})
        series = [invented(texts * 10 + at * 10) for at in range(1, 1 + queries // 4)]
        for text in series:
            began = time.process_time()
            wrong += len(search.near(conn, sketch(text), Read(text)))
            spent.append(time.process_time() - began)
    database.close()
    for kind, each in found.items():
        print(f"  found, {kind:<15} {sum(each) / len(each):.3f} of {len(each)}")
    spent.sort()
    # ru_maxrss is in bytes on macOS and in kilobytes elsewhere.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    middle, slow = 1000 * spent[len(spent) // 2], 1000 * spent[len(spent) * 99 // 100]
    recall = sum(sum(each) for each in found.values()) / queries
    held = [
        tell("a text's copies sought, middle", f"{middle:.1f} ms", "50 ms", middle < 50),
        tell("a text's copies sought, 99 of 100", f"{slow:.1f} ms", "50 ms", slow < 50),
        tell("memory of the search", f"{peak / 1e6:.0f} MB", "2000 MB", peak < 2e9),
        tell("rewrites found", f"{recall:.3f}", "0.97", recall >= 0.97),
        tell("found that are rewrites", f"{right / (right + wrong):.3f}", "0.99", right >= 0.99 * (right + wrong)),
    ]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
