"""Scene that wipes the board for the next picture."""

import numpy as np

from pipeline.sketch.canvas import Placement
from pipeline.sketch.finishes import filling
from pipeline.sketch.finishes.fill_strokes import FillTool, plan_strokes
from pipeline.sketch.planes import YuvPlanes
from pipeline.sketch.scene_types import Scene, ScenePhases, SceneSpec
from pipeline.sketch.strokes import pen_timing

_ERASER_WIDTH = 0.24  # units, width
_SLANT = -38.0  # degrees
_SWEEP_SHARE = 0.8  # of a wipe's frames; in the others the hand leaves


def build_wipe_scene(boards: tuple[YuvPlanes, YuvPlanes], placement: Placement, frames: int, spec: SceneSpec) -> Scene:
    """Build the scene in which the hand wipes the first board with an eraser, which leaves the second."""
    board, empty_board = boards
    phases = ScenePhases(0, 0, frames)
    start = np.array((0.8 * spec.size[0], 1.15 * spec.size[1]), np.float32)
    tool = FillTool(_ERASER_WIDTH * spec.unit / placement.scale[0], _SLANT)
    everywhere = np.zeros(placement.working_copy.shape[:2], np.int32)
    strokes = plan_strokes(everywhere, everywhere == 0, tool, start / np.array(placement.scale, np.float32))
    path, times = filling.time_fill(strokes, placement, start, max(1, round(_SWEEP_SHARE * frames)), spec)
    board_times = filling.extend_to_board(times, placement, spec.size)
    luma, chroma = filling.build_reveals(board_times, board, empty_board, phases)
    path = pen_timing.append_exit(path, start, frames)
    return Scene(phases, (luma,), tuple((each,) for each in chroma), path, empty_board, tool="eraser")
