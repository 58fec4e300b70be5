"""The languages of speech in `languages.toml`: their codes, their English names, and who hears them."""

import tomllib
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict


class Languages(BaseModel):
    """Names by ISO 639-1 code, the codes heard on this machine, and those written without spaces."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    names: dict[str, str]
    local: frozenset[str]
    spaceless: frozenset[str]

    def code(self, language: str) -> str | None:
        """The code of "pt", "pt-BR", "PT_br" or "portuguese"; None for what is no language of the table."""
        wanted = language.strip().lower()
        short = wanted.replace("_", "-").split("-")[0]
        if short in self.names:
            return short
        return next((code for code, name in self.names.items() if name.lower() == wanted), None)


@cache
def languages() -> Languages:
    """The table the package ships with."""
    return Languages.model_validate(tomllib.loads(files("models").joinpath("languages.toml").read_text("utf-8")))
