"""The sound of a film: copied packet for packet where messengers play it, encoded as AAC where they would not."""

import contextlib
from fractions import Fraction
from typing import Protocol

import av
from av import AudioFrame, Packet
from av.audio.stream import AudioStream
from av.container import OutputContainer

from pipeline.media.demux import DAMAGE

BIT_RATE = 128_000
# Opus and the rest may lie in an MP4 too, but come out silent on iPhones and in WhatsApp.
_COPIED = frozenset({"aac", "mp3"})
_GAP = Fraction(1, 20)  # seconds; less is only rounding
_RATES = (48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000)


class Soundtrack(Protocol):
    def take(self, packet: "Packet[AudioStream]") -> None: ...

    def end(self) -> None: ...


def soundtrack(source: AudioStream, output: OutputContainer, shift: Fraction) -> Soundtrack:
    """The sound of `source` in `output`; `shift` is in seconds and taken from every time."""
    if source.codec_context.codec.canonical_name in _COPIED and source.codec_context.sample_rate:
        return _Copied(source, output, shift)
    return _Encoded(source, output, shift)


class _Copied:
    def __init__(self, source: AudioStream, output: OutputContainer, shift: Fraction) -> None:
        self._stream = output.add_stream_from_template(source)
        self._output = output
        self._ticks = round(shift / (source.time_base or 1))
        self._last: int | None = None

    def take(self, packet: "Packet[AudioStream]") -> None:
        if packet.dts is None or packet.pts is None or (self._last is not None and packet.dts <= self._last):
            return  # the empty packet at the end, or one a broken clock put before another
        self._last = packet.dts
        packet.pts -= self._ticks
        packet.dts -= self._ticks
        packet.stream = self._stream
        with contextlib.suppress(av.error.InvalidDataError):  # a damaged packet is one that MP4 cannot hold
            self._output.mux(packet)

    def end(self) -> None:
        """Nothing is left behind."""


class _Encoded:
    """Samples are counted on, and put where their time says only when that is later: broken clocks cannot turn back."""

    def __init__(self, source: AudioStream, output: OutputContainer, shift: Fraction) -> None:
        context = source.codec_context
        self._rate = context.sample_rate if context.sample_rate in _RATES else _RATES[0]
        layout = "mono" if context.layout.nb_channels == 1 else "stereo"
        self._stream = output.add_stream("aac", rate=self._rate, bit_rate=BIT_RATE, layout=layout)
        self._output = output
        self._shift = shift
        self._next: Fraction | None = None  # seconds

    def take(self, packet: "Packet[AudioStream]") -> None:
        try:
            frames = packet.decode()
        except DAMAGE:
            return
        for frame in frames:
            start = self._start(frame)
            self._next = start + Fraction(frame.samples, frame.sample_rate)
            frame.time_base = Fraction(1, frame.sample_rate)
            frame.pts = round(start * frame.sample_rate)
            self._output.mux(self._stream.encode(frame))

    def end(self) -> None:
        self._output.mux(self._stream.encode(None))

    def _start(self, frame: AudioFrame) -> Fraction:
        """Where a frame begins, seconds."""
        told = self._next or Fraction(0)
        if frame.pts is not None and frame.time_base is not None:
            told = frame.pts * frame.time_base - self._shift
        if self._next is None or told > self._next + _GAP:
            return told
        return self._next
