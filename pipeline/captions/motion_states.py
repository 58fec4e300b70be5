"""Where a word is in its motion: its scale, offset, focus and the share of it that is shown or filled."""

from dataclasses import dataclass, replace
from functools import cache

from models.captions.motion import Curve, Motion, get_motion, interpolate_curve
from models.captions.style import CaptionStyle, WordMotions

# Values are rounded to multiples of these, so that each state is rendered once.
_SCALE_STEP = 0.02
_OFFSET_STEP = 0.02  # em
_BLUR_STEP = 0.015  # em
_MAX_TYPING = 0.24  # seconds: a long word is typed faster
SWEEP_STEPS = 24  # widths of the filled part of a word
_FIRST_STEP = 2 / SWEEP_STEPS  # share that is filled at once, so that the start of a word is seen


@dataclass(frozen=True, slots=True)
class WordPose:
    """A word's place in its motion: `scale`, offset `x` and `y` and `blur` in em, and how many of its
    letters are there; None: all. `is_grouped` means scaled around the block's centre, not the word's.
    """

    scale: float = 1.0
    x: float = 0.0
    y: float = 0.0
    blur: float = 0.0
    letters: int | None = None
    is_grouped: bool = False


AT_REST = WordPose()


@dataclass(frozen=True, slots=True)
class MotionReach:
    """How far the motions of words move ink: the largest scale of a word, and em beyond it."""

    scale: float
    offset: float


def compute_pose(motion: Motion, elapsed: float, *, length: int = 1) -> WordPose:
    """The pose of a word of `length` letters after `elapsed` seconds; where the motion has ended, that of its end."""
    elapsed = max(0.0, elapsed)
    share = elapsed / motion.seconds

    def evaluate(curve: Curve, rest: float, step: float) -> float:
        return round(round(interpolate_curve(curve, share, motion.ease) / step) * step, 3) if curve else rest

    typing = _measure_typing(motion, length)
    return WordPose(
        evaluate(motion.scale, 1.0, _SCALE_STEP),
        evaluate(motion.x, 0.0, _OFFSET_STEP),
        evaluate(motion.y, 0.0, _OFFSET_STEP),
        evaluate(motion.blur, 0.0, _BLUR_STEP),
        1 + int(length * elapsed / typing) if elapsed < typing else None,
    )


def compute_word_pose(
    motions: WordMotions, *, since_block: float, since_word: float, is_active: bool, length: int = 1
) -> WordPose:
    """The pose of a visible word: its entrance while that lasts, else the motion of the word being spoken."""
    enter = get_motion(motions.enter) if motions.enter else None
    elapsed = since_word if motions.by == "word" else since_block
    if enter and elapsed < max(enter.seconds, _measure_typing(enter, length)):
        return replace(compute_pose(enter, elapsed, length=length), is_grouped=motions.by == "group")
    return compute_pose(get_motion(motions.active), since_word) if motions.active and is_active else AT_REST


@cache
def derive_line_motions(motions: WordMotions) -> WordMotions:
    """What moves of a line that is highlighted as a whole: it comes in, and no word moves when it is spoken."""
    if motions.line is None:
        return WordMotions(enter=motions.enter, by=motions.by)
    return WordMotions(enter=motions.line, by="word" if get_motion(motions.line).stagger else "group")


def compute_line_pose(motions: WordMotions, elapsed: float, index: int, length: int) -> WordPose:
    """The pose of the word at `index` of such a line, `elapsed` seconds after its start."""
    delay = index * get_motion(motions.enter).stagger if motions.enter else 0.0
    since = elapsed - delay
    return compute_word_pose(motions, since_block=since, since_word=since, is_active=False, length=length)


def reverse_pose(pose: WordPose) -> WordPose:
    """The pose in a text from right to left, whose words come from the other side."""
    return replace(pose, x=-pose.x) if pose.x else pose


def _measure_typing(motion: Motion, length: int) -> float:
    """Seconds until all letters of a word are there."""
    return min(motion.letters * length, _MAX_TYPING)


def compute_sweep(elapsed: float, seconds: float) -> float:
    """The share of a word that is filled, in steps."""
    share = max(_FIRST_STEP, min(1.0, elapsed / seconds)) if seconds > 0 else 1.0
    return round(share * SWEEP_STEPS) / SWEEP_STEPS


@cache
def measure_motion_reach(style: CaptionStyle) -> MotionReach:
    """How far words move by themselves, when they come in and when they are spoken."""
    motions = [get_motion(name) for name in (style.motion.active, style.motion.enter) if name]
    is_scaled_by_itself = style.motion.by == "word"
    scaled = motions if is_scaled_by_itself else motions[: style.motion.active is not None]
    return MotionReach(
        max([1.0, *(motion.peak_scale for motion in scaled)]), max([0.0, *(motion.reach for motion in motions)])
    )


def measure_group_scale(style: CaptionStyle) -> float:
    """The largest scale of a block that comes in as a whole."""
    is_grouped = style.motion.enter is not None and style.motion.by == "group"
    return get_motion(style.motion.enter).peak_scale if is_grouped and style.motion.enter else 1.0
