"""Muxing of a film without sound with a sound file: nothing is encoded again that players take as it is."""

import heapq
from collections.abc import Iterator
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeAlias, cast

import av
from av import Packet
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Stream

from models.errors import ErrorCode, RequestRejected
from pipeline.media.demux import open_media
from pipeline.media.overwriting import replace_content
from pipeline.media.soundtrack import create_soundtrack
from pipeline.media.streams.selection import choose_audio

_TimedPacket: TypeAlias = "tuple[Fraction, int, Packet[Any]]"
_STEM_SUFFIX = "-with-sound"


def add_sound(film: Path, sound: Path) -> None:
    """Give an MP4 without sound that of another file, in front of it; AAC and MP3 are copied.

    Raises RequestRejected: that of `open_media`, and NO_AUDIO.
    """
    out = film.with_stem(film.stem + _STEM_SUFFIX)
    with ExitStack() as stack:
        pictures = stack.enter_context(open_media(film, "mp4"))
        sounds = stack.enter_context(open_media(sound))
        output = stack.enter_context(av.open(str(out), "w", format="mp4", options={"movflags": "+faststart"}))
        audio = choose_audio(sounds)
        if audio is None:
            raise RequestRejected(ErrorCode.NO_AUDIO)
        source = pictures.streams.video[0]
        video = output.add_stream_from_template(source)
        soundtrack = create_soundtrack(audio, output, Fraction(sounds.start_time or 0, av.time_base))
        for _, number, packet in heapq.merge(_read_packets(pictures, source, 0), _read_packets(sounds, audio, 1)):
            if number:
                soundtrack.write_packet(cast("Packet[AudioStream]", packet))
            else:
                packet.stream = video
                output.mux(packet)
        soundtrack.finish()
    replace_content(film, out)


def _read_packets(container: InputContainer, stream: Stream, number: int) -> Iterator[_TimedPacket]:
    for packet in container.demux(stream):
        if packet.size and packet.dts is not None:
            yield packet.dts * (packet.time_base or Fraction(1)), number, packet
