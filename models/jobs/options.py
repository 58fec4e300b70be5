"""Options of the job kinds."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from models.billing.plans import Plan
from models.captions.adjustments import StyleAdjustments, TextSize
from models.captions.branding import BrandKit, Logo
from models.captions.fonts import FontFamily
from models.captions.placement import Anchor
from models.captions.style import CaptionStyle
from models.captions.tables import HexColour
from models.jobs.caption_styles import DEFAULT_STYLE, load_caption_styles
from models.jobs.editing import MAX_NAME_LENGTH, EditingOptions
from models.jobs.film import EncodingOptions
from models.jobs.film_sizes import MAX_SIDES, Aspect, Resolution
from models.jobs.hands import DEFAULT_HAND, DrawingTool, resolve_hand
from models.jobs.transcript import UNKNOWN_LANGUAGE
from models.languages import load_languages
from models.limits import load_limits
from models.sketch.subjects import DrawingOrder

NO_TRANSLATION: Final = "off"
SIDE_BY_SIDE: Final = "side"  # all pictures of an album on one board
ERASER: Final = "eraser"  # in the hand, by which a board is wiped
OWN_LANGUAGE: Final = "own"  # of the user
_SKETCH_LIMITS = load_limits().kinds["sketch"]
MAX_HOLD_SECONDS: Final = 30
_MAX_SIDE = load_limits().film.max_width
_MAX_TITLE_LENGTH = load_limits().film.max_title

PenSound = Literal["none", "auto", "pencil", "marker", "chalk", "brush"]  # auto: of the tool that draws
Switch = Literal["auto", "on", "off"]  # auto: as the style has it


class JobOptions(BaseModel):
    """Options of a job; a kind's own options derive from it. Stored as JSON in `Job.parameters`."""

    model_config = ConfigDict(frozen=True)

    @property
    def spoken_language(self) -> str | None:
        """Language of the speech to be transcribed, "auto" if unknown; None for a kind that transcribes nothing."""
        return None

    @property
    def target_language(self) -> str | None:
        """Language of the text where it may be another than the spoken one; None where nothing is translated."""
        return None

    def compute_seconds(self, input_seconds: float) -> float:
        """Length of the result in seconds, by which it is priced; by default that of all inputs."""
        return input_seconds

    def compute_pixels(self, input_pixels: int) -> int:
        """Pixels of the largest frame that is worked on, which decides on memory; by default of the largest input."""
        return input_pixels

    def with_plan(self, plan: Plan, watermark: str) -> Self:  # noqa: ARG002 - for kinds that a plan decides something of
        """These options with what the user's plan decides."""
        return self

    def with_max_bytes(self, max_bytes: int) -> Self:  # noqa: ARG002 - for kinds whose result can be fitted
        """These options with the size of the largest result that can be sent."""
        return self

    def with_language(self, language: str) -> Self:  # noqa: ARG002 - for kinds that transcribe
        """These options with the language of the speech."""
        return self

    def with_vocabulary(self, vocabulary: Sequence[str]) -> Self:  # noqa: ARG002 - for kinds that transcribe
        """These options with the names and brands of the tenant."""
        return self

    def with_tenant_name(self, name: str) -> Self:  # noqa: ARG002 - for kinds that show it
        """These options with the name of the business."""
        return self

    def with_own_language(self, language: str) -> Self:  # noqa: ARG002 - for kinds that transcribe
        """These options with the language of the user."""
        return self

    @property
    def keeps_times(self) -> bool:
        """Whether everything is at the same time in the result as in the input."""
        return True

    @property
    def logo_file_id(self) -> uuid.UUID | None:
        """The stored file of the logo on the film, if there is one."""
        return None

    def with_brand(self, brand: BrandKit, styles: Mapping[str, CaptionStyle]) -> Self:  # noqa: ARG002 - for kinds that render a film
        """These options with the brand of the user or the tenant, and with the tenant's own caption styles."""
        return self


class FilmOptions(JobOptions):
    """Options of a kind that renders a film. The plan decides on the watermark, the messenger on the largest size."""

    watermark: str | None = Field(default=None, max_length=60)
    logo: Logo | None = None
    encoding: EncodingOptions = EncodingOptions()

    @property
    def logo_file_id(self) -> uuid.UUID | None:
        return self.logo.file_id if self.logo else None

    def with_plan(self, plan: Plan, watermark: str) -> Self:
        update = {"watermark": watermark if plan.watermark else None}
        return super().with_plan(plan, watermark).model_copy(update=update)

    def with_max_bytes(self, max_bytes: int) -> Self:
        return self.model_copy(update={"encoding": self.encoding.model_copy(update={"max_bytes": max_bytes})})

    def with_brand(self, brand: BrandKit, styles: Mapping[str, CaptionStyle]) -> Self:
        return super().with_brand(brand, styles).model_copy(update={"logo": brand.logo})


class SpeechOptions(JobOptions):
    """Options of a kind that transcribes speech."""

    language: str = "auto"
    engine: Literal["auto", "groq", "local"] = "auto"
    own_language: str | None = None  # the user's, which is expected more than others where "auto" is unsure
    vocabulary: tuple[str, ...] = ()  # names and brands that may be spoken, as they are spelled
    heard_in: tuple[str, ...] | None = None  # languages the plan allows, ISO 639-1; None: all

    @property
    def spoken_language(self) -> str | None:
        return self.language

    def with_plan(self, plan: Plan, watermark: str) -> Self:
        return super().with_plan(plan, watermark).model_copy(update={"heard_in": plan.languages})

    def with_language(self, language: str) -> Self:
        return self.model_copy(update={"language": language})

    def with_vocabulary(self, vocabulary: Sequence[str]) -> Self:
        return self.model_copy(update={"vocabulary": tuple(vocabulary)})

    def with_own_language(self, language: str) -> Self:
        return self.model_copy(update={"own_language": language})

    def resolve_language(self, language: str) -> str:
        """The language of a text: where it is unknown, the one that is said to be spoken, or else the user's own."""
        if language != UNKNOWN_LANGUAGE:
            return language
        return self.language if self.language != "auto" else self.own_language or language


class SketchOptions(FilmOptions):
    """Options of a sketch job. `width` and `height` are pixels; both None: derived from `aspect` and `resolution`.
    `title` is written above the first picture.
    """

    seconds: float = Field(default=10, ge=_SKETCH_LIMITS.min_seconds, le=_SKETCH_LIMITS.max_seconds)
    fps: int = Field(default=30, ge=10, le=60)
    width: int | None = Field(default=None, ge=64, le=_MAX_SIDE)
    height: int | None = Field(default=None, ge=64, le=_MAX_SIDE)
    aspect: Aspect = "auto"
    resolution: Resolution = "auto"
    finish: Literal["colour", "marker", "pencil", "lines"] = "colour"
    board: Literal["white", "paper", "kraft", "blackboard", "green"] = "white"
    hand: Annotated[str, AfterValidator(resolve_hand)] = DEFAULT_HAND
    tool: DrawingTool = "auto"
    hold: Literal["auto"] | Annotated[float, Field(ge=0, le=MAX_HOLD_SECONDS)] = "auto"  # seconds of what is finished
    loop: bool = False  # the board is wiped at the end, so that the film ends as it begins
    gif: bool = False  # also made as a GIF
    transition: Literal["eraser", "page", "slide"] = ERASER  # to the next board of an album or a loop
    sound: PenSound = "none"
    album: Literal["scenes", "side"] = "scenes"
    order: DrawingOrder = ()
    title: str = Field(default="", max_length=_MAX_TITLE_LENGTH)

    def compute_seconds(self, input_seconds: float) -> float:
        """That of the sound among the inputs; pictures have no length."""
        return max(_SKETCH_LIMITS.min_seconds, input_seconds) if input_seconds else self.seconds

    def compute_pixels(self, input_pixels: int) -> int:  # noqa: ARG002 - pictures are made smaller
        longer, shorter = MAX_SIDES[self.resolution]
        return (self.width or longer) * (self.height or shorter)


class TranslationOptions(SpeechOptions):
    """Options of a kind whose text may be in another language, in place of what is said or below it."""

    translate_to: str = NO_TRANSLATION  # ISO 639-1, or OWN_LANGUAGE: of the text where it is not the spoken one
    translation_lines: Literal["translated", "both"] = "translated"

    @property
    def target_language(self) -> str | None:
        target = self.own_language if self.translate_to == OWN_LANGUAGE else self.translate_to
        return None if target == NO_TRANSLATION else target

    @field_validator("translate_to")
    @classmethod
    def _validate_translate_to(cls, value: str) -> str:
        code = value if value in {NO_TRANSLATION, OWN_LANGUAGE} else load_languages().find_code(value)
        if code is None:
            raise ValueError(f"{value} is no language")
        return code


class CaptionOptions(FilmOptions, TranslationOptions, EditingOptions):
    """Options of a caption job: a style by name, what is changed of it, and what is edited in the film. What is "auto"
    is the brand's.
    """

    style: str = DEFAULT_STYLE
    custom_style: CaptionStyle | None = None  # the tenant's style of that name
    brand: BrandKit = BrandKit()
    colour: Literal["auto"] | HexColour = "auto"
    second_colour: Literal["auto"] | HexColour = "auto"
    font: Literal["auto"] | FontFamily = "auto"
    size: TextSize = "medium"
    place: Literal["auto"] | Anchor = "auto"
    emphasis: Switch = "auto"
    avoid_faces: Switch = "auto"
    profanity: Literal["keep", "mask"] = "keep"
    subtitle_track: bool = False  # beside the captions in the picture
    normalise_loudness: bool = False  # to -14 LUFS

    @property
    def keeps_times(self) -> bool:
        return not self.cut_pauses

    @property
    def adjustments(self) -> StyleAdjustments:
        """What is changed of the style."""
        values = {
            "colour": self.colour,
            "second_colour": self.second_colour,
            "font": self.font,
            "anchor": self.place,
            "has_emphasis": self.emphasis,
            "avoid_faces": self.avoid_faces,
        }
        given = {name: value for name, value in values.items() if value != "auto"}
        branded = self.brand.model_dump(include={"colour", "second_colour", "font"})
        return StyleAdjustments.model_validate({**branded, **given, "size": self.size})

    def with_brand(self, brand: BrandKit, styles: Mapping[str, CaptionStyle]) -> Self:
        """Also resolves the style; one that is gone is what it was for a film that has it, and else the default one."""
        is_ours = self.style in load_caption_styles()
        custom_style = styles.get(self.style) or (None if is_ours else self.custom_style)
        is_known = is_ours or custom_style is not None
        update = {
            "custom_style": custom_style,
            "style": self.style if is_known else DEFAULT_STYLE,
            "brand": brand.model_copy(update={"logo": None}),
        }
        return super().with_brand(brand, styles).model_copy(update=update)

    def with_tenant_name(self, name: str) -> Self:
        return self.model_copy(update={"card_name": (self.card_name or name)[:MAX_NAME_LENGTH]})


class TranscriptOptions(TranslationOptions):
    """Options of a transcript job."""


class SummaryOptions(SpeechOptions):
    """Options of a summary job."""


class ChaptersOptions(SpeechOptions):
    """Options of a chapters job."""
