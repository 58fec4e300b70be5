"""Frames of captions over a ground, without a video."""

import av
import cv2
import numpy as np

from models.captions.adjustments import adjust_style
from models.jobs.caption_styles import get_caption_style
from models.jobs.options import CaptionOptions
from pipeline.captions.boxes import Box
from pipeline.captions.composition import compose_blocks
from pipeline.captions.drawing.painter import CaptionPainter
from pipeline.media.encoding.planes import planes_of
from pipeline.media.overlay import BT709
from pipeline.media.transcode import Canvas
from tools.previews.sentences import list_words

FPS = 30.0


def build_painter(options: CaptionOptions, language: str, size: tuple[int, int]) -> CaptionPainter:
    style = adjust_style(get_caption_style(options.style), options.adjustments)
    blocks = compose_blocks(list_words(language), style, size, language)
    return CaptionPainter(blocks, style, Canvas(*size, FPS, BT709))


def draw_frame(painter: CaptionPainter, ground: np.ndarray, seconds: float) -> np.ndarray:
    """The captions at a time over a ground; RGB."""
    frame = av.VideoFrame.from_ndarray(ground, format="rgb24").reformat(
        format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG"
    )
    planes = planes_of(frame)
    for overlay in painter(seconds):
        overlay.blend(*planes)
    return frame.reformat(format="rgb24", src_colorspace="ITU709", src_color_range="MPEG").to_ndarray()


def crop_around(picture: np.ndarray, box: Box, size: tuple[int, int]) -> np.ndarray:
    """The part of a picture around the middle of a box, of the shape of `size`, as wide as the picture."""
    height = picture.shape[1] * size[1] // size[0]
    top = min(max(0, (box.top + box.bottom - height) // 2), picture.shape[0] - height)
    return cv2.resize(picture[top : top + height], size, interpolation=cv2.INTER_AREA)
