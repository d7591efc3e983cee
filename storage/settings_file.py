"""The text of `longarm.toml`: read, parsed, where a key stands in it, and a mistake in it in our own words."""

from __future__ import annotations

import difflib
import re
import tomllib
from typing import TYPE_CHECKING, Any

from storage.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pydantic_core import ErrorDetails

_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def read_text(path: Path) -> str:
    """The text of the settings file, a byte order mark (Windows writes one) taken off; "" where there is no file.

    Raises ConfigError `FILE:LINE: what; what to do` where it cannot be read or is not UTF-8.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return ""
    except OSError as problem:
        raise ConfigError(f"{path}: cannot be read ({problem.strerror}); name a file that you can read") from problem
    return decoded(raw, path)


def decoded(raw: bytes, path: Path) -> str:
    """The text of a file that a person wrote, as UTF-8, its byte order mark taken off. Raises ConfigError."""
    if raw.startswith(_UTF16):
        raise ConfigError(f"{path}:1: the file is UTF-16; save it as UTF-8")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = raw.count(b"\n", 0, problem.start) + 1
        raise ConfigError(f"{path}:{line}: not UTF-8 (perhaps GBK); save the file as UTF-8") from problem


def parse(text: str, path: Path) -> dict[str, Any]:
    """The TOML of a settings file. Raises ConfigError with the line."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise ConfigError(
            f"{_place(path, problem)}; see the commented longarm.toml that `longarm init` writes"
        ) from problem
    except RecursionError as problem:
        raise ConfigError(f"{path}:1: nested too deep; the settings need three levels") from problem


def _place(path: Path, problem: tomllib.TOMLDecodeError) -> str:
    """FILE:LINE: what. The line is in the message alone."""
    what, _, where = str(problem).rpartition(" (at line ")
    return f"{path}:{where.partition(',')[0]}: {what}" if what else f"{path}: {problem}"


def spot(file: Path, *keys: str) -> str:
    """FILE:LINE of a key, for what only a later look can tell to be wrong; FILE alone where it stands nowhere."""
    line = line_of(read_text(file), keys)
    return f"{file}:{line}" if line else str(file)


_HEADER = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]")


def line_of(text: str, keys: tuple[str, ...]) -> int:
    """The line of a key in TOML written the ordinary way; the section's line where the key is not found, 0 without.

    `("person", "1", "send", "0")` is the key `send` of the second `[[person]]`.
    """
    while len(keys) > 2 and keys[-1].isdigit():
        keys = keys[:-1]
    section, found, tables = "", 0, 0
    wanted, whole = ".".join(keys[:-1]), ".".join(keys)
    for number, line in enumerate(text.splitlines(), 1):
        header = _HEADER.match(line)
        if header:
            section = header[2]
            if header[1] == "[[" and section == keys[0]:
                section, tables = f"{section}.{tables}", tables + 1
            # Of a section that only has sections under it the first of those is where it stands.
            if section in (wanted, whole, f"{whole}.0") or (not found and section.startswith(f"{whole}.")):
                found = number
        elif section == wanted and re.match(rf"\s*\"?{re.escape(keys[-1])}\"?\s*=", line):
            return number
        elif not section and re.match(rf"\s*{re.escape(whole)}\s*=", line):
            return number  # digest.at = "08:00", above all sections
    return found


def told_apart(errors: Sequence[ErrorDetails]) -> list[ErrorDetails]:
    """Without those that another one brings about: where `stat` is unknown, `start` is not missing but mistyped."""
    strange = [error["loc"] for error in errors if error["type"] == "extra_forbidden"]

    def is_echo(error: ErrorDetails) -> bool:
        key, above = str(error["loc"][-1]) if error["loc"] else "", error["loc"][:-1]
        beside = [str(loc[-1]) for loc in strange if loc[:-1] == above]
        return error["type"] == "missing" and bool(difflib.get_close_matches(key, beside, 1))

    return [error for error in errors if not is_echo(error)]


# pydantic's kinds of mistakes: what is wrong, and what to write instead.
_KINDS = {
    "bool_type": ("is neither true nor false", "write true or false, without quotation marks"),
    "string_type": ("is no text", 'write it in quotation marks, as "…"'),
    "tuple_type": ("is no list", 'write it in square brackets, as ["…"]'),
    "model_type": ("is no section", "write it as [section] with keys of its own under it"),
    "dict_type": ("is no section", "write it as [section.name] with keys of its own under it"),
    "int_parsing": ("is no number", "write e.g. 2"),
    "int_type": ("is no number", "write e.g. 2"),
    "int_from_float": ("is no whole number", "write e.g. 2"),
    "float_parsing": ("is no number", "write e.g. 1.5"),
    "float_type": ("is no number", "write e.g. 1.5"),
    "greater_than_equal": ("is too small", "write {ge} or more"),
    "greater_than": ("is too small", "write more than {gt}"),
    "less_than_equal": ("is too large", "write {le} or less"),
    "finite_number": ("is no number", "write e.g. 1.5"),
    "too_short": ("is empty", "write at least one"),
}


def said_of(error: ErrorDetails) -> str:
    """`KEY: what is wrong; what to write`, for one mistake that pydantic found."""
    keys = [str(part) for part in error["loc"]]
    name, given = ".".join(keys), error["input"]
    # What was written is not said of an address: it may hold a password.
    shown = "it" if {"send", "secret", "proxy", "database", "api_key"} & set(keys) else _shown(given)
    if error["type"] == "missing":
        return f"{name} is missing; write it"
    if error["type"] == "literal_error":
        known = re.findall(r"'([^']+)'", error["msg"])
        near = difflib.get_close_matches(str(given), known, 1)
        return f"{name}: {shown} is unknown; " + (f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}")
    kind = _KINDS.get(error["type"])
    if kind is not None:
        what, instead = kind
        return f"{name}: {shown} {what}; {instead.format(**(error.get('ctx') or {}))}"
    message = error["msg"].removeprefix("Value error, ")
    return f"{name}: {message}" + ("" if ";" in message else "; change it")


def _shown(given: object) -> str:
    if isinstance(given, bool):
        return str(given).lower()
    return repr(given) if isinstance(given, str | int | float) else "it"
