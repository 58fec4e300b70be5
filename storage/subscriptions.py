"""Subscriptions as last fetched from the payment provider, and the plan they give a person."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, update
from sqlmodel import Session, col, select

from models.catalogue import FREE
from models.payments import Customer, Subscription
from models.people import Person
from storage.rows import changed, insert_once

GRACE = timedelta(days=3)  # for which a plan stays after a payment failed
GOING_ON = ("active", "trialing", "past_due")
WITH_ACCESS = ("active", "trialing")
RENEWING = timedelta(days=3)  # after the start of a period, in which its invoice may still be pending
OFTEN, SELDOM = timedelta(minutes=10), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class State:
    """Snapshot of a subscription, to compare before and after an update."""

    plan: str
    status: str
    cancels: bool

    @classmethod
    def of(cls, row: Subscription) -> "State":
        return cls(row.plan, row.status, row.cancels)

    @property
    def goes_on(self) -> bool:
        return self.status in GOING_ON


def named(session: Session, tenant_id: uuid.UUID, external_id: str) -> Subscription | None:
    wanted = select(Subscription).where(
        col(Subscription.tenant_id) == tenant_id, col(Subscription.external_id) == external_id
    )
    return session.exec(wanted).one_or_none()


def is_known(session: Session, external_id: str) -> bool:
    wanted = select(Subscription.id).where(col(Subscription.external_id) == external_id)
    return session.exec(wanted).first() is not None


def see(session: Session, told: Subscription) -> tuple[State | None, Subscription] | None:
    """Store what the provider returned at `seen_at`; the state before, and the row now.

    None when a later snapshot is stored already. The state before is None for a subscription that is new to us.
    """
    if told.status == "past_due":
        told.past_due_since = told.seen_at
    if insert_once(session, told):
        return None, _row(session, told)
    before = State.of(_row(session, told, hold=True))
    return (before, _row(session, told)) if _renew(session, told) else None


def plan_of(session: Session, person: Person, now: datetime) -> str:
    """The plan a person's subscriptions give them now."""
    has_access = or_(
        col(Subscription.status).in_(WITH_ACCESS),
        and_(col(Subscription.status) == "past_due", col(Subscription.past_due_since) > now - GRACE),
    )
    wanted = select(Subscription.plan).where(_is_theirs(person, now), has_access)
    return session.exec(wanted.order_by(col(Subscription.period_end).desc())).first() or FREE


def _is_theirs(person: Person, now: datetime) -> ColumnElement[bool]:
    """Subscriptions a person pays for, and those an e-mail code links them to until it expires."""
    of_theirs = (
        col(Customer.tenant_id) == person.tenant_id,
        col(Customer.person_id) == person.id,
        col(Customer.external_id) == col(Subscription.customer_id),
    )
    is_lent = exists().where(*of_theirs, col(Customer.linked_until) > now)
    is_over = exists().where(*of_theirs, col(Customer.linked_until) <= now)
    return or_(
        and_(col(Subscription.person_id) == person.id, not_(is_over)),
        and_(col(Subscription.tenant_id) == person.tenant_id, is_lent),
    )


def follow_plan(session: Session, person: Person, now: datetime) -> bool:
    """Set a person's plan to that of their subscriptions; whether it changed."""
    plan = plan_of(session, person, now)
    if person.plan == plan:
        return False
    person.plan = plan
    session.flush()
    return True


def out_of_grace(session: Session, tenant_id: uuid.UUID, now: datetime) -> list[tuple[Subscription, Person]]:
    """Past-due subscriptions whose grace period is over, with the people still on their plans."""
    wanted = (
        select(Subscription, Person)
        .join(Person, col(Person.id) == col(Subscription.person_id))
        .where(
            col(Subscription.tenant_id) == tenant_id,
            col(Subscription.status) == "past_due",
            col(Subscription.past_due_since) <= now - GRACE,
            col(Person.plan) == col(Subscription.plan),
        )
        .order_by(col(Person.id))  # in a fixed order, as each is locked
    )
    return list(session.exec(wanted).all())


def to_ask_about(session: Session, tenant_id: uuid.UUID, now: datetime, limit: int = 100) -> list[str]:
    """External ids of subscriptions to fetch again, as an event may be lost: often near a renewal or while unpaid."""
    is_restless = or_(
        col(Subscription.period_end) <= now,
        col(Subscription.period_start) >= now - RENEWING,
        col(Subscription.status) == "past_due",
    )
    due = or_(and_(is_restless, col(Subscription.seen_at) <= now - OFTEN), col(Subscription.seen_at) <= now - SELDOM)
    wanted = select(Subscription.external_id).where(
        col(Subscription.tenant_id) == tenant_id, col(Subscription.status).in_((*GOING_ON, "incomplete", "paused")), due
    )
    return list(session.exec(wanted.order_by(col(Subscription.seen_at)).limit(limit)))


def _renew(session: Session, told: Subscription) -> bool:
    newer = (
        update(Subscription)
        .where(
            col(Subscription.tenant_id) == told.tenant_id,
            col(Subscription.external_id) == told.external_id,
            col(Subscription.seen_at) <= told.seen_at,
        )
        .values(
            plan=told.plan,
            status=told.status,
            customer_id=told.customer_id,
            currency=told.currency,
            period_start=told.period_start,
            period_end=told.period_end,
            cancels=told.cancels,
            seen_at=told.seen_at,
            past_due_since=_since(told),
        )
    )
    return changed(session, newer) == 1


def _since(told: Subscription) -> object:
    """The grace period starts at the first report of the failure."""
    return func.coalesce(col(Subscription.past_due_since), told.past_due_since) if told.past_due_since else None


def _row(session: Session, told: Subscription, *, hold: bool = False) -> Subscription:
    wanted = select(Subscription).where(
        col(Subscription.tenant_id) == told.tenant_id, col(Subscription.external_id) == told.external_id
    )
    if hold:
        wanted = wanted.with_for_update()
    return session.exec(wanted.execution_options(populate_existing=True)).one()
