"""The digest's own words in Chinese and English, from templates/words.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from alerts.packaged import table_at


@dataclass(frozen=True, slots=True)
class Words:
    """One thing said in both languages; `key` is what programs call it."""

    key: str
    zh: str
    en: str

    @property
    def both(self) -> str:
        return self.zh if self.zh == self.en else f"{self.zh} {self.en}"


@cache
def _table() -> dict[str, dict[str, Words]]:
    loaded = table_at("templates/words.yaml")
    return {
        group: {str(key): Words(str(key), said["zh"], said["en"]) for key, said in rows.items()}
        for group, rows in loaded.items()
    }


def words(group: str, key: str) -> Words:
    """What `key` is called; a key nobody has named (a concept of one's own rules) is called by itself."""
    return _table()[group].get(key) or Words(key, key, key.replace("_", " "))


def with_cause(said: Words, cause: Words | None) -> str:
    """`无法访问 failing (超时 no answer in time)`; a cause that says no more than what it is a cause of is left out."""
    return f"{said.both} ({cause.both})" if cause and cause.key != said.key else said.both


def named(group: str) -> dict[str, str]:
    """Every name that the keys of a group go by, in either language and lower case, and its key."""
    return {name.lower(): key for key, said in _table()[group].items() for name in (key, said.zh, said.en)}
