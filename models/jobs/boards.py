"""Boards that drawings are made on, read from `boards.toml`."""

import tomllib
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

RgbLevels = tuple[int, int, int]

_MIDDLE_LEVEL = 128


class BoardStyle(BaseModel):
    """A board: its colour and that of a line on it (RGB, 0 to 255), and the texture of its surface.

    `grain`, `fibres` and `smudges` are levels; `line_grain` is the share of a line that the grain wears off; `margin`
    is what is left free around a photograph, in units of length of the engine.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    colour: RgbLevels
    ink: RgbLevels
    grain: float = 0.0
    fibres: float = 0.0
    smudges: float = 0.0
    line_grain: float = 0.0
    margin: float = 0.0

    @property
    def is_dark(self) -> bool:
        """Whether lines are light, as chalk is."""
        return sum(self.colour) < 3 * _MIDDLE_LEVEL


@cache
def load_boards() -> dict[str, BoardStyle]:
    """The boards by name, the default first."""
    table = tomllib.loads(files("models.jobs").joinpath("boards.toml").read_text())
    return {name: BoardStyle(**values) for name, values in table.items()}
