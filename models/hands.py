"""The hands of `hands.toml`, as values."""

import tomllib
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

NO_HAND = "none"

Colour = tuple[int, int, int]


class Hand(BaseModel):
    """A hand that draws: the colours of its skin, pen and sleeve (RGB, 0 to 255), and whether it is a left one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    skin: Colour
    pen: Colour
    sleeve: Colour
    left: bool


@cache
def hands() -> dict[str, Hand]:
    """The hands the package ships with, by name, the default first."""
    table = tomllib.loads(files("models").joinpath("hands.toml").read_text())
    return {name: Hand(name=name, **values) for name, values in table.items()}


def hand(name: str) -> Hand | None:
    """The hand of this name; None for `none`. Raises KeyError for a name there is not."""
    return None if name == NO_HAND else hands()[name]
