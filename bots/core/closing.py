"""Reply of a paused tenant's bots: one sentence to every message."""

from bots.core.visit import Reply, Visit, say
from models.people import Tenant


def said(visit: Visit) -> Reply | None:
    """Build the reply of a paused tenant; None while it is not paused. Administrators see the reason."""
    tenant = visit.session.get_one(Tenant, visit.account.tenant_id)
    if tenant.paused_at is None:
        return None
    return say(f"tenant-paused-{tenant.pause or 'operator'}" if visit.is_admin else "tenant-paused")
