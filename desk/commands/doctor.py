"""`longarm doctor`: what this machine and this data folder lack, each with what to do. Needs no data folder."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from alerts.phrases import plural
from alerts.recipients import recipients
from crawler.browser import find_browser
from crawler.reading import ocr
from crawler.reading.rar import rar_program
from crawler.ways import Ways
from desk import telling
from desk.session import settings_for
from spiders.registry import load_registry
from storage.config import Config
from storage.errors import LongarmError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from desk.session import Desk

# The day this was written: a clock before it is wrong for certain.
WRITTEN = datetime(2026, 11, 1, tzinfo=UTC)

CONNECT_SECONDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line of the report. `ok` None: nothing depends on it here, or it could not be checked."""

    name: str
    ok: bool | None
    found: str
    todo: str = ""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--send-test",
        action="store_true",
        help="also send a test message to every address of [digest] send and of each [[person]]",
    )


def run(options: argparse.Namespace, desk: Desk) -> int:
    bad = 0
    for check in (*examine(desk), *(telling_tested(desk) if options.send_test else ())):
        bad += check.ok is False
        if desk.quiet and check.ok is not False:
            continue
        mark = {True: "ok", False: "BAD", None: "-"}[check.ok]
        print(f"{mark:<4}{check.name:<17} {check.found}" + (f"; {check.todo}" if check.todo else ""))
    if bad:
        print(f"{bad} of these must be mended before a run")
    return 1 if bad else 0


def examine(desk: Desk) -> Iterator[Check]:
    """Every check, in the order a new machine is set up."""
    yield check_python(sys.version_info[:3])
    yield check_packages()
    yield check_clock(desk.clock())
    yield from _examine_folder(desk)
    yield check_fonts()
    yield check_documents()
    yield check_rar()
    yield check_ocr()
    yield _examine_browser(desk)
    yield _optional("openssl", "openssl", "a second opinion on time stamps: apt-get install openssl")


def _examine_folder(desk: Desk) -> Iterator[Check]:
    if not desk.data_dir.is_dir():
        yield Check(
            name="data folder",
            ok=None,
            found=f"none at {desk.data_dir}",
            todo=f"`longarm --data {desk.data_dir} init` makes one",
        )
        yield check_room(desk.data_dir.parent, Config().disk.keep_free)
        return
    try:
        config = settings_for(desk.data_dir, desk.config_file)
    except LongarmError as problem:
        yield from _mistakes("settings", problem)
        return
    yield Check(name="settings", ok=True, found=f"read for {desk.data_dir}")
    yield check_folder(desk.data_dir)
    yield check_room(config.captures_dir, config.disk.keep_free)
    yield _check_database(desk)
    yield from _check_telling(desk)
    for name, vantage in sorted(config.vantage.items()):
        yield check_vantage(name, proxy=vantage.proxy, direct=vantage.direct)
    yield from _examine_ways(desk, config)


def _examine_ways(desk: Desk, config: Config) -> Iterator[Check]:
    """Whether every source that is on has the ways out that it names, and those the proxies that it asks for."""
    try:
        watched = [source for source in load_registry(desk.data_dir, config.vantage) if source.enabled]
        if not watched:
            yield Check(
                name="sources", ok=None, found="none is switched on", todo=desk.typed("`longarm sources enable ID`")
            )
            return
        yield Check(name="sources", ok=True, found=f"{plural(len(watched), 'source')} switched on")
        Ways(config, watched)
    except LongarmError as problem:
        yield from _mistakes("sources' ways out", problem)


def _mistakes(name: str, problem: LongarmError) -> Iterator[Check]:
    """A line for each of several mistakes."""
    return (Check(name=name, ok=False, found=line) for line in str(problem).split("\n"))


def _examine_browser(desk: Desk) -> Check:
    path, rendered = "", 0
    if desk.data_dir.is_dir():
        try:
            path = settings_for(desk.data_dir, desk.config_file).browser.path
            rendered = sum(source.enabled and source.render for source in load_registry(desk.data_dir))
        except LongarmError:
            # Told where settings and sources are looked at.
            rendered = 0
    return check_browser(path, rendered=rendered)


def check_browser(path: str, *, rendered: int) -> Check:
    """Whether pages can be rendered; it matters where `rendered` sources ask for it. Nothing is started."""
    program = find_browser(path)
    driver = importlib.util.find_spec("playwright") is not None
    if program and driver:
        root = ", as root without its sandbox: run Longarm as another user" if os.geteuid() == 0 else ""
        return Check(name="browser", ok=True, found=f"{program}{root}")
    todo = [] if driver else ["pip install 'longarm[browser]'"]
    if not program:
        todo.append(f"correct [browser] path {path!r}" if path else "apt-get install chromium")
    needed = f"{rendered} sources with render: true need it" if rendered else "only sources with render: true need it"
    return Check(
        name="browser", ok=False if rendered else None, found="not installed", todo=f"{needed}: " + ", ".join(todo)
    )


def check_python(running: tuple[int, int, int]) -> Check:
    found = ".".join(map(str, running))
    return Check(
        name="Python", ok=running >= (3, 11), found=found, todo="" if running >= (3, 11) else "install 3.11 or newer"
    )


def check_packages() -> Check:
    """Whether every package that pyproject asks for is installed."""
    try:
        asked = [line for line in requires("longarm") or () if "extra ==" not in line]
    except PackageNotFoundError:
        return Check(name="packages", ok=False, found="longarm is not installed", todo="pip install . in its folder")
    missing = []
    for line in asked:
        name = line.split(";")[0].split("[")[0]
        for end in "<>=!~ ":
            name = name.split(end)[0]
        try:
            version(name)
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        return Check(name="packages", ok=False, found=f"missing: {', '.join(missing)}", todo="pip install . again")
    extras = {"psycopg": "PostgreSQL", "apprise": "sending", "rapidocr": "OCR"}
    there = [use for module, use in extras.items() if importlib.util.find_spec(module)]
    return Check(
        name="packages", ok=True, found=f"all {len(asked)}" + (f", and for {', '.join(there)}" if there else "")
    )


def check_clock(now: datetime) -> Check:
    """The clock is not compared with anybody else's: that would be a request from this machine's own address."""
    found = now.astimezone(UTC).isoformat(timespec="seconds")
    if now < WRITTEN:
        return Check(name="clock", ok=False, found=f"{found} is in the past", todo="set it (timedatectl set-ntp true)")
    synced = Path("/run/systemd/timesync/synchronized").exists()
    how = "synchronised" if synced else "not checked against another clock"
    return Check(name="clock", ok=True, found=f"{found}, {how}")


def check_folder(folder: Path) -> Check:
    if os.access(folder, os.W_OK | os.X_OK):
        return Check(name="data folder", ok=True, found=f"{folder} can be written")
    if folder.exists() and os.statvfs(folder).f_flag & os.ST_RDONLY:
        todo = "it can be read, verified and exported from; to go on with it, copy it to a disk that can be written"
        return Check(name="data folder", ok=False, found=f"{folder} is on a read-only mount", todo=todo)
    return Check(name="data folder", ok=False, found=f"{folder} cannot be written", todo="give it to this user: chown")


def _size(count: int) -> str:
    """`1.5 GB`, of less than one in MB: a small disk is not 0.0 GB."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"


def check_room(folder: Path, keep_free: int) -> Check:
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    found = f"{_size(free)} free, [disk] keep_free is {_size(keep_free)}"
    if free < keep_free:
        return Check(name="disk", ok=False, found=found, todo="make room: a crawl would stop at once")
    return Check(name="disk", ok=True, found=found)


def _check_database(desk: Desk) -> Check:
    try:
        with desk.database.read():
            backend = "SQLite" if desk.database.is_sqlite else "PostgreSQL"
    except LongarmError as problem:
        return Check(name="database", ok=False, found=str(problem))
    return Check(name="database", ok=True, found=f"{backend}, reached, its schema is this version's")


def _check_telling(desk: Desk) -> Iterator[Check]:
    """Whether every address can be sent to as it is written, and every filter holds what there is. Nothing is sent."""
    to = recipients(desk.config)
    if not to:
        return
    try:
        telling.check(desk)
    except LongarmError as problem:
        yield from _mistakes("sending", problem)
        return
    found = f"{sum(len(one.send) for one in to)} addresses; `longarm doctor --send-test` tries them"
    yield Check(name="sending", ok=True, found=found)


def telling_tested(desk: Desk) -> Iterator[Check]:
    """A test message to everyone: what the other end says, before a digest depends on it."""
    box = telling.outbox(desk)
    for to in recipients(desk.config):
        for address in to.send:
            name = f"sending {address.partition('://')[0]}" + (f" ({to.name})" if to.name else "")
            try:
                beside = box.try_out(address)
            except LongarmError as problem:
                yield Check(name=name, ok=False, found=str(problem))
            else:
                yield Check(name=name, ok=not beside, found=beside or "taken: look whether it arrived")


def check_vantage(name: str, *, proxy: str, direct: bool) -> Check:
    """Whether a way out is chosen, and whether its proxy takes connections. Nothing is sent through it."""
    label = f"way out {name}"
    if direct and not proxy:
        return Check(name=label, ok=True, found="direct: the sites watched see this machine's own address")
    if not proxy:
        todo = f"set [vantage.{name}] proxy, or direct = true, in longarm.toml"
        return Check(name=label, ok=False, found="neither a proxy nor direct", todo=todo)
    parts = urlsplit(proxy)
    try:
        host, port = (
            parts.hostname or "",
            parts.port or {"https": 443, "socks5h": 1080, "socks5": 1080}.get(parts.scheme, 80),
        )
        with socket.create_connection((host, port), timeout=CONNECT_SECONDS):
            return Check(name=label, ok=True, found=f"proxy {host}:{port} takes connections")
    except (OSError, ValueError) as problem:
        return Check(
            name=label,
            ok=False,
            found=f"proxy {parts.hostname} does not answer ({problem})",
            todo="start or correct it",
        )


def check_documents() -> Check:
    """Whether the libraries of documents can be loaded here: they are built for each system."""
    lacking = [name for name in ("lxml", "olefile", "pypdfium2", "python_calamine", "rarfile") if not _loads(name)]
    if lacking:
        todo = "pip install . again; until then such files are kept and said to be unread"
        return Check(name="documents", ok=False, found=f"cannot be loaded: {', '.join(lacking)}", todo=todo)
    kinds = "PDF, DOCX, DOC, XLSX, XLS, PPTX, PPT, RTF, OFD, CSV, ZIP"
    return Check(name="documents", ok=True, found=f"read: {kinds}")


def check_rar() -> Check:
    """RAR's compression is unpacked by a program; only its uncompressed members need none."""
    found = rar_program()
    return Check(
        name="RAR archives",
        ok=True if found else None,
        found=found or "nothing that unpacks them: kept, and said to be unread",
        todo="" if found else "apt-get install unar (or libarchive-tools); what waits is then read by the next run",
    )


def check_ocr() -> Check:
    """Scans and notices posted as pictures are read only where there is an engine."""
    found = ocr.engine()
    if found is None:
        todo = "pip install 'longarm[ocr]', or apt-get install tesseract-ocr-chi-sim; what waits is then read"
        return Check(name="OCR", ok=None, found="none: pictures and scans are kept, and said to be unread", todo=todo)
    if found.name.startswith("rapidocr") and not all(map(_loads, ("rapidocr", "cv2", "onnxruntime"))):
        todo = "pip install 'longarm[ocr]' again, or pip uninstall rapidocr"
        return Check(name="OCR", ok=False, found=f"{found.name} is installed and cannot be loaded", todo=todo)
    return Check(name="OCR", ok=True, found=f"{found.name}; what it read is marked `ocr:`, and it misses some words")


def _loads(name: str) -> bool:
    """Whether a module can be imported, tried in a process of its own: one that breaks takes the process with it."""
    done = subprocess.run([sys.executable, "-c", f"import {name}"], capture_output=True, check=False)  # noqa: S603
    return done.returncode == 0


def check_fonts() -> Check:
    """Chinese fonts matter only for screenshots and rendered pages made on this machine."""
    lister = shutil.which("fc-list")
    if lister is None:
        return Check(name="fonts", ok=None, found="not checked (no fc-list)")
    listed = subprocess.run([lister, ":lang=zh", "family"], capture_output=True, text=True, check=False)  # noqa: S603
    if listed.stdout.strip():
        return Check(name="fonts", ok=True, found=f"Chinese: {listed.stdout.splitlines()[0].split(',')[0]}")
    return Check(
        name="fonts", ok=None, found="none for Chinese", todo="for pictures of pages: apt-get install fonts-noto-cjk"
    )


def _optional(name: str, program: str, todo: str) -> Check:
    found = shutil.which(program)
    return Check(name=name, ok=True if found else None, found=found or "not installed", todo="" if found else todo)
