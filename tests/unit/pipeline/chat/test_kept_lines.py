"""Lines below corrected words: those whose words are still said stay, and every word stands in one line."""

from collections.abc import Mapping

import pytest
from fakes.chat_models import answer_with_everything, create_chat
from fakes.groq_api import FakeGroq
from hypothesis import given
from hypothesis import strategies as st

from models.jobs.transcript import EarlierTranslation, Transcript, Translation, Word
from pipeline.chat.kept_lines import split_lines_below
from pipeline.chat.model import ChatJob
from pipeline.chat.translation import translate_below
from pipeline.speech.correction import correct_lines, list_line_texts
from pipeline.speech.subtitles.writer import list_cues, write

SENTENCES = (
    "I won twenty coins.",
    "She lost them all again.",
    "Ok.",
    "They went home in the rain.",
    "I won twenty coins.",
)


def speak(*sentences: str) -> Transcript:
    """Half a second a word, and a second between sentences."""
    words, now = [], 0.0
    for sentence in sentences:
        for text in sentence.split():
            words.append(Word(text=text, start=now, end=now + 0.4))
            now += 0.5
        now += 1.0
    return Transcript(language="en", words=tuple(words))


SAID = speak(*SENTENCES)


@pytest.fixture
def groq() -> FakeGroq:
    found = FakeGroq()
    found.chat = answer_with_everything
    return found


def translate(groq: FakeGroq, said: Transcript, earlier: EarlierTranslation | None = None) -> Translation:
    return translate_below(create_chat(groq), said, "pt", ChatJob(), earlier)


def correct(groq: FakeGroq, texts: Mapping[int, str]) -> tuple[Translation, Translation, Transcript, list[str]]:
    """The lines before and after a correction, the corrected words, and the lines that were translated for it."""
    before = translate(groq, SAID)
    groq.chat_calls.clear()
    corrected = correct_lines(SAID, texts)
    after = translate(groq, corrected, EarlierTranslation(SAID, before))
    return before, after, corrected, [line["text"] for call in groq.chat_calls for line in call.user["lines"]]


@pytest.mark.parametrize(
    ("texts", "asked"),
    [
        ({2: "She lost them all at last."}, ["She lost them all at last."]),
        ({1: "I won thirty coins.", 5: "I won nothing."}, ["I won thirty coins.", "I won nothing."]),
        ({4: ""}, []),
        ({3: "Ok, and then the two of them said goodbye."}, ["Ok, and then the two of them said goodbye."]),
    ],
)
def test_only_lines_that_changed_are_translated_and_others_keep_text_and_times(
    groq: FakeGroq, texts: Mapping[int, str], asked: list[str]
) -> None:
    before, after, corrected, sent = correct(groq, texts)
    assert sent == asked
    kept = [line for number, line in enumerate(before.lines, start=1) if number not in texts]
    assert [line for line in after.lines if line in kept] == kept
    assert [line.text for line in after.lines] == [text.upper() for text in list_line_texts(corrected)]


def test_a_line_that_grows_into_several_takes_no_word_of_the_next_ones(groq: FakeGroq) -> None:
    long = "She lost all of them again and again and again, in one night, at the old table near the door."
    before, after, corrected, sent = correct(groq, {2: long})
    assert len(sent) > 1
    assert " ".join(sent) == long
    assert after.lines[0] == before.lines[0]
    assert after.lines[-3:] == before.lines[-3:]
    cues = list_cues(corrected, after)
    assert [cue.below for cue in cues] == [line.text for line in after.lines]
    assert write(corrected, ".srt", after).count("THEY WENT HOME IN THE RAIN.") == 1


def test_a_line_whose_times_alone_were_moved_keeps_its_translation_at_the_new_times(groq: FakeGroq) -> None:
    before = translate(groq, SAID)
    groq.chat_calls.clear()
    moved = [word.model_copy(update={"start": word.start + 0.05, "end": word.end + 0.05}) for word in SAID.words]
    words = (*SAID.words[:4], *moved[4:9], *SAID.words[9:])
    after = translate(groq, SAID.model_copy(update={"words": words}), EarlierTranslation(SAID, before))
    assert groq.chat_calls == []
    assert [line.text for line in after.lines] == [line.text for line in before.lines]
    assert (after.lines[1].start, after.lines[1].end) == (words[4].start, words[8].end)


def test_a_line_that_both_languages_have_alike_stays_without_one_below(groq: FakeGroq) -> None:
    lines = tuple(line for line in translate(groq, SAID).lines if line.text != "OK.")
    groq.chat_calls.clear()
    corrected = correct_lines(SAID, {2: "She lost them all."})
    after = translate(groq, corrected, EarlierTranslation(SAID, Translation(language="pt", lines=lines)))
    assert [line["text"] for call in groq.chat_calls for line in call.user["lines"]] == ["She lost them all."]
    assert "OK." not in [line.text for line in after.lines]


@given(
    st.dictionaries(
        st.integers(1, 5), st.sampled_from(["", "Ok.", "I won twenty coins.", "a b", "word " * 30]), max_size=5
    ),
    st.sets(st.integers(0, 4)),
)
def test_no_word_is_lost_or_doubled_whatever_was_corrected(texts: Mapping[int, str], missing: set[int]) -> None:
    groq = FakeGroq()
    groq.chat = answer_with_everything
    known = translate(groq, SAID)
    lines = tuple(line for number, line in enumerate(known.lines) if number not in missing)
    corrected = correct_lines(SAID, texts)
    parts = split_lines_below(corrected, EarlierTranslation(SAID, Translation(language="pt", lines=lines)))
    assert [word for part in parts for word in part.words] == list(corrected.words)
    assert all(part.words for part in parts)
