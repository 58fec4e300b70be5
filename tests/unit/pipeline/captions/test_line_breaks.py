"""Lines of captions: even, without widows, broken where a reader would pause."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.jobs.caption_styles import get_caption_style, load_caption_styles
from models.jobs.transcript import Word
from pipeline.captions.caption_words import CaptionWord, prepare_words
from pipeline.captions.emphasis import mark_words
from pipeline.captions.grouping import group_words
from pipeline.captions.line_breaks import TextLine, break_lines

CLEAN = get_caption_style("clean")
BALANCED = [name for name, style in load_caption_styles().items() if style.lines == "balanced"]
TALKS = {
    "pt": "Oi, pessoal! Hoje eu vou mostrar como a gente faz pão em casa, do jeito que a minha avó fazia. Primeiro,"
    " você mistura a farinha, a água, o sal e o fermento; depois, deixa a massa descansar por uma hora. Não tenha"
    " pressa, porque a massa precisa de tempo. Quando ela dobrar de tamanho, é só abrir e levar ao forno bem quente.",
    "en": "Hi everyone! Today I am going to show you how we make bread at home, the way my grandmother did. First, you"
    " mix the flour, the water, the salt and the yeast; then you let the dough rest for an hour. Do not hurry, because"
    " the dough needs time. When it has doubled in size, you open it and put it into a very hot oven.",
    "es": "¡Hola a todos! Hoy les voy a enseñar cómo hacemos pan en casa, como lo hacía mi abuela. Primero, mezclas la"
    " harina, el agua, la sal y la levadura; después, dejas reposar la masa durante una hora. No tengas prisa, porque"
    " la masa necesita tiempo. Cuando haya doblado su tamaño, la abres y la metes en el horno muy caliente.",
}


def spoken(text: str) -> list[Word]:
    """Words at the pace of people, with pauses at marks."""
    words, now = [], 0.0
    for part in text.split():
        length = 0.08 + 0.055 * len(part)
        words.append(Word(text=part, start=now, end=now + length))
        now += length + (0.45 if part[-1] in ".!?" else 0.16 if part[-1] in ",;" else 0.03)
    return words


def lines_of(words: list[CaptionWord], style_name: str, max_width: float) -> tuple[TextLine, ...]:
    advances = [0.6 * word.scale * len(word.text) for word in words]
    return break_lines(words, get_caption_style(style_name), advances, max_width, is_rtl=False)


def texts(words: list[CaptionWord], lines: tuple[TextLine, ...]) -> list[str]:
    return [" ".join(words[index].text for index, _ in line.words) for line in lines]


def prepare(text: str, language: str = "en", style_name: str = "clean") -> list[CaptionWord]:
    style = get_caption_style(style_name)
    return mark_words(prepare_words(spoken(text), style, language, str, 40), style, language)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("you open it and put it into the hot oven", ["you open it and put", "it into the hot oven"]),
        ("yes, and then we left the old house", ["yes, and then we left", "the old house"]),
        ("we walked through the wonderful garden", ["we walked through", "the wonderful garden"]),
        ("everybody went home, but we stayed", ["everybody went home,", "but we stayed"]),
    ],
)
def test_lines_are_even_and_broken_before_function_words_and_after_clauses(text: str, expected: list[str]) -> None:
    words = prepare(text)
    assert texts(words, lines_of(words, "clean", 17)) == expected


def test_a_last_line_of_one_short_word_is_avoided() -> None:
    words = prepare("that wonderful grandmother did")
    assert texts(words, lines_of(words, "clean", 16)) == ["that wonderful", "grandmother did"]


def test_a_small_word_at_the_end_of_a_stack_has_no_line_of_its_own() -> None:
    words = prepare("hoje você mistura a", "pt", "stack")
    assert texts(words, lines_of(words, "stack", 30))[-1] == "MISTURA A"


@pytest.mark.parametrize("language", TALKS)
@pytest.mark.parametrize("style_name", BALANCED)
def test_captions_of_a_talk_have_no_widows(style_name: str, language: str) -> None:
    style = get_caption_style(style_name)
    for group in group_words(prepare(TALKS[language], language, style_name), style.group):
        lines = lines_of(list(group.words), style_name, 0.55 * style.group.max_chars)
        widest = max(line.width for line in lines)
        assert len(lines) == 1 or len(lines[-1].words) > 1 or lines[-1].width > 0.25 * widest


@pytest.mark.parametrize("language", TALKS)
def test_captions_end_before_function_words_rather_than_after_them(language: str) -> None:
    def count(*, is_known: bool) -> int:
        found = 0
        for style_name in BALANCED:
            words = prepare(TALKS[language], language, style_name)
            given = words if is_known else [replace(word, binding=0.0) for word in words]
            ends = [group.words[-1] for group in group_words(given, get_caption_style(style_name).group)]
            by_start = {word.start: word for word in words}
            found += sum(by_start[end.start].binding >= 0.8 for end in ends)
        return found

    assert count(is_known=True) < 0.5 * count(is_known=False)


UNBROKEN = {
    "pt": ["R$ 1.200", "30 %", "30 por cento", "5 km", "20 mil reais", "Porto Alegre", "Maria Clara"],
    "en": ["$ 400", "30 percent", "5 km", "2 million dollars", "New York", "Anna Maria"],
    "es": ["30 %", "30 por ciento", "20 euros", "Buenos Aires", "Ana Lucía"],
}


@pytest.mark.parametrize(("language", "whole"), [(key, each) for key, value in UNBROKEN.items() for each in value])
def test_no_number_is_parted_from_its_unit_and_no_name_is_broken(language: str, whole: str) -> None:
    for before in range(1, 8):
        text = " ".join(["ganhamos"] * before + [whole] + ["depois"] * (8 - before))
        words = prepare(text, language, "karaoke")
        style = get_caption_style("karaoke")
        for group in group_words(words, style.group):
            lines = texts(list(group.words), lines_of(list(group.words), "karaoke", 18))
            for line in lines:
                parts = [part for part in whole.split() if part in line.split()]
                assert parts in ([], whole.split())


def test_a_mark_that_stands_by_itself_stays_with_the_word_before() -> None:
    words = prepare("please try again ... the sender does not have a mailbox", style_name="hormozi")
    groups = group_words(words, get_caption_style("hormozi").group)
    assert all(group.words[0].text != "..." for group in groups)


@pytest.mark.parametrize("language", TALKS)
@pytest.mark.parametrize("style_name", ["clean", "news", "karaoke"])
def test_no_caption_of_long_lines_ends_with_an_article_or_a_preposition(style_name: str, language: str) -> None:
    groups = group_words(prepare(TALKS[language], language, style_name), get_caption_style(style_name).group)
    assert not [group.words[-1].text for group in groups if group.words[-1].binding >= 0.8]


@pytest.mark.parametrize("language", TALKS)
def test_every_sentence_of_a_talk_ends_its_caption(language: str) -> None:
    for style_name, style in load_caption_styles().items():
        groups = group_words(prepare(TALKS[language], language, style_name), style.group)
        for group in groups:
            assert not any(word.is_sentence_end for word in group.words[:-1])


@settings(max_examples=150, deadline=None)
@given(
    lengths=st.lists(st.integers(1, 14), min_size=1, max_size=8),
    marks=st.lists(st.sampled_from(["", "", "", ",", ";"]), min_size=8, max_size=8),
    max_width=st.floats(6, 40),
)
def test_every_word_is_in_one_line_and_no_break_is_much_worse_than_the_best(
    lengths: list[int], marks: list[str], max_width: float
) -> None:
    words = prepare(" ".join("x" * length + mark for length, mark in zip(lengths, marks, strict=False)))
    lines = lines_of(words, "clean", max_width)
    assert [index for line in lines for index, _ in line.words] == list(range(len(words)))
    assert len(lines) <= CLEAN.group.max_lines
    if len(lines) == 2 and len(words) > 2:
        least = min(
            max(line.width for line in lines_of(words[:cut], "clean", 1e9) + lines_of(words[cut:], "clean", 1e9))
            for cut in range(1, len(words))
        )
        assert max(line.width for line in lines) <= 1.65 * least
