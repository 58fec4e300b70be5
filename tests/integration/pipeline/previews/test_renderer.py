"""Previews drawn in sandboxed children, on frames of real videos."""

import io
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from fakes.sample_files import write_rotated_film
from PIL import Image

from models.errors import ProcessingFailed
from models.jobs.caption_styles import load_caption_styles
from models.jobs.options import CaptionOptions
from models.jobs.transcript import Word
from pipeline.operations.file_executor import FileExecutor
from pipeline.operations.file_retention import Retention
from pipeline.previews.renderer import PreviewRenderer, create_preview_cache
from pipeline.previews.request import PreviewRequest, choose_moment
from pipeline.previews.sentences import SAMPLE_MOMENT, list_sample_words
from pipeline.sandbox.client import SandboxClient
from storage.media.media_store import FolderMediaStore

WORDS = list_sample_words("en")
COLOURS = [(200, 30, 30), (30, 180, 60), (40, 60, 210)]  # of the seconds of the film


class CountingSandbox(SandboxClient):
    """A sandbox that counts its runs."""

    runs = 0

    def run(self, *arguments, **options):  # type: ignore[no-untyped-def]
        self.runs += 1
        return super().run(*arguments, **options)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[CountingSandbox]:
    with CountingSandbox() as client:
        yield client


@pytest.fixture
def previews(sandbox: CountingSandbox, tmp_path: Path) -> PreviewRenderer:
    temp = Retention(tmp_path / "passing").open_temp_folder
    store = FolderMediaStore(tmp_path / "media")
    return PreviewRenderer(sandbox, store, create_preview_cache(tmp_path), temp, FileExecutor())


def write_coloured_film(path: Path, size: tuple[int, int] = (320, 568)) -> Path:
    """Three seconds, each of one colour, with one key frame."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10, options={"preset": "ultrafast", "g": "100"})
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for number in range(30):
            picture = np.full((size[1], size[0], 3), COLOURS[number // 10], np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    return path


def build_request(moment: float, video_key: str | None = None, style: str = "classic") -> PreviewRequest:
    return PreviewRequest(CaptionOptions(style=style), WORDS, "en", moment, video_key)


def read(path: Path) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(path.read_bytes())))


@pytest.mark.parametrize(("moment", "colour"), [(0.4, 0), (1.45, 1), (2.5, 2), (9.0, 2)])
def test_it_is_drawn_on_the_frame_of_that_moment(
    previews: PreviewRenderer, tmp_path: Path, moment: float, colour: int
) -> None:
    key = previews.store.put(write_coloured_film(tmp_path / "film.mp4"))
    picture = read(previews.draw_picture(build_request(moment, key)))
    assert picture.shape[:2] == (568, 320)
    assert np.abs(picture[40, 160].astype(int) - COLOURS[colour]).max() <= 12


def test_captions_are_on_it(previews: PreviewRenderer, tmp_path: Path) -> None:
    key = previews.store.put(write_coloured_film(tmp_path / "film.mp4"))
    with_words = read(previews.draw_picture(build_request(1.45, key))).astype(int)
    below = with_words[int(0.62 * 568) : int(0.78 * 568)]
    assert (np.abs(below - COLOURS[1]).max(axis=2) > 100).mean() > 0.03


def test_a_turned_video_is_upright(previews: PreviewRenderer, tmp_path: Path) -> None:
    film = write_rotated_film(tmp_path / "film.mp4")
    with av.open(str(film)) as container:
        stored = container.streams.video[0].width, container.streams.video[0].height
    picture = read(previews.draw_picture(build_request(0.5, previews.store.put(film))))
    assert picture.shape[:2] == stored


@pytest.mark.parametrize("content", [None, b"", b"no film", b"\0\0\0\x18ftypmp42" + b"\0" * 500])
def test_without_a_frame_it_is_drawn_on_the_neutral_picture(
    previews: PreviewRenderer, tmp_path: Path, content: bytes | None
) -> None:
    key = "0" * 32
    if content is not None:
        (tmp_path / "film.mp4").write_bytes(content)
        key = previews.store.put(tmp_path / "film.mp4")
    assert read(previews.draw_picture(build_request(1.0, key))).shape == (960, 540, 3)


def test_a_film_is_two_seconds_of_h264(previews: PreviewRenderer) -> None:
    container = av.open(str(previews.draw_film(build_request(1.2, style="karaoke")).path))
    stream = container.streams.video[0]
    frames = [frame.to_ndarray() for frame in container.decode(stream)]
    assert (stream.codec_context.name, stream.width, stream.height, len(frames)) == ("h264", 540, 960, 48)
    assert any((frame != frames[0]).any() for frame in frames)


def test_a_film_comes_with_its_size_and_a_small_picture_also_when_it_was_drawn_before(
    previews: PreviewRenderer, sandbox: CountingSandbox, tmp_path: Path
) -> None:
    key = previews.store.put(write_coloured_film(tmp_path / "film.mp4", (568, 320)))
    film = previews.draw_film(build_request(1.45, key))
    assert (film.width, film.height) == (568, 320)
    thumbnail = read(film.thumbnail)
    assert thumbnail.shape == (180, 320, 3)
    assert np.abs(thumbnail[20, 160].astype(int) - COLOURS[1]).max() <= 12
    runs = sandbox.runs
    assert previews.draw_film(build_request(1.45, key)) == film
    assert sandbox.runs == runs
    film.thumbnail.unlink()
    assert previews.draw_film(build_request(1.45, key)) == film
    assert film.thumbnail.exists()


def test_the_same_preview_is_drawn_once(previews: PreviewRenderer, sandbox: CountingSandbox, tmp_path: Path) -> None:
    key = previews.store.put(write_coloured_film(tmp_path / "film.mp4"))
    before = sandbox.runs
    first = previews.draw_picture(build_request(1.0, key))
    assert sandbox.runs == before + 2  # the frame, and the preview
    assert previews.draw_picture(build_request(1.0, key)) == first
    assert sandbox.runs == before + 2
    previews.draw_picture(build_request(1.0, key, "neon"))
    assert sandbox.runs == before + 3  # on the same frame


def test_an_unknown_style_fails_and_leaves_nothing_behind(previews: PreviewRenderer, tmp_path: Path) -> None:
    with pytest.raises(Exception, match="USAGE"):
        previews.draw_picture(build_request(1.0, style="vapour"))
    assert not list((tmp_path / "passing").iterdir())
    assert not list((tmp_path / "previews").glob("*")) if (tmp_path / "previews").exists() else True


def test_a_link_that_a_child_left_is_not_followed(previews: PreviewRenderer, tmp_path: Path) -> None:
    class LinkingSandbox:
        def run(self, _task: str, arguments: dict[str, Path], **_: object) -> None:
            arguments["out"].symlink_to(tmp_path / "secret")

    (tmp_path / "secret").write_text("secret")
    linking = PreviewRenderer(
        LinkingSandbox(),
        previews.store,
        previews.cache,
        previews.open_temp_folder,
        previews.executor,  # type: ignore[arg-type]
    )
    with pytest.raises(ProcessingFailed):
        linking.draw_picture(build_request(1.0))


@pytest.mark.parametrize("style", load_caption_styles())
def test_the_moment_of_a_preview_shows_words_in_every_style(previews: PreviewRenderer, style: str) -> None:
    blank = read(previews.draw_picture(build_request(60.0, style=style))).astype(int)
    shown = read(previews.draw_picture(build_request(SAMPLE_MOMENT, style=style))).astype(int)
    assert (np.abs(shown - blank).max(axis=2) > 60).mean() > 0.01


def test_a_moment_is_while_a_word_is_spoken() -> None:
    for count in range(1, 30):
        words = [Word(text="word", start=number * 0.3, end=number * 0.3 + 0.2) for number in range(count)]
        moment = choose_moment(words, "en")
        assert any(word.start <= moment < word.end for word in words)
