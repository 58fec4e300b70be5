"""Fonts, their characters, and words drawn with them."""

import numpy as np
import pytest

from models.captions.fonts import list_families, list_font_families
from pipeline.captions import typeface
from pipeline.captions.glyphs.shaping import shape_text, split_runs
from pipeline.captions.scripts import to_upper
from pipeline.captions.text_shaping import keep_drawable, measure_text, render_masks

MONTSERRAT = list_families("Montserrat")
SENTENCES = {
    "pt": "Coração, você já viu? Às vezes a solução está na educação — pão, mãe, avô, pinguim.",
    "es": "¿Qué pasó mañana? ¡Año nuevo, niño!",
    "ru": "Съешь ещё этих мягких французских булок",
    "el": "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία",
    "vi": "Chúng ta học tiếng Việt nhé, ngày mai trời đẹp",
    "ar": "مرحبا بكم في هذا الفيديو، اليوم؟",
    "he": "שלום לכולם היום",
    "hi": "नमस्ते दोस्तों क्षत्रिय संस्कृति ज़िन्दगी।",
    "th": "สวัสดีครับ น้ำผึ้ง ที่นี่",
}


@pytest.mark.parametrize("language", list(SENTENCES))
def test_every_letter_of_a_language_has_a_glyph_in_the_font_that_draws_it(language: str) -> None:
    for text in (SENTENCES[language], to_upper(SENTENCES[language], language)):
        for word in text.split():
            found = split_runs(word, MONTSERRAT)
            assert "".join(run.text for run in found) == word
            assert all(typeface.can_draw(run.family, character) for run in found for character in run.text)


def test_the_characters_of_a_font_are_those_it_does_not_draw_as_its_box() -> None:
    for character in "Aãçéñжλ漢ष":
        numbers = [glyph.number for glyph in shape_text(character, ("Montserrat",), 40).glyphs]
        assert (numbers not in ([], [0])) == typeface.can_draw("Montserrat", character)


@pytest.mark.parametrize("family", sorted({family for name in list_font_families() for family in list_families(name)}))
def test_every_family_lies_beside_its_licence(family: str) -> None:
    licence = (typeface.FONTS_FOLDER / family / "OFL.txt").read_text()
    assert "SIL Open Font License, Version 1.1" in licence
    assert "Reserved Font Name" not in licence.splitlines()[0]


def test_emoji_fall_away_and_leave_no_box() -> None:
    assert keep_drawable("yes👍🏽 ok👩‍👩‍👧 fim🇧🇷❤️", MONTSERRAT) == "yes ok fim"
    assert keep_drawable("漢字", MONTSERRAT) == ""


def test_a_word_of_two_scripts_is_drawn_in_two_fonts_from_left_to_right() -> None:
    assert [run.family for run in split_runs("жน้ำ", MONTSERRAT)] == ["Montserrat", "NotoSansThai"]


def test_an_arabic_word_is_joined_not_set_letter_by_letter() -> None:
    apart = sum(measure_text(letter, MONTSERRAT, 100).advance for letter in "مرحبا")
    assert measure_text("مرحبا", MONTSERRAT, 100).advance < 0.9 * apart


def test_the_edge_holds_the_letters_and_reaches_further() -> None:
    found = render_masks("ção", MONTSERRAT, 60, stroke=5)
    assert np.all(found.edge >= found.letters)
    assert np.count_nonzero(found.edge) > 1.3 * np.count_nonzero(found.letters)


def test_no_ink_is_cut_off_at_the_borders_of_a_mask() -> None:
    for text in ("ÇÃ", "น้ำ", "العربية", "ज़िन्दगी", "fj"):
        edge = render_masks(text, MONTSERRAT, 70, stroke=5.3).edge
        assert not edge[0].any()
        assert not edge[-1].any()
        assert not edge[:, 0].any()
        assert not edge[:, -1].any()
