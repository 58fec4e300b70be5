"""Subtitles of films that come back, as they were written and changed: the words of the source, at its times."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.jobs.options import CaptionOptions, TranscriptOptions
from models.jobs.transcript import SubtitleLine, Transcript, Translation, Word
from pipeline.captions.editing.cut_words import cut_lines, cut_words, find_fillers
from pipeline.captions.editing.film_painter import FilmText
from pipeline.captions.editing.film_subtitles import write_files
from pipeline.captions.editing.returned_subtitles import ShownTranscript, SubtitledWords
from pipeline.captions.emphasis import prepare_lines, prepare_texts
from pipeline.media.editing.cut_list import CutList
from pipeline.speech.subtitles import reader, writer

TEXTS = st.text(st.sampled_from("abcdeéñ中你ก์.,!-"), min_size=1, max_size=8)
PAUSES = st.sampled_from([0.0, 0.0, 0.02, 0.1, 0.5, 0.9, 3.0])
MASKED = CaptionOptions(profanity="mask", cut_pauses=True)
CUTS = ((0.0, 0.95), (3.05, 6.95), (9.0, 9.5))


def speak(text: str, *, pause: float = 0.1, start: float = 0.0) -> list[Word]:
    """Each word lasts 0.4 s, and as long a pause follows as is said."""
    step = 0.4 + pause
    return [
        Word(text=each, start=start + index * step, end=start + index * step + 0.4)
        for index, each in enumerate(text.split())
    ]


SAID = Transcript(
    language="en",
    words=(
        *speak("Um,", start=0.5),
        *speak("this shit works here.", start=1.0),
        *speak("And now we go. Shit!", start=7.0),
    ),
)


@st.composite
def transcripts(draw: st.DrawFn) -> Transcript:
    words, now = [], draw(st.floats(0, 2))
    for text in draw(st.lists(TEXTS, min_size=1, max_size=40)):
        end = now + draw(st.floats(0, 0.8))
        words.append(Word(text=text, start=now, end=end))
        now = end + draw(PAUSES)
    return Transcript(language=draw(st.sampled_from(["en", "pt", "zh", "th"])), words=tuple(words))


def write_subtitles(
    folder: Path, suffix: str, options: CaptionOptions = MASKED, translation: Translation | None = None
) -> str:
    """The file that comes with the film of what is said."""
    cuts = CutList.from_seconds(CUTS)
    words = prepare_texts(cut_words(SAID.words, find_fillers(SAID.words, "en"), cuts), options, "en")
    below = cut_lines(prepare_lines(translation, options), cuts) if translation else None
    path = folder / f"film{suffix}"
    write_files(FilmText(words, "en", None, below), 0.0, [path])
    return path.read_text(encoding="utf-8")


def build(
    options: CaptionOptions = MASKED, cuts: Sequence[tuple[float, float]] = CUTS, below: Translation | None = None
) -> SubtitledWords:
    return SubtitledWords.build(ShownTranscript(SAID, below, SAID, options, cuts))


def restore(transcript: Transcript, words: Sequence[Word]) -> Sequence[Word]:
    """The words of the subtitles of a transcript, in which nothing is cut or masked."""
    return SubtitledWords.build(ShownTranscript(transcript, None, None, TranscriptOptions())).restore(words).words


@given(transcripts(), transcripts())
def test_words_of_a_file_are_all_there_and_in_order(transcript: Transcript, file: Transcript) -> None:
    kept = restore(transcript, file.words)
    assert [word.text for word in kept] == [word.text for word in file.words]
    assert all(one.start <= other.start for one, other in pairwise(kept))
    assert all(word.end >= word.start for word in kept)


@given(transcripts())
def test_words_that_come_back_as_they_were_keep_their_times_to_the_bit(transcript: Transcript) -> None:
    assert restore(transcript, transcript.words) == transcript.words


def test_a_subtitle_file_has_the_exact_times_of_the_words_that_stayed() -> None:
    before = Transcript(
        language="en", words=tuple(speak("It was the best of times and so it went on for a while.", pause=0.137))
    )
    file = reader.read(writer.write(before, ".srt").replace("best", "very finest").encode())
    after = restore(before, file.words)
    assert [word.text for word in after[3:5]] == ["very", "finest"]
    assert (*after[:3], *after[5:]) == (*before.words[:3], *before.words[4:])
    assert before.words[2].start <= after[3].start <= after[4].start <= before.words[4].start


def test_a_word_behind_the_dash_of_a_speaker_is_known_all_the_same() -> None:
    before = Transcript(language="en", words=tuple(speak("yes no")))
    file = [before.words[0].model_copy(update={"text": "- yes", "start": 0.02}), before.words[1]]
    assert restore(before, file) == before.words


@pytest.mark.parametrize("suffix", [".srt", ".vtt", ".ass"])
def test_subtitles_of_a_film_that_was_cut_and_masked_are_its_words_when_nothing_is_changed(
    tmp_path: Path, suffix: str
) -> None:
    file = write_subtitles(tmp_path, suffix)
    assert "s**t" in file
    assert "um" not in file.casefold()
    assert build().restore(reader.read(file.encode()).words) == SAID


@pytest.mark.parametrize("suffix", [".srt", ".vtt", ".ass"])
def test_what_is_changed_behind_a_cut_is_at_its_time_of_the_source(tmp_path: Path, suffix: str) -> None:
    file = write_subtitles(tmp_path, suffix).replace("works", "really works").replace("now", "here")
    words = build().restore(reader.read(file.encode()).words).words
    texts = [word.text for word in words]
    assert texts == ["Um,", "this", "shit", "really", "works", "here.", "And", "here", "we", "go.", "Shit!"]
    known = {(word.text, word.start, word.end) for word in SAID.words}
    new = [word for word in words if (word.text, word.start, word.end) not in known]
    assert [word.text for word in new] == ["really", "here"]
    assert SAID.words[2].start <= new[0].start < SAID.words[4].start
    assert SAID.words[5].start < new[1].start < SAID.words[7].start + 0.1


def test_a_word_behind_a_mask_is_known_wherever_it_stands(tmp_path: Path) -> None:
    file = write_subtitles(tmp_path, ".srt").replace("And now we go.", "S**t! s**t, and now we go.")
    texts = [word.text for word in build().restore(reader.read(file.encode()).words).words]
    assert texts[5:7] == ["Shit!", "s**t,"]  # no word of the film was that one


def test_words_at_a_cut_begin_behind_it_and_end_before_it() -> None:
    cuts = CutList.from_seconds(CUTS)
    assert cuts.find_source_start(2.1) == 6.95
    assert cuts.find_source_end(2.1) == 3.05
    assert cuts.find_source_start(2.095) == pytest.approx(6.95)  # written with two decimals
    assert (cuts.find_source_start(1.0), cuts.find_source_end(1.0)) == (1.95, 1.95)
    assert cuts.find_source_start(50.0) == pytest.approx(50 + 0.95 + 3.9 + 0.5)
    assert (CutList().find_source_start(3.0), CutList().find_source_end(3.0)) == (3.0, 3.0)


@given(st.floats(0, 20))
def test_a_time_of_the_film_is_one_of_the_source_that_is_shown_then(seconds: float) -> None:
    cuts = CutList.from_seconds(CUTS)
    for found in (cuts.find_source_start(seconds), cuts.find_source_end(seconds)):
        assert cuts.map_seconds(found) == pytest.approx(seconds, abs=0.011)


def test_a_file_at_times_of_the_source_fits_the_source_better() -> None:
    file = reader.read(writer.write(SAID, ".srt").encode())
    assert build(CaptionOptions(), ()).count_matches(file.words) > build(CaptionOptions()).count_matches(file.words)


def test_other_subtitles_are_not_those_of_the_film() -> None:
    assert build().has_texts_of(SAID.words)
    assert not build().has_texts_of(speak("isto aqui funciona muito bem, e agora vamos embora"))


BELOW = Translation(
    language="pt",
    lines=(
        SubtitleLine(text="Esta merda funciona aqui.", start=1.0, end=2.9),
        SubtitleLine(text="E agora vamos.", start=7.0, end=8.9),
    ),
)


def test_lines_of_a_translation_are_no_words_of_what_is_said(tmp_path: Path) -> None:
    film = build(below=BELOW)
    file = write_subtitles(tmp_path, ".srt", translation=BELOW)
    assert "m***a" in file
    said = film.remove_lines_below(reader.read(file.encode()).words)
    assert said is not None
    assert film.restore(said) == SAID
    corrected = film.remove_lines_below(reader.read(file.replace("works", "helps").encode()).words)
    assert corrected is not None
    assert [word.text for word in film.restore(corrected).words] == [
        word.text.replace("works", "helps") for word in SAID.words
    ]


def test_a_line_of_a_translation_that_was_changed_is_not_taken_for_what_is_said(tmp_path: Path) -> None:
    file = write_subtitles(tmp_path, ".srt", translation=BELOW)
    changed = reader.read(file.replace("E agora vamos.", "E agora vamos embora.").encode())
    assert build(below=BELOW).remove_lines_below(changed.words) is None
    without = reader.read(file.replace("\nE agora vamos.", "").encode())
    assert build(below=BELOW).remove_lines_below(without.words) is not None
