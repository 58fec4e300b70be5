"""Who may have what made: plans, monthly credits, and what a film costs."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import Session

from models.catalogue import OWNER, Catalogue, Plan
from models.errors import Code, Refused
from models.people import Person
from storage import jobs, ledger
from storage.ledger import Credits


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
        return self.catalogue.plan(OWNER if person.role in {"owner", "admin"} else person.plan)

    def standing(self, session: Session, person: Person, now: datetime) -> Standing:
        """What a person has, this month's credits included."""
        plan = self.plan_of(person)
        returns_at = next_month(now)
        if plan.credits:
            key = f"allowance:{person.id}:{now:%Y-%m}"
            ledger.grant(
                session, person, plan.credits, key=key, now=now, expires_at=returns_at, reason=f"plan {person.plan}"
            )
        return Standing(plan, ledger.credits_of(session, person, now), returns_at)

    def admit(self, session: Session, person: Person, seconds: float, now: datetime) -> tuple[Standing, int]:
        """The standing of a person and the credits a result of so many seconds costs them.

        Raises Refused when the plan does not allow it. Locks the person's credits until the transaction ends.
        """
        standing = self.standing(session, person, now)
        plan = standing.plan
        if seconds > plan.longest:
            raise Refused(Code.PLAN_LIMIT, limit=round(plan.longest))
        if len(jobs.waiting_of(session, person.id)) >= plan.waiting:
            raise Refused(Code.TOO_MANY_WAITING, limit=plan.waiting)
        return standing, self.catalogue.price.of(seconds) if plan.metered else 0

    @staticmethod
    def reserve(
        session: Session, person: Person, job_id: uuid.UUID, cost: int, standing: Standing, now: datetime
    ) -> None:
        """Hold a job's credits. Raises Refused(NOT_ENOUGH_CREDITS)."""
        if cost and not ledger.reserve(session, person, job_id, cost, now):
            raise Refused(
                Code.NOT_ENOUGH_CREDITS,
                cost=cost,
                available=standing.credits.available,
                returns=f"{standing.returns_at:%Y-%m-%d}",
            )


def next_month(now: datetime) -> datetime:
    """The first moment of the next month, UTC."""
    year, month = (now.year + 1, 1) if now.month == 12 else (now.year, now.month + 1)
    return datetime(year, month, 1, tzinfo=UTC)
