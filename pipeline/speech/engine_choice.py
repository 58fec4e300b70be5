"""Choice of the transcription engine."""

from typing import Final, Literal

from models.errors import AppError, ErrorCode, RequestRejected
from models.languages import load_languages

RequestedEngine = Literal["auto", "groq", "local"]
ChosenEngine = Literal["groq", "local"]

AUTO: Final = "auto"


def choose_engine(engine: RequestedEngine, language: str, has_groq: bool) -> ChosenEngine:
    """Choose the engine for one recording; `language` is "auto" or a code such as "pt" or "pt-BR".

    Raises RequestRejected: LANGUAGE_NOT_HEARD for a language that neither knows, or SPEECH_SERVICE_DOWN if Groq is
    requested explicitly and has no key.
    """
    if engine == "groq" and not has_groq:
        raise RequestRejected(ErrorCode.SPEECH_SERVICE_DOWN)
    if language != AUTO and load_languages().find_code(language) is None:
        raise RequestRejected(ErrorCode.LANGUAGE_NOT_HEARD, language=language)
    return "groq" if has_groq and engine != "local" else "local"


def can_fall_back(engine: RequestedEngine, error: AppError) -> bool:
    """Whether the local engine is tried after Groq has failed."""
    return error.code is ErrorCode.SPEECH_SERVICE_DOWN and engine == "auto"
