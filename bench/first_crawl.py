"""First crawl and scan of recognised pages of 30 kB, against bare Scrapy fetching and trafilatura in two processes."""

from __future__ import annotations

import sys

from harness import BENCH, folder, longarm, origin, tell, timed, watch

PAGES = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
SIZE = 30_000


def main() -> int:
    with origin(PAGES, SIZE) as proxy:
        with folder() as data:
            watch(data, proxy, PAGES)
            crawled = longarm(data, "crawl")
            scanned = longarm(data, "scan")
            alerts = len(longarm(data, "alerts", "list", "--json").out.splitlines())
        with folder() as data:
            fetched = timed(sys.executable, BENCH / "bare.py", proxy, PAGES, "fetch", data)
            read = timed(sys.executable, BENCH / "plain_extract.py", data)
    ours, theirs = crawled.seconds + scanned.seconds, fetched.seconds + read.seconds
    print(
        f"first crawl and scan of {PAGES} pages: longarm {crawled.seconds:.1f} + {scanned.seconds:.1f} s "
        f"({alerts} alerts), Scrapy and trafilatura {fetched.seconds:.1f} + {read.seconds:.1f} s"
    )
    good = tell("first crawl and scan, of the others' time", f"{ours / theirs:.2f}", "<= 1.0", ours <= theirs)
    good &= tell("alerts of the staged pages", str(alerts), f">= {-(-PAGES // 50)}", alerts >= -(-PAGES // 50))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
