"""The styles as data."""

import pytest
from pydantic import ValidationError

from models.errors import ErrorCode, RequestRejected
from models.jobs.caption_styles import CaptionStyle, get_caption_style, load_caption_styles, placements_of
from pipeline.captions.typeface import FONTS_FOLDER


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_default_style_is_there() -> None:
    assert next(iter(load_caption_styles())) == "classic"


@pytest.mark.parametrize("style", load_caption_styles().values(), ids=load_caption_styles().keys())
def test_letters_stand_out_from_what_lies_behind_them(style: CaptionStyle) -> None:
    ground = style.base.stroke.colour if style.base.stroke else style.base.plate.fill if style.base.plate else "#808080"
    for fill in (style.base.fill, style.active.fill):
        light, dark = sorted((luminance(fill), luminance(ground)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5


@pytest.mark.parametrize("style", load_caption_styles().values(), ids=load_caption_styles().keys())
def test_a_style_names_a_font_and_places_that_exist(style: CaptionStyle) -> None:
    assert (FONTS_FOLDER / style.font.family).is_dir()
    assert placements_of(style)


def test_a_style_that_is_not_there_is_refused() -> None:
    with pytest.raises(RequestRejected) as refusal:
        get_caption_style("comic")
    assert refusal.value.code is ErrorCode.USAGE


def test_a_misspelt_field_is_an_error() -> None:
    with pytest.raises(ValidationError):
        CaptionStyle.model_validate({**get_caption_style("classic").model_dump(), "colour": "#FFFFFF"})
