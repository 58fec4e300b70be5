"""The floor of what a drawing costs: x264 alone on the very frames of a film, and how near both come to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from models.jobs.film import EncodingOptions
from models.jobs.options import SketchOptions
from pipeline.media.bitrate import compute_budget
from pipeline.media.pictures.picture import Picture
from pipeline.media.rectangle import Rectangle
from pipeline.progress import throttle
from pipeline.sketch import canvas
from pipeline.sketch.planes import YuvPlanes
from pipeline.sketch.renderer import SketchRenderer

Plane = NDArray[np.uint8]


@dataclass(slots=True)
class FrameRecorder:
    """A writer that keeps its frames instead of encoding them."""

    y: Plane
    u: Plane
    v: Plane
    frames: list[av.VideoFrame]

    def write(self, *, changed: Sequence[Rectangle] | None = None) -> None:
        height, width = self.y.shape
        frame = av.VideoFrame(width, height, "yuv420p")
        for plane, values in zip(frame.planes, (self.y, self.u, self.v), strict=True):
            rows = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
            rows[:, : plane.width] = values
        frame.pts = len(self.frames)
        self.frames.append(frame)


def record_frames(picture: Plane, options: SketchOptions) -> list[av.VideoFrame]:
    """Every frame of the film as the engine hands it to the encoder."""
    size = canvas.choose_film_size([Picture(picture)], options)
    blank = YuvPlanes.create_blank(*size)
    recorder = FrameRecorder(blank.y, blank.u, blank.v, [])
    SketchRenderer(options, size, throttle(lambda _stage, _share: None)).render([Picture(picture)], recorder)
    return recorder.frames


def encode_plainly(path: Path, frames: Sequence[av.VideoFrame], options: SketchOptions) -> None:
    """x264 with the film's preset and quality, two threads, nothing else."""
    size = frames[0].width, frames[0].height
    x264_options = compute_budget(size, options.seconds, 0, EncodingOptions()).options
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=options.fps, options=x264_options)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.codec_context.time_base = Fraction(1, options.fps)
        for frame in frames:
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def compute_psnr(path: Path, frames: Sequence[av.VideoFrame]) -> float:
    """PSNR of the luma of a whole film, in dB."""
    errors = []
    with av.open(str(path)) as container:
        for frame, drawn in zip(container.decode(video=0), frames, strict=True):
            difference = _luma_of(frame) - _luma_of(drawn)
            errors.append(float((difference * difference).mean()))
    return float(10 * np.log10(255**2 / max(np.mean(errors), 1e-6)))


def _luma_of(frame: av.VideoFrame) -> NDArray[np.int32]:
    plane = frame.planes[0]
    rows = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
    return rows[:, : plane.width].astype(np.int32)
