"""Soundtrack of a film: audio packets are copied if messengers play the codec, otherwise encoded as AAC."""

import contextlib
from collections import deque
from fractions import Fraction
from typing import Protocol

import av
from av import AudioFrame, Packet
from av.audio.stream import AudioStream
from av.container import OutputContainer

from pipeline.media.demux import PACKET_ERRORS

BIT_RATE = 128_000
# MP4 may contain Opus and other codecs too, but they are silent on iPhones and in WhatsApp.
_COPIED_CODECS = frozenset({"aac", "mp3"})
_MAX_PRIMING_PACKETS = 3  # of 1024 samples: Apple's encoder primes with 2112
_UNMUXABLE = (av.error.InvalidDataError, av.error.PatchWelcomeError)  # damaged packets, which MP4 cannot hold
_MIN_GAP = Fraction(1, 20)  # seconds; smaller gaps are rounding errors
_AAC_CODER = "fast"  # in half the time of the other its noise and its peaks are lower, at 48 to 128 kb/s
_AAC_SAMPLE_RATES = (48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000)


class Soundtrack(Protocol):
    def write_packet(self, packet: "Packet[AudioStream]") -> None: ...

    def finish(self) -> None: ...


def bit_rate_for(source: AudioStream, counted: float) -> int:
    """Bits per second of the film's soundtrack, if those of `source` were counted."""
    return round(counted) if _is_copied(source) else BIT_RATE


def create_soundtrack(source: AudioStream, output: OutputContainer, shift: Fraction) -> Soundtrack:
    """Add the audio of `source` to `output`; `shift` (seconds) is subtracted from every timestamp."""
    return (_CopiedSoundtrack if _is_copied(source) else _EncodedSoundtrack)(source, output, shift)


def choose_form(source: AudioStream) -> tuple[int, str]:
    """Sample rate and layout of AAC for the sound of `source`: its rate if AAC has it, and one or two channels."""
    context = source.codec_context
    rate = context.sample_rate if context.sample_rate in _AAC_SAMPLE_RATES else _AAC_SAMPLE_RATES[0]
    return rate, "mono" if context.layout.nb_channels == 1 else "stereo"


def add_aac_stream(source: AudioStream, output: OutputContainer) -> AudioStream:
    """Add a stream for the sound of `source`."""
    rate, layout = choose_form(source)
    return output.add_stream("aac", rate=rate, bit_rate=BIT_RATE, layout=layout, options={"aac_coder": _AAC_CODER})


def _is_copied(source: AudioStream) -> bool:
    """Whether the packets of `source` go into a film as they are."""
    return source.codec_context.codec.canonical_name in _COPIED_CODECS and bool(source.codec_context.sample_rate)


class _CopiedSoundtrack:
    """Packets that an edit list hides are left out, but for the last ones before the first that is heard, from which
    decoders start.
    """

    def __init__(self, source: AudioStream, output: OutputContainer, shift: Fraction) -> None:
        self._stream = output.add_stream_from_template(source)
        self._output = output
        self._shift_ticks = round(shift / (source.time_base or 1))
        self._last_dts: int | None = None
        self._priming: deque[Packet[AudioStream]] = deque(maxlen=_MAX_PRIMING_PACKETS)

    def write_packet(self, packet: "Packet[AudioStream]") -> None:
        if packet.is_discard:
            if self._last_dts is None:
                self._priming.append(packet)
            return
        while self._priming:
            self._copy_packet(self._priming.popleft())
        self._copy_packet(packet)

    def _copy_packet(self, packet: "Packet[AudioStream]") -> None:
        if packet.is_corrupt and not _is_decoded(packet):
            return  # cut off at the end of the file
        if packet.dts is None or packet.pts is None or (self._last_dts is not None and packet.dts <= self._last_dts):
            return  # the flush packet, or one with a timestamp that is not after the last
        self._last_dts = packet.dts
        packet.pts -= self._shift_ticks
        packet.dts -= self._shift_ticks
        packet.stream = self._stream
        with contextlib.suppress(*_UNMUXABLE):
            self._output.mux(packet)

    def finish(self) -> None:
        """Nothing is buffered."""


def _is_decoded(packet: "Packet[AudioStream]") -> bool:
    """Whether the packet's decoder makes something of it."""
    try:
        return bool(packet.decode())
    except PACKET_ERRORS:
        return False


class _EncodedSoundtrack:
    """Timestamps are counted from the samples; a packet's own is used only if later, so they never run backwards."""

    def __init__(self, source: AudioStream, output: OutputContainer, shift: Fraction) -> None:
        self._stream = add_aac_stream(source, output)
        self._output = output
        self._shift = shift
        self._next_time: Fraction | None = None  # seconds

    def write_packet(self, packet: "Packet[AudioStream]") -> None:
        try:
            frames = packet.decode()
        except PACKET_ERRORS:
            return
        for frame in frames:
            start = self._start_time_of(frame)
            self._next_time = start + Fraction(frame.samples, frame.sample_rate)
            frame.time_base = Fraction(1, frame.sample_rate)
            frame.pts = round(start * frame.sample_rate)
            self._output.mux(self._stream.encode(frame))

    def finish(self) -> None:
        self._output.mux(self._stream.encode(None))

    def _start_time_of(self, frame: AudioFrame) -> Fraction:
        """Start time of a frame in the output, seconds."""
        start = self._next_time or Fraction(0)
        if frame.pts is not None and frame.time_base is not None:
            start = frame.pts * frame.time_base - self._shift
        if self._next_time is None or start > self._next_time + _MIN_GAP:
            return start
        return self._next_time
