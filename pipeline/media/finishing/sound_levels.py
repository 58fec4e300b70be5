"""Measurement of a film's sound by ITU-R BS.1770: integrated loudness and true peak."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Final, cast

import av
import numpy as np
from av import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.filter import Graph

from pipeline.media.demux import PACKET_ERRORS, open_media
from pipeline.media.finishing.coding_dips import Floats, Peaks

SILENT: Final = -70.0  # LUFS, dBTP: what is not louder is not heard
LOUDNESS_METER: Final = ("ebur128", "metadata=1:framelog=quiet")
_OVERSAMPLED_RATE: Final = 192_000  # samples a second, of which the highest is the true peak
_FAINTEST: Final = 10 ** (SILENT / 20)
_PIECE: Final = 960  # of these samples, which have a peak each


@dataclass(frozen=True, slots=True)
class SoundLevels:
    """Integrated loudness in LUFS, true peaks, and length in seconds."""

    loudness: float
    peaks: Peaks
    seconds: float

    @property
    def peak(self) -> float:
        """The highest in dBTP."""
        return self.peaks.highest


SILENCE: Final = SoundLevels(SILENT, Peaks(np.array([0.0]), np.array([SILENT])), 0.0)


def measure_levels(path: Path) -> SoundLevels | None:
    """Measure the sound of a file that the product wrote; None if it has none."""
    with open_media(path, "mp4") as container:
        if not container.streams.audio:
            return None
        return _measure_stream(container, container.streams.audio[0])


def read_loudness(measured: AudioFrame, before: float) -> float:
    """LUFS of all that a meter has heard with a frame; what was heard before it where that is still too short."""
    return float(measured.metadata.get("lavfi.r128.I", before))


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


class _PeakMeter:
    """The true peaks of a sound that comes in frames."""

    def __init__(self) -> None:
        self._times: list[Floats] = []
        self._peaks: list[Floats] = []

    def add_frame(self, frame: AudioFrame) -> None:
        """Take a frame in planar floats, of the rate at which true peaks are seen."""
        if frame.samples and frame.pts is not None and frame.time_base is not None:
            starts = np.arange(0, frame.samples, _PIECE)
            self._times.append(float(frame.pts * frame.time_base) + starts / _OVERSAMPLED_RATE)
            self._peaks.append(np.maximum.reduceat(np.abs(frame.to_ndarray()).max(axis=0), starts))

    def read_peaks(self) -> Peaks:
        if not self._peaks:
            return SILENCE.peaks
        levels = 20 * np.log10(np.maximum(np.concatenate(self._peaks), _FAINTEST))
        return Peaks(np.concatenate(self._times), levels)


def _measure_stream(container: InputContainer, stream: AudioStream) -> SoundLevels:
    graphs: tuple[Graph, Graph] | None = None
    samples, loudness, meter = 0, SILENT, _PeakMeter()
    for frame in chain(decode_sound(container, stream), [None]):
        if frame is not None:
            samples += frame.samples
            graphs = graphs or _build_meters(frame)
        for measured in filter_frames(graphs[0], frame) if graphs else ():
            loudness = read_loudness(measured, loudness)
        for sampled in filter_frames(graphs[1], frame) if graphs else ():
            meter.add_frame(sampled)
    return SoundLevels(max(loudness, SILENT), meter.read_peaks(), samples / (stream.sample_rate or 1))


def _build_meters(frame: AudioFrame) -> tuple[Graph, Graph]:
    """Filters that measure the loudness, and those that make peaks between two samples seen."""
    layout = ("aformat", f"channel_layouts={'mono' if frame.layout.nb_channels == 1 else 'stereo'}")
    oversampling = ("aresample", str(_OVERSAMPLED_RATE)), ("aformat", "sample_fmts=fltp")
    return build_filters(frame, layout, LOUDNESS_METER), build_filters(frame, layout, *oversampling)
