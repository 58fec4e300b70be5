"""Languages without spaces: letters stay whole, phrases are broken only where they must be."""

from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.jobs.caption_styles import get_caption_style, load_caption_styles
from models.jobs.transcript import Word
from pipeline.captions.caption_words import CaptionWord, prepare_words
from pipeline.captions.grouping import CaptionGroup, group_words, join_words
from pipeline.captions.line_breaks import break_lines
from pipeline.captions.phrase_breaks import split_phrases
from pipeline.captions.scripts import split_clusters

LETTERS = "今天气很好我们去公园学校、。「」ーっゃのはがวันนี้ำผึ้งเรา漢語國人ab1"


def heard(text: str) -> list[Word]:
    """A word for each letter, as Whisper has them; marks belong to the one before."""
    letters: list[str] = []
    for letter in split_clusters(text):
        if letters and not letter[0].isalnum():
            letters[-1] += letter
        else:
            letters.append(letter)
    ends = list(accumulate(0.12 + 0.06 * len(letter) for letter in letters))
    times = zip([0.0, *ends], ends, strict=False)
    return [Word(text=letter, start=start, end=end) for letter, (start, end) in zip(letters, times, strict=True)]


def group(text: str, language: str, style_name: str = "classic") -> list[CaptionGroup]:
    style = get_caption_style(style_name)
    return group_words(prepare_words(heard(text), style, language, str, 30), style.group)


def lines_of(words: tuple[CaptionWord, ...], max_width: float, style_name: str = "clean") -> list[str]:
    lines = break_lines(words, get_caption_style(style_name), [1.0] * len(words), max_width, is_rtl=False)
    return ["".join(words[index].text for index, _ in line.words) for line in lines]


@pytest.mark.parametrize(
    ("language", "text", "phrases"),
    [
        ("ja", "今日は天気がいいので公園に行きます。", ("今日は", "天気が", "いいので", "公園に", "行きます。")),
        ("zh", "小朋友在公园散步。", ("小", "朋友", "在", "公园", "散步。")),
        ("yue", "今日天氣「好」！", ("今日", "天氣", "「好」！")),
        ("th", "วันนี้เราเรียน", ("วัน", "นี้", "เรา", "เรียน")),
        ("lo", "ນ້ຳ", ("ນ້ຳ",)),
    ],
)
def test_a_text_without_spaces_is_split_into_its_phrases(language: str, text: str, phrases: tuple[str, ...]) -> None:
    assert split_phrases(text, language) == phrases


@pytest.mark.parametrize("language", ["ja", "zh", "yue", "th", "lo"])
@given(text=st.text(LETTERS, min_size=1, max_size=40))
@settings(max_examples=60, deadline=None)
def test_no_letter_is_lost_and_none_is_cut_in_two(text: str, language: str) -> None:
    phrases = split_phrases(text, language)
    assert "".join(phrases) == text
    assert [letter for phrase in phrases for letter in split_clusters(phrase)] == split_clusters(text)
    assert not any(phrase[0] in "、。」ーっゃ" for phrase in phrases[1:])


def test_letters_of_a_phrase_stay_in_one_group() -> None:
    assert [
        join_words(each.words) for each in group("今日はとても天気がいいので公園に行きましょう", "ja", "beast")
    ] == [
        "今日はとても",
        "天気が",
        "いいので",
        "公園に",
        "行きましょう",
    ]


def test_a_group_ends_with_its_clause_and_a_mark_that_is_not_shown_is_a_space() -> None:
    texts = [join_words(each.words) for each in group("今天天气很好，我们去公园散步吧。", "zh")]
    assert texts == ["今天天气", "很好", "我们去公园", "散步吧"]
    style = get_caption_style("classic")
    assert join_words(prepare_words(heard("很好，我们"), style, "zh", str, 30)) == "很好 我们"


@pytest.mark.parametrize("name", list(load_caption_styles()))
def test_every_letter_is_shown_once_in_order_at_its_own_time(name: str) -> None:
    text = "今天天气很好我们去公园散步小朋友们在草地上跑来跑去非常开心大家都笑了"
    words = [word for each in group(text, "zh", name) for word in each.words]
    assert "".join(word.text for word in words) == text
    assert [word.start for word in words] == [word.start for word in heard(text)]


def test_lines_are_broken_between_phrases_and_even() -> None:
    words = prepare_words(heard("今日はとても天気がいいので"), get_caption_style("clean"), "ja", str, 30)
    assert lines_of(tuple(words), 8.0) == ["今日はとても", "天気がいいので"]


def test_a_phrase_too_long_for_a_line_is_broken_in_two_and_none_that_nearly_fits() -> None:
    words = [
        CaptionWord(letter, 0, 1, is_continuation=number > 0) for number, letter in enumerate("ありがとうございます")
    ]
    assert lines_of(tuple(words), 9.0) == ["ありがとうございます"]
    assert lines_of(tuple(words), 6.0) == ["ありがとう", "ございます"]


def test_a_stack_has_a_line_for_each_phrase() -> None:
    words = prepare_words(heard("今日は天気が"), get_caption_style("stack"), "ja", str, 30)
    assert lines_of(tuple(words), 9.0, "stack") == ["今日は", "天気が"]


def test_a_word_that_begins_with_a_mark_is_joined_to_its_letter() -> None:
    words = [Word(text=text, start=at, end=at + 0.5) for at, text in enumerate(["น", "้ำ", "ผ", "ึ้ง"])]
    kept = prepare_words(words, get_caption_style("classic"), "th", str, 30)
    assert [(word.text, word.start, word.end) for word in kept] == [("น้ำ", 0, 1.5), ("ผึ้ง", 2, 3.5)]


def test_words_with_spaces_begin_phrases() -> None:
    kept = prepare_words(heard("ab"), get_caption_style("classic"), "en", str, 30)
    assert not any(word.is_continuation for word in kept)
