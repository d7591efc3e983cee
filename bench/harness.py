"""What the benches share: the origin, a data folder that watches it, and commands run under the clock."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

BENCH = Path(__file__).parent
LONGARM = Path(sys.executable).with_name("longarm")

SETTINGS = """\
[fetch]
concurrency = 16
concurrency_per_host = 16
delay = 0.0
max_new_pages = 100000
[vantage.default]
proxy = "{proxy}"
[disk]
keep_free = "100MB"
"""

SOURCES = """\
sources:
  - id: bench
    name: {{zh: 某县公安局, en: A county PSB}}
    agency: police
    level: county
    province: 浙江
    lang: zh
    start: [http://bench.example/gggs/index.html]
    follow: {{max_list_pages: {lists}}}
    robots: ignore
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """One command: wall-clock seconds, and the largest resident size of it or any process it waited for."""

    seconds: float
    peak_bytes: int
    out: str


@contextmanager
def origin(pages: int, size: int) -> Iterator[str]:
    """The origin in a process of its own; yields its address, which is that of a proxy."""
    command = [sys.executable, str(BENCH / "origin.py"), str(pages), str(size)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        finally:
            server.terminate()


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="longarm-bench-") as made:
        yield Path(made)


def watch(data: Path, proxy: str, pages: int) -> None:
    """A data folder whose one source is the origin."""
    timed(LONGARM, "--data", data, "init")
    (data / "longarm.toml").write_text(SETTINGS.format(proxy=proxy), encoding="utf-8")
    (data / "sources" / "bench.yaml").write_text(SOURCES.format(lists=-(-pages // 100) + 1), encoding="utf-8")


def timed(*command: object, codes: tuple[int, ...] = (0,)) -> Timing:
    """Run a command to its end. Stops the bench where it fails."""
    began = time.monotonic()
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen([str(word) for word in command], stdout=out, stdin=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        said = out.read()
    if process.returncode not in codes:
        sys.exit(f"bench: {' '.join(map(str, command))} ended with {process.returncode}\n{said}")
    # ru_maxrss is in bytes on macOS and in kilobytes elsewhere.
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return Timing(seconds=seconds, peak_bytes=peak, out=said)


def longarm(data: Path, *words: object) -> Timing:
    return timed(LONGARM, "--data", data, "-q", *words)


def bytes_in(path: Path) -> int:
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


def tell(name: str, value: str, bar: str, holds: bool) -> bool:
    """One line of the result; gives back whether the bar holds."""
    print(f"{name:<44} {value:>12}   bar {bar:<10} {'holds' if holds else 'MISSED'}", flush=True)
    return holds
