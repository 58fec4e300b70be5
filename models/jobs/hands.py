"""Drawing hands, read from `hands.toml`, and the tools they may hold."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

NO_HAND = "none"
_LEFT_SUFFIX = "-left"

RgbColour = tuple[int, int, int]
DrawingTool = Literal["auto", "marker", "pencil", "chalk", "brush"]  # auto: what suits the finish and the board


class Hand(BaseModel):
    """A drawing hand: the colours of its skin, nails and sleeve (RGB, 0 to 255), and whether it is a left hand."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    skin: RgbColour
    nail: RgbColour
    sleeve: RgbColour
    left: bool


@cache
def _load_table() -> dict[str, Any]:
    return tomllib.loads(files("models.jobs").joinpath("hands.toml").read_text())


DEFAULT_HAND: str = _load_table()["default"]


@cache
def load_hands() -> dict[str, Hand]:
    """The bundled hands by name, the right ones first."""
    tones = _load_table()["tones"]
    sides = ((suffix, bool(suffix)) for suffix in ("", _LEFT_SUFFIX))
    return {
        f"{tone}{suffix}": Hand(name=f"{tone}{suffix}", left=is_left, **colours)
        for suffix, is_left in sides
        for tone, colours in tones.items()
    }


@cache
def load_renamed_hands() -> dict[str, str]:
    """The present names of hands by those they had before."""
    return {str(before): str(now) for before, now in _load_table()["renamed"].items()}


def resolve_hand(name: str) -> str:
    """The present name of a hand, or `none`; the default one for a name that is unknown."""
    present = load_renamed_hands().get(name, name)
    return present if present == NO_HAND or present in load_hands() else DEFAULT_HAND


def get_hand(name: str) -> Hand | None:
    """A hand by a name of today; None for `none`. Raises KeyError for an unknown name."""
    return None if name == NO_HAND else load_hands()[name]
