"""Sync of monthly subscriptions: their state, the plan of the user, and the credits of each paid invoice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlmodel import Session

from bots.billing import notices
from bots.billing.context import BillingContext, PurchaseNotFound, UnrelatedObject
from bots.billing.provider import ProviderInvoice, ProviderSubscription
from models.billing.catalogue import CatalogueItem
from models.billing.payments import Provider, Purchase, PurchaseStatus, Subscription
from models.identity.people import Person
from pipeline import grant_invitation_for_purchase
from storage.billing import customers, ledger, purchases, subscriptions
from storage.billing.subscriptions import SubscriptionState
from storage.identity import people

log = structlog.get_logger(__name__)

BEGIN, RENEWAL, CHANGE = "subscription_create", "subscription_cycle", "subscription_update"
NOTICE_KEYS = {BEGIN: "plan-began", RENEWAL: "plan-renewed", CHANGE: "plan-changed"}


@dataclass(frozen=True, slots=True)
class SubscriptionSync:
    """Syncs one subscription at a time with the provider's current state of it and its invoices."""

    context: BillingContext

    def sync(self, subscription: str) -> None:
        """Raises PurchaseNotFound when its purchase is missing, UnrelatedObject when it never had one."""
        asked_at = self.context.db.clock()
        details = self.context.provider.retrieve_subscription(subscription)
        invoices = self.context.provider.list_invoices(subscription)
        item = self.context.prices.item_of(details.price)
        paid = [
            (paid_invoice, self._find_sold_plan(paid_invoice))
            for paid_invoice in invoices
            if paid_invoice.status == "paid"
        ]
        with self.context.db.transaction() as session:
            person = self._find_person(session, details)
            customers.link(session, person, details.customer)
            row = self._update_row(session, person, details, item, asked_at)
            if customers.is_link_expired(session, person, details.customer, asked_at):
                return  # an expired e-mail link grants nothing until the address is verified again
            for invoice, plan in sorted(paid, key=_sort_key_of):
                self._grant_credits(session, person, row, invoice, plan or row.plan)

    def sync_invoice(self, invoice: str) -> None:
        subscription = self.context.provider.retrieve_invoice(invoice).subscription
        if subscription:
            self.sync(subscription)

    def end_grace_periods(self) -> None:
        """Pause plans that stayed unpaid for longer than the grace period; the payment restores them."""
        with self.context.db.transaction() as session:
            now = self.context.db.clock()
            for row, person in subscriptions.list_past_grace(session, self.context.tenant_id, now):
                if subscriptions.update_plan(session, person, now):
                    part = f"paused:{row.past_due_since}"
                    notices.notify_subscriber(session, person, row, part, notices.build_plan_paused(row), now)

    def _find_person(self, session: Session, details: ProviderSubscription) -> Person:
        """Find the user of a subscription: by its row, its purchase, or its customer's earlier purchases."""
        tenant = self.context.tenant_id
        row = subscriptions.find_by_external_id(session, tenant, details.id)
        purchase = purchases.find_by_reference(session, tenant, details.metadata.get("purchase_id"))
        owner = row.person_id if row else purchase.person_id if purchase else None
        if owner is not None:
            return people.resolve_merged(session, session.get_one(Person, owner))
        found = customers.person_of(session, tenant, details.customer, self.context.db.clock())
        if found is None:
            raise (PurchaseNotFound if "purchase_id" in details.metadata else UnrelatedObject)(details.id)
        return found

    def _find_sold_plan(self, invoice: ProviderInvoice) -> str | None:
        """The plan an invoice is for, by the prices of its lines; None when none of them is in the catalogue."""
        items = [self.context.prices.item_of(price) for price in invoice.prices]
        return next((item.plan for item in items if item is not None and item.plan is not None), None)

    def _update_row(
        self,
        session: Session,
        person: Person,
        details: ProviderSubscription,
        item: CatalogueItem | None,
        asked_at: datetime,
    ) -> Subscription:
        """Update the row with the provider's details, unless another process has written newer ones; return the row."""
        plan = self._resolve_plan(session, details, item)
        update = subscriptions.upsert(session, _build_row(person, details, plan, asked_at))
        if update is None:
            row = subscriptions.find_by_external_id(session, self.context.tenant_id, details.id)
            assert row is not None  # noqa: S101 - another process has written newer details into it
            return row
        before, row = update
        row.person_id = person.id
        subscriptions.update_plan(session, person, asked_at)
        if before is not None:
            _notify_change(session, person, before, row, asked_at)
        return row

    def _resolve_plan(self, session: Session, details: ProviderSubscription, item: CatalogueItem | None) -> str:
        """The plan of the subscription's price; for a price no longer listed, the plan of its row or purchase."""
        if item is not None and item.plan is not None:
            return item.plan
        row = subscriptions.find_by_external_id(session, self.context.tenant_id, details.id)
        purchase = purchases.find_by_reference(session, self.context.tenant_id, details.metadata.get("purchase_id"))
        if row is None and purchase is None:
            raise PurchaseNotFound(details.id)
        return row.plan if row else str(purchase and purchase.item).removeprefix("plan:")

    def _grant_credits(
        self, session: Session, person: Person, row: Subscription, invoice: ProviderInvoice, plan: str
    ) -> None:
        """Grant the credits of a paid invoice, which expire with its period; an upgrade tops up the rest of it."""
        now, key = self.context.db.clock(), f"invoice:{invoice.id}"
        item = self.context.access.catalogue.find_item(f"plan:{row.plan if invoice.reason == CHANGE else plan}")
        if item is None or invoice.reason not in {BEGIN, RENEWAL, CHANGE}:
            return
        is_top_up = invoice.reason == CHANGE
        credits_ = _compute_top_up(session, person, row, item.credits, now) if is_top_up else item.credits
        reason = f"subscription {row.external_id}"
        expires_at = _expiry_of(invoice, row)
        if invoice.amount_paid:
            grant_invitation_for_purchase(session, person, now)
        if not ledger.grant(session, person, credits_, key=key, now=now, expires_at=expires_at, reason=reason):
            return
        log.info("subscription-credited", subscription=row.external_id, invoice=invoice.id, credits=credits_)
        self._record_payment(session, person, row, invoice, now)
        if expires_at > now and credits_:
            message = notices.build_plan_paid(NOTICE_KEYS[invoice.reason], row, credits_)
            notices.notify_subscriber(session, person, row, f"paid:{invoice.id}", message, now)

    def _record_payment(
        self, session: Session, person: Person, row: Subscription, invoice: ProviderInvoice, now: datetime
    ) -> None:
        """Record how an invoice was paid, so that a refund of the payment finds its credits."""
        address = purchases.address_of(session, person)
        if address is None:
            return
        payments: Sequence[str | None] = invoice.payments or (None,)
        purchase = Purchase(
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
        purchases.insert(session, purchase)


def _sort_key_of(paid: tuple[ProviderInvoice, str | None]) -> tuple[bool, datetime]:
    """Sort changes of plan last: their top-up depends on the credits the period has granted without them."""
    invoice, _ = paid
    return invoice.reason == CHANGE, invoice.period_end


def _expiry_of(invoice: ProviderInvoice, row: Subscription) -> datetime:
    """Expiry of an invoice's credits. An invoice for a change of plan does not contain its own period."""
    has_period = invoice.reason != CHANGE and invoice.period_end > invoice.period_start
    return invoice.period_end if has_period else row.period_end


def _compute_top_up(session: Session, person: Person, row: Subscription, credits_: int, now: datetime) -> int:
    """Credits of an upgrade beyond those this period granted already, in proportion to the rest of the period."""
    granted = ledger.sum_granted(session, person, f"subscription {row.external_id}", since=row.period_start)
    period_seconds = (row.period_end - row.period_start).total_seconds()
    share_left = max(0.0, (row.period_end - now).total_seconds()) / period_seconds if period_seconds > 0 else 0.0
    return int(max(0, credits_ - granted) * min(1.0, share_left))


def _build_row(person: Person, details: ProviderSubscription, plan: str, asked_at: datetime) -> Subscription:
    return Subscription(
        tenant_id=person.tenant_id,
        person_id=person.id,
        external_id=details.id,
        customer_id=details.customer,
        plan=plan,
        status=details.status,
        currency=details.currency,
        period_start=details.period_start,
        period_end=details.period_end,
        cancels=details.cancels_at_period_end,
        seen_at=asked_at,
    )


def _notify_change(
    session: Session, person: Person, before: SubscriptionState, row: Subscription, now: datetime
) -> None:
    part = f"{row.status}:{row.seen_at}"
    if row.status == "past_due" and before.status != "past_due":
        notices.notify_subscriber(session, person, row, part, notices.build_plan_unpaid(row), now)
    elif before.is_active and row.status not in subscriptions.ACTIVE_STATUSES:
        notices.notify_subscriber(session, person, row, part, notices.build_plan_ended(row.plan), now)
    elif row.cancels and not before.cancels_at_period_end:
        notices.notify_subscriber(session, person, row, f"cancels:{row.seen_at}", notices.build_plan_cancels(row), now)
