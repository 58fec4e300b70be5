"""Deinterlacing: each frame of two fields becomes one whole picture; progressive video passes untouched."""

from collections.abc import Iterator
from typing import Final

import av
from av.filter import Graph
from av.video.frame import VideoFrame

_FILTER: Final = ("bwdif", "mode=send_frame:parity=auto:deint=interlaced")
_MIN_SIDE: Final = 4  # pixels, of the filter
_TICKS: Final = 2  # of the filter's time base in one of its input's


class Deinterlacer:
    """Filter for the frames of one stream; it exists from the first interlaced frame on, and holds one frame back."""

    def __init__(self) -> None:
        self._graph: Graph | None = None
        self._shape: tuple[int, int, str] | None = None

    def filter_frame(self, frame: VideoFrame) -> Iterator[VideoFrame]:
        """The frames that are complete once `frame` has come: none, one, or after a change of size or format two."""
        is_whole = self._graph is None and not frame.interlaced_frame
        if is_whole or min(frame.width, frame.height) < _MIN_SIDE:
            yield from self.flush()
            yield frame
            return
        shape = frame.width, frame.height, frame.format.name
        if shape != self._shape:
            yield from self.flush()
            self._graph, self._shape = _build_graph(frame), shape
        yield from self._drain(frame)

    def flush(self) -> Iterator[VideoFrame]:
        """The frame that was held back; afterwards the filter begins anew."""
        if self._graph is not None:
            yield from self._drain(None)
            self._graph, self._shape = None, None

    def _drain(self, frame: VideoFrame | None) -> Iterator[VideoFrame]:
        if self._graph is None:
            return
        self._graph.vpush(frame)
        while True:
            try:
                filtered = self._graph.vpull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            if filtered.time_base is not None and filtered.pts is not None:
                filtered.time_base, filtered.pts = filtered.time_base * _TICKS, filtered.pts // _TICKS
            yield filtered


def _build_graph(frame: VideoFrame) -> Graph:
    graph = Graph()
    graph.threads = 1
    source = graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base)
    graph.link_nodes(source, graph.add(*_FILTER), graph.add("buffersink")).configure()
    return graph
