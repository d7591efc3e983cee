"""Provinces by any of their names and codes: 浙江, 浙江省, Zhejiang, zhejiang province, CN-ZJ and 33 are one."""

from __future__ import annotations

import difflib
import re
from functools import cache
from importlib.resources import files

import yaml

_TAIL = re.compile(
    r"(?:维吾尔自治区|壮族自治区|回族自治区|特别行政区|自治区|省|市)$"
    r"|[\s_-]+(?:province|city|sheng|shi|sar)$",
    re.IGNORECASE,
)
# What codes have around what tells them apart: CN-ZJ, 330000.
_CODED = re.compile(r"^cn(?=[a-z]{2}$)|(?<=^\d\d)0000$")


@cache
def provinces() -> dict[str, str]:
    """The names that sources write, and their English: 浙江 is Zhejiang."""
    return {zh: english for zh, (english, *_) in _listed().items()}


@cache
def _listed() -> dict[str, list[str]]:
    text = (files("spiders") / "provinces.yaml").read_text(encoding="utf-8")
    loaded: dict[str, list[str]] = yaml.load(text, yaml.CSafeLoader)
    return loaded


def province_named(written: str) -> str | None:
    """The name that sources write for this one, in whichever language; None where it is none we know."""
    plain = _CODED.sub("", _plain(written))
    return _names().get(plain)


def like_province(written: str) -> str | None:
    """`浙江 (Zhejiang)`: what a mistyped name is near to; None where it is near to none."""
    near = difflib.get_close_matches(_plain(written), _names(), 1, 0.7)
    if not near:
        return None
    name = _names()[near[0]]
    return f"{name} ({provinces()[name]})"


@cache
def _names() -> dict[str, str]:
    return {_plain(name): zh for zh, named in _listed().items() for name in (zh, *named)}


def _plain(name: str) -> str:
    return re.sub(r"[\s_'-]", "", _TAIL.sub("", name.strip())).lower()
