"""Writing systems and fonts that captions are drawn in, and those of them that cannot be drawn or read here."""

from collections.abc import Sequence

from models.captions.fonts import get_script_samples, list_font_orders
from pipeline.captions.glyphs.shaping import split_runs
from pipeline.captions.glyphs.typeface import read_code_points

FontOrders = Sequence[Sequence[str]]

_BUNDLED = list_font_orders()


def list_scripts() -> tuple[str, ...]:
    """The writing systems that the bundled fonts are for, by their English names."""
    return tuple(get_script_samples())


def list_undrawn_scripts(orders: FontOrders = _BUNDLED) -> list[str]:
    """The writing systems of which a sample has a character without a glyph, or a font that cannot be read, in any of
    the orders of fonts.
    """
    samples = get_script_samples()
    return [name for name in samples if not all(_is_drawn(samples[name], order) for order in orders)]


def list_unreadable_fonts(orders: FontOrders = _BUNDLED) -> list[str]:
    """The families whose file is not there, or has no characters."""
    families = sorted({family for order in orders for family in order})
    return [family for family in families if not _is_readable(family)]


def _is_drawn(sample: str, families: Sequence[str]) -> bool:
    try:
        return sum(len(run.text) for run in split_runs(sample, families)) == len(sample)
    except OSError:
        return False


def _is_readable(family: str) -> bool:
    try:
        return bool(read_code_points(family))
    except OSError:
        return False
