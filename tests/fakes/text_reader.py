"""Reader of text in pictures, by the net that confirms lines of text, with the characters that are in its file."""

from functools import cache
from typing import Any

import cv2
import numpy as np
import onnx

from pipeline.vision import weights
from pipeline.vision.text.finding import find_text
from pipeline.vision.text.types import TextBox
from pipeline.vision.types import Picture

_HEIGHT = 48  # pixels of a line, as the net takes it


def read_text(picture: Picture) -> str:
    """Read the lines of text that are found in an RGB picture, from top to bottom."""
    return "\n".join(_read_line(picture, box) for box in sorted(find_text(picture), key=lambda box: box.y))


def _read_line(picture: Picture, box: TextBox) -> str:
    upright = cv2.warpAffine(picture, box.to_upright, (round(box.width), round(box.height)))
    width = max(32, round(_HEIGHT * box.width / box.height))
    line = cv2.resize(upright, (width, _HEIGHT), interpolation=cv2.INTER_AREA)
    net, characters = _load_net()
    net.setInput(cv2.dnn.blobFromImage(line, 1 / 127.5, mean=(127.5,) * 3, swapRB=True))
    numbers = net.forward()[0].argmax(axis=1)
    return "".join(characters[number] for number in numbers[(numbers != 0) & (numbers != np.roll(numbers, 1))])


@cache
def _load_net() -> tuple[Any, list[str]]:
    path = weights.find_net_file(weights.TEXT_READING)
    assert path is not None
    (listed,) = [each.value for each in onnx.load(str(path)).metadata_props if each.key == "character"]
    return cv2.dnn.readNetFromONNX(str(path)), ["", *listed.split("\n"), " "]
