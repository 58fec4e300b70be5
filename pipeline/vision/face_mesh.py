"""Parts of a face, as indices of MediaPipe's face mesh of 468 points.

Every part is a line of points, from the person's right to the left or from top to bottom; lips and oval are closed by
going on to the first one. The right eye is the person's own, which is at the left of a picture.
"""

from dataclasses import dataclass
from typing import Final, TypeAlias

from pipeline.vision.types import Landmarks

Indices: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class EyeIndices:
    """Lines of an eye: its lids from one corner to the other, and both edges of its brow."""

    upper_lid: Indices
    lower_lid: Indices
    crease: Indices  # of the upper lid
    brow_top: Indices
    brow_bottom: Indices

    @property
    def corners(self) -> tuple[int, int]:
        return self.upper_lid[0], self.upper_lid[-1]

    @property
    def outline(self) -> Indices:
        """Both lids, once around."""
        return (*self.upper_lid, *self.lower_lid[-2:0:-1])


RIGHT_EYE: Final = EyeIndices(
    upper_lid=(33, 246, 161, 160, 159, 158, 157, 173, 133),
    lower_lid=(33, 7, 163, 144, 145, 153, 154, 155, 133),
    crease=(247, 30, 29, 27, 28, 56, 190),
    brow_top=(70, 63, 105, 66, 107),
    brow_bottom=(46, 53, 52, 65, 55),
)
LEFT_EYE: Final = EyeIndices(
    upper_lid=(362, 398, 384, 385, 386, 387, 388, 466, 263),
    lower_lid=(362, 382, 381, 380, 374, 373, 390, 249, 263),
    crease=(414, 286, 258, 257, 259, 260, 467),
    brow_top=(336, 296, 334, 293, 300),
    brow_bottom=(285, 295, 282, 283, 276),
)
EYES: Final = (RIGHT_EYE, LEFT_EYE)

UPPER_LIP_TOP: Final = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291)
UPPER_LIP_BOTTOM: Final = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
LOWER_LIP_TOP: Final = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
LOWER_LIP_BOTTOM: Final = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291)
LIPS_OUTER: Final = (*UPPER_LIP_TOP, *LOWER_LIP_BOTTOM[-2:0:-1])
LIPS_INNER: Final = (*UPPER_LIP_BOTTOM, *LOWER_LIP_TOP[-2:0:-1])

NOSE_RIDGE: Final = (168, 6, 197, 195, 5, 4, 1)  # from between the eyes to the tip
NOSE_TIP: Final = 1
NOSE_BASE: Final = (48, 64, 98, 97, 2, 326, 327, 294, 278)  # from wing to wing, under the tip
NOSTRILS: Final = ((98, 240, 75, 60, 20, 242, 97), (327, 460, 305, 290, 250, 462, 326))

JAW: Final = (
    234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361, 323, 454,
)  # fmt: skip
"""From ear to ear, under the chin."""
FOREHEAD: Final = (234, 127, 162, 21, 54, 103, 67, 109, 10, 338, 297, 332, 284, 251, 389, 356, 454)
"""From ear to ear, along the hairline; the mesh ends under it."""
CHIN: Final = 152
FACE_OVAL: Final = (*FOREHEAD, *JAW[-2:0:-1])


def get_points(landmarks: Landmarks, part: Indices) -> Landmarks:
    """The points of a part, n x 2."""
    points: Landmarks = landmarks[list(part)]
    return points
