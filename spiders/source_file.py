"""The shape of a sources file (interface.md, "Files a user writes"): pydantic models, and mistakes said in one line."""

from __future__ import annotations

import difflib
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Literal, get_args
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

from spiders.platforms import PLATFORMS
from spiders.provinces import like_province, province_named
from spiders.yaml_lines import Where, Written, read_as
from storage.config import parse_span
from storage.settings_file import told_apart
from storage.urls import url_key

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from storage.errors import ConfigError

Agency = Literal[
    "police", "procuratorate", "court", "discipline", "united_front", "overseas_chinese", "party_media", "state_media",
    "local_media", "government", "foreign_affairs", "immigration",
]  # fmt: skip
Level = Literal["national", "province", "prefecture", "county"]
AGENCIES: tuple[str, ...] = get_args(Agency)
LEVELS: tuple[str, ...] = get_args(Level)

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def _check_id(value: str) -> str:
    if not _ID.fullmatch(value):
        near = re.sub(r"[^a-z0-9]+", "-", value.lower()).strip("-")
        raise ValueError(f"{value!r} is no id; write a-z, 0-9 and single dashes" + (f", as {near}" if near else ""))
    return value


def _check_url(value: str) -> str:
    cleaned = value.strip()
    try:
        if not re.fullmatch(r"[^\s，。；、（）<>\"]+", cleaned):
            raise ValueError("blanks or full-width signs in it")
        url_key(cleaned)
        parts = urlsplit(cleaned)
        # Reading the port is what checks it.
        if parts.port is None and not re.search(r"[.:]|^localhost$", parts.hostname or ""):
            raise ValueError("no full host name")
    except (ValueError, UnicodeError):
        raise ValueError(f"{value!r} is no web address; write http://www.example.gov.cn/list/index.html") from None
    return cleaned


def _check_span(value: object) -> timedelta:
    span = parse_span(value)
    if span < timedelta(seconds=1):
        raise ValueError(f"{value!r} is too short; write 15m, 6h or 30d")
    return span


def _check_pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as problem:
        raise ValueError(
            f"{value!r} is no regular expression ({problem}); write e.g. '/art/' or '\\.html$', with \\ before . ? ( +"
        ) from None
    return value


def _check_platform(value: str) -> str:
    known = ("auto", *PLATFORMS)
    if value not in known:
        raise ValueError(f"platform {value!r} is unknown; {near_miss(value, known)}")
    return value


def _check_province(value: str) -> str:
    """The Chinese name of a province, however it was written; an unknown name is let be unless it is a slip."""
    known = province_named(value)
    near = like_province(value) if known is None else None
    if near:
        raise ValueError(f"province {value!r} is unknown; did you mean {near}?")
    return known or value.strip()


def _check_vantages(value: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(value)) != len(value):
        raise ValueError("the same way out twice; name each once, the usual one first")
    return value


def _check_host(value: str) -> str:
    cleaned = value.strip().lower()
    if not re.fullmatch(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}(?::\d{1,5})?", cleaned):
        raise ValueError(f"{value!r} is no host; write its name alone, as static.example.gov.cn")
    return cleaned


Host = Annotated[str, AfterValidator(_check_host)]
Url = Annotated[str, AfterValidator(_check_url)]
Span = Annotated[timedelta, BeforeValidator(_check_span)]
Pattern = Annotated[str, AfterValidator(_check_pattern)]
PlatformName = Annotated[str, AfterValidator(_check_platform)]
OptionValue = StrictInt | StrictStr | tuple[StrictStr, ...]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Name(_Row):
    zh: str | None = None
    en: str | None = None


class FollowRow(_Row):
    allow: tuple[Pattern, ...] = ()
    deny: tuple[Pattern, ...] = ()
    depth: Annotated[int, Field(ge=1, le=1)] = 1
    max_list_pages: Annotated[int, Field(ge=1, le=1000)] = 3


class StartRow(_Row):
    """One feed with settings of its own; what it leaves out is the source's."""

    url: Url
    name: str | None = None
    platform: PlatformName | None = None
    every: Span | None = None
    follow: FollowRow | None = None
    options: dict[str, OptionValue] = Field(default_factory=dict)


class SourceRow(_Row):
    """One source as a person writes it, after the shipped entry of the same id has been laid under it."""

    id: Annotated[str, AfterValidator(_check_id)]
    name: Name = Name()
    agency: Agency
    level: Level
    province: Annotated[str, AfterValidator(_check_province)] | None = None
    place: str | None = None
    lang: str | None = None
    # Before `start`, whose check looks at it.
    needs: str | None = None
    start: tuple[StartRow, ...]
    enabled: StrictBool = True
    platform: PlatformName = "auto"
    follow: FollowRow = FollowRow()
    options: dict[str, OptionValue] = Field(default_factory=dict)
    same: tuple[Literal["https", "www"], ...] = ()
    robots: Literal["obey", "ignore"] | None = None
    every: Span = timedelta(hours=6)
    vantage: str = "default"
    vantages: Annotated[tuple[str, ...], AfterValidator(_check_vantages)] = ()
    proxy_only: StrictBool = False
    render: StrictBool = False
    render_hosts: tuple[Host, ...] = ()
    silent_after: Span | None = None
    verified: StrictBool = True

    @field_validator("start")
    @classmethod
    def _leads_somewhere(cls, value: tuple[StartRow, ...], known: ValidationInfo) -> tuple[StartRow, ...]:
        """Only a source that says what it still needs may be without a start page."""
        if not value and not known.data.get("needs"):
            raise PydanticCustomError("too_short", "it is empty")
        return value


_MODELS: dict[str, type[_Row]] = {"name": Name, "follow": FollowRow, "start": StartRow}
_HINTS = {
    "start": "write start: [http://www.example.gov.cn/list/index.html]",
    "agency": f"write one of {', '.join(AGENCIES)}",
    "level": f"write one of {', '.join(LEVELS)}",
    "id": "write id: place-agency-column, e.g. qingtian-police-notices",
    "url": "write url: http://www.example.gov.cn/list/index.html",
    "every": "write 90s, 15m, 6h or 30d",
    "silent_after": "write 90s, 15m, 6h or 30d",
    "enabled": "write true or false",
    "render": "write true or false",
    "render_hosts": "write hosts, as [static.example.gov.cn]",
    "proxy_only": "write true or false",
    "vantages": "write names of [vantage.*] in longarm.toml, the usual one first, as [default, hk]",
    "options": "write options: and under it what docs/sources.md tells for the platform",
    "same": "write same: [https, www], or one of them",
    "verified": "write true or false",
    "needs": "write what a person must find out before the source can be watched",
    "name": "write name: {zh: 青田县公安局, en: Qingtian County PSB}",
    "follow": "write follow: {allow: [], deny: [], max_list_pages: 3}",
    "allow": "write a list of regular expressions, as ['/art/']",
    "deny": "write a list of regular expressions, as ['/video/']",
    "depth": "1 is the list's entries, and the only depth there is so far",
    "max_list_pages": "write a number from 1 to 1000",
}
_SHAPES = {
    "model_type": "a mapping is wanted here",
    "model_attributes_type": "a mapping is wanted here",
    "tuple_type": "a list is wanted here",
    "bool_parsing": "is neither true nor false",
    "bool_type": "is neither true nor false",
    "int_parsing": "is no number",
    "int_type": "is no number",
    "int_from_float": "is no whole number",
    "greater_than_equal": "is too small",
    "less_than_equal": "is too large",
}


def near_miss(value: str, known: tuple[str, ...] | list[str]) -> str:
    """`did you mean X?`, or all the known words."""
    near = difflib.get_close_matches(value.lower(), known, 1, 0.6)
    return f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"


def errors_of(problem: ValidationError) -> list[ErrorDetails]:
    """Every mistake of an entry once: of a value that may be of several kinds, pydantic says why it is none of them."""
    found: dict[Where, ErrorDetails] = {}
    for error in told_apart(problem.errors()):
        where = error["loc"]
        value = where[: where.index("options") + 2] if "options" in where else where
        found.setdefault(value, error)
    return list(found.values())


def explain(error: ErrorDetails, written: Written, at: Where) -> ConfigError:
    """One mistake of an entry, which stands at `at` in its file: what, and what to write instead."""
    where = (*at, *error["loc"])
    return written.mistake(where, _say(error, written.raw.get(where, "")))


def _say(error: ErrorDetails, raw: str) -> str:
    where = tuple(str(part) for part in error["loc"] if not isinstance(part, int))
    key, named, given = where[-1], ".".join(where), error["input"]
    hint = _HINTS.get(key, "")
    if error["type"] == "extra_forbidden":
        return f"unknown key {named}; {near_miss(key, _known_keys(where[:-1]))}"
    if error["type"] == "missing":
        return f"{named} is missing; {hint or 'add it'}"
    if error["type"] == "literal_error" and isinstance(given, str):
        known = re.findall(r"'([^']+)'", str((error.get("ctx") or {}).get("expected", "")))
        return f"{named} {given!r} is unknown; {near_miss(given, known)}"
    if error["type"] in ("string_type", "literal_error"):
        return f"{named}: {read_as(given, raw) or 'a text is wanted here, not a list or mapping; write one value'}"
    message = error["msg"].removeprefix("Value error, ")
    if ";" in message:
        return f"{named}: {message if isinstance(given, str) else message.replace(repr(given), raw)}"
    return f"{named}: {_shape(error, given, raw)}; {hint or 'see docs/sources.md for what belongs here'}"


def _shape(error: ErrorDetails, given: object, raw: str) -> str:
    if given is None or error["type"] == "too_short":
        return "it is empty"
    said = _SHAPES.get(error["type"], "does not fit")
    return f"{raw or repr(given)} {said}" if isinstance(given, str | int | float) else said


def _known_keys(parents: tuple[str, ...]) -> list[str]:
    if not parents:
        return list(SourceRow.model_fields)
    model = _MODELS.get(parents[-1])
    return list(model.model_fields) if model else []
