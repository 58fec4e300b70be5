"""Effects on overlays: letters out of focus."""

import numpy as np
import pytest
from PIL import Image, ImageFilter

from pipeline.media.overlay import BT709, Overlay
from pipeline.media.overlay_effects import blur_overlay

SIDE = 120  # pixels


def draw_square() -> np.ndarray:
    """A white square on nothing."""
    picture = np.zeros((SIDE, SIDE, 4), np.uint8)
    picture[40:80, 40:80] = 255
    return picture


def blend(overlay: Overlay, ground: int) -> np.ndarray:
    luma = np.full((SIDE, SIDE), ground, np.uint8)
    chroma = np.full((2, SIDE // 2, SIDE // 2), 128, np.uint8)
    overlay.blend(luma, chroma[0], chroma[1])
    assert (chroma == 128).all()
    return luma


@pytest.mark.parametrize("sigma", [1.5, 4.0, 7.0])
def test_an_overlay_out_of_focus_is_what_a_blurred_picture_would_be(sigma: float) -> None:
    shape = np.full((SIDE, SIDE), 50, np.uint8)
    shape[40:80, 40:80] = 235
    expected = np.asarray(Image.fromarray(shape).filter(ImageFilter.GaussianBlur(sigma)))
    found = blend(blur_overlay(Overlay.from_rgba(draw_square(), 0, 0, BT709), sigma), 50)
    assert np.abs(found.astype(int) - expected).max() <= 6  # Pillow's blur is made of boxes
    assert np.abs(found.astype(int) - expected).mean() < 1


@pytest.mark.parametrize("ground", [16, 128, 235])
def test_what_is_far_from_an_overlay_out_of_focus_stays_as_it_was(ground: int) -> None:
    found = blend(blur_overlay(Overlay.from_rgba(draw_square(), 0, 0, BT709), 3.0), ground)
    assert (found[:25] == ground).all()
    assert found.max() <= 235
    assert found.min() >= min(ground, 16)
