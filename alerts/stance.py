"""How a text says what it says: asserted, denied, quoted, hypothetical or retracted. A label, never a filter."""

from __future__ import annotations

from storage.findings import Stance


def stance_of() -> Stance:
    return Stance.ASSERTED
