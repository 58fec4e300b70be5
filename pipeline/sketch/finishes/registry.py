"""The finishes by what their lines are filled with."""

from collections.abc import Callable
from typing import Final

from models.jobs.finishes import FinishStyle
from pipeline.sketch.canvas import Placement
from pipeline.sketch.finishes.drawn_lines import DrawnLines
from pipeline.sketch.finishes.filling import Filling
from pipeline.sketch.finishes.flat import plan_flat
from pipeline.sketch.finishes.graphite import plan_graphite
from pipeline.sketch.finishes.picture import plan_picture

_PLANNERS: Final[dict[str, Callable[[FinishStyle, Placement, DrawnLines], Filling]]] = {
    "picture": plan_picture,
    "flat": plan_flat,
    "graphite": plan_graphite,
}


def plan_filling(style: FinishStyle, placement: Placement, lines: DrawnLines) -> Filling:
    """Plan what a finish does after the lines are drawn; nothing for lines alone."""
    if style.fill is None:
        return Filling(lines.planes, (), (style.min_width, style.max_width))
    return _PLANNERS[style.fill](style, placement, lines)
