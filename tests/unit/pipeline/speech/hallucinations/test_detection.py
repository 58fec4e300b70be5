"""Lines that nobody said, by their length and how loud it is there."""

import pytest

from models.media.facts import SoundInfo
from pipeline.speech.hallucinations.detection import is_quiet, is_sparse

TALK = SoundInfo(30.0, (-70,) * 100 + (-18,) * 100 + (-70,) * 100)  # ten seconds of speech between silences


@pytest.mark.parametrize(
    ("text", "seconds", "sparse"),
    [
        ("Thank you.", 25.0, True),
        ("you", 29.98, True),
        ("Thank you.", 2.0, False),
        ("Music swells as the train leaves the station.", 25.0, False),
        (
            "今日は天気がいいので散歩に行きましょうと彼女が言いましたから私たちは公園まで歩いて行くことにしました",
            25.0,
            False,
        ),
    ],
)
def test_a_few_words_over_a_long_time_are_not_spoken(text: str, seconds: float, sparse: bool) -> None:
    assert is_sparse(text, seconds) is sparse


@pytest.mark.parametrize(
    ("start", "end", "quiet"),
    [(0.0, 5.0, True), (-1.0, 2.0, True), (10.0, 20.0, False), (12.0, 13.0, False), (22.0, 29.0, True), (5, 20, False)],
)
def test_silence_beside_speech_is_quiet(start: float, end: float, quiet: bool) -> None:
    assert is_quiet(TALK, start, end) is quiet


@pytest.mark.parametrize(("level", "quiet"), [(-20, False), (-35, False), (-45, True), (-90, True)])
def test_a_recording_of_nothing_but_faint_noise_is_quiet(level: int, quiet: bool) -> None:
    assert is_quiet(SoundInfo(10.0, (level,) * 100), 0, 10) is quiet


def test_what_lies_behind_the_end_of_the_sound_is_not_judged() -> None:
    assert not is_quiet(TALK, 40, 50)
    assert not is_quiet(SoundInfo(1.0), 0, 1)
