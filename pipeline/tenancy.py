"""Tenant lifecycle: tenants are paused and resumed with their owner's subscription, and erased after removal."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from models.catalogue import FREE
from models.deliveries import Message, Wording
from models.people import Pause, Tenant
from storage import erasure, outbox, purchases, subscriptions, tenants
from storage.db import Database
from storage.outbox import Owed


@dataclass(frozen=True, slots=True)
class Tenancy:
    """Scheduled tasks of one process. `delete_files` deletes stored files by their keys."""

    db: Database
    delete: Callable[[Iterable[str]], None]

    def follow(self) -> None:
        """Pause tenants whose subscription has lapsed, and resume those whose owner pays again."""
        with self.db.transaction() as session:
            for tenant in tenants.listed(session):
                _follow(session, tenant, self.db.clock())

    def erase(self, batch: int = 500) -> None:
        """Delete the data of removed tenants, in short transactions."""
        with self.db.transaction() as session:
            now = self.db.clock()
            erasure.begin(session, now)
            due = erasure.due(session, now)
        for tenant_id in due:
            rows = 1
            while rows:
                with self.db.transaction() as session:
                    step = erasure.step(session, tenant_id, batch)
                self.delete(step.keys)
                rows = step.rows


def _follow(session: Session, tenant: Tenant, now: datetime) -> None:
    """Pause or resume one tenant. Only a former subscription can lapse: the operator may grant use without one."""
    owner = tenants.owner(session, tenant)
    if owner is None:
        return
    if subscriptions.plan_of(session, owner, now) != FREE:
        if tenant.pause == Pause.LAPSED:
            tenants.resume(tenant)
            tell_owner(session, tenant, "tenant-resumed", now)
        tenant.covered_at = tenant.covered_at or now
    elif tenant.covered_at is not None and tenant.paused_at is None:
        tenants.pause(tenant, Pause.LAPSED, now)
        tell_owner(session, tenant, "tenant-lapsed", now)


def tell_owner(session: Session, tenant: Tenant, key: str, now: datetime) -> None:
    """Notify a tenant's owner, in their chat with the operator's bot."""
    owner = tenants.owner(session, tenant)
    address = purchases.address_of(session, owner) if owner else None
    if owner is not None and address is not None:
        message = Message(paragraphs=(Wording(key=key, values={"name": tenant.name}),))
        outbox.owe(session, address, owner.id, Owed(message, f"{key}:{tenant.id}", part=f"{now:%FT%T}"), now)
