"""View of a hand with tool and sleeve, lit by a lamp: colours, coverage, and the shadow on the board."""

from dataclasses import dataclass

import cv2
import numpy as np

from models.jobs.hands import Hand, RgbColour
from pipeline.sketch.hands import lighting
from pipeline.sketch.hands.distance_field import Grid, Window
from pipeline.sketch.hands.lighting import Relief
from pipeline.sketch.hands.pose import Pose, load_pose
from pipeline.sketch.hands.skin import SkinPainter
from pipeline.sketch.hands.sleeve import CUFF, build_sleeve
from pipeline.sketch.hands.sphere_tracing import Surface, trace
from pipeline.sketch.hands.tools import Tool, load_tools
from pipeline.sketch.types import Array, Image, Mask

_LAMP = np.array((-0.45, -0.6, 0.66))  # direction of the lamp on the film
SLEEVE_LENGTH = 85.0  # millimetres of the sleeve in the view
_HAND_THICKNESS = 34.0
_GAMMA = 2.2
_SKIN_GLOSS, _NAIL_GLOSS = 0.055, 0.24
_SCATTER_RADII = (1.7, 0.8, 0.45)  # millimetres that red, green and blue light goes under the skin
_SCATTERED = 0.65  # share of such light
_FAINTEST = 0.05  # opacity of a shadow that is left out, as moving it would cost more than it shows
_EDGE_BLUR, _EDGE_SLOPE = 1.1, 1.6  # pixels, and how much sharper than blurred the outline is
_EDGE_WEIGHT = 0.4  # share of what is around a pixel of the outline that is seen: less than half, as points are thin
_STEP = 2.2  # millimetres between pixels that do not belong together
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

    def find_edges(self) -> Mask:
        """Pixels beside a step in height or another material."""
        height = np.where(self.surface.hit, self.surface.height, 0)
        steps = cv2.morphologyEx(height, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > _STEP
        materials = self.tool + 2 * self.sleeve.astype(np.uint8)
        return steps | (cv2.morphologyEx(materials, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0)


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
    return View(scene.grid, *_smooth_edges(colour, scene), _find_board_shadow(relief, lamp), pose.turn)


def _view_scene(pose: Pose, tool: Tool, pitch: float) -> _Scene:
    left, top, right = pose.bounds
    height = float(pose.wrist[1]) + CUFF + SLEEVE_LENGTH - top
    rows, columns = (2 * int(np.ceil(side / pitch / 2)) for side in (height, right - left))
    grid = Grid(left, top, pitch, rows, columns)
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
    colour = np.broadcast_to(_to_linear(hand.sleeve)[:, None, None], scene.surface.normal.shape).copy()
    normal, gloss = scene.surface.normal.copy(), np.zeros(scene.grid.shape, np.float32)
    skin = _paint_skin(scene, pose, hand, colour, normal, gloss)
    _paint_tool(scene, tool, pose, colour, gloss)
    shadow, open_share = _find_shade(relief, lamp)
    light = lighting.compute_light(normal, lamp, shadow, open_share)
    _spread_under_skin(light, scene)
    mirrored = lighting.find_gloss(normal[:, *skin], lamp, 14) * (_SKIN_GLOSS * scene.skin[skin])
    gloss *= lighting.find_gloss(normal, lamp, 60)
    gloss[skin] += mirrored
    return _to_srgb(colour * light + gloss * (1 - shadow))


def _paint_skin(scene: _Scene, pose: Pose, hand: Hand, colour: Array, normal: Array, gloss: Array) -> Window:
    """Paint skin and nails into the colours, tilt the normals by their relief, and return where they are."""
    window = _find_window(scene.skin)
    mask = scene.skin[window]
    painter = SkinPainter(pose, scene.points[:, *window], scene.grid.crop(window))
    bump = np.where(mask, painter.bump, 0).astype(np.float32)
    normal[:, *window] = lighting.apply_bump(normal[:, *window], bump, scene.grid.pitch)
    np.copyto(colour[:, *window], painter.paint(_to_linear(hand.skin), _to_linear(hand.nail)), where=mask)
    gloss[window] = _NAIL_GLOSS * painter.nail * mask
    return window


def _paint_tool(scene: _Scene, tool: Tool, pose: Pose, colour: Array, gloss: Array) -> None:
    """Paint the tool into the colours and the gloss."""
    window = _find_window(scene.tool)
    mask = scene.tool[window]
    distance = np.tensordot(pose.tool_axis.astype(np.float32), scene.points[:, *window], 1)
    numbers = tool.find_materials(distance, np.maximum(scene.surface.body[window] - len(pose.bodies), 0))
    properties = np.array([(*_to_linear(each.colour), each.gloss, each.grain) for each in tool.materials], np.float32)
    below = np.minimum(numbers.astype(np.intp), len(properties) - 1)
    above = np.minimum(below + 1, len(properties) - 1)
    mixed = properties[below] + (numbers - below)[..., None] * (properties[above] - properties[below])
    noise = np.random.default_rng(0).standard_normal(numbers.shape, np.float32)
    varied = 1 + mixed[..., 4] * cv2.GaussianBlur(noise, (0, 0), 0.8) * 2
    np.copyto(colour[:, *window], mixed[..., :3].transpose(2, 0, 1) * varied, where=mask)
    np.copyto(gloss[window], mixed[..., 3], where=mask)


def _spread_under_skin(light: Array, scene: _Scene) -> None:
    """Let light go under the skin, changing it in place."""
    window = _find_window(scene.skin)
    mask = scene.skin[window]
    red, green, blue = (radius / scene.grid.pitch for radius in _SCATTER_RADII)
    local = light[:, *window]
    spread = lighting.spread_light(local, mask.astype(np.float32), (red, green, blue))
    np.copyto(local, local + _SCATTERED * (spread - local), where=mask)


def _find_window(mask: Mask) -> Window:
    """Rows and columns around what is set, all if nothing is."""
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return slice(0, mask.shape[0]), slice(0, mask.shape[1])
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


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
    dimmed = np.maximum(_OCCLUSION_ALPHA * (1 - lighting.find_occlusion(half, board)) - _FAINTEST, 0)
    opacity = _SHADOW_ALPHA * shadow + dimmed
    return cv2.resize(opacity, relief.height.shape[::-1])


def _halve(relief: Relief) -> Relief:
    height, thickness = (
        cv2.resize(part, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_NEAREST)
        for part in (relief.height, relief.thickness)
    )
    return Relief(height, thickness, 2 * relief.pitch)


def _smooth_edges(colour: Image, scene: _Scene) -> tuple[Image, Array]:
    """Smooth the stairs of edges, between what is seen and the board and between what is seen."""
    hit = scene.surface.hit.astype(np.float32)
    weight = cv2.GaussianBlur(hit, (0, 0), _EDGE_BLUR)
    blurred = cv2.GaussianBlur(colour * hit[..., None], (0, 0), _EDGE_BLUR) / np.maximum(weight, 1e-3)[..., None]
    edges = scene.find_edges() | ~scene.surface.hit
    opacity = np.clip((weight - _EDGE_WEIGHT) * _EDGE_SLOPE + 0.5, 0, 1)
    return np.where(edges[..., None], np.clip(blurred, 0, 255), colour).astype(np.uint8), opacity


def _to_linear(colour: RgbColour) -> Array:
    return (np.array(colour, np.float32) / 255) ** np.float32(_GAMMA)


def _to_srgb(light: Array) -> Image:
    """Linear light (3 x rows x columns) as sRGB (rows x columns x 3)."""
    table = (255 * np.linspace(0, 1, 1025) ** (1 / _GAMMA)).round().astype(np.uint8)
    return table[(np.clip(light, 0, 1) * 1024).astype(np.int32).transpose(1, 2, 0)]
