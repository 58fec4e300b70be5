"""People who stand in front in a picture, as a mask, by MediaPipe's nets for it."""

from typing import Any, Final

import cv2
import numpy as np

from pipeline.vision import weights
from pipeline.vision.guided_filter import refine_mask
from pipeline.vision.types import FloatArray, Picture

_SIZE: Final = (256, 256)  # width and height, pixels of what the net sees
_WIDE_SIZE: Final = (256, 144)
_WIDE_ASPECT: Final = 1.1  # width by height from which the net for wide pictures is asked too
_LOW, _HIGH = 0.3, 0.7  # answers that are counted as certain


def find_people(picture: Picture) -> FloatArray | None:
    """How much each pixel of an RGB picture is part of a person in front, 0 to 1, float32 of its height x width.

    The nets answer at 256 pixels, and their mask is drawn to the picture's edges. None where they are not installed.
    """
    nets = [(load_net(is_wide=False), _SIZE)]
    if picture.shape[1] >= _WIDE_ASPECT * picture.shape[0]:
        nets.append((load_net(is_wide=True), _WIDE_SIZE))
    masks = [_run_net(net, picture, size) for net, size in nets if net is not None]
    if not masks:
        return None
    mask = np.asarray(np.mean([cv2.resize(each, _SIZE) for each in masks], axis=0), np.float32)
    return refine_mask(np.clip((mask - _LOW) / (_HIGH - _LOW), 0, 1), picture)


def _run_net(net: Any, picture: Picture, size: tuple[int, int]) -> FloatArray:
    net.setInput(cv2.dnn.blobFromImage(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), 1 / 255))
    return np.asarray(net.forward().reshape(size[1], size[0]), np.float32)


def load_net(*, is_wide: bool) -> Any:
    """A net; None where it is not installed. It is dropped after its one run a picture, and read again in 10 ms.

    Not to be run before a process forks.
    """
    path = weights.find_net_file(weights.PEOPLE_WIDE if is_wide else weights.PEOPLE)
    return cv2.dnn.readNetFromTFLite(str(path)) if path else None
