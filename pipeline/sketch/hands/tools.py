"""What a hand holds, read from `tools.toml`: its shape along an axis, or its blocks, and their materials."""

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import numpy as np
from pydantic import BaseModel, ConfigDict

from models.jobs.boards import load_boards
from models.jobs.hands import RgbColour
from models.jobs.options import SketchOptions
from pipeline.sketch.hands.distance_field import Block, Body, Cone
from pipeline.sketch.types import Array

DEFAULT_TOOL = "marker"
_PART_BLEND = 0.3  # millimetres in which the parts of a tool flow into each other


class Material(BaseModel):
    """Colour of a part, the share of the lamp that it mirrors, and how much its colour varies."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    colour: RgbColour
    gloss: float
    grain: float = 0


class ToolPart(Material):
    """A piece of the tool between two distances from its tip, with its radii there; millimetres."""

    span: tuple[float, float]
    radii: tuple[float, float]


class ToolBlock(Material):
    """A box between two corners, with rounded edges; millimetres."""

    low: tuple[float, float, float]
    high: tuple[float, float, float]
    rounding: float


class Tool(BaseModel):
    """A tool, the pose of the hand that holds it, its radius there, and how far from the usual place it is held."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pose: str
    radius: float
    shift: float
    parts: tuple[ToolPart, ...] = ()
    blocks: tuple[ToolBlock, ...] = ()

    @property
    def materials(self) -> Sequence[Material]:
        return (*self.parts, *self.blocks)

    @property
    def thickness(self) -> float:
        """Millimetres of it that light has to pass."""
        return 2 * self.radius

    def build_bodies(self, axis: Array) -> list[Body]:
        """Its body along a unit vector, or one for each block."""
        cones = tuple(Cone(part.span[0] * axis, part.span[1] * axis, *part.radii, _PART_BLEND) for part in self.parts)
        blocks = [Body((_build_block(block),), _PART_BLEND) for block in self.blocks]
        return [Body(cones, _PART_BLEND), *blocks] if cones else blocks

    def find_materials(self, distance: Array, body: Array) -> Array:
        """Number of the material of points: by their distance from the tip along the axis, or their block.

        Where a part begins the number lies between those of two parts, so that no stairs are seen.
        """
        if not self.parts:
            return body.astype(np.float32)
        starts = np.array([part.span[0] for part in self.parts[1:]])
        bounds = np.stack([starts - _PART_BLEND, starts + _PART_BLEND], axis=1).ravel()
        numbers: Array = np.interp(distance, bounds, np.repeat(np.arange(len(self.parts)), 2)[1:-1])
        return numbers.astype(np.float32)


class AutomaticTools(BaseModel):
    """The tools that suit dark boards, and finishes by name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dark_board: str
    finishes: dict[str, str]


class ToolTable(BaseModel):
    """The file of the tools."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    automatic: AutomaticTools
    tools: dict[str, Tool]


@cache
def load_tools() -> ToolTable:
    """The bundled tools."""
    return ToolTable.model_validate(tomllib.loads(files(__package__).joinpath("tools.toml").read_text()))


def choose_tool(options: SketchOptions, *, is_board_dark: bool = False) -> str:
    """Name of the tool that draws: the one that was chosen, or else the one that suits board and finish.

    `is_board_dark` says that the board is a dark one for its picture's sake.
    """
    if options.tool != "auto":
        return options.tool
    automatic = load_tools().automatic
    is_dark = is_board_dark or load_boards()[options.board].is_dark
    return automatic.dark_board if is_dark else automatic.finishes.get(options.finish, DEFAULT_TOOL)


def _build_block(block: ToolBlock) -> Block:
    low, high = np.array(block.low), np.array(block.high)
    return Block((low + high) / 2, np.eye(3), (high - low) / 2 - block.rounding, block.rounding, _PART_BLEND)
