"""The caption styles of `caption_styles.toml`, as values."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from models.errors import Code, Refused

Share = Annotated[float, Field(ge=0, le=1)]
Em = Annotated[float, Field(ge=0, le=3)]
Colour = Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$")]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Safe(_Table):
    """Margins no caption enters, as shares of the height (top, bottom) and of the width (left, right)."""

    top: Share
    bottom: Share
    left: Share
    right: Share


class Place(_Table):
    """Where captions stand in pictures of one aspect (width / height); shares of the displayed picture."""

    aspect: float = Field(gt=0)
    size: Share  # em, of the height
    y: Share  # the middle of the block
    max_width: Share
    safe: Safe


class Stroke(_Table):
    width: Em
    colour: Colour


class Shadow(_Table):
    dx: float
    dy: float
    blur: Em
    opacity: Share
    colour: Colour = "#000000"


class Plate(_Table):
    """A rounded rectangle behind the whole group (of `base`) or behind the word being said (of `active`)."""

    fill: Colour
    opacity: Share
    pad: Em
    radius: Em


class Pop(_Table):
    """The word being said grows from `start` over `peak` to its size, within `seconds`."""

    start: float = Field(gt=0.5, le=1)
    peak: float = Field(ge=1, le=1.5)
    seconds: float = Field(gt=0, le=1)


class Base(_Table):
    fill: Colour
    stroke: Stroke | None = None
    shadow: Shadow | None = None
    plate: Plate | None = None


class Active(_Table):
    fill: Colour
    plate: Plate | None = None
    pop: Pop | None = None


class FontChoice(_Table):
    family: str
    case: Literal["upper", "as_is"]
    space: Em
    leading: Em


class GroupRules(_Table):
    """How words are gathered into what is shown at once; seconds, and columns where a CJK letter takes two."""

    max_words: int = Field(ge=1, le=12)
    max_chars: int = Field(ge=4, le=120)
    max_lines: int = Field(ge=1, le=3)
    gap_break: float = Field(gt=0)
    max_seconds: float = Field(gt=0)
    min_seconds: float = Field(ge=0)
    hold: float = Field(ge=0)
    drop: str  # punctuation that breaks groups and is not shown


class CaptionStyle(_Table):
    place: str
    font: FontChoice
    group: GroupRules
    base: Base
    active: Active


class _Sheet(_Table):
    places: dict[str, tuple[Place, ...]]
    styles: dict[str, CaptionStyle]
    scale: dict[str, float]


@cache
def _sheet() -> _Sheet:
    return _Sheet.model_validate(tomllib.loads(files("models").joinpath("caption_styles.toml").read_text()))


def caption_styles() -> Mapping[str, CaptionStyle]:
    """The styles the package ships with, by name; the first is the default."""
    return _sheet().styles


def caption_style(name: str) -> CaptionStyle:
    """Raises Refused(USAGE) when there is no style of that name."""
    try:
        return _sheet().styles[name]
    except KeyError:
        raise Refused(Code.USAGE, style=name) from None


def places(style: CaptionStyle) -> tuple[Place, ...]:
    """Where the captions of a style stand, narrowest picture first."""
    return _sheet().places[style.place]


def scale_of(family: str) -> float:
    """How much larger a font is set to look as large as the others."""
    return _sheet().scale.get(family, 1.0)
