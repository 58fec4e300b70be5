"""Plans of the statements that functions execute, collected while they run."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, event, text

from storage.db import Database

FILLED_TABLES: Final = "SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples > 1000"
EXPLAINED: Final = ("SELECT", "UPDATE", "DELETE", "INSERT", "WITH")


@dataclass(frozen=True, slots=True)
class SequentialScan:
    """A statement whose plan reads a whole table that grows."""

    table: str
    statement: str


@dataclass(slots=True)
class PlanCollector:
    """Explains each statement just before it is executed, with its parameters and what is in the database then.

    `scans` are those that read one of the `tables` as a whole; `indexes` are all that were used.
    """

    tables: frozenset[str]
    scans: set[SequentialScan] = field(default_factory=set)
    statements: set[str] = field(default_factory=set)
    indexes: set[str] = field(default_factory=set)

    def explain(self, connection: Connection, statement: str, parameters: Any) -> None:
        if statement.lstrip().startswith(EXPLAINED) and statement not in self.statements:
            self.statements.add(statement)
            values = parameters[0] if isinstance(parameters, list) else parameters
            driver_connection: Any = connection.connection.driver_connection
            (plan,) = driver_connection.execute(f"EXPLAIN (FORMAT JSON) {statement}", values).fetchone()
            root = (plan if isinstance(plan, list) else json.loads(plan))[0]["Plan"]
            nodes = list(_list_nodes(root))
            scanned = {node["Relation Name"] for node in nodes if node["Node Type"] == "Seq Scan"}
            self.scans |= {SequentialScan(table, statement) for table in self.tables & scanned}
            self.indexes |= {node["Index Name"] for node in nodes if "Index Name" in node}


@contextmanager
def collect_plans(db: Database) -> Iterator[PlanCollector]:
    """Collect the plans of all statements that are executed while the block runs. Few rows are no reason for an index:
    tables count that have a thousand."""
    with db.engine.connect() as opened:
        collector = PlanCollector(frozenset(opened.scalars(text(FILLED_TABLES))))

    def explain(connection: Connection, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        collector.explain(connection, statement, parameters)

    event.listen(db.engine, "before_cursor_execute", explain)
    try:
        yield collector
    finally:
        event.remove(db.engine, "before_cursor_execute", explain)


def _list_nodes(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _list_nodes(child)
