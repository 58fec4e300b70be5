"""Films of a drawn person, at places and sizes of one's choice: the nets take the drawing for a face."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from fakes import sample_pictures

_FACE = (238.0, 115.0, 100.0)  # middle and height of the face in the drawing of 480 x 270


@dataclass(frozen=True)
class Head:
    """Where a face is: its middle and its height, as shares of the frame's width, height and height."""

    x: float
    y: float
    height: float


def draw_head(head: Head | None, width: int, height: int) -> np.ndarray:
    """A frame with one person, or with nobody; RGB."""
    if head is None:
        return sample_pictures.draw_photo(width * 4, height * 2)[:height, :width]
    scale = head.height * height / _FACE[2]
    move = np.array([[scale, 0, head.x * width - scale * _FACE[0]], [0, scale, head.y * height - scale * _FACE[1]]])
    photo = sample_pictures.draw_photo(480, 270)
    return cv2.warpAffine(photo, move, (width, height), borderMode=cv2.BORDER_REPLICATE)


def write_film(
    path: Path,
    head_at: Callable[[float], Head | None],
    size: tuple[int, int],
    seconds: float,
    *,
    key_frames: int,
    fps: int = 10,
    codec: str = "libx264",
    rotation: int = 0,
) -> Path:
    """Write a silent film of `head_at`, with a key frame every `key_frames` frames and at no others."""
    options = {"preset": "ultrafast", "g": str(key_frames), "sc_threshold": "0"} if codec == "libx264" else {}
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=fps, options=options)
        stream.width, stream.height, stream.pix_fmt = size[0], size[1], "yuv420p"
        stream.codec_context.gop_size = key_frames
        if rotation:
            stream.set_display_rotation(rotation)
        pictures: dict[Head | None, np.ndarray] = {}
        for index in range(round(seconds * fps)):
            head = head_at(index / fps)
            if head not in pictures:
                pictures[head] = draw_head(head, *size)
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pictures[head]), format="rgb24")
            frame.pts, frame.time_base = index, Fraction(1, fps)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def cut_between(heads: Sequence[Head | None], seconds: float) -> Callable[[float], Head | None]:
    """Shots of equal length, one after another."""
    return lambda time: heads[min(len(heads) - 1, int(time / seconds))]
