"""Validation of the fake's responses against the SDK: unknown fields, unexpected values, missing fields."""

import decimal
from typing import Any, Literal, get_args, get_origin

from fakes.stripe_api.annotations import field_hints_of, list_alternatives, list_choices
from fakes.stripe_api.objects import CLASS_BY_KIND, EXPANDABLE_FIELDS, load_examples
from stripe import ListObject, StripeObject
from stripe._stripe_object import UntypedStripeObject

LIST_FIELDS = {"object", "data", "has_more", "url"}


def find_flaws(body: Any, path: str = "") -> list[str]:
    """The flaws of an object, a list of objects, or a deleted object."""
    kind = body["object"]
    if body.get("deleted"):
        return [f"{path or kind}.{name}" for name in body.keys() ^ {"id", "object", "deleted"}]
    if kind == "list":
        odd = [f"{path}.{name}" for name in body.keys() ^ LIST_FIELDS]
        return odd + [flaw for item in body["data"] for flaw in find_flaws(item, f"{path}.data")]
    return _check_fields(body, CLASS_BY_KIND[kind], path or kind) + [
        f"{path or kind}.{name} is missing" for name in _find_missing(body)
    ]


def _find_missing(body: dict[str, Any]) -> set[str]:
    """Fields of Stripe's example that are missing."""
    kind = body["object"]
    return (
        (load_examples()[kind].keys() & field_hints_of(CLASS_BY_KIND[kind]).keys())
        - EXPANDABLE_FIELDS.get(kind, set())
        - body.keys()
    )


def _check_fields(body: dict[str, Any], shape: type, path: str) -> list[str]:
    known = field_hints_of(shape)
    found = [f"{path}.{name} is unknown" for name in body if name not in known]
    found += [f"{path}.{name} is missing" for name, hint in known.items() if name not in body and _is_required(hint)]
    return found + [
        flaw for name in body if name in known for flaw in _check_value(body[name], known[name], f"{path}.{name}")
    ]


def _is_required(hint: Any) -> bool:
    return type(None) not in list_alternatives(hint)


def _check_value(value: Any, hint: Any, path: str) -> list[str]:
    options = list_alternatives(hint)
    if value is None:
        return [] if type(None) in options else [f"{path} is null"]
    if isinstance(value, dict):
        return _check_nested(value, options, path)
    if isinstance(value, list):
        inner = [get_args(option)[0] for option in options if get_origin(option) is list]
        return (
            [flaw for item in value for flaw in _check_value(item, inner[0], path)] if inner else [f"{path} is a list"]
        )
    return [] if any(_is_valid(value, option, options) for option in options) else [f"{path} is {value!r}"]


def _check_nested(value: dict[str, Any], options: list[Any], path: str) -> list[str]:
    shapes = [get_origin(option) or option for option in options]
    if ListObject in shapes:
        return find_flaws(value, path)
    for shape in shapes:
        if shape in {UntypedStripeObject, dict, Any}:
            return []
        if isinstance(shape, type) and issubclass(shape, StripeObject):
            return find_flaws(value, path) if shape in CLASS_BY_KIND.values() else _check_fields(value, shape, path)
    return [f"{path} is an object"]


def _is_valid(value: Any, option: Any, options: list[Any]) -> bool:
    if get_origin(option) is Literal:
        return value in get_args(option)
    if option is str:
        return isinstance(value, str) and not list_choices(options)
    if option is decimal.Decimal:
        return isinstance(value, str) and decimal.Decimal(value).is_finite()
    if option in {int, float}:
        return isinstance(value, int | option) and not isinstance(value, bool)
    return option is Any or (option is bool and isinstance(value, bool))
