"""A data folder to crawl in, and the `longarm` command in a process of its own (a reactor starts once a process)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from storage import pages
from storage.config import load_config
from storage.schema import open_current

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from storage.records import Capture

ROOT = Path(__file__).parents[2]
FAST = "[fetch]\ndelay = 0\ntimeout = 2\nconcurrency_per_host = 8\n{fetch}\n[disk]\nkeep_free = '1MB'\n{more}"


class Yard:
    """A folder made by `longarm init`, with one vantage."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.longarm("init", str(folder))

    def configure(self, *, proxy: str = "", direct: bool = False, fetch: str = "", more: str = "") -> None:
        vantage = f"[vantage.default]\nproxy = '{proxy}'\ndirect = {str(direct).lower()}\n"
        (self.folder / "longarm.toml").write_text(vantage + FAST.format(fetch=fetch, more=more))

    def source(self, name: str, start: str, **keys: object) -> None:
        """Add a source; keys are written as they are (YAML flow style)."""
        lines = {"name": "{zh: 甲县公安局}", "agency": "police", "level": "county", "start": f"[{start}]", **keys}
        text = f"sources:\n  - id: {name}\n" + "".join(f"    {key}: {value}\n" for key, value in lines.items())
        (self.folder / "sources" / f"{name}.yaml").write_text(text)

    def longarm(self, *words: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*words), check=False, capture_output=True, text=True, env=self.env(env), timeout=120
        )

    def command(self, *words: str) -> Sequence[str]:
        return [sys.executable, "-W", "error", "-m", "desk.cli", *words]

    def env(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        return {
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(ROOT),
            "PYTHONUTF8": "1",
            "LONGARM_DATA": str(self.folder),
            **(more or {}),
        }

    def captures(self, url: str) -> list[Capture]:
        """What is kept of a page, oldest first."""
        database = open_current(load_config(self.folder, None, {}))
        try:
            with database.read() as conn:
                page = pages.by_url(conn, url)
                return pages.captures(conn, page.id) if page else []
        finally:
            database.close()


def feed_of(urls: Sequence[str], *, titles: Sequence[str] = ()) -> str:
    """An RSS feed that lists these pages."""
    names = [*titles, *urls[len(titles) :]]
    items = "".join(
        f"<item><title>{title}</title><link>{url}</link><pubDate>Mon, 02 Nov 2026 08:00:00 +0800</pubDate></item>"
        for url, title in zip(urls, names, strict=True)
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>通告</title>{items}</channel></rss>'
    )
