"""Reply of a paused tenant's bots: one sentence to every message."""

from bots.core.context import Context, Reply, reply_for
from models.identity.people import Tenant


def build_pause_reply(context: Context) -> Reply | None:
    """Build the reply of a paused tenant; None while it is not paused. Administrators see the reason."""
    tenant = context.session.get_one(Tenant, context.account.tenant_id)
    if tenant.paused_at is None:
        return None
    return reply_for(f"tenant-paused-{tenant.pause or 'operator'}" if context.is_admin else "tenant-paused")
