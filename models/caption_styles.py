"""Caption styles, read from `caption_styles.toml`."""

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
    """Margins kept free of captions, as ratios of the height (top, bottom) and of the width (left, right)."""

    top: Share
    bottom: Share
    left: Share
    right: Share


class Place(_Table):
    """Position of captions for one aspect ratio (width / height), as ratios of the displayed picture."""

    aspect: float = Field(gt=0)
    size: Share  # em, of the height
    y: Share  # vertical centre of the block
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
    """A rounded rectangle behind the whole group (of `base`) or behind the word being spoken (of `active`)."""

    fill: Colour
    opacity: Share
    pad: Em
    radius: Em


class Pop(_Table):
    """Scale animation of the word being spoken: from `start` over `peak` to 1, within `seconds`."""

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
    """How words are grouped into what is shown at once; seconds, and columns, of which a CJK character takes two."""

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
    """The bundled styles by name; the first is the default."""
    return _sheet().styles


def caption_style(name: str) -> CaptionStyle:
    """A style by name. Raises RequestRejected(USAGE) for an unknown one."""
    try:
        return _sheet().styles[name]
    except KeyError:
        raise Refused(Code.USAGE, style=name) from None


def places(style: CaptionStyle) -> tuple[Place, ...]:
    """The placements of a style, narrowest aspect ratio first."""
    return _sheet().places[style.place]


def scale_of(family: str) -> float:
    """Factor on the font size that makes a family look as large as the others."""
    return _sheet().scale.get(family, 1.0)
