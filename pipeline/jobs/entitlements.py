"""Entitlements of a user: plan, monthly credits, and the price of a job."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import Session

from models.billing.catalogue import Catalogue
from models.billing.plans import OWNER_PLAN, Plan
from models.errors import ErrorCode, RequestRejected
from models.identity.people import Person
from models.identity.roles import ADMIN_ROLES
from pipeline.jobs.admission import Admission, check_admission
from pipeline.kinds.job_kind import JobKind
from storage.billing import ledger, open_purchases, overages
from storage.billing.ledger import CreditBalance
from storage.billing.subscriptions import ACCESS_STATUSES
from storage.jobs import jobs

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class JobRequirements:
    """What a job requires of a plan: its kind, seconds of the result, bytes of its inputs, the language to be
    transcribed ("auto" if unknown, None if nothing is transcribed), and whether its words are known from another job.
    `earlier_corrections` is None unless words are corrected.
    """

    kind: JobKind
    seconds: float
    size: int = 0
    language: str | None = None
    has_words: bool = False
    earlier_corrections: int | None = None


@dataclass(frozen=True, slots=True)
class AccountStatus:
    """A user's plan and credits now; `next_credits_at` is when the next credits of the plan are granted."""

    plan: Plan
    credits: CreditBalance
    next_credits_at: datetime


class Entitlements:
    """Rules of the catalogue applied to a user. Users in charge of a tenant have the owner plan."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue

    def plan_of(self, person: Person) -> Plan:
        return self.catalogue.get_plan(OWNER_PLAN if person.role in ADMIN_ROLES else person.plan)

    def account_status_of(self, session: Session, person: Person, now: datetime) -> AccountStatus:
        """The user's plan and credits, after granting this month's credits of an unpaid plan."""
        plan = self.plan_of(person)
        if not plan.paid:
            self._grant_monthly_credits(session, person, plan, now)
        return AccountStatus(
            plan, ledger.balance_of(session, person, now), _next_credits_time_for(session, person, plan, now)
        )

    @staticmethod
    def _grant_monthly_credits(session: Session, person: Person, plan: Plan, now: datetime) -> None:
        """Grant this month's credits once, whatever plans a user passes through; paid plans' come with invoices."""
        if plan.credits:
            key, reason = f"allowance:{person.id}:{now:%Y-%m}", f"plan {person.plan}"
            ledger.grant(
                session, person, plan.credits, key=key, now=now, expires_at=start_of_next_month(now), reason=reason
            )

    def admit(
        self,
        session: Session,
        person: Person,
        requirements: JobRequirements,
        now: datetime,
        admission: Admission | None = None,
    ) -> tuple[AccountStatus, int]:
        """Check that a job may be accepted; returns the user's account status and the job's price in credits.

        `admission` is the result of the tenant's check where the caller has made it. Raises RequestRejected if the
        tenant accepts no work or the plan does not allow the job. Locks the user's credits until the transaction ends.
        """
        admission = admission or check_admission(session, person)
        if admission.rejection is not None:
            raise admission.rejection
        status = self.account_status_of(session, person, now)
        if status.plan.metered and status.credits.debt:
            raise RequestRejected(ErrorCode.DEBT, debt=status.credits.debt)
        _check_plan_limits(status.plan, requirements)
        if len(jobs.list_unfinished(session, person.id)) >= status.plan.waiting:
            raise RequestRejected(ErrorCode.TOO_MANY_WAITING, limit=status.plan.waiting)
        return status, self.price_of(status.plan, requirements)

    def price_of(self, plan: Plan, requirements: JobRequirements) -> int:
        """Credits that a job costs on a plan."""
        if not plan.metered:
            return 0
        return self.catalogue.compute_credits(
            requirements.kind.name,
            requirements.seconds,
            is_heard=requirements.language is not None and not requirements.has_words,
            earlier_corrections=requirements.earlier_corrections,
        )

    def reserve(
        self, session: Session, person: Person, job_id: uuid.UUID, cost: int, status: AccountStatus, now: datetime
    ) -> None:
        """Reserve a job's credits, overage included if allowed. Raises RequestRejected(NOT_ENOUGH_CREDITS)."""
        if not cost or ledger.reserve(session, person, job_id, cost, now):
            return
        if not (
            self._grant_overage(session, person, job_id, cost, now)
            and ledger.reserve(session, person, job_id, cost, now)
        ):
            raise RequestRejected(
                ErrorCode.NOT_ENOUGH_CREDITS,
                cost=cost,
                available=status.credits.available,
                returns=f"{status.next_credits_at:%Y-%m-%d}",
            )

    def _grant_overage(self, session: Session, person: Person, job_id: uuid.UUID, cost: int, now: datetime) -> bool:
        """Grant the missing credits as overage on the user's subscription; False if it does not allow that."""
        subscription = open_purchases.subscription_of(session, person)
        price = self.catalogue.extra_price_of(subscription.plan, subscription.currency) if subscription else None
        if subscription is None or price is None or subscription.status not in ACCESS_STATUSES or subscription.cancels:
            return False
        missing = cost - ledger.balance_of(session, person, now).available
        return overages.grant_overage(session, person, job_id, missing, subscription, price, now)


def _check_plan_limits(plan: Plan, requirements: JobRequirements) -> None:
    longest = min(plan.longest_for(requirements.kind.name), requirements.kind.limits.max_seconds)
    if requirements.seconds > longest:
        raise RequestRejected(ErrorCode.PLAN_LIMIT, limit=round(longest))
    if plan.max_bytes is not None and requirements.size > plan.max_bytes:
        raise RequestRejected(ErrorCode.PLAN_SIZE, limit=max(1, plan.max_bytes // MEGABYTE))
    if requirements.language is not None and not plan.can_transcribe(requirements.language):
        raise RequestRejected(ErrorCode.PLAN_LANGUAGE)


def _next_credits_time_for(session: Session, person: Person, plan: Plan, now: datetime) -> datetime:
    """When the next credits of a plan are granted; those of a paid plan come with the next invoice."""
    subscription = open_purchases.subscription_of(session, person) if plan.paid and plan.metered else None
    return subscription.period_end if subscription else start_of_next_month(now)


def start_of_next_month(now: datetime) -> datetime:
    """Midnight UTC on the first day of the next month."""
    year, month = (now.year + 1, 1) if now.month == 12 else (now.year, now.month + 1)
    return datetime(year, month, 1, tzinfo=UTC)
