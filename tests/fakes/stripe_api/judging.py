"""Validation of the fake's responses against the SDK: unknown fields, unexpected values, missing fields."""

import decimal
from typing import Any, Literal, get_args, get_origin

from fakes.stripe_api.annotations import alternatives, choices, fields
from fakes.stripe_api.shapes import CLASSES, INCLUDABLE, examples
from stripe import ListObject, StripeObject
from stripe._stripe_object import UntypedStripeObject

LIST = {"object", "data", "has_more", "url"}


def flaws(body: Any, path: str = "") -> list[str]:
    """The flaws of an object, a list of objects, or a deleted object."""
    kind = body["object"]
    if body.get("deleted"):
        return [f"{path or kind}.{name}" for name in body.keys() ^ {"id", "object", "deleted"}]
    if kind == "list":
        odd = [f"{path}.{name}" for name in body.keys() ^ LIST]
        return odd + [flaw for item in body["data"] for flaw in flaws(item, f"{path}.data")]
    return _of_class(body, CLASSES[kind], path or kind) + [
        f"{path or kind}.{name} is missing" for name in _lacking(body)
    ]


def _lacking(body: dict[str, Any]) -> set[str]:
    """Fields of Stripe's example that are missing."""
    kind = body["object"]
    return (examples()[kind].keys() & fields(CLASSES[kind]).keys()) - INCLUDABLE.get(kind, set()) - body.keys()


def _of_class(body: dict[str, Any], shape: type, path: str) -> list[str]:
    known = fields(shape)
    found = [f"{path}.{name} is unknown" for name in body if name not in known]
    found += [f"{path}.{name} is missing" for name, hint in known.items() if name not in body and _must_be(hint)]
    return found + [
        flaw for name in body if name in known for flaw in _judged(body[name], known[name], f"{path}.{name}")
    ]


def _must_be(hint: Any) -> bool:
    return type(None) not in alternatives(hint)


def _judged(value: Any, hint: Any, path: str) -> list[str]:
    options = alternatives(hint)
    if value is None:
        return [] if type(None) in options else [f"{path} is null"]
    if isinstance(value, dict):
        return _object(value, options, path)
    if isinstance(value, list):
        inner = [get_args(option)[0] for option in options if get_origin(option) is list]
        return [flaw for item in value for flaw in _judged(item, inner[0], path)] if inner else [f"{path} is a list"]
    return [] if any(_fits(value, option, options) for option in options) else [f"{path} is {value!r}"]


def _object(value: dict[str, Any], options: list[Any], path: str) -> list[str]:
    shapes = [get_origin(option) or option for option in options]
    if ListObject in shapes:
        return flaws(value, path)
    for shape in shapes:
        if shape in {UntypedStripeObject, dict, Any}:
            return []
        if isinstance(shape, type) and issubclass(shape, StripeObject):
            return flaws(value, path) if shape in CLASSES.values() else _of_class(value, shape, path)
    return [f"{path} is an object"]


def _fits(value: Any, option: Any, options: list[Any]) -> bool:
    if get_origin(option) is Literal:
        return value in get_args(option)
    if option is str:
        return isinstance(value, str) and not choices(options)
    if option is decimal.Decimal:
        return isinstance(value, str) and decimal.Decimal(value).is_finite()
    if option in {int, float}:
        return isinstance(value, int | option) and not isinstance(value, bool)
    return option is Any or (option is bool and isinstance(value, bool))
