"""Writing systems that the bundled fonts are for, and those of them that cannot be drawn here."""

from models.captions.fonts import get_script_samples, list_families, list_font_families
from pipeline.captions.glyphs.shaping import split_runs

_SAMPLE_FAMILIES = tuple({family: None for name in list_font_families() for family in list_families(name)})


def list_scripts() -> tuple[str, ...]:
    """The writing systems that the bundled fonts are for, by their English names."""
    return tuple(get_script_samples())


def list_undrawn_scripts(families: tuple[str, ...] = _SAMPLE_FAMILIES) -> list[str]:
    """The writing systems of which a sample has a character without a glyph, or a font that cannot be read."""
    return [name for name, sample in get_script_samples().items() if not _is_drawn(sample, families)]


def _is_drawn(sample: str, families: tuple[str, ...]) -> bool:
    try:
        return sum(len(run.text) for run in split_runs(sample, families)) == len(sample)
    except OSError:
        return False
