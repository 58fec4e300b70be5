"""Things that stand apart on an even ground, as in line art, clip art and children's drawings, without knowing what
they are."""

from typing import Final

import cv2
import numpy as np

from pipeline.sketch.guidance.masks import Box
from pipeline.sketch.types import Image

_GRID_SIDE: Final = 240  # pixels of the longer side on which things are looked for
_MIN_DIFFERENCE: Final = 40  # levels of a channel, between a thing and the ground
_MAX_EDGE_SHARE: Final = 0.15  # of the picture's edge, that may be no ground; more is no even one
_JOIN_SHARE: Final = 0.03  # of the longer side: parts this near belong together
_MIN_SHARE, _MAX_SHARE = 0.012, 0.7  # of the picture's area, of a thing's box


def find_groups(picture: Image) -> list[Box]:
    """Boxes of the things on an RGB picture, in its pixels; none where the ground is not even."""
    scale = min(1.0, _GRID_SIDE / max(picture.shape[:2]))
    size = tuple(max(8, round(side * scale)) for side in picture.shape[1::-1])
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.int16)
    edge = np.concatenate([small[0], small[-1], small[:, 0], small[:, -1]])
    ground = np.median(edge, axis=0)
    if (np.abs(edge - ground).max(axis=1) > _MIN_DIFFERENCE).mean() > _MAX_EDGE_SHARE:
        return []
    is_thing = (np.abs(small - ground).max(axis=2) > _MIN_DIFFERENCE).astype(np.uint8)
    side = 2 * max(1, round(_JOIN_SHARE * max(size) / 2)) + 1
    joined = cv2.morphologyEx(is_thing, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    _, _, found, _ = cv2.connectedComponentsWithStats(joined)
    area = size[0] * size[1]
    boxes = [row[:4] for row in found[1:] if _MIN_SHARE * area <= row[2] * row[3] <= _MAX_SHARE * area]
    return [_to_box(box / scale) for box in boxes]


def _to_box(values: np.ndarray) -> Box:
    left, top, width, height = (float(value) for value in values)
    return left, top, width, height
