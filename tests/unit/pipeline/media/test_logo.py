"""Logos in the corners of frames."""

from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
from PIL import Image

from models.captions.branding import Logo, LogoCorner, LogoSize
from models.captions.placement import get_placements
from pipeline.captions.layout import interpolate_place
from pipeline.media.logo import build_logo
from pipeline.media.overlay import Overlay
from pipeline.media.watermark import build_watermark

FRAMES = [(720, 1280), (1080, 1080), (1920, 1080), (320, 180), (2160, 3840), (2000, 400)]
CORNERS: list[LogoCorner] = ["top-left", "top-right", "bottom-left", "bottom-right"]
SIZES: list[LogoSize] = ["small", "medium", "large"]


def write_logo(path: Path, size: tuple[int, int] = (300, 120), border: int = 40) -> Path:
    """A red plate with a transparent border, whose hidden colour is green."""
    width, height = size
    picture = np.zeros((height + 2 * border, width + 2 * border, 4), np.uint8)
    picture[:, :] = (0, 255, 0, 0)
    picture[border : border + height, border : border + width] = (255, 0, 0, 255)
    Image.fromarray(picture, "RGBA").save(path)
    return path


def build(path: Path, frame: tuple[int, int], corner: LogoCorner = "top-right", size: LogoSize = "medium") -> Overlay:
    (overlay,) = build_logo(path, Logo(file_id=uuid4(), corner=corner, size=size), frame)
    return overlay


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("corner", CORNERS)
@pytest.mark.parametrize("size", SIZES)
def test_it_lies_in_its_corner_inside_the_safe_zone(
    tmp_path: Path, frame: tuple[int, int], corner: LogoCorner, size: LogoSize
) -> None:
    overlay = build(write_logo(tmp_path / "logo.png"), frame, corner, size)
    width, height = frame
    safe = interpolate_place(get_placements("feed"), width, height).safe
    assert overlay.x >= safe.left * width - 2
    assert overlay.x + overlay.width <= (1 - safe.right) * width + 2
    assert overlay.y >= safe.top * height - 2
    assert overlay.y + overlay.height <= (1 - safe.bottom) * height + 2
    assert (overlay.x + overlay.width / 2 > width / 2) == corner.endswith("right")
    assert (overlay.y + overlay.height / 2 > height / 2) == corner.startswith("bottom")


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("size", SIZES)
def test_it_does_not_cover_the_watermark(tmp_path: Path, frame: tuple[int, int], size: LogoSize) -> None:
    logo = build(write_logo(tmp_path / "logo.png"), frame, "bottom-right", size)
    watermark = build_watermark("made with Rabisco", *frame)
    assert logo.y + logo.height <= watermark.y + 2


def test_wide_and_square_logos_cover_the_same_area(tmp_path: Path) -> None:
    wide = build(write_logo(tmp_path / "wide.png", (360, 160)), (1080, 1920))
    square = build(write_logo(tmp_path / "square.png", (240, 240)), (1080, 1920))
    assert wide.width * wide.height == pytest.approx(square.width * square.height, rel=0.06)


def test_what_is_transparent_is_neither_drawn_nor_seen_at_the_edges(tmp_path: Path) -> None:
    overlay = build(write_logo(tmp_path / "logo.png"), (720, 1280))
    y, u, v = np.full((1280, 720), 120, np.uint8), *(np.full((640, 360), 128, np.uint8) for _ in range(2))
    overlay.blend(y, u, v)
    changed = np.argwhere(y != 120)
    (top, left), (bottom, right) = changed.min(axis=0), changed.max(axis=0)
    assert (right - left) / (bottom - top) == pytest.approx(300 / 120, rel=0.05)  # the border is cropped
    assert v.max() > 200  # red
    assert u.max() <= 128  # which no green shines through


def test_a_picture_without_transparency_is_drawn_whole(tmp_path: Path) -> None:
    Image.new("RGB", (100, 100), (10, 20, 200)).save(tmp_path / "logo.jpg")
    assert build(tmp_path / "logo.jpg", (720, 1280)).width == pytest.approx(0.12 * 720, abs=2)


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 40])
def test_a_picture_that_cannot_be_read_is_left_out(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "logo.png"
    path.write_bytes(content)
    assert build_logo(path, Logo(file_id=uuid4()), (720, 1280)) == []


def test_without_a_logo_nothing_is_drawn(tmp_path: Path) -> None:
    assert build_logo(None, Logo(file_id=uuid4()), (720, 1280)) == []
    assert build_logo(write_logo(tmp_path / "logo.png"), None, (720, 1280)) == []
