"""Lazy loading of the commands' modules: a module is imported when one of its commands runs, so that rendering does
not load a messenger's library.
"""

import gc
import importlib
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

import typer
from typer.core import TyperGroup

COMMANDS_BY_MODULE: Final = {
    "up": ("up",),
    "telegram": ("telegram",),
    "web": ("web",),
    "worker": ("worker",),
    "whatsapp": ("whatsapp",),
    "render": ("sketch", "caption", "transcribe", "render"),
    "probe": ("probe", "styles"),
    "maintenance": ("migrate", "doctor"),
    "backup": ("backup", "restore"),
    "rotate_key": ("rotate-key",),
    "stripe": ("stripe",),
}


class LazyCommands(Mapping[str, Any]):
    """Commands by name, loaded on access."""

    def __getitem__(self, name: str) -> Any:
        for module, names in COMMANDS_BY_MODULE.items():
            if name in names:
                return _load_commands(module)[name]
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return (name for names in COMMANDS_BY_MODULE.values() for name in names)

    def __len__(self) -> int:
        return sum(map(len, COMMANDS_BY_MODULE.values()))


class LazyGroup(TyperGroup):
    """Root command group of the parser."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = LazyCommands()  # type: ignore[assignment]


@cache
def _load_commands(module: str) -> Mapping[str, Any]:
    typer_app = typer.Typer(rich_markup_mode=None)
    _import_module(f"bots.cli.{module}").register(typer_app)
    commands: Mapping[str, Any] = typer.main.get_group(typer_app).commands
    return commands


def _import_module(name: str) -> Any:
    """The imported module. What it loads stays for good, so it is frozen out of garbage collection, which saves a
    fifth of the time.
    """
    if name not in sys.modules:
        gc.disable()
        try:
            importlib.import_module(name)
        finally:
            gc.freeze()
            gc.enable()
    return sys.modules[name]
