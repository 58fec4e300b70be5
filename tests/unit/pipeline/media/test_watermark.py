"""The text in the corner."""

import numpy as np
import pytest

from pipeline.media.watermark import build_watermark


@pytest.mark.parametrize("frame", [(1080, 1920), (1920, 1080), (160, 120), (64, 64), (3840, 2160)])
@pytest.mark.parametrize("text", ["Rabisco", "feito com Rabisco · @rabisco_bot para a Padaria do João e família"])
def test_it_stands_inside_the_frame_at_the_bottom_right(frame: tuple[int, int], text: str) -> None:
    width, height = frame
    mark = build_watermark(text, width, height)
    assert mark.x >= 0
    assert width * 0.9 < mark.x + mark.width <= width
    assert height * 0.9 < mark.y + mark.height <= height
    assert mark.height < max(24, 0.09 * min(frame))


@pytest.mark.parametrize("ground", [16, 60, 128, 200, 235])
def test_it_can_be_read_on_dark_and_light(ground: int) -> None:
    luma = np.full((720, 1280), ground, np.uint8)
    half = np.full((360, 640), 128, np.uint8)
    mark = build_watermark("Rabisco", 1280, 720)
    mark.blend(luma, half, half.copy())
    seen = luma[mark.y : mark.y + mark.height, mark.x : mark.x + mark.width].astype(int)
    assert np.percentile(seen, 98) - np.percentile(seen, 2) > 60


def test_nothing_to_say_is_nothing_seen() -> None:
    assert build_watermark("", 640, 360).width == 0
    assert build_watermark("😀", 640, 360).width == 0
