"""Plug-ins: what installed packages add to the product by entry points."""

from collections.abc import Iterator
from importlib.metadata import entry_points
from typing import TypeVar

from models.errors import ConfigError

T = TypeVar("T")


def load_plugins(group: str, offered: type[T]) -> Iterator[T]:
    """The objects that installed packages offer in a group of entry points, by name.

    Raises ConfigError for an object that cannot be imported, or is of another type than `offered`.
    """
    for entry_point in sorted(entry_points(group=group), key=lambda each: each.name):
        try:
            plugin = entry_point.load()
        except (ImportError, AttributeError) as error:
            raise ConfigError(f"the plug-in {entry_point.name!r} cannot be loaded: {error}") from error
        if not isinstance(plugin, offered):
            raise ConfigError(f"the plug-in {entry_point.name!r} is no {offered.__name__}: {entry_point.value}")
        yield plugin
