"""Fills a PostgreSQL database to the size of a business that has grown."""

import uuid
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg import Connection, sql

from models.identity.people import Account
from storage.operations.metrics import DURATION_BOUNDS
from tools.scale.tables import FUNCTIONS, STATEMENTS

SECONDARY_INDEXES = """
SELECT indexname, indexdef FROM pg_indexes
WHERE schemaname = 'public' AND indexdef NOT LIKE 'CREATE UNIQUE%%' AND tablename = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class Size:
    """How many rows there are: for each person three jobs, six deliveries and five updates."""

    people: int
    tenants: int = 300

    @property
    def values(self) -> dict[str, int]:
        """The counts by the names that the statements have for them."""
        many = self.people
        return {
            "people": many,
            "others": self.tenants - 1,
            "jobs": 3 * many,
            "deliveries": 6 * many,
            "updates": 5 * many,
        }


def fill(url: str, size: Size, account: Account, now: datetime) -> None:
    """Fill a database that has only the operator's tenant with this account, and gather statistics."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")  # neither triggers nor foreign keys
        connection.execute("SET maintenance_work_mem = '512MB'")
        indexes = connection.execute(SECONDARY_INDEXES, [_list_filled_tables()]).fetchall()
        for name, _ in indexes:  # built at once they take a third of the time
            connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
        _insert_rows(connection, size, account, now)
        for _, definition in indexes:
            connection.execute(definition)
        connection.execute("VACUUM ANALYZE")


def _insert_rows(connection: Connection[tuple[object, ...]], size: Size, account: Account, now: datetime) -> None:
    owners: dict[str, uuid.UUID] = {"tenant": account.tenant_id, "account": account.id}
    histogram = {"bounds": list(DURATION_BOUNDS), "counts": [0] * len(DURATION_BOUNDS)}
    for statement in (FUNCTIONS, *STATEMENTS):
        connection.execute(statement.format(**size.values, **owners, **histogram, now=now.isoformat()).encode())


def _list_filled_tables() -> list[str]:
    return [statement.split()[2].strip('"') for statement in STATEMENTS if statement.split()[0] == "INSERT"]
