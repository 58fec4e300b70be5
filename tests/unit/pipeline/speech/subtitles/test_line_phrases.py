"""Lines of languages without spaces: they end with phrases, and have every word once."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.jobs.transcript import Transcript, Word
from pipeline.captions.phrase_breaks import split_phrases
from pipeline.speech.subtitles import writer

JAPANESE = "今日は天気がいいので子供たちと一緒に近くの公園に行きましたそして新しい友達に会って夕方まで楽しく遊びました"
CHINESE = "我们今天学会了怎样做一顿健康的早餐然后带着孩子们去公园里散步晚上回家以后一起看了一部很有意思的电影"
THAI = "วันนี้เราเรียนรู้สิ่งใหม่เกี่ยวกับน้ำผึ้งและดอกไม้ที่บ้านของเพื่อนในหมู่บ้านเล็กๆใกล้ภูเขาที่สวยงามมาก"


def hear(text: str, language: str, seconds: float = 0.06) -> Transcript:
    """A word for each character."""
    words = [Word(text=letter, start=seconds * n, end=seconds * (n + 0.9)) for n, letter in enumerate(text)]
    return Transcript(language=language, words=tuple(words))


@pytest.mark.parametrize(("language", "text"), [("ja", JAPANESE), ("zh", CHINESE), ("th", THAI)])
def test_a_full_line_ends_with_a_phrase(language: str, text: str) -> None:
    lines = ["".join(word.text for word in group) for group in writer.group_words(hear(text, language), max_lines=1)]
    phrases, ends = split_phrases(text, language), set()
    for phrase in phrases:
        ends.add((max(ends) if ends else 0) + len(phrase))
    assert len(lines) > 1
    assert "".join(lines) == text
    assert all(len(line) <= 42 for line in lines)
    for number in range(1, len(lines)):
        assert sum(map(len, lines[:number])) in ends


@pytest.mark.parametrize(("language", "text"), [("ja", JAPANESE), ("zh", CHINESE), ("th", THAI)])
def test_a_caption_of_two_lines_is_broken_between_phrases(language: str, text: str) -> None:
    (caption, *_) = writer.list_captions(hear(text, language))
    first, second = caption.text.split("\n")
    phrases = split_phrases(text, language)
    ends = {len("".join(phrases[:number])) for number in range(1, len(phrases))}
    assert len(first) in ends
    assert abs(len(first) - len(second)) <= 12


@given(
    st.lists(
        st.tuples(st.sampled_from([*JAPANESE, *THAI, "。", "OK"]), st.sampled_from([0.05, 0.05, 0.3, 0.9])),
        max_size=150,
    ),
    st.sampled_from(["ja", "th", "zh", "lo", "en"]),
    st.sampled_from([1, 2]),
)
def test_every_word_is_in_one_line_and_no_line_bridges_a_pause(
    spoken: list[tuple[str, float]], language: str, max_lines: int
) -> None:
    words, now = [], 0.0
    for text, pause in spoken:
        words.append(Word(text=text, start=now, end=now + 0.1))
        now += 0.1 + pause
    groups = writer.group_words(Transcript(language=language, words=tuple(words)), max_lines)
    assert [word for group in groups for word in group] == words
    for group in groups:
        assert group
        assert group[-1].end - group[0].start <= 6.0
        assert all(after.start - before.end <= 0.6 for before, after in pairwise(group))
