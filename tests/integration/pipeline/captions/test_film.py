"""Videos of many kinds become captioned films; every one is made here, by formula."""

import gc
import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from fakes.film_scenes import Head, cut_between, write_film

from models.errors import ErrorCode, ProcessingFailed, RequestRejected
from models.jobs.film import EncodingOptions, Film, X264Preset
from models.jobs.options import CaptionOptions
from models.jobs.transcript import SubtitleLine, Translation, Word
from pipeline.captions.film import make
from pipeline.captions.layout_json import CaptionLayout
from pipeline.vision.faces import find_faces

FAST = EncodingOptions(preset=X264Preset.ULTRAFAST)
YELLOW = (255, 229, 0)


@dataclass
class Clip:
    """A video to make: a slow gradient, brighter at the top left, with a tone."""

    name: str = "clip.mp4"
    width: int = 320
    height: int = 180
    fps: int = 25
    seconds: float = 2.0
    codec: str = "libx264"
    pix_fmt: str = "yuv420p"
    audio: str | None = "aac"
    pts: Sequence[int] | None = None
    base: Fraction | None = None
    rotation: int | None = None
    sar: Fraction | None = None
    full_range: bool = False
    options: dict[str, str] = field(default_factory=lambda: {"preset": "ultrafast", "crf": "16"})
    tags: dict[str, int] = field(default_factory=dict)
    grain: int = 0
    sound_starts: int = 0  # seconds
    hiss: bool = False
    calm_seconds: float = 0  # without grain, at the end

    def write(self, folder: Path) -> Path:
        path = folder / self.name
        with av.open(str(path), "w") as container:
            self._fill(container)
        return path

    def _fill(self, container: av.container.OutputContainer) -> None:
        video = container.add_stream(self.codec, rate=self.fps, options=self.options)
        video.width, video.height, video.pix_fmt = self.width, self.height, self.pix_fmt
        if self.sar:
            video.codec_context.sample_aspect_ratio = self.sar
        for name, value in self.tags.items():
            setattr(video.codec_context, name, value)
        if self.full_range:
            video.codec_context.color_range = 2
        if self.rotation is not None:
            video.set_display_rotation(self.rotation)
        base = self.base or Fraction(1, self.fps)
        video.codec_context.time_base = base
        sound = container.add_stream(self.audio, rate=48_000, layout="mono") if self.audio else None
        times = self.pts if self.pts is not None else range(round(self.seconds * self.fps))
        for index, pts in enumerate(times):
            container.mux(video.encode(self._frame(index, pts, base)))
        container.mux(video.encode(None))
        if sound:
            first = self.sound_starts * 48_000
            for start in range(first, first + round(self.seconds * 48_000), 960):
                container.mux(sound.encode(tone(start, 960, hiss=self.hiss)))
            container.mux(sound.encode(None))

    def _frame(self, index: int, pts: int, base: Fraction) -> av.VideoFrame:
        down, across = np.mgrid[0 : self.height, 0 : self.width]
        light = 200 - 120 * down / self.height - 50 * across / self.width + index % 8
        picture = np.repeat(light[:, :, None], 3, axis=2)
        if self.grain and index < (self.seconds - self.calm_seconds) * self.fps:
            picture = picture + np.random.default_rng(index).integers(-self.grain, self.grain, picture.shape)
        frame = av.VideoFrame.from_ndarray(np.clip(picture, 0, 255).astype(np.uint8), format="rgb24")
        frame = frame.reformat(format=self.pix_fmt, dst_color_range="JPEG" if self.full_range else "MPEG")
        frame.pts, frame.time_base = pts, base
        return frame


def tone(start: int, count: int, *, hiss: bool) -> av.AudioFrame:
    wave = 6000 * np.sin(np.arange(start, start + count) * (2 * np.pi * 300 / 48_000))
    if hiss:
        wave = np.random.default_rng(start).uniform(-20_000, 20_000, count)
    frame = av.AudioFrame.from_ndarray(wave.astype(np.int16)[None], format="s16", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = 48_000, start, Fraction(1, 48_000)
    return frame


def spoken(seconds: float, seed: int = 4) -> list[Word]:
    chance = random.Random(seed)
    words: list[Word] = []
    now = 0.1
    while now < seconds - 0.4:
        length = chance.uniform(0.16, 0.34)
        words.append(Word(text=chance.choice(["we", "took", "more", "machines", "home"]), start=now, end=now + length))
        now = round(now + length + chance.choice([0, 0, 0.05]), 3)
    return words


def captioned(source: Path, words: Sequence[Word], translation: Translation | None = None, **changes: object) -> Film:
    options = CaptionOptions(encoding=FAST).model_copy(update=changes)
    out, written = source.with_name("out.mp4"), source.with_name("layout.json")
    return make(source, words, out, options, lambda _, __: None, layout=written, translation=translation)


def pictures(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def times(path: Path) -> list[Fraction]:
    with av.open(str(path)) as container:
        return [frame.pts * frame.time_base for frame in container.decode(video=0)]


def packets(path: Path) -> list[str]:
    with av.open(str(path)) as container:
        return [hashlib.sha256(bytes(p)).hexdigest() for p in container.demux(audio=0) if p.size]


def layout(film: Film) -> CaptionLayout:
    return CaptionLayout.model_validate_json(film.path.with_name("layout.json").read_text())


def lit(picture: np.ndarray) -> np.ndarray:
    """Where a picture has the colour of the word being said."""
    return np.abs(picture.astype(np.int16) - YELLOW).max(axis=2) < 70


VFR = [0, 30, 66, 95, 180, 190, 260, 300, 333, 400, 450, 520, 540, 570, 610, 700, 730, 800, 860, 900, 960, 1000, 1100]
KINDS = [
    Clip(),
    Clip("bframes.mp4", options={"preset": "fast", "bf": "3", "crf": "18"}),
    Clip("vfr.mp4", pts=VFR, base=Fraction(1, 600)),
    Clip("late.mp4", pts=range(25, 75), base=Fraction(1, 25), seconds=3),
    Clip("silent.mp4", audio=None),
    Clip("matroska.mkv"),
    Clip("mpeg4.avi", codec="mpeg4", audio="mp3", options={}),
]


@pytest.mark.parametrize("clip", KINDS, ids=lambda clip: clip.name)
def test_every_frame_keeps_its_time_and_the_sound_is_copied(clip: Clip, tmp_path: Path) -> None:
    source = clip.write(tmp_path)
    film = captioned(source, spoken(clip.seconds))
    assert times(film.path) == times(source)
    assert film.frames == len(times(source))
    if clip.audio:
        assert packets(film.path) == packets(source)


def test_the_film_is_what_messengers_play(tmp_path: Path) -> None:
    source = Clip(pix_fmt="yuv422p10le").write(tmp_path)
    film = captioned(source, spoken(2), encoding=EncodingOptions(preset=X264Preset.VERYFAST))
    with av.open(str(film.path)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert (video.codec_context.name, video.codec_context.pix_fmt, video.profile) == ("h264", "yuv420p", "High")
        assert audio.codec_context.name == "aac"
    data = film.path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    assert film.size == len(data)
    assert film.seconds == pytest.approx(2, abs=0.05)


def test_the_thumbnail_is_a_small_jpeg(tmp_path: Path) -> None:
    film = captioned(Clip(width=640, height=360).write(tmp_path), spoken(2))
    assert film.thumbnail.stat().st_size < 200_000
    (picture,) = pictures(film.thumbnail)
    assert picture.shape == (180, 320, 3)


@pytest.mark.parametrize("fps", [15, 25, 60])
def test_each_word_lights_up_within_a_frame_of_its_start(fps: int, tmp_path: Path) -> None:
    words = spoken(2, seed=fps)
    film = captioned(Clip(fps=fps).write(tmp_path), words)
    boxes = [word.box for group in layout(film).groups for word in group.words]
    shown = [lit(picture) for picture in pictures(film.path)]
    for index, word in enumerate(words):
        x, y, width, height = boxes[index]
        frames = range(int((word.start - 0.02) * fps), len(shown))
        alone = (frame for frame in frames if inside(shown[frame], boxes[index]) > 0.75 and shown[frame].any())
        first = next(frame for frame in alone if shown[frame][y : y + height, x : x + width].mean() > 0.1)
        assert -0.5 <= first - word.start * fps <= 1.0, (word, first / fps)


def inside(mask: np.ndarray, box: tuple[int, int, int, int]) -> float:
    x, y, width, height = box
    return float(mask[max(0, y - 4) : y + height + 4, max(0, x - 4) : x + width + 4].sum() / max(1, mask.sum()))


def test_nothing_outside_the_boxes_is_touched(tmp_path: Path) -> None:
    clip = Clip(width=640, height=360, options={"preset": "ultrafast", "qp": "0"})
    source = clip.write(tmp_path)
    film = captioned(source, spoken(2), encoding=EncodingOptions(preset=X264Preset.ULTRAFAST, crf=1))
    groups = layout(film).groups
    for time, before, after in zip(times(source), pictures(source), pictures(film.path), strict=True):
        changed = np.abs(before.astype(np.int16) - after).max(axis=2) > 6
        for group in groups:
            if group.start - 0.009 <= time < group.end:
                x, y, width, height = group.box
                assert changed[y : y + height, x : x + width].any() or time < group.start
                changed[y : y + height, x : x + width] = False
        assert not changed.any()


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_turned_video_is_turned_for_real_and_its_captions_stand_upright(rotation: int, tmp_path: Path) -> None:
    source = Clip(rotation=rotation, fps=10, seconds=1).write(tmp_path)
    with av.open(str(source)) as container:
        first = next(container.decode(video=0))
        expected = np.rot90(first.to_ndarray(format="rgb24"), round(first.rotation / 90))
    film = captioned(source, [Word(text="moon", start=0, end=0.9)])
    picture = pictures(film.path)[3]
    with av.open(str(film.path)) as container:
        assert next(container.decode(video=0)).rotation == 0
    assert (film.height, film.width) == picture.shape[:2] == expected.shape[:2]
    assert np.abs(picture[:30].astype(np.int16) - expected[:30]).mean() < 6
    rows, columns = np.nonzero(lit(picture))
    assert np.ptp(columns) > 2 * np.ptp(rows)
    assert rows.mean() > film.height / 2


def test_stretched_pixels_are_made_square(tmp_path: Path) -> None:
    film = captioned(Clip(sar=Fraction(4, 3), width=360, height=288, seconds=1).write(tmp_path), spoken(1))
    assert (film.width, film.height) == (480, 288)


def test_odd_sides_lose_a_pixel_and_nothing_is_squeezed(tmp_path: Path) -> None:
    source = Clip("odd.mkv", width=321, height=181, pix_fmt="yuv444p", seconds=1, audio=None).write(tmp_path)
    film = captioned(source, [Word(text="moon", start=0.8, end=0.9)])
    assert (film.width, film.height) == (320, 180)
    assert np.abs(pictures(film.path)[0].astype(np.int16) - pictures(source)[0][:180, :320]).max() < 12


@pytest.mark.parametrize("clip", [Clip(full_range=True), Clip(pix_fmt="yuv420p10le"), Clip(pix_fmt="yuv444p")], ids=str)
def test_brightness_survives_the_way_to_8_bit_limited_range(clip: Clip, tmp_path: Path) -> None:
    source = clip.write(tmp_path)
    film = captioned(source, [Word(text="moon", start=1.8, end=1.9)])
    before, after = pictures(source)[5], pictures(film.path)[5]
    assert np.abs(before.astype(np.int16) - after).mean() < 3


def test_the_sound_of_a_browser_recording_becomes_aac(tmp_path: Path) -> None:
    clip = Clip(
        "browser.webm",
        codec="libvpx",
        audio="libopus",
        options={"deadline": "realtime", "cpu-used": "8"},
        width=160,
        height=90,
    )
    film = captioned(clip.write(tmp_path), spoken(2))
    with av.open(str(film.path)) as container:
        stream = container.streams.audio[0]
        assert stream.codec_context.name == "aac"
        samples = sum(frame.samples for frame in container.decode(stream))
        assert samples / stream.rate == pytest.approx(2, abs=0.1)


def test_a_transport_stream_starts_at_zero(tmp_path: Path) -> None:
    source = Clip("broadcast.ts", pts=range(250, 300), base=Fraction(1, 25), sound_starts=10).write(tmp_path)
    film = captioned(source, spoken(2))
    before, after = times(source), times(film.path)
    assert min(before) >= 10
    assert float(min(after)) < 0.1
    assert [time - after[0] for time in after] == [time - before[0] for time in before]


def test_words_count_from_the_start_of_the_media_not_of_the_picture(tmp_path: Path) -> None:
    source = Clip("late.mp4", pts=range(25, 75), base=Fraction(1, 25), seconds=3).write(tmp_path)
    film = captioned(source, [Word(text="moon", start=2, end=2.4)])
    shown = [lit(picture).sum() > 50 for picture in pictures(film.path)]
    assert shown.index(True) == 25


@pytest.mark.parametrize("share", [2, 3, 5])
@pytest.mark.parametrize("calm_seconds", [0, 6], ids=["restless", "half calm"])
def test_a_limit_of_bytes_is_kept_and_used(share: int, calm_seconds: int, tmp_path: Path) -> None:
    source = Clip(width=320, height=180, seconds=6 + calm_seconds, grain=40, calm_seconds=calm_seconds).write(tmp_path)
    limit = source.stat().st_size // share
    film = captioned(source, spoken(4), encoding=FAST.model_copy(update={"max_bytes": limit}))
    assert 0.8 * limit <= film.size <= limit
    assert film.path.stat().st_size == film.size


def test_a_limit_no_film_can_keep_is_a_failure_with_a_code(tmp_path: Path) -> None:
    source = Clip(width=64, height=64, seconds=12, fps=2, hiss=True).write(tmp_path)
    with pytest.raises(ProcessingFailed) as failure:
        captioned(source, spoken(12), encoding=FAST.model_copy(update={"max_bytes": 100_000}))
    assert failure.value.code is ErrorCode.FILM_TOO_BIG


def test_the_watermark_is_in_every_frame(tmp_path: Path) -> None:
    source = Clip(width=640, height=360, seconds=1).write(tmp_path)
    film = captioned(source, [Word(text="moon", start=0.4, end=0.5)], watermark="Rabisco")
    for before, after in zip(pictures(source), pictures(film.path), strict=True):
        corner = (slice(330, 360), slice(540, 640))
        assert after[corner].astype(int).max() - before[corner].max() > 40


def test_words_no_font_draws_are_refused_before_any_work(tmp_path: Path) -> None:
    source = Clip(seconds=1).write(tmp_path)
    with pytest.raises(RequestRejected) as refusal:
        captioned(source, [Word(text="தமிழ்", start=0, end=1)])
    assert refusal.value.code is ErrorCode.SCRIPT_NOT_DRAWN
    with pytest.raises(RequestRejected) as refusal:
        captioned(source, [])
    assert refusal.value.code is ErrorCode.NO_SPEECH


def test_a_video_cut_off_in_the_middle_gives_what_there_is(tmp_path: Path) -> None:
    source = Clip("cut.mkv").write(tmp_path)
    data = source.read_bytes()
    source.write_bytes(data[: len(data) * 2 // 3])
    film = captioned(source, spoken(2))
    assert 10 < film.frames < 50


def test_progress_never_falls(tmp_path: Path) -> None:
    source = Clip().write(tmp_path)
    shares: list[float] = []
    make(
        source,
        spoken(2),
        tmp_path / "out.mp4",
        CaptionOptions(encoding=FAST),
        lambda _stage, share: shares.append(share),
    )
    assert shares == sorted(shares)
    assert 0.9 < shares[-1] <= 1


def test_memory_does_not_grow_with_the_film(tmp_path: Path) -> None:
    source = Clip(rotation=90, pix_fmt="yuv444p").write(tmp_path)
    gc.collect()
    gc.disable()
    try:
        captioned(source, spoken(2))
        assert sum(isinstance(thing, av.VideoFrame) for thing in gc.get_objects()) < 10
    finally:
        gc.enable()


def test_high_dynamic_range_becomes_the_range_of_messengers(tmp_path: Path) -> None:
    hlg = {"color_trc": 18, "color_primaries": 9, "colorspace": 9}
    source = Clip(pix_fmt="yuv420p10le", tags=hlg, seconds=0.4, fps=10).write(tmp_path)
    film = captioned(source, [Word(text="moon", start=0.3, end=0.4)])
    with av.open(str(film.path)) as container:
        frame = next(container.decode(video=0))
    assert (frame.color_trc, frame.color_primaries, frame.colorspace, frame.color_range) == (1, 1, 1, 1)
    rows = frame.to_ndarray(format="rgb24").mean(axis=(1, 2))
    assert rows[10] > rows[90] > rows[170]


def test_two_languages_stand_one_above_the_other_and_only_the_spoken_words_light_up(tmp_path: Path) -> None:
    source = Clip(width=540, height=960).write(tmp_path)
    line = SubtitleLine(text="Levamos mais máquinas para casa", start=0.1, end=1.6)
    film = make(
        source,
        spoken(2.0),
        source.with_name("out.mp4"),
        CaptionOptions(encoding=FAST),
        lambda _stage, _share: None,
        layout=source.with_name("layout.json"),
        translation=Translation(language="pt", lines=(line,)),
    )
    groups = layout(film).groups
    (lower,) = (group for group in groups if group.words[0].text == "Levamos")
    upper = [group for group in groups if group is not lower]
    assert [word.text for word in lower.words] == line.text.split()
    assert max(top + height for _, top, _, height in (group.box for group in upper)) <= lower.box[1]
    left, top, width, height = lower.box
    plain = pictures(source)
    for index in (5, 20, 35):
        picture = pictures(film.path)[index]
        written = picture[top : top + height, left : left + width]
        assert not lit(written).any()
        assert lit(picture[:top]).any()
        assert np.abs(written.astype(int) - plain[index][top : top + height, left : left + width]).max() > 60


def test_a_translation_that_no_font_draws_is_refused(tmp_path: Path) -> None:
    line = SubtitleLine(text="ꦲꦏ꧀ꦱꦫꦗꦮ", start=0.1, end=1.6)
    translation = Translation(language="jv", lines=(line,))
    source = Clip().write(tmp_path)
    with pytest.raises(RequestRejected) as refused:
        make(source, spoken(2.0), tmp_path / "out.mp4", CaptionOptions(), lambda *_: None, translation=translation)
    assert refused.value.code is ErrorCode.SCRIPT_NOT_DRAWN


TWO_LANGUAGES = Translation(
    language="pt",
    lines=tuple(
        SubtitleLine(text="Levamos mais máquinas para casa", start=start + 0.1, end=start + 1.8)
        for start in range(0, 8, 2)
    ),
)


@pytest.mark.parametrize("translation", [None, TWO_LANGUAGES], ids=["one language", "two languages"])
@pytest.mark.parametrize("style", ["classic", "hormozi", "clean", "stack"])
def test_no_caption_of_a_film_covers_a_mouth(style: str, translation: Translation | None, tmp_path: Path) -> None:
    shots = [Head(0.5, 0.62, 0.4), None, Head(0.45, 0.3, 0.3), Head(0.5, 0.72, 0.35)]
    source = write_film(tmp_path / "talk.mp4", cut_between(shots, 2), (270, 480), 8, key_frames=10)
    film = captioned(source, spoken(8), translation, style=style)
    groups = layout(film).groups
    seen = 0
    for time, picture in zip(times(source), pictures(source), strict=True):
        for face in find_faces(picture):
            seen += 1
            mouth = face.mouth
            for group in groups:
                if group.start <= time < group.end:
                    x, y, width, height = group.box
                    beside = x >= mouth.x + mouth.width or x + width <= mouth.x
                    assert beside or y >= mouth.y + mouth.height or y + height <= mouth.y
    assert seen > 40


def test_captions_stay_in_their_place_where_the_user_says_so_or_nobody_is_there(tmp_path: Path) -> None:
    heads = {"talk": Head(0.5, 0.62, 0.4), "empty": None}
    found = {}
    for name, head in heads.items():
        source = write_film(tmp_path / f"{name}.mp4", lambda _, head=head: head, (270, 480), 2, key_frames=10)
        for choice in ("on", "off"):
            found[name, choice] = layout(captioned(source, spoken(2), avoid_faces=choice)).groups
    assert found["talk", "off"] == found["empty", "on"] == found["empty", "off"] != found["talk", "on"]
