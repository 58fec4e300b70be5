"""Which engine hears which language."""

from typing import Final, Literal

from models.errors import AppError, Code, Refused
from models.languages import languages

Asked = Literal["auto", "groq", "local"]
Chosen = Literal["groq", "local"]

AUTO: Final = "auto"
_ASSUMED: Final = "en"  # what "auto" means to an engine that cannot tell languages apart; its confidence decides


def choose(engine: Asked, language: str, has_groq: bool) -> Chosen:
    """The engine for one recording; `language` is "auto" or a code such as "pt" or "pt-BR".

    Raises Refused: LANGUAGE_NOT_HEARD, or SPEECH_SERVICE_DOWN where Groq is asked for by name and has no key.
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
    """The engine to try after Groq failed: the local one where it was not excluded and English was asked for.

    Not for "auto": what is not English would be called unclear, where Groq will hear it in an hour.
    """
    down = error.code is Code.SPEECH_SERVICE_DOWN and engine == "auto"
    return "local" if down and languages().code(language) in languages().local else None


def spoken(language: str) -> str | None:
    """The code of the language that is assumed without Groq; None for what is no language."""
    return _ASSUMED if language == AUTO else languages().code(language)
