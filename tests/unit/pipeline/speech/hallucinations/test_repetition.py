"""Loops of a speech model, and people who repeat themselves."""

import pytest

from pipeline.speech.hallucinations.repetition import is_loop

EXERCISES = (
    "Multiplique os dois números que estão juntos e digite sua resposta antes que o balão caia na água. "
    "Subtraia os dois números e digite sua resposta antes que o balão caia na água. "
    "Adicione os dois números que estão juntos e digite sua resposta antes que o balão caia na água."
)


@pytest.mark.parametrize(
    "text", ["O que é isso? " * 6, "na " * 20, "It began well. " + "And then again and again. " * 4, "谢谢观看" * 5]
)
def test_the_same_words_again_and_again_are_a_loop(text: str) -> None:
    assert is_loop(text, 3.0)
    assert not is_loop(text, 2.0)


def test_what_is_left_of_a_loop_is_part_of_it() -> None:
    assert is_loop("Deva-se sob um fenômeno para o longo do bavu-predo,", 4.2)


def test_people_who_say_similar_sentences_are_no_loop() -> None:
    assert not is_loop(EXERCISES, 2.44)
