"""A film as a GIF that loops, of bounded size: a palette of its own, fewer and smaller frames, and no sound."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import chain
from pathlib import Path

import av
from av import VideoFrame
from av.filter import Graph
from av.filter.context import FilterContext
from av.video.stream import VideoStream

from pipeline.media.demux import open_media

_ATTEMPTS = ((480, Fraction(25, 2)), (480, Fraction(25, 4)), (320, Fraction(25, 4)), (240, Fraction(4)))
"""Longest side in pixels, and frames per second: each is tried where the one before makes too large a file."""
MAX_BYTES = 8_000_000
_PALETTE_RATE = Fraction(2)  # frames per second of which the palette is made
_PALETTE = ("palettegen", "max_colors=160")
_DITHER = ("paletteuse", "dither=bayer:bayer_scale=4:diff_mode=rectangle")


def write_gif(film: Path, out: Path, max_bytes: int = MAX_BYTES) -> None:
    """Write the film as a GIF of at most `max_bytes`, of 480 pixels and 12.5 frames a second where it fits.

    Raises `av.error.FFmpegError`, which is also an `OSError` where the disk is the cause.
    """
    for side, rate in _ATTEMPTS:
        _write_gif(film, out, side, rate)
        if out.stat().st_size <= max_bytes:
            return


def _write_gif(film: Path, out: Path, side: int, rate: Fraction) -> None:
    palette = next(_filter_film(film, side, _PALETTE_RATE))
    with av.open(str(out), "w", format="gif", options={"loop": "0"}) as output:
        stream: VideoStream | None = None
        for frame in _filter_film(film, side, rate, palette):
            if stream is None:
                stream = output.add_stream("gif", rate=rate)
                stream.width, stream.height, stream.pix_fmt = frame.width, frame.height, "pal8"
            output.mux(stream.encode(frame))
        if stream is not None:
            output.mux(stream.encode(None))


def _filter_film(film: Path, side: int, rate: Fraction, palette: VideoFrame | None = None) -> Iterator[VideoFrame]:
    """The film's frames at that size and rate in the colours of a palette; without one, the film's palette."""
    with open_media(film) as source:
        video = source.streams.video[0]
        graph = Graph()
        pictures = graph.add_buffer(template=video)
        width, height = _fit(video.width, video.height, side)
        small = _link(graph, pictures, ("fps", f"fps={rate}"), ("scale", f"{width}:{height}:flags=area"))
        sink = graph.add("buffersink")
        if palette is None:
            _link(graph, small, _PALETTE).link_to(sink)
            graph.configure()
        else:
            _apply_palette(graph, small, sink, palette)
        for frame in chain(source.decode(video), (None,)):
            pictures.push(frame)
            yield from _read_frames(sink)


def _fit(width: int, height: int, side: int) -> tuple[int, int]:
    scale = min(1.0, side / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _link(graph: Graph, source: FilterContext, *filters: tuple[str, str]) -> FilterContext:
    """Add filters after a source; returns the last one."""
    for name, arguments in filters:
        added = graph.add(name, arguments)
        source.link_to(added)
        source = added
    return source


def _apply_palette(graph: Graph, source: FilterContext, sink: FilterContext, palette: VideoFrame) -> None:
    colours = graph.add_buffer(
        width=palette.width, height=palette.height, format=palette.format, time_base=palette.time_base
    )
    dither = graph.add(*_DITHER)
    source.link_to(dither, 0, 0)
    colours.link_to(dither, 0, 1)
    dither.link_to(sink)
    graph.configure()
    for frame in (palette, None):
        colours.push(frame)


def _read_frames(sink: FilterContext) -> Iterator[VideoFrame]:
    while True:
        try:
            frame = sink.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
        assert isinstance(frame, VideoFrame)  # noqa: S101 - for the type checker
        yield frame
