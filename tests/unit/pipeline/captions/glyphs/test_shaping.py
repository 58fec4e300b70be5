"""Shaping: glyphs of a text, their order and their places."""

from models.captions.fonts import list_families
from pipeline.captions.glyphs.script_coverage import list_scripts, list_undrawn_scripts, list_unreadable_fonts
from pipeline.captions.glyphs.shaping import shape_text, split_runs, split_scripts

MONTSERRAT = list_families("Montserrat")


def test_a_consonant_cluster_of_devanagari_is_one_glyph() -> None:
    assert len(shape_text("क्ष", MONTSERRAT, 80).glyphs) < len(shape_text("कष", MONTSERRAT, 80).glyphs)


def test_devanagari_beside_latin_in_one_font_is_shaped_as_alone() -> None:
    poppins = list_families("Poppins-SemiBold")
    assert [run.family for run in split_runs("okक्षत्रिय", poppins)] == ["Poppins-SemiBold"]
    alone = [glyph.number for glyph in shape_text("क्षत्रिय", poppins, 80).glyphs]
    assert [glyph.number for glyph in shape_text("okक्षत्रिय", poppins, 80).glyphs][2:] == alone


def test_digits_and_signs_are_of_the_script_before_them() -> None:
    assert split_scripts("1aж2!") == [("Latn", "1a"), ("Cyrl", "ж2!")]


def test_a_number_in_a_hebrew_word_is_read_from_left_to_right() -> None:
    number = [glyph.number for glyph in shape_text("2024", MONTSERRAT, 80).glyphs]
    assert [glyph.number for glyph in shape_text("ב2024", MONTSERRAT, 80).glyphs][:4] == number


def test_a_bracket_around_hebrew_opens_to_the_left() -> None:
    hebrew = ("NotoSansHebrew",)
    opening = shape_text("(", hebrew, 80).glyphs[0].number
    assert shape_text("(א)", hebrew, 80).glyphs[0].number == opening


def test_no_sample_of_a_script_has_a_glyph_that_is_a_box_and_all_fonts_are_read() -> None:
    assert list_undrawn_scripts() == []
    assert list_unreadable_fonts() == []


def test_scripts_whose_fonts_are_missing_are_named() -> None:
    assert list_undrawn_scripts([("NoSuchFont",)]) == list(list_scripts())
    lacking = ["Arabic", "Hebrew", "Bengali", "Thai", "Chinese", "Japanese", "Korean", "emoji"]
    assert list_undrawn_scripts([MONTSERRAT, ("Montserrat", "NotoSans")]) == lacking


def test_fonts_that_cannot_be_read_are_named_though_others_draw_what_they_would() -> None:
    assert list_unreadable_fonts([("Montserrat", "NoSuchFont"), ("NoSuchFont", "Other")]) == ["NoSuchFont", "Other"]
