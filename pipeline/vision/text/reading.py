"""Whether what may be a line of text can be read, by a net that reads (CTC)."""

from functools import cache
from typing import Any, Final

import cv2
import numpy as np

from pipeline.vision import weights
from pipeline.vision.text.types import TextBox, build_input
from pipeline.vision.types import Picture

_HEIGHT: Final = 48  # pixels, of the net's input
_MIN_WIDTH, _MAX_WIDTH = 32, 320  # pixels: of a longer line the beginning is read
_MIN_CONFIDENCE: Final = 0.8  # mean of the characters that are read
_MIN_CHARACTERS: Final = 2


def is_readable(picture: Picture, box: TextBox) -> bool:
    """Whether the net is certain of at least two characters; never where it is not installed."""
    net = load_net()
    if net is None:
        return False
    upright = cv2.warpAffine(picture, box.to_upright, (max(4, round(box.width)), max(4, round(box.height))))
    width = round(_HEIGHT * box.width / box.height)
    if width > _MAX_WIDTH:
        upright, width = upright[:, : max(4, round(upright.shape[1] * _MAX_WIDTH / width))], _MAX_WIDTH
    net.setInput(build_input(upright, max(_MIN_WIDTH, width), _HEIGHT))
    scores = net.forward()[0]
    characters, confidence = scores.argmax(axis=1), scores.max(axis=1)
    is_read = (characters != 0) & (characters != np.roll(characters, 1))  # 0: no character
    return int(is_read.sum()) >= _MIN_CHARACTERS and float(confidence[is_read].mean()) >= _MIN_CONFIDENCE


@cache
def load_net() -> Any:
    """The net, read once a process; None where it is not installed. Not to be run before a process forks."""
    path = weights.find_net_file(weights.TEXT_READING)
    return cv2.dnn.readNetFromONNX(str(path)) if path else None
