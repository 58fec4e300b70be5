"""Which module has which command. It is loaded when one of its commands is asked for: a film waits for no messenger."""

import gc
import importlib
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

import typer
from typer.core import TyperGroup

MODULES: Final = {
    "serving": ("up", "telegram", "web", "worker"),
    "numbers": ("whatsapp",),
    "making": ("sketch", "caption", "transcribe"),
    "asking": ("probe", "styles"),
    "upkeep": ("migrate", "doctor"),
    "keeping": ("backup", "restore"),
    "selling": ("stripe",),
}


class Commands(Mapping[str, Any]):
    """The commands of the parser, by their names."""

    def __getitem__(self, name: str) -> Any:
        for module, names in MODULES.items():
            if name in names:
                return _commands(module)[name]
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return (name for names in MODULES.values() for name in names)

    def __len__(self) -> int:
        return sum(map(len, MODULES.values()))


class Group(TyperGroup):
    """The parser's group of all commands."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = Commands()  # type: ignore[assignment]


@cache
def _commands(module: str) -> Mapping[str, Any]:
    shelf = typer.Typer(rich_markup_mode=None)
    _loaded(f"bots.cli.{module}").register(shelf)
    found: Mapping[str, Any] = typer.main.get_group(shelf).commands
    return found


def _loaded(name: str) -> Any:
    """The module. All that comes with it stays, so garbage is not looked for in it: a fifth of the time."""
    if name not in sys.modules:
        gc.disable()
        try:
            importlib.import_module(name)
        finally:
            gc.freeze()
            gc.enable()
    return sys.modules[name]
