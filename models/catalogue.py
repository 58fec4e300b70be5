"""Plans, credit packs and their prices: the schema of `catalogue.toml`, validated when it is read."""

import math
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationError, field_validator

from models.errors import Explained
from models.languages import languages
from models.limits import limits
from models.prices import MONEY, ExtraPrices, PaymentLinks, Price, Prices, Table

FREE = "free"
OWNER = "owner"
RUNNING_FREE = 1
RUNNING_PAID = 3
_NAME = "[a-z0-9][a-z0-9-]{0,29}"


def _named(tables: dict[str, object]) -> dict[str, object]:
    for name in tables:
        if not re.fullmatch(_NAME, name):
            raise ValueError(f"{name!r}: a name is of a-z, 0-9 and -, at most 30 of them")
    return tables


class Plan(Table):
    """Limits of a plan: credits a month, jobs waiting and running at once, seconds of the longest result, total bytes
    of one job's inputs, and the languages that may be transcribed.

    A plan that is `paid` gets its credits with each paid invoice, another one at the start of each month. One without
    prices is not sold, but users on it keep it.
    """

    credits: int = Field(ge=0)
    paid: bool
    watermark: bool
    waiting: int = Field(gt=0)
    longest: float = Field(gt=0)
    metered: bool = True
    running: int | None = Field(default=None, gt=0)
    max_bytes: int | None = Field(default=None, gt=0)  # None: what limits.toml allows
    languages: tuple[str, ...] | None = None  # ISO 639-1; None: all
    priority: bool | None = None  # jobs go before those of plans without; None: when the plan is paid
    prices: Prices = Field(default_factory=dict)  # per month
    extra: ExtraPrices = Field(default_factory=dict)  # of one credit beyond the month's
    links: PaymentLinks = Field(default_factory=dict)

    @field_validator("longest")
    @classmethod
    def _is_no_longer_than_the_limit(cls, longest: float) -> float:
        if longest > (most := limits().video.max_seconds):
            raise ValueError(f"a plan may lower the limit of {most:g} seconds, not raise it")
        return longest

    @field_validator("languages")
    @classmethod
    def _are_known(cls, codes: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if unknown := sorted(set(codes or ()) - set(languages().names)):
            raise ValueError(f"no such language: {', '.join(unknown)}")
        return codes

    @property
    def at_once(self) -> int:
        """Jobs that may run at the same time; by default it depends on whether the plan is paid."""
        return self.running or (RUNNING_PAID if self.paid else RUNNING_FREE)

    @property
    def most_bytes(self) -> float:
        return math.inf if self.max_bytes is None else self.max_bytes

    @property
    def goes_first(self) -> bool:
        return self.paid if self.priority is None else self.priority

    def hears(self, language: str) -> bool:
        """Whether speech in that language may be transcribed; true for "auto", as the language is not known yet."""
        return self.languages is None or language == "auto" or languages().code(language) in self.languages


class Pack(Table):
    """Credits sold in one purchase; without prices it is no longer sold."""

    credits: int = Field(gt=0)
    days: int | None = Field(default=None, gt=0)  # until the credits expire; None: never
    prices: Prices = Field(default_factory=dict)
    links: PaymentLinks = Field(default_factory=dict)


class Invitation(Table):
    """Credits an invitation gives to both sides and the days until they expire, the number of people one user may
    invite, and the days for which a user counts as new."""

    inviter: int = Field(default=0, ge=0)
    invited: int = Field(default=0, ge=0)
    most: int = Field(default=0, ge=0)
    days: int = Field(default=90, gt=0)
    new_days: int = Field(default=7, gt=0)


@dataclass(frozen=True, slots=True)
class Item:
    """An item for sale under the name purchases use: `pack:500`, or `plan:starter`, which is billed monthly."""

    name: str
    credits: int
    prices: dict[str, int]
    plan: str | None = None
    days: int | None = None
    links: dict[str, str] = field(default_factory=dict)

    @property
    def recurring(self) -> bool:
        return self.plan is not None


class Catalogue(Table):
    price: Price
    plans: Annotated[dict[str, Plan], AfterValidator(_named)]
    packs: Annotated[dict[str, Pack], AfterValidator(_named)] = Field(default_factory=dict)
    currencies: dict[str, str] = Field(default_factory=lambda: {"en": "usd"})  # by language
    invitation: Invitation = Invitation()
    extra_caps: tuple[int, ...] = ()  # choices of a monthly cap on credits charged beyond the plan

    def plan(self, name: str) -> Plan:
        """The plan of that name; the free plan if it no longer exists."""
        return self.plans.get(name, self.plans[FREE])

    def items(self) -> list[Item]:
        """Items for sale: plans, then packs, in the order of the file."""
        return [item for item in self._items() if item.prices]

    def item(self, name: str) -> Item | None:
        """The item of that name, including one no longer sold, as paid purchases of it are still fulfilled."""
        return next((item for item in self._items() if item.name == name), None)

    def currency_of(self, language: str) -> str:
        """The currency of prices shown to users of a language."""
        return self.currencies.get(language, self.currencies["en"])

    def extra_price(self, plan: str, currency: str) -> int | None:
        """Price of a credit beyond a plan, in minor units; None where overage is not offered."""
        return self.plan(plan).extra.get(currency) if self.extra_caps else None

    def _items(self) -> Iterator[Item]:
        for name, plan in self.plans.items():
            if plan.paid and plan.metered:
                yield Item(f"plan:{name}", plan.credits, plan.prices, plan=name, links=plan.links)
        for name, pack in self.packs.items():
            yield Item(f"pack:{name}", pack.credits, pack.prices, days=pack.days, links=pack.links)


def lookup_key(item: str, currency: str) -> str:
    """Lookup key of an item's price at the provider: `rabisco_pack_500_brl`."""
    return f"rabisco_{item.replace(':', '_')}_{currency}"


def item_of(lookup_key: str) -> str | None:
    """The item of a lookup key, `pack:500`; None for a price that is not ours."""
    found = re.fullmatch(f"rabisco_(pack|plan)_({_NAME})_[a-z]{{3}}", lookup_key)
    return f"{found[1]}:{found[2]}" if found else None


class CatalogueError(Explained):
    """The catalogue file is invalid; the message says why."""


def read_catalogue(path: Path | None = None) -> Catalogue:
    """Read a catalogue file, or the bundled one.

    Raises CatalogueError with the file's name, the field and what is wrong with it.
    """
    source = path or files("models").joinpath("catalogue.toml")
    try:
        catalogue = Catalogue.model_validate(tomllib.loads(source.read_text("utf-8")))
    except ValidationError as error:
        raise CatalogueError(f"{source}: {_told(error)}") from error
    except (OSError, ValueError) as error:  # no file, no text, or no TOML
        raise CatalogueError(f"{source}: {error}") from error
    if complaint := next(_disagreements(catalogue), None):
        raise CatalogueError(f"{source}: {complaint}")
    return catalogue


def _told(error: ValidationError) -> str:
    """Each invalid field, with its path in the file."""
    return "; ".join(
        f"{'.'.join(map(str, wrong['loc']))}: {wrong['msg'].removeprefix('Value error, ')}" for wrong in error.errors()
    )


def _disagreements(catalogue: Catalogue) -> Iterator[str]:
    """Inconsistencies between fields that are valid by themselves."""
    if FREE not in catalogue.plans:
        yield f"plans: there must be a plan called {FREE!r}"
    if "en" not in catalogue.currencies:
        yield "currencies: there must be one for `en`, which those of other languages are shown as well"
    for language, currency in catalogue.currencies.items():
        if currency not in MONEY:
            yield f"currencies.{language}: {currency!r} is none of {', '.join(MONEY)}"
    for name, plan in catalogue.plans.items():
        yield from _odd_plan(name, plan)
    for item in catalogue.items():
        yield from _odd_item(item, set(catalogue.currencies.values()))


def _odd_plan(name: str, plan: Plan) -> Iterator[str]:
    if plan.paid and name == FREE:
        yield f"plans.{name}.paid: it is what people have who pay nothing"
    if plan.prices and not (plan.paid and plan.metered):
        yield f"plans.{name}.prices: only a plan that is paid and metered can be sold"
    if plan.prices and not plan.credits:
        yield f"plans.{name}.credits: a plan that is sold must have some"
    if unpriced := sorted(set(plan.extra) - set(plan.prices)):
        yield f"plans.{name}.extra: the plan itself has no price in {', '.join(unpriced)}"


def _odd_item(item: Item, shown: set[str]) -> Iterator[str]:
    table = item.name.replace(":", "s.")
    if unpriced := sorted(set(item.links) - set(item.prices)):
        yield f"{table}.links: there is no price in {', '.join(unpriced)}"
    if missing := sorted(shown - set(item.prices)):
        yield f"{table}.prices: there is none in {', '.join(missing)}, which [currencies] shows people"
