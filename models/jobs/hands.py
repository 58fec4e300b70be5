"""Drawing hands, read from `hands.toml`."""

import tomllib
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

NO_HAND = "none"

RgbColour = tuple[int, int, int]


class Hand(BaseModel):
    """A drawing hand: the colours of its skin, nails and sleeve (RGB, 0 to 255), and whether it is a left hand."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    skin: RgbColour
    nail: RgbColour
    sleeve: RgbColour
    left: bool


@cache
def load_hands() -> dict[str, Hand]:
    """The bundled hands by name, the default first."""
    table = tomllib.loads(files("models.jobs").joinpath("hands.toml").read_text())
    return {name: Hand(name=name, **values) for name, values in table.items()}


def get_hand(name: str) -> Hand | None:
    """A hand by name; None for `none`. Raises KeyError for an unknown name."""
    return None if name == NO_HAND else load_hands()[name]
