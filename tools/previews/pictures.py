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


def build_painter(options: CaptionOptions, language: str, size: tuple[int, int]) -> CaptionPainter:
    style = resolve_style(options)
    blocks = compose_blocks(list_words(language), style, size, language)
    return CaptionPainter(blocks, style, Canvas(*size, FPS, BT709), language)


def crop_around(picture: np.ndarray, box: Box, size: tuple[int, int]) -> np.ndarray:
    """The part of a picture around the middle of a box, of the shape of `size`, as wide as the picture."""
    height = picture.shape[1] * size[1] // size[0]
    top = min(max(0, (box.top + box.bottom - height) // 2), picture.shape[0] - height)
    return cv2.resize(picture[top : top + height], size, interpolation=cv2.INTER_AREA)
