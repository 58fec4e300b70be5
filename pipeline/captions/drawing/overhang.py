"""How far the look of a style extends beyond its letters, em."""

from collections.abc import Sequence
from typing import Final

from models.captions.style import BackgroundBox, CaptionStyle, TextShadow

ACCENT_WIDTH: Final = 0.14  # em, the bar along a plate


def measure_reach(stroke: float, shadows: Sequence[TextShadow]) -> float:
    """Return how far a stroke and shadows extend beyond the letters, em."""
    return stroke + max([0.0, *(max(abs(each.dx), abs(each.dy)) + 2.5 * each.blur for each in shadows)])


def measure_overhang(style: CaptionStyle) -> float:
    """How far stroke, shadows and plates extend beyond the letters in any state, em."""
    looks = (style.base, style.active, style.spoken)
    strokes = max([0.0, *(look.stroke.width for look in looks if look.stroke)])
    reaches = [measure_reach(strokes, look.shadows) for look in looks if look.shadows]
    return max([strokes, *reaches, *(_measure_plate(look.plate) for look in looks if look.plate)])


def has_plate(style: CaptionStyle) -> bool:
    """Whether there is a plate behind words in any state."""
    return any(look.plate for look in (style.base, style.active, style.spoken))


def _measure_plate(plate: BackgroundBox) -> float:
    return plate.pad + (ACCENT_WIDTH if plate.accent else 0.0)
