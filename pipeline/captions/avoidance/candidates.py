"""Places a caption may take: that of its style, and others above and below it within the safe area."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from models.captions.placement import CaptionPlacement
from pipeline.captions.layout import CaptionBlock

STEP: Final = 0.03  # of the frame's height, between two places


@dataclass(frozen=True, slots=True)
class Candidate:
    """A block at one of its places: `offset` is how far it is from that of its style, of the height, down is positive;
    `scale` is the size of its letters, of the style's.
    """

    block: CaptionBlock
    offset: float
    scale: float = 1.0


def list_candidates(
    block: CaptionBlock, place: CaptionPlacement, frame_height: int, scale: float = 1.0, step_share: float = STEP
) -> list[Candidate]:
    """The style's own place first; the others, `step_share` of the height apart, keep what the block draws within the
    safe area.
    """
    top, bottom = place.safe.top * frame_height, (1 - place.safe.bottom) * frame_height
    step = max(2, round(step_share * frame_height))
    above, below = math.floor((block.box.top - top) / step), math.floor((bottom - block.box.bottom) / step)
    offsets = sorted(range(-max(0, above), max(0, below) + 1), key=abs)
    return [Candidate(move_block(block, n * step), n * step / frame_height, scale) for n in offsets]


def move_block(block: CaptionBlock, dy: int) -> CaptionBlock:
    """A block moved down by pixels; it stays in the frame if `dy` says so."""
    if not dy:
        return block
    words = tuple(replace(word, baseline=word.baseline + dy, box=word.box.move(0, dy)) for word in block.words)
    return replace(block, words=words, box=block.box.move(0, dy))


def find_rows(blocks: Sequence[CaptionBlock], frame_height: int) -> tuple[float, float]:
    """The rows between which blocks are, as shares of the height."""
    return (
        min(block.box.top for block in blocks) / frame_height,
        max(block.box.bottom for block in blocks) / frame_height,
    )
