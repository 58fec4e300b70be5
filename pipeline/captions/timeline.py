"""Caption state over time: which block is visible, which word is being spoken, and where each is in its motion."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from models.captions.style import WordMotions
from pipeline.captions.layout import CaptionBlock, PlacedWord
from pipeline.captions.motion_states import (
    AT_REST,
    WordPose,
    compute_line_pose,
    compute_sweep,
    compute_word_pose,
    derive_line_motions,
    reverse_pose,
)

WordPhase = Literal["upcoming", "active", "spoken"]


@dataclass(frozen=True, slots=True)
class WordState:
    """State of one visible word of a block: how it looks, moves, and which share of it has the colour of the next
    phase; 1 unless a colour runs through it.
    """

    index: int
    phase: WordPhase
    pose: WordPose = AT_REST
    sweep: float = 1.0


@dataclass(frozen=True, slots=True)
class CaptionState:
    """Visible state of a block: its words back to front, the one being spoken last, and the pose of its plate."""

    block_index: int
    words: tuple[WordState, ...]
    plate_pose: WordPose = AT_REST

    @property
    def active_index(self) -> int:
        return self.words[-1].index


class CaptionTimeline:
    """Lookup of the caption state at a time in seconds; `blocks` are in the order of their starts.

    A change is shown by the first frame after it, or by one up to `lead` seconds before.
    """

    def __init__(self, blocks: Sequence[CaptionBlock], motions: WordMotions, lead: float = 0.0) -> None:
        self._blocks = blocks
        self._block_starts = [block.start for block in blocks]
        self._word_starts = [[word.start for word in block.words] for block in blocks]
        self._motions = motions
        self._line_motions = derive_line_motions(motions)
        self._lead = lead

    def find_state(self, seconds: float) -> CaptionState | None:
        """Return the state of a frame at this time; None between groups."""
        now = seconds + self._lead
        index = bisect_right(self._block_starts, now) - 1
        if index < 0 or now >= self._blocks[index].end:
            return None
        block = self._blocks[index]
        plate_pose = self._find_plate_pose(block, seconds)
        if block.is_highlighted_whole:
            return CaptionState(index, self._find_whole_state(block, seconds), plate_pose)
        active = max(0, bisect_right(self._word_starts[index], now) - 1)
        is_by_word = self._motions.enter is not None and self._motions.by == "word"
        shown = range(active + 1) if is_by_word else range(len(block.words))
        order = [*(number for number in shown if number != active), active]
        words = tuple(self._find_word_state(block, number, active, seconds) for number in order)
        return CaptionState(index, words, plate_pose)

    def _find_whole_state(self, block: CaptionBlock, seconds: float) -> tuple[WordState, ...]:
        """All words as those being spoken, from the start of the block on: none has a time of its own."""
        elapsed = seconds - block.start
        poses = (
            compute_line_pose(self._line_motions, elapsed, index, word.length) for index, word in enumerate(block.words)
        )
        return tuple(WordState(index, "active", _orient_pose(block, pose)) for index, pose in enumerate(poses))

    def _find_word_state(self, block: CaptionBlock, index: int, active: int, seconds: float) -> WordState:
        word = block.words[index]
        phase: WordPhase = "active" if index == active else "spoken" if index < active else "upcoming"
        pose = compute_word_pose(
            self._motions,
            since_block=seconds - block.start,
            since_word=seconds - word.start,
            is_active=index == active,
            length=word.length,
        )
        is_swept = self._motions.sweep and index == active
        return WordState(
            index, phase, _orient_pose(block, pose), _compute_word_sweep(word, seconds) if is_swept else 1.0
        )

    def _find_plate_pose(self, block: CaptionBlock, seconds: float) -> WordPose:
        """A group's plate comes in with it; where words come in one by one it is there at once."""
        motions = self._line_motions if block.is_highlighted_whole else self._motions
        if motions.by == "word":
            return AT_REST
        pose = compute_word_pose(motions, since_block=seconds - block.start, since_word=0.0, is_active=False)
        return _orient_pose(block, pose)


def _orient_pose(block: CaptionBlock, pose: WordPose) -> WordPose:
    return reverse_pose(pose) if block.is_rtl else pose


def _compute_word_sweep(word: PlacedWord, seconds: float) -> float:
    return compute_sweep(seconds - word.start, word.end - word.start)
