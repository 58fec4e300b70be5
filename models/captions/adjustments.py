"""What users change of a style: colours, font, size, place, and whether words stand out. Letters stay legible."""

from typing import Literal

from models.captions.colours import choose_ground, is_legible
from models.captions.fonts import FontFamily
from models.captions.placement import Anchor
from models.captions.style import (
    BackgroundBox,
    CaptionStyle,
    EmphasisRules,
    FontSettings,
    SpeakerColours,
    StateAppearance,
    TextShadow,
    TextStroke,
)
from models.captions.tables import HexColour, LookTable

TextSize = Literal["small", "medium", "large"]

_SIZES: dict[TextSize, float] = {"small": 0.8, "medium": 1.0, "large": 1.25}
_GLOW_STRENGTH = 1.2  # a shadow that is stronger and has a colour is a glow
_DEFAULT_EMPHASIS = EmphasisRules(fills=("#2BFF5E",), scale=1.1)
_WORD_PLATE = {"opacity": 1.0, "pad": 0.12, "radius": 0.12}


class StyleAdjustments(LookTable):
    """Changes of a style; None leaves it as it is. The second colour is that of emphasis, and of a second speaker."""

    colour: HexColour | None = None
    second_colour: HexColour | None = None
    font: FontFamily | None = None
    size: TextSize = "medium"
    anchor: Anchor | None = None
    has_emphasis: bool | None = None
    avoid_faces: bool | None = None


def adjust_style(style: CaptionStyle, changes: StyleAdjustments) -> CaptionStyle:
    """A style with a user's changes."""
    if changes.has_emphasis is not None:
        rules = style.emphasis if style.emphasis.fills else _DEFAULT_EMPHASIS
        style = style.model_copy(update={"emphasis": rules if changes.has_emphasis else EmphasisRules()})
    if changes.colour:
        style = _apply_colour(style, changes.colour)
    if changes.second_colour:
        style = _apply_second_colour(style, changes.second_colour)
    update = {
        "font": _adjust_font(style.font, changes),
        "anchor": changes.anchor or style.anchor,
        "avoid_faces": style.avoid_faces if changes.avoid_faces is None else changes.avoid_faces,
    }
    return style.model_copy(update=update)


def _adjust_font(font: FontSettings, changes: StyleAdjustments) -> FontSettings:
    size = min(1.6, font.size * _SIZES[changes.size])
    return font.model_copy(update={"size": size, "family": changes.font or font.family})


def _apply_colour(style: CaptionStyle, colour: str) -> CaptionStyle:
    """Give the colour to what shows the word being spoken, or to all letters where nothing does, and to emphasis, so
    that none of the style's own colours is left beside it."""
    style = _apply_emphasis_colour(style, colour)
    if style.active.fill is None and style.active.plate is None:
        return style.model_copy(update={"base": style.base.model_copy(update=_build_letters_of(style, colour))})
    active = _apply_state_colour(style, style.active, colour)
    spoken = _apply_state_colour(style, style.spoken, colour) if style.spoken.fill else style.spoken
    speakers = tuple(
        SpeakerColours(fill=each.fill, active=colour) if number == 0 else each
        for number, each in enumerate(style.speakers)
    )
    return style.model_copy(update={"active": active, "spoken": spoken, "speakers": speakers})


def _apply_second_colour(style: CaptionStyle, colour: str) -> CaptionStyle:
    if not _is_legible_in(style, colour):
        return style
    speakers = tuple(
        SpeakerColours(fill=each.fill, active=colour) if number else each for number, each in enumerate(style.speakers)
    )
    return _apply_emphasis_colour(style, colour).model_copy(update={"speakers": speakers})


def _apply_emphasis_colour(style: CaptionStyle, colour: str) -> CaptionStyle:
    if not style.emphasis.fills or not _is_legible_in(style, colour):
        return style
    return style.model_copy(update={"emphasis": style.emphasis.model_copy(update={"fills": (colour,)})})


def _is_legible_in(style: CaptionStyle, colour: str) -> bool:
    ground = _ground_of(style)
    return ground is None or is_legible(colour, ground)


def _apply_state_colour(style: CaptionStyle, state: StateAppearance, colour: str) -> StateAppearance:
    """A state in a colour: of its plate, else of its letters, else of a plate where the letters would be illegible."""
    plate = state.plate
    if plate is None and style.base.plate and not is_legible(colour, style.base.plate.fill):
        plate = BackgroundBox.model_validate({"fill": colour, **_WORD_PLATE})
    if plate is None:
        return state.model_copy(update=_build_letters_of(style, colour, state.shadows))
    letters = state.fill or style.base.fill
    fill = letters if is_legible(letters, colour) else choose_ground(colour)
    return state.model_copy(update={"fill": fill, "plate": plate.model_copy(update={"fill": colour})})


def _build_letters_of(
    style: CaptionStyle, colour: str, shadows: tuple[TextShadow, ...] | None = None
) -> dict[str, object]:
    """Letters of a colour, with another stroke where they would not stand out from theirs, and glows of the colour."""
    update: dict[str, object] = {"fill": colour}
    stroke = style.base.stroke
    if stroke and not is_legible(colour, stroke.colour):
        update["stroke"] = TextStroke(width=stroke.width, colour=choose_ground(colour))
    if shadows:
        glows = (each.model_copy(update={"colour": colour}) if _is_glow(each) else each for each in shadows)
        update["shadows"] = tuple(glows)
    return update


def _is_glow(shadow: TextShadow) -> bool:
    return shadow.strength > _GLOW_STRENGTH and not (shadow.dx or shadow.dy)


def _ground_of(style: CaptionStyle) -> str | None:
    """The colour behind letters."""
    if style.base.stroke:
        return style.base.stroke.colour
    return style.base.plate.fill if style.base.plate else None
