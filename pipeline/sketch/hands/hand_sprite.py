"""Sprite of a hand at the size of a film, made from a view of the hand."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from models.jobs.hands import Hand
from pipeline.media.rectangle import Rectangle
from pipeline.sketch.hands.view import SLEEVE_LENGTH, View, render_view
from pipeline.sketch.painting.sprite import Sprite
from pipeline.sketch.planes import NEUTRAL_CHROMA, YuvPlanes, luma_of
from pipeline.sketch.types import Array, Image

_SIZE = 0.0027  # units of the film a millimetre
_PITCH = 1.3  # size of a pixel of the view, in pixels of the film
_FINEST_PITCH, _COARSEST_PITCH = 0.26, 0.65  # bounds of it, in millimetres
_REPEATED = 0.55  # share of the sleeve that is repeated to make it longer
_MARGIN = 72.0  # millimetres that may be left of and above the tip
_ARM_MARGIN = 200.0  # millimetres of the arm beyond the film
_HALVING = np.array(
    [[2, 0, 0.5], [0, 2, 0.5], [0, 0, 1]]
)  # from pixels of a plane of half the size to those of a full one


@dataclass(frozen=True, slots=True)
class _Layers:
    """Premultiplied planes and opacity of the hand over its shadow, in full and half size; 0 to 255."""

    full: tuple[Array, Array]  # luma, opacity
    half: tuple[Array, Array, Array]  # blue and red difference, opacity

    def change(self, change_full: Callable[[Array], Array], change_half: Callable[[Array], Array]) -> "_Layers":
        luma, opacity = (change_full(layer) for layer in self.full)
        u, v, half_opacity = (change_half(layer) for layer in self.half)
        return _Layers((luma, opacity), (u, v, half_opacity))


def render_hand(hand: Hand, unit: float, size: tuple[int, int], tool: str = "marker") -> Sprite:
    """Render a hand whose sleeve reaches the edge of a film of `size` (width, height) wherever the tip is.

    `unit` is the film's reference length in pixels; `tool` is a name of `tools.toml`.
    """
    scale = _SIZE * unit
    view = render_view(hand, tool, min(max(_FINEST_PITCH, _PITCH / scale), _COARSEST_PITCH))
    layers = _extend_sleeve(_to_layers(view), view, _measure_reach(size, scale, view.turn))
    margin = 2 * round(_MARGIN * scale / 2)
    width, height = (2 * (side // 2) + margin for side in size)
    forward = _find_matrix(view, scale, margin)
    halved = np.linalg.inv(_HALVING) @ forward @ _HALVING
    placed = layers.change(
        lambda layer: _place_layer(layer, forward, (width, height)),
        lambda layer: _place_layer(layer, halved, (width // 2, height // 2)),
    )
    area = _find_content(placed.full[1])
    cropped = placed.change(lambda layer: layer[area.to_slices(1)], lambda layer: layer[area.to_slices(2)])
    return _to_sprite(cropped, (margin - area.left, margin - area.top), is_left=hand.left)


def _measure_reach(size: tuple[int, int], scale: float, turn: float) -> float:
    """Millimetres along the arm from the tip to beyond the film, with the tip in the farthest corner."""
    across, down = (side / scale for side in size)
    return float(min(across / np.sin(turn), down / np.cos(turn))) + _ARM_MARGIN


def _to_layers(view: View) -> _Layers:
    planes = YuvPlanes.from_rgb(view.colour)
    total = view.opacity + view.shadow * (1 - view.opacity)
    half_size = planes.u.shape[::-1]
    half, half_total = (cv2.resize(part, half_size, interpolation=cv2.INTER_AREA) for part in (view.opacity, total))
    luma = planes.y * view.opacity + luma_of(0) * (total - view.opacity)
    u, v = (plane * half + NEUTRAL_CHROMA * (half_total - half) for plane in planes.chroma)
    return _Layers((luma, 255 * total), (u, v, 255 * half_total))


def _extend_sleeve(layers: _Layers, view: View, reach: float) -> _Layers:
    """Repeat the end of the sleeve, each time mirrored, until it is `reach` millimetres from the tip."""
    rows = int(_REPEATED * SLEEVE_LENGTH / view.grid.pitch) // 2
    missing = (reach - view.grid.rows * view.grid.pitch) / view.grid.pitch
    times = max(0, int(np.ceil(missing / rows / 2)))
    return layers.change(
        lambda layer: _repeat_end(layer, 2 * rows, times), lambda layer: _repeat_end(layer, rows, times)
    )


def _repeat_end(layer: Array, rows: int, times: int) -> Array:
    end = layer[-rows:]
    return np.concatenate([layer, *(end[::-1] if turn % 2 == 0 else end for turn in range(times))])


def _find_matrix(view: View, scale: float, margin: float) -> Array:
    """Matrix from pixels of the view to pixels of the sprite, in which the tip is `margin` pixels from the corner."""
    grid = view.grid
    to_millimetres = np.array([[grid.pitch, 0, grid.left], [0, grid.pitch, grid.top], [0, 0, 1]])
    cosine, sine = scale * np.cos(view.turn), scale * np.sin(view.turn)
    to_sprite = np.array([[cosine, sine, margin], [-sine, cosine, margin], [0, 0, 1]])
    transform: Array = to_sprite @ to_millimetres
    return transform


def _place_layer(layer: Array, matrix: Array, size: tuple[int, int]) -> Image:
    pixels = np.clip(np.rint(layer), 0, 255).astype(np.uint8)
    return cv2.warpAffine(pixels, matrix[:2], size, flags=cv2.INTER_LINEAR)


def _find_content(opacity: Image) -> Rectangle:
    """The part of the sprite that is not empty."""
    (left, right), (top, bottom) = (np.flatnonzero(opacity.max(axis=axis))[[0, -1]] for axis in (0, 1))
    return Rectangle(*(int(side) // 2 * 2 for side in (left, top, right + 2, bottom + 2)))


def _to_sprite(layers: _Layers, tip: tuple[int, int], *, is_left: bool) -> Sprite:
    if is_left:
        layers = layers.change(lambda layer: layer[:, ::-1], lambda layer: layer[:, ::-1])
        tip = (layers.full[1].shape[1] - 1 - tip[0], tip[1])
    (luma, opacity), (u, v, half_opacity) = (
        [np.ascontiguousarray(layer) for layer in part] for part in (layers.full, layers.half)
    )
    return Sprite(YuvPlanes(luma, u, v), 255 - opacity, 255 - half_opacity, tip)
