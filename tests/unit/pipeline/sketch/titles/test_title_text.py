"""Text of titles: what is left of hostile input, and where lines may be broken."""

from models.captions.fonts import get_script_samples
from pipeline.captions.scripts import split_clusters
from pipeline.sketch.titles.title_text import prepare_title


def read_pieces(text: str) -> list[str]:
    return [piece.text for piece in prepare_title(text).pieces]


def test_what_cannot_be_written_is_left_out() -> None:
    assert read_pieces("Feliz 🎂 dia\u202e!\x00 \u200b\n\U000f0000") == ["Feliz", "dia!"]
    assert read_pieces("🎉🎉 \u0301 \u202e") == []


def test_no_letter_has_more_than_four_marks() -> None:
    (word,) = read_pieces("a" + "\u0301" * 60 + "b")
    assert len(split_clusters(word)) == 2
    assert len(word) <= 6


def test_a_very_long_word_is_broken_without_spaces() -> None:
    pieces = prepare_title("x" * 200).pieces
    assert "".join(piece.text for piece in pieces) == "x" * 200
    assert max(len(piece.text) for piece in pieces) <= 24
    assert [piece.is_joined for piece in pieces] == [False, *[True] * (len(pieces) - 1)]


def test_a_text_without_spaces_is_broken_between_phrases() -> None:
    pieces = prepare_title("今日はコーヒーを飲みました").pieces
    assert [piece.text for piece in pieces] == ["今日は", "コーヒーを", "飲みました"]


def test_every_script_of_the_captions_is_written_but_for_emoji() -> None:
    for script, sample in get_script_samples().items():
        assert "".join(read_pieces(sample)) == ("" if script == "emoji" else sample)
