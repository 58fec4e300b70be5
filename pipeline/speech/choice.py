"""Choice of the transcription engine for a language."""

from typing import Final, Literal

from models.errors import AppError, Code, Refused
from models.languages import languages

Asked = Literal["auto", "groq", "local"]
Chosen = Literal["groq", "local"]

AUTO: Final = "auto"
_ASSUMED: Final = "en"  # meaning of "auto" for an engine that cannot detect languages; its confidence decides


def choose(engine: Asked, language: str, has_groq: bool) -> Chosen:
    """Choose the engine for one recording; `language` is "auto" or a code such as "pt" or "pt-BR".

    Raises Refused: LANGUAGE_NOT_HEARD, or SPEECH_SERVICE_DOWN if Groq is requested explicitly and has no key.
    """
    known = language == AUTO or languages().code(language) is not None
    if engine == "groq" and not has_groq:
        raise Refused(Code.SPEECH_SERVICE_DOWN)
    if known and has_groq and engine != "local":
        return "groq"
    if spoken(language) in languages().local:
        return "local"
    raise Refused(Code.LANGUAGE_NOT_HEARD, language=language)


def fallback(engine: Asked, language: str, error: AppError) -> Chosen | None:
    """Choose the engine to try after Groq failed: the local one if it was not excluded and English was requested.

    Not for "auto": speech that is not English would be refused as unclear, while Groq can transcribe it an hour later.
    """
    down = error.code is Code.SPEECH_SERVICE_DOWN and engine == "auto"
    return "local" if down and languages().code(language) in languages().local else None


def spoken(language: str) -> str | None:
    """Return the code of the language assumed without Groq; None for an unknown language."""
    return _ASSUMED if language == AUTO else languages().code(language)
