"""Languages of speech in `languages.toml`: their codes, English names, and which of them the local engine supports."""

import tomllib
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict


class Languages(BaseModel):
    """Names by ISO 639-1 code, the codes the local engine transcribes, and those written without spaces."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    names: dict[str, str]
    local: frozenset[str]
    spaceless: frozenset[str]

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
