"""Films of sources whose times, sizes and fields are unusual; every source is made here, by formula."""

import wave
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from fakes import sample_containers, sample_files
from fakes.sample_containers import Track, steady_times

from models.errors import ErrorCode, RequestRejected
from models.jobs.film import EncodingOptions, Film, X264Preset
from models.jobs.options import CaptionOptions
from models.jobs.transcript import Word
from pipeline.captions.film import make
from pipeline.media import audio
from pipeline.media.probe import measure

FAST = EncodingOptions(preset=X264Preset.ULTRAFAST, crf=12)
SILENT_WORDS = [Word(text="moon", start=0.0, end=0.01)]  # captions that are gone at once


def caption(source: Path, words: Sequence[Word] = SILENT_WORDS, *, max_bytes: int | None = None) -> Film:
    options = CaptionOptions(encoding=FAST.model_copy(update={"max_bytes": max_bytes}))
    return make(source, words, source.with_name("film.mp4"), options, lambda _stage, _share: None)


def read_frames(path: Path) -> list[tuple[float, np.ndarray]]:
    with av.open(str(path)) as container:
        return [(float(f.pts * f.time_base), f.to_ndarray(format="rgb24")) for f in container.decode(video=0)]


def read_times(path: Path) -> list[float]:
    return [time for time, _ in read_frames(path)]


def read_end(path: Path, kind: str) -> float:
    with av.open(str(path)) as container:
        return max(float((p.pts + p.duration) * p.time_base) for p in container.demux(**{kind: 0}) if p.size)


def is_lit(picture: np.ndarray) -> bool:
    """Whether a word in the colour of the active one is in the middle of the lower half."""
    height, width = picture.shape[:2]
    lower = picture[height // 2 :, width // 3 : width * 2 // 3].astype(np.int16)
    return bool((np.abs(lower - (255, 229, 0)).max(axis=2) < 70).sum() > 10)


# time


def test_what_an_edit_list_hides_is_neither_measured_nor_shown(tmp_path: Path) -> None:
    film = sample_files.write_film(tmp_path / "whole.mp4", seconds=4)
    source = sample_containers.write_tracks(
        tmp_path / "x.mp4", Track(film, "video", shift=-2), Track(film, "audio", shift=-2)
    )
    assert measure(source).seconds == pytest.approx(2, abs=0.1)
    assert measure(source).fps == pytest.approx(25, abs=1)
    made = caption(source)
    assert (made.frames, len(read_times(made.path))) == (50, 50)
    assert made.seconds == pytest.approx(2, abs=0.1)
    with av.open(str(made.path)) as container:
        hidden = [packet for packet in container.demux(audio=0) if packet.size and packet.pts * packet.time_base < -0.1]
    assert not hidden


def test_a_long_video_of_which_an_edit_list_shows_little_is_short(tmp_path: Path) -> None:
    options = {"preset": "ultrafast", "g": "1000"}
    long = sample_containers.write_pictures(tmp_path / "a.mp4", steady_times(640, 1), options=options)
    source = sample_containers.write_tracks(tmp_path / "x.mp4", Track(long, "video", shift=-630))
    assert measure(source).seconds == pytest.approx(10, abs=0.1)


@pytest.mark.parametrize("kind", ["subtitles", "sound"])
def test_a_stream_that_runs_on_does_not_make_a_file_damaged(tmp_path: Path, kind: str) -> None:
    film = sample_files.write_film(tmp_path / "a.mkv", seconds=2)
    long = sample_files.write_recording(tmp_path / "b.mka", seconds=6)
    tracks = [Track(film, "video", is_default=True), Track(film, "audio", is_default=True)]
    if kind == "subtitles":
        source = sample_containers.write_subtitled(tmp_path / "x.mkv", film, at=5)
    else:
        source = sample_containers.write_tracks(tmp_path / "x.mkv", *tracks, Track(long, "audio"))
    assert measure(source).seconds == pytest.approx(2, abs=0.1)
    assert caption(source).seconds == pytest.approx(2, abs=0.1)


def test_half_a_file_is_still_damaged_where_other_streams_are_counted(tmp_path: Path) -> None:
    film = sample_files.write_film(tmp_path / "a.mkv", seconds=4)
    source = sample_containers.write_subtitled(tmp_path / "x.mkv", film, at=3)
    half = sample_files.write_truncated(tmp_path / "y.mkv", source)
    with pytest.raises(RequestRejected) as refusal:
        measure(half)
    assert refusal.value.code is ErrorCode.BROKEN_FILE


def test_a_recording_that_starts_late_is_whole(tmp_path: Path) -> None:
    film = sample_files.write_film(tmp_path / "film.mkv", seconds=2)
    source = sample_containers.write_tracks(
        tmp_path / "x.mkv", Track(film, "video", shift=9), Track(film, "audio", shift=9)
    )
    assert measure(source).seconds == pytest.approx(2, abs=0.1)
    assert caption(source).seconds == pytest.approx(2, abs=0.1)


def test_sound_that_was_cut_off_in_a_packet_ends_before_it(tmp_path: Path) -> None:
    whole = sample_files.write_film(
        tmp_path / "whole.mp4", seconds=4, options={"movflags": "frag_keyframe+empty_moov"}
    ).read_bytes()
    (source := tmp_path / "x.mp4").write_bytes(whole[: len(whole) * 9 // 10])
    with av.open(str(caption(source).path)) as container:
        assert sum(frame.samples for frame in container.decode(audio=0)) > 3 * sample_files.RATE


def test_joined_transport_streams_play_on(tmp_path: Path) -> None:
    parts = [sample_files.write_film(tmp_path / f"{n}.ts", seconds=2) for n in range(3)]
    source = sample_containers.write_joined(tmp_path / "x.ts", *parts)
    assert measure(source).seconds == pytest.approx(6, abs=0.2)
    made = caption(source, [Word(text="moon", start=4.5, end=5.5)])
    times = read_times(made.path)
    assert len(times) == pytest.approx(150, abs=3)
    assert max(b - a for a, b in pairwise(times)) < 0.15
    assert read_end(made.path, "audio") == pytest.approx(6, abs=0.3)
    lit = [time for time, picture in read_frames(made.path) if is_lit(picture)]
    assert 4.4 < lit[0] < 4.6


@pytest.mark.parametrize("order", ["ab", "ba"])
def test_recordings_of_different_hours_are_joined(tmp_path: Path, order: str) -> None:
    film = sample_files.write_film(tmp_path / "x.mp4", seconds=2)
    parts = {"a": sample_files.write_film(tmp_path / "a.ts", seconds=2)}
    parts["b"] = sample_containers.write_tracks(
        tmp_path / "b.ts", Track(film, "video", shift=3600), Track(film, "audio", shift=3600)
    )
    source = sample_containers.write_joined(tmp_path / "x.ts", *(parts[name] for name in order))
    assert measure(source).seconds == pytest.approx(4, abs=0.1)
    assert len(read_times(caption(source).path)) == 100


@pytest.mark.parametrize("parts", [("mute", "loud"), ("loud", "mute", "loud")])
def test_sound_that_is_missing_in_one_part_keeps_its_place_in_the_others(tmp_path: Path, parts: Sequence[str]) -> None:
    sample_files.write_film(tmp_path / "loud.ts", seconds=2)
    sample_files.write_film(tmp_path / "mute.ts", seconds=2, sound=None)
    source = sample_containers.write_joined(tmp_path / "x.ts", *(tmp_path / f"{name}.ts" for name in parts))
    end = 2 * len(parts)
    made = caption(source)
    assert audio.extract(source, tmp_path / "x.wav") == pytest.approx(end, abs=0.1)
    assert (read_end(made.path, "audio"), read_end(made.path, "video")) == pytest.approx((end, end), abs=0.1)
    assert made.frames == 25 * end


def test_joined_browser_recordings_play_on(tmp_path: Path) -> None:
    part = sample_files.write_film(tmp_path / "a.webm", seconds=2, codec="libvpx", sound="libopus")
    source = sample_containers.write_joined(tmp_path / "x.webm", part, part)
    assert measure(source).seconds == pytest.approx(4, abs=0.1)
    assert caption(source).frames == 100


@pytest.mark.parametrize("frames", ["3", "0"])
def test_avi_keeps_every_frame_in_its_order(tmp_path: Path, frames: str) -> None:
    source = sample_containers.write_pictures(
        tmp_path / "x.avi",
        steady_times(2),
        time_base=Fraction(1, 25),
        options={"preset": "medium", "bf": frames, "x264-params": "b-adapt=0"},
    )
    made = caption(source)
    times = read_times(made.path)
    assert len(times) == made.frames == 50
    assert np.allclose(np.diff(times), 0.04, atol=0.001)


def test_a_webm_without_a_duration_fits_the_limit(tmp_path: Path) -> None:
    source = sample_containers.write_noise(tmp_path / "x.webm", seconds=3, container_options={"live": "1"})
    with av.open(str(source)) as container:
        assert not container.duration
    free = caption(source)
    limit = free.size // 3
    assert limit / 2 < caption(source, max_bytes=limit).size <= limit


def test_ticks_of_a_browser_s_clock_are_not_its_frame_rate(tmp_path: Path) -> None:
    times = [Fraction(tick, 1000) for tick in np.cumsum(np.tile([16, 67, 50, 13, 33], 10)).tolist()]
    source = sample_containers.write_pictures(
        tmp_path / "x.webm", times, codec="libvpx", sizes=[(640, 360)], promised_rate=1000
    )
    with av.open(str(caption(source).path)) as container:
        video = container.streams.video[0]
        assert video.codec_context.level <= 31
        assert float(video.average_rate) == pytest.approx(28, abs=3)


# picture


def test_a_talk_over_slides_shows_each_word_when_it_is_said(tmp_path: Path) -> None:
    picture = sample_containers.write_pictures(tmp_path / "a.mp4", steady_times(4, 1), sizes=[(640, 360)])
    tone = sample_containers.write_tone(tmp_path / "a.m4a", 300, seconds=5.5)
    source = sample_containers.write_tracks(tmp_path / "x.mp4", Track(picture, "video"), Track(tone, "audio"))
    words = [Word(text="moon", start=start, end=start + 0.3) for start in (0.4, 2.55, 4.35)]
    made = caption(source, words)
    shown = read_frames(made.path)
    for word in words:
        lit = next(time for time, picture in shown if time > word.start - 0.2 and is_lit(picture))
        assert lit == pytest.approx(word.start, abs=0.04)
    assert read_end(made.path, "video") == pytest.approx(5.5, abs=0.1)
    assert {0, 1, 2, 3} <= {round(time, 3) for time, _ in shown}


@pytest.mark.parametrize("suffix", ["mp4", "ts", "mkv"])
def test_one_picture_lasts_as_long_as_its_sound(tmp_path: Path, suffix: str) -> None:
    picture = sample_containers.write_pictures(tmp_path / "a.mp4", [Fraction(0)], sizes=[(640, 360)])
    tone = sample_containers.write_tone(tmp_path / "a.m4a", 300, seconds=4)
    source = sample_containers.write_tracks(tmp_path / f"x.{suffix}", Track(picture, "video"), Track(tone, "audio"))
    assert measure(source).seconds == pytest.approx(4, abs=0.1)
    made = caption(source, [Word(text="moon", start=3.0, end=3.4)])
    assert (read_end(made.path, "video"), made.seconds) == pytest.approx((4, 4), abs=0.1)
    lit = [time for time, picture in read_frames(made.path) if is_lit(picture)]
    assert lit[0] == pytest.approx(3, abs=0.04)
    with av.open(str(made.path)) as container:
        assert container.streams.video[0].codec_context.level <= 31


@pytest.mark.parametrize(("suffix", "codec"), [("avi", "mpeg4"), ("webm", "libvpx"), ("ts", "libx264")])
def test_the_last_slide_is_shown_as_long_as_the_others(tmp_path: Path, suffix: str, codec: str) -> None:
    source = sample_containers.write_pictures(
        tmp_path / f"x.{suffix}", steady_times(4, 1), codec=codec, time_base=Fraction(1, 1 if suffix == "avi" else 1000)
    )
    made = caption(source, [Word(text="moon", start=3.5, end=3.7)])
    assert (measure(source).seconds, read_end(made.path, "video")) == pytest.approx((4, 4), abs=0.05)
    assert measure(source).fps == pytest.approx(1, abs=0.05)
    assert any(time == pytest.approx(3.5, abs=0.04) for time in read_times(made.path))


def test_nothing_is_repeated_where_captions_do_not_change(tmp_path: Path) -> None:
    source = sample_containers.write_pictures(tmp_path / "x.mp4", steady_times(6, 1))
    assert caption(source).frames <= 6 + 5


@pytest.mark.parametrize("sizes", [[(160, 120), (640, 480)], [(640, 480), (160, 120)]])
def test_a_size_that_changes_fits_the_largest(tmp_path: Path, sizes: list[sample_files.Size]) -> None:
    source = sample_containers.write_pictures(tmp_path / "x.webm", steady_times(2), sizes=sizes, codec="libvpx")
    made = caption(source)
    assert (made.width, made.height, made.frames) == (640, 480, 50)
    for _, picture in (read_frames(made.path)[number] for number in (10, 40)):
        assert picture[240, 320, 1] > 150  # the square in the middle
        assert picture[240, 40, 0] > 150  # red at the left
        assert picture[240, 600, 2] > 150  # blue at the right


def test_an_upright_part_of_a_wide_film_is_not_squashed(tmp_path: Path) -> None:
    source = sample_containers.write_pictures(
        tmp_path / "x.webm", steady_times(2), sizes=[(640, 480), (300, 600)], codec="libvpx"
    )
    made = caption(source)
    assert (made.width, made.height) == (640, 480)
    _, picture = read_frames(made.path)[40]
    green = picture[:, :, 1] > 150
    height, width = green.any(axis=1).sum(), green.any(axis=0).sum()
    assert height == pytest.approx(width, abs=4)
    assert picture[:, :180].max() < 40
    assert picture[:, 460:].max() < 40


def test_an_orientation_that_changes_midway_stays_upright(tmp_path: Path) -> None:
    source = sample_containers.write_pictures(
        tmp_path / "x.ts",
        steady_times(2),
        options={"preset": "ultrafast", "tune": "zerolatency"},
        bitstream_filters=["null", "h264_metadata=display_orientation=insert:rotate=90"],
        time_base=Fraction(1, 90_000),
    )
    made = caption(source)
    assert (made.width, made.height) == (160, 120)
    _, picture = read_frames(made.path)[40]
    assert picture[:, :30].max() < 40  # bars beside the upright part
    ends = picture[8, 80], picture[-8, 80]
    assert {int(end.argmax()) for end in ends} == {0, 2}  # red and blue are above and below


def test_pixels_that_become_wide_midway_are_shown_wide(tmp_path: Path) -> None:
    source = sample_containers.write_pictures(
        tmp_path / "x.ts",
        steady_times(2),
        options={"preset": "ultrafast", "tune": "zerolatency"},
        bitstream_filters=["null", "h264_metadata=sample_aspect_ratio=2/1"],
        time_base=Fraction(1, 90_000),
    )
    made = caption(source)
    assert (made.width, made.height) == (320, 120)
    before, after = (read_frames(made.path)[number][1] for number in (10, 40))
    assert before[:, :70].max() < 40  # the narrow part has bars
    green = after[:, :, 1] > 150
    assert green.any(axis=0).sum() == pytest.approx(2 * green.any(axis=1).sum(), abs=6)


def test_progress_never_falls_where_a_film_is_begun_anew(tmp_path: Path) -> None:
    sizes = [(160, 120), (320, 240)]
    source = sample_containers.write_pictures(tmp_path / "x.webm", steady_times(2), sizes=sizes, codec="libvpx")
    shares: list[float] = []
    options = CaptionOptions(encoding=FAST)
    make(source, SILENT_WORDS, tmp_path / "film.mp4", options, lambda _stage, share: shares.append(share))
    assert shares == sorted(shares)
    assert shares[-1] > 0.9


def test_fields_are_not_woven_together(tmp_path: Path) -> None:
    source = sample_containers.write_interlaced(tmp_path / "x.ts")
    made = caption(source)
    assert made.frames == 20
    for (_, before), (_, after) in list(zip(read_frames(source), read_frames(made.path), strict=True))[3:-1]:
        assert measure_combing(after) < measure_combing(before) / 4


def measure_combing(picture: np.ndarray) -> float:
    """How much rows differ from the rows between which they lie."""
    rows = picture[: picture.shape[0] // 2, :, 1].astype(np.float32)
    return float(np.abs(rows[1:-1] - (rows[:-2] + rows[2:]) / 2).mean())


# sound


@pytest.mark.parametrize("gains", [(1, -1), (1, -0.8)])
def test_a_stereo_pair_out_of_phase_is_heard(tmp_path: Path, gains: Sequence[float]) -> None:
    source = sample_containers.write_tone(tmp_path / "x.m4a", 300, gains=gains)
    assert hear_level(source) > 0.1


@pytest.mark.parametrize(("gains", "level"), [((1, 1), 1.0), ((1, 0), 0.5), ((1, 0.5), 0.75)])
def test_other_stereo_is_mixed_as_ever(tmp_path: Path, gains: Sequence[float], level: float) -> None:
    whole = hear_level(sample_containers.write_tone(tmp_path / "a.m4a", 300))
    assert hear_level(sample_containers.write_tone(tmp_path / "x.m4a", 300, gains=gains)) == pytest.approx(
        level * whole, rel=0.1
    )


def hear_level(media: Path) -> float:
    wav = media.with_suffix(".wav")
    audio.extract(media, wav)
    with wave.open(str(wav), "rb") as file:
        sound = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768
    return float(np.sqrt((sound**2).mean()))
