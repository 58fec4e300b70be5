"""Motions of words: curves of scale, position and blur over time, read from `motions.toml`."""

from bisect import bisect_right
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from models.captions.tables import LookTable, read_table
from models.errors import ConfigError

MAX_BLUR_SECONDS = 0.05  # how long a word may be out of focus: it must be legible at its time
LEGIBLE_BLUR = 0.03  # em, of heavy letters

Share = Annotated[float, Field(ge=0, le=1)]
Curve = tuple[tuple[Share, float], ...]  # (share of the motion's time, value); interpolated with the motion's ease


class Motion(LookTable):
    """Curves of one motion; an empty one changes nothing. Positions and blur are in em, right and down are positive.

    `letters` are seconds a letter: letters appear one after another instead of all at once. `stagger` are seconds from
    word to word, where a line comes in at once: its words move one after another, and are all there from its start.
    """

    seconds: float = Field(gt=0, le=1)
    ease: Literal["out", "linear"] = "out"
    scale: Curve = ()
    x: Curve = ()
    y: Curve = ()
    blur: Curve = ()
    letters: float = Field(default=0, ge=0, le=0.1)
    stagger: float = Field(default=0, ge=0, le=0.1)

    @model_validator(mode="after")
    def _validate_curves(self) -> Self:
        bounds = {"scale": (0.4, 1.6), "x": (-1.5, 1.5), "y": (-1.5, 1.5), "blur": (0, 0.3)}
        for name, (low, high) in bounds.items():
            curve: Curve = getattr(self, name)
            shares = [share for share, _ in curve]
            if len(curve) > 12 or shares != sorted(set(shares)) or (curve and (shares[0], shares[-1]) != (0, 1)):
                raise ValueError(f"{name} takes up to 12 points whose shares rise from 0 to 1")
            if not all(low <= value <= high for _, value in curve):
                raise ValueError(f"{name} takes values from {low} to {high}")
        return self

    @model_validator(mode="after")
    def _validate_end(self) -> Self:
        if any(curve and curve[-1][1] != 0 for curve in (self.x, self.y, self.blur)):
            raise ValueError("x, y and blur end at 0")
        if self.scale and not 1 <= self.scale[-1][1] <= 1.2:
            raise ValueError("scale ends at 1 to 1.2")
        return self

    @model_validator(mode="after")
    def _validate_legibility(self) -> Self:
        if self.stagger and (self.blur or self.letters):
            raise ValueError("words that move one after another are all there and in focus from the start")
        late = min(1.0, MAX_BLUR_SECONDS / self.seconds)
        if any(value > LEGIBLE_BLUR for value in self._list_values_from(self.blur, late)):
            raise ValueError(f"a word is in focus (blur {LEGIBLE_BLUR}) {MAX_BLUR_SECONDS} s after its start")
        return self

    def _list_values_from(self, curve: Curve, share: float) -> list[float]:
        """The value at a share of the time, and those of all points after it."""
        return [interpolate_curve(curve, share, self.ease), *(v for at, v in curve if at > share)] if curve else []

    @property
    def peak_scale(self) -> float:
        return max([1.0, *(value for _, value in self.scale)])

    @property
    def reach(self) -> float:
        """How far the curves move ink beyond a word's own place, em, without its scale."""
        offsets = [abs(value) for curve in (self.x, self.y) for _, value in curve]
        return max([0.0, *offsets]) + 2.5 * max([0.0, *(value for _, value in self.blur)])


def interpolate_curve(curve: Curve, share: float, ease: Literal["out", "linear"]) -> float:
    """The value of a curve at a share of its time; its last value afterwards."""
    if share >= 1:
        return curve[-1][1]
    index = max(1, bisect_right([point[0] for point in curve], max(0.0, share)))
    (start, low), (end, high) = curve[index - 1], curve[index]
    part = (max(0.0, share) - start) / (end - start)
    return low + (high - low) * (part if ease == "linear" else 1 - (1 - part) ** 2)


@cache
def load_motions() -> Mapping[str, Motion]:
    """The motions by name."""
    return {name: Motion.model_validate(table) for name, table in read_table("motions.toml").items()}


def get_motion(name: str) -> Motion:
    """A motion by name. Raises ConfigError for an unknown one."""
    if (motion := load_motions().get(name)) is None:
        raise ConfigError(f"there is no motion called {name!r}; there are {', '.join(load_motions())}")
    return motion
