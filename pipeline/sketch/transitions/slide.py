"""Slide: the next board pushes the one before it out to the left."""

import numpy as np

from pipeline.sketch.planes import YuvPlanes
from pipeline.sketch.types import Image

_SHADOW_WIDTH, _SHADOW_DEPTH = 0.02, 0.35  # of the width, beside the seam on the board before; of its light, at most
_BLACK_LUMA = 16


def move_board(before: YuvPlanes, after: YuvPlanes, share: float) -> YuvPlanes:
    """Compose the frame in which a share (0 to 1) of the board before has left."""
    width = before.y.shape[1]
    seam = 2 * round((1 - share) * width / 2)
    frame = YuvPlanes(
        _join(before.y, after.y, seam), _join(before.u, after.u, seam // 2), _join(before.v, after.v, seam // 2)
    )
    _darken_seam(frame.y, seam)
    return frame


def _join(before: Image, after: Image, seam: int) -> Image:
    """The right part of one plane, `seam` columns wide, and the left part of another."""
    return np.concatenate([before[:, before.shape[1] - seam :], after[:, : after.shape[1] - seam]], axis=1)


def _darken_seam(luma: Image, seam: int) -> None:
    reach = max(2, round(_SHADOW_WIDTH * luma.shape[1]))
    left = max(0, seam - reach)
    depth = _SHADOW_DEPTH * ((np.arange(left, seam) - seam + reach) / reach) ** 2
    lit = (luma[:, left:seam].astype(np.float32) - _BLACK_LUMA) * (1 - depth) + _BLACK_LUMA
    luma[:, left:seam] = lit.round().astype(np.uint8)
