"""Words in an editor: what is not touched stays what it was, and languages without spaces are edited by phrase."""

from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from models.jobs.transcript import Transcript, Word
from pipeline.speech.editing.edited_words import list_editable_lines, read_edited_words
from pipeline.speech.word_timing import MAX_TEXT_CHARACTERS

LETTERS = "今天气很好我们去公园、。のは新しいวันนี้เราab"
LANGUAGES = st.sampled_from(["ja", "zh", "th", "lo", "en"])


def hear(text: str, language: str) -> Transcript:
    """A word for each character, as Whisper has them, 0.1 s each."""
    words = [
        Word(text=letter, start=0.1 * n, end=0.1 * n + 0.08, has_estimated_times=n % 5 == 0)
        for n, letter in enumerate(text)
    ]
    return Transcript(language=language, words=tuple(words))


def send(words: list[Word]) -> list[Word]:
    """Words as an editor sends them: with their texts and times alone."""
    return [
        Word(text=word.text, start=word.start, end=word.end, is_speaker_change=word.is_speaker_change) for word in words
    ]


def show(transcript: Transcript) -> list[Word]:
    return [word for line in list_editable_lines(transcript) for word in line]


@st.composite
def transcripts(draw: st.DrawFn) -> Transcript:
    words, now = [], 0.0
    for text in draw(st.lists(st.text(LETTERS, min_size=1, max_size=3), min_size=1, max_size=40)):
        end = now + draw(st.sampled_from([0.0, 0.1, 0.3]))
        change, estimate = draw(st.booleans()), draw(st.booleans())
        words.append(Word(text=text, start=now, end=end, is_speaker_change=change, has_estimated_times=estimate))
        now = end + draw(st.sampled_from([0.0, 0.0, 0.1, 0.9]))
    return Transcript(language=draw(LANGUAGES), words=tuple(words))


@given(transcripts())
def test_words_that_come_back_as_they_were_are_the_same_to_the_last_detail(transcript: Transcript) -> None:
    assert read_edited_words(transcript, send(show(transcript))).words == transcript.words


@given(transcripts(), st.data())
def test_a_changed_item_changes_no_other_and_all_of_its_text_is_there(
    transcript: Transcript, data: st.DataObject
) -> None:
    shown = show(transcript)
    starts = [word.start for word in transcript.words]
    assume(len(set(starts)) == len(starts))  # which of two words at one time an item is, nobody could tell
    number = data.draw(st.integers(0, len(shown) - 1))
    text = data.draw(st.text(LETTERS, min_size=1, max_size=6))
    edited = send(shown)
    edited[number] = edited[number].model_copy(update={"text": text})
    words = read_edited_words(transcript, edited).words
    assert "".join(word.text for word in words) == "".join(word.text for word in edited)
    assert all(one.start <= other.start for one, other in pairwise(words))
    others = [
        word
        for n, item in enumerate(shown)
        if n != number
        for word in read_edited_words(transcript, send([item])).words
    ]
    assert all(word in words for word in others)


@given(transcripts(), st.data())
def test_items_that_are_removed_or_moved_take_no_other_with_them(transcript: Transcript, data: st.DataObject) -> None:
    shown = send(show(transcript))
    kept = [word for word in shown if data.draw(st.booleans())]
    words = read_edited_words(transcript, kept).words
    assert "".join(word.text for word in words) == "".join(word.text for word in kept)
    late = [word.model_copy(update={"end": word.end + 0.01}) for word in shown]
    assert [word.end for word in read_edited_words(transcript, late).words] == [word.end for word in late]


@pytest.mark.parametrize(
    ("language", "text", "items"),
    [
        ("ja", "今日は新しい本です。", ["今日は", "新しい", "本です。"]),
        ("zh", "我们去公园散步。", ["我们", "去", "公园", "散步。"]),
        ("th", "วันนี้เราเรียน", ["วัน", "นี้", "เรา", "เรียน"]),
        ("ja", "新しいabの本", ["新しい", "a", "b", "の", "本"]),
    ],
)
def test_an_editor_shows_phrases_of_single_characters(language: str, text: str, items: list[str]) -> None:
    assert [word.text for word in show(hear(text, language))] == items


def test_a_phrase_with_one_other_character_keeps_the_times_of_the_rest() -> None:
    heard = hear("今日は新しい本です。", "ja")
    edited = send(show(heard))
    edited[0] = edited[0].model_copy(update={"text": "昨日は"})
    words = read_edited_words(heard, edited).words
    assert [word.text for word in words[:3]] == ["昨", "日", "は"]
    assert words[1:] == heard.words[1:]
    assert (words[0].start, words[0].end) == (heard.words[0].start, heard.words[0].end)


def test_a_phrase_that_was_moved_is_one_word_at_its_new_time() -> None:
    heard = hear("今日は新しい", "ja")
    edited = send(show(heard))
    edited[1] = edited[1].model_copy(update={"start": edited[1].start + 0.05})
    words = read_edited_words(heard, edited).words
    assert [word.text for word in words] == ["今", "日", "は", "新しい"]
    assert words[3].start == edited[1].start


def test_no_item_is_longer_than_a_word_may_be() -> None:
    assert all(len(word.text) <= MAX_TEXT_CHARACTERS for word in show(hear("ー" * 500, "ja")))
