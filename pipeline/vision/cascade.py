"""Fallback for machines without the nets: frontal faces by the cascade in scikit-image's wheel."""

from functools import cache
from typing import Any, Final

import cv2

from pipeline.vision.types import FaceBox, Picture

_SEARCH_SIDE: Final = 320  # pixels of the longer side while searching; faces under a tenth of it are ignored


def detect_faces(picture: Picture) -> list[FaceBox]:
    """Find frontal faces in an RGB picture by local binary patterns."""
    scale = _SEARCH_SIDE / max(picture.shape[:2])
    width, height = (max(24, round(side * scale)) for side in (picture.shape[1], picture.shape[0]))
    if min(width, height) < 40:
        return []
    small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    detections = _load_cascade().detect_multi_scale(
        img=small, scale_factor=1.2, step_ratio=1, min_size=(30, 30), max_size=(min(width, height),) * 2
    )
    return [_to_box(face, 1 / scale) for face in detections]


def _to_box(face: dict[str, int], scale: float) -> FaceBox:
    return FaceBox(*(round(face[name] * scale) for name in ("c", "r", "width", "height")))


@cache
def _load_cascade() -> Any:
    from skimage.data import lbp_frontal_face_cascade_filename
    from skimage.feature import Cascade

    return Cascade(lbp_frontal_face_cascade_filename())  # type: ignore[no-untyped-call]
