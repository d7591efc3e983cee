"""The column types that SQLite and PostgreSQL must hold alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime, kept as whole milliseconds since 1970: small, ordered, the same on both databases."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Any) -> int | None:
        if value is None:
            return None
        return (value - EPOCH) // timedelta(milliseconds=1)

    def process_result_value(self, value: int | None, _dialect: Any) -> datetime | None:
        return None if value is None else EPOCH + timedelta(milliseconds=value)


class Digest(TypeDecorator[str]):
    """A SHA-256, hexadecimal outside and 32 bytes inside: an unchanged look must stay small."""

    impl = sa.LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Any) -> bytes | None:
        return None if value is None else bytes.fromhex(value)

    def process_result_value(self, value: bytes | None, _dialect: Any) -> str | None:
        return None if value is None else bytes(value).hex()


# SQLite gives rowid numbering to INTEGER only.
Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# Of tables.py and derived_tables.py.
metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
