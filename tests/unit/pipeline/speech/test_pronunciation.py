import pytest

from pipeline.speech import pronunciation

DICTIONARY = {"it's", "ill", "disposed", "six", "a.m.", "mr.", "mister", "the", "percent", "five", "dollars", "b", "c"}


def known(word: str) -> bool:
    return word in DICTIONARY


@pytest.mark.parametrize(
    ("token", "words"),
    [
        ("It’s,", ("it's",)),
        ("ill-disposed.", ("ill", "disposed")),
        ("6.20", ("six", "twenty")),
        ("a.m.,", ("a.m.",)),
        ("$5", ("dollars", "five")),
        ("1918", ("nineteen", "eighteen")),
        ("2,300", ("two", "three", "hundred")),
        ("BBC", ("b", "b", "c")),
        ("noisyest", ("noisyest",)),
        ("…", ()),
    ],
)
def test_a_token_is_said_as_words_of_the_dictionary(token: str, words: tuple[str, ...]) -> None:
    assert pronunciation.to_spoken_words(token, known) == words


def test_numbers_are_said_in_words() -> None:
    assert " ".join(pronunciation.spell_number(42_017)) == "forty two thousand seventeen"
    assert " ".join(pronunciation.spell_number(2026)) == "two thousand twenty six"
    assert pronunciation.spell_number(0) == ("zero",)


def test_an_unknown_word_is_spelled_by_its_letters() -> None:
    assert pronunciation.to_phones("noisyest") == "N OY S IY EH S T"
    assert pronunciation.to_phones("Rabisco") == "R AE B IH S K AA"


def test_other_scripts_have_no_sounds() -> None:
    assert not pronunciation.to_phones("привет")
