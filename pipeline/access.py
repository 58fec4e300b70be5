"""Entitlements of a user: plan, monthly credits, and the price of a job."""

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
    """What a job requires of a plan: seconds of the result, bytes of its inputs, and the language to be transcribed
    ("auto" if unknown, None if nothing is transcribed).
    """

    seconds: float
    size: int = 0
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A user's plan and credits now; `next_credits_at` is when the next credits of the plan are granted."""

    plan: Plan
    credits: Credits
    returns_at: datetime


class Access:
    """Rules of the catalogue applied to a user. Users in charge of a tenant have the owner plan."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue

    def plan_of(self, person: Person) -> Plan:
        return self.catalogue.plan(OWNER if person.role in IN_CHARGE else person.plan)

    def standing(self, session: Session, person: Person, now: datetime) -> Standing:
        """The user's plan and credits, after granting this month's credits of an unpaid plan."""
        plan = self.plan_of(person)
        if not plan.paid:
            self._allow(session, person, plan, now)
        return Standing(plan, ledger.credits_of(session, person, now), _returns_at(session, person, plan, now))

    @staticmethod
    def _allow(session: Session, person: Person, plan: Plan, now: datetime) -> None:
        """Grant this month's credits, once whatever plans a user passes through; those of paid plans come with invoices."""
        if plan.credits:
            key, reason = f"allowance:{person.id}:{now:%Y-%m}", f"plan {person.plan}"
            ledger.grant(session, person, plan.credits, key=key, now=now, expires_at=next_month(now), reason=reason)

    def admit(self, session: Session, person: Person, demand: Demand, now: datetime) -> tuple[Standing, int]:
        """Check that a job may be accepted; returns the user's account status and the job's price in credits.

        Raises RequestRejected if the tenant accepts no work or the plan does not allow the job. Locks the user's
        credits until the transaction ends.
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
        """Reserve a job's credits, overage included if allowed. Raises RequestRejected(NOT_ENOUGH_CREDITS)."""
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
        """Grant the missing credits as overage on the user's subscription; False if the subscription does not allow it."""
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
    """When the next credits of a plan are granted; those of a paid plan come with the next invoice."""
    subscription = basket.subscription_of(session, person) if plan.paid and plan.metered else None
    return subscription.period_end if subscription else next_month(now)


def next_month(now: datetime) -> datetime:
    """Midnight UTC on the first day of the next month."""
    year, month = (now.year + 1, 1) if now.month == 12 else (now.year, now.month + 1)
    return datetime(year, month, 1, tzinfo=UTC)
