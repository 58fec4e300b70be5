"""Ownership of tenants: the invite code that makes a user the owner, and the tenants a user may manage."""

from bots.core.admin.replies import add_error_reply, add_reply, format_identity
from bots.core.context import Context, HandlerResult, text_for
from bots.core.roles import has_role, is_operator_tenant
from models.identity.people import Tenant
from models.identity.roles import Role
from storage.identity import account_links
from storage.operations import audit
from storage.tenants import tenants

CODE_PREFIX = "own-"


def parse_invite_code(arguments: str) -> str | None:
    """The invite code in the arguments of /start; None where there is none."""
    return arguments.removeprefix(CODE_PREFIX) if arguments.startswith(CODE_PREFIX) else None


def claim(context: Context, result: HandlerResult, code: str) -> None:
    """Redeem an invite code. In the operator's chats it makes the user the owner, who pays; in the tenant's own
    chats it makes one more chat the owner's. Elsewhere, and in groups, it is rejected; so it is in a chat that is
    linked with others, which would be the owner's too.
    """
    if linked := account_links.list_linked(context.session, context.person):
        add_error_reply(result, "admin-tenant-linked", others=", ".join(format_identity(each) for each in linked))
        return
    tenant = None if context.inbound.is_group else tenants.redeem_invitation(context.session, code, context.now)
    if tenant is None or not (is_operator_tenant(context) or tenant.id == context.account.tenant_id):
        add_error_reply(result, "admin-tenant-no-code")
        return
    if tenant.id == context.account.tenant_id:
        context.person.role = Role.OWNER.stored_name
        add_reply(result, text_for("admin-tenant-here"))
    else:
        tenants.set_owner(context.session, tenant, context.person)
        add_reply(result, text_for("admin-tenant-yours", name=tenant.name), text_for("admin-tenant-first"))
    details = {"tenant": tenant.id, "person": context.person.id}
    audit.record(
        context.session, context.account.tenant_id, context.person.id, "tenant-claimed", context.now, **details
    )


def can_manage_all(context: Context) -> bool:
    """Whether the user is an owner of the operator's tenant, who may manage every tenant."""
    return has_role(context, Role.OWNER, is_operator_only=True)


def list_owned_tenants(context: Context) -> list[Tenant]:
    """The tenants the user owns; they are managed in the operator's chats."""
    return tenants.list_owned_by(context.session, context.person)


def is_tenant_owner(context: Context) -> bool:
    """Whether the user owns a tenant."""
    return bool(list_owned_tenants(context))


def find_tenant(context: Context, result: HandlerResult, name: str) -> Tenant | None:
    """The tenant of that name among those the user may manage; with an empty name the only one the user owns. When
    there is none the reply says so.
    """
    owned_tenants = list_owned_tenants(context)
    if not name and len(owned_tenants) == 1:
        found: Tenant | None = owned_tenants[0]
    elif can_manage_all(context):
        found = tenants.find_by_name(context.session, name)
    else:
        found = next((each for each in owned_tenants if each.name == name.lower()), None)
    if found is None:
        add_error_reply(result, "admin-tenant-unknown", name=name[:40] or "?")
        return None
    result.audit_details["tenant"] = found.id
    return found
