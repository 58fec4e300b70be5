"""Which language is spoken, where the model is sure, and where it hesitates."""

from pipeline.speech.whisper.language_detection import choose_language, choose_pieces, weigh_languages

EXPECTED = ("pt", "en", "es")


def test_what_the_model_is_sure_of_is_believed_whoever_speaks() -> None:
    assert choose_language([{"de": 0.9, "pt": 0.02, "nl": 0.05}], "pt", EXPECTED) == "de"


def test_between_neighbours_the_persons_own_language_is_taken() -> None:
    heard = {"gl": 0.2, "pt": 0.35, "es": 0.35}
    assert choose_language([heard], "pt", EXPECTED) == "pt"
    assert choose_language([heard], "es", EXPECTED) == "es"


def test_several_pieces_decide_together() -> None:
    music, speech = {"la": 0.5, "en": 0.2, "pt": 0.1}, {"pt": 0.8, "la": 0.02}
    assert choose_language([music, speech, speech], None, EXPECTED) == "pt"


def test_where_nothing_is_probable_the_language_is_unclear() -> None:
    heard = dict.fromkeys(("la", "cy", "mi", "jv", "haw", "nn", "sn", "yo", "ko", "km"), 0.05)
    assert choose_language([heard], "pt", EXPECTED) is None


def test_what_whisper_names_for_what_it_does_not_understand_is_doubted() -> None:
    heard = {"la": 0.5, "it": 0.2, "fr": 0.1}
    assert choose_language([heard], "pt", EXPECTED, unlikely=("la",)) == "it"


def test_probabilities_add_up_to_one() -> None:
    weighed = weigh_languages([{"pt": 0.5, "es": 0.4}, {"en": 0.9}], "en", EXPECTED)
    assert abs(sum(weighed.values()) - 1) < 1e-9


def test_the_language_is_looked_for_in_pieces_all_over_the_recording() -> None:
    assert choose_pieces(range(9)) == range(0, 9, 3)
    assert choose_pieces([1, 2, 3, 4]) == [1, 2, 3]
    assert choose_pieces([1]) == [1]
