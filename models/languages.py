"""Languages of speech in `languages.toml`: their codes and English names, and how they are written."""

import tomllib
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict


class Languages(BaseModel):
    """Names by ISO 639-1 code, the codes that are expected more than others, and less, those written without spaces,
    Whisper's own codes where they differ, and the codes of ISO 639-2.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    names: dict[str, str]
    expected: tuple[str, ...]
    unlikely: tuple[str, ...]
    spaceless: frozenset[str]
    whisper: dict[str, str]
    alpha3: dict[str, str]

    def to_whisper_code(self, language: str) -> str:
        """Whisper's code for a language."""
        return self.whisper.get(language, language)

    def to_alpha3(self, language: str) -> str:
        """The code of ISO 639-2; "und" for an unknown language."""
        return self.alpha3.get(language, "und")

    def find_code(self, language: str) -> str | None:
        """The code for "pt", "pt-BR", "PT_br" or "portuguese"; None for an unknown language."""
        normalised = language.strip().lower()
        short = normalised.replace("_", "-").split("-")[0]
        if short in self.names:
            return short
        return next((code for code, name in self.names.items() if name.lower() == normalised), None)


@cache
def load_languages() -> Languages:
    """The bundled table of languages."""
    return Languages.model_validate(tomllib.loads(files("models").joinpath("languages.toml").read_text("utf-8")))
