"""Prices: of results in credits by their length, and of items for sale in minor units of each currency."""

import math
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

STARS_CURRENCY = "xtr"
CURRENCIES = ("brl", "usd", "eur")  # ISO 4217, lower case as Stripe writes it
MIN_AMOUNT = 50  # minor units: Stripe's minimum; a smaller number is most likely in whole reais


class CatalogueTable(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PriceStep(CatalogueTable):
    minutes: float = Field(gt=0)
    credits: int = Field(ge=0)


class Price(CatalogueTable):
    """Price of a result in credits, by its length. `hearing` is the kind of job whose price is added where the speech
    has to be heard first."""

    steps: tuple[PriceStep, ...] = Field(min_length=1)
    per_minute: int = Field(ge=0)
    hearing: str | None = None

    @field_validator("steps")
    @classmethod
    def _validate_ascending(cls, steps: tuple[PriceStep, ...]) -> tuple[PriceStep, ...]:
        lengths = [step.minutes for step in steps]
        if lengths != sorted(set(lengths)):
            raise ValueError("the minutes of the steps must ascend")
        return steps

    def credits_for(self, seconds: float) -> int:
        """Credits for a result of that many seconds."""
        minutes = seconds / 60
        for step in self.steps:
            if minutes <= step.minutes:
                return step.credits
        last = self.steps[-1]
        return last.credits + math.ceil(minutes - last.minutes) * self.per_minute


class CorrectionPrices(CatalogueTable):
    """Prices of results made again with corrected words, by kind of job; a kind without one costs what it always does.

    They hold for the first `most` corrections of a file.
    """

    most: int = Field(default=20, ge=0)
    prices: dict[str, Price] = Field(default_factory=dict)

    def find_price(self, kind: str, earlier: int | None) -> Price | None:
        """The price after so many earlier corrections of the same file; None if there is no lower one, and for a job
        that corrects nothing (None)."""
        return self.prices.get(kind) if earlier is not None and earlier < self.most else None


def _validate_prices(prices: dict[str, int]) -> dict[str, int]:
    for currency, amount in prices.items():
        if currency not in (*CURRENCIES, STARS_CURRENCY):
            raise ValueError(f"{currency}: prices are in {', '.join(CURRENCIES)} or {STARS_CURRENCY}")
        if amount < (1 if currency == STARS_CURRENCY else MIN_AMOUNT):
            raise ValueError(f"{currency}: {amount} is too little; amounts are in cents, at least {MIN_AMOUNT}")
    return prices


def _validate_extra_prices(prices: dict[str, int]) -> dict[str, int]:
    for currency, amount in prices.items():
        if currency not in CURRENCIES or amount <= 0:
            raise ValueError(f"{currency}: a credit costs whole cents in {', '.join(CURRENCIES)}")
    return prices


def _validate_links(links: dict[str, str]) -> dict[str, str]:
    for currency, link in links.items():
        if currency not in CURRENCIES or not link.startswith("https://"):
            raise ValueError(f"{currency}: a Payment Link begins with https://, for {', '.join(CURRENCIES)}")
    return links


Prices = Annotated[dict[str, int], AfterValidator(_validate_prices)]
"""Amounts in minor units by currency; `xtr` is Telegram Stars."""
ExtraPrices = Annotated[dict[str, int], AfterValidator(_validate_extra_prices)]
StaticLinks = Annotated[dict[str, str], AfterValidator(_validate_links)]
"""Static Payment Links of the provider by currency, instead of a session created for each purchase."""
