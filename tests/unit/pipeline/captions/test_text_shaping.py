"""Fonts, their characters, and words drawn with them."""

import re

import numpy as np
import pytest

from models.captions.fonts import list_families, list_font_families, list_handwriting_families
from pipeline.captions.glyphs import typeface
from pipeline.captions.glyphs.shaping import find_family, shape_text, split_runs
from pipeline.captions.scripts import count_columns, split_clusters, to_upper
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
    "bn": "আজ আমরা একটি নতুন শব্দ শিখেছি, বাংলা!",
    "th": "สวัสดีครับ น้ำผึ้ง ที่นี่",
    "zh": "你好，今天天气怎么样？ 今天天氣怎麼樣「好」！",
    "ja": "こんにちは。今日はコーヒーを飲みました！",
    "ko": "안녕하세요, 오늘은 날씨가 정말 좋네요.",
}


@pytest.mark.parametrize("language", list(SENTENCES))
def test_every_letter_of_a_language_has_a_glyph_in_the_font_that_draws_it(language: str) -> None:
    for text in (SENTENCES[language], to_upper(SENTENCES[language], language)):
        for word in text.split():
            found = split_runs(word, MONTSERRAT)
            assert "".join(run.text for run in found) == word
            assert all(typeface.can_draw(run.family, character) for run in found for character in run.text)


def test_the_characters_of_a_font_are_those_it_does_not_draw_as_its_box() -> None:
    for character in "Aãçéñжλ漢ष한":
        numbers = [glyph.number for glyph in shape_text(character, ("Montserrat",), 40).glyphs]
        assert (numbers not in ([], [0])) == typeface.can_draw("Montserrat", character)


FAMILIES = sorted(
    {family for name in list_font_families() for family in list_families(name)} | set(list_handwriting_families())
)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_lies_beside_its_licence(family: str) -> None:
    licence = (typeface.FONTS_FOLDER / family / "OFL.txt").read_text()
    assert re.search(r"SIL Open Font License,?\s+Version 1\.1", licence, re.IGNORECASE)
    reserved = re.findall(r"Reserved Font Name '?(\w+)", licence.splitlines()[0])
    assert not any(name in family for name in reserved)


def test_sequences_of_emoji_are_one_glyph_and_letters_are_none() -> None:
    sequences = [
        "👍🏽",
        "👩\u200d👩\u200d👧",
        "🇧🇷",
        "❤️",
        "1️⃣",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "🧑🏽\u200d🚀",
        "🏳️\u200d🌈",
        "⭐",
        "👨\u200d👩\u200d👧\u200d👦",
    ]
    for sequence in sequences:
        assert split_clusters(sequence) == [sequence]
        assert count_columns(sequence) <= 2
        assert keep_drawable(f"a{sequence}1", MONTSERRAT) == f"a{sequence}1"
        assert [run.family for run in split_runs(f"a{sequence}1", MONTSERRAT)] == [
            "Montserrat",
            "Twemoji",
            "Montserrat",
        ]
        assert len(shape_text(sequence, MONTSERRAT, 60).glyphs) == 1
    assert {run.family for run in split_runs("1©#", MONTSERRAT)} == {"Montserrat"}


def test_of_a_sequence_the_font_lacks_the_first_emoji_is_drawn_or_nothing() -> None:
    assert keep_drawable("a🐦‍🔥", MONTSERRAT) == "a🐦"
    assert keep_drawable("a\U0001faff b", MONTSERRAT) == "a b"
    assert keep_drawable("a\U0001faff\u200d🔥b", MONTSERRAT) == "ab"


def test_emoji_keep_their_order_and_sequences_in_arabic() -> None:
    numbers = {each: shape_text(each, MONTSERRAT, 60).glyphs[0].number for each in ("🇧🇷", "👍🏽")}
    found = shape_text("نعم🇧🇷👍🏽", MONTSERRAT, 60).glyphs
    assert [glyph.number for glyph in found][:2] == [numbers["👍🏽"], numbers["🇧🇷"]]


def test_an_emoji_has_its_own_colours_and_a_stroke_around_it_as_letters_have() -> None:
    masks = render_masks("ok❤️", MONTSERRAT, 80, stroke=6)
    assert masks.colours is not None
    inside = masks.colours[masks.colours[:, :, 3] == 255]
    red, green, blue = np.median(inside[:, :3], axis=0)
    assert red > 180
    assert max(green, blue) < 120
    assert not render_masks("❤️", MONTSERRAT, 80).letters.any()
    assert np.all(masks.edge >= masks.colours[:, :, 3])
    assert np.count_nonzero(masks.edge[:, -4:]) > 0
    assert render_masks("ok", MONTSERRAT, 80).colours is None


def test_scripts_no_font_is_for_fall_away_and_leave_no_box() -> None:
    assert keep_drawable("தமிழ்", MONTSERRAT) == ""


@pytest.mark.parametrize(
    ("language", "codec", "leads", "trails"),
    [
        ("zh", "gb2312", range(0xB0, 0xF8), range(0xA1, 0xFF)),
        ("yue", "big5", range(0xA4, 0xC7), range(0x40, 0xFF)),
        ("ja", "euc_jp", range(0xA4, 0xA6), range(0xA1, 0xFF)),
        ("ja", "euc_jp", range(0xB0, 0xF5), range(0xA1, 0xFF)),
        ("ko", "euc_kr", range(0xB0, 0xC9), range(0xA1, 0xFF)),
    ],
)
@pytest.mark.parametrize(("chosen", "weight"), [("Anton", ""), ("CourierPrime-Bold", "-SemiBold")])
def test_what_schools_of_east_asia_teach_is_in_the_font_of_the_language_and_of_the_weight(
    chosen: str, weight: str, language: str, codec: str, leads: range, trails: range
) -> None:
    encoded = b"".join(bytes((lead, trail)) for lead in leads for trail in trails)
    characters = {each for each in encoded.decode(codec, errors="ignore") if ord(each) > 0x2E80}
    family = find_family("字" if language != "ko" else "글", list_families(chosen, language))
    assert family == {"ja": "NotoSansJP", "ko": "NotoSansKR"}.get(language, "NotoSansSC") + weight
    assert {each for each in characters if not typeface.can_draw(family, each)} == set()


@pytest.mark.parametrize("family", ["NotoSansKR", "NotoSansKR-SemiBold"])
def test_every_syllable_of_hangul_is_drawn(family: str) -> None:
    assert all(typeface.can_draw(family, chr(each)) for each in range(0xAC00, 0xD7A4))


def test_chinese_characters_are_drawn_as_the_language_writes_them() -> None:
    fonts = {
        language: split_runs("骨直", list_families("Poppins-ExtraBold", language)) for language in ("zh", "ja", "pt")
    }
    assert {language: runs[0].family for language, runs in fonts.items()} == {
        "zh": "NotoSansSC",
        "ja": "NotoSansJP",
        "pt": "NotoSansSC",
    }


def test_no_character_of_a_light_style_is_heavier_than_its_letters() -> None:
    def measure_ink(text: str, family: str) -> float:
        return float(render_masks(text, list_families(family, "ja"), 80).letters.mean())

    for text in ("漢字とカナ", "汉语", "한국어"):
        assert measure_ink(text, "Poppins-SemiBold") < 0.9 * measure_ink(text, "Poppins-ExtraBold")


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
