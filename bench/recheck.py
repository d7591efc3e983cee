"""Recheck of known, unchanged pages: ours, every look durable, against bare Scrapy and urlwatch in the same run."""

from __future__ import annotations

import sys
from pathlib import Path

import yaml
from harness import BENCH, Timing, bytes_in, folder, longarm, origin, tell, timed, watch
from origin import HOST, article_address

PAGES = int(sys.argv[1]) if len(sys.argv) > 1 else 3000
SIZE = 20_000
URLWATCH = Path(sys.executable).with_name("urlwatch")


def kept(data: Path) -> tuple[int, int]:
    """Bytes of the captures, and of the database with its log."""
    return bytes_in(data / "captures"), sum(file.stat().st_size for file in data.glob("longarm.db*"))


def ours(proxy: str) -> tuple[Timing, float, float]:
    with folder() as data:
        watch(data, proxy, PAGES)
        longarm(data, "crawl")
        before = kept(data)
        timing = longarm(data, "recheck", "--all")
        after = kept(data)
    captures, database = ((after[at] - before[at]) / PAGES for at in (0, 1))
    return timing, captures, database


def scrapy(proxy: str) -> Timing:
    with folder() as data:
        timed(sys.executable, BENCH / "bare.py", proxy, PAGES, "fetch", data)
        return timed(sys.executable, BENCH / "bare.py", proxy, PAGES, "recheck", data)


def urlwatch(proxy: str) -> Timing | None:
    if not URLWATCH.exists():
        return None
    with folder() as data:
        jobs = [{"url": HOST + article_address(number), "http_proxy": proxy} for number in range(PAGES)]
        (data / "urls.yaml").write_text(yaml.safe_dump_all(jobs), encoding="utf-8")
        settings = {
            "display": {"new": False, "unchanged": False, "error": True},
            "report": {"text": {}, "stdout": {"enabled": True}},
        }
        (data / "config.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
        command = [
            URLWATCH,
            "--urls",
            data / "urls.yaml",
            "--config",
            data / "config.yaml",
            "--cache",
            data / "cache.db",
        ]
        timed(*command)
        return timed(*command)


def main() -> int:
    with origin(PAGES, SIZE) as proxy:
        mine, captures, database = ours(proxy)
        bare = scrapy(proxy)
        other = urlwatch(proxy)
    rates = {"longarm": mine, "bare Scrapy": bare} | ({"urlwatch": other} if other else {})
    said = ", ".join(f"{name} {PAGES / timing.seconds:.0f}/s" for name, timing in rates.items())
    print(f"recheck of {PAGES} unchanged pages: {said}" + ("" if other else ", urlwatch is not installed: make bench"))
    good = tell(
        "recheck, of bare Scrapy's speed",
        f"{bare.seconds / mine.seconds:.2f}",
        ">= 0.6",
        bare.seconds / mine.seconds >= 0.6,
    )
    if other:
        good &= tell(
            "recheck, of urlwatch's speed",
            f"{other.seconds / mine.seconds:.2f}",
            ">= 1.3",
            other.seconds / mine.seconds >= 1.3,
        )
    print(f"kept for an unchanged look: {captures:.0f} B in captures, {database:.0f} B in the database")
    good &= tell(
        "bytes for an unchanged look, all told", f"{captures + database:.0f}", "<= 1200", captures + database <= 1200
    )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
