"""What the bots of a business say that is paused: one sentence, whatever is asked."""

from bots.core.visit import Reply, Visit, say
from models.people import Tenant


def said(visit: Visit) -> Reply | None:
    """The sentence; None while the business is open. Those in charge read why it is not."""
    tenant = visit.session.get_one(Tenant, visit.account.tenant_id)
    if tenant.paused_at is None:
        return None
    return say(f"tenant-paused-{tenant.pause or 'operator'}" if visit.is_admin else "tenant-paused")
