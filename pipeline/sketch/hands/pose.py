"""Pose of a hand around a tool, read from a TOML file: its bodies, and where nails, creases and redder skin are.

A pose is written as it is rendered, with the forearm pointing straight down, and turned by `turn` on the film.
"""

import tomllib
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
from pydantic import BaseModel, ConfigDict

from pipeline.sketch.hands.distance_field import Body, Cone
from pipeline.sketch.types import Array

_USUAL_RADIUS = 6.0  # of the tool in the pose as it is written, millimetres

Vector = tuple[float, float, float]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BodyTable(_Model):
    """Cones between joints with their radii at both."""

    name: str
    blend: float
    cone_blend: float
    cones: tuple[tuple[str, str, float, float], ...]


class NailTable(_Model):
    base: str
    tip: str
    back: Vector
    start: float
    end: float
    half_width: float


class CreaseTable(_Model):
    joint: str
    towards: str
    back: Vector
    offsets: tuple[float, ...]
    half_width: float
    depth: float


class BlushTable(_Model):
    joint: str
    radius: float


class PoseTable(_Model):
    """A file of a pose: millimetres, and degrees."""

    turn: float
    bounds: Vector
    tool_direction: Vector
    joints: dict[str, Vector]
    grips: dict[str, Vector]
    bodies: tuple[BodyTable, ...]
    nails: tuple[NailTable, ...]
    creases: tuple[CreaseTable, ...]
    blushes: tuple[BlushTable, ...]


@dataclass(frozen=True, slots=True)
class BoneFrame:
    """Origin and axes of a bone: along it, across it, and towards the back of the finger."""

    origin: Array
    along: Array
    across: Array
    back: Array


@dataclass(frozen=True, slots=True)
class Pose:
    """A posed hand. `wrist` is a point of the forearm's axis; `turn` is in radians, anticlockwise as seen;
    `bounds` are the left, top and right ends of what is seen with its shadow."""

    bodies: tuple[Body, ...]
    tool_axis: Array
    nails: tuple[tuple[BoneFrame, NailTable], ...]
    creases: tuple[tuple[BoneFrame, CreaseTable], ...]
    blushes: tuple[tuple[Array, float], ...]
    wrist: Array
    turn: float
    bounds: Array


def load_pose(name: str, tool_radius: float, shift: float) -> Pose:
    """Load a pose that holds a tool of a radius, `shift` millimetres further from the tip than usual."""
    table = PoseTable.model_validate(tomllib.loads(files(__package__).joinpath(f"{name}.toml").read_text()))
    joints = _place_joints(table, tool_radius, shift)
    return Pose(
        tuple(_build_body(body, joints) for body in table.bodies),
        _scale_to_unit(np.array(table.tool_direction)),
        tuple((_frame_for(joints, nail.base, nail.tip, nail.back), nail) for nail in table.nails),
        tuple((_frame_for(joints, crease.joint, crease.towards, crease.back), crease) for crease in table.creases),
        tuple((joints[blush.joint], blush.radius) for blush in table.blushes),
        (joints["wrist_inner"] + joints["wrist_outer"]) / 2,
        float(np.radians(table.turn)),
        (table.bounds + shift * _scale_to_unit(np.array(table.tool_direction))[[0, 1, 0]]),
    )


def _place_joints(table: PoseTable, tool_radius: float, shift: float) -> dict[str, Array]:
    moved = shift * _scale_to_unit(np.array(table.tool_direction))
    thicker = tool_radius - _USUAL_RADIUS
    grips = {name: thicker * np.array(away) for name, away in table.grips.items()}
    return {name: np.array(point) + moved + grips.get(name, 0.0) for name, point in table.joints.items()}


def _build_body(body: BodyTable, joints: dict[str, Array]) -> Body:
    cones = (
        Cone(joints[start], joints[end], start_radius, end_radius, body.cone_blend)
        for start, end, start_radius, end_radius in body.cones
    )
    return Body(tuple(cones), body.blend)


def _frame_for(joints: dict[str, Array], start: str, end: str, back: Vector) -> BoneFrame:
    along = _scale_to_unit(joints[end] - joints[start])
    upright = _scale_to_unit(np.array(back) - (np.array(back) @ along) * along)
    return BoneFrame(joints[start], along, np.cross(along, upright), upright)


def _scale_to_unit(vector: Array) -> Array:
    unit: Array = vector / np.linalg.norm(vector)
    return unit
