"""Words whose times are not believed."""

from models.jobs.transcript import Word
from pipeline.speech.whisper.response import WhisperResponse, WhisperSegment, WhisperToken, build_words
from pipeline.speech.whisper.token_doubts import find_doubtful


def heard(probabilities: list[float | None], avg_logprob: float = -0.1) -> list[Word]:
    texts = [f"word{index}" for index in range(len(probabilities))]
    tokens = tuple(
        WhisperToken(word=text, start=index, end=index + 1, probability=probability)
        for index, (text, probability) in enumerate(zip(texts, probabilities, strict=True))
    )
    segment = WhisperSegment(start=0, end=len(texts), text=" ".join(texts) or "nobody knows", avg_logprob=avg_logprob)
    response = WhisperResponse(duration=20, text="", segments=(segment,), words=tokens)
    return build_words(response, has_spaces=True)


def test_an_improbable_word_is_doubted_by_itself() -> None:
    assert find_doubtful([0.9, 0.9, 0.29, 0.9, 0.9]) == [False, False, True, False, False]


def test_words_are_doubted_where_all_around_are_rather_improbable() -> None:
    assert find_doubtful([0.9, 0.9, 0.9, 0.4, 0.4, 0.4, 0.4]) == [False, False, False, False, False, True, True]
    assert find_doubtful([]) == []


def test_the_times_of_doubted_words_are_estimates() -> None:
    assert [word.has_estimated_times for word in heard([0.9, 0.1, 0.9, 0.9])] == [False, True, False, False]


def test_a_service_that_tells_no_probabilities_of_words_is_doubted_by_those_of_its_phrases() -> None:
    assert not any(word.has_estimated_times for word in heard([None, None], avg_logprob=-0.3))
    assert all(word.has_estimated_times for word in heard([None, None], avg_logprob=-0.9))


def test_a_phrase_without_times_of_words_is_estimated() -> None:
    assert [word.has_estimated_times for word in heard([])] == [True, True]
