"""Texts and tables that ship with the package."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import yaml

HOME = files("alerts")


def text_at(path: str) -> str:
    """A file by its path inside `alerts`, in UTF-8."""
    return HOME.joinpath(*path.split("/")).read_text(encoding="utf-8")


def table_at(path: str) -> Any:
    """What a YAML file says, by libyaml: Python's own loader takes ten times as long, at the start of each run."""
    return yaml.load(text_at(path), yaml.CSafeLoader)
