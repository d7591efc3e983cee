"""The settings: `longarm.toml`, then LONGARM_SECTION__KEY, then options. Unknown keys are errors with their line."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from storage.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

# An ordinary browser's string (evidence.md, section 10): an honest name would mark the watcher.
BROWSER = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36"
)

_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*([smhd])$")
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kMG]?B)$", re.IGNORECASE)
_SPAN_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_SIZE_BYTES = {"b": 1, "kb": 1000, "mb": 1000**2, "gb": 1000**3}


def parse_span(value: object) -> timedelta:
    """`90s`, `15m`, `24h`, `30d` as a time span. Raises ValueError."""
    match = _SPAN.match(str(value).strip())
    if not match:
        raise ValueError(f"{value!r} is no time; write 0s, 90s, 15m, 24h or 30d")
    return timedelta(seconds=float(match[1]) * _SPAN_SECONDS[match[2]])


def parse_size(value: object) -> int:
    """`32MB` (powers of 1000) as bytes; a bare number is bytes. Raises ValueError."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    match = _SIZE.match(str(value).strip())
    if not match:
        raise ValueError(f"{value!r} is no size; write 500kB, 32MB or 1GB")
    return int(float(match[1]) * _SIZE_BYTES[match[2].lower()])


Span = Annotated[timedelta, BeforeValidator(parse_span)]
Size = Annotated[int, BeforeValidator(parse_size)]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Storage(Section):
    database: str = "sqlite:///longarm.db"
    captures: str = "captures"


class Fetch(Section):
    user_agent: str = BROWSER
    concurrency: int = Field(default=16, ge=1, le=512)
    concurrency_per_host: int = Field(default=2, ge=1, le=64)
    delay: float = Field(default=1.0, ge=0)
    timeout: float = Field(default=30, gt=0)
    max_size: Size = 32_000_000
    max_new_pages: int = Field(default=5000, ge=1)
    robots: Literal["obey", "ignore"] = "obey"


class Vantage(Section):
    proxy: str = ""
    direct: bool = False
    user_agent: str = ""
    accept_language: str = ""


class Browser(Section):
    path: str = ""
    timeout: float = Field(default=20, gt=0, le=600)
    max_requests: int = Field(default=60, ge=0)
    max_size: Size = 8_000_000
    max_pages: int = Field(default=200, ge=1)


class Takedown(Section):
    confirm_checks: int = Field(default=2, ge=1)
    confirm_after: Span = timedelta(hours=24)
    trouble_checks: int = Field(default=3, ge=1)
    trouble_after: Span = timedelta(hours=24)


def _zone(value: object) -> object:
    """Only the name given is tried: the default is known, and reading it costs every command."""
    try:
        ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = difflib.get_close_matches(str(value), available_timezones(), 1)
        hint = f"did you mean {near[0]}?" if near else "write e.g. Asia/Shanghai"
        raise ValueError(f"{value!r} is no time zone; {hint}") from None
    return value


class Digest(Section):
    timezone: Annotated[str, BeforeValidator(_zone)] = "Asia/Shanghai"
    at: str = Field(default="08:00", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    detail: Literal["full", "counts"] = "full"
    send: tuple[str, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class Match(Section):
    evasions: Literal["off", "unofficial", "all"] = "off"


class Log(Section):
    file: str = ""


class Disk(Section):
    keep_free: Size = 1_000_000_000


class Anchor(Section):
    tsa: tuple[str, ...] = ()


class Config(Section):
    """All settings, typed; what `longarm.toml` leaves out has the defaults of interface.md."""

    storage: Storage = Storage()
    fetch: Fetch = Fetch()
    vantage: dict[str, Vantage] = {"default": Vantage()}
    browser: Browser = Browser()
    takedown: Takedown = Takedown()
    digest: Digest = Digest()
    match: Match = Match()
    log: Log = Log()
    disk: Disk = Disk()
    anchor: Anchor = Anchor()

    data_dir: Path = Path()

    @property
    def captures_dir(self) -> Path:
        path = Path(self.storage.captures)
        return path if path.is_absolute() else self.data_dir / path


def _spot(path: Path, problem: tomllib.TOMLDecodeError) -> str:
    """FILE:LINE: what. The line is in the message alone."""
    what, _, where = str(problem).rpartition(" (at line ")
    return f"{path}:{where.partition(',')[0]}: {what}" if what else f"{path}: {problem}"


def load_config(data_dir: Path, file: Path | None, env: Mapping[str, str]) -> Config:
    """Read the settings in force. `file` None is `data_dir/longarm.toml`, which may be absent.

    Raises ConfigError, one line: FILE:LINE (or the variable), what is wrong, what to write instead.
    """
    path = file or data_dir / "longarm.toml"
    text = ""
    if path.exists():
        text = path.read_text(encoding="utf-8")
    elif file is not None:
        raise ConfigError(f"{file}: no such file; `longarm init` writes a commented one")
    try:
        values: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise ConfigError(
            f"{_spot(path, problem)}; see the commented longarm.toml that `longarm init` writes"
        ) from problem
    named: dict[tuple[str, ...], str] = {}
    for name, value in sorted(env.items()):
        if name.startswith("LONGARM_") and "__" in name:
            _set_from_environment(values, name, value, named)
    values.pop("data_dir", None)
    try:
        return Config.model_validate({**values, "data_dir": data_dir})
    except ValidationError as problem:
        raise ConfigError(_explain(problem, path, text, named)) from problem


def from_environment() -> Config:
    """The settings of the data folder that LONGARM_DATA names (default ./longarm-data): for `scrapy crawl watch`."""
    data_dir = Path(os.environ.get("LONGARM_DATA") or "longarm-data").resolve()
    if not data_dir.is_dir():
        raise ConfigError(f"{data_dir}: no data folder; `longarm init` makes one, LONGARM_DATA names another")
    return load_config(data_dir, None, os.environ)


def _set_from_environment(values: dict[str, Any], name: str, value: str, named: dict[tuple[str, ...], str]) -> None:
    keys = tuple(part.lower() for part in name.removeprefix("LONGARM_").split("__"))
    target = values
    for key in keys[:-1]:
        target = target.setdefault(key, {})
    listed = keys in {("digest", "send"), ("anchor", "tsa")}
    target[keys[-1]] = [part for part in value.split(",") if part] if listed else value
    named[keys] = name


def _explain(problem: ValidationError, path: Path, text: str, named: Mapping[tuple[str, ...], str]) -> str:
    error = problem.errors()[0]
    keys = tuple(str(part) for part in error["loc"])
    where = named.get(keys) or f"{path}:{_line_of(text, keys)}"
    if error["type"] == "extra_forbidden":
        known = _known_keys(keys[:-1])
        near = difflib.get_close_matches(keys[-1], known, 1)
        hint = f"did you mean {near[0]}?" if near else f"known here: {', '.join(known)}"
        return f"{where}: unknown key {'.'.join(keys)}; {hint}"
    message = error["msg"].removeprefix("Value error, ")
    return f"{where}: {'.'.join(keys)}: {message}" + (
        "" if ";" in message else f" (it is {error['input']!r}); change it"
    )


def _known_keys(section: tuple[str, ...]) -> list[str]:
    if not section:
        return [key for key in Config.model_fields if key != "data_dir"]
    model = Vantage if section[0] == "vantage" else Config.model_fields[section[0]].annotation
    return list(getattr(model, "model_fields", {}))


def _line_of(text: str, keys: tuple[str, ...]) -> int:
    """The line of a key in TOML written the ordinary way; the section's line where the key is not found."""
    section, found = "", 1
    wanted = ".".join(keys[:-1])
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[([^\]]+)\]", line)
        if header:
            section = header[1].strip()
            if section in (wanted, ".".join(keys)):
                found = number
        elif section == wanted and re.match(rf"\s*\"?{re.escape(keys[-1])}\"?\s*=", line):
            return number
    return found
