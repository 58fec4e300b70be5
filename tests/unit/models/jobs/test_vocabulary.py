"""Names and brands of a business become a prompt that Whisper takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from models.jobs.vocabulary import (
    MAX_PROMPT_CHARACTERS,
    MAX_PROMPT_TOKENS,
    MAX_WORD_CHARACTERS,
    add_words,
    build_prompt,
    is_within_prompt,
    parse_words,
    remove_words,
)
from pipeline.speech.whisper import weights

NAMES = {
    "Latin": ("Rabisco", "João Dória", "Guimarães", "Nhambiquara", "R2-D2", "iFood", "Itaú Unibanco", "Ana Lúcia"),
    "acronyms": ("XPTO", "CNPJ", "QZX9", "WKRP", "B3SA3", "PETR4"),
    "Cyrillic": ("Достоевский", "Яндекс", "Щукин"),
    "Arabic": ("الخوارزمي", "أبو ظبي", "نجيب محفوظ"),
    "Devanagari": ("नरेन्द्र", "महाराष्ट्र", "रवीन्द्रनाथ"),
    "Thai": ("กรุงเทพมหานคร", "สมเด็จพระเจ้า"),
    "Chinese": ("阿里巴巴", "字节跳动", "鸿蒙"),
    "emoji": ("🍕 Pizza", "Ana 👩‍👩‍👧"),
}


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    """Whisper's own."""
    return Tokenizer.from_file(str(weights.FOLDER / "tokenizer.json"))


@pytest.mark.parametrize("script", NAMES)
def test_no_prompt_has_more_tokens_than_whisper_takes(script: str, tokenizer: Tokenizer) -> None:
    words = [f"{name} {number}" for number in range(100) for name in NAMES[script]]
    prompt = build_prompt(words)
    assert len(prompt) <= MAX_PROMPT_CHARACTERS
    assert len(tokenizer.encode(prompt, add_special_tokens=False).ids) <= MAX_PROMPT_TOKENS
    assert prompt.startswith(words[0])


@given(st.lists(st.text(min_size=1, max_size=60), max_size=80))
def test_a_prompt_holds_the_first_words_as_they_are(words: list[str]) -> None:
    prompt = build_prompt(words)
    assert len(prompt) <= MAX_PROMPT_CHARACTERS
    fitting = next(n for n in range(len(words), -1, -1) if is_within_prompt(words[:n]))
    assert prompt == (", ".join(words[:fitting]) + "." if fitting else "")


@given(st.text(max_size=300))
def test_words_are_single_lines_without_control_characters(text: str) -> None:
    for word in parse_words(text):
        assert word.isprintable()
        assert word == word.strip()
        assert 0 < len(word) <= MAX_WORD_CHARACTERS
        assert "," not in word


def test_words_are_separated_by_commas_and_lines() -> None:
    assert parse_words("Rabisco,  João   Dória;\nR2-D2,, ,!\x00") == ["Rabisco", "João Dória", "R2-D2"]


def test_a_word_stands_once_in_its_last_spelling() -> None:
    assert add_words(["rabisco", "Pix"], ["Rabisco"]) == ["Rabisco", "Pix"]
    assert remove_words(["Rabisco", "Pix"], ["RABISCO", "nobody"]) == ["Pix"]
