"""A business as it is shown: how it stands, whose it is, what it uses and may use, its bots and numbers."""

from typing import Any

from bots.core.admin.answers import called
from bots.core.numbers import line
from bots.core.visit import Visit, word
from models.deliveries import Wording
from models.people import Tenant
from storage import bots, tenants, whatsapp

UNLIMITED = "∞"


def headline(tenant: Tenant) -> dict[str, Any]:
    """A business in a list."""
    return {"name": tenant.name, "inner": standing(tenant)}


def standing(tenant: Tenant) -> Wording:
    if tenant.remove_at is not None:
        return word("admin-tenant-state-removed", returns=f"{tenant.remove_at:%Y-%m-%d}")
    return word(f"admin-tenant-state-{tenant.pause}" if tenant.pause else "admin-tenant-state-open")


def shown(visit: Visit, tenant: Tenant) -> list[Wording]:
    """Everything about one."""
    told = [Wording(key="admin-tenant-line", values={"name": tenant.name}, inner=standing(tenant))]
    owner = tenants.owner(visit.session, tenant)
    told.append(word("admin-tenant-owner", who=called(owner) if owner else "–"))
    return [*told, *_use(visit, tenant), *_chats(visit, tenant)]


def _use(visit: Visit, tenant: Tenant) -> list[Wording]:
    """What it uses, of what it may."""
    used, allowed = tenants.use(visit.session, tenant), tenant.allowed
    parts = {
        "people": (used.people, allowed.people),
        "waiting": (used.waiting, allowed.waiting),
        "storage": (used.storage // tenants.MEGABYTE, allowed.storage),
    }
    return [word(f"admin-tenant-{name}", used=use, limit=_limit(most)) for name, (use, most) in parts.items()]


def _limit(most: int | None) -> str:
    return UNLIMITED if most is None else str(most)


def _chats(visit: Visit, tenant: Tenant) -> list[Wording]:
    theirs = bots.of(visit.session, tenant.id)
    shown = [_bot(bots.called(each), bots.stand(each)) for each in theirs]
    shown += [line(each) for each in whatsapp.listed(visit.session, tenant.id)]
    return shown or [word("admin-tenant-mute")]


def _bot(name: str, stand: str) -> Wording:
    return Wording(key="admin-tenant-bot", values={"name": name}, inner=word(f"admin-bot-{stand}"))
