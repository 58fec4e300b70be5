"""Who writes, and whether they are owners: people whose ids the operator has named."""

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
    """Who wrote, and from where. Who is named is an owner from now on."""
    sender, place = inbound.sender, inbound.place
    language = best_language(sender.language) if sender.language else None
    if sender.aliases:
        identities.recognise(session, account, sender.external_id, sender.aliases, now)
    person = people.meet(session, account, sender.external_id, name=sender.name, language=language, now=now)
    if is_owner(session, account, sender, owners) or _owns(session, account, sender):
        person.role = Role.OWNER.kept
    elif person.role == Role.OWNER.kept and _was_named(session, person, owners):
        person.role = None  # who is named no longer is one no longer
    return person, people.address_of(session, account.id, place.chat, place.thread, in_group=inbound.in_group)


def _owns(session: Session, account: Account, sender: Sender) -> bool:
    """Whether the owner of a business writes to it, by an id the operator's chats know them by as well."""
    tenant = session.get_one(Tenant, account.tenant_id)
    return tenant.owner_id is not None and tenants.is_owner(session, tenant, account.channel, sender.external_id)


def _was_named(session: Session, person: Person, owners: frozenset[str]) -> bool:
    """Whether somebody became an owner by a name that is gone: in the operator's tenant, by no chat of theirs.
    Other tenants' owners are no names of settings.
    """
    if session.get_one(Tenant, person.tenant_id).name != MAIN:
        return False
    selves = [session.get_one(Person, each) for each in people.selves(session, person)]
    return not any(f"{each.channel}:{each.external_id}" in owners for each in selves)


def is_owner(session: Session, account: Account, sender: Sender, owners: frozenset[str]) -> bool:
    """Whether an administrator writes, by any id the messenger knows them by; `owners` are like `telegram:123`."""
    prefix = f"{account.channel}:"
    if EVERYBODY in owners or f"{prefix}{sender.external_id}" in owners:
        return True
    if not any(owner.startswith(prefix) for owner in owners):
        return False
    known = identities.names(session, account, sender.external_id) | set(sender.aliases)
    return any(f"{prefix}{name}" in owners for name in known)
