"""What is sent to another process arrives as it was, of whatever records it is made."""

from __future__ import annotations

import multiprocessing
from dataclasses import dataclass

import pytest

from desk.parcels import send
from storage.findings import Document, DocumentKind, Link


@dataclass(frozen=True, slots=True)
class Nothing:
    """A record without fields."""


@dataclass
class Loose:
    """A record that is neither frozen nor without a `__dict__`."""

    value: list[int]


@dataclass(frozen=True, slots=True)
class Checked:
    """A record whose making would not take its own value again."""

    value: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", self.value + 1)


@dataclass
class Table(dict[str, int]):
    """A record that is more than its fields."""

    name: str = ""


def there_and_back(parcel: object) -> object:
    ours, theirs = multiprocessing.Pipe()
    send(ours, parcel)
    return theirs.recv()


def filled(table: Table, **more: int) -> Table:
    table.update(more)
    return table


@pytest.mark.parametrize(
    "parcel",
    [
        Nothing(),
        Loose([1, 2]),
        Checked(3),
        filled(Table(name="a"), one=1),
        Link(url="http://a.gov.cn/1.html", text="公告"),
        (Document(kind=DocumentKind.ARTICLE, links=(Link(url="u", text="t"),)), [None, {"a": Checked(0)}]),
        ValueError("no such thing"),
    ],
    ids=lambda parcel: type(parcel).__name__,
)
def test_it_arrives_as_it_was(parcel: object) -> None:
    arrived = there_and_back(parcel)
    assert type(arrived) is type(parcel)
    assert repr(arrived) == repr(parcel)
    if isinstance(parcel, Table):
        assert dict(parcel) == dict(arrived) == {"one": 1}  # type: ignore[call-overload] # it is one, as asserted above
    assert isinstance(parcel, Exception) or arrived == parcel
