"""Translations below the captions: lines that stand still, in smaller letters, under the words that are highlighted."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from models.captions.placement import NOT_PLACED, Anchor, CaptionPlacement, TextPosition
from models.captions.style import CaptionStyle, EmphasisRules, StateAppearance, WordMotions
from models.jobs.transcript import SubtitleLine, Translation, Word
from models.languages import load_languages
from pipeline.captions.caption_words import CaptionWord, prepare_words
from pipeline.captions.grouping import CaptionGroup
from pipeline.captions.layout import CaptionBlock
from pipeline.captions.phrase_breaks import split_phrases
from pipeline.speech import word_timing

_SIZE: Final = 0.62  # of the letters above
_MIN_FONT_SIZE: Final = 0.5  # of the place's size
_MAX_LINES: Final = 3
_MAX_LINES_ABOVE: Final = 3
_GAP: Final = 0.10  # em of the captions, between the ink above and below
_MIN_SECONDS: Final = 0.8  # seconds that a line is shown, unless the next one begins before


def derive_style(style: CaptionStyle) -> CaptionStyle:
    """The style of a translation: the letters of a word that is not being spoken, and nothing that moves."""
    size = max(_MIN_FONT_SIZE, _SIZE * style.font.size)
    update = {
        "font": style.font.model_copy(update={"size": size, "case": "as_is"}),
        "group": style.group.model_copy(update={"max_lines": _MAX_LINES, "drop": ""}),
        "lines": "balanced",
        "active": StateAppearance(),
        "spoken": StateAppearance(),
        "motion": WordMotions(),
        "emphasis": EmphasisRules(),
        "speakers": (),
    }
    return style.model_copy(update=update)


def limit_lines(style: CaptionStyle) -> CaptionStyle:
    """The style of captions with a translation below them: not so many rows that both do not fit."""
    max_lines = min(_MAX_LINES_ABOVE, style.group.max_lines)
    return style.model_copy(update={"group": style.group.model_copy(update={"max_lines": max_lines})})


def group_translation(
    translation: Translation, style: CaptionStyle, keep_drawable: Callable[[str], str], max_columns: int
) -> list[CaptionGroup]:
    """The lines as groups, all words of one at its time; lines of which no font draws anything are left out."""
    ends = [*(following.start for _, following in pairwise(translation.lines)), math.inf]
    groups = []
    for line, end in zip(translation.lines, ends, strict=True):
        words = [Word(text=text, start=line.start, end=line.start) for text in split_line(line, translation.language)]
        shown = prepare_words(words, style, translation.language, keep_drawable, max_columns)
        if shown:
            mark = style.group.turn_mark if line.is_speaker_change else ""
            shown[0] = replace(shown[0], text=f"{mark}{shown[0].text}")
            groups.append(_build_group(shown, line, end, style))
    return groups


def split_line(line: SubtitleLine, language: str) -> tuple[str, ...]:
    """The words between which a line may be broken: phrases where a language has no spaces."""
    if language in load_languages().spaceless:
        return split_phrases(line.text, language)
    return word_timing.tokenize_text(line.text) or (line.text[: word_timing.MAX_TEXT_CHARACTERS],)


def _build_group(
    words: Sequence[CaptionWord], line: SubtitleLine, next_start: float, style: CaptionStyle
) -> CaptionGroup:
    hold_end = line.end if line.is_cue else max(line.end + style.group.hold, line.start + _MIN_SECONDS)
    return CaptionGroup(tuple(words), line.start, min(hold_end, next_start))


def follow_positions(groups: Sequence[CaptionGroup], above: Sequence[CaptionBlock]) -> list[CaptionGroup]:
    """Lines at the positions of the captions that each is shown with for longest."""
    if not any(block.position != NOT_PLACED for block in above):
        return list(groups)
    return [_move_group(group, max(above, key=partial(_measure_overlap, group)).position) for group in groups]


def _measure_overlap(group: CaptionGroup, block: CaptionBlock) -> float:
    """Seconds that both are shown; negative where there is a pause between them."""
    return min(group.end, block.end) - max(group.start, block.start)


def _move_group(group: CaptionGroup, position: TextPosition) -> CaptionGroup:
    return replace(group, words=tuple(replace(word, position=position) for word in group.words))


def place_blocks(
    above: Sequence[CaptionBlock],
    below: Sequence[CaptionBlock],
    place: CaptionPlacement,
    frame: tuple[int, int],
    anchored: Mapping[Anchor, CaptionPlacement] = MappingProxyType({}),
) -> tuple[list[CaptionBlock], list[CaptionBlock]]:
    """Captions above their translations, both around their place and inside its safe area.

    At each place the last row of the captions and the first one of the translations have the same height throughout
    the film.
    """
    uppers, lowers = list[CaptionBlock](), list[CaptionBlock]()
    for anchor in {block.position.anchor for block in (*above, *below)}:
        at = anchored.get(anchor, place) if anchor else place
        upper, lower = ([block for block in part if block.position.anchor == anchor] for part in (above, below))
        placed = _place_at(upper, lower, at, frame)
        uppers += placed[0]
        lowers += placed[1]
    return sorted(uppers, key=_start_of), sorted(lowers, key=_start_of)


def _start_of(block: CaptionBlock) -> float:
    return block.start


def _place_at(
    above: Sequence[CaptionBlock], below: Sequence[CaptionBlock], place: CaptionPlacement, frame: tuple[int, int]
) -> tuple[list[CaptionBlock], list[CaptionBlock]]:
    if not above or not below:
        return list(above), list(below)
    ascent = max(_last_baseline_of(block) - block.box.top for block in above)
    descent = max(block.box.bottom - _last_baseline_of(block) for block in above)
    gap = round(_GAP * above[0].size)
    lower_ascent = max(_first_baseline_of(block) - block.box.top for block in below)
    lower_descent = max(block.box.bottom - _first_baseline_of(block) for block in below)
    step = descent + gap + lower_ascent
    top = _find_top(ascent + step + lower_descent, place, frame[1])
    upper, lower = top + ascent, top + ascent + step
    return (
        [_move_block(block, upper - _last_baseline_of(block), frame) for block in above],
        [_move_block(block, lower - _first_baseline_of(block), frame) for block in below],
    )


def _find_top(height: int, place: CaptionPlacement, frame_height: int) -> int:
    """Where something of that height begins: around the place, inside the safe area as far as it fits."""
    first, last = place.safe.top * frame_height, (1 - place.safe.bottom) * frame_height - height
    wanted = place.y * frame_height - height / 2
    return round(max(first, min(wanted, last)) if first <= last else (first + last) / 2)


def _first_baseline_of(block: CaptionBlock) -> int:
    return min(word.baseline for word in block.words)


def _last_baseline_of(block: CaptionBlock) -> int:
    return max(word.baseline for word in block.words)


def _move_block(block: CaptionBlock, dy: int, frame: tuple[int, int]) -> CaptionBlock:
    words = tuple(replace(word, baseline=word.baseline + dy, box=word.box.move(0, dy)) for word in block.words)
    return replace(block, words=words, box=block.box.move(0, dy).clip_to(*frame))
