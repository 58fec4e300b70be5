"""Conversion of frames of high dynamic range (PQ, HLG) to BT.709: up to reference white every colour is kept.

A table of colours is interpolated by FFmpeg's `haldclut`, in less time than swscale's own mapping, which also takes two
seconds to begin, and is off by ten levels where colours are near the edge of BT.709.
"""

from fractions import Fraction
from itertools import pairwise
from typing import Final, cast

import numpy as np
from av import VideoFrame
from av.filter import Graph
from av.filter.context import FilterContext
from av.video.plane import VideoPlane
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from numpy.typing import NDArray

from pipeline.media.encoding.tone_table import (
    LEVEL,
    build_decoding_curve,
    build_encoding_curve,
    compute_table,
    find_white,
)
from pipeline.media.pictures.tone_mapping import BT2020, HLG, PQ, CodePoints

_UNSPECIFIED: Final = 2  # of ITU-T H.273
_SPACE_BT2020: Final = 9  # non-constant luminance
_TABLE_FORMAT: Final = "gbrp16le"
_RGB_FORMATS: Final = frozenset({"gbrp9le", "gbrp10le", "gbrp12le", "gbrp14le", "gbrp16le"})
_SCALE_FLAGS: Final = "flags=bicubic+accurate_rnd"
_CHROMA_FLAGS: Final = "flags=bilinear+accurate_rnd"  # where nothing but the size of chroma changes
_TICK: Final = Fraction(1, 25)  # of the filter's clock, which counts frames


def is_hdr(frame: VideoFrame) -> bool:
    return frame.color_trc in {PQ, HLG}


class ToneMapper:
    """Converts the frames of one film; the filters are built for the first, and anew where the format changes."""

    def __init__(self) -> None:
        self._shape: tuple[object, ...] | None = None
        self._ends: tuple[FilterContext, FilterContext] | None = None
        self._graph: Graph | None = None  # the ends do not keep it alive
        self._count = 0

    def convert(self, frame: VideoFrame, size: tuple[int, int]) -> VideoFrame:
        """The frame in 8-bit 4:2:0 at a size, with its time."""
        shape = frame.width, frame.height, frame.format.name, frame.color_range, _code_points_of(frame), size
        if self._ends is None or shape != self._shape:
            self._graph, *ends = _build_graph(frame, size)
            self._ends, self._shape, self._count = (ends[0], ends[1]), shape, 0
        pts, time_base = frame.pts, frame.time_base
        pushed = _extend_samples(frame) if _is_planar_rgb(frame) else frame
        pushed.pts, pushed.time_base = self._count, _TICK
        self._count += 1
        self._ends[0].push(pushed)
        result = cast("VideoFrame", self._ends[1].pull())
        for timed in (frame, result):
            timed.pts, timed.time_base = pts, time_base
        result.color_range, result.colorspace = ColorRange.MPEG, Colorspace.ITU709
        result.color_primaries, result.color_trc = ColorPrimaries.BT709, ColorTrc.BT709
        return result


def _code_points_of(frame: VideoFrame) -> CodePoints:
    primaries = BT2020 if frame.color_primaries == _UNSPECIFIED else frame.color_primaries
    return CodePoints(primaries, frame.color_trc)


def _is_planar_rgb(frame: VideoFrame) -> bool:
    return frame.format.name in _RGB_FORMATS


def _extend_samples(frame: VideoFrame) -> VideoFrame:
    """A copy of a frame of planar RGB in 16 bits; swscale would take it through YUV, which costs ten levels."""
    shift = 16 - frame.format.components[0].bits
    result = VideoFrame(frame.width, frame.height, _TABLE_FORMAT)
    for source, target in zip(frame.planes, result.planes, strict=True):
        _view_samples(target)[...] = _view_samples(source) << shift
    return result


def _view_samples(plane: VideoPlane) -> NDArray[np.uint16]:
    """The samples of a plane of more than 8 bits."""
    rows = np.frombuffer(memoryview(plane), "<u2").reshape(plane.height, -1)
    return rows[:, : plane.width]


def _build_graph(frame: VideoFrame, size: tuple[int, int]) -> tuple[Graph, FilterContext, FilterContext]:
    """Filters: scaled to RGB of 16 bits, decoded, looked up in the table, encoded, and converted to 8-bit 4:2:0."""
    graph = Graph()
    graph.threads = 1
    source = _add_source(graph, frame)
    points = _code_points_of(frame)
    is_full = frame.color_range == ColorRange.JPEG or frame.format.is_rgb
    white = find_white(frame.format.components[0].bits, is_full=is_full)
    table = _build_table(points)
    tables = graph.add("buffer", f"video_size={table.width}x{table.height}:pix_fmt={_TABLE_FORMAT}:time_base={_TICK}")
    lookup = graph.add("haldclut", "clut=first:interp=tetrahedral")
    sink = graph.add("buffersink")
    flags = _CHROMA_FLAGS if size == (frame.width, frame.height) else _SCALE_FLAGS
    scale = f"{size[0]}:{size[1]}:{flags}"  # planar RGB is there already, and scaled at last
    to_rgb = () if _is_planar_rgb(frame) else (graph.add("scale", scale), graph.add("format", _TABLE_FORMAT))
    _link(source, *to_rgb, _add_curve(graph, build_decoding_curve(points, white)), lookup)
    tables.link_to(lookup, 0, 1)
    to_bt709 = graph.add("scale", f"{scale}:out_color_matrix=bt709:out_range=tv")
    _link(lookup, _add_curve(graph, build_encoding_curve()), to_bt709, graph.add("format", "yuv420p"), sink)
    graph.configure()
    tables.push(table)
    tables.push(None)
    return graph, source, sink


def _add_source(graph: Graph, frame: VideoFrame) -> FilterContext:
    shape = f"video_size={frame.width}x{frame.height}:time_base={_TICK}"
    if _is_planar_rgb(frame):
        return graph.add("buffer", f"{shape}:pix_fmt={_TABLE_FORMAT}")
    space = _SPACE_BT2020 if frame.colorspace == _UNSPECIFIED else frame.colorspace
    tags = f"colorspace={space}:range={int(frame.color_range)}"
    return graph.add("buffer", f"{shape}:pix_fmt={frame.format.name}:{tags}")


def _link(*filters: FilterContext) -> None:
    for before, after in pairwise(filters):
        before.link_to(after)


def _add_curve(graph: Graph, expression: str) -> FilterContext:
    """A filter that maps the samples of each primary."""
    return graph.add("lutrgb", ":".join(f"{primary}='{expression}'" for primary in "rgb"))


def _build_table(points: CodePoints) -> VideoFrame:
    """The table as a picture.

    `haldclut` takes the planes of a table for red, green and blue, although those of its format are in another order.
    """
    side = LEVEL**3
    table = VideoFrame(side, side, _TABLE_FORMAT)
    table.pts, table.time_base = 0, _TICK
    for plane, values in zip(table.planes, compute_table(points), strict=True):
        _view_samples(plane)[...] = values.reshape(side, side)
    return table
