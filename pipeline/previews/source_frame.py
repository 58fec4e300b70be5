"""The frame of a video that its previews are drawn on."""

from itertools import islice
from pathlib import Path
from typing import Final

import av
from av import VideoFrame
from av.video.reformatter import ColorRange, Colorspace
from PIL import Image

from models.errors import ErrorCode, RequestRejected
from pipeline.media.demux import PACKET_ERRORS, open_media
from pipeline.media.encoding.frame_conversion import FrameConverter, colour_tags_of
from pipeline.media.overlay import BT601
from pipeline.media.streams.decoding import VideoDecoder
from pipeline.media.streams.frame_shape import FrameShape
from pipeline.media.streams.source import SourceStreams, select_streams

MAX_SIDE: Final = 960  # pixels
_MAX_FRAMES: Final = 300  # that are decoded behind a key frame
_QUALITY: Final = 92


def take_frame(video: Path, seconds: float, out: Path) -> None:
    """Write the frame at a time, counted from the start of the media, or the nearest that is found, as a JPEG.

    Raises RequestRejected: that of `open_media`, BROKEN_FILE where nothing can be decoded.
    """
    with open_media(video) as container:
        sources = select_streams(container)
        frame = _find_frame(sources, float(sources.origins.start) + seconds)
        shape = FrameShape(sources.video)
        shape.follow(frame)
        upright = FrameConverter(_fit(shape.displayed_size), sources.video)(frame)
    space = Colorspace.ITU601 if colour_tags_of(upright, shape.displayed_size).matrix == BT601 else Colorspace.ITU709
    picture = upright.reformat(format="rgb24", src_colorspace=space, src_color_range=ColorRange.MPEG).to_ndarray()
    Image.fromarray(picture).save(out, "JPEG", quality=_QUALITY)


def _find_frame(sources: SourceStreams, time: float) -> VideoFrame:
    try:
        sources.container.seek(max(0, int(time * av.time_base)))
    except PACKET_ERRORS:  # it has no index: the beginning has to do
        sources.container.seek(0)
    decoder, found = VideoDecoder(sources.video), None
    frames = (frame for packet in sources.container.demux(sources.video) for frame in decoder.decode(packet))
    for frame in islice(frames, _MAX_FRAMES):
        if found is not None and frame.time is not None and frame.time > time:
            break
        found = frame
    if found is None:
        raise RequestRejected(ErrorCode.BROKEN_FILE)
    return found


def _fit(size: tuple[int, int]) -> tuple[int, int]:
    """Even sides of the same shape, of at most `MAX_SIDE` pixels."""
    scale = min(1.0, MAX_SIDE / max(size))
    return max(2, round(size[0] * scale / 2) * 2), max(2, round(size[1] * scale / 2) * 2)
