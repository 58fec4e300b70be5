"""Sync of monthly subscriptions: their state, the plan of the user, and the credits of each paid invoice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlmodel import Session

from bots.billing import notices
from bots.billing.counter import Counter, Foreign, NotYet
from bots.billing.port import Invoice, Subscribed
from models.catalogue import Item
from models.payments import Provider, Purchase, PurchaseStatus, Subscription
from models.people import Person
from storage import customers, ledger, people, purchases, subscriptions
from storage.subscriptions import State

log = structlog.get_logger(__name__)

BEGIN, RENEWAL, CHANGE = "subscription_create", "subscription_cycle", "subscription_update"
TOLD = {BEGIN: "plan-began", RENEWAL: "plan-renewed", CHANGE: "plan-changed"}


@dataclass(frozen=True, slots=True)
class Renewals:
    """Syncs one subscription at a time with the provider's current state of it and its invoices."""

    counter: Counter

    def follow(self, subscription: str) -> None:
        """Raises PurchaseNotFound when its purchase is missing, UnrelatedObject when it never had one."""
        asked_at = self.counter.db.clock()
        told = self.counter.provider.subscription(subscription)
        invoices = self.counter.provider.invoices_of(subscription)
        item = self.counter.prices.item_of(told.price)
        paid = [(each, self._sold(each)) for each in invoices if each.status == "paid"]
        with self.counter.db.transaction() as session:
            person = self._person(session, told)
            customers.know(session, person, told.customer)
            row = self._see(session, person, told, item, asked_at)
            if customers.is_over(session, person, told.customer, asked_at):
                return  # an expired e-mail link grants nothing until the address is verified again
            for invoice, plan in sorted(paid, key=_turn):
                self._grant(session, person, row, invoice, plan or row.plan)

    def follow_invoice(self, invoice: str) -> None:
        subscription = self.counter.provider.invoice(invoice).subscription
        if subscription:
            self.follow(subscription)

    def end_grace(self) -> None:
        """Pause plans that stayed unpaid for longer than the grace period; the payment restores them."""
        with self.counter.db.transaction() as session:
            now = self.counter.db.clock()
            for row, person in subscriptions.out_of_grace(session, self.counter.tenant_id, now):
                if subscriptions.follow_plan(session, person, now):
                    part = f"paused:{row.past_due_since}"
                    notices.tell_subscriber(session, person, row, part, notices.plan_paused(row), now)

    def _person(self, session: Session, told: Subscribed) -> Person:
        """Find the user of a subscription: by its row, its purchase, or its customer's earlier purchases."""
        tenant = self.counter.tenant_id
        row = subscriptions.named(session, tenant, told.id)
        bought = purchases.known(session, tenant, told.metadata.get("purchase_id"))
        owner = row.person_id if row else bought.person_id if bought else None
        if owner is not None:
            return people.merged(session, session.get_one(Person, owner))
        found = customers.person_of(session, tenant, told.customer, self.counter.db.clock())
        if found is None:
            raise (NotYet if "purchase_id" in told.metadata else Foreign)(told.id)
        return found

    def _sold(self, invoice: Invoice) -> str | None:
        """The plan an invoice is for, by the prices of its lines; None when none of them is in the catalogue."""
        items = [self.counter.prices.item_of(price) for price in invoice.prices]
        return next((item.plan for item in items if item is not None and item.plan is not None), None)

    def _see(
        self, session: Session, person: Person, told: Subscribed, item: Item | None, asked_at: datetime
    ) -> Subscription:
        """Update the row with the provider's details, unless another process has written newer ones; return the row."""
        plan = self._plan(session, told, item)
        found = subscriptions.see(session, _row(person, told, plan, asked_at))
        if found is None:
            row = subscriptions.named(session, self.counter.tenant_id, told.id)
            assert row is not None  # noqa: S101 - another process has written newer details into it
            return row
        before, row = found
        row.person_id = person.id
        subscriptions.follow_plan(session, person, asked_at)
        if before is not None:
            _tell_change(session, person, before, row, asked_at)
        return row

    def _plan(self, session: Session, told: Subscribed, item: Item | None) -> str:
        """The plan of the subscription's price; for a price no longer listed, the plan of its row or purchase."""
        if item is not None and item.plan is not None:
            return item.plan
        row = subscriptions.named(session, self.counter.tenant_id, told.id)
        bought = purchases.known(session, self.counter.tenant_id, told.metadata.get("purchase_id"))
        if row is None and bought is None:
            raise NotYet(told.id)
        return row.plan if row else str(bought and bought.item).removeprefix("plan:")

    def _grant(self, session: Session, person: Person, row: Subscription, invoice: Invoice, plan: str) -> None:
        """Grant the credits of a paid invoice, which expire with its period; an upgrade tops up the rest of it."""
        now, key = self.counter.db.clock(), f"invoice:{invoice.id}"
        item = self.counter.access.catalogue.item(f"plan:{row.plan if invoice.reason == CHANGE else plan}")
        if item is None or invoice.reason not in {BEGIN, RENEWAL, CHANGE}:
            return
        top_up = invoice.reason == CHANGE
        credits_ = _top_up(session, person, row, item.credits, now) if top_up else item.credits
        reason = f"subscription {row.external_id}"
        ends = _end(invoice, row)
        if not ledger.grant(session, person, credits_, key=key, now=now, expires_at=ends, reason=reason):
            return
        log.info("plan-paid", subscription=row.external_id, invoice=invoice.id, credits=credits_)
        self._keep_payment(session, person, row, invoice, now)
        if ends > now and credits_:
            told = notices.plan_paid(TOLD[invoice.reason], row, credits_)
            notices.tell_subscriber(session, person, row, f"paid:{invoice.id}", told, now)

    def _keep_payment(
        self, session: Session, person: Person, row: Subscription, invoice: Invoice, now: datetime
    ) -> None:
        """Record how an invoice was paid, so that a refund of the payment finds its credits."""
        address = purchases.address_of(session, person)
        if address is None:
            return
        payments: Sequence[str | None] = invoice.payments or (None,)
        paid = Purchase(
            tenant_id=row.tenant_id,
            person_id=person.id,
            address_id=address.id,
            provider=Provider.STRIPE,
            item=f"plan:{row.plan}",
            currency=row.currency,
            amount=invoice.amount_paid,
            status=PurchaseStatus.PAID,
            external_id=invoice.id,
            payment_id=payments[-1],
            created_at=now,
            checked_at=now,
            decided_at=now,
        )
        purchases.keep(session, paid)


def _turn(paid: tuple[Invoice, str | None]) -> tuple[bool, datetime]:
    """Sort changes of plan last: their top-up depends on the credits the period has granted without them."""
    invoice, _ = paid
    return invoice.reason == CHANGE, invoice.period_end


def _end(invoice: Invoice, row: Subscription) -> datetime:
    """Expiry of an invoice's credits. An invoice for a change of plan does not contain its own period."""
    has_period = invoice.reason != CHANGE and invoice.period_end > invoice.period_start
    return invoice.period_end if has_period else row.period_end


def _top_up(session: Session, person: Person, row: Subscription, credits_: int, now: datetime) -> int:
    """Credits of an upgrade beyond those this period granted already, in proportion to the rest of the period."""
    had = ledger.granted(session, person, f"subscription {row.external_id}", since=row.period_start)
    whole = (row.period_end - row.period_start).total_seconds()
    left = max(0.0, (row.period_end - now).total_seconds()) / whole if whole > 0 else 0.0
    return int(max(0, credits_ - had) * min(1.0, left))


def _row(person: Person, told: Subscribed, plan: str, asked_at: datetime) -> Subscription:
    return Subscription(
        tenant_id=person.tenant_id,
        person_id=person.id,
        external_id=told.id,
        customer_id=told.customer,
        plan=plan,
        status=told.status,
        currency=told.currency,
        period_start=told.period_start,
        period_end=told.period_end,
        cancels=told.cancels,
        seen_at=asked_at,
    )


def _tell_change(session: Session, person: Person, before: State, row: Subscription, now: datetime) -> None:
    part = f"{row.status}:{row.seen_at}"
    if row.status == "past_due" and before.status != "past_due":
        notices.tell_subscriber(session, person, row, part, notices.plan_unpaid(row), now)
    elif before.goes_on and row.status not in subscriptions.GOING_ON:
        notices.tell_subscriber(session, person, row, part, notices.plan_ended(row.plan), now)
    elif row.cancels and not before.cancels:
        notices.tell_subscriber(session, person, row, f"cancels:{row.seen_at}", notices.plan_cancels(row), now)
