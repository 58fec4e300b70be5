"""Pictures blended into planes."""

import numpy as np
import pytest

from pipeline.media.overlay import BT601, BT709, ColourMatrix, Overlay, Plane


def canvas(width: int = 32, height: int = 24, luma: int = 90) -> tuple[Plane, Plane, Plane]:
    half = (height // 2, width // 2)
    return np.full((height, width), luma, np.uint8), np.full(half, 100, np.uint8), np.full(half, 160, np.uint8)


def solid(width: int, height: int, colour: tuple[int, int, int, int]) -> Plane:
    return np.broadcast_to(np.array(colour, np.uint8), (height, width, 4)).copy()


@pytest.mark.parametrize(
    ("matrix", "colour", "expected"),
    [
        (BT709, (255, 255, 255), (235, 128, 128)),
        (BT709, (0, 0, 0), (16, 128, 128)),
        (BT709, (255, 0, 0), (63, 102, 240)),
        (BT709, (0, 0, 255), (32, 240, 118)),
        (BT601, (0, 255, 0), (145, 54, 34)),
    ],
)
def test_a_solid_colour_arrives_as_the_standard_says(
    matrix: ColourMatrix, colour: tuple[int, int, int], expected: tuple[int, int, int]
) -> None:
    planes = canvas()
    Overlay.from_rgba(solid(8, 6, (*colour, 255)), 4, 2, matrix).blend(*planes)
    found = planes[0][4, 8], planes[1][2, 4], planes[2][2, 4]
    assert np.abs(np.array(found, int) - expected).max() <= 1


def test_what_is_clear_leaves_every_sample_as_it_was() -> None:
    generator = np.random.default_rng(1)
    planes = tuple(generator.integers(0, 256, plane.shape, dtype=np.uint8) for plane in canvas())
    before = [plane.copy() for plane in planes]
    picture = solid(10, 8, (255, 0, 0, 0))
    picture[0, 0, 3] = picture[-1, -1, 3] = 255
    Overlay.from_rgba(picture, 6, 4).blend(*planes)
    assert np.array_equal(planes[0][5:11, 6:16], before[0][5:11, 6:16])
    assert np.array_equal(planes[1][3:5, 4:7], before[1][3:5, 4:7])


def test_half_an_alpha_is_half_the_way() -> None:
    planes = canvas(luma=35)
    Overlay.from_rgba(solid(4, 4, (255, 255, 255, 128)), 0, 0).blend(*planes)
    assert abs(int(planes[0][1, 1]) - 135) <= 1
    assert abs(int(planes[1][1, 1]) - 114) <= 1


@pytest.mark.parametrize(("x", "y"), [(3, 2), (2, 3), (5, 7), (-3, -1)])
def test_an_odd_place_is_kept_to_the_pixel(x: int, y: int) -> None:
    planes = canvas()
    overlay = Overlay.from_rgba(solid(6, 6, (255, 255, 255, 255)), x, y)
    overlay.blend(*planes)
    rows, columns = np.nonzero(planes[0] == 235)
    assert (columns.min(), rows.min()) == (max(0, x), max(0, y))
    assert (columns.max(), rows.max()) == (x + 5, y + 5)
    assert overlay.x % 2 == overlay.y % 2 == overlay.width % 2 == overlay.height % 2 == 0


@pytest.mark.parametrize(("x", "y"), [(-100, 0), (0, 100), (30, 22), (-2, -2), (31, -5)])
def test_what_lies_outside_the_frame_is_cut_off(x: int, y: int) -> None:
    whole = canvas(96, 88)
    Overlay.from_rgba(solid(8, 8, (255, 255, 0, 255)), x + 32, y + 32).blend(*whole)
    part = canvas()
    Overlay.from_rgba(solid(8, 8, (255, 255, 0, 255)), x, y).blend(*part)
    if 0 <= x + 32 < 80 and 0 <= y + 32 < 72:
        assert np.array_equal(part[0], whole[0][32:56, 32:64])
    else:
        assert np.array_equal(part[0], canvas()[0])


def test_clear_borders_are_trimmed() -> None:
    picture = np.zeros((40, 60, 4), np.uint8)
    picture[10:14, 20:28] = 255
    overlay = Overlay.from_rgba(picture, 0, 0)
    assert (overlay.x, overlay.y, overlay.width, overlay.height) == (20, 10, 8, 4)


def test_an_empty_picture_changes_nothing() -> None:
    planes = canvas()
    Overlay.from_rgba(np.zeros((5, 5, 4), np.uint8), 3, 3).blend(*planes)
    assert all(np.array_equal(a, b) for a, b in zip(planes, canvas(), strict=True))


def test_blending_rounds_to_the_nearest_and_drifts_neither_way() -> None:
    generator = np.random.default_rng(2)
    luma = generator.integers(16, 236, (64, 64), dtype=np.uint8)
    half = np.full((32, 32), 128, np.uint8)
    picture = np.full((64, 64, 4), 255, np.uint8)
    picture[:, :, 3] = generator.integers(1, 255, (64, 64))
    alpha = picture[:, :, 3] / 255
    exact = luma * (1 - alpha) + 235 * alpha
    Overlay.from_rgba(picture, 0, 0).blend(luma, half, half.copy())
    assert abs(float((luma - exact).mean())) < 0.15
