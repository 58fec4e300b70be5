"""Resolution of the user and address of an inbound message, and of the owner role of users listed in the settings."""

from datetime import datetime

from sqlmodel import Session

from bots.core.channel import Inbound, Sender
from bots.locales import best_language
from models.people import MAIN, Account, Address, Person, Tenant
from models.roles import Role
from storage import identities, people, tenants

EVERYBODY = "*"


def meet(
    session: Session, account: Account, inbound: Inbound, owners: frozenset[str], now: datetime
) -> tuple[Person, Address]:
    """Find or create the user and address of a message. A user listed in `admin_ids` gets the owner role."""
    sender, place = inbound.sender, inbound.place
    language = best_language(sender.language) if sender.language else None
    if sender.aliases:
        identities.recognise(session, account, sender.external_id, sender.aliases, now)
    person = people.meet(session, account, sender.external_id, name=sender.name, language=language, now=now)
    if is_owner(session, account, sender, owners) or _owns(session, account, sender):
        person.role = Role.OWNER.kept
    elif person.role == Role.OWNER.kept and _was_named(session, person, owners):
        person.role = None  # no longer listed
    return person, people.address_of(session, account.id, place.chat, place.thread, in_group=inbound.in_group)


def _owns(session: Session, account: Account, sender: Sender) -> bool:
    """Whether the sender owns this tenant, matched by an id that is also known in the operator's tenant."""
    tenant = session.get_one(Tenant, account.tenant_id)
    return tenant.owner_id is not None and tenants.is_owner(session, tenant, account.channel, sender.external_id)


def _was_named(session: Session, person: Person, owners: frozenset[str]) -> bool:
    """Whether none of this owner's identities is listed any more. Only in the operator's tenant: owners of other
    tenants do not come from the settings.
    """
    if session.get_one(Tenant, person.tenant_id).name != MAIN:
        return False
    selves = [session.get_one(Person, each) for each in people.selves(session, person)]
    return not any(f"{each.channel}:{each.external_id}" in owners for each in selves)


def is_owner(session: Session, account: Account, sender: Sender, owners: frozenset[str]) -> bool:
    """Whether any id the messenger has for the sender is listed; `admin_ids` are like `telegram:123`."""
    prefix = f"{account.channel}:"
    if EVERYBODY in owners or f"{prefix}{sender.external_id}" in owners:
        return True
    if not any(owner.startswith(prefix) for owner in owners):
        return False
    known = identities.names(session, account, sender.external_id) | set(sender.aliases)
    return any(f"{prefix}{name}" in owners for name in known)
