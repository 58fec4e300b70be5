"""Order of cues: which are left out, which repeat others, and which are shown at the same time."""

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import accumulate, pairwise
from typing import Final

from models.captions.placement import NOT_PLACED
from pipeline.speech.subtitles.cues import MIN_SHOWN_SECONDS, Cue, CuePart, CuePlacement, extend_cue

_ROLLING_LINES: Final = 3  # of the cue before that stay on the screen
_ROLLING_GAP: Final = 0.1  # seconds; the cues of rolling captions follow each other without a pause
_MAX_JOINED_CHARACTERS: Final = 500  # of what is shown at once
_MIN_SIGN_SECONDS: Final = 0.7  # that a sign is shown
_AT_ONCE_SHARE: Final = 0.25  # of a cue, within which another begins if two speak at once


def order_cues(cues: Iterable[Cue]) -> list[Cue]:
    """Bring cues into the order in which they are spoken, each word once, none at the same time as another's.

    Signs are left out. Rolling captions, which repeat lines of the cue before, keep only what is new in each. Two
    speakers at once become one cue with a line each. Otherwise a cue ends where the next one begins. One that is in the
    file twice is shown once.
    """
    distinct = dict.fromkeys(cue for cue in cues if cue.parts)
    ordered = sorted(_drop_signs(list(distinct)), key=lambda cue: cue.start)
    return _end_at_next(_join_speakers([extend_cue(cue) for cue in _merge_rolling(ordered)]))


def _drop_signs(cues: Sequence[Cue]) -> list[Cue]:
    """Leave out cues that move through the picture, those at another edge while dialogue is shown below, and those at
    points of it but for the ones that are shown alone, long enough to be read.
    """
    dialogue = [cue for cue in cues if cue.placement is CuePlacement.DIALOGUE]
    if not dialogue:
        return list(cues)
    shown, lone = _merge_spans(dialogue), _find_lone_points(cues)
    return [cue for cue in cues if cue.placement is CuePlacement.DIALOGUE or not _is_sign(cue, shown, lone)]


def _is_sign(cue: Cue, shown: Sequence[tuple[float, float]], lone: AbstractSet[Cue]) -> bool:
    if cue.placement is not CuePlacement.OTHER_EDGE and cue not in lone:
        return True
    before = bisect_left(shown, (cue.end, 0.0)) - 1  # the last span that begins before the cue ends
    return before >= 0 and shown[before][1] > cue.start


def _find_lone_points(cues: Iterable[Cue]) -> set[Cue]:
    """The cues at points while no other is: many at once are the letters of a song or of a sign in the picture."""
    points = sorted((cue for cue in cues if cue.placement is CuePlacement.POINT), key=lambda cue: cue.start)
    ends = accumulate((cue.end for cue in points), max, initial=0.0)
    nexts = [*(cue.start for cue in points[1:]), math.inf]
    return {
        cue
        for cue, before, following in zip(points, ends, nexts, strict=False)
        if before <= cue.start and cue.end <= following and cue.end - cue.start >= _MIN_SIGN_SECONDS
    }


def _merge_spans(cues: Iterable[Cue]) -> list[tuple[float, float]]:
    """The times at which any of the cues is shown, in order."""
    spans: list[tuple[float, float]] = []
    for start, end in sorted((cue.start, cue.end) for cue in cues):
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans


def _merge_rolling(cues: Sequence[Cue]) -> list[Cue]:
    if not _is_rolling(cues):
        return list(cues)
    kept = list(cues[:1])
    for before, cue in pairwise(cues):
        repeated = _count_repeated(before, cue) if _is_consecutive(before, cue) else 0
        if repeated < len(cue.tokens):
            kept.append(cue.drop_tokens(repeated))
    return kept


def _is_rolling(cues: Sequence[Cue]) -> bool:
    """Whether most cues that follow another begin with its last line and go on, or pad the time between two."""
    pairs = [(before, cue) for before, cue in pairwise(cues) if _is_consecutive(before, cue)]
    repeated = [count for before, cue in pairs if (count := _count_rolled(before, cue))]
    return 2 * len(repeated) >= len(pairs) and sum(repeated) > 1  # one word may be said twice


def _is_consecutive(before: Cue, cue: Cue) -> bool:
    return cue.start - before.end <= _ROLLING_GAP


def _count_rolled(before: Cue, cue: Cue) -> int:
    """How many words a cue repeats, if it goes on after them or is padding."""
    repeated = _count_repeated(before, cue)
    is_padding = min(cue.end - cue.start, before.end - before.start) <= MIN_SHOWN_SECONDS
    return repeated if is_padding or repeated < len(cue.tokens) else 0


def _count_repeated(before: Cue, cue: Cue) -> int:
    """How many words a cue begins with that are the whole cue before, or the last lines of it."""
    tokens = cue.tokens
    lines = before.text.split("\n")
    for first in (0, *range(max(1, len(lines) - _ROLLING_LINES), len(lines))):
        tail = Cue(0, 0, (CuePart("\n".join(lines[first:]), 0),)).tokens
        if tail and tokens[: len(tail)] == tail:
            return len(tail)
    return 0


def _join_speakers(cues: Sequence[Cue]) -> list[Cue]:
    """Make one cue of those that begin together: the line of one speaker after that of another."""
    joined: list[Cue] = []
    for cue in cues:
        before = joined[-1] if joined else None
        if before and _is_simultaneous(before, cue):
            joined[-1] = _join_pair(before, cue)
        else:
            joined.append(cue)
    return joined


def _is_simultaneous(one: Cue, other: Cue) -> bool:
    is_short = len(one.text) + len(other.text) <= _MAX_JOINED_CHARACTERS
    return is_short and other.start < one.start + _AT_ONCE_SHARE * (one.end - one.start)


def _join_pair(one: Cue, other: Cue) -> Cue:
    lines = [line for cue in (one, other) for line in _list_speaker_lines(cue)]
    return Cue(
        one.start,
        max(one.end, other.end),
        (CuePart("\n".join(lines), one.start),),
        has_speaker_lines=True,
        position=one.position if one.position == other.position else NOT_PLACED,
        speakers=(*one.speakers, *other.speakers),
    )


def _list_speaker_lines(cue: Cue) -> list[str]:
    """What each speaker of a cue says, in a line."""
    return cue.text.split("\n") if cue.has_speaker_lines else [" ".join(cue.text.split())]


def _end_at_next(cues: Sequence[Cue]) -> list[Cue]:
    clipped = [_clip(cue, following.start) for cue, following in pairwise(cues)]
    return [*clipped, *cues[-1:]]


def _clip(cue: Cue, end: float) -> Cue:
    if cue.end <= end:
        return cue
    return replace(cue, end=end, parts=tuple(replace(part, start=min(part.start, end)) for part in cue.parts))
