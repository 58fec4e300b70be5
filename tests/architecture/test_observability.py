"""Log events and metrics are those of the tables in docs/observability.md, which operators search and alert by."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from bots.web.monitoring.metrics import DatabaseCollector
from storage.db import Database

ROOT = Path(__file__).parents[2]
PACKAGES = ("bots", "pipeline", "storage", "models")
LEVELS = {
    "debug": "debug",
    "info": "info",
    "warning": "warning",
    "error": "error",
    "exception": "error",
    "critical": "critical",
}
EVENT_NAME = re.compile(r"[a-z]+(-[a-z0-9]+)*")
ROW = re.compile(r"^\| `(?P<name>[^`]+)` \|(?P<cells>.*)\|$", re.MULTILINE)


def read_table(title: str) -> dict[str, list[str]]:
    """The cells after the name, by the name, of all tables under a heading of the second level."""
    page = (ROOT / "docs" / "observability.md").read_text(encoding="utf-8")
    (section,) = [each for each in page.split("\n## ") if each.startswith(f"{title}\n")]
    rows = [(each["name"], [cell.strip() for cell in each["cells"].split("|")]) for each in ROW.finditer(section)]
    assert len(rows) == len(dict(rows)), "a name stands twice"
    return dict(rows)


def logger_names(tree: ast.Module) -> set[str]:
    """The names that a module gives to loggers of structlog."""
    return {
        ast.unparse(target)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.value).startswith("structlog.get_logger(")
        for target in node.targets
    }


def log_calls() -> Iterator[tuple[str, ast.Call]]:
    """Every call of a logger, with its level."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            loggers = logger_names(tree)
            for node in ast.walk(tree):
                match node:
                    case ast.Call(func=ast.Attribute(value=receiver, attr=method)) if ast.unparse(receiver) in loggers:
                        yield LEVELS[method], node


@cache
def logged_levels() -> Mapping[str, set[str]]:
    """The levels of every event that is logged anywhere."""
    found: dict[str, set[str]] = defaultdict(set)
    for level, call in log_calls():
        name = ast.literal_eval(call.args[0])
        assert isinstance(name, str)
        found[name].add(level)
    return found


def test_every_log_event_is_in_the_table_and_no_other() -> None:
    assert len(logged_levels()) > 50
    assert set(logged_levels()) == set(read_table("Log events"))


def test_a_log_event_has_one_level_the_one_of_the_table() -> None:
    told = {name: {cells[0]} for name, cells in read_table("Log events").items()}
    assert {name: levels for name, levels in logged_levels().items() if levels != told.get(name)} == {}


def test_log_events_are_in_kebab_case() -> None:
    assert [name for name in logged_levels() if EVENT_NAME.fullmatch(name) is None] == []


def test_every_warning_and_error_says_what_to_do() -> None:
    mute = [
        name
        for name, (level, when, advice) in read_table("Log events").items()
        if not when or (level != "info" and not advice)
    ]
    assert mute == []


def test_every_metric_is_in_the_table_with_its_type_and_labels_and_no_other(sqlite: Database) -> None:
    told = {}
    for name, (kind, labels, meaning) in read_table("Prometheus and Grafana").items():
        assert meaning, name
        told[name] = kind, tuple(re.findall(r"`(\w+)`", labels))
    exported = {
        f"{family.name}_total" if family.type == "counter" else family.name: (family.type, tuple(family._labelnames))
        for family in DatabaseCollector(sqlite).collect()
    }
    assert exported == told
