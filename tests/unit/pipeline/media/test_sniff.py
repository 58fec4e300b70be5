"""What the gate takes for what it is."""

from pathlib import Path

import pytest
from fakes import sample_files

from models.errors import ErrorCode, RequestRejected
from models.media.facts import MediaKind
from pipeline.media.probe import measure
from pipeline.media.sniff import sniff, sniff_bytes


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "gif", "heic", "avif", "bmp", "tiff"])
def test_pictures_are_known_by_their_bytes(tmp_path: Path, suffix: str) -> None:
    named_wrongly = sample_files.write_picture(tmp_path / f"picture.{suffix}").rename(tmp_path / "film.mp4")
    found = sniff(named_wrongly)
    assert found.kind is MediaKind.IMAGE
    assert found.format == {"jpg": "jpeg"}.get(suffix, suffix)


@pytest.mark.parametrize(
    ("suffix", "codec", "name"),
    [
        ("mp4", "mpeg4", "mp4"),
        ("mov", "mpeg4", "mov"),
        ("3gp", "mpeg4", "3gp"),
        ("mkv", "mpeg4", "mkv"),
        ("avi", "mpeg4", "avi"),
        ("ts", "mpeg2video", "mpegts"),
        ("webm", "libvpx", "webm"),
    ],
)
def test_films_are_known_by_their_bytes(tmp_path: Path, suffix: str, codec: str, name: str) -> None:
    film = sample_files.write_film(tmp_path / f"film.{suffix}", codec=codec, sound=None, seconds=0.2)
    assert sniff(film.rename(tmp_path / "picture.jpg")).format == name


@pytest.mark.parametrize(
    ("suffix", "codec", "name"),
    [
        ("m4a", "aac", "m4a"),
        ("mp3", "mp3", "mp3"),
        ("aac", "aac", "aac"),
        ("ogg", "libopus", "ogg"),
        ("flac", "flac", "flac"),
        ("wav", "pcm_s16le", "wav"),
    ],
)
def test_sounds_are_known_by_their_bytes(tmp_path: Path, suffix: str, codec: str, name: str) -> None:
    sound = sample_files.write_recording(tmp_path / f"sound.{suffix}", codec=codec, seconds=0.3)
    assert sniff(sound.rename(tmp_path / "picture.jpg")).format == name


def test_an_mp3_without_its_tag_is_an_mp3(tmp_path: Path) -> None:
    data = sample_files.write_recording(tmp_path / "sound.mp3", codec="mp3").read_bytes()
    assert sniff_bytes(data[data.index(b"\xff\xfb") :]).format == "mp3"


def test_a_film_older_than_its_format_s_first_box_is_a_movie() -> None:
    assert sniff_bytes(b"\0\0\0\x08wide\0\0\x10\0mdat" + bytes(64)).format == "mov"


@pytest.mark.parametrize(
    "maker",
    [
        sample_files.write_text_file,
        sample_files.write_ffconcat,
        sample_files.write_hls,
        sample_files.write_dash,
        sample_files.write_sdp,
        sample_files.write_svg,
    ],
)
@pytest.mark.parametrize("name", ["x.jpg", "x.mp4"])
def test_text_under_any_name_is_not_media(tmp_path: Path, maker: sample_files.Maker, name: str) -> None:
    with pytest.raises(RequestRejected) as caught:
        sniff(maker(tmp_path / name))
    assert caught.value.code is ErrorCode.NOT_MEDIA


@pytest.mark.parametrize(
    ("head", "code"),
    [
        (b"", ErrorCode.EMPTY_FILE),
        (b"\0", ErrorCode.NOT_MEDIA),
        (
            b"8BPS\0\1" + bytes(6) + b"\0\3\0\0\0\x40\0\0\0\x40\0\x08\0\3" + bytes(40),
            ErrorCode.FORMAT_NOT_SUPPORTED,
        ),  # Photoshop
        (b"\0\0\0\x18ftypcrx \0\0\0\1crx isom" + bytes(40), ErrorCode.FORMAT_NOT_SUPPORTED),  # Canon's raw photos
        (b"IIU\0\x18\0\0\0\x88\xe7\x74\xd8" + bytes(40), ErrorCode.FORMAT_NOT_SUPPORTED),  # Panasonic's
        (b"II*\0\x10\0\0\0CR\2\0" + bytes(40), ErrorCode.FORMAT_NOT_SUPPORTED),
        (b"FLV\1\5\0\0\0\x09" + bytes(40), ErrorCode.FORMAT_NOT_SUPPORTED),
        (b"FORM\0\0\1\0AIFFCOMM" + bytes(40), ErrorCode.FORMAT_NOT_SUPPORTED),
        (b"PK\3\4" + bytes(40), ErrorCode.NOT_MEDIA),
        (b"%PDF-1.7\n", ErrorCode.NOT_MEDIA),
        (b"\x7fELF" + bytes(60), ErrorCode.NOT_MEDIA),
        (b"<html><body><video src=x></body></html>", ErrorCode.NOT_MEDIA),
    ],
)
def test_what_is_not_taken_says_whether_it_is_media(head: bytes, code: ErrorCode) -> None:
    with pytest.raises(RequestRejected) as caught:
        sniff_bytes(head)
    assert caught.value.code is code


def test_an_icon_is_a_picture_not_taken(tmp_path: Path) -> None:
    with pytest.raises(RequestRejected) as caught:
        sniff(sample_files.write_picture(tmp_path / "x.ico"))
    assert caught.value.code is ErrorCode.FORMAT_NOT_SUPPORTED


def test_a_song_behind_any_tag_is_a_song() -> None:
    """libmagic gives up on tags of unusual order."""
    assert sniff_bytes(b"ID3\x03\0\0\0\0\x01\x38vTA" + bytes(200)).format == "mp3"


def test_a_camcorder_s_transport_stream_is_one(tmp_path: Path) -> None:
    """AVCHD puts four bytes of time before each packet."""
    plain = sample_files.write_film(tmp_path / "x.ts").read_bytes()
    packets = [bytes(4) + plain[at : at + 188] for at in range(0, len(plain), 188)]
    path = tmp_path / "x.mts"
    path.write_bytes(b"".join(packets))
    assert measure(path).format == "mpegts"


def test_a_damaged_png_is_a_picture_all_the_same() -> None:
    assert sniff_bytes(b"\x89PNG\r\n\x1a\n" + b"\x2f\xc5\x7d" * 20).format == "png"


@pytest.mark.parametrize("cut", [1, 100, 187])
def test_a_broadcast_recorded_from_within_a_packet_is_one(tmp_path: Path, cut: int) -> None:
    path = sample_files.write_film(tmp_path / "x.ts")
    path.write_bytes(path.read_bytes()[cut:])
    assert measure(path).format == "mpegts"
