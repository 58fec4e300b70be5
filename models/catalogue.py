"""Plans and prices: data of `catalogue.toml`, checked when it is read."""

import math
import tomllib
from importlib.resources import files
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, field_validator

FREE = "free"
OWNER = "owner"
RUNNING_FREE = 1
RUNNING_PAID = 3


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PriceStep(_Table):
    minutes: float = Field(gt=0)
    credits: int = Field(ge=0)


class Price(_Table):
    """What a result costs by its length."""

    steps: tuple[PriceStep, ...] = Field(min_length=1)
    per_minute: int = Field(ge=0)

    @field_validator("steps")
    @classmethod
    def _ascend(cls, steps: tuple[PriceStep, ...]) -> tuple[PriceStep, ...]:
        lengths = [step.minutes for step in steps]
        if lengths != sorted(set(lengths)):
            raise ValueError("the minutes of the steps must ascend")
        return steps

    def of(self, seconds: float) -> int:
        """Credits for a result of so many seconds."""
        minutes = seconds / 60
        for step in self.steps:
            if minutes <= step.minutes:
                return step.credits
        last = self.steps[-1]
        return last.credits + math.ceil(minutes - last.minutes) * self.per_minute


class Plan(_Table):
    """What a person may do: credits a month, jobs waiting and running at once, seconds of the longest result."""

    credits: int = Field(ge=0)
    paid: bool
    watermark: bool
    waiting: int = Field(gt=0)
    longest: float = Field(gt=0)
    metered: bool = True
    running: int | None = Field(default=None, gt=0)

    @property
    def at_once(self) -> int:
        """Jobs that may run at the same time; where the plan says nothing, by whether it is paid."""
        return self.running or (RUNNING_PAID if self.paid else RUNNING_FREE)


class Catalogue(_Table):
    price: Price
    plans: dict[str, Plan]

    def plan(self, name: str) -> Plan:
        """The plan of that name; one that is no longer sold counts as free."""
        return self.plans.get(name, self.plans[FREE])


class CatalogueError(Exception):
    """The price file cannot be used; the message says why."""


def read_catalogue(path: Path | None = None) -> Catalogue:
    """The catalogue of that file, or the one the package ships with.

    Raises CatalogueError with the file's name and what is wrong with it.
    """
    source = path or files("models").joinpath("catalogue.toml")
    try:
        catalogue = Catalogue.model_validate(tomllib.loads(source.read_text("utf-8")))
    except (OSError, ValueError) as error:  # no file, no text, no TOML, or no catalogue
        raise CatalogueError(f"{source}: {error}") from error
    if FREE not in catalogue.plans:
        raise CatalogueError(f"{source}: there must be a plan called {FREE!r}")
    return catalogue
