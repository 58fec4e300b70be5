"""Sizes of drawn films: aspect ratios, and the frame that a resolution allows."""

from collections.abc import Mapping
from typing import Final, Literal

Aspect = Literal["auto", "16:9", "9:16", "1:1", "4:5"]
"""Width to height of a film; "auto" is that of the picture."""
Resolution = Literal["auto", "720", "1080", "2160"]
"""Lines of a film in 16:9; "auto" is as large as the picture, up to 1280 pixels a side."""

MAX_SIDES: Final[Mapping[Resolution, tuple[int, int]]] = {
    "auto": (1280, 1280),
    "720": (1280, 720),
    "1080": (1920, 1080),
    "2160": (3840, 2160),
}
"""The longest longer side and the longest shorter side of a film, in pixels."""


def parse_aspect(aspect: Aspect) -> float | None:
    """Width divided by height; None for "auto"."""
    if aspect == "auto":
        return None
    width, _, height = aspect.partition(":")
    return int(width) / int(height)


def fit_aspect(aspect: float, resolution: Resolution) -> tuple[float, float]:
    """Width and height in pixels of the largest film of that aspect."""
    max_longer, max_shorter = MAX_SIDES[resolution]
    ratio = max(aspect, 1 / aspect)
    longer = min(max_longer, max_shorter * ratio)
    return (longer, longer / ratio) if aspect >= 1 else (longer / ratio, longer)
