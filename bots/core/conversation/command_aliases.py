"""Plain-text aliases of commands, and the words of an opt-out request."""

import re
import tomllib
import unicodedata
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict


class CommandAliases(BaseModel):
    """The table of `words.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    alone: dict[str, tuple[str, ...]]
    leading: dict[str, tuple[str, ...]]
    opt_out: dict[str, tuple[str, ...]]


def normalize(text: str) -> str:
    """Normalize a text: without capitals, accents, punctuation and emoji, with one space between words."""
    letters = (each for each in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(each))
    return " ".join(re.findall(r"[^\W_]+", "".join(letters)))


def parse_command(text: str) -> tuple[str, str]:
    """Parse a text into the name of a command and its arguments. The name may be unknown."""
    if name := _index_aliases("alone").get(normalize(text)):
        return name, ""
    first, _, arguments = text.removeprefix("/").partition(" ")
    return _index_aliases("leading").get(normalize(first), first.lower()), arguments.strip()


def is_opt_out(text: str) -> bool:
    return normalize(text) in load_aliases().opt_out["words"]


@cache
def load_aliases() -> CommandAliases:
    """Load the table shipped with the package."""
    return CommandAliases.model_validate(
        tomllib.loads(files("bots.core.conversation").joinpath("command_aliases.toml").read_text("utf-8"))
    )


@cache
def _index_aliases(table: str) -> dict[str, str]:
    """Map the aliases of one table to command names."""
    found: dict[str, tuple[str, ...]] = getattr(load_aliases(), table)
    return {word: name for name, aliases in found.items() for word in aliases}
