"""Drawing of captions over a still picture, as a picture or as a short film; run in a child."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import av
import numpy as np
import numpy.typing as npt
from PIL import Image

from models.jobs.editing import EditingOptions
from models.jobs.options import CaptionOptions
from models.jobs.transcript import Word
from pipeline.captions.composition import build_caption_painter
from pipeline.captions.editing.film_painter import FilmText
from pipeline.captions.emphasis import prepare_texts
from pipeline.media.encoding.planes import planes_of
from pipeline.media.overlay import BT709
from pipeline.media.thumbnail import write_thumbnail
from pipeline.media.transcode import Canvas, Painter
from pipeline.previews.ground import draw_neutral_ground
from pipeline.previews.sentences import FILM_SUFFIXES, PREVIEW_SECONDS

FPS: Final = 24.0
_LEAD: Final = 0.5  # seconds of the film before the moment of the picture
_QUALITY: Final = 82
_FILM_OPTIONS: Final = {"preset": "veryfast", "crf": "24", "movflags": "+faststart"}

Pixels = npt.NDArray[np.uint8]


def draw_picture(
    options: CaptionOptions,
    words: Sequence[Word],
    language: str,
    moment: float,
    out: Path,
    *,
    ground: Path | None = None,
    logo: Path | None = None,
) -> None:
    """Write a JPEG of the captions at a moment (seconds) over a picture, or over the neutral one."""
    picture = _read_ground(ground)
    painter = _build_painter(options, words, language, picture, logo)
    Image.fromarray(draw_frame(painter, picture, moment)).save(out, "JPEG", quality=_QUALITY, optimize=True)


def draw_film(
    options: CaptionOptions,
    words: Sequence[Word],
    language: str,
    moment: float,
    out: Path,
    *,
    ground: Path | None = None,
    logo: Path | None = None,
) -> None:
    """Write an MP4 without sound of the captions around a moment; beside it a small JPEG of that moment, and the film's
    size in pixels as the text "<width>x<height>", with the other `FILM_SUFFIXES`.
    """
    picture = _read_ground(ground)
    painter = _build_painter(options, words, language, picture, logo)
    first = max(0.0, moment - _LEAD)
    with av.open(str(out), "w", format="mp4", options={"movflags": _FILM_OPTIONS["movflags"]}) as container:
        encoding = {name: value for name, value in _FILM_OPTIONS.items() if name != "movflags"}
        stream = container.add_stream("libx264", rate=round(FPS), options=encoding)
        stream.height, stream.width, stream.pix_fmt = *picture.shape[:2], "yuv420p"
        for number in range(round(PREVIEW_SECONDS * FPS)):
            frame = _paint_frame(painter, picture, first + number / FPS)
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    _, thumbnail, size = map(out.with_suffix, FILM_SUFFIXES)
    write_thumbnail(draw_frame(painter, picture, moment), thumbnail)
    size.write_text(f"{picture.shape[1]}x{picture.shape[0]}", encoding="ascii")


def draw_frame(painter: Painter, ground: Pixels, seconds: float) -> Pixels:
    """The captions at a time over a picture; both RGB."""
    frame = _paint_frame(painter, ground, seconds)
    picture = frame.reformat(format="rgb24", src_colorspace="ITU709", src_color_range="MPEG")
    return picture.to_ndarray().astype(np.uint8, copy=False)


def _paint_frame(painter: Painter, ground: Pixels, seconds: float) -> av.VideoFrame:
    frame = av.VideoFrame.from_ndarray(ground, format="rgb24").reformat(
        format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG"
    )
    planes = planes_of(frame)
    for overlay in painter(seconds):
        overlay.blend(*planes)
    return frame


def _build_painter(
    options: CaptionOptions, words: Sequence[Word], language: str, picture: Pixels, logo: Path | None
) -> Painter:
    canvas = Canvas(picture.shape[1], picture.shape[0], FPS, BT709)
    text = FilmText(prepare_texts(words, options, language), language, logo)
    unedited = options.model_copy(update=EditingOptions().model_dump())
    return build_caption_painter(text, unedited, canvas)


def _read_ground(path: Path | None) -> Pixels:
    if path is None:
        return draw_neutral_ground()
    with Image.open(path, formats=("JPEG",)) as image:
        return np.array(image.convert("RGB"), np.uint8)
