"""View of a hand with tool and sleeve, lit by a lamp: colours, coverage, and the shadow on the board."""

from dataclasses import dataclass

import cv2
import numpy as np

from models.jobs.hands import Hand, RgbColour
from pipeline.sketch.hands import lighting
from pipeline.sketch.hands.distance_field import Grid
from pipeline.sketch.hands.lighting import Relief
from pipeline.sketch.hands.pose import Pose, load_pose
from pipeline.sketch.hands.skin import SkinPainter
from pipeline.sketch.hands.sleeve import CUFF, build_sleeve
from pipeline.sketch.hands.sphere_tracing import Surface, trace
from pipeline.sketch.hands.tools import Tool, load_tools
from pipeline.sketch.types import Array, Image, Mask

_LAMP = np.array((-0.45, -0.6, 0.66))  # direction of the lamp on the film
_LEFT, _TOP, _RIGHT = 80.0, 60.0, 120.0  # millimetres of the view left of, above and right of the tip
SLEEVE_LENGTH = 110.0  # millimetres of the sleeve in the view
_HAND_THICKNESS = 34.0
_GAMMA = 2.2
_SKIN_GLOSS, _NAIL_GLOSS = 0.055, 0.24
_SCATTER_RADII = (1.7, 0.8, 0.45)  # millimetres that red, green and blue light goes under the skin
_SCATTERED = 0.65  # share of such light
_SHADOW_ALPHA, _OCCLUSION_ALPHA = 0.3, 0.3


@dataclass(frozen=True, slots=True)
class View:
    """A picture of the hand, sRGB 0 to 255, its opacity and that of its shadow on the board, 0 to 1."""

    grid: Grid
    colour: Image
    opacity: Array
    shadow: Array
    turn: float


@dataclass(frozen=True, slots=True)
class _Scene:
    """What is seen, with masks of its materials."""

    grid: Grid
    surface: Surface
    skin: Mask
    tool: Mask
    sleeve: Mask

    @property
    def points(self) -> Array:
        """Coordinates of what is seen (3 x rows x columns)."""
        return np.stack(np.broadcast_arrays(self.grid.x, self.grid.y, self.surface.height)).astype(np.float32)


def render_view(hand: Hand, tool_name: str, pitch: float) -> View:
    """Render a hand that holds a tool; `pitch` is millimetres a pixel."""
    tool = load_tools().tools[tool_name]
    pose = load_pose(tool.pose, tool.radius, tool.shift)
    scene = _view_scene(pose, tool, pitch)
    lamp = _rotate_lamp(pose.turn)
    relief = Relief(
        np.where(scene.surface.hit, scene.surface.height, np.float32(-99)),
        np.where(scene.tool, np.float32(tool.thickness), np.float32(_HAND_THICKNESS)),
        pitch,
    )
    colour = _paint(scene, hand, tool, pose, relief, lamp)
    opacity = scene.surface.hit.astype(np.float32)
    return View(scene.grid, *_smooth_edges(colour, opacity), _find_board_shadow(relief, lamp), pose.turn)


def _view_scene(pose: Pose, tool: Tool, pitch: float) -> _Scene:
    height = _TOP + float(pose.wrist[1]) + CUFF + SLEEVE_LENGTH
    rows, columns = (2 * int(np.ceil(side / pitch / 2)) for side in (height, _LEFT + _RIGHT))
    grid = Grid(-_LEFT, -_TOP, pitch, rows, columns)
    seen = trace([*pose.bodies, *tool.build_bodies(pose.tool_axis)], grid)
    sleeve = build_sleeve(grid, pose.wrist)
    covered = sleeve.hit & ~(seen.hit & (seen.height > sleeve.height))
    surface = Surface(
        seen.hit | covered,
        np.where(covered, sleeve.height, seen.height),
        np.where(covered, sleeve.normal, seen.normal),
        seen.body,
    )
    is_hand = seen.hit & ~covered & (seen.body < len(pose.bodies))
    return _Scene(grid, surface, is_hand, seen.hit & ~covered & ~is_hand, covered)


def _rotate_lamp(turn: float) -> Array:
    """Direction of the lamp in a view that is turned back by an angle."""
    cosine, sine = np.cos(turn), np.sin(turn)
    turned = np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]]) @ _LAMP
    unit: Array = (turned / np.linalg.norm(turned)).astype(np.float32)
    return unit


def _paint(scene: _Scene, hand: Hand, tool: Tool, pose: Pose, relief: Relief, lamp: Array) -> Image:
    points = scene.points
    painter = SkinPainter(pose, points, scene.grid)
    bump = np.where(scene.skin, painter.bump, 0).astype(np.float32)
    normal = lighting.apply_bump(scene.surface.normal, bump, scene.grid.pitch)
    shadow, open_share = _find_shade(relief, lamp)
    light = lighting.compute_light(normal, lamp, shadow, open_share)
    radii = tuple(radius / scene.grid.pitch for radius in _SCATTER_RADII)
    scattered = lighting.spread_light(light, scene.skin.astype(np.float32), radii)  # type: ignore[arg-type]
    light = np.where(scene.skin, light + _SCATTERED * (scattered - light), light)
    materials, gloss = _paint_tool(scene, tool, pose, points)
    colour = np.where(scene.skin, painter.paint(_to_linear(hand.skin), _to_linear(hand.nail)), materials)
    colour = np.where(scene.sleeve, _to_linear(hand.sleeve)[:, None, None], colour)
    lamp_share = 1 - shadow
    mirrored = lighting.find_gloss(normal, lamp, 14) * _SKIN_GLOSS * scene.skin
    mirrored += lighting.find_gloss(normal, lamp, 60) * (_NAIL_GLOSS * painter.nail * scene.skin + gloss * scene.tool)
    return _to_srgb(colour * light + mirrored * lamp_share)


def _paint_tool(scene: _Scene, tool: Tool, pose: Pose, points: Array) -> tuple[Array, Array]:
    """Colour and gloss of each pixel as if it were one of the tool."""
    distance = np.tensordot(pose.tool_axis.astype(np.float32), points, 1)
    numbers = tool.find_materials(distance, np.maximum(scene.surface.body - len(pose.bodies), 0))
    colours = np.stack([_to_linear(material.colour) for material in tool.materials])
    gloss, grain = (np.array([getattr(each, name) for each in tool.materials]) for name in ("gloss", "grain"))
    noise = np.random.default_rng(0).standard_normal(numbers.shape, np.float32)
    varied = 1 + grain[numbers] * cv2.GaussianBlur(noise, (0, 0), 0.8) * 2
    return (colours[numbers] * varied[..., None]).transpose(2, 0, 1), gloss[numbers]


def _find_shade(relief: Relief, lamp: Array) -> tuple[Array, Array]:
    """Shadow and open share of the surface, found at half the size."""
    half = _halve(relief)
    height = np.maximum(half.height, 0)
    size = relief.height.shape[::-1]
    shadow = lighting.find_shadow(half, lamp, height + np.float32(0.5))
    return cv2.resize(shadow, size), cv2.resize(lighting.find_occlusion(half, height), size)


def _find_board_shadow(relief: Relief, lamp: Array) -> Array:
    """Opacity of the shadow on the board."""
    half = _halve(relief)
    board = np.zeros_like(half.height)
    shadow = cv2.GaussianBlur(lighting.find_shadow(half, lamp, board), (0, 0), 1.2 / half.pitch)
    opacity = _SHADOW_ALPHA * shadow + _OCCLUSION_ALPHA * (1 - lighting.find_occlusion(half, board))
    return cv2.resize(opacity, relief.height.shape[::-1])


def _halve(relief: Relief) -> Relief:
    height, thickness = (
        cv2.resize(part, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_NEAREST)
        for part in (relief.height, relief.thickness)
    )
    return Relief(height, thickness, 2 * relief.pitch)


def _smooth_edges(colour: Image, opacity: Array) -> tuple[Image, Array]:
    """Continue the colours a little beyond the edges, and make the edges one pixel soft."""
    weight = cv2.GaussianBlur(opacity, (0, 0), 1.0)
    around = cv2.GaussianBlur(colour * opacity[..., None], (0, 0), 1.0) / np.maximum(weight, 1e-3)[..., None]
    extended = np.where(opacity[..., None] > 0, colour, around)
    return np.clip(extended, 0, 255).astype(np.uint8), cv2.GaussianBlur(opacity, (0, 0), 0.6)


def _to_linear(colour: RgbColour) -> Array:
    return (np.array(colour, np.float32) / 255) ** np.float32(_GAMMA)


def _to_srgb(light: Array) -> Image:
    """Linear light (3 x rows x columns) as sRGB (rows x columns x 3)."""
    table = (255 * np.linspace(0, 1, 1025) ** (1 / _GAMMA)).round().astype(np.uint8)
    return table[(np.clip(light, 0, 1) * 1024).astype(np.int32).transpose(1, 2, 0)]
