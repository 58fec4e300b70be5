"""Headings: a few words set large in the fonts and colours of a style, at once, apart from captions."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from models.captions.fonts import list_families
from models.captions.placement import CaptionPlacement, get_placements
from models.captions.style import BaseAppearance, CaptionStyle, EmphasisRules, StateAppearance, WordMotions
from models.jobs.transcript import Word
from pipeline.captions.caption_words import prepare_words
from pipeline.captions.grouping import CaptionGroup
from pipeline.captions.layout import CaptionBlock, count_max_columns, interpolate_place, lay_out_groups
from pipeline.captions.text_shaping import TextExtent, keep_drawable, measure_text

_MAX_LINES = 4
_MAX_WIDTH = 0.84  # of the frame
_PLACE = "feed"  # whose sizes and safe area headings have, whatever the place of captions


@dataclass(frozen=True, slots=True)
class HeadingLook:
    """How a heading looks: its letters and what is behind them, its size by that of captions, and how it comes in."""

    base: BaseAppearance
    scale: float
    motion: WordMotions


def derive_heading_style(style: CaptionStyle, look: HeadingLook) -> CaptionStyle:
    """A style in which all words look alike."""
    rules = style.group.model_copy(update={"max_lines": _MAX_LINES, "max_chars": 24, "max_words": 60})
    return style.model_copy(
        update={
            "base": look.base,
            "active": StateAppearance(),
            "spoken": StateAppearance(),
            "emphasis": EmphasisRules(),
            "speakers": (),
            "motion": look.motion,
            "lines": "balanced",
            "group": rules,
            "font": style.font.model_copy(update={"size": style.font.size * look.scale}),
        }
    )


def find_heading_place(size: tuple[int, int], y: float) -> CaptionPlacement:
    """A place in the middle of frames of (width, height) pixels, as far from the left as from the right; the buttons of
    platforms are beside the lower half.
    """
    place = interpolate_place(get_placements(_PLACE), *size)
    side = place.safe.left if y <= 0.5 else max(place.safe.left, place.safe.right)
    safe = place.safe.model_copy(update={"left": side, "right": side})
    return place.model_copy(update={"y": y, "max_width": _MAX_WIDTH, "safe": safe})


def lay_out_heading(
    texts: Sequence[str], style: CaptionStyle, place: CaptionPlacement, size: tuple[int, int], language: str
) -> CaptionBlock | None:
    """The words as one block that is there from second 0 on; None where the fonts draw none of them."""
    families = list_families(style.font.family, language)
    words = [Word(text=text, start=0, end=0) for text in texts]
    keep = partial(keep_drawable, families=families)
    prepared = prepare_words(words, style, language, keep, count_max_columns(place, style, *size))
    if not prepared:
        return None

    def measure(text: str, pixels: int) -> TextExtent:
        return measure_text(text, families, pixels)

    group = CaptionGroup(tuple(prepared), 0.0, float("inf"))
    return lay_out_groups([group], style, place, size, measure)[0]
