"""Prices of the speech and chat service in `provider_prices.toml`; costs are millionths of a US dollar."""

import tomllib
from datetime import date
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict, Field

_SECONDS_PER_HOUR = 3600


class ChatPrice(BaseModel):
    """US dollars for a million tokens, which is also millionths of a dollar for one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prompt: float = Field(ge=0)
    completion: float = Field(ge=0)


class ProviderPrices(BaseModel):
    """The table: where its prices are published, the day they are of, and the prices."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    as_of: date
    speech: float = Field(ge=0)  # US dollars for an hour of sound
    chat: dict[str, ChatPrice] = Field(min_length=1)

    def compute_speech_cost(self, seconds: float) -> int:
        """The cost of seconds of sound."""
        return round(self.speech * 1_000_000 * seconds / _SECONDS_PER_HOUR)

    def compute_chat_cost(self, model: str, prompt_tokens: int, completion_tokens: int) -> int:
        """The cost of an answer; of a model that is not listed, as by the dearest one that is."""
        price = self.chat.get(model) or max(self.chat.values(), key=lambda each: each.completion)
        return round(price.prompt * prompt_tokens + price.completion * completion_tokens)


@cache
def load_provider_prices() -> ProviderPrices:
    """The bundled table of prices."""
    text = files("models").joinpath("provider_prices.toml").read_text("utf-8")
    return ProviderPrices.model_validate(tomllib.loads(text))
