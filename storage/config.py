"""The settings: `longarm.toml`, then LONGARM_SECTION__KEY, then options. Unknown keys are errors with their line."""

from __future__ import annotations

import difflib
import os
import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    StrictBool,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from storage.errors import ConfigError, Mistakes, in_one_line
from storage.settings_file import line_of, parse, read_text, said_of, spot, told_apart

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

CHINA = ZoneInfo("Asia/Shanghai")
"""The one zone of the pages' own dates (interface.md); a reader's may be another."""

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


def _no_truth(value: object) -> object:
    """`delay = true` is a slip, not one second."""
    if isinstance(value, bool):
        raise ValueError(f"{str(value).lower()} is no number; write e.g. 2")
    return value


Whole = Annotated[int, BeforeValidator(_no_truth)]
Number = Annotated[float, BeforeValidator(_no_truth)]


def _written(pattern: str, otherwise: str, *, is_secret: bool = False) -> AfterValidator:
    """A text that has this form from end to end; `otherwise` says what it is not, and what to write.

    `is_secret`: it may hold a password and is not said again.
    """

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(f"{'it' if is_secret else repr(value)} {otherwise}")
        return value

    return AfterValidator(check)


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Storage(Section):
    database: str = "sqlite:///longarm.db"
    captures: str = "captures"


class Fetch(Section):
    user_agent: str = BROWSER
    concurrency: Whole = Field(default=16, ge=1, le=512)
    concurrency_per_host: Whole = Field(default=2, ge=1, le=64)
    delay: Number = Field(default=1.0, ge=0)
    timeout: Number = Field(default=30, gt=0)
    max_size: Size = 32_000_000
    max_new_pages: Whole = Field(default=5000, ge=1)
    robots: Literal["obey", "ignore"] = "obey"


class Vantage(Section):
    proxy: str = ""
    direct: StrictBool = False
    user_agent: str = ""
    accept_language: str = ""

    @field_validator("direct")
    @classmethod
    def _one_way_out(cls, direct: bool, info: ValidationInfo) -> bool:
        if direct and info.data.get("proxy"):
            # Whoever reads the file must know which it is: with a proxy, no request ever goes directly.
            raise ValueError("there is a proxy too, and each vantage has one way out; take one of the two away")
        return direct


class Browser(Section):
    path: str = ""
    timeout: Number = Field(default=20, gt=0, le=600)
    max_requests: Whole = Field(default=60, ge=0)
    max_size: Size = 8_000_000
    max_pages: Whole = Field(default=200, ge=1)


class Takedown(Section):
    confirm_checks: Whole = Field(default=2, ge=1)
    confirm_after: Span = timedelta(hours=24)
    trouble_checks: Whole = Field(default=3, ge=1)
    trouble_after: Span = timedelta(hours=24)


# What people write for the time of all of China, of which the zone database knows Shanghai.
_CHINESE_TIME = frozenset(
    f"{before}{city}"
    for before in ("", "asia/", "china/")
    for city in ("beijing", "peking", "guangzhou", "shenzhen", "hangzhou", "fuzhou", "cst", "china", "北京", "上海")
)


def _zone(value: object) -> object:
    """Only the name given is tried: the default is known, and reading it costs every command."""
    try:
        ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        if str(value).strip().lower() in _CHINESE_TIME:
            raise ValueError(f"{value!r} is no time zone; all of China is Asia/Shanghai") from None
        near = difflib.get_close_matches(str(value), available_timezones(), 1)
        hint = f"did you mean {near[0]}?" if near else "write e.g. Asia/Shanghai"
        raise ValueError(f"{value!r} is no time zone; {hint}") from None
    return value


Zone = Annotated[str, BeforeValidator(_zone)]
Level = Literal["critical", "high", "medium", "low", "info"]
AtOnce = Literal["critical", "high", "medium", "low", "never"]


class Digest(Section):
    timezone: Zone = "Asia/Shanghai"
    at: Annotated[str, _written(r"([01]\d|2[0-3]):[0-5]\d", "is no time of day; write e.g. 08:00")] = "08:00"
    detail: Literal["full", "counts"] = "full"
    send: tuple[str, ...] = ()
    at_once: AtOnce = "high"
    weekly: StrictBool = False

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


_QUIET = re.compile(r"(?:([01]\d|2[0-3]):[0-5]\d)-(?:([01]\d|2[0-3]):[0-5]\d)")


def _quiet(value: object) -> object:
    if value != "" and not _QUIET.fullmatch(str(value)):
        raise ValueError(f"{value!r} are no hours; write e.g. 22:00-07:00")
    return value


class Person(Section):
    """Who else is told, and what of it: a filter that is left out lets everything through.

    `severity` is the least that is told at all, `at_once` the least that is sent right after a run; `digest` and
    `weekly` say whether the daily digest and the weekly roll-up are sent. During `quiet`
    (in `timezone`, left out: the digest's) nothing is sent.
    """

    name: Annotated[str, _written(r"[\w-]{1,40}", "is no name; write letters, digits, _ and -, at most 40")]
    send: tuple[str, ...] = Field(min_length=1)
    rules: tuple[str, ...] = ()
    provinces: tuple[str, ...] = ()
    languages: tuple[Annotated[str, _written("[a-z]{2,3}", "is no language; write e.g. zh or en")], ...] = ()
    sources: tuple[str, ...] = ()
    severity: Level = "info"
    at_once: AtOnce = "high"
    digest: StrictBool = True
    weekly: StrictBool = False
    detail: Literal["full", "counts"] | None = None
    quiet: Annotated[str, BeforeValidator(_quiet)] = ""
    timezone: Zone | None = None


_NO_URL = "is no web address; write https://host/path"


class Webhook(Section):
    """`secret` signs what is sent to the `webhook+https://` addresses that end in this section's name (`#name`)."""

    secret: str = ""


class Feeds(Section):
    """`url` is where the data folder's `feeds/` is served, if anywhere; `entries` so many of each feed's newest."""

    url: Annotated[str, _written(r"(https?://[^\s]+)?", _NO_URL)] = ""
    entries: Whole = Field(default=100, ge=1, le=1000)


class Translation(Section):
    """Machine translation of quotes; without a command or a url there is none."""

    command: tuple[str, ...] = ()
    url: Annotated[str, _written(r"(https?://\S+)?", _NO_URL, is_secret=True)] = ""
    api_key: str = ""
    proxy: Annotated[str, _written(r"(http://\S+)?", "is no proxy; write http://host:port", is_secret=True)] = ""
    name: str = ""
    timeout: Number = Field(default=20, gt=0, le=600)
    total: Number = Field(default=30, gt=0, le=3600)
    max_size: Size = 100_000


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
    person: tuple[Person, ...] = ()
    webhook: dict[str, Webhook] = {"default": Webhook()}
    feeds: Feeds = Feeds()
    translation: Translation = Translation()
    match: Match = Match()
    log: Log = Log()
    disk: Disk = Disk()
    anchor: Anchor = Anchor()

    data_dir: Path = Path()
    # Where what was written stands; no setting itself.
    _file: Path | None = PrivateAttr(default=None)
    _named: dict[tuple[str, ...], str] = PrivateAttr(default_factory=dict)

    def spot(self, *keys: str) -> str:
        """Where a key was written, for what only a later look can tell to be wrong: FILE:LINE, or the variable."""
        return self._named.get(keys) or spot(self._file or self.data_dir / "longarm.toml", *keys)

    @field_validator("person")
    @classmethod
    def _named_once(cls, people: tuple[Person, ...]) -> tuple[Person, ...]:
        names = [one.name for one in people]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"two people are called {twice}; name each once")
        return people

    @property
    def captures_dir(self) -> Path:
        path = Path(self.storage.captures)
        return path if path.is_absolute() else self.data_dir / path


def load_config(data_dir: Path, file: Path | None, env: Mapping[str, str]) -> Config:
    """Read the settings in force. `file` None is `data_dir/longarm.toml`, which may be absent.

    Raises ConfigError, a line for each mistake: FILE:LINE (or the variable), what is wrong, what to write instead.
    """
    path = file or data_dir / "longarm.toml"
    if file is not None and not file.exists():
        raise ConfigError(f"{file}: no such file; `longarm init` writes a commented one")
    text = read_text(path)
    values = parse(text, path)
    named: dict[tuple[str, ...], str] = {}
    for name, value in sorted(env.items()):
        if name.startswith("LONGARM_") and "__" in name:
            _set_from_environment(values, name, value, named)
    values.pop("data_dir", None)
    try:
        config = Config.model_validate({**values, "data_dir": data_dir})
    except ValidationError as problem:
        mistakes = Mistakes(_explain(error, path, text, named) for error in told_apart(problem.errors()))
        mistakes.tell()
        raise
    config._file, config._named = path, named
    return config


def from_environment() -> Config:
    """The settings of the data folder that LONGARM_DATA names (default ./longarm-data): for `scrapy crawl watch`."""
    data_dir = Path(os.environ.get("LONGARM_DATA") or "longarm-data").resolve()
    if not data_dir.is_dir():
        raise ConfigError(f"{data_dir}: no data folder; `longarm init` makes one, LONGARM_DATA names another")
    return load_config(data_dir, None, os.environ)


# A variable is always a text; these two are what a truth value looks like in one.
_BOOLEANS: dict[str, object] = {"true": True, "false": False}


def _set_from_environment(values: dict[str, Any], name: str, value: str, named: dict[tuple[str, ...], str]) -> None:
    keys = tuple(part.lower() for part in name.removeprefix("LONGARM_").split("__"))
    target = values
    for key in keys[:-1]:
        target = target.setdefault(key, {})
    listed = keys in {("digest", "send"), ("anchor", "tsa"), ("translation", "command")}
    target[keys[-1]] = [part for part in value.split(",") if part] if listed else _BOOLEANS.get(value.lower(), value)
    named[keys] = name


def _explain(error: ErrorDetails, path: Path, text: str, named: Mapping[tuple[str, ...], str]) -> ConfigError:
    keys = tuple(str(part) for part in error["loc"])
    line = line_of(text, keys)
    # A variable may name a section that there is not, which then stands in no line.
    spoken = next((name for said, name in named.items() if said[: len(keys)] == keys), None) if not line else None
    where = named.get(keys) or named.get(keys[:-1]) or spoken or (f"{path}:{line}" if line else str(path))
    if error["type"] == "extra_forbidden":
        known = _known_keys(keys[:-1])
        near = difflib.get_close_matches(keys[-1], known, 1)
        hint = f"did you mean {near[0]}?" if near else f"known here: {', '.join(known)}"
        return ConfigError(f"{where}: unknown key {in_one_line('.'.join(keys))}; {hint}")
    return ConfigError(f"{where}: {in_one_line(said_of(error))}")


def _known_keys(section: tuple[str, ...]) -> list[str]:
    if not section:
        return [key for key in Config.model_fields if key != "data_dir"]
    many: dict[str, type[Section]] = {"vantage": Vantage, "person": Person, "webhook": Webhook}
    model = many.get(section[0]) or Config.model_fields[section[0]].annotation
    return list(getattr(model, "model_fields", {}))
