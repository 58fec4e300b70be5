"""Transition from one board to the next, by its name."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pipeline.sketch.planes import YuvPlanes
from pipeline.sketch.transitions.page_turn import turn_page
from pipeline.sketch.transitions.slide import move_board

ComposeFrame = Callable[[YuvPlanes, YuvPlanes, float], YuvPlanes]

_STYLES: Final[Mapping[str, ComposeFrame]] = {"page": turn_page, "slide": move_board}


@dataclass(frozen=True, slots=True)
class Transition:
    """A transition in a number of frames from one board to another; its style is `page` or `slide`."""

    style: str
    before: YuvPlanes
    after: YuvPlanes
    frames: int

    def compose_frames(self) -> Iterator[YuvPlanes]:
        """Compose each frame; the last one is the board after the transition."""
        compose = _STYLES[self.style]
        for frame in range(1, self.frames):
            yield compose(self.before, self.after, _ease(frame / self.frames))
        yield self.after


def _ease(share: float) -> float:
    """Smoothstep: slow at both ends."""
    return share * share * (3 - 2 * share)
