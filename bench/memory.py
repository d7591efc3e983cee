"""Peak memory of the crawling process at few and at many known addresses.

What is measured is the largest of the command and its reading workers, so it is an upper bound of the crawl's own.
"""

from __future__ import annotations

import sys

from harness import folder, longarm, origin, tell, watch

COUNTS = [int(word) for word in sys.argv[1:]] or [2000, 20_000]
SIZE = 2000
MB = 1_000_000


def main() -> int:
    good, peaks = True, []
    for pages in COUNTS:
        with origin(pages, SIZE) as proxy, folder() as data:
            watch(data, proxy, pages)
            first = longarm(data, "crawl")
            again = longarm(data, "recheck", "--all")
        peaks.append(max(first.peak_bytes, again.peak_bytes))
        print(f"{pages} addresses: crawl {first.peak_bytes / MB:.0f} MB, recheck {again.peak_bytes / MB:.0f} MB")
        good &= tell(f"peak memory at {pages} addresses, MB", f"{peaks[-1] / MB:.0f}", "< 250", peaks[-1] < 250 * MB)
    ratio = peaks[-1] / peaks[0]
    return 0 if good & tell("peak memory, many to few", f"{ratio:.2f}", "<= 1.15", ratio <= 1.15) else 1


if __name__ == "__main__":
    sys.exit(main())
