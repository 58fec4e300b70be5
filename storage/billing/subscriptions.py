"""Subscriptions as last fetched from the payment provider, and the plan they give a person."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, update
from sqlmodel import Session, col, select

from models.billing.payments import Customer, Subscription
from models.billing.plans import FREE_PLAN
from models.identity.people import Person
from storage.upsert import execute_dml, insert_once

GRACE_PERIOD = timedelta(days=3)  # for which a plan stays after a payment failed
ACTIVE_STATUSES = ("active", "trialing", "past_due")
ACCESS_STATUSES = ("active", "trialing")
RENEWAL_WINDOW = timedelta(days=3)  # after the start of a period, in which its invoice may still be pending
FREQUENT_SYNC_INTERVAL, REGULAR_SYNC_INTERVAL = timedelta(minutes=10), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SubscriptionState:
    """Snapshot of a subscription, to compare before and after an update."""

    plan: str
    status: str
    cancels_at_period_end: bool

    @classmethod
    def from_row(cls, row: Subscription) -> "SubscriptionState":
        return cls(row.plan, row.status, row.cancels)

    @property
    def is_active(self) -> bool:
        return self.status in ACTIVE_STATUSES


def find_by_external_id(session: Session, tenant_id: uuid.UUID, external_id: str) -> Subscription | None:
    query = select(Subscription).where(
        col(Subscription.tenant_id) == tenant_id, col(Subscription.external_id) == external_id
    )
    return session.exec(query).one_or_none()


def is_known(session: Session, external_id: str) -> bool:
    query = select(Subscription.id).where(col(Subscription.external_id) == external_id)
    return session.exec(query).first() is not None


def upsert(session: Session, snapshot: Subscription) -> tuple[SubscriptionState | None, Subscription] | None:
    """Store what the provider returned at `seen_at`; the state before, and the row now.

    None when a later snapshot is stored already. The state before is None for a subscription that is new to us.
    """
    if snapshot.status == "past_due":
        snapshot.past_due_since = snapshot.seen_at
    if insert_once(session, snapshot):
        return None, _get_row(session, snapshot)
    before = SubscriptionState.from_row(_get_row(session, snapshot, for_update=True))
    return (before, _get_row(session, snapshot)) if _update_if_newer(session, snapshot) else None


def plan_of(session: Session, person: Person, now: datetime) -> str:
    """The plan a person's subscriptions give them now."""
    has_access = or_(
        col(Subscription.status).in_(ACCESS_STATUSES),
        and_(col(Subscription.status) == "past_due", col(Subscription.past_due_since) > now - GRACE_PERIOD),
    )
    query = select(Subscription.plan).where(_build_access_filter(person, now), has_access)
    return session.exec(query.order_by(col(Subscription.period_end).desc())).first() or FREE_PLAN


def _build_access_filter(person: Person, now: datetime) -> ColumnElement[bool]:
    """Subscriptions a person pays for, and those an e-mail code links them to until it expires."""
    is_customer = (
        col(Customer.tenant_id) == person.tenant_id,
        col(Customer.person_id) == person.id,
        col(Customer.external_id) == col(Subscription.customer_id),
    )
    is_lent = exists().where(*is_customer, col(Customer.linked_until) > now)
    is_link_expired = exists().where(*is_customer, col(Customer.linked_until) <= now)
    return or_(
        and_(col(Subscription.person_id) == person.id, not_(is_link_expired)),
        and_(col(Subscription.tenant_id) == person.tenant_id, is_lent),
    )


def update_plan(session: Session, person: Person, now: datetime) -> bool:
    """Set a person's plan to that of their subscriptions; whether it changed."""
    plan = plan_of(session, person, now)
    if person.plan == plan:
        return False
    person.plan = plan
    session.flush()
    return True


def list_past_grace(session: Session, tenant_id: uuid.UUID, now: datetime) -> list[tuple[Subscription, Person]]:
    """Past-due subscriptions whose grace period is over, with the people still on their plans."""
    query = (
        select(Subscription, Person)
        .join(Person, col(Person.id) == col(Subscription.person_id))
        .where(
            col(Subscription.tenant_id) == tenant_id,
            col(Subscription.status) == "past_due",
            col(Subscription.past_due_since) <= now - GRACE_PERIOD,
            col(Person.plan) == col(Subscription.plan),
        )
        .order_by(col(Person.id))  # in a fixed order, as each is locked
    )
    return list(session.exec(query).all())


def list_due_for_sync(session: Session, tenant_id: uuid.UUID, now: datetime, limit: int = 100) -> list[str]:
    """External ids of subscriptions to fetch again, as an event may be lost: often near a renewal or while unpaid."""
    needs_frequent_sync = or_(
        col(Subscription.period_end) <= now,
        col(Subscription.period_start) >= now - RENEWAL_WINDOW,
        col(Subscription.status) == "past_due",
    )
    due = or_(
        and_(needs_frequent_sync, col(Subscription.seen_at) <= now - FREQUENT_SYNC_INTERVAL),
        col(Subscription.seen_at) <= now - REGULAR_SYNC_INTERVAL,
    )
    query = select(Subscription.external_id).where(
        col(Subscription.tenant_id) == tenant_id,
        col(Subscription.status).in_((*ACTIVE_STATUSES, "incomplete", "paused")),
        due,
    )
    return list(session.exec(query.order_by(col(Subscription.seen_at)).limit(limit)))


def _update_if_newer(session: Session, snapshot: Subscription) -> bool:
    statement = (
        update(Subscription)
        .where(
            col(Subscription.tenant_id) == snapshot.tenant_id,
            col(Subscription.external_id) == snapshot.external_id,
            col(Subscription.seen_at) <= snapshot.seen_at,
        )
        .values(
            plan=snapshot.plan,
            status=snapshot.status,
            customer_id=snapshot.customer_id,
            currency=snapshot.currency,
            period_start=snapshot.period_start,
            period_end=snapshot.period_end,
            cancels=snapshot.cancels,
            seen_at=snapshot.seen_at,
            past_due_since=_build_past_due_since(snapshot),
        )
    )
    return execute_dml(session, statement) == 1


def _build_past_due_since(snapshot: Subscription) -> object:
    """The grace period starts at the first report of the failure."""
    return func.coalesce(col(Subscription.past_due_since), snapshot.past_due_since) if snapshot.past_due_since else None


def _get_row(session: Session, snapshot: Subscription, *, for_update: bool = False) -> Subscription:
    query = select(Subscription).where(
        col(Subscription.tenant_id) == snapshot.tenant_id, col(Subscription.external_id) == snapshot.external_id
    )
    if for_update:
        query = query.with_for_update()
    return session.exec(query.execution_options(populate_existing=True)).one()
