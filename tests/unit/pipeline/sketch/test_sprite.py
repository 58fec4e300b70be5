"""Blending of the hand's sprite."""

import numpy as np
import pytest

from pipeline.sketch.painting.sprite import Sprite
from pipeline.sketch.planes import YuvPlanes


def build_sprite() -> Sprite:
    """An opaque grey triangle of 100 x 100 pixels, right of and below its diagonal, with its tip at (0, 0)."""
    rows, columns = np.mgrid[:100, :100]
    is_opaque = (columns <= rows) & (columns > rows - 20)
    half = is_opaque[::2, ::2]
    planes = YuvPlanes(
        np.where(is_opaque, 90, 0).astype(np.uint8), *(np.where(half, 110, 0).astype(np.uint8) for _ in range(2))
    )
    return Sprite(planes, *(np.where(mask, 0, 255).astype(np.uint8) for mask in (is_opaque, half)), (0, 0))


@pytest.mark.parametrize("pen", [(20.0, 30.0), (-40.0, -60.0), (180.0, 100.0), (141.7, 88.2)])
def test_a_blend_changes_all_of_the_hand_and_nothing_outside_the_rectangles_it_returns(
    pen: tuple[float, float],
) -> None:
    frame = YuvPlanes.create_blank(200, 120)
    changed = build_sprite().blend(frame, pen)
    outside = np.ones((120, 200), bool)
    for area in changed:
        outside[area.to_slices(1)] = False
    assert (frame.y[outside] == 235).all()
    rows, columns = np.mgrid[:120, :200]
    left, top = (2 * round(position / 2) for position in pen)
    is_hand = (columns - left <= rows - top) & (columns - left > rows - top - 20) & (columns >= left)
    is_hand &= (rows - top < 100) & (columns - left < 100)
    assert (frame.y[is_hand] == 90).all()
    assert (frame.y[~is_hand] == 235).all()


def test_a_slanted_hand_changes_far_less_than_the_rectangle_around_it() -> None:
    frame = YuvPlanes.create_blank(200, 120)
    areas = build_sprite().blend(frame, (20.0, 10.0))
    assert sum((area.right - area.left) * (area.bottom - area.top) for area in areas) < 0.6 * 100 * 100


def test_a_hand_outside_the_frame_changes_nothing() -> None:
    frame = YuvPlanes.create_blank(200, 120)
    assert build_sprite().blend(frame, (400.0, 10.0)) == []
    assert (frame.y == 235).all()
