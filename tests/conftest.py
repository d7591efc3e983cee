"""Fixtures of the whole suite. No test touches the network: everything is asked of the loopback `museum`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.loopback.museum import Museum, open_museum

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def museum() -> Iterator[Museum]:
    """A recorded web behind a forward proxy on loopback: see tests/loopback/museum.py."""
    with open_museum() as opened:
        yield opened
