"""Finishes of drawings, read from `finishes.toml`."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict

from models.jobs.boards import RgbLevels


class FinishStyle(BaseModel):
    """How a drawing ends: what its lines are filled with, and the tool it is filled with.

    `share` is the part of the drawing time for filling a whole picture. `min_width` and `max_width` bound the width of
    the tool's strokes, and `margin` is what is left free around a photograph, all in units of length of the engine.
    `ink` (RGB) and `line_grain` are those of lines on a light board, where they are not the board's own.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    fill: Literal["picture", "flat", "graphite"] | None = None
    share: float = 0.0
    min_width: float = 0.05
    max_width: float = 0.2
    margin: float = 0.0
    ink: RgbLevels | None = None
    line_grain: float = 0.0


@cache
def load_finishes() -> dict[str, FinishStyle]:
    """The finishes by name, the default first."""
    table = tomllib.loads(files("models.jobs").joinpath("finishes.toml").read_text())
    return {name: FinishStyle(**values) for name, values in table.items()}
