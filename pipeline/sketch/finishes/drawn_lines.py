"""Drawn lines, as finishes get them, and the regions of the picture under them."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.sketch.canvas import Placement
from pipeline.sketch.grounds.ground import Ground, cover_planes
from pipeline.sketch.lines import regions
from pipeline.sketch.planes import YuvPlanes
from pipeline.sketch.types import Image, Integers
from pipeline.vision.types import Face, FaceBox

_FACE_WIDTH, _FACE_HEIGHT = 0.62, 0.74  # half axes of the ellipse a face is filled in, in widths and heights of its box
_MIN_FACE_SHARE = 0.0015  # share of the picture: a smaller face is filled with what surrounds it


@dataclass(frozen=True, slots=True)
class DrawnLines:
    """The board with all lines on it, the share of ink at each pixel (0 to 255), and the faces (working copy)."""

    planes: YuvPlanes
    ink: Image
    faces: Sequence[FaceBox]

    @classmethod
    def from_ink(cls, ink: Image, ground: Ground, faces: Sequence[Face]) -> "DrawnLines":
        """Draw lines on a board, from the share of ink at each pixel, 0 to 255."""
        worn = ground.wear_ink(ink)
        return cls(cover_planes(ground.planes, worn, ground.ink), worn, [face.box for face in faces])


def label_regions(placement: Placement, faces: Sequence[FaceBox]) -> tuple[Integers, int]:
    """Label the regions to be filled, and say from which label on they are faces, each a region of its own."""
    labels = regions.find_regions(placement.working_copy)
    first_face = int(labels.max()) + 1
    masks = [mask for face in faces if (mask := _mask_face(face, labels.shape)).mean() >= _MIN_FACE_SHARE]
    for number, mask in enumerate(masks):
        labels[mask] = first_face + number
    return labels, first_face


def _mask_face(face: FaceBox, size: tuple[int, ...]) -> Image:
    """The pixels of a face with its hair, as an ellipse."""
    mask = np.zeros(size, np.uint8)
    centre = (round(face.x + face.width / 2), round(face.y + 0.46 * face.height))
    axes = (max(1, round(_FACE_WIDTH * face.width)), max(1, round(_FACE_HEIGHT * face.height)))
    cv2.ellipse(mask, centre, axes, 0, 0, 360, 1, -1)
    return mask > 0
