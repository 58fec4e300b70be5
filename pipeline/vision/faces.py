"""Face detection, used to keep the fine lines of faces."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2

from pipeline.sketch.types import Image, Points

_SEARCH_SIDE = 320  # pixels of the longer side while searching; faces under a tenth of it are ignored


@dataclass(frozen=True, slots=True)
class FaceBox:
    """Bounding box of a face, in pixels."""

    x: int
    y: int
    width: int
    height: int

    @property
    def rows(self) -> slice:
        return slice(self.y, self.y + self.height)

    @property
    def columns(self) -> slice:
        return slice(self.x, self.x + self.width)

    def has_point(self, point: Points) -> bool:
        """Whether a point (x, y) lies inside."""
        return bool(0 <= point[0] - self.x < self.width and 0 <= point[1] - self.y < self.height)


def find_faces(picture: Image) -> list[FaceBox]:
    """Find frontal faces in an RGB picture, the largest first.

    Uses the local binary pattern cascade shipped in scikit-image's wheel.
    """
    scale = _SEARCH_SIDE / max(picture.shape[:2])
    width, height = (max(24, round(side * scale)) for side in (picture.shape[1], picture.shape[0]))
    if min(width, height) < 40:
        return []
    small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    detections = _load_cascade().detect_multi_scale(
        img=small, scale_factor=1.2, step_ratio=1, min_size=(30, 30), max_size=(min(width, height),) * 2
    )
    return sorted((_to_box(face, 1 / scale) for face in detections), key=lambda box: -box.width)


def _to_box(face: dict[str, int], scale: float) -> FaceBox:
    return FaceBox(*(round(face[name] * scale) for name in ("c", "r", "width", "height")))


@cache
def _load_cascade() -> Any:
    from skimage.data import lbp_frontal_face_cascade_filename
    from skimage.feature import Cascade

    return Cascade(lbp_frontal_face_cascade_filename())  # type: ignore[no-untyped-call]
