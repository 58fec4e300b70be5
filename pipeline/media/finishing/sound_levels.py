"""Measurement of a film's sound by ITU-R BS.1770: integrated loudness and true peak."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Final, cast

import av
from av import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.filter import Graph

from pipeline.media.demux import PACKET_ERRORS, open_media

_SILENT: Final = -70.0  # LUFS, dBTP: what is not louder is not heard


@dataclass(frozen=True, slots=True)
class SoundLevels:
    """Integrated loudness in LUFS, true peak in dBTP, and length in seconds."""

    loudness: float
    peak: float
    seconds: float


def measure_levels(path: Path) -> SoundLevels | None:
    """Measure the sound of a file that the product wrote; None if it has none."""
    with open_media(path, "mp4") as container:
        if not container.streams.audio:
            return None
        return _measure_stream(container, container.streams.audio[0])


def decode_sound(container: InputContainer, stream: AudioStream) -> Iterator[AudioFrame]:
    """The frames of a stream, their times counted in samples; damaged packets are skipped, as players do."""
    for packet in container.demux(stream):
        try:
            frames = packet.decode()
        except PACKET_ERRORS:
            continue
        for frame in frames:
            if frame.samples and frame.pts is not None and frame.time_base is not None:
                frame.pts = round(frame.pts * frame.time_base * frame.sample_rate)
                frame.time_base = Fraction(1, frame.sample_rate)
                yield frame


def build_filters(frame: AudioFrame, *filters: tuple[str, str]) -> Graph:
    """A graph of filters, one after the other, for frames such as this one."""
    graph = Graph()
    graph.threads = 1
    source = graph.add_abuffer(
        sample_rate=frame.sample_rate, format=frame.format.name, layout=frame.layout.name, time_base=frame.time_base
    )
    steps = [graph.add(name, arguments) for name, arguments in filters]
    graph.link_nodes(source, *steps, graph.add("abuffersink")).configure()
    return graph


def filter_frames(graph: Graph, frame: AudioFrame | None) -> Iterator[AudioFrame]:
    """What a graph has ready after a frame, or after the last one if it is None."""
    graph.push(frame)
    while True:
        try:
            yield cast("AudioFrame", graph.pull())
        except (av.error.BlockingIOError, av.error.EOFError):
            return


def _measure_stream(container: InputContainer, stream: AudioStream) -> SoundLevels:
    graph: Graph | None = None
    samples, loudness, peak = 0, _SILENT, 0.0
    for frame in chain(decode_sound(container, stream), [None]):
        if frame is not None:
            samples += frame.samples
            graph = graph or _build_meter(frame)
        for measured in filter_frames(graph, frame) if graph else ():
            found = measured.metadata
            loudness = float(found.get("lavfi.r128.I", loudness))
            peak = max(peak, float(found.get("lavfi.r128.true_peak", 0)))
    decibels = 20 * math.log10(peak) if peak > 0 else _SILENT
    return SoundLevels(max(loudness, _SILENT), max(decibels, _SILENT), samples / (stream.sample_rate or 1))


def _build_meter(frame: AudioFrame) -> Graph:
    layout = "mono" if frame.layout.nb_channels == 1 else "stereo"
    return build_filters(
        frame, ("aformat", f"channel_layouts={layout}"), ("ebur128", "metadata=1:peak=true:framelog=quiet")
    )
