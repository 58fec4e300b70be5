"""Who may have what made: plans, monthly credits, and what a film costs."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import Session

from models.catalogue import OWNER, Catalogue, Plan
from models.errors import Code, Refused
from models.people import Person
from models.roles import IN_CHARGE
from pipeline import doors
from storage import basket, jobs, ledger, overages
from storage.ledger import Credits
from storage.subscriptions import WITH_ACCESS

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Demand:
    """What a film asks of a plan: seconds of the result, bytes it is made from, and the language that is to be heard
    ("auto" while nobody knows, None where nothing is heard).
    """

    seconds: float
    size: int = 0
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A person's plan and credits now; `returns_at` is when the next monthly credits come."""

    plan: Plan
    credits: Credits
    returns_at: datetime


class Access:
    """Decides by the catalogue; `unmetered` are roles whose jobs cost nothing."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue

    def plan_of(self, person: Person) -> Plan:
        return self.catalogue.plan(OWNER if person.role in IN_CHARGE else person.plan)

    def standing(self, session: Session, person: Person, now: datetime) -> Standing:
        """What a person has, this month's credits included."""
        plan = self.plan_of(person)
        if not plan.paid:
            self._allow(session, person, plan, now)
        return Standing(plan, ledger.credits_of(session, person, now), _returns_at(session, person, plan, now))

    @staticmethod
    def _allow(session: Session, person: Person, plan: Plan, now: datetime) -> None:
        """This month's credits, once whatever plans a person goes through; those of a paid plan come with invoices."""
        if plan.credits:
            key, reason = f"allowance:{person.id}:{now:%Y-%m}", f"plan {person.plan}"
            ledger.grant(session, person, plan.credits, key=key, now=now, expires_at=next_month(now), reason=reason)

    def admit(self, session: Session, person: Person, demand: Demand, now: datetime) -> tuple[Standing, int]:
        """The standing of a person and the credits that what is asked for costs them.

        Raises Refused when the doors are closed, or the plan does not allow it. Locks the person's credits until the
        transaction ends.
        """
        if (closed := doors.obstacle(session, person)) is not None:
            raise closed
        standing = self.standing(session, person, now)
        if standing.plan.metered and standing.credits.debt:
            raise Refused(Code.DEBT, debt=standing.credits.debt)
        _within(standing.plan, demand)
        if len(jobs.waiting_of(session, person.id)) >= standing.plan.waiting:
            raise Refused(Code.TOO_MANY_WAITING, limit=standing.plan.waiting)
        return standing, self.catalogue.price.of(demand.seconds) if standing.plan.metered else 0

    def reserve(
        self, session: Session, person: Person, job_id: uuid.UUID, cost: int, standing: Standing, now: datetime
    ) -> None:
        """Hold a job's credits, with those beyond the plan that somebody allows. Raises Refused(NOT_ENOUGH_CREDITS)."""
        if not cost or ledger.reserve(session, person, job_id, cost, now):
            return
        if not (self._lend(session, person, job_id, cost, now) and ledger.reserve(session, person, job_id, cost, now)):
            raise Refused(
                Code.NOT_ENOUGH_CREDITS,
                cost=cost,
                available=standing.credits.available,
                returns=f"{standing.returns_at:%Y-%m-%d}",
            )

    def _lend(self, session: Session, person: Person, job_id: uuid.UUID, cost: int, now: datetime) -> bool:
        """Lend a job what somebody lacks, on the bill of the plan they pay for."""
        plan = basket.subscription_of(session, person)
        price = self.catalogue.extra_price(plan.plan, plan.currency) if plan else None
        if plan is None or price is None or plan.status not in WITH_ACCESS or plan.cancels:
            return False
        missing = cost - ledger.credits_of(session, person, now).available
        return overages.lend(session, person, job_id, missing, plan, price, now)


def _within(plan: Plan, demand: Demand) -> None:
    if demand.seconds > plan.longest:
        raise Refused(Code.PLAN_LIMIT, limit=round(plan.longest))
    if plan.max_bytes is not None and demand.size > plan.max_bytes:
        raise Refused(Code.PLAN_SIZE, limit=max(1, plan.max_bytes // MEGABYTE))
    if demand.language is not None and not plan.hears(demand.language):
        raise Refused(Code.PLAN_LANGUAGE)


def _returns_at(session: Session, person: Person, plan: Plan, now: datetime) -> datetime:
    """When the next credits of a plan come: of one that is paid, with the next invoice."""
    subscription = basket.subscription_of(session, person) if plan.paid and plan.metered else None
    return subscription.period_end if subscription else next_month(now)


def next_month(now: datetime) -> datetime:
    """The first moment of the next month, UTC."""
    year, month = (now.year + 1, 1) if now.month == 12 else (now.year, now.month + 1)
    return datetime(year, month, 1, tzinfo=UTC)
