"""Text view of a tenant: its state, its owner, its usage and limits, its bots and numbers."""

from typing import Any

from bots.core.admin.replies import format_identity
from bots.core.admin.whatsapp_numbers import describe_session
from bots.core.context import Context, text_for
from models.identity.people import Tenant
from models.messaging.deliveries import TranslatedText
from storage.messaging import telegram_bots, whatsapp
from storage.tenants import tenants

UNLIMITED = "∞"


def summarize_tenant(tenant: Tenant) -> dict[str, Any]:
    """Values of a tenant in a list."""
    return {"name": tenant.name, "inner": describe_state(tenant)}


def describe_state(tenant: Tenant) -> TranslatedText:
    if tenant.remove_at is not None:
        return text_for("admin-tenant-state-removed", returns=f"{tenant.remove_at:%Y-%m-%d}")
    return text_for(f"admin-tenant-state-{tenant.pause}" if tenant.pause else "admin-tenant-state-open")


def describe_tenant(context: Context, tenant: Tenant) -> list[TranslatedText]:
    """Paragraphs about one tenant."""
    paragraphs = [TranslatedText(key="admin-tenant-line", values={"name": tenant.name}, inner=describe_state(tenant))]
    owner = tenants.find_owner(context.session, tenant)
    paragraphs.append(text_for("admin-tenant-owner", who=format_identity(owner) if owner else "–"))
    return [*paragraphs, *_describe_usage(context, tenant), *_describe_chats(context, tenant)]


def _describe_usage(context: Context, tenant: Tenant) -> list[TranslatedText]:
    """Usage of each limit."""
    used, allowed = tenants.measure_usage(context.session, tenant), tenant.usage_limits
    usage = {
        "people": (used.people_count, allowed.people),
        "waiting": (used.waiting_jobs, allowed.waiting),
        "storage": (used.storage_bytes // tenants.MEGABYTE, allowed.storage),
    }
    return [
        text_for(f"admin-tenant-{name}", used=amount, limit=_format_limit(limit))
        for name, (amount, limit) in usage.items()
    ]


def _format_limit(limit: int | None) -> str:
    return UNLIMITED if limit is None else str(limit)


def _describe_chats(context: Context, tenant: Tenant) -> list[TranslatedText]:
    tenant_bots = telegram_bots.list_for_tenant(context.session, tenant.id)
    lines = [_describe_bot(telegram_bots.display_name_of(each), telegram_bots.status_of(each)) for each in tenant_bots]
    lines += [describe_session(each) for each in whatsapp.list_sessions(context.session, tenant.id)]
    return lines or [text_for("admin-tenant-mute")]


def _describe_bot(name: str, state: str) -> TranslatedText:
    return TranslatedText(key="admin-tenant-bot", values={"name": name}, inner=text_for(f"admin-bot-{state}"))
