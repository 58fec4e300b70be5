"""The gate against files made to harm."""

import random
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes import files, tasks

from models.errors import ErrorCode, RequestRejected
from models.media.facts import MediaInfo, MediaKind
from pipeline.jobs.media_validation import measure_file, validate_info
from pipeline.sandbox.client import ResourceLimits, SandboxClient


@pytest.fixture(scope="module")
def children() -> Iterator[SandboxClient]:
    with SandboxClient() as started:
        started.start_forkserver()
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
@pytest.mark.parametrize("maker", [files.hls, files.dash, files.svg])
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
            "fakes.tasks:open_freely",
            {"path": files.hls(tmp_path / "x.m3u8", url_of(listener))},
            directory=tmp_path,
            limits=ResourceLimits.for_measuring(100),
        )
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_a_neighbour_s_film_is_not_played(children: SandboxClient, tmp_path: Path) -> None:
    files.silent_film(tmp_path / "neighbour.mp4")
    assert refusal(children, files.ffconcat(tmp_path / "x.mp4")) is ErrorCode.NOT_MEDIA


def test_even_a_playlist_that_passes_for_media_reads_no_neighbour(children: SandboxClient, tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    files.silent_film(tmp_path / "neighbour.mp4")
    playlist = files.ffconcat(tmp_path / "x.ffconcat")
    assert tasks.open_freely(playlist) == 0  # where nothing stands in its way
    with pytest.raises(RequestRejected):
        children.run(
            "fakes.tasks:open_freely",
            {"path": playlist},
            directory=tmp_path / "own",
            limits=ResourceLimits.for_measuring(100),
        )


@pytest.mark.parametrize(
    ("maker", "name", "code"),
    [
        (files.empty, "x.jpg", ErrorCode.EMPTY_FILE),
        (files.text, "x.mp4", ErrorCode.NOT_MEDIA),
        (files.sdp, "x.mp4", ErrorCode.NOT_MEDIA),
        (files.zip_in_disguise, "x.jpg", ErrorCode.NOT_MEDIA),
        (files.png_bomb, "x.png", ErrorCode.TOO_MANY_PIXELS),
        (files.video_bomb, "x.mp4", ErrorCode.TOO_MANY_PIXELS),
        (files.many_streams, "x.mkv", ErrorCode.TOO_MANY_STREAMS),
        (files.disguised_bomb, "x.mp4", ErrorCode.TOO_MANY_PIXELS),
    ],
)
def test_each_hostile_file_ends_as_one_code(
    children: SandboxClient, tmp_path: Path, maker: files.Maker, name: str, code: ErrorCode
) -> None:
    assert refusal(children, maker(tmp_path / name)) is code


def test_media_in_front_of_an_archive_is_measured_as_media(children: SandboxClient, tmp_path: Path) -> None:
    film = files.with_zip_behind(tmp_path / "y.mp4", files.film(tmp_path / "x.mp4"))
    assert measure_file(children, film, tmp_path).kind is MediaKind.VIDEO


def test_the_gate_writes_nothing(children: SandboxClient, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    measure_file(children, files.film(tmp_path / "x.mp4"), own)
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


SEEDS: dict[str, files.Maker] = {
    "x.jpg": files.picture,
    "x.png": files.picture,
    "x.gif": files.picture,
    "x.webp": files.picture,
    "x.heic": files.picture,
    "x.avif": files.picture,
    "x.tiff": files.picture,
    "x.mp4": files.film,
    "x.webm": files.webm,
    "x.mp3": files.song_with_cover,
}


def test_mutants_of_every_format_end_as_facts_or_a_code(children: SandboxClient, tmp_path: Path) -> None:
    """Bytes flipped, blocks smashed, ends cut off, the same in every run. A crash of a decoder is a code as well."""
    dice = random.Random(11)
    forkserver = children.pid
    for name, maker in SEEDS.items():
        whole = maker(tmp_path / name).read_bytes()
        for number in range(12):
            mutant = tmp_path / f"{number}-{name}"
            mutant.write_bytes(files.mutated(whole, dice))
            assert outcome(children, mutant) not in {ErrorCode.TOO_HEAVY, ErrorCode.CRASHED, ErrorCode.UNEXPECTED}
    assert children.pid == forkserver
