"""The gate against files made to harm."""

import random
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes import sample_files, sandbox_tasks
from fakes.sandbox_steps import list_forkservers

from models.errors import ErrorCode, RequestRejected
from models.media.facts import MediaInfo, MediaKind
from pipeline.jobs.media_validation import measure_file, validate_info
from pipeline.sandbox.client import SandboxClient
from pipeline.sandbox.limits import ResourceLimits


@pytest.fixture(scope="module")
def children() -> Iterator[SandboxClient]:
    with SandboxClient() as started:
        yield started


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """An address that hostile files name; nobody may come."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def url_of(listener: socket.socket) -> str:
    return f"http://127.0.0.1:{listener.getsockname()[1]}/x"


def refusal(children: SandboxClient, path: Path) -> ErrorCode:
    own = path.parent / "own"
    own.mkdir(exist_ok=True)
    with pytest.raises(RequestRejected) as caught:
        measure_file(children, path, own)
    return caught.value.code


def outcome(children: SandboxClient, path: Path) -> MediaKind | ErrorCode:
    try:
        return measure_file(children, path, path.parent).kind
    except RequestRejected as refused:
        return refused.code


@pytest.mark.parametrize("name", ["x.mp4", "x.jpg", "x.m3u8", "x.mpd", "x.sdp", "x.svg"])
@pytest.mark.parametrize("maker", [sample_files.write_hls, sample_files.write_dash, sample_files.write_svg])
def test_nothing_that_names_an_address_is_followed(
    children: SandboxClient, tmp_path: Path, listener: socket.socket, maker: Callable[[Path, str], Path], name: str
) -> None:
    assert refusal(children, maker(tmp_path / name, url_of(listener))) is ErrorCode.NOT_MEDIA
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_even_a_playlist_that_passes_for_media_reaches_nobody(
    children: SandboxClient, tmp_path: Path, listener: socket.socket
) -> None:
    """Were a demuxer fooled, the child still has no network."""
    with pytest.raises(RequestRejected):
        children.run(
            "fakes.sandbox_tasks:open_freely",
            {"path": sample_files.write_hls(tmp_path / "x.m3u8", url_of(listener))},
            directory=tmp_path,
            limits=ResourceLimits.for_measuring(100),
        )
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_a_neighbour_s_film_is_not_played(children: SandboxClient, tmp_path: Path) -> None:
    sample_files.write_silent_film(tmp_path / "neighbour.mp4")
    assert refusal(children, sample_files.write_ffconcat(tmp_path / "x.mp4")) is ErrorCode.NOT_MEDIA


def test_even_a_playlist_that_passes_for_media_reads_no_neighbour(children: SandboxClient, tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    sample_files.write_silent_film(tmp_path / "neighbour.mp4")
    playlist = sample_files.write_ffconcat(tmp_path / "x.ffconcat")
    assert sandbox_tasks.open_freely(playlist) == 0  # where nothing stands in its way
    with pytest.raises(RequestRejected):
        children.run(
            "fakes.sandbox_tasks:open_freely",
            {"path": playlist},
            directory=tmp_path / "own",
            limits=ResourceLimits.for_measuring(100),
        )


@pytest.mark.parametrize(
    ("maker", "name", "code"),
    [
        (sample_files.write_empty_file, "x.jpg", ErrorCode.EMPTY_FILE),
        (sample_files.write_text_file, "x.mp4", ErrorCode.NOT_MEDIA),
        (sample_files.write_sdp, "x.mp4", ErrorCode.NOT_MEDIA),
        (sample_files.write_disguised_zip, "x.jpg", ErrorCode.NOT_MEDIA),
        (sample_files.write_png_bomb, "x.png", ErrorCode.TOO_MANY_PIXELS),
        (sample_files.write_video_bomb, "x.mp4", ErrorCode.TOO_MANY_PIXELS),
        (sample_files.write_many_streams, "x.mkv", ErrorCode.TOO_MANY_STREAMS),
        (sample_files.write_disguised_bomb, "x.mp4", ErrorCode.TOO_MANY_PIXELS),
    ],
)
def test_each_hostile_file_ends_as_one_code(
    children: SandboxClient, tmp_path: Path, maker: sample_files.Maker, name: str, code: ErrorCode
) -> None:
    assert refusal(children, maker(tmp_path / name)) is code


def test_media_in_front_of_an_archive_is_measured_as_media(children: SandboxClient, tmp_path: Path) -> None:
    film = sample_files.write_zip_polyglot(tmp_path / "y.mp4", sample_files.write_film(tmp_path / "x.mp4"))
    assert measure_file(children, film, tmp_path).kind is MediaKind.VIDEO


def test_the_gate_writes_nothing(children: SandboxClient, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    measure_file(children, sample_files.write_film(tmp_path / "x.mp4"), own)
    assert list(own.iterdir()) == []


@pytest.mark.parametrize(
    "told",
    [
        MediaInfo(MediaKind.VIDEO, "mp4", 4, 160, 90, -1.0, 25.0),
        MediaInfo(MediaKind.VIDEO, "mp4", 4, 160, 90, 1e9, 25.0),
        MediaInfo(MediaKind.VIDEO, "mp4", 4, 100_000, 100_000, 1.0, 25.0),
        MediaInfo(MediaKind.IMAGE, "png", 1, 16, 16),
    ],
)
def test_impossible_facts_are_not_believed(told: MediaInfo) -> None:
    with pytest.raises(RequestRejected) as caught:
        validate_info(told, size=4)
    assert caught.value.code is ErrorCode.BROKEN_FILE


SEEDS: dict[str, sample_files.Maker] = {
    "x.jpg": sample_files.write_picture,
    "x.png": sample_files.write_picture,
    "x.gif": sample_files.write_picture,
    "x.webp": sample_files.write_picture,
    "x.heic": sample_files.write_picture,
    "x.avif": sample_files.write_picture,
    "x.tiff": sample_files.write_picture,
    "x.mp4": sample_files.write_film,
    "x.webm": sample_files.write_webm,
    "x.mp3": sample_files.write_song_with_cover,
}


def test_mutants_of_every_format_end_as_facts_or_a_code(children: SandboxClient, tmp_path: Path) -> None:
    """Bytes flipped, blocks smashed, ends cut off, the same in every run. A crash of a decoder is a code as well."""
    dice = random.Random(11)
    before = list_forkservers()
    for name, maker in SEEDS.items():
        whole = maker(tmp_path / name).read_bytes()
        for number in range(12):
            mutant = tmp_path / f"{number}-{name}"
            mutant.write_bytes(sample_files.mutate_bytes(whole, dice))
            assert outcome(children, mutant) not in {ErrorCode.TOO_HEAVY, ErrorCode.CRASHED, ErrorCode.UNEXPECTED}
    assert list_forkservers() == before != []
