"""Which of two hearings is taken: that without, or that with the vocabulary."""

import pytest

from pipeline.speech.whisper.model import HeardPiece
from pipeline.speech.whisper.response import WhisperSegment
from pipeline.speech.whisper.vocabulary_choice import choose_hearing

VOCABULARY = ("Rabisco", "Padaria Aurora", "iFood")


def piece(*texts: str, avg_logprob: float = -0.3) -> HeardPiece:
    segments = [
        WhisperSegment(start=index, end=index + 1, text=text, avg_logprob=avg_logprob)
        for index, text in enumerate(texts)
    ]
    return HeardPiece(tuple(segments), ())


def is_taken(plain: HeardPiece, prompted: HeardPiece) -> bool:
    return choose_hearing(plain, prompted, VOCABULARY) is prompted


def test_a_name_that_was_misheard_without_the_vocabulary_is_taken_from_the_hearing_with_it() -> None:
    assert is_taken(piece("compre na Padaria Aurola hoje"), piece("Compre na padaria Aurora, hoje.", avg_logprob=-0.2))


def test_without_another_name_nothing_is_taken() -> None:
    assert not is_taken(piece("O Rabisco desenha."), piece("Rabisco desenhava.", avg_logprob=-0.1))


def test_a_less_probable_hearing_is_not_taken() -> None:
    assert not is_taken(piece("o risco é grande"), piece("o Rabisco é grande", avg_logprob=-0.4))


@pytest.mark.parametrize(
    "repeated", ["Rabisco, Padaria Aurora, iFood.", "iFood, Rabisco", "Rabisco. Rabisco. Rabisco."]
)
def test_a_repeated_prompt_is_not_what_was_said(repeated: str) -> None:
    assert not is_taken(piece("Obrigado.", avg_logprob=-1.0), piece("Oi.", repeated, avg_logprob=-0.1))


def test_where_nothing_was_heard_without_it_the_vocabulary_may_be_heard() -> None:
    assert is_taken(piece(), piece("Chegou o iFood"))
    assert not is_taken(piece(), piece())
