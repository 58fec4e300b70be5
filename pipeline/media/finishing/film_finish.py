"""Finishing of a film: its picture is copied, its sound brought to a loudness, and a subtitle track added."""

import heapq
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, cast

import av
from av import Packet
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.stream import Stream

from models.jobs.film import Film
from pipeline.media.demux import open_media
from pipeline.media.finishing.loudness import adjust_loudness
from pipeline.media.finishing.subtitle_track import (
    SubtitleTrack,
    add_subtitle_track,
    build_packets,
    compute_track_bytes,
)
from pipeline.media.overwriting import replace_content
from pipeline.media.soundtrack import create_soundtrack

_FINISHED_STEM: Final = "finished"  # of the name of the film while it is written
_SOUND_STEM: Final = "sound"
_SOUND_SHARE: Final = 0.02  # of a film's bytes by which its sound may grow when it is encoded anew

_TimedPacket = tuple[Fraction, int, "Packet[Any]"]  # seconds, number of the stream


@dataclass(frozen=True, slots=True)
class Finish:
    """What is done to a film: subtitle tracks, and loudness; `max_bytes` is the limit of the finished film."""

    tracks: Sequence[SubtitleTrack] = ()
    is_normalised: bool = False
    max_bytes: int | None = None

    def reserve_bytes(self) -> int | None:
        """The limit in bytes of a film that must stay within its own once it is finished; None without one."""
        room = self.find_room()
        sound = _SOUND_SHARE * (self.max_bytes or 0) if self.is_normalised else 0
        return None if room is None else round(room - sound)

    def find_room(self) -> int | None:
        """The limit in bytes of picture and sound; None without one."""
        if self.max_bytes is None:
            return None
        return self.max_bytes - sum(compute_track_bytes(track.cues) for track in self.tracks)


def finish_film(film: Film, finish: Finish) -> Film:
    """Write the film anew with what `finish` says; its frames, their times, and the index in front stay."""
    sound = _adjust_sound(film, finish) if finish.is_normalised else None
    if sound is None and not finish.tracks:
        return film
    out = film.path.with_stem(_FINISHED_STEM)
    _write_film(film.path, sound or film.path, out, finish)
    replace_content(film.path, out)
    return replace(film, size=film.path.stat().st_size)


def _adjust_sound(film: Film, finish: Finish) -> Path | None:
    limit = finish.find_room()
    return adjust_loudness(film.path, film.path.with_stem(_SOUND_STEM), None if limit is None else limit - film.size)


def _write_film(picture: Path, sound: Path, out: Path, finish: Finish) -> None:
    with ExitStack() as stack:
        pictures, sounds = (stack.enter_context(open_media(path, "mp4")) for path in (picture, sound))
        output = stack.enter_context(av.open(str(out), "w", format="mp4", options={"movflags": "+faststart"}))
        video = output.add_stream_from_template(pictures.streams.video[0])
        audio = sounds.streams.audio[0] if sounds.streams.audio else None
        soundtrack = create_soundtrack(audio, output, Fraction(0)) if audio else None
        sources = [_read_packets(pictures, pictures.streams.video[0], 0)]
        sources += [_read_packets(sounds, audio, 1)] if audio else []
        sources += [_time_packets(output, track, number) for number, track in enumerate(finish.tracks, start=2)]
        for _, _, packet in heapq.merge(*sources):
            if soundtrack and packet.stream is audio:
                soundtrack.write_packet(cast("Packet[AudioStream]", packet))
                continue
            packet.stream = video if packet.stream is pictures.streams.video[0] else packet.stream
            output.mux(packet)


def _time_of(packet: "Packet[Any]") -> Fraction:
    """Decoding time in seconds."""
    return (packet.dts or 0) * (packet.time_base or Fraction(1))


def _read_packets(container: InputContainer, stream: Stream, number: int) -> Iterator[_TimedPacket]:
    for packet in container.demux(stream):
        if packet.size and packet.dts is not None:
            yield _time_of(packet), number, packet


def _time_packets(output: OutputContainer, track: SubtitleTrack, number: int) -> Iterator[_TimedPacket]:
    stream = add_subtitle_track(output, track.language)
    return ((_time_of(packet), number, packet) for packet in build_packets(stream, track.cues))
