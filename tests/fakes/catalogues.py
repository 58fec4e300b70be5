"""The catalogues of sentences as Fluent's own parser reads them."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from fluent.syntax import FluentParser
from fluent.syntax import ast as fluent

from models.errors import ErrorCode

FOLDER = Path(__file__).parents[2] / "bots" / "locales"


@cache
def read_messages(language: str) -> dict[str, fluent.Message]:
    """The messages of a language's catalogue by their keys, in its order. Raises AssertionError for what is none."""
    resource = FluentParser().parse((FOLDER / f"{language}.ftl").read_text(encoding="utf-8"))
    assert not [entry for entry in resource.body if isinstance(entry, fluent.Junk)]
    return {entry.id.name: entry for entry in resource.body if isinstance(entry, fluent.Message)}


def iterate_nodes(node: object, kind: type) -> Iterator[object]:
    """All nodes of a kind below a node of Fluent's tree."""
    if isinstance(node, kind):
        yield node
    for value in vars(node).values() if isinstance(node, fluent.BaseNode) else ():
        for child in value if isinstance(value, list) else [value]:
            yield from iterate_nodes(child, kind)


@cache
def list_placeholders(message: fluent.Message) -> set[str]:
    """The names of the values a message takes."""
    return {reference.id.name for reference in iterate_nodes(message, fluent.VariableReference)}  # type: ignore[attr-defined]


def build_error_key(code: ErrorCode) -> str:
    """The key of the sentence for a code."""
    return f"error-{code.lower().replace('_', '-')}"
