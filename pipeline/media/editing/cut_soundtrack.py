"""Soundtrack of a film that is cut: decoded, cut at samples, and encoded as AAC."""

from fractions import Fraction
from typing import Final

import numpy as np
from av import AudioFrame, Packet
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import OutputContainer

from pipeline.media.demux import PACKET_ERRORS
from pipeline.media.editing.cut_list import CutList
from pipeline.media.editing.sound_cutter import Sound, SoundCutter
from pipeline.media.soundtrack import add_aac_stream
from pipeline.media.streams.source import TimeOrigins

_FORMAT: Final = "fltp"  # of FFmpeg's AAC encoder
_MAX_DRIFT: Final = Fraction(1, 20)  # seconds that sound may be off its timestamp before it is moved
_SILENT_SAMPLES: Final = 48_000  # written at once where sound is missing


class CutSoundtrack:
    """Samples are counted from the start of the media, so that they are cut where the picture is: where some are
    missing there is silence, and what overlaps is dropped.
    """

    def __init__(self, source: AudioStream, output: OutputContainer, origins: TimeOrigins, cuts: CutList) -> None:
        self._stream = add_aac_stream(source, output)
        self._output = output
        self._origins = origins
        self._rate = self._stream.codec_context.sample_rate
        self._layout = self._stream.codec_context.layout.name
        self._cutter = SoundCutter(cuts, self._rate)
        self._source_format: tuple[str, str, int] | None = None
        self._resampler: AudioResampler | None = None
        self._position: int | None = None  # of the source, that the next sample has

    def write_packet(self, packet: "Packet[AudioStream]") -> None:
        try:
            frames = packet.decode()
        except PACKET_ERRORS:
            return
        for frame in frames:
            self._write_frame(frame)

    def finish(self) -> None:
        self._write_sound(self._resample(None))
        self._encode(self._cutter.finish())
        self._output.mux(self._stream.encode(None))

    def _write_frame(self, frame: AudioFrame) -> None:
        source_format = (frame.format.name, frame.layout.name, frame.sample_rate)
        if source_format != self._source_format:
            self._write_sound(self._resample(None))
            self._source_format = source_format
            self._resampler = AudioResampler(_FORMAT, self._layout, self._rate)
        start = None
        if frame.pts is not None and frame.time_base is not None:
            start = round((frame.pts * frame.time_base - self._origins.start) * self._rate)
        frame.pts = None  # else the resampler would fill and squeeze
        self._write_sound(self._resample(frame), start)

    def _resample(self, frame: AudioFrame | None) -> Sound:
        blocks = self._resampler.resample(frame) if self._resampler else []
        silence = np.zeros((self._stream.codec_context.layout.nb_channels, 0), np.float32)
        return np.concatenate([silence, *(block.to_ndarray() for block in blocks)], axis=1)

    def _write_sound(self, sound: Sound, start: int | None = None) -> None:
        """Cut and encode sound that begins at a sample of the source; at the next one where that is about the same."""
        if self._position is None:
            self._position = start or 0
        drift = 0 if start is None else start - self._position
        if drift > _MAX_DRIFT * self._rate:
            self._write_silence(drift, sound.shape[0])
        elif drift < -_MAX_DRIFT * self._rate:
            sound = sound[:, -drift:]
        self._cut(sound)

    def _write_silence(self, count: int, channels: int) -> None:
        for first in range(0, count, _SILENT_SAMPLES):
            self._cut(np.zeros((channels, min(_SILENT_SAMPLES, count - first)), np.float32))

    def _cut(self, sound: Sound) -> None:
        if self._position is None or not sound.shape[1]:
            return
        kept = self._cutter.cut_block(self._position, sound)
        self._position += sound.shape[1]
        self._encode(kept)

    def _encode(self, sound: Sound | None) -> None:
        if sound is None or not sound.shape[1]:
            return
        frame = AudioFrame.from_ndarray(np.ascontiguousarray(np.clip(sound, -1, 1)), _FORMAT, self._layout)
        frame.sample_rate, frame.time_base = self._rate, Fraction(1, self._rate)
        shift = round((self._origins.start - self._origins.shift) * self._rate)
        frame.pts = self._cutter.position - sound.shape[1] + shift
        self._output.mux(self._stream.encode(frame))
