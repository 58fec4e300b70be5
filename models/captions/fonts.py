"""Order and scale of fonts, read from `fonts.toml`."""

from functools import cache
from typing import Annotated, Final, Literal

from pydantic import AfterValidator

from models.captions.tables import LookTable, read_table

EMOJI_FAMILY: Final = "Twemoji"  # draws emoji in colours, behind all others
FontWeight = Literal["black", "semibold"]


class _FontsFile(LookTable):
    families: dict[str, FontWeight]
    fallbacks: dict[FontWeight, tuple[str, ...]]
    han: dict[FontWeight, dict[str, tuple[str, ...]]]
    handwriting: dict[str, tuple[str, ...]]
    samples: dict[str, str]
    scale: dict[str, float]
    extents: dict[str, tuple[float, float]]


@cache
def _load_fonts_file() -> _FontsFile:
    return _FontsFile.model_validate(read_table("fonts.toml"))


def list_font_families() -> tuple[str, ...]:
    """The families that styles and users may choose."""
    return tuple(_load_fonts_file().families)


def _validate_family(value: str) -> str:
    if value not in _load_fonts_file().families:
        raise ValueError(f"there is no font called {value!r}; there are {', '.join(list_font_families())}")
    return value


FontFamily = Annotated[str, AfterValidator(_validate_family)]


@cache
def list_families(family: str, language: str = "") -> tuple[str, ...]:
    """A family, and those that draw what it lacks, in order; Chinese characters as the language writes them."""
    fonts = _load_fonts_file()
    weight = fonts.families[family]
    han = fonts.han[weight]
    others = (*fonts.fallbacks[weight], *han.get(language, han["zh"]))
    return (family, *(other for other in others if other != family), EMOJI_FAMILY)


@cache
def list_handwriting_families(language: str = "") -> tuple[str, ...]:
    """The families of handwriting, and those that draw what these lack, in order; emoji are not written."""
    orders = _load_fonts_file().handwriting
    return (*orders["families"], *orders.get(language, orders["zh"]))


@cache
def list_font_orders() -> tuple[tuple[str, ...], ...]:
    """Every order of families that text may be drawn in: of each that may be chosen, in each language that has one."""
    fonts = _load_fonts_file()
    return tuple(
        list_families(family, language) for family, weight in fonts.families.items() for language in fonts.han[weight]
    )


def get_script_samples() -> dict[str, str]:
    """A word in each writing system that the fonts are for, by the system's English name."""
    return dict(_load_fonts_file().samples)


def font_scale_of(family: str) -> float:
    """Factor on the font size that makes a family look as large as the others."""
    return _load_fonts_file().scale.get(family, 1.0)


def letter_extents_of(script: str) -> tuple[float, float]:
    """How far letters of a script (its ISO 15924 code) reach above and below the baseline, em, but for marks."""
    extents = _load_fonts_file().extents
    return extents.get(script, extents["Latn"])
