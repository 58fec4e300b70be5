"""Films and sounds with one packet damaged: what players play is taken, and what cannot be is called broken."""

import struct
from collections.abc import Sequence
from pathlib import Path

import av
import pytest
from fakes import sample_files

from models.errors import ErrorCode, RequestRejected
from models.jobs.film import EncodingOptions, X264Preset
from pipeline.media.audio import extract
from pipeline.media.overlay import Overlay
from pipeline.media.probe import measure
from pipeline.media.transcode import Canvas, Painter, transcode

ADTS = b"\xff\xf1"  # how a frame of AAC starts in a transport stream


def damaged_sound(path: Path, damage: dict[int, int]) -> Path:
    """A film in whose middle one frame of sound has wrong bytes, by their place in it."""
    data = bytearray(sample_files.write_film(path).read_bytes())
    starts = [at for at in range(len(data)) if data[at : at + 2] == ADTS]
    for place, value in damage.items():
        data[starts[len(starts) // 2] + place] = value
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(("place", "value"), [(1, 0x00), (2, 0xFF), (4, 0x00), (5, 0x00), (9, 0xFF)])
def test_a_damaged_frame_of_sound_is_passed_over(tmp_path: Path, place: int, value: int) -> None:
    """Each of these bytes makes the decoder answer with another of its errors."""
    film = damaged_sound(tmp_path / "x.ts", {place: value})
    assert measure(film).has_audio
    assert extract(film, tmp_path / "x.wav") == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("damage", [{2: 0xFF}, {1: 0xF0, 6: 0xFF}], ids=["not AAC", "several frames with a checksum"])
def test_a_film_is_made_without_the_sound_that_its_container_cannot_hold(
    tmp_path: Path, damage: dict[int, int]
) -> None:
    source = damaged_sound(tmp_path / "x.ts", damage)
    film = transcode(
        source, tmp_path / "y.mp4", unpainted, EncodingOptions(preset=X264Preset.ULTRAFAST), lambda *_: None
    )
    assert film.frames == 25
    with av.open(str(film.path)) as container:
        assert sum(packet.size > 0 for packet in container.demux(audio=0)) > 40


def unpainted(_canvas: Canvas) -> Painter:
    def paint(_seconds: float) -> Sequence[Overlay]:
        return ()

    return paint


def test_a_packet_longer_than_any_can_be_is_a_broken_file(tmp_path: Path) -> None:
    """FFmpeg says that memory is exhausted; no smaller or shorter file would help the person."""
    path = sample_files.write_recording(tmp_path / "x.m4a")
    data = bytearray(path.read_bytes())
    sizes = data.index(b"stsz") + 16
    data[sizes + 20 : sizes + 24] = struct.pack("!I", 0x3000_0000)
    path.write_bytes(data)
    with pytest.raises(RequestRejected) as caught:
        measure(path)
    assert caught.value.code is ErrorCode.BROKEN_FILE
