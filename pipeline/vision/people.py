"""People who stand in front in a picture, as a mask, by MediaPipe's net for it."""

from functools import cache
from typing import Any, Final

import cv2
import numpy as np

from pipeline.vision import weights
from pipeline.vision.types import FloatArray, Picture

_SIZE: Final = (256, 256)  # width and height, pixels of what the net sees
_WIDE_SIZE: Final = (256, 144)
_WIDE_ASPECT: Final = 1.4  # width by height from which the net for wide pictures is the better one


def find_people(picture: Picture) -> FloatArray | None:
    """How much each pixel of an RGB picture is part of a person in front, 0 to 1, float32 of its height x width.

    None where the net is not installed.
    """
    is_wide = picture.shape[1] >= _WIDE_ASPECT * picture.shape[0]
    net, (width, height) = _load_net(is_wide=is_wide), _WIDE_SIZE if is_wide else _SIZE
    if net is None:
        return None
    small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    net.setInput(cv2.dnn.blobFromImage(small, 1 / 255))
    mask = net.forward().reshape(height, width)
    return np.asarray(cv2.resize(mask, picture.shape[1::-1], interpolation=cv2.INTER_LINEAR), np.float32)


@cache
def _load_net(*, is_wide: bool) -> Any:
    """A net, read once a process; None where it is not installed. Not to be run before a process forks."""
    path = weights.find_net_file(weights.PEOPLE_WIDE if is_wide else weights.PEOPLE)
    return cv2.dnn.readNetFromTFLite(str(path)) if path else None
