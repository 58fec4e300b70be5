"""Where sentences end, and where a full stop only ends an abbreviation."""

import pytest

from models.sentences import is_sentence_end


@pytest.mark.parametrize(
    ("language", "text", "following"),
    [
        ("pt", "Dr.", "Silva"),
        ("pt", "Sr.", "João"),
        ("pt", "(Sra.", "Lima"),
        ("pt", "Exma.", "Senhora"),
        ("pt", "p.", "ex."),
        ("pt", "ex.", "um"),
        ("pt", "etc.", "e"),
        ("pt", "nº.", "5"),
        ("pt", "Av.", "Paulista"),
        ("en", "Mr.", "Smith"),
        ("en", "No.", "5"),
        ("en", "a.m.", "on"),
        ("es", "p.", "ej."),
        ("es", "ej.", "esta"),
        ("es", "Sra.", "Díaz"),
        ("es", "EE.", "UU."),
        ("es", "etc.", "y"),
        ("fr", "M.", "Dupont"),
        ("de", "z.", "B."),
        ("it", "Dott.ssa", "Rossi"),
        ("und", "Sra.", "Silva"),
    ],
)
def test_an_abbreviation_ends_no_sentence(language: str, text: str, following: str) -> None:
    assert not is_sentence_end(text, following, language)


@pytest.mark.parametrize(
    ("language", "text", "following"),
    [
        ("pt", "vila.", "A"),
        ("pt", "etc.", "Depois"),
        ("pt", "etc.", "“Depois"),
        ("pt", "etc.", ""),
        ("pt", "Dr...", "Silva"),
        ("en", "No.", "I"),
        ("es", "No.", "Gracias"),
        ("en", "“home.”", "Then"),
        ("en", "vs!", "them"),
        ("ja", "Dr.", "Silva"),
    ],
)
def test_other_full_stops_end_one(language: str, text: str, following: str) -> None:
    assert is_sentence_end(text, following, language)
