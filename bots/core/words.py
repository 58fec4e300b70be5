"""Plain words: the names commands go by besides their own, and the wish to hear nothing more."""

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
    """A text without capitals, accents, signs and emoji, one space between words."""
    letters = (each for each in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(each))
    return " ".join(re.findall(r"[^\W_]+", "".join(letters)))


def command(text: str) -> tuple[str, str]:
    """The command a text asks for, and what it is about. The name may be none there is."""
    if name := _names("alone").get(plain(text)):
        return name, ""
    first, _, arguments = text.removeprefix("/").partition(" ")
    return _names("leading").get(plain(first), first.lower()), arguments.strip()


def is_opt_out(text: str) -> bool:
    return plain(text) in words().opt_out["words"]


@cache
def words() -> Words:
    """The table the package ships with."""
    return Words.model_validate(tomllib.loads(files("bots.core").joinpath("words.toml").read_text("utf-8")))


@cache
def _names(table: str) -> dict[str, str]:
    """Commands by the words of one table."""
    found: dict[str, tuple[str, ...]] = getattr(words(), table)
    return {word: name for name, theirs in found.items() for word in theirs}
