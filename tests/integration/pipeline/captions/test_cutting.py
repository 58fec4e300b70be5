"""Films from which pauses are cut: picture, sound and words stay together, whatever the source is like."""

import itertools
import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from fakes import sample_containers
from fakes.flash_films import FLASH_SECONDS, RATE, find_flashes, find_tones, read_sound, write_flashes
from fakes.sample_containers import Track

from models.jobs.film import EncodingOptions, Film, X264Preset
from models.jobs.options import CaptionOptions
from models.jobs.transcript import SubtitleLine, Transcript, Translation, Word
from pipeline.captions.film import make

FAST = EncodingOptions(preset=X264Preset.ULTRAFAST, crf=16)
FRAMES = [Fraction(number, 25) for number in range(400)]
NTSC = [Fraction(number * 1001, 30_000) for number in range(480)]
VARIABLE = [Fraction(number, 30) for number in range(480) if number % 7 not in {2, 5}]
B_FRAMES = {"bf": "3", "preset": "medium"}


def choose_flashes(frame_times: list[Fraction]) -> list[Fraction]:
    """Frames about 1.2 to 3 seconds apart."""
    chosen, pauses = [], [Fraction(1), Fraction(3), Fraction(12, 10), Fraction(28, 10), Fraction(2), Fraction(27, 10)]
    for at in pauses:
        wanted = (chosen[-1] if chosen else 0) + at
        chosen.append(next(time for time in frame_times if time >= wanted))
    return chosen


def words_at(flashes: list[Fraction]) -> list[Word]:
    return [Word(text=f"word{n}", start=float(at), end=float(at) + FLASH_SECONDS) for n, at in enumerate(flashes)]


def cut(source: Path, words: list[Word], translation: Translation | None = None, **changes: object) -> Film:
    """The film without pauses, with its layout and subtitles beside it."""
    options = CaptionOptions.model_validate({"cut_pauses": True, "encoding": FAST, **changes})
    out, layout, subtitles = (source.with_name(name) for name in ("cut.mp4", "l.json", "cut.srt"))
    return make(
        source, words, out, options, lambda *_: None, layout=layout, translation=translation, subtitles=(subtitles,)
    )


def write_steady(folder: Path) -> tuple[Path, list[Fraction]]:
    return write_flashes(folder / "a.mp4", FRAMES, choose_flashes(FRAMES), options=B_FRAMES), choose_flashes(FRAMES)


def write_ntsc(folder: Path) -> tuple[Path, list[Fraction]]:
    return write_flashes(folder / "a.mp4", NTSC, choose_flashes(NTSC), options=B_FRAMES), choose_flashes(NTSC)


def write_variable(folder: Path) -> tuple[Path, list[Fraction]]:
    flashes = choose_flashes(VARIABLE)
    return write_flashes(folder / "a.mp4", VARIABLE, flashes, options=B_FRAMES), flashes


def write_avi(folder: Path) -> tuple[Path, list[Fraction]]:
    flashes = choose_flashes(FRAMES)
    base, options = Fraction(1, 25), {"bf": "2"}
    path = folder / "a.avi"
    write_flashes(path, FRAMES, flashes, codec="mpeg4", options=options, time_base=base, audio_codec="pcm_s16le")
    return path, flashes


def write_matroska_with_opus(folder: Path) -> tuple[Path, list[Fraction]]:
    flashes = choose_flashes(FRAMES)
    return write_flashes(folder / "a.mkv", FRAMES, flashes, audio_codec="libopus", time_base=Fraction(1, 1000)), flashes


def write_transport_stream(folder: Path) -> tuple[Path, list[Fraction]]:
    flashes = choose_flashes(FRAMES)
    return write_flashes(folder / "a.ts", FRAMES, flashes, options=B_FRAMES), flashes


def write_edit_list(folder: Path) -> tuple[Path, list[Fraction]]:
    """The first two seconds are hidden."""
    whole, flashes = write_steady(folder)
    source = sample_containers.write_tracks(
        folder / "b.mp4", Track(whole, "video", shift=-2), Track(whole, "audio", shift=-2)
    )
    return source, [at - 2 for at in flashes if at > 2]


def write_late(folder: Path) -> tuple[Path, list[Fraction]]:
    whole, flashes = write_steady(folder)
    source = sample_containers.write_tracks(
        folder / "b.mkv", Track(whole, "video", shift=7), Track(whole, "audio", shift=7)
    )
    return source, flashes


SOURCES = (
    write_steady,
    write_ntsc,
    write_variable,
    write_avi,
    write_matroska_with_opus,
    write_transport_stream,
    write_edit_list,
    write_late,
)


@pytest.mark.parametrize("write", SOURCES, ids=lambda each: each.__name__.removeprefix("write_"))
def test_after_cuts_sound_and_picture_are_together_and_nothing_that_was_said_is_gone(
    tmp_path: Path, write: Callable[[Path], tuple[Path, list[Fraction]]]
) -> None:
    source, flashes = write(tmp_path)
    plain = cut(source, words_at(flashes), cut_pauses=False)
    before = [sound - picture for sound, picture in zip(find_tones(plain.path), find_flashes(plain.path), strict=True)]
    film = cut(source, words_at(flashes))
    pictures, sounds = find_flashes(film.path), find_tones(film.path)
    assert len(pictures) == len(sounds) == len(flashes)
    after = [sound - picture for sound, picture in zip(sounds, pictures, strict=True)]
    assert after == pytest.approx(before, abs=0.004)
    gaps = np.diff(sounds)
    assert gaps.max() < 1.0
    assert float(flashes[-1] - flashes[0]) - (sounds[-1] - sounds[0]) > 4


def test_words_are_shown_when_they_are_spoken_in_the_cut_film(tmp_path: Path) -> None:
    source, flashes = write_steady(tmp_path)
    film = cut(source, words_at(flashes))
    layout = json.loads((tmp_path / "l.json").read_text())
    words = [word for group in layout["groups"] for word in group["words"]]
    assert [word["text"].lower() for word in words] == [f"word{n}" for n in range(len(flashes))]
    assert [word["start"] for word in words] == pytest.approx(find_flashes(film.path), abs=0.001)


def test_subtitle_files_have_the_times_of_the_cut_film_and_the_lines_of_both_languages(tmp_path: Path) -> None:
    source, flashes = write_steady(tmp_path)
    words = words_at(flashes)
    lines = (SubtitleLine(text=f"linha {n}", start=word.start, end=word.end) for n, word in enumerate(words))
    film = cut(source, words, Translation(language="pt", lines=tuple(lines)))
    cues = [cue.splitlines() for cue in (tmp_path / "cut.srt").read_text().split("\n\n")]
    starts = [float(times[6:12].replace(",", ".")) for _, times, *_ in cues]
    assert starts == pytest.approx(find_flashes(film.path), abs=0.002)
    assert [text for _, _, *text in cues] == [[f"word{n}", f"linha {n}"] for n in range(len(flashes))]


def test_frames_keep_their_distance_and_their_grid_across_cuts(tmp_path: Path) -> None:
    source, flashes = write_steady(tmp_path)
    film = cut(source, words_at(flashes))
    with av.open(str(film.path)) as container:
        times = [frame.pts * frame.time_base for frame in container.decode(video=0)]
    assert {b - a for a, b in itertools.pairwise(times)} == {Fraction(1, 25)}


def test_sound_and_picture_are_as_long_as_each_other(tmp_path: Path) -> None:
    source, flashes = write_ntsc(tmp_path)
    film = cut(source, words_at(flashes))
    sound, start = read_sound(film.path)
    assert start + len(sound) / RATE == pytest.approx(film.seconds, abs=0.06)


def test_nothing_clicks_where_noise_is_cut(tmp_path: Path) -> None:
    source, flashes = write_steady(tmp_path)
    film = cut(source, words_at(flashes))
    sound, _ = read_sound(film.path)
    loud = [(at, at + FLASH_SECONDS) for at in find_tones(film.path)]
    time = np.arange(len(sound)) / RATE
    is_quiet = ~np.any([(time > start - 0.03) & (time < end + 0.03) for start, end in loud], axis=0)
    assert np.abs(sound[is_quiet]).max() < 0.02


def test_a_filler_is_taken_out_of_sound_and_captions(tmp_path: Path) -> None:
    source, flashes = write_steady(tmp_path)
    words = words_at(flashes)
    words[2] = words[2].model_copy(update={"text": "Uhm,"})
    film = cut(source, words)
    shown = json.loads((tmp_path / "l.json").read_text())
    texts = [word["text"].lower() for group in shown["groups"] for word in group["words"]]
    assert texts == ["word0", "word1", "word3", "word4", "word5"]
    assert len(find_tones(film.path)) == len(find_flashes(film.path)) == 5


def test_a_translation_keeps_all_its_words_where_a_filler_is_cut(tmp_path: Path) -> None:
    source, flashes = write_steady(tmp_path)
    spoken = words_at(flashes)
    spoken[2] = spoken[2].model_copy(update={"text": "uhm"})
    shown = [word.model_copy(update={"text": "palavra"}) for word in spoken]
    options = CaptionOptions(cut_pauses=True, encoding=FAST)
    transcript = Transcript(language="en", words=tuple(spoken))
    layout = tmp_path / "l.json"
    film = make(
        source, shown, tmp_path / "x.mp4", options, lambda *_: None, language="pt", spoken=transcript, layout=layout
    )
    groups = json.loads(layout.read_text())["groups"]
    assert sum(len(group["words"]) for group in groups) == len(shown)
    assert len(find_tones(film.path)) == 5


def test_without_the_switch_the_sound_is_copied(tmp_path: Path) -> None:
    source, flashes = write_steady(tmp_path)
    film = cut(source, words_at(flashes), cut_pauses=False)
    with av.open(str(source)) as before, av.open(str(film.path)) as after:
        packets = [[bytes(p) for p in each.demux(audio=0) if p.size] for each in (before, after)]
    assert packets[0] == packets[1]


def test_slides_are_cut_between_their_rare_frames(tmp_path: Path) -> None:
    times = [Fraction(number * 4) for number in range(5)]
    flashes = [Fraction(1), Fraction(4), Fraction(9), Fraction(14)]
    source = write_flashes(tmp_path / "a.mp4", times, flashes)
    film = cut(source, words_at(flashes))
    assert len(find_tones(film.path)) == 4
    assert film.seconds < 8
