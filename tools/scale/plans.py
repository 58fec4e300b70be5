"""Plans of the statements that functions execute, collected while they run."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, event, text

from storage.db import Database

FILLED_TABLES: Final = "SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples > 1000"
WHOLE_INDEXES: Final = "SELECT indexname FROM pg_indexes WHERE indexdef NOT LIKE '% WHERE %'"
EXPLAINED: Final = ("SELECT", "UPDATE", "DELETE", "INSERT", "WITH")


@dataclass(frozen=True, slots=True)
class FullScan:
    """A statement whose plan reads a whole table that grows, or an index of all its rows."""

    table: str
    statement: str


@dataclass(slots=True)
class PlanCollector:
    """Explains each statement just before it is executed, with its parameters and what is in the database then.

    `scans` are those that read one of the `tables` as a whole; `indexes` are all that were used.
    """

    tables: frozenset[str]
    whole_indexes: frozenset[str]
    scans: set[FullScan] = field(default_factory=set)
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
            scanned = {node["Relation Name"] for node in nodes if "Relation Name" in node and self._reads_all(node)}
            self.scans |= {FullScan(table, statement) for table in self.tables & scanned}
            self.indexes |= {node["Index Name"] for node in nodes if "Index Name" in node}

    def _reads_all(self, node: Mapping[str, Any]) -> bool:
        """Whether a node reads a whole table, or a whole index of all its rows; that of few rows is to be read."""
        is_walk = "Index Cond" not in node and node.get("Index Name") in self.whole_indexes
        return node["Node Type"] == "Seq Scan" or is_walk


@contextmanager
def collect_plans(db: Database) -> Iterator[PlanCollector]:
    """Collect the plans of all statements that are executed while the block runs. Few rows are no reason for an index:
    tables count that have a thousand."""
    with db.engine.connect() as opened:
        collector = PlanCollector(*(frozenset(opened.scalars(text(query))) for query in (FILLED_TABLES, WHOLE_INDEXES)))

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
