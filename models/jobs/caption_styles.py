"""Caption styles, read from `caption_styles.toml`."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from models.errors import ErrorCode, RequestRejected

Ratio = Annotated[float, Field(ge=0, le=1)]
Em = Annotated[float, Field(ge=0, le=3)]
HexColour = Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$")]


class _StyleTable(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SafeArea(_StyleTable):
    """Margins kept free of captions, as ratios of the height (top, bottom) and of the width (left, right)."""

    top: Ratio
    bottom: Ratio
    left: Ratio
    right: Ratio


class CaptionPlacement(_StyleTable):
    """Position of captions for one aspect ratio (width / height), as ratios of the displayed picture."""

    aspect: float = Field(gt=0)
    size: Ratio  # em, of the height
    y: Ratio  # vertical centre of the block
    max_width: Ratio
    safe: SafeArea


class TextStroke(_StyleTable):
    width: Em
    colour: HexColour


class TextShadow(_StyleTable):
    dx: float
    dy: float
    blur: Em
    opacity: Ratio
    colour: HexColour = "#000000"


class BackgroundBox(_StyleTable):
    """A rounded rectangle behind the whole group (of `base`) or behind the word being spoken (of `active`)."""

    fill: HexColour
    opacity: Ratio
    pad: Em
    radius: Em


class PopAnimation(_StyleTable):
    """Scale animation of the word being spoken: from `start` over `peak` to 1, within `seconds`."""

    start: float = Field(gt=0.5, le=1)
    peak: float = Field(ge=1, le=1.5)
    seconds: float = Field(gt=0, le=1)


class BaseAppearance(_StyleTable):
    fill: HexColour
    stroke: TextStroke | None = None
    shadow: TextShadow | None = None
    plate: BackgroundBox | None = None


class ActiveWordAppearance(_StyleTable):
    fill: HexColour
    plate: BackgroundBox | None = None
    pop: PopAnimation | None = None


class FontSettings(_StyleTable):
    family: str
    case: Literal["upper", "as_is"]
    space: Em
    leading: Em


class GroupingRules(_StyleTable):
    """How words are grouped into what is shown at once; seconds, and columns, of which a CJK character takes two."""

    max_words: int = Field(ge=1, le=12)
    max_chars: int = Field(ge=4, le=120)
    max_lines: int = Field(ge=1, le=3)
    gap_break: float = Field(gt=0)
    max_seconds: float = Field(gt=0)
    min_seconds: float = Field(ge=0)
    hold: float = Field(ge=0)
    drop: str  # punctuation that breaks groups and is not shown


class CaptionStyle(_StyleTable):
    place: str
    font: FontSettings
    group: GroupingRules
    base: BaseAppearance
    active: ActiveWordAppearance


class _StyleSheet(_StyleTable):
    places: dict[str, tuple[CaptionPlacement, ...]]
    styles: dict[str, CaptionStyle]
    scale: dict[str, float]


@cache
def _load_style_sheet() -> _StyleSheet:
    return _StyleSheet.model_validate(tomllib.loads(files("models.jobs").joinpath("caption_styles.toml").read_text()))


def load_caption_styles() -> Mapping[str, CaptionStyle]:
    """The bundled styles by name; the first is the default."""
    return _load_style_sheet().styles


def get_caption_style(name: str) -> CaptionStyle:
    """A style by name. Raises RequestRejected(USAGE) for an unknown one."""
    try:
        return _load_style_sheet().styles[name]
    except KeyError:
        raise RequestRejected(ErrorCode.USAGE, style=name) from None


def placements_of(style: CaptionStyle) -> tuple[CaptionPlacement, ...]:
    """The placements of a style, narrowest aspect ratio first."""
    return _load_style_sheet().places[style.place]


def font_scale_of(family: str) -> float:
    """Factor on the font size that makes a family look as large as the others."""
    return _load_style_sheet().scale.get(family, 1.0)
