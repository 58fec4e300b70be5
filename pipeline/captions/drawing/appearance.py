"""Appearance of a word in one of its states: what a style says, with emphasis and speakers taken into account."""

from dataclasses import dataclass

from models.captions.style import BackgroundBox, CaptionStyle, StateAppearance, TextShadow, TextStroke
from pipeline.captions.layout import PlacedWord
from pipeline.captions.timeline import WordPhase

_UNCHANGED = StateAppearance()


@dataclass(frozen=True, slots=True)
class WordLook:
    """How one word is drawn; `plate` is its own."""

    fill: str
    stroke: TextStroke | None
    shadows: tuple[TextShadow, ...]
    plate: BackgroundBox | None


def look_for(style: CaptionStyle, word: PlacedWord, phase: WordPhase) -> WordLook:
    change = {"active": style.active, "spoken": style.spoken, "upcoming": _UNCHANGED}[phase]
    return WordLook(
        _find_fill(style, word, phase, change.fill),
        change.stroke or style.base.stroke,
        style.base.shadows if change.shadows is None else change.shadows,
        change.plate,
    )


def _find_fill(style: CaptionStyle, word: PlacedWord, phase: WordPhase, fill: str | None) -> str:
    """A word that is emphasised has its colour from its start on, so that its start is seen."""
    if word.emphasis is not None and style.emphasis.fills and phase != "upcoming":
        return style.emphasis.fills[word.emphasis % len(style.emphasis.fills)]
    if style.speakers:
        colours = style.speakers[word.speaker % len(style.speakers)]
        return colours.active if phase == "active" else colours.fill
    return fill or style.base.fill
