"""The SDK's type annotations as a schema: the fields of each class, and their allowed values."""

import collections.abc
import decimal
import functools
import importlib
import inspect
import sys
import types
import typing
from typing import Any, ForwardRef, Literal, Union, get_args, get_origin

import stripe

WRAPPERS = {"NotRequired", "Required"}
REQUEST_OPTIONS = {
    "api_key",
    "stripe_version",
    "stripe_account",
    "stripe_context",
    "max_network_retries",
    "idempotency_key",
}
REQUEST_OPTIONS |= {"content_type", "headers"}  # of a request, not of its body
# what the SDK imports for type checkers alone
NAMES: dict[str, Any] = {
    "Mapping": collections.abc.Mapping,
    "Any": Any,
    "Decimal": decimal.Decimal,
    "StripeContext": str,
    "UntypedStripeObject": dict,
}


def load_params_class(name: str) -> type:
    """`checkout.SessionCreateParams` of `stripe.params`."""
    module, _, leaf = f"stripe.params.{name}".rpartition(".")
    found: type = getattr(importlib.import_module(module), leaf)
    return found


@functools.cache
def parameter_hints_of(params: type) -> dict[str, Any]:
    """Type hints of a request's parameters, by name; optional ones are still wrapped in `NotRequired`."""
    hints = typing.get_type_hints(params, vars(sys.modules[params.__module__]), NAMES, include_extras=True)
    return {name: hint for name, hint in hints.items() if name not in REQUEST_OPTIONS}


@functools.cache
def field_hints_of(shape: type) -> dict[str, Any]:
    """Type hints of an object's fields, by name."""
    own = [inspect.get_annotations(cls) for cls in reversed(shape.__mro__) if cls.__module__ != "builtins"]
    merged = {name: hint for annotations in own for name, hint in annotations.items()}
    return {name: hint for name, hint in merged.items() if not name.startswith("_") and not is_class_variable(hint)}


def is_class_variable(hint: Any) -> bool:
    return get_origin(hint) is typing.ClassVar or str(hint).startswith("ClassVar")


def is_required(hint: Any) -> bool:
    return "NotRequired" not in str(get_origin(hint))


def list_alternatives(hint: Any) -> list[Any]:
    """The types a value may have: unions expanded, wrappers removed."""
    if isinstance(hint, str):
        hint = ForwardRef(hint)
    if isinstance(hint, ForwardRef):
        return [getattr(stripe, hint.__forward_arg__, Any)]
    if getattr(get_origin(hint), "_name", "") in WRAPPERS or get_origin(hint) in {Union, types.UnionType}:
        return [found for argument in get_args(hint) for found in list_alternatives(argument)]
    return [hint]


def list_choices(options: list[Any]) -> list[str]:
    """The values an enumeration allows; none for free text."""
    return [word for option in options if get_origin(option) is Literal for word in get_args(option) if word != ""]
