"""Column types and defaults shared by all tables."""

import uuid
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """A timezone-aware datetime in UTC; SQLite, which has no time zones, stores it as naive UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        utc_value = value.astimezone(UTC)
        return utc_value.replace(tzinfo=None) if dialect.name == "sqlite" else utc_value

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


def build_json_type() -> Any:
    """JSON on SQLite, JSONB on PostgreSQL."""
    return JSON().with_variant(JSONB(), "postgresql")


def build_partial_index(
    name: str, *columns: str, where: str, sqlite_where: str = "", include: tuple[str, ...] = ()
) -> Index:
    """An index of the rows that match. `include` are further columns that PostgreSQL stores in it.

    Queries must state the condition with constants, not with parameters, or it is not used.
    """
    return Index(
        name,
        *columns,
        postgresql_where=text(where),
        sqlite_where=text(sqlite_where or where),
        postgresql_include=list(include),
    )


def generate_id() -> uuid.UUID:
    """A random id (UUID 4) that cannot be guessed."""
    return uuid.uuid4()


def utc_now() -> datetime:
    return datetime.now(UTC)
