"""Everything that is sold: the schema of `catalogue.toml`, validated when it is read."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationError

from models.billing.item_names import validate_names
from models.billing.plans import FREE_PLAN, Plan
from models.billing.prices import CURRENCIES, CatalogueTable, CorrectionPrices, Price, Prices, StaticLinks
from models.errors import ConfigError


class CreditPack(CatalogueTable):
    """Credits sold in one purchase; without prices it is no longer sold."""

    credits: int = Field(gt=0)
    days: int | None = Field(default=None, gt=0)  # until the credits expire; None: never
    prices: Prices = Field(default_factory=dict)
    links: StaticLinks = Field(default_factory=dict)


class InvitationRules(CatalogueTable):
    """Credits an invitation gives to both sides and the days until they expire, the number of people one user may
    invite, and the days for which a user counts as new."""

    inviter: int = Field(default=0, ge=0)
    invited: int = Field(default=0, ge=0)
    most: int = Field(default=0, ge=0)
    days: int = Field(default=90, gt=0)
    new_days: int = Field(default=7, gt=0)


@dataclass(frozen=True, slots=True)
class CatalogueItem:
    """An item for sale under the name purchases use: `pack:500`, or `plan:starter`, which is billed monthly."""

    name: str
    credits: int
    prices: dict[str, int]
    plan: str | None = None
    days: int | None = None
    links: dict[str, str] = field(default_factory=dict)

    @property
    def is_recurring(self) -> bool:
        return self.plan is not None


class Catalogue(CatalogueTable):
    """Everything that is sold. `price` is that of a job whose kind has none of its own in `prices`."""

    price: Price
    prices: dict[str, Price] = Field(default_factory=dict)  # by kind of job
    corrections: CorrectionPrices = CorrectionPrices()
    plans: Annotated[dict[str, Plan], AfterValidator(validate_names)]
    packs: Annotated[dict[str, CreditPack], AfterValidator(validate_names)] = Field(default_factory=dict)
    currencies: dict[str, str] = Field(default_factory=lambda: {"en": "usd"})  # by language
    invitation: InvitationRules = InvitationRules()
    extra_caps: tuple[int, ...] = ()  # choices of a monthly cap on credits charged beyond the plan

    def price_for(self, kind: str, earlier_corrections: int | None = None) -> Price:
        """The price of a kind of job; `earlier_corrections` of the same file if it is made again with corrected words,
        None if it is not."""
        return self.corrections.find_price(kind, earlier_corrections) or self.prices.get(kind, self.price)

    def compute_credits(
        self, kind: str, seconds: float, *, is_heard: bool, earlier_corrections: int | None = None
    ) -> int:
        """Credits for a result of that many seconds; `is_heard` says whether its speech has to be heard, and
        `earlier_corrections` is that of `price_for`."""
        price = self.price_for(kind, earlier_corrections)
        hearing = self.price_for(price.hearing).credits_for(seconds) if is_heard and price.hearing else 0
        return price.credits_for(seconds) + hearing

    def list_priced_kinds(self) -> set[str]:
        """Names of the kinds of jobs that the file mentions, all of which must exist."""
        heard_as = {price.hearing for price in self.prices.values() if price.hearing}
        limited = (plan.longest_of for plan in self.plans.values())
        return heard_as.union(self.prices, self.corrections.prices, *limited)

    def get_plan(self, name: str) -> Plan:
        """The plan of that name; the free plan if it no longer exists."""
        return self.plans.get(name, self.plans[FREE_PLAN])

    def list_items(self) -> list[CatalogueItem]:
        """Items for sale: plans, then packs, in the order of the file."""
        return [item for item in self._iterate_items() if item.prices]

    def find_item(self, name: str) -> CatalogueItem | None:
        """The item of that name, including one no longer sold, as paid purchases of it are still fulfilled."""
        return next((item for item in self._iterate_items() if item.name == name), None)

    def currency_for(self, language: str) -> str:
        """The currency of prices shown to users of a language."""
        return self.currencies.get(language, self.currencies["en"])

    def extra_price_of(self, plan: str, currency: str) -> int | None:
        """Price of a credit beyond a plan, in minor units; None where overage is not offered."""
        return self.get_plan(plan).extra.get(currency) if self.extra_caps else None

    def _iterate_items(self) -> Iterator[CatalogueItem]:
        for name, plan in self.plans.items():
            if plan.paid and plan.metered:
                yield CatalogueItem(f"plan:{name}", plan.credits, plan.prices, plan=name, links=plan.links)
        for name, pack in self.packs.items():
            yield CatalogueItem(f"pack:{name}", pack.credits, pack.prices, days=pack.days, links=pack.links)


class CatalogueError(ConfigError):
    """The catalogue file is invalid; the message says why."""


def read_catalogue(path: Path | None = None) -> Catalogue:
    """Read a catalogue file, or the bundled one.

    Raises CatalogueError with the file's name, the field and what is wrong with it.
    """
    source = path or files("models.billing").joinpath("catalogue.toml")
    try:
        catalogue = Catalogue.model_validate(tomllib.loads(source.read_text("utf-8")))
    except ValidationError as error:
        raise CatalogueError(f"{source}: {_format_errors(error)}") from error
    except (OSError, ValueError) as error:  # no file, no text, or no TOML
        raise CatalogueError(f"{source}: {error}") from error
    if conflict := next(_find_conflicts(catalogue), None):
        raise CatalogueError(f"{source}: {conflict}")
    return catalogue


def _format_errors(error: ValidationError) -> str:
    """Each invalid field, with its path in the file."""
    return "; ".join(
        f"{'.'.join(map(str, detail['loc']))}: {detail['msg'].removeprefix('Value error, ')}"
        for detail in error.errors()
    )


def _find_conflicts(catalogue: Catalogue) -> Iterator[str]:
    """Inconsistencies between fields that are valid by themselves."""
    if FREE_PLAN not in catalogue.plans:
        yield f"plans: there must be a plan called {FREE_PLAN!r}"
    if "en" not in catalogue.currencies:
        yield "currencies: there must be one for `en`, which those of other languages are shown as well"
    for language, currency in catalogue.currencies.items():
        if currency not in CURRENCIES:
            yield f"currencies.{language}: {currency!r} is none of {', '.join(CURRENCIES)}"
    for name, plan in catalogue.plans.items():
        yield from _check_plan(name, plan)
    for item in catalogue.list_items():
        yield from _check_item(item, set(catalogue.currencies.values()))


def _check_plan(name: str, plan: Plan) -> Iterator[str]:
    if plan.paid and name == FREE_PLAN:
        yield f"plans.{name}.paid: it is what people have who pay nothing"
    if plan.prices and not (plan.paid and plan.metered):
        yield f"plans.{name}.prices: only a plan that is paid and metered can be sold"
    if plan.prices and not plan.credits:
        yield f"plans.{name}.credits: a plan that is sold must have some"
    if unpriced := sorted(set(plan.extra) - set(plan.prices)):
        yield f"plans.{name}.extra: the plan itself has no price in {', '.join(unpriced)}"


def _check_item(item: CatalogueItem, displayed: set[str]) -> Iterator[str]:
    table = item.name.replace(":", "s.")
    if unpriced := sorted(set(item.links) - set(item.prices)):
        yield f"{table}.links: there is no price in {', '.join(unpriced)}"
    if missing := sorted(displayed - set(item.prices)):
        yield f"{table}.prices: there is none in {', '.join(missing)}, which [currencies] shows people"
