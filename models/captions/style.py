"""Schema of a caption style: fonts, grouping, the appearance of words in each of their states, and their motions."""

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from models.captions.fonts import FontFamily
from models.captions.motion import load_motions
from models.captions.placement import Anchor, load_places
from models.captions.tables import Em, HexColour, LookTable, Offset, Ratio


class TextStroke(LookTable):
    width: Annotated[float, Field(ge=0, le=0.3)]  # em
    colour: HexColour


class TextShadow(LookTable):
    """A copy of letters and stroke behind them: soft, hard (`blur` 0), or a glow (no offset, `strength` above 1)."""

    dx: Offset = 0.0
    dy: Offset = 0.0
    blur: Annotated[float, Field(ge=0, le=0.6)] = 0.0  # em, standard deviation
    strength: Annotated[float, Field(ge=0, le=4)]
    colour: HexColour = "#000000"


class BackgroundBox(LookTable):
    """A rounded rectangle behind the whole group (of `base`) or behind a word (of its state)."""

    fill: HexColour
    opacity: Ratio
    pad: Em
    radius: Em
    accent: HexColour | None = None  # a bar along the side where reading starts


class BaseAppearance(LookTable):
    """A word before it is spoken, and afterwards where `spoken` says nothing else."""

    fill: HexColour
    stroke: TextStroke | None = None
    shadows: Annotated[tuple[TextShadow, ...], Field(max_length=4)] = ()
    plate: BackgroundBox | None = None


class StateAppearance(LookTable):
    """What is different in one state of a word; what is not given is as in `base`, except that `plate` is a word's."""

    fill: HexColour | None = None
    stroke: TextStroke | None = None
    shadows: Annotated[tuple[TextShadow, ...], Field(max_length=4)] | None = None
    plate: BackgroundBox | None = None


class WordMotions(LookTable):
    """Names of motions: how words come in, one by one or with their group, and how the word being spoken moves; and how
    a line comes in that is highlighted as a whole, where that is another one.
    """

    enter: str | None = None
    by: Literal["word", "group"] = "group"
    active: str | None = None
    line: str | None = None
    sweep: bool = False  # the colour of the word being spoken runs through it while it is spoken

    @field_validator("enter", "active", "line")
    @classmethod
    def _validate_motion(cls, value: str | None) -> str | None:
        if value is not None and value not in load_motions():
            raise ValueError(f"there is no motion called {value!r}; there are {', '.join(load_motions())}")
        return value


class EmphasisRules(LookTable):
    """Words worth emphasis: their colours, taken in turn, and their size; none without a fill."""

    fills: Annotated[tuple[HexColour, ...], Field(max_length=6)] = ()
    scale: Annotated[float, Field(ge=1, le=1.6)] = 1.0


class SpeakerColours(LookTable):
    """Colours of one speaker's words."""

    fill: HexColour
    active: HexColour


class FontSettings(LookTable):
    family: FontFamily
    case: Literal["upper", "as_is"]
    size: Annotated[float, Field(ge=0.5, le=1.6)] = 1.0  # of the place's size
    space: Em
    leading: Annotated[float, Field(ge=0.8, le=3)]

    def resize(self, scale: float) -> Self:
        """These settings with letters of another size."""
        return self.model_copy(update={"size": self.size * scale})


class GroupingRules(LookTable):
    """How words are grouped into what is shown at once; seconds, and columns, of which a CJK character takes two."""

    max_words: int = Field(ge=1, le=12)
    max_chars: int = Field(ge=4, le=120)
    max_lines: int = Field(ge=1, le=4)
    gap_break: float = Field(gt=0, le=5)
    max_seconds: float = Field(gt=0, le=10)
    min_seconds: float = Field(ge=0, le=3)
    hold: float = Field(ge=0, le=3)
    drop: str = Field(max_length=40)  # punctuation that breaks groups and is not shown
    turn_mark: str = Field(default="", max_length=4)  # before another speaker; with one, subtitles that fit stay whole


class CaptionStyle(LookTable):
    """A style. `order` is its place in lists;"""

    order: int = Field(ge=0, le=10_000)
    place: str
    anchor: Anchor | None = None  # instead of the place's height
    avoid_faces: bool = True  # captions move up or down where they would cover one
    lines: Literal["balanced", "stack"] = "balanced"  # stack: one word above another, sizes by weight
    font: FontSettings
    group: GroupingRules
    base: BaseAppearance
    active: StateAppearance = StateAppearance()
    spoken: StateAppearance = StateAppearance()
    motion: WordMotions = WordMotions()
    emphasis: EmphasisRules = EmphasisRules()
    speakers: Annotated[tuple[SpeakerColours, ...], Field(max_length=6)] = ()

    @field_validator("place")
    @classmethod
    def _validate_place(cls, value: str) -> str:
        if value not in load_places():
            raise ValueError(f"there is no place called {value!r}; there are {', '.join(load_places())}")
        return value

    @model_validator(mode="after")
    def _require_something_behind_letters(self) -> Self:
        """Letters without anything behind them vanish on pictures of their colour."""
        if not (self.base.stroke or self.base.plate or self.base.shadows):
            raise ValueError("base needs a stroke, a shadow or a plate")
        return self
