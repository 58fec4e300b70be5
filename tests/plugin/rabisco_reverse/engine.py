"""The engine: reads all frames of a short video, and writes them last first."""

from fractions import Fraction
from pathlib import Path

import av

from models.jobs.film import Film
from pipeline import ProgressCallback
from pipeline.media.thumbnail import write_thumbnail
from rabisco_reverse.kind import ReverseOptions


def play_backwards(video: Path, out: Path, options: ReverseOptions, progress: ProgressCallback) -> Film:
    """Write `out`, without sound, and its thumbnail beside it."""
    frames, rate = _read_frames(video)
    total = options.loops * len(frames)
    with av.open(str(out), "w", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("libx264", rate=rate, options={"preset": str(options.encoding.preset)})
        stream.width, stream.height, stream.pix_fmt = frames[0].width, frames[0].height, "yuv420p"
        for index in range(total):
            frame = frames[-1 - index % len(frames)]
            frame.pts, frame.time_base = index, 1 / rate
            container.mux(stream.encode(frame))
            progress("", (index + 1) / total)
        container.mux(stream.encode(None))
    thumbnail = write_thumbnail(frames[-1].to_ndarray(format="rgb24"), out.with_suffix(".jpg"))
    seconds = float(total / rate)
    return Film(out, thumbnail, frames[0].width, frames[0].height, seconds, total, out.stat().st_size)


def _read_frames(video: Path) -> tuple[list[av.VideoFrame], Fraction]:
    with av.open(str(video)) as container:
        rate = Fraction(container.streams.video[0].average_rate or 25)
        return [_without_type(frame) for frame in container.decode(video=0)], rate


def _without_type(frame: av.VideoFrame) -> av.VideoFrame:
    """A frame whose type the encoder decides."""
    frame.pict_type = 0
    return frame
