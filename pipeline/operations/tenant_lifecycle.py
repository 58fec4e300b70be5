"""Tenant lifecycle: tenants are paused and resumed with their owner's subscription, and erased after removal."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from models.billing.plans import FREE_PLAN
from models.identity.people import PauseReason, Tenant
from models.messaging.deliveries import Message, TranslatedText
from storage.billing import purchases, subscriptions
from storage.db import Database
from storage.messaging import outbox
from storage.messaging.outbox import OutboxMessage
from storage.tenants import erasure, tenants


@dataclass(frozen=True, slots=True)
class TenantLifecycle:
    """Scheduled tasks of one process. `delete_files` deletes stored files by their keys."""

    db: Database
    delete_files: Callable[[Iterable[str]], None]

    def apply_subscriptions(self) -> None:
        """Pause tenants whose subscription has lapsed, and resume those whose owner pays again."""
        with self.db.transaction() as session:
            for tenant in tenants.list_tenants(session):
                _apply_subscription(session, tenant, self.db.clock())

    def erase_removed(self, batch: int = 500) -> None:
        """Delete the data of removed tenants, in short transactions."""
        with self.db.transaction() as session:
            now = self.db.clock()
            erasure.begin_due(session, now)
            due = erasure.list_due(session, now)
        for tenant_id in due:
            rows = 1
            while rows:
                with self.db.transaction() as session:
                    step = erasure.erase_batch(session, tenant_id, batch)
                self.delete_files(step.media_keys)
                rows = step.rows


def _apply_subscription(session: Session, tenant: Tenant, now: datetime) -> None:
    """Pause or resume one tenant. Only a former subscription can lapse: the operator may grant use without one."""
    owner = tenants.find_owner(session, tenant)
    if owner is None:
        return
    if subscriptions.plan_of(session, owner, now) != FREE_PLAN:
        if tenant.pause == PauseReason.LAPSED:
            tenants.resume(tenant)
            notify_tenant_owner(session, tenant, "tenant-resumed", now)
        tenant.covered_at = tenant.covered_at or now
    elif tenant.covered_at is not None and tenant.paused_at is None:
        tenants.pause(tenant, PauseReason.LAPSED, now)
        notify_tenant_owner(session, tenant, "tenant-lapsed", now)


def notify_tenant_owner(session: Session, tenant: Tenant, key: str, now: datetime) -> None:
    """Notify a tenant's owner, in their chat with the operator's bot."""
    owner = tenants.find_owner(session, tenant)
    address = purchases.address_of(session, owner) if owner else None
    if owner is not None and address is not None:
        message = Message(paragraphs=(TranslatedText(key=key, values={"name": tenant.name}),))
        outbox.enqueue(
            session, address, owner.id, OutboxMessage(message, f"{key}:{tenant.id}", part=f"{now:%FT%T}"), now
        )
