"""What is painted over the picture's place on the board, and the lines on top of it."""

import cv2
import numpy as np

from pipeline.sketch.canvas import Placement
from pipeline.sketch.finishes.drawn_lines import DrawnLines
from pipeline.sketch.grounds.composition import blend_planes, build_edge_mask, crop_planes
from pipeline.sketch.grounds.ground import cover_planes
from pipeline.sketch.planes import YuvPlanes
from pipeline.sketch.types import Image

_EDGE_SLOPE = 3  # how much sharper the edges of paint are than those of an enlarged mask


def paint_area(placement: Placement, colour: Image, opacity: Image) -> YuvPlanes:
    """The board with paint in the picture's place: RGB and opacity (0 to 255) in working copy pixels."""
    board = placement.ground.copy_planes()
    height, width = placement.picture.shape[:2]
    planes = YuvPlanes.from_rgb(cv2.resize(colour, (width, height), interpolation=cv2.INTER_LINEAR))
    mask = _sharpen(cv2.resize(opacity, (width, height), interpolation=cv2.INTER_LINEAR), int(opacity.max()))
    paste_paint(board, placement, planes, mask)
    return board


def paste_paint(board: YuvPlanes, placement: Placement, paint: YuvPlanes, opacity: Image) -> None:
    """Lay paint over the picture's place on a board, within the edge of a photograph with a margin."""
    edge = build_edge_mask(placement)
    if edge is not None:
        opacity = np.asarray(cv2.multiply(opacity, edge, scale=1 / 255))
    opacity = placement.ground.wear_paint(opacity, placement.area)
    below = crop_planes(board, placement.area)
    mixed = blend_planes(below, paint, opacity)
    for plane, values in zip((below.y, *below.chroma), (mixed.y, *mixed.chroma), strict=True):
        plane[...] = values


def _sharpen(mask: Image, highest: int) -> Image:
    levels = np.clip((np.arange(256) - highest / 2) * _EDGE_SLOPE + highest / 2, 0, highest)
    return np.asarray(cv2.LUT(mask, levels.astype(np.uint8)))


def cover_with_lines(board: YuvPlanes, placement: Placement, lines: DrawnLines) -> YuvPlanes:
    """Draw the lines on top of a painted board."""
    return cover_planes(board, lines.ink, placement.ground.ink)
