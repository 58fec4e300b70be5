"""Frames of captions over a ground, without a video."""

import cv2
import numpy as np

from models.jobs.options import CaptionOptions
from pipeline.captions.boxes import Box
from pipeline.captions.composition import compose_blocks, resolve_style
from pipeline.captions.drawing.painter import CaptionPainter
from pipeline.media.overlay import BT709
from pipeline.media.transcode import Canvas
from tools.previews.sentences import list_words

FPS = 30.0
_CROP = 0.86  # of the width of a picture


def build_painter(options: CaptionOptions, language: str, size: tuple[int, int]) -> CaptionPainter:
    style = resolve_style(options)
    blocks = compose_blocks(list_words(language), style, size, language)
    return CaptionPainter(blocks, style, Canvas(*size, FPS, BT709), language)


def crop_around(picture: np.ndarray, box: Box, size: tuple[int, int]) -> np.ndarray:
    """The part of a picture around the middle of a box, of the shape of `size`, nearly as wide as the picture."""
    width = round(_CROP * picture.shape[1])
    height = width * size[1] // size[0]
    left = min(max(0, (box.left + box.right - width) // 2), picture.shape[1] - width)
    top = min(max(0, (box.top + box.bottom - height) // 2), picture.shape[0] - height)
    return cv2.resize(picture[top : top + height, left : left + width], size, interpolation=cv2.INTER_AREA)
