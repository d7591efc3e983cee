"""How long a new rulebook takes over what is stored: every rule over 100,000 texts, as after an upgrade.

    python bench/scan.py [--texts 100000] [--alerting 5]

Stores invented pages of about 600 characters straight into a SQLite database, so many in a hundred of them alerting
and as many with look-alikes, runs `scan` and prints one JSON line: CPU seconds of the process that reads and writes,
of those beside it, and what that comes to on two cores (half of both, or the first where that is more), which says
more than the clock where others are at work too. Exit 1 over 60 s of it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from alerts.rulebook import load_rules
from desk.matching import Matching
from storage import ledger, schema, tables
from storage.config import load_config
from storage.derived_tables import document, snapshot

BAR = 60.0
QUIET = (
    "全县春耕备耕工作有序推进，农机检修完成九成，技术员下村指导育秧，种子化肥供应充足。",
    "古镇灯会周五开幕，游客可乘免费接驳车前往，夜间增设两处停车场，方便市民观赏。",
    "新学期教材已全部到位，乡村学校食堂改造提前完工，午餐补助标准提高一元。",
    "县医院引进新设备，患者不出县即可完成检查，门诊时间延长到晚上八点。",
    "森林防火进入关键期，护林员进村入户，各村广播每日三次提醒，护照办理窗口周六照常开放。",
    "派出所民警走访商户，提醒群众提高警惕，谨防诈骗，学校开展安全教育，家属院加装门禁。",
    "招商专班赴外地考察，三个项目签约落地，预计新增就业岗位四百个。",
    "会议传达上级精神，要求各部门转变作风，办好民生实事，年底逐项验收。",
)
HELD = (
    "护林员劝返带火种上山的游客，小区接入天网监控。",
    "客车厂在秘鲁建成海外服务站，提供备件和维修。",
)
LOUD = "县公安局专班近日从柬埔寨劝返涉诈人员五名，其余滞留境外人员须于月底前回国投案，逾期不归的其子女不得在城区就读。"
"""Told apart by their number, so that no two are one text."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=100_000)
    parser.add_argument("--alerting", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="longarm-bench-") as folder:
        config = load_config(Path(folder), None, {})
        schema.upgrade(config)
        database = schema.open_current(config)
        fill(database, options.texts, options.alerting)
        began, cpu = time.monotonic(), time.process_time()
        report = Matching(database, load_rules(), now=lambda: datetime.now(UTC)).scan()
        own = time.process_time() - cpu
        beside = resource.getrusage(resource.RUSAGE_CHILDREN)
        others = beside.ru_utime + beside.ru_stime
        spent = max(own, (own + others) / 2)
        print(
            json.dumps(
                {
                    "texts": report.snapshots,
                    "alerts": len(report.alerts),
                    "suppressed": report.suppressed,
                    "cpu_s": round(own, 1),
                    "cpu_beside_s": round(others, 1),
                    "on_two_cores_s": round(spent, 1),
                    "clock_s": round(time.monotonic() - began, 1),
                }
            )
        )
        return 0 if spent < BAR else 1


def fill(database: object, texts: int, alerting: int) -> None:
    """Pages as crawling and reading would have left them, one snapshot each."""
    chance = random.Random(3)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    step = 5000
    for first in range(1, texts + 1, step):
        rows: dict[str, list] = {"page": [], "capture": [], "document": [], "snapshot": []}
        with database.write() as conn:  # type: ignore[attr-defined]
            for number in range(first, min(texts, first + step - 1) + 1):
                lines = ["".join(chance.choices(QUIET, k=3)) for _ in range(5)]
                if chance.randrange(100) < alerting:
                    lines[2] = LOUD
                elif chance.randrange(100) < alerting:
                    lines[2] = chance.choice(HELD)
                body = "\n".join([*lines, f"编号{number}"])
                record = hashlib.sha256(str(number).encode()).hexdigest()
                seq = ledger.append_captures(conn, [("captured", record)], at=at)
                url = f"http://bench.example/{number}.html"
                rows["page"].append({"id": number, "url_key": url[7:], "url": url, "role": "page", "first_seen": at})
                rows["capture"].append(
                    {
                        "id": seq,
                        "record_id": record.encode()[:16],
                        "record_sha256": record,
                        "page_id": number,
                        "run_id": "0" * 26,
                        "captured_at": at + timedelta(seconds=number),
                        "vantage": "default",
                        "kind": "response",
                        "status": 200,
                        "truncated": False,
                        "warc_file": "a.warc.gz",
                        "warc_offset": 0,
                        "warc_length": 1,
                    }
                )
                rows["document"].append(
                    {
                        "capture_id": seq,
                        "kind": "article",
                        "title": f"要闻 {number}",
                        "body": body,
                        "published_precision": "none",
                        "lang": "zh",
                        "script": "Hans",
                        "charset": "utf-8",
                        "extra": {},
                        "version": "1",
                    }
                )
                rows["snapshot"].append(
                    {"id": seq, "page_id": number, "ordinal": 1, "parts": [seq], "text_sha256": record, "version": 1}
                )
            for table in (tables.page, tables.capture, document, snapshot):
                conn.execute(sa.insert(table), rows[table.name])


if __name__ == "__main__":
    sys.exit(main())
