"""A picture on a board: opaque with a drawn edge, or as ink where the picture's own background is a board.

Ink on a light board multiplies its tone. On a dark board what is dark becomes chalk of the same hue, and white nothing.
"""

import cv2
import numpy as np

from pipeline.sketch.canvas import Placement
from pipeline.sketch.grounds import textures
from pipeline.sketch.planes import NEUTRAL_CHROMA, WHITE_LUMA, YuvPlanes, luma_of
from pipeline.sketch.types import Array, Image

_EDGE_DEPTH, _EDGE_SLANT = 0.022, -38.0  # units within which a photograph's edge lies, and degrees of its strokes
_EDGE_SHARPNESS = 0.0016  # units over which it fades
_BLACK_LUMA = 16


def compose_board(placement: Placement) -> YuvPlanes:
    """The whole board with the finished picture on it."""
    ground = placement.ground
    board = ground.copy_planes()
    picture = placement.picture
    area = placement.area
    if not placement.is_on_board:
        _paste(board, area, YuvPlanes.from_rgb(picture), build_edge_mask(placement))
    elif not ground.is_dark:
        _paste(board, area, _multiply(YuvPlanes.from_rgb(picture), crop_planes(ground.planes, area)), None)
    else:
        chalk = YuvPlanes.from_rgb(reverse_lightness(picture) if placement.is_reversed else picture)
        floor = _BLACK_LUMA if placement.is_reversed else luma_of(placement.board_level)
        _paste(board, area, _screen(chalk, crop_planes(ground.planes, area), floor), None)
    return board


def crop_planes(planes: YuvPlanes, area: tuple[slice, slice]) -> YuvPlanes:
    """A view of even rows and columns of planes."""
    half = halve_area(area)
    return YuvPlanes(planes.y[area], planes.u[half], planes.v[half])


def halve_area(area: tuple[slice, slice]) -> tuple[slice, slice]:
    rows, columns = area
    return slice(rows.start // 2, rows.stop // 2), slice(columns.start // 2, columns.stop // 2)


def build_edge_mask(placement: Placement) -> Image | None:
    """Opacity (0 to 255) of a photograph with a margin, whose edge looks drawn; None for one that fills its place."""
    if not placement.has_margin:
        return None
    height, width = placement.picture.shape[:2]
    unit = placement.ground.unit
    streaks = textures.create_streaks((width // 2, height // 2), 0.11 * unit, 0.011 * unit, _EDGE_SLANT, seed=2)
    rows = np.minimum(np.arange(height // 2), np.arange(height // 2)[::-1]).astype(np.float32)[:, None]
    columns = np.minimum(np.arange(width // 2), np.arange(width // 2)[::-1]).astype(np.float32)[None, :]
    depth = np.minimum(rows, columns) - streaks * np.float32(_EDGE_DEPTH * unit / 2 / 255)
    mask = np.clip(depth * np.float32(127 / max(0.5, _EDGE_SHARPNESS * unit)), 0, 255).astype(np.uint8)
    return np.asarray(cv2.resize(mask, (width, height), interpolation=cv2.INTER_LINEAR))


def _paste(board: YuvPlanes, area: tuple[slice, slice], picture: YuvPlanes, mask: Image | None) -> None:
    destination = crop_planes(board, area)
    if mask is not None:
        picture = blend_planes(destination, picture, mask)
    for plane, values in zip((destination.y, *destination.chroma), (picture.y, *picture.chroma), strict=True):
        plane[...] = values


def blend_planes(below: YuvPlanes, above: YuvPlanes, opacity: Image) -> YuvPlanes:
    """Lay planes over others by an opacity of 0 to 255 at each pixel."""
    half = cv2.resize(opacity, below.u.shape[::-1], interpolation=cv2.INTER_AREA)
    parts = zip((below.y, *below.chroma), (above.y, *above.chroma), (opacity, half, half), strict=True)
    return YuvPlanes(*(_mix_levels(under, over, share) for under, over, share in parts))


def _mix_levels(under: Image, over: Image, opacity: Image) -> Image:
    kept = cv2.multiply(under, cv2.bitwise_not(opacity), scale=1 / 255)
    return np.asarray(cv2.add(kept, cv2.multiply(over, opacity, scale=1 / 255)))


def _multiply(picture: YuvPlanes, ground: YuvPlanes) -> YuvPlanes:
    """Transparent ink: a white picture leaves the ground as it is."""
    share = cv2.LUT(picture.y, _scale_tones(_BLACK_LUMA, WHITE_LUMA))
    luma = _mix_levels(np.full_like(ground.y, _BLACK_LUMA), ground.y, share)
    return YuvPlanes(luma, *_mix_chroma(picture, ground, share))


def _screen(chalk: YuvPlanes, ground: YuvPlanes, floor: int) -> YuvPlanes:
    """Opaque chalk: what is as dark as `floor` leaves the ground as it is."""
    share = cv2.LUT(chalk.y, _scale_tones(floor, WHITE_LUMA))
    luma = _mix_levels(ground.y, np.full_like(ground.y, WHITE_LUMA), share)
    return YuvPlanes(luma, *_mix_chroma(chalk, ground, cv2.bitwise_not(share)))


def _scale_tones(floor: int, ceiling: int) -> Image:
    """Table from lumas to shares of 255."""
    shares = (np.arange(256) - floor) * 255 / (ceiling - floor)
    return np.clip(np.rint(shares), 0, 255).astype(np.uint8)


def _mix_chroma(picture: YuvPlanes, ground: YuvPlanes, share: Image) -> tuple[Image, Image]:
    """Chroma of a picture, and of the ground by the share (0 to 255) that is seen of it."""
    half = cv2.resize(share, picture.u.shape[::-1], interpolation=cv2.INTER_AREA)
    blue, red = (_add_tint(*planes, half) for planes in zip(picture.chroma, ground.chroma, strict=True))
    return blue, red


def _add_tint(plane: Image, ground: Image, share: Image) -> Image:
    tint: Array = (ground.astype(np.int16) - NEUTRAL_CHROMA) * share.astype(np.int16)
    mixed: Image = np.clip(plane + np.rint(tint / np.float32(255)), 16, 240).astype(np.uint8)
    return mixed


def reverse_lightness(picture: Image) -> Image:
    """Swap light and dark of each hue, as a dark theme does: white becomes black, and red stays red."""
    red, green, blue = cv2.split(picture)
    sums = cv2.add(cv2.max(cv2.max(red, green), blue), cv2.min(cv2.min(red, green), blue), dtype=cv2.CV_16S)
    shift = cv2.merge([255 - sums] * 3)
    return np.asarray(cv2.add(picture, shift, dtype=cv2.CV_8U))
