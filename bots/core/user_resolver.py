"""Resolution of the user and address of an inbound message, and of the owner role of users listed in the settings."""

from datetime import datetime

from sqlmodel import Session

from bots.core.channel import Inbound, Sender
from bots.locales import match_language
from models.identity.people import MAIN_TENANT, Account, Address, Person, Tenant
from models.identity.roles import Role
from storage.identity import identities, people
from storage.tenants import tenants

EVERYBODY = "*"


def resolve_user(
    session: Session, account: Account, inbound: Inbound, admin_ids: frozenset[str], now: datetime
) -> tuple[Person, Address]:
    """Find or create the user and address of a message. A user listed in `admin_ids` gets the owner role."""
    sender, place = inbound.sender, inbound.chat_ref
    language = match_language(sender.language) if sender.language else None
    if sender.aliases:
        identities.link_aliases(session, account, sender.external_id, sender.aliases, now)
    person = people.get_or_create_person(
        session, account, sender.external_id, name=sender.name, language=language, now=now
    )
    if inbound.network and person.network != inbound.network:
        person.network = inbound.network
    if is_listed_admin(session, account, sender, admin_ids) or _is_tenant_owner(session, account, sender):
        person.role = Role.OWNER.stored_name
    elif person.role == Role.OWNER.stored_name and _has_lost_admin_id(session, person, admin_ids):
        person.role = None  # no longer listed
    return person, people.get_or_create_address(
        session, account.id, place.chat, place.thread, in_group=inbound.is_group
    )


def role_limit_for(
    session: Session, inbound: Inbound, account: Account, person: Person, admin_ids: frozenset[str]
) -> Role:
    """The highest role that holds in the chat of a message. In the operator's tenant an owner is one by the settings:
    for the ids that they list, not for other chats linked with those.
    """
    is_main = session.get_one(Tenant, account.tenant_id).name == MAIN_TENANT
    if not is_main or person.role != Role.OWNER.stored_name:
        return Role.OWNER
    return Role.OWNER if is_listed_admin(session, account, inbound.sender, admin_ids) else Role.PERSON


def _is_tenant_owner(session: Session, account: Account, sender: Sender) -> bool:
    """Whether the sender owns this tenant, matched by an id that is also known in the operator's tenant."""
    tenant = session.get_one(Tenant, account.tenant_id)
    return tenant.owner_id is not None and tenants.is_owner(session, tenant, account.channel, sender.external_id)


def _has_lost_admin_id(session: Session, person: Person, admin_ids: frozenset[str]) -> bool:
    """Whether none of this owner's identities is listed any more. Only in the operator's tenant: owners of other
    tenants do not come from the settings.
    """
    if session.get_one(Tenant, person.tenant_id).name != MAIN_TENANT:
        return False
    persons = [session.get_one(Person, each) for each in people.list_merged_ids(session, person)]
    return not any(f"{each.channel}:{each.external_id}" in admin_ids for each in persons)


def is_listed_admin(session: Session, account: Account, sender: Sender, admin_ids: frozenset[str]) -> bool:
    """Whether any id the messenger has for the sender is listed; `admin_ids` are like `telegram:123`."""
    prefix = f"{account.channel}:"
    if EVERYBODY in admin_ids or f"{prefix}{sender.external_id}" in admin_ids:
        return True
    if not any(admin_id.startswith(prefix) for admin_id in admin_ids):
        return False
    known_ids = identities.list_external_ids(session, account, sender.external_id) | set(sender.aliases)
    return any(f"{prefix}{known_id}" in admin_ids for known_id in known_ids)
