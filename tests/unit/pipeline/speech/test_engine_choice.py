from typing import Literal

import pytest

from models.errors import ErrorCode, ProcessingFailed, RequestRejected
from models.languages import load_languages
from pipeline.speech import engine_choice

Engine = Literal["auto", "groq", "local"]


@pytest.mark.parametrize(
    ("engine", "language", "has_groq", "chosen"),
    [
        ("auto", "pt-BR", True, "groq"),
        ("auto", "auto", True, "groq"),
        ("auto", "en", True, "groq"),
        ("auto", "auto", False, "local"),
        ("auto", "en-GB", False, "local"),
        ("auto", "pt", False, "local"),
        ("local", "pt", True, "local"),
        ("local", "en", True, "local"),
        ("local", "auto", True, "local"),
        ("groq", "es", True, "groq"),
    ],
)
def test_the_engine_that_hears_the_language_is_chosen(
    engine: Engine, language: str, has_groq: bool, chosen: str
) -> None:
    assert engine_choice.choose_engine(engine, language, has_groq) == chosen


@pytest.mark.parametrize(
    ("engine", "language", "has_groq"),
    [
        ("auto", "klingon", False),
        ("local", "klingon", True),
        ("auto", "", True),
        ("auto", "zz", True),
    ],
)
def test_a_language_nobody_hears_is_refused_by_its_name(engine: Engine, language: str, has_groq: bool) -> None:
    with pytest.raises(RequestRejected) as refusal:
        engine_choice.choose_engine(engine, language, has_groq)
    assert refusal.value.code is ErrorCode.LANGUAGE_NOT_HEARD
    assert refusal.value.values == {"language": language}


def test_groq_asked_for_by_name_without_a_key_is_refused() -> None:
    with pytest.raises(RequestRejected) as refusal:
        engine_choice.choose_engine("groq", "en", has_groq=False)
    assert refusal.value.code is ErrorCode.SPEECH_SERVICE_DOWN


def test_this_machine_hears_when_groq_is_down_unless_groq_was_asked_for() -> None:
    down = ProcessingFailed(ErrorCode.SPEECH_SERVICE_DOWN)
    assert engine_choice.can_fall_back("auto", down)
    assert not engine_choice.can_fall_back("groq", down)
    assert not engine_choice.can_fall_back("auto", RequestRejected(ErrorCode.NO_SPEECH))


def test_languages_are_known_by_code_by_region_and_by_name() -> None:
    assert [load_languages().find_code(name) for name in ("pt-BR", "PT_pt", "Portuguese", "haitian creole", "haw")] == [
        "pt", "pt", "pt", "ht", "haw",
    ]  # fmt: skip
    assert load_languages().find_code("elvish") is None
