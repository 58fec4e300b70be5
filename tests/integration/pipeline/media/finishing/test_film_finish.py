"""Films are finished without touching their picture: loudness by an independent meter, subtitles by reading them."""

import contextlib
import math
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
import pytest
from fakes import sample_containers, sample_files, voices
from fakes.film_probe import probe_film
from fakes.loudness_meter import RATE, Sound, compute_loudness, compute_true_peak, find_lag, read_sound
from numpy.typing import NDArray

from models.jobs.film import EncodingOptions, Film, X264Preset
from models.jobs.options import CaptionOptions
from models.jobs.transcript import SubtitleLine, Transcript, Translation, Word
from pipeline.captions.film import make
from pipeline.media.finishing.loudness import adjust_loudness
from pipeline.speech.subtitles.writer import list_captions

FAST = EncodingOptions(preset=X264Preset.ULTRAFAST)
TALK = "uma frase bem comprida que ocupa mais de uma linha, e depois outra {assim}. Olá, mundo!"
WORDS = [Word(text=text, start=0.2 + number * 0.3, end=0.45 + number * 0.3) for number, text in enumerate(TALK.split())]


def caption(source: Path, words: Sequence[Word] = WORDS, language: str = "pt", **options: object) -> Film:
    chosen = CaptionOptions.model_validate({"encoding": FAST, **options})
    return make(source, words, source.with_name("film.mp4"), chosen, lambda _stage, _share: None, language=language)


def read_pictures(path: Path) -> list[tuple[int, bytes]]:
    with av.open(str(path)) as container:
        return [(packet.pts, bytes(packet)) for packet in container.demux(video=0) if packet.size]


def read_cues(path: Path, track: int = 0) -> list[tuple[float, float, str]]:
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(container.streams.subtitles[track]) if packet.size > 2]
        return [
            (float(p.pts * p.time_base), float((p.pts + p.duration) * p.time_base), bytes(p)[2:].decode())
            for p in packets
        ]


# loudness


def speak(level: float, *, click: float = 0.0, seconds: float = 6, channels: int = 2) -> Sound:
    """Noise in syllables with pauses, and clicks much louder than it."""
    times = np.arange(round(seconds * RATE)) / RATE
    noise = np.convolve(np.random.default_rng(3).normal(0, 1, len(times)), np.ones(8) / 8, "same")
    sound = (
        noise * (np.sin(2 * np.pi * 0.6 * times) > -0.3) * (0.3 + 0.7 * np.abs(np.sin(2 * np.pi * 3 * times))) * level
    )
    sound[2000::9000] += click
    return np.clip(np.stack([sound] * channels), -1, 1)


def write_film(
    folder: Path, sound: Sound, *, codec: str = "aac", late: float = 0, suffix: str = "mp4", bit_rate: int = 96_000
) -> Path:
    """A film with a sound, which may begin later than the picture."""
    (recording := folder / f"sound.{suffix}").unlink(missing_ok=True)
    layout = {1: "mono", 2: "stereo"}[len(sound)]
    with av.open(str(recording), "w") as container:
        stream = container.add_stream(codec, rate=RATE, layout=layout, bit_rate=bit_rate)
        for start in range(0, sound.shape[1], 1024):
            block = np.ascontiguousarray(sound[:, start : start + 1024], np.float32)
            frame = av.AudioFrame.from_ndarray(block, "fltp", layout)
            frame.sample_rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    picture = sample_containers.write_pictures(folder / "picture.mp4", sample_containers.steady_times(6, 10))
    tracks = sample_containers.Track(picture, "video"), sample_containers.Track(recording, "audio", shift=late)
    return sample_containers.write_tracks(folder / f"source.{suffix}", *tracks)


@pytest.mark.parametrize(
    "sound",
    [
        speak(0.04),
        speak(0.04, channels=1),
        speak(0.06, click=0.5),
        speak(0.04, click=0.9),
        speak(0.9),
        speak(0.3, click=1, channels=1),
    ],
    ids=["quiet", "quiet in mono", "clicks", "loud clicks", "too loud", "loud in mono"],
)
def test_sound_becomes_as_loud_as_platforms_play_it(tmp_path: Path, sound: Sound) -> None:
    film = caption(write_film(tmp_path, sound), normalise_loudness=True)
    heard = read_sound(film.path)
    assert compute_loudness(heard) == pytest.approx(-14, abs=0.5)
    assert compute_true_peak(heard) <= -1
    assert film.size == film.path.stat().st_size
    assert probe_film(film.path).is_faststart


def talk(seconds: float = 6) -> Sound:
    """Two voices in phrases of 0.2 to 0.9 s with pauses; peaks are 20 dB above the loudness, as people's."""
    random, pieces = np.random.default_rng(5), list[NDArray[np.float64]]()
    while sum(map(len, pieces)) < seconds * voices.RATE:
        length, pitch, level = random.uniform(0.2, 0.9), random.choice([105, 190]), random.uniform(0.35, 1)
        phrase = voices.speak(length, pitch, seed=len(pieces) + 1) / 32768
        pieces += [phrase * level * np.hanning(len(phrase)) ** 0.5, np.zeros(round(0.25 * voices.RATE))]
    sound = np.concatenate(pieces) + random.normal(0, 0.001, sum(map(len, pieces)))
    times = np.arange(round(seconds * RATE)) / RATE
    return np.interp(times, np.arange(len(sound)) / voices.RATE, sound)[None, :] * 0.3


def measure_by_ffmpeg(path: Path) -> tuple[float, float]:
    """LUFS and dBTP of what a player decodes, by FFmpeg's meter of EBU R128."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        graph = av.filter.Graph()
        meter = graph.add("ebur128", "metadata=1:peak=true:framelog=quiet")
        graph.link_nodes(graph.add_abuffer(template=stream), meter, graph.add("abuffersink")).configure()
        measured = list[av.AudioFrame]()
        for frame in [*container.decode(stream), None]:
            graph.push(frame)
            with contextlib.suppress(av.error.BlockingIOError, av.error.EOFError):
                while True:
                    measured.append(cast("av.AudioFrame", graph.pull()))
    peak = max(float(frame.metadata.get("lavfi.r128.true_peak", 0)) for frame in measured)
    loudness = [frame.metadata["lavfi.r128.I"] for frame in measured if "lavfi.r128.I" in frame.metadata]
    return float(loudness[-1]), 20 * math.log10(peak)


@pytest.mark.parametrize("bit_rate", [32_000, 48_000, 64_000, 70_000, 96_000, 128_000])
def test_speech_of_any_bit_rate_becomes_as_loud_as_platforms_play_it(tmp_path: Path, bit_rate: int) -> None:
    film = caption(write_film(tmp_path, talk(), bit_rate=bit_rate), normalise_loudness=True)
    loudness, peak = measure_by_ffmpeg(film.path)
    assert loudness == pytest.approx(-14, abs=0.5)
    assert peak <= -1


@pytest.mark.parametrize("bit_rate", [64_000, 70_000, 96_000])
def test_speech_that_may_not_grow_becomes_as_loud(tmp_path: Path, bit_rate: int) -> None:
    source = write_film(tmp_path, talk(), bit_rate=bit_rate)
    out = adjust_loudness(source, tmp_path / "out.mp4", spare_bytes=0)
    assert out is not None
    loudness, peak = measure_by_ffmpeg(out)
    assert loudness == pytest.approx(-14, abs=0.5)
    assert peak <= -1
    with av.open(str(out)) as louder:
        assert louder.streams.audio[0].bit_rate <= 1.1 * bit_rate


@pytest.mark.parametrize("click", [0, 0.9])
@pytest.mark.parametrize("late", [0, 0.7])
def test_louder_sound_is_in_sync_to_the_sample(tmp_path: Path, click: float, late: float) -> None:
    source = write_film(tmp_path, speak(0.04, click=click), late=late)
    plain = read_sound(caption(source).path)
    louder = caption(source, normalise_loudness=True)
    assert find_lag(plain, read_sound(louder.path)) == 0


def test_the_picture_is_copied(tmp_path: Path) -> None:
    source = write_film(tmp_path, speak(0.04))
    plain = read_pictures(caption(source).path)
    assert read_pictures(caption(source, normalise_loudness=True, subtitle_track=True).path) == plain


@pytest.mark.parametrize(
    "sound", [np.zeros((2, 6 * RATE)), speak(0.0005), speak(0.05, seconds=0.5)], ids=["silence", "hum", "short"]
)
def test_silence_and_short_sounds_stay_as_they_are(tmp_path: Path, sound: Sound) -> None:
    source = write_film(tmp_path, sound)
    plain = read_sound(caption(source).path)
    assert np.array_equal(read_sound(caption(source, normalise_loudness=True).path), plain)


def test_a_film_without_sound_stays_without(tmp_path: Path) -> None:
    source = sample_files.write_film(tmp_path / "x.mp4", seconds=2, sound=None)
    assert probe_film(caption(source, normalise_loudness=True).path).audio_codec is None


# subtitles


@pytest.mark.parametrize("max_bytes", [None, 100_000])
@pytest.mark.parametrize(("language", "code"), [("pt", "por"), ("en", "eng"), ("und", "und")])
def test_the_track_holds_the_cues_of_the_film(tmp_path: Path, language: str, code: str, max_bytes: int | None) -> None:
    source = write_film(tmp_path, speak(0.1))
    encoding = FAST.model_copy(update={"max_bytes": max_bytes})
    film = caption(source, language=language, subtitle_track=True, encoding=encoding)
    expected = list_captions(Transcript(language=language, words=tuple(WORDS)))
    found = read_cues(film.path)
    assert [text for _, _, text in found] == [each.text for each in expected]
    assert np.allclose([cue[:2] for cue in found], [each[:2] for each in expected], atol=0.002)
    with av.open(str(film.path)) as container:
        assert [stream.type for stream in container.streams] == ["video", "audio", "subtitle"]
        assert container.streams.subtitles[0].codec_context.name == "mov_text"
        assert container.streams.subtitles[0].metadata["language"] == code
    assert probe_film(film.path).is_faststart
    assert film.size == film.path.stat().st_size <= (max_bytes or film.size)


def test_a_film_in_two_languages_has_a_track_for_each(tmp_path: Path) -> None:
    lines = tuple(SubtitleLine(text=text, start=at, end=at + 0.8) for at, text in ((0.5, "One line"), (2.0, "Another")))
    source = write_film(tmp_path, speak(0.1))
    options = CaptionOptions(encoding=FAST, subtitle_track=True, normalise_loudness=True)
    translation = Translation(language="en", lines=lines)
    film = make(
        source, WORDS, source.with_name("film.mp4"), options, lambda _, __: None, language="pt", translation=translation
    )
    said = list_captions(Transcript(language="pt", words=tuple(WORDS)))
    assert [text for _, _, text in read_cues(film.path)] == [each.text for each in said]
    below = read_cues(film.path, 1)
    assert [text for _, _, text in below] == [line.text for line in lines]
    assert np.allclose([cue[:2] for cue in below], [(line.start, line.end) for line in lines], atol=0.002)
    with av.open(str(film.path)) as container:
        assert [stream.metadata["language"] for stream in container.streams.subtitles] == ["por", "eng"]
    assert probe_film(film.path).is_faststart


def test_times_of_cues_are_those_of_a_film_that_starts_late(tmp_path: Path) -> None:
    film = sample_files.write_film(tmp_path / "film.mkv", seconds=8)
    tracks = [sample_containers.Track(film, kind, shift=9) for kind in ("video", "audio")]
    made = caption(sample_containers.write_tracks(tmp_path / "x.mkv", *tracks), subtitle_track=True)
    with av.open(str(made.path)) as container:
        start = container.start_time / av.time_base
    assert read_cues(made.path)[0][0] == pytest.approx(start + WORDS[0].start, abs=0.03)


def test_profanity_is_masked_in_the_tracks_of_both_languages(tmp_path: Path) -> None:
    source = sample_files.write_film(tmp_path / "x.mp4", seconds=4, sound=None)
    words = [Word(text="Que", start=0.2, end=0.5), Word(text="merda!", start=0.5, end=1.0)]
    lines = (SubtitleLine(text="What a shit!", start=0.2, end=1.0),)
    options = CaptionOptions(encoding=FAST, subtitle_track=True, profanity="mask")
    film = make(
        source, words, tmp_path / "film.mp4", options, lambda _stage, _share: None,
        language="pt", translation=Translation(language="en", lines=lines),
    )  # fmt: skip
    texts = [text for track in (0, 1) for _, _, text in read_cues(film.path, track)]
    assert texts == ["Que m***a!", "What a s**t!"]


def test_without_the_switch_there_is_no_track(tmp_path: Path) -> None:
    with av.open(str(caption(write_film(tmp_path, speak(0.1))).path)) as container:
        assert not container.streams.subtitles
