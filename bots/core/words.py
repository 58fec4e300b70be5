"""Plain-text aliases of commands, and the words of an opt-out request."""

import re
import tomllib
import unicodedata
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict


class Words(BaseModel):
    """The table of `words.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    alone: dict[str, tuple[str, ...]]
    leading: dict[str, tuple[str, ...]]
    opt_out: dict[str, tuple[str, ...]]


def plain(text: str) -> str:
    """Normalize a text: without capitals, accents, punctuation and emoji, with one space between words."""
    letters = (each for each in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(each))
    return " ".join(re.findall(r"[^\W_]+", "".join(letters)))


def command(text: str) -> tuple[str, str]:
    """Parse a text into the name of a command and its arguments. The name may be unknown."""
    if name := _names("alone").get(plain(text)):
        return name, ""
    first, _, arguments = text.removeprefix("/").partition(" ")
    return _names("leading").get(plain(first), first.lower()), arguments.strip()


def is_opt_out(text: str) -> bool:
    return plain(text) in words().opt_out["words"]


@cache
def words() -> Words:
    """Load the table shipped with the package."""
    return Words.model_validate(tomllib.loads(files("bots.core").joinpath("words.toml").read_text("utf-8")))


@cache
def _names(table: str) -> dict[str, str]:
    """Map the aliases of one table to command names."""
    found: dict[str, tuple[str, ...]] = getattr(words(), table)
    return {word: name for name, theirs in found.items() for word in theirs}
