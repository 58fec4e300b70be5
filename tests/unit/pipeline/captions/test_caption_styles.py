"""The styles as data."""

import pytest
from pydantic import ValidationError

from bots.core.conversation.features.caption import CAPTION_FEATURE
from models.captions.colours import compute_contrast
from models.captions.fonts import list_families
from models.captions.placement import load_places, load_safe_zones
from models.captions.style import CaptionStyle
from models.errors import ErrorCode, RequestRejected
from models.jobs.caption_styles import get_caption_style, load_caption_styles, placements_of
from pipeline.captions.glyphs.typeface import FONTS_FOLDER

STYLES = load_caption_styles()


def list_fills(style: CaptionStyle) -> list[tuple[str, str]]:
    """Every colour of letters with what lies behind it."""
    ground = style.base.stroke.colour if style.base.stroke else style.base.plate.fill if style.base.plate else "#808080"
    fills = [(style.base.fill, ground)]
    for state in (style.active, style.spoken):
        behind = state.plate.fill if state.plate else state.stroke.colour if state.stroke else ground
        fills.append((state.fill or style.base.fill, behind))
    speakers = [colour for each in style.speakers for colour in (each.fill, each.active)]
    return fills + [(fill, ground) for fill in (*style.emphasis.fills, *speakers)]


def test_the_default_style_is_there_and_there_are_enough_to_choose_from() -> None:
    assert next(iter(STYLES)) == "classic"
    assert len(STYLES) >= 14
    assert {"classic", "pill", "plate"} <= set(STYLES)


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES.keys())
def test_letters_stand_out_from_what_lies_behind_them(style: CaptionStyle) -> None:
    for fill, ground in list_fills(style):
        assert compute_contrast(fill, ground) >= 4.5, (fill, ground)


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES.keys())
def test_a_style_names_fonts_and_places_that_exist(style: CaptionStyle) -> None:
    assert all((FONTS_FOLDER / family).is_dir() for family in list_families(style.font.family))
    assert placements_of(style)


@pytest.mark.parametrize("place", load_places().values(), ids=load_places().keys())
def test_every_place_keeps_clear_of_what_platforms_lay_over_a_film(place: tuple) -> None:
    safe = place[0].safe
    for zone in load_safe_zones().values():
        for side in ("top", "bottom", "left", "right"):
            assert getattr(safe, side) >= getattr(zone, side)


def test_every_style_is_offered_in_the_chat() -> None:
    (setting,) = (each for each in CAPTION_FEATURE.settings if each.name == "style")
    assert [each.value for each in setting.list_values()] == list(STYLES)


def test_a_style_that_is_not_there_is_refused() -> None:
    with pytest.raises(RequestRejected) as refusal:
        get_caption_style("nowhere")
    assert refusal.value.code is ErrorCode.USAGE


@pytest.mark.parametrize(
    "change", [{"colour": "#FFFFFF"}, {"place": "moon"}, {"motion": {"enter": "teleport"}}, {"order": -1}], ids=str
)
def test_a_mistake_in_a_style_is_an_error(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        CaptionStyle.model_validate({**get_caption_style("classic").model_dump(), **change})


def test_letters_with_nothing_behind_them_are_an_error() -> None:
    bare = {**get_caption_style("classic").model_dump(), "base": {"fill": "#FFFFFF"}}
    with pytest.raises(ValidationError):
        CaptionStyle.model_validate(bare)
