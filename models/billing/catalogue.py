"""Plans, credit packs and their prices: the schema of `catalogue.toml`, validated when it is read."""

import math
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationError, field_validator

from models.billing.item_names import validate_names
from models.billing.prices import CURRENCIES, CatalogueTable, CorrectionPrices, ExtraPrices, Price, Prices, StaticLinks
from models.errors import ConfigError
from models.languages import load_languages
from models.limits import load_limits

FREE_PLAN = "free"
OWNER_PLAN = "owner"
DEFAULT_RUNNING_FREE = 1
DEFAULT_RUNNING_PAID = 3


class Plan(CatalogueTable):
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
    longest_of: dict[str, float] = Field(default_factory=dict)  # by kind of job, instead of `longest`
    metered: bool = True
    running: int | None = Field(default=None, gt=0)
    max_bytes: int | None = Field(default=None, gt=0)  # None: what limits.toml allows
    max_stored: int | None = Field(default=None, gt=0)  # bytes a user sent and that are kept; None: 3 x max_bytes
    languages: tuple[str, ...] | None = None  # ISO 639-1; None: all
    priority: bool | None = None  # jobs go before those of plans without; None: when the plan is paid
    prices: Prices = Field(default_factory=dict)  # per month
    extra: ExtraPrices = Field(default_factory=dict)  # of one credit beyond the month's
    links: StaticLinks = Field(default_factory=dict)

    @field_validator("longest")
    @classmethod
    def _validate_longest(cls, longest: float) -> float:
        if longest > (maximum := load_limits().video.max_seconds):
            raise ValueError(f"a plan may lower the limit of {maximum:g} seconds, not raise it")
        return longest

    @field_validator("languages")
    @classmethod
    def _validate_languages(cls, codes: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if unknown := sorted(set(codes or ()) - set(load_languages().names)):
            raise ValueError(f"no such language: {', '.join(unknown)}")
        return codes

    @field_validator("longest_of")
    @classmethod
    def _validate_longest_of(cls, longest_of: dict[str, float]) -> dict[str, float]:
        for kind, longest in longest_of.items():
            limits = load_limits().kinds.get(kind)
            if limits is not None and longest > limits.max_seconds:
                raise ValueError(
                    f"a plan may lower the limit of {limits.max_seconds:g} seconds of {kind}, not raise it"
                )
        return longest_of

    def longest_for(self, kind: str) -> float:
        """Seconds of the longest result of that kind."""
        return self.longest_of.get(kind, self.longest)

    @property
    def max_running(self) -> int:
        """Jobs that may run at the same time; by default it depends on whether the plan is paid."""
        return self.running or (DEFAULT_RUNNING_PAID if self.paid else DEFAULT_RUNNING_FREE)

    @property
    def byte_limit(self) -> float:
        return math.inf if self.max_bytes is None else self.max_bytes

    @property
    def stored_limit(self) -> float:
        """Bytes of the files that a user sent and that may be kept at a time."""
        return 3 * self.byte_limit if self.max_stored is None else self.max_stored

    @property
    def has_priority(self) -> bool:
        return self.paid if self.priority is None else self.priority

    def can_transcribe(self, language: str) -> bool:
        """Whether speech in that language may be transcribed; true for "auto", as the language is not known yet."""
        return self.languages is None or language == "auto" or load_languages().find_code(language) in self.languages


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
