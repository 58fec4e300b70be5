"""Whose a business is: the code that makes somebody its owner, and which ones a person may decide about."""

from bots.core.admin.answers import mistaken, tell
from bots.core.roles import Role, is_operator, may
from bots.core.visit import Outcome, Visit, word
from models.people import Tenant
from storage import audit, tenants

PREFIX = "own-"


def code_in(arguments: str) -> str | None:
    """The code that came with /start."""
    return arguments.removeprefix(PREFIX) if arguments.startswith(PREFIX) else None


def claim(visit: Visit, outcome: Outcome, code: str) -> None:
    """In the operator's chats the code makes somebody the owner, who pays; in those of the business one more chat is
    its owner's. Elsewhere, and where others read along, it is none.
    """
    tenant = None if visit.inbound.in_group else tenants.invited(visit.session, code, visit.now)
    if tenant is None or not (is_operator(visit) or tenant.id == visit.account.tenant_id):
        mistaken(outcome, "admin-tenant-no-code")
        return
    if tenant.id == visit.account.tenant_id:
        visit.person.role = Role.OWNER.kept
        tell(outcome, word("admin-tenant-here"))
    else:
        tenants.give_to(visit.session, tenant, visit.person)
        tell(outcome, word("admin-tenant-yours", name=tenant.name), word("admin-tenant-first"))
    about = {"tenant": tenant.id, "person": visit.person.id}
    audit.note(visit.session, visit.account.tenant_id, visit.person.id, "tenant-claimed", visit.now, **about)


def runs_all(visit: Visit) -> bool:
    """Whether this is an owner of the operator's: who decides about every business."""
    return may(visit, Role.OWNER, for_operator=True)


def theirs(visit: Visit) -> list[Tenant]:
    """The businesses somebody owns: the operator's chats are where they decide about them."""
    return tenants.owned(visit.session, visit.person)


def is_one(visit: Visit) -> bool:
    """Whether somebody owns a business."""
    return bool(theirs(visit))


def named(visit: Visit, outcome: Outcome, name: str) -> Tenant | None:
    """The business of that name, of those one may decide about; theirs where they name none and have one. When there is
    none the reply says so.
    """
    mine = theirs(visit)
    if not name and len(mine) == 1:
        found: Tenant | None = mine[0]
    elif runs_all(visit):
        found = tenants.named(visit.session, name)
    else:
        found = next((each for each in mine if each.name == name.lower()), None)
    if found is None:
        mistaken(outcome, "admin-tenant-unknown", name=name[:40] or "?")
        return None
    outcome.about["tenant"] = found.id
    return found
