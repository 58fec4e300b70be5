"""Somebody's own subtitles: each is shown in its own time, and none together with words of another."""

from fractions import Fraction
from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.jobs.caption_styles import get_caption_style, load_caption_styles
from models.jobs.transcript import SubtitleLine, Translation, Word
from pipeline.captions.caption_words import prepare_words
from pipeline.captions.editing.cut_words import cut_words
from pipeline.captions.grouping import CaptionGroup, group_words, join_words
from pipeline.captions.line_breaks import break_lines
from pipeline.captions.translation_blocks import derive_style, group_translation
from pipeline.media.editing.cut_list import Cut, CutList
from pipeline.speech.subtitles import reader

SRT = """1
00:00:01,000 --> 00:00:02,200
so we walked to the

2
00:00:02,200 --> 00:00:03,900
market and bought some bread

3
00:00:03,900 --> 00:00:04,150
ok

4
00:00:06,000 --> 00:00:15,000
it was a very long day for all of us and in the evening we were as tired as anybody could be
"""
VTT = "WEBVTT\n\n" + SRT.replace(",", ".")
ASS = """[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:01.00,0:00:02.20,Default,,0,0,0,,so we walked to the
Dialogue: 0,0:00:02.20,0:00:03.90,Default,,0,0,0,,market and bought some bread
Dialogue: 0,0:00:03.90,0:00:04.15,Default,,0,0,0,,ok
Dialogue: 0,0:00:06.00,0:00:15.00,Default,,0,0,0,,it was a very long day for all of us and in the evening we were as \
tired as anybody could be
"""
CUES = [
    (1.0, 2.2, "so we walked to the"),
    (2.2, 3.9, "market and bought some bread"),
    (3.9, 4.15, "ok"),
    (6.0, 15.0, "it was a very long day for all of us and in the evening we were as tired as anybody could be"),
]


def group(words: tuple[Word, ...], name: str) -> list[CaptionGroup]:
    style = get_caption_style(name)
    return group_words(prepare_words(words, style, "en", str, 60), style.group)


@pytest.mark.parametrize("name", sorted(load_caption_styles()))
@pytest.mark.parametrize("text", [SRT, VTT, ASS], ids=["srt", "vtt", "ass"])
def test_captions_of_a_cue_fill_its_time_and_join_no_words_of_two_in_any_style(text: str, name: str) -> None:
    groups = group(reader.read(text.encode(), "en").words, name)
    for start, end, said in CUES:
        own = [each for each in groups if start <= each.start < end]
        assert " ".join(word.source for each in own for word in each.words) == said
        assert (own[0].start, own[-1].end) == (start, end)
        assert all(one.end <= other.start for one, other in pairwise(own))


@given(
    st.lists(
        st.tuples(st.sampled_from(["one", "two three", "four, five. six", "a b c d e f g h"]), st.integers(80, 4000)),
        min_size=1,
        max_size=20,
    ),
    st.sampled_from(sorted(load_caption_styles())),
)
def test_whatever_cues_follow_each_other_their_times_hold(cues: list[tuple[str, int]], name: str) -> None:
    ends = [end / 1000 for end in accumulate(length for _, length in cues)]
    spans = list(pairwise([0.0, *ends]))
    words = [
        word for n, ((text, _), span) in enumerate(zip(cues, spans, strict=True)) for word in spread(text, n, span)
    ]
    groups = group(tuple(words), name)
    for number, (start, end) in enumerate(spans):
        own = [each for each in groups if each.words[0].cue == number]
        assert {word.cue for each in own for word in each.words} == {number}
        assert (own[0].start, own[-1].end) == (pytest.approx(start), pytest.approx(end))


def spread(text: str, cue: int, span: tuple[float, float]) -> list[Word]:
    texts = text.split()
    step = (span[1] - span[0]) / len(texts)
    return [
        Word(text=each, start=span[0] + n * step, end=span[0] + (n + 1) * step, cue=cue, cue_end=span[1])
        for n, each in enumerate(texts)
    ]


DIALOGUE = "1\n00:00:01,000 --> 00:00:03,000\n- Are you well?\n- Yes. And you?\n\n"
ANSWER = "2\n00:00:03,500 --> 00:00:05,000\n- I am.\n"


def test_two_speakers_of_a_cue_have_a_line_each_with_a_dash_in_subtitles() -> None:
    style = get_caption_style("clean")
    together, answer = group(reader.read((DIALOGUE + ANSWER).encode(), "en").words, "clean")
    assert join_words(together.words) == "- Are you well? - Yes. And you?"
    assert (together.start, together.end) == (1.0, 3.0)
    assert join_words(answer.words) == "- I am."
    lines = break_lines(together.words, style, [1.0] * 6, 30.0, is_rtl=False)
    assert [[index for index, _ in line.words] for line in lines] == [[0, 1, 2], [3, 4, 5]]


def test_a_single_speaker_has_a_dash_in_subtitles_where_another_spoke_before() -> None:
    heard = [Word(text=text, start=n, end=n + 0.4, is_speaker_change=n in {0, 2}) for n, text in enumerate("abcd")]
    assert [join_words(each.words) for each in group(tuple(heard), "clean")] == ["a b", "- c d"]


@pytest.mark.parametrize("name", sorted(set(load_caption_styles()) - {"clean", "news"}))
def test_other_styles_show_one_speaker_after_the_other_without_dashes(name: str) -> None:
    groups = group(reader.read((DIALOGUE + ANSWER).encode(), "en").words, name)
    assert not any(word.text.startswith("-") for each in groups for word in each.words)
    assert not any(word.is_speaker_change for each in groups for word in each.words[1:])


def test_a_cue_of_more_speakers_than_lines_is_divided() -> None:
    text = DIALOGUE.replace("- Yes.", "- Yes.\n-").encode()
    shown = [join_words(each.words) for each in group(reader.read(text, "en").words, "clean")]
    assert shown == ["- Are you well?", "- Yes.", "- And you?"]


def test_a_cue_of_two_sentences_stays_whole_in_subtitles() -> None:
    (shown,) = group(reader.read(b"1\n00:00:01,000 --> 00:00:07,000\nI am. And you?\n", "en").words, "clean")
    assert (join_words(shown.words), shown.start, shown.end) == ("I am. And you?", 1.0, 7.0)


def test_a_cue_stays_as_long_where_its_last_word_cannot_be_drawn() -> None:
    words = tuple(spread("well done 😀", 0, (1.0, 2.5)))
    style = get_caption_style("classic")
    kept = prepare_words(words, style, "en", lambda text: text.replace("😀", ""), 30)
    (shown,) = group_words(kept, style.group)
    assert (join_words(shown.words), shown.end) == ("WELL DONE", 2.5)


def test_a_cue_has_the_time_that_is_left_of_it_where_something_is_cut_out() -> None:
    words = spread("one two", 0, (1.0, 3.0))
    moved = cut_words(words, frozenset(), CutList([Cut(Fraction(5, 2), Fraction(11, 4))]))
    assert [word.cue_end for word in moved] == [2.75, 2.75]


@pytest.mark.parametrize(
    ("name", "text"), [("clean", "- Sim"), ("news", "- Sim"), ("podcast", "Sim"), ("classic", "Sim")]
)
def test_the_translation_of_another_speaker_has_the_dash_of_the_style(name: str, text: str) -> None:
    line = SubtitleLine(text="Sim", start=1.0, end=2.0, is_speaker_change=True)
    style = derive_style(get_caption_style(name))
    (shown,) = group_translation(Translation(language="pt", lines=(line,)), style, str, 40)
    assert join_words(shown.words) == text


def test_the_translation_of_a_cue_goes_with_it() -> None:
    style = derive_style(get_caption_style("clean"))
    lines = (SubtitleLine(text="Sim", start=1.0, end=1.2, is_cue=True), SubtitleLine(text="Sim", start=2.0, end=2.2))
    first, second = group_translation(Translation(language="pt", lines=lines), style, str, 40)
    assert (first.start, first.end) == (1.0, 1.2)
    assert second.end == pytest.approx(2.8)
