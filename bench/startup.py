"""How long `longarm --help` takes, and that it imports no crawler."""

from __future__ import annotations

import statistics
import sys

from harness import LONGARM, tell, timed


def main() -> int:
    timed(LONGARM, "--help")  # The first call may compile bytecode.
    seconds = statistics.median(timed(LONGARM, "--help").seconds for _ in range(9))
    code = "import sys; from desk.cli import main\ntry: main(['--help'])\nfinally: print('scrapy' in sys.modules)"
    imported = timed(sys.executable, "-c", code).out.splitlines()[-1]
    good = tell("longarm --help, seconds (median of 9)", f"{seconds:.3f}", "< 0.3", seconds < 0.3)
    return 0 if good & tell("Scrapy imported by it", imported, "False", imported == "False") else 1


if __name__ == "__main__":
    sys.exit(main())
