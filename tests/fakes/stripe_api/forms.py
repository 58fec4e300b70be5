"""Parser of the SDK's form encoding, `line_items[0][price]=..`, into values typed by the SDK's annotations."""

import decimal
import typing
from collections.abc import Iterable
from typing import Any, get_args, get_origin

from fakes.stripe_api.annotations import alternatives, choices, is_required, parameters
from fakes.stripe_api.errors import ApiError, invalid


class Parameters(dict[str, Any]):
    """Parameters that track which of them were read: the fake does not support the unread ones."""

    def __init__(self, values: dict[str, Any]) -> None:
        super().__init__(values)
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.read.add(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self.read.add(name)
        return super().get(name, default)

    def plain(self, name: str) -> Any:
        """A value to be stored as it is; everything in it counts as read."""
        return plain(self.get(name))

    def unread(self, path: str = "") -> list[str]:
        own = [f"{path}{name}" for name in self if name not in self.read]
        return own + [name for key in self.read for name in _unread(super(Parameters, self).get(key), f"{path}{key}")]


def _unread(value: Any, path: str) -> list[str]:
    if isinstance(value, Parameters):
        return value.unread(f"{path}.")
    if isinstance(value, list):
        return [name for index, item in enumerate(value) for name in _unread(item, f"{path}.{index}")]
    return []


def plain(value: Any) -> Any:
    """Plain dicts and lists; everything in them counts as read."""
    if isinstance(value, Parameters):
        return {name: plain(value[name]) for name in list(value)}
    return [plain(item) for item in value] if isinstance(value, list) else value


def parsed(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Brackets to nested dicts; lists stay dicts with numeric keys until their type is known."""
    tree: dict[str, Any] = {}
    for name, value in pairs:
        *above, last = name.replace("]", "").split("[")
        branch = tree
        for step in above:
            branch = branch.setdefault(step or str(len(branch)), {})
        branch[last or str(len(branch))] = value
    return tree


def checked(params: type, raw: dict[str, Any], path: str = "") -> Parameters:
    """Typed parameters. Raises StripeApiError for unknown, missing and mistyped ones."""
    known = parameters(params)
    for name in raw:
        if name not in known:
            full = _inside(path, name)
            raise invalid(f"Received unknown parameter: {full}", "parameter_unknown", full)
    for name, hint in known.items():
        if is_required(hint) and name not in raw:
            full = _inside(path, name)
            raise invalid(f"Missing required param: {full}.", "parameter_missing", full)
    return Parameters({name: _typed(known[name], value, _inside(path, name)) for name, value in raw.items()})


def _inside(path: str, name: str) -> str:
    return f"{path}[{name}]" if path else name


def _typed(hint: Any, raw: Any, path: str) -> Any:
    options = alternatives(hint)
    return _branch(options, raw, path) if isinstance(raw, dict) else _leaf(options, raw, path)


def _branch(options: list[Any], raw: dict[str, Any], path: str) -> Any:
    for option in options:
        if hasattr(option, "__required_keys__"):  # a TypedDict of typing or typing_extensions
            return checked(option, raw, path)
        if get_origin(option) in {list, typing.List} and all(name.isdigit() for name in raw):  # noqa: UP006
            (of,) = get_args(option)
            return [_typed(of, raw[name], _inside(path, name)) for name in sorted(raw, key=int)]
        if get_origin(option) is dict and len(get_args(option)) == 2:
            return {name: _typed(get_args(option)[1], value, _inside(path, name)) for name, value in raw.items()}
    raise invalid(f"Invalid object: {path}", "parameter_invalid_object", path)


def _leaf(options: list[Any], raw: str, path: str) -> Any:
    words = choices(options)
    if raw in words or (raw == "" and _may_be_unset(options)):
        return raw
    for option in options:
        if option in READERS:
            read = READERS[option](raw)
            if read is not None:
                return read
    if str in options and not words:
        return raw
    raise _mistyped(options, words, raw, path)


def _may_be_unset(options: list[Any]) -> bool:
    return any("" in get_args(option) for option in options if get_origin(option) is typing.Literal)


def _mistyped(options: list[Any], words: list[str], raw: str, path: str) -> ApiError:
    if words:
        return invalid(f"Invalid {path}: must be one of {', '.join(words)}", None, path)
    if raw == "":
        return invalid(f"You passed an empty string for '{path}'.", "parameter_invalid_empty", path)
    kind = "integer" if int in options else "boolean" if bool in options else "value"
    return invalid(f"Invalid {kind}: {raw}", f"parameter_invalid_{kind}" if kind == "integer" else None, path)


def _integer(raw: str) -> int | None:
    return int(raw) if raw.removeprefix("-").isdecimal() else None


def _number(raw: str) -> float | None:
    try:
        return float(raw)
    except ValueError:
        return None


def _decimal(raw: str) -> str | None:
    try:
        return str(decimal.Decimal(raw))
    except decimal.InvalidOperation:
        return None


READERS: dict[Any, Any] = {
    int: _integer,
    bool: {"true": True, "false": False}.get,
    float: _number,
    decimal.Decimal: _decimal,
}
