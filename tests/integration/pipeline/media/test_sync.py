"""Picture and sound stay together and grey stays grey, whatever the container does with their times and its streams."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.container import OutputContainer
from fakes.flash_films import FLASH_SECONDS, find_flashes, find_tones, write_flashes
from fakes.sample_containers import Track, steady_times, write_tone, write_tracks

from models.jobs.film import EncodingOptions, X264Preset
from pipeline.media.transcode import transcode

FLASHES = [Fraction(1), Fraction(2), Fraction(7, 2)]
STEADY = steady_times(5)
VARYING = [time + Fraction(number % 3, 120) for number, time in enumerate(STEADY)]
FRAME = 0.045  # seconds between two frames, and what sound is off by its packets


def write_source(folder: Path, *shifts: float, suffix: str = "mp4", times: list[Fraction] = STEADY) -> Path:
    """A film whose picture and sound are moved by so many seconds."""
    whole = write_flashes(folder / "whole.mp4", times, FLASHES, options={"preset": "ultrafast", "qp": "1"})
    picture, sound = (Track(whole, kind, shift=shift) for kind, shift in zip(("video", "audio"), shifts, strict=True))
    return write_tracks(folder / f"x.{suffix}", picture, sound)


def make_film(source: Path) -> Path:
    encoding = EncodingOptions(preset=X264Preset.ULTRAFAST, crf=4)
    return transcode(source, source.with_name("film.mp4"), lambda _: lambda _: [], encoding, lambda *_: None).path


def check_greys(film: Path) -> None:
    """Every frame has one of the two greys, to a level, and no colour."""
    with av.open(str(film)) as container:
        for frame in container.decode(video=0):
            levels, cb, cr = (np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, -1)[:, : plane.width]
                              for plane in frame.planes)  # fmt: skip
            assert min(abs(levels.mean() - grey) for grey in (40, 200)) <= 1
            assert max(np.abs(plane.astype(int) - 128).max() for plane in (cb, cr)) <= 1


@pytest.mark.parametrize(
    ("shifts", "suffix", "times"),
    [
        ((0, 0), "mp4", VARYING),
        ((0, 0.4), "mp4", STEADY),
        ((0.4, 0), "mp4", STEADY),
        ((-0.5, -0.5), "mp4", STEADY),
        ((0, -0.3), "mp4", STEADY),
        ((-0.3, 0), "mp4", STEADY),
        ((3, 3), "mkv", STEADY),
        ((0, 0), "ts", STEADY),
    ],
    ids=["vfr", "late sound", "late picture", "edit list", "sound cut", "picture cut", "late start", "transport"],
)
def test_a_flash_and_its_tone_stay_as_far_apart_as_they_are(
    shifts: tuple[float, float], suffix: str, times: list[Fraction], tmp_path: Path
) -> None:
    film = make_film(write_source(tmp_path, *shifts, suffix=suffix, times=times))
    flashes, tones = find_flashes(film), find_tones(film)
    assert len(flashes) == len(tones) == len(FLASHES)
    apart = shifts[1] - shifts[0]
    assert [tone - flash for flash, tone in zip(flashes, tones, strict=True)] == pytest.approx([apart] * 3, abs=FRAME)
    if suffix != "ts":  # those start at an arbitrary time
        assert flashes == pytest.approx([float(flash) + shifts[0] for flash in FLASHES], abs=FRAME)
    check_greys(film)


def test_of_several_sounds_the_film_has_the_main_one_in_sync(tmp_path: Path) -> None:
    whole = write_flashes(tmp_path / "whole.mp4", STEADY, FLASHES, options={"preset": "ultrafast", "qp": "1"})
    other = Track(write_tone(tmp_path / "a.mkv", 400, seconds=5), "audio", is_comment=True)
    main = Track(whole, "audio", is_default=True)
    film = make_film(write_tracks(tmp_path / "x.mp4", other, Track(whole, "video"), main))
    assert find_tones(film) == pytest.approx([float(flash) for flash in FLASHES], abs=FRAME)
    assert find_flashes(film) == pytest.approx(find_tones(film), abs=FRAME)


def add_cover(side: int) -> Callable[[OutputContainer], None]:
    """An `extra` of `write_tracks`: a square red picture as cover art."""

    def add(container: OutputContainer) -> None:
        stream = container.add_stream("mjpeg", rate=1)
        stream.width, stream.height, stream.pix_fmt = side, side, "yuvj420p"
        stream.disposition = av.stream.Disposition.attached_pic
        frame = av.VideoFrame.from_ndarray(np.full((side, side, 3), (220, 0, 0), np.uint8), format="rgb24")
        frame.pts = 0
        container.mux([*stream.encode(frame.reformat(format="yuvj420p")), *stream.encode(None)])

    return add


def test_cover_art_beside_a_film_is_neither_shown_nor_in_the_way(tmp_path: Path) -> None:
    whole = write_flashes(tmp_path / "whole.mp4", STEADY, FLASHES, options={"preset": "ultrafast", "qp": "1"})
    tracks = [Track(whole, kind, is_default=True) for kind in ("video", "audio")]
    film = make_film(write_tracks(tmp_path / "x.mp4", *tracks, extra=add_cover(300)))
    with av.open(str(film)) as container:
        assert [stream.type for stream in container.streams] == ["video", "audio"]
        assert (container.streams.video[0].width, container.streams.video[0].height) == (160, 120)
    assert find_flashes(film) == pytest.approx(find_tones(film), abs=FRAME)
    check_greys(film)


def test_a_film_without_sound_keeps_its_times_and_greys(tmp_path: Path) -> None:
    whole = write_flashes(tmp_path / "whole.mp4", VARYING, FLASHES, options={"preset": "ultrafast", "qp": "1"})
    film = make_film(write_tracks(tmp_path / "x.mp4", Track(whole, "video")))
    assert find_flashes(film) == pytest.approx([float(flash) for flash in FLASHES], abs=FLASH_SECONDS / 4)
    check_greys(film)
