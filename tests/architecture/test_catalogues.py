"""The sentences that the code says are those of the catalogues."""

import ast
import re
from functools import cache
from pathlib import Path

from fakes.catalogues import build_error_key, list_placeholders, read_messages

from models.errors import ErrorCode

ROOT = Path(__file__).parents[2]


@cache
def code_nodes() -> tuple[ast.AST, ...]:
    """All nodes of our code."""
    folders = ("bots", "pipeline", "models", "storage")
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return tuple(node for path in paths for node in ast.walk(ast.parse(path.read_text())))


@cache
def texts_in_code() -> tuple[set[str], list[re.Pattern[str]]]:
    """The texts that stand in our code, and patterns of those that are put together there."""
    plain, patterns = set(), []
    for node in code_nodes():
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            plain.add(node.value)
        elif isinstance(node, ast.JoinedStr):
            parts = [re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+" for part in node.values]
            if any(len(part) > 3 for part in parts):  # not "{a}-{b}", which is every key
                patterns.append(re.compile("".join(parts)))
    return plain, patterns


def test_every_key_the_code_names_is_in_the_catalogues() -> None:
    places = {"text_for": 0, "reply_for": 0, "choice_for": 1, "add_error_reply": 1, "build_command_button": 1}
    named = set()
    for node in code_nodes():
        place = places.get(getattr(node.func, "id", "")) if isinstance(node, ast.Call) else None
        if isinstance(node, ast.Call) and place is not None and len(node.args) > place:
            key = node.args[place]
            named |= {key.value} if isinstance(key, ast.Constant) else set()
        if isinstance(node, ast.keyword) and node.arg == "key" and isinstance(node.value, ast.Constant):
            named |= {node.value.value} if _is_key(node.value.value) else set()
    assert len(named) > 200
    assert named - set(read_messages("en")) == set()


def _is_key(value: object) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(r"[a-z]+(-[a-z]+)*", value))


def test_every_sentence_of_the_catalogues_is_said_somewhere() -> None:
    plain, patterns = texts_in_code()
    unsaid = [
        key for key in read_messages("en") if key not in plain and not any(each.fullmatch(key) for each in patterns)
    ]
    assert unsaid == []


def test_every_failure_is_raised_with_the_values_its_sentence_takes() -> None:
    found = 0
    for node in code_nodes():
        if (
            isinstance(node, ast.Call)
            and getattr(node.func, "id", "") in {"RequestRejected", "ProcessingFailed"}
            and node.args
        ):
            code = node.args[0]
            if isinstance(code, ast.Attribute) and getattr(code.value, "id", "") == "ErrorCode":
                given = {keyword.arg for keyword in node.keywords}
                assert list_placeholders(read_messages("en")[build_error_key(ErrorCode[code.attr])]) <= given, (
                    ast.unparse(node)
                )
                found += 1
    assert found > 20
