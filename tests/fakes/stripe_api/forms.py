"""Parser of the SDK's form encoding, `line_items[0][price]=..`, into values typed by the SDK's annotations."""

import decimal
import typing
from collections.abc import Iterable
from typing import Any, get_args, get_origin

from fakes.stripe_api.annotations import is_required, list_alternatives, list_choices, parameter_hints_of
from fakes.stripe_api.errors import StripeApiError, build_invalid_request


class RequestParameters(dict[str, Any]):
    """Parameters that track which of them were read: the fake does not support the unread ones."""

    def __init__(self, values: dict[str, Any]) -> None:
        super().__init__(values)
        self.read_names: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.read_names.add(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self.read_names.add(name)
        return super().get(name, default)

    def get_plain(self, name: str) -> Any:
        """A value to be stored as it is; everything in it counts as read."""
        return to_plain(self.get(name))

    def list_unread(self, path: str = "") -> list[str]:
        own = [f"{path}{name}" for name in self if name not in self.read_names]
        return own + [
            name
            for key in self.read_names
            for name in _list_unread(super(RequestParameters, self).get(key), f"{path}{key}")
        ]


def _list_unread(value: Any, path: str) -> list[str]:
    if isinstance(value, RequestParameters):
        return value.list_unread(f"{path}.")
    if isinstance(value, list):
        return [name for index, item in enumerate(value) for name in _list_unread(item, f"{path}.{index}")]
    return []


def to_plain(value: Any) -> Any:
    """Plain dicts and lists; everything in them counts as read."""
    if isinstance(value, RequestParameters):
        return {name: to_plain(value[name]) for name in list(value)}
    return [to_plain(item) for item in value] if isinstance(value, list) else value


def parse_form(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Brackets to nested dicts; lists stay dicts with numeric keys until their type is known."""
    tree: dict[str, Any] = {}
    for name, value in pairs:
        *above, last = name.replace("]", "").split("[")
        branch = tree
        for step in above:
            branch = branch.setdefault(step or str(len(branch)), {})
        branch[last or str(len(branch))] = value
    return tree


def parse_parameters(params: type, raw: dict[str, Any], path: str = "") -> RequestParameters:
    """Typed parameters. Raises StripeApiError for unknown, missing and mistyped ones."""
    hints = parameter_hints_of(params)
    for name in raw:
        if name not in hints:
            full_name = _join_path(path, name)
            raise build_invalid_request(f"Received unknown parameter: {full_name}", "parameter_unknown", full_name)
    for name, hint in hints.items():
        if is_required(hint) and name not in raw:
            full_name = _join_path(path, name)
            raise build_invalid_request(f"Missing required param: {full_name}.", "parameter_missing", full_name)
    return RequestParameters(
        {name: _parse_value(hints[name], value, _join_path(path, name)) for name, value in raw.items()}
    )


def _join_path(path: str, name: str) -> str:
    return f"{path}[{name}]" if path else name


def _parse_value(hint: Any, raw: Any, path: str) -> Any:
    options = list_alternatives(hint)
    return _parse_object(options, raw, path) if isinstance(raw, dict) else _parse_scalar(options, raw, path)


def _parse_object(options: list[Any], raw: dict[str, Any], path: str) -> Any:
    for option in options:
        if hasattr(option, "__required_keys__"):  # a TypedDict of typing or typing_extensions
            return parse_parameters(option, raw, path)
        if get_origin(option) in {list, typing.List} and all(name.isdigit() for name in raw):  # noqa: UP006
            (item_hint,) = get_args(option)
            return [_parse_value(item_hint, raw[name], _join_path(path, name)) for name in sorted(raw, key=int)]
        if get_origin(option) is dict and len(get_args(option)) == 2:
            return {
                name: _parse_value(get_args(option)[1], value, _join_path(path, name)) for name, value in raw.items()
            }
    raise build_invalid_request(f"Invalid object: {path}", "parameter_invalid_object", path)


def _parse_scalar(options: list[Any], raw: str, path: str) -> Any:
    allowed = list_choices(options)
    if raw in allowed or (raw == "" and _can_be_unset(options)):
        return raw
    for option in options:
        if option in PARSERS:
            value = PARSERS[option](raw)
            if value is not None:
                return value
    if str in options and not allowed:
        return raw
    raise _build_type_error(options, allowed, raw, path)


def _can_be_unset(options: list[Any]) -> bool:
    return any("" in get_args(option) for option in options if get_origin(option) is typing.Literal)


def _build_type_error(options: list[Any], allowed: list[str], raw: str, path: str) -> StripeApiError:
    if allowed:
        return build_invalid_request(f"Invalid {path}: must be one of {', '.join(allowed)}", None, path)
    if raw == "":
        return build_invalid_request(f"You passed an empty string for '{path}'.", "parameter_invalid_empty", path)
    kind = "integer" if int in options else "boolean" if bool in options else "value"
    return build_invalid_request(
        f"Invalid {kind}: {raw}", f"parameter_invalid_{kind}" if kind == "integer" else None, path
    )


def _parse_integer(raw: str) -> int | None:
    return int(raw) if raw.removeprefix("-").isdecimal() else None


def _parse_number(raw: str) -> float | None:
    try:
        return float(raw)
    except ValueError:
        return None


def _parse_decimal(raw: str) -> str | None:
    try:
        return str(decimal.Decimal(raw))
    except decimal.InvalidOperation:
        return None


PARSERS: dict[Any, Any] = {
    int: _parse_integer,
    bool: {"true": True, "false": False}.get,
    float: _parse_number,
    decimal.Decimal: _parse_decimal,
}
