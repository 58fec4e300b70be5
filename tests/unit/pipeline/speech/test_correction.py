"""Corrected lines: every word of them is there once, times are in order, and what was not touched keeps its own."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.jobs.transcript import Transcript, Word
from pipeline.speech.correction import correct_lines, list_line_texts, list_lines, match_words, place_words, split_text
from pipeline.speech.subtitles import reader, writer
from pipeline.speech.subtitles.cues import drop_turn_mark

TEXTS = st.text(st.sampled_from("abcdeéñ中你ก์ .,!-"), max_size=40)
WORDS = st.text(st.sampled_from("abcdeéñ中你ก์.,!-"), min_size=1, max_size=8)
PAUSES = st.sampled_from([0.0, 0.0, 0.02, 0.1, 0.5, 0.9, 3.0])
LANGUAGES = st.sampled_from(["en", "pt", "zh", "th"])


def keep_known_times(transcript: Transcript, words: Sequence[Word]) -> Transcript:
    """The words of a corrected file with the times of those that the transcript has."""
    known = transcript.words
    matches = [None if index is None else known[index] for index in match_words(known, words)]
    return Transcript(language=transcript.language, words=place_words(known, words, matches))


def speak(text: str, language: str = "en", *, pause: float = 0.1, start: float = 0.0) -> Transcript:
    """Each word lasts 0.4 s, and as long a pause follows as is said."""
    step = 0.4 + pause
    words = [
        Word(text=word, start=start + index * step, end=start + index * step + 0.4)
        for index, word in enumerate(text.split())
    ]
    return Transcript(language=language, words=tuple(words), engine="groq", confidence=0.9)


@st.composite
def transcripts(draw: st.DrawFn) -> Transcript:
    words, now = [], draw(st.floats(0, 2))
    for text in draw(st.lists(WORDS, min_size=1, max_size=40)):
        end = now + draw(st.floats(0, 0.8))
        words.append(Word(text=text, start=now, end=end))
        now = end + draw(PAUSES)
    return Transcript(language=draw(LANGUAGES), words=tuple(words))


@st.composite
def corrections(draw: st.DrawFn) -> tuple[Transcript, dict[int, str]]:
    """A transcript, and for some of its lines words of its own mixed with new ones."""
    transcript = draw(transcripts())
    count = len(list_lines(transcript))
    own = st.sampled_from([word.text for word in transcript.words])
    mixed = st.lists(st.one_of(own, own, TEXTS), max_size=12).map(" ".join)
    return transcript, draw(st.dictionaries(st.integers(1, count + 2), mixed, max_size=6))


def expect_texts(transcript: Transcript, texts: dict[int, str]) -> str:
    """All characters of the corrected transcript but spaces and dashes of speakers, in order."""
    lines = dict(enumerate(list_line_texts(transcript), start=1))
    changed = {number: text for number, text in texts.items() if text.split() != lines.get(number, "").split()}
    written = {number: drop_turn_mark(text.strip()) for number, text in changed.items()}
    return "".join("".join((lines | written)[number].split()) for number in lines)


@given(corrections())
def test_no_word_is_lost_and_none_is_doubled(example: tuple[Transcript, dict[int, str]]) -> None:
    corrected = correct_lines(*example)
    assert "".join("".join(word.text.split()) for word in corrected.words) == expect_texts(*example)


@given(corrections())
def test_times_stay_in_order(example: tuple[Transcript, dict[int, str]]) -> None:
    corrected = correct_lines(*example)
    assert all(one.start <= other.start for one, other in pairwise(corrected.words))
    assert all(word.end >= word.start >= 0 for word in corrected.words)


@given(corrections())
def test_words_of_other_lines_stay_what_they_are_to_the_bit(example: tuple[Transcript, dict[int, str]]) -> None:
    transcript, texts = example
    lines = enumerate(list_lines(transcript), start=1)
    untouched = Counter(word for number, line in lines if number not in texts for word in line)
    assert untouched <= Counter(correct_lines(transcript, texts).words)


@given(transcripts(), st.data())
def test_a_line_with_other_words_in_front_and_behind_keeps_its_own_times(
    transcript: Transcript, data: st.DataObject
) -> None:
    lines = list_lines(transcript)
    number = data.draw(st.integers(1, len(lines)))
    texts = {number: " ".join(["zzz", *(word.text for word in lines[number - 1]), "yyy"])}
    if transcript.language in {"en", "pt"} and all(any(map(str.isalnum, word.text)) for word in lines[number - 1]):
        assert Counter(transcript.words) <= Counter(correct_lines(transcript, texts).words)


@given(transcripts(), st.data())
def test_lines_that_come_back_as_they_were_change_nothing(transcript: Transcript, data: st.DataObject) -> None:
    lines = list_line_texts(transcript)
    numbers = data.draw(st.sets(st.integers(1, len(lines))))
    corrected = correct_lines(transcript, {number: lines[number - 1] for number in numbers})
    assert corrected.words == transcript.words


@given(TEXTS, st.lists(WORDS, max_size=5), LANGUAGES)
def test_every_character_of_a_text_is_in_one_of_its_words(text: str, known: list[str], language: str) -> None:
    tokens = split_text(text, known, language)
    assert "".join("".join(tokens).split()) == "".join(text.split())
    assert all(token.strip() for token in tokens)


def test_a_word_spelled_otherwise_keeps_its_time() -> None:
    before = speak("Ola joao tudo bem com voce")
    after = correct_lines(before, {1: "Olá, João! Tudo bem com você?"})
    assert [word.text for word in after.words] == ["Olá,", "João!", "Tudo", "bem", "com", "você?"]
    assert [(word.start, word.end) for word in after.words] == [(word.start, word.end) for word in before.words]
    assert (after.engine, after.confidence, after.language) == ("given", None, "en")


def test_a_word_put_between_two_takes_the_pause_between_them() -> None:
    before = speak("one three", pause=0.5)
    after = correct_lines(before, {1: "one two three"})
    assert after.words[1] == Word(text="two", start=before.words[0].end, end=before.words[1].start)


def test_a_word_put_where_there_is_no_pause_begins_during_the_one_before() -> None:
    before = speak("one three", pause=0.0)
    one, two, three = correct_lines(before, {1: "one two three"}).words
    assert (one, three) == before.words
    assert one.start < two.start < one.end
    assert three.start - two.start >= 0.04


def test_words_at_the_ends_of_a_line_stand_beside_it_and_not_in_the_silence() -> None:
    before = speak("hello", start=60.0)
    oh, hello, there = correct_lines(before, {1: "oh hello there"}).words
    assert hello == before.words[0]
    assert 59.5 < oh.start < oh.end == 60.0
    assert (there.start, there.end < 61.0) == (hello.end, True)


CUES = b"""1
00:00:01,000 --> 00:00:02,000
{\\an8}so we went

2
00:00:02,000 --> 00:00:04,000
to the market
"""


def test_corrected_words_stay_in_their_cue_and_where_it_stands() -> None:
    before = reader.read(CUES, "en")
    after = correct_lines(before, {1: "so then we all went there", 2: "market"})
    places = [(word.text, word.cue, word.cue_end, word.anchor) for word in after.words]
    assert places == [
        *((text, 0, 2.0, "top") for text in ("so", "then", "we", "all", "went", "there")),
        ("market", 1, 4.0, None),
    ]
    assert list_line_texts(after) == ["so then we all went there", "market"]
    assert [(line[0].start, line[-1].end) for line in list_lines(after)] == [(1.0, pytest.approx(2.0)), (2.0, 4.0)]


def test_a_corrected_word_of_a_cue_keeps_its_time_where_the_others_stay() -> None:
    before = reader.read(CUES, "en")
    after = correct_lines(before, {1: "so we walked"}).words
    assert after == tuple(
        word.model_copy(update={"text": "walked"}) if word.text == "went" else word for word in before.words
    )


def test_lines_of_a_file_that_corrects_a_translation_of_what_was_heard_may_stay_for_a_moment() -> None:
    known = [word.model_copy(update={"cue": n // 3}) for n, word in enumerate(speak("so we went to the market").words)]
    file = reader.read(CUES, "en")
    words = keep_known_times(Transcript(language="en", words=tuple(known)), file.words).words
    assert [(word.cue, word.cue_end) for word in words] == [(0, None)] * 3 + [(1, None)] * 3


def test_lines_of_a_corrected_file_are_cues_where_those_of_the_words_are() -> None:
    file = reader.read(CUES.replace(b"went", b"walked").replace(b"to the", b"out to the"), "en")
    cued = keep_known_times(reader.read(CUES, "en"), file.words)
    assert [(word.cue, word.cue_end) for word in cued.words] == [(0, 2.0)] * 3 + [(1, 4.0)] * 4
    heard = keep_known_times(speak("so we went to the market"), file.words)
    assert {(word.cue, word.cue_end) for word in heard.words} == {(None, None)}


@pytest.mark.parametrize("dash", ["- ", "-", "– ", ">> "])
def test_a_dash_before_a_corrected_line_is_another_speaker_and_no_word(dash: str) -> None:
    before = Transcript(language="pt", words=(*speak("Oi.").words, *speak("tudo bem", start=3.0).words))
    said = correct_lines(before, {1: f"{dash}Olá.", 2: f"{dash}tudo bem?\n{dash}Sim"}).words
    assert [(word.text, word.is_speaker_change) for word in said] == [
        ("Olá.", False), ("tudo", True), ("bem?", False), ("Sim", True),
    ]  # fmt: skip
    only_dash = correct_lines(before, {2: f"{dash}tudo bem"})
    assert list_line_texts(only_dash) == ["Oi.", "- tudo bem"]
    assert [(word.start, word.end) for word in only_dash.words] == [(word.start, word.end) for word in before.words]
    assert correct_lines(only_dash, {2: "- tudo bem"}).words == only_dash.words


def test_dashes_of_a_corrected_file_say_where_another_speaker_begins() -> None:
    before = Transcript(language="pt", words=(*speak("Oi.").words, *speak("tudo bem", start=3.0).words))
    file = writer.write(before, ".srt").replace("tudo", "- tudo")
    after = keep_known_times(before, reader.read(file.encode()).words)
    assert [word.is_speaker_change for word in after.words] == [False, True, False]


def test_one_word_heard_as_three_is_spread_over_the_time_of_the_three() -> None:
    before = speak("I saw ra bis co there")
    after = correct_lines(before, {1: "I saw Rabisco there"})
    assert after.words[2] == Word(text="Rabisco", start=before.words[2].start, end=before.words[4].end)


def test_a_line_that_is_removed_leaves_the_others_and_all_may_go() -> None:
    before = speak("Uh.", start=0.0).words + speak("Hello there.", start=9.0).words
    transcript = Transcript(language="en", words=before)
    assert list_line_texts(correct_lines(transcript, {1: ""})) == ["Hello there."]
    assert correct_lines(transcript, {1: "", 2: "  "}).words == ()


def test_the_place_of_a_new_speaker_stays_where_it_was() -> None:
    first, second = speak("yes no").words
    transcript = Transcript(language="en", words=(first.model_copy(update={"is_speaker_change": True}), second))
    changed = correct_lines(transcript, {1: "not at all no"}).words
    assert [word.is_speaker_change for word in changed] == [True, False, False, False]


@pytest.mark.parametrize(
    ("language", "spoken", "text", "words"),
    [
        ("zh", "我 爱 你", "我很爱你们。", ["我", "很", "爱", "你", "们。"]),
        ("ja", "今日 は 晴れ", "今日は雨", ["今日", "は", "雨"]),
        ("th", "สวัสดี ครับ", "สวัสดีค่ะ", ["สวัสดี", "ค่ะ"]),
        ("th", "วันนี้ ดี", "วันนี้เราเรียน", ["วันนี้", "เรา", "เรียน"]),
        ("ja", "今日 は 晴れ", "今日はiPhoneの日", ["今日", "は", "iPhone", "の", "日"]),
        ("en", "New York wins", "New York — wins", ["New", "York —", "wins"]),
    ],
)
def test_words_are_found_as_the_language_is_written(language: str, spoken: str, text: str, words: list[str]) -> None:
    corrected = correct_lines(speak(spoken, language), {1: text})
    assert [word.text for word in corrected.words] == words
    assert corrected.words[0] == speak(spoken, language).words[0]


def test_a_word_longer_than_any_is_cut_and_not_shortened() -> None:
    words = correct_lines(speak("short"), {1: "x" * 450}).words
    assert [len(word.text) for word in words] == [200, 200, 50]
