"""Choice of the transcription engine for a language."""

from typing import Final, Literal

from models.errors import AppError, ErrorCode, RequestRejected
from models.languages import load_languages

RequestedEngine = Literal["auto", "groq", "local"]
ChosenEngine = Literal["groq", "local"]

AUTO: Final = "auto"
_ASSUMED_LANGUAGE: Final = "en"  # meaning of "auto" for an engine that cannot detect languages; its confidence decides


def choose_engine(engine: RequestedEngine, language: str, has_groq: bool) -> ChosenEngine:
    """Choose the engine for one recording; `language` is "auto" or a code such as "pt" or "pt-BR".

    Raises RequestRejected: LANGUAGE_NOT_HEARD, or SPEECH_SERVICE_DOWN if Groq is requested explicitly and has no key.
    """
    is_known = language == AUTO or load_languages().find_code(language) is not None
    if engine == "groq" and not has_groq:
        raise RequestRejected(ErrorCode.SPEECH_SERVICE_DOWN)
    if is_known and has_groq and engine != "local":
        return "groq"
    if assume_language(language) in load_languages().local:
        return "local"
    raise RequestRejected(ErrorCode.LANGUAGE_NOT_HEARD, language=language)


def choose_fallback(engine: RequestedEngine, language: str, error: AppError) -> ChosenEngine | None:
    """Choose the engine to try after Groq failed: the local one if it was not excluded and English was requested.

    Not for "auto": speech that is not English would be refused as unclear, while Groq can transcribe it an hour later.
    """
    is_down = error.code is ErrorCode.SPEECH_SERVICE_DOWN and engine == "auto"
    return "local" if is_down and load_languages().find_code(language) in load_languages().local else None


def assume_language(language: str) -> str | None:
    """Return the code of the language assumed without Groq; None for an unknown language."""
    return _ASSUMED_LANGUAGE if language == AUTO else load_languages().find_code(language)
