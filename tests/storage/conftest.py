"""Archives that a test opened are let go of at its end, as a killed run lets go of its own: without a seal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.storage import looks

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _let_go() -> Iterator[None]:
    yield
    while looks.OPENED:
        looks.OPENED.pop()._writer.abandon()
