"""Plans: what a user may do in a month, and the credits of one."""

import math

from pydantic import Field, field_validator

from models.billing.prices import CatalogueTable, ExtraPrices, Prices, StaticLinks
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
