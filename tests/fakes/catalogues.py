"""The catalogues of sentences as Fluent's own parser reads them."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from fluent.syntax import FluentParser
from fluent.syntax import ast as fluent

from models.errors import ErrorCode

FOLDER = Path(__file__).parents[2] / "bots" / "locales"


@cache
def messages(language: str) -> dict[str, fluent.Message]:
    resource = FluentParser().parse((FOLDER / f"{language}.ftl").read_text(encoding="utf-8"))
    assert not [entry for entry in resource.body if isinstance(entry, fluent.Junk)]
    return {entry.id.name: entry for entry in resource.body if isinstance(entry, fluent.Message)}


def nodes(node: object, kind: type) -> Iterator[object]:
    """All nodes of a kind below a node of Fluent's tree."""
    if isinstance(node, kind):
        yield node
    for value in vars(node).values() if isinstance(node, fluent.BaseNode) else ():
        for child in value if isinstance(value, list) else [value]:
            yield from nodes(child, kind)


@cache
def placeholders(message: fluent.Message) -> set[str]:
    return {reference.id.name for reference in nodes(message, fluent.VariableReference)}  # type: ignore[attr-defined]


def code_key(code: ErrorCode) -> str:
    return f"error-{code.lower().replace('_', '-')}"
