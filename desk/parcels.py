"""What goes to another process of ours and back, quickly.

The standard library asks each frozen record for the names of its fields anew, twice; a scan's texts and findings are
such records in tens of thousands, and carrying them cost half as much as matching them.
"""

from __future__ import annotations

import io
from dataclasses import fields, is_dataclass
from functools import cache
from multiprocessing.reduction import ForkingPickler
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Generic

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection


def send(pipe: Connection, parcel: object) -> None:
    """Send what the other end's `recv` gives. Only between a process and those that it started itself."""
    pipe.send_bytes(pack(parcel))


def pack(parcel: object) -> memoryview:
    """The bytes of a parcel. Raises whatever its parts raise that cannot be packed."""
    packed = io.BytesIO()
    _Packer(packed).dump(parcel)
    return packed.getbuffer()


def unpack(packed: memoryview | bytes) -> Any:
    """What was packed. Raises whatever its parts raise that cannot be made again."""
    return ForkingPickler.loads(packed)


class _Packer(ForkingPickler):
    """Carries a record as its class and its values."""

    def reducer_override(self, value: object) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        kind: Any = type(value)
        if not _is_record(kind):
            return NotImplemented  # type: ignore[no-any-return] # what the pickler takes for "your own way"
        return _unpacked, (kind, *_values(kind)(value))


@cache
def _is_record(kind: type) -> bool:
    """Whether its fields are all there is to it; one with a way of its own to be carried (Books) keeps it."""
    bases = [base for base in kind.__mro__ if base not in (object, Generic)]
    return all(is_dataclass(base) and not {"__reduce__", "__reduce_ex__"} & vars(base).keys() for base in bases)


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind))


@cache
def _values(kind: type) -> Callable[[object], tuple[Any, ...]]:
    names = _names(kind)
    if len(names) > 1:
        return attrgetter(*names)
    return lambda value: tuple(getattr(value, name) for name in names)


def _unpacked(kind: type, *values: object) -> object:
    """A record as it was, without its making's checks and defaults being gone through again."""
    made: object = object.__new__(kind)
    for name, value in zip(_names(kind), values, strict=True):
        object.__setattr__(made, name, value)
    return made
