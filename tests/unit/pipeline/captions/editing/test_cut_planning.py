"""Planning of cuts, and what becomes of the words: properties that hold for any words and pauses."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.captions.cut_rules import load_cut_rules
from models.captions.word_lists import is_listed
from models.jobs.transcript import Word
from pipeline.captions.editing.cut_planning import plan_cuts
from pipeline.captions.editing.cut_words import cut_words, find_fillers
from pipeline.media.editing.cut_list import CutList
from pipeline.media.streams.frame_times import FrameTimes

RULES = load_cut_rules()
Spans = list[tuple[float, float]]


def frames_until(end: float, rate: int = 25) -> FrameTimes:
    return FrameTimes(tuple(Fraction(n, rate) for n in range(int(end * rate))), Fraction(end).limit_denominator(1000))


def word(text: str, start: float, end: float) -> Word:
    return Word(text=text, start=start, end=end)


def plan(words: list[Word], pauses: Spans, end: float, language: str = "en") -> CutList:
    return plan_cuts(words, find_fillers(words, language), pauses, frames_until(end), RULES)


def spans_of(cuts: CutList) -> Spans:
    return [(float(cut.start), float(cut.end)) for cut in cuts.cuts]


@st.composite
def recordings(draw: st.DrawFn) -> tuple[list[Word], Spans, float]:
    """Words, some of them fillers, some overlapping the next; pauses that may reach into words."""
    words, time = [], draw(st.floats(0, 3))
    for _ in range(draw(st.integers(1, 25))):
        length = draw(st.floats(0, 0.8))
        words.append(word(draw(st.sampled_from(["so", "we", "go.", "um", "Uh,", "er."])), time, time + length))
        time = max(time, time + length + draw(st.floats(-0.1, 3)))
    end = max(each.end for each in words) + draw(st.floats(0.01, 4))
    edges = sorted(draw(st.lists(st.floats(0, end), max_size=40)))
    return words, list(zip(edges[::2], edges[1::2], strict=False)), end


@settings(max_examples=100, deadline=None)
@given(recordings())
def test_no_cut_reaches_into_a_word_that_stays(recording: tuple[list[Word], Spans, float]) -> None:
    words, pauses, end = recording
    fillers = find_fillers(words, "en")
    for start, stop in spans_of(plan(words, pauses, end)):
        for index, each in enumerate(words):
            if index not in fillers:
                assert stop <= each.start + 1e-3 or start >= each.end - 1e-3


@settings(max_examples=100, deadline=None)
@given(recordings())
def test_nothing_is_cut_but_quiet_breaths_and_fillers(recording: tuple[list[Word], Spans, float]) -> None:
    words, pauses, end = recording
    fillers = find_fillers(words, "en")
    allowed = sorted([*pauses, *((words[n].start, words[n].end) for n in fillers)])
    for start, stop in spans_of(plan(words, pauses, end)):
        reached = start
        for low, high in allowed:
            if low - reached <= RULES.breath + 1e-3:
                reached = max(reached, high)
        assert stop <= reached + RULES.breath


@settings(max_examples=100, deadline=None)
@given(recordings())
def test_no_word_is_lost_or_doubled_and_time_runs_forward(recording: tuple[list[Word], Spans, float]) -> None:
    words, pauses, end = recording
    fillers = find_fillers(words, "en")
    cuts = plan(words, pauses, end)
    kept = cut_words(words, fillers, cuts)
    spoken = [each for index, each in enumerate(words) if index not in fillers]
    assert [each.text.strip(".,").lower() for each in kept] == [each.text.strip(".,").lower() for each in spoken]
    assert all(before.start <= after.start for before, after in pairwise(kept))
    lengths = [each.end - each.start for each in kept]
    assert lengths == pytest.approx([each.end - each.start for each in spoken], abs=2e-3)


@settings(max_examples=60, deadline=None)
@given(recordings())
def test_cuts_are_at_frames_where_frames_are_frequent(recording: tuple[list[Word], Spans, float]) -> None:
    words, pauses, end = recording
    frames = frames_until(end)
    for cut in plan(words, pauses, end).cuts:
        assert cut.start in frames.times or cut.start > frames.times[-1]
        assert cut.end in frames.times or cut.end == frames.end or cut.end > frames.times[-1]


def test_a_long_pause_becomes_a_rest_that_is_longer_after_a_sentence() -> None:
    words = [word("one", 0.2, 0.6), word("two.", 3.0, 3.4), word("three", 6.0, 6.4)]
    rests = []
    cuts = plan(words, [(0.6, 3.0), (3.4, 6.0)], 6.5)
    kept = cut_words(words, frozenset(), cuts)
    rests = [after.start - before.end for before, after in pairwise(kept)]
    assert rests[0] == pytest.approx(RULES.after + RULES.before, abs=0.09)
    assert rests[1] == pytest.approx(RULES.after_sentence + RULES.before, abs=0.09)


def test_a_short_pause_stays() -> None:
    assert not plan([word("one", 0.2, 0.6), word("two", 1.1, 1.5)], [(0.6, 1.1)], 1.6)


def test_a_pause_full_of_sound_stays() -> None:
    """Music, laughter or a demonstration."""
    assert not plan([word("look", 0.2, 0.6), word("nice", 5.0, 5.5)], [], 5.6)


def test_a_breath_between_two_pauses_goes_and_a_longer_sound_stays() -> None:
    words = [word("one", 0.2, 0.6), word("two", 4.0, 4.4)]
    assert len(plan(words, [(0.6, 2.0), (2.15, 4.0)], 4.5).cuts) == 1
    assert len(plan(words, [(0.6, 1.8), (2.4, 4.0)], 4.5).cuts) == 2


def test_silence_before_the_first_and_after_the_last_word_goes() -> None:
    cuts = plan([word("hello", 4.0, 4.4)], [(0.0, 4.0), (4.4, 9.0)], 9.0)
    (kept,) = cut_words([word("hello", 4.0, 4.4)], frozenset(), cuts)
    assert kept.start == pytest.approx(RULES.head, abs=0.05)
    assert float(cuts.map_time(Fraction(9))) - kept.end == pytest.approx(RULES.tail, abs=0.05)


def test_a_filler_between_words_goes_without_a_pause_around_it() -> None:
    words = [word("we", 0.0, 0.4), word("um", 0.4, 0.9), word("go", 0.9, 1.3)]
    assert spans_of(plan(words, [], 1.4)) == [(pytest.approx(0.4), pytest.approx(0.88))]


def test_what_a_filler_says_of_its_sentence_is_not_lost() -> None:
    words = [word("done,", 0, 0.4), word("uh.", 0.4, 0.9), word("Um,", 1.0, 1.4), word("now", 1.5, 1.9)]
    words[2] = words[2].model_copy(update={"is_speaker_change": True})
    kept = cut_words(words, find_fillers(words, "en"), CutList())
    assert [each.text for each in kept] == ["done.", "Now"]
    assert kept[1].is_speaker_change


def test_a_recording_of_nothing_but_hesitation_keeps_it() -> None:
    assert not find_fillers([word("um", 0, 1), word("Uh...", 1, 2)], "en")


@pytest.mark.parametrize(
    ("language", "fillers", "words"),
    [
        ("en", ["um", "Uh,", "hmm...", "erm"], ["her", "umbrella", "a", "oh"]),
        ("pt", ["hum", "Ahn,", "hmm", "ãhn"], ["um", "é", "à", "há", "uma", "ah"]),
        ("es", ["eh,", "Mmm", "ehm"], ["he", "un", "e", "ah"]),
    ],
)
def test_only_sounds_of_hesitation_are_fillers(language: str, fillers: list[str], words: list[str]) -> None:
    assert [is_listed(text, "fillers", language) for text in fillers] == [True] * len(fillers)
    assert not any(is_listed(text, "fillers", language) for text in words)


def test_no_language_knows_a_filler_as_a_word_to_emphasise_or_set_small() -> None:
    from models.captions.tables import read_table

    lists = {name: read_table(f"words/{name}.toml") for name in ("fillers", "emphasis", "function")}
    for language, fillers in lists["fillers"].items():
        others = {w for name in ("emphasis", "function") for w in lists[name].get(language, "").split()}
        assert not set(fillers.split()) & others
