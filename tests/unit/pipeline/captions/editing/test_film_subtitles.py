"""Files with the subtitles of a film: its words at its times, each with the line of a translation it belongs to."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.jobs.transcript import SubtitleLine, Transcript, Translation, Word
from pipeline.captions.editing.film_painter import FilmText
from pipeline.captions.editing.film_subtitles import pair_lines, write_files
from pipeline.speech.subtitles.reader import read
from pipeline.speech.subtitles.writer import list_cues

WORDS = [
    Word(text=text, start=n / 2, end=n / 2 + 0.4)
    for n, text in enumerate(["one", "two", "three.", "four", "five", "six"])
]
LINES = [
    SubtitleLine(text="um dois três.", start=0.0, end=1.4),
    SubtitleLine(text="quatro cinco seis", start=1.5, end=2.9),
]
TEXTS = st.text(alphabet="abc.", min_size=1, max_size=12)
TIMINGS = st.lists(st.tuples(TEXTS, st.floats(0.01, 2.0), st.floats(0.0, 3.0), st.booleans()), min_size=1, max_size=40)


def build_words(timings: list[tuple[str, float, float, bool]]) -> list[Word]:
    words, now = [], 0.0
    for text, length, pause, is_turn in timings:
        words.append(Word(text=text, start=now, end=now + length, is_speaker_change=is_turn))
        now += length + pause
    return words


@given(TIMINGS)
def test_where_nothing_was_cut_each_line_has_the_words_it_was_made_of(
    timings: list[tuple[str, float, float, bool]],
) -> None:
    transcript = Transcript(language="en", words=tuple(build_words(timings)))
    groups = [cue.words for cue in list_cues(transcript, None)]
    lines = [SubtitleLine(text=str(n), start=each[0].start, end=each[-1].end) for n, each in enumerate(groups)]
    assert [(cue.words, cue.below) for cue in pair_lines(transcript.words, lines)] == [
        (group, str(n)) for n, group in enumerate(groups)
    ]


@given(TIMINGS, st.sets(st.integers(0, 39)), st.lists(st.floats(0, 50), min_size=1, max_size=9))
def test_no_word_is_lost_or_doubled_whatever_is_cut_and_whenever_lines_begin(
    timings: list[tuple[str, float, float, bool]], dropped: set[int], starts: list[float]
) -> None:
    words = [word for index, word in enumerate(build_words(timings)) if index not in dropped]
    lines = [SubtitleLine(text=str(at), start=at, end=at + 1) for at in starts]
    cues = pair_lines(words, lines)
    assert [word for cue in cues for word in cue.words] == words
    assert all(cue.words for cue in cues)


@pytest.mark.parametrize("suffix", [".srt", ".vtt", ".ass"])
@pytest.mark.parametrize("film_start", [0.0, 1.5])
def test_every_format_has_the_words_at_the_times_of_the_film(suffix: str, film_start: float, tmp_path: Path) -> None:
    path = tmp_path / f"film{suffix}"
    write_files(FilmText(WORDS, "en"), film_start, [path])
    found = read(path.read_bytes())
    assert [word.text for word in found.words] == [word.text for word in WORDS]
    assert found.words[0].start == pytest.approx(film_start, abs=0.01)
    assert found.words[-1].end == pytest.approx(film_start + WORDS[-1].end, abs=0.02)


@pytest.mark.parametrize(
    ("suffix", "lower"),
    [(".srt", "\num dois três.\n"), (".vtt", "\num dois três.\n"), (".ass", "\\N{\\rTranslation}um dois três.\n")],
)
def test_every_format_has_both_languages(suffix: str, lower: str, tmp_path: Path) -> None:
    path = tmp_path / f"film{suffix}"
    write_files(FilmText(WORDS, "en", translation=Translation(language="pt", lines=tuple(LINES))), 0.0, [path])
    text = path.read_text(encoding="utf-8")
    assert lower in text
    assert text.count("quatro cinco seis") == 1


def test_a_line_of_which_all_words_are_cut_out_is_in_no_file(tmp_path: Path) -> None:
    path = tmp_path / "film.srt"
    write_files(FilmText(WORDS[3:], "en", translation=Translation(language="pt", lines=tuple(LINES))), 0.0, [path])
    assert path.read_text(encoding="utf-8") == "1\n00:00:01,500 --> 00:00:02,900\nfour five six\nquatro cinco seis\n"
