"""Lookup and creation of tenants, their accounts, users, and chat addresses."""

import re
import uuid
from datetime import datetime

from sqlmodel import Session, col, select

from models.display_names import sanitize_display_name
from models.identity.people import Account, Address, Person, Tenant
from storage.upsert import insert_once

ID_PREFIX_PATTERN = re.compile(r"[0-9a-f]{8,32}")  # prefix of an id, as users type it


def get_or_create_tenant(session: Session, name: str) -> Tenant:
    """The tenant of that name, created if new."""
    insert_once(session, Tenant(name=name))
    return session.exec(select(Tenant).where(col(Tenant.name) == name)).one()


def find_tenant(session: Session, name: str) -> Tenant | None:
    """The tenant of that name, if there is one."""
    return session.exec(select(Tenant).where(col(Tenant.name) == name)).one_or_none()


def get_or_create_account(session: Session, tenant_id: uuid.UUID, channel: str, name: str) -> Account:
    """A tenant's account on a channel, created if new."""
    insert_once(session, Account(tenant_id=tenant_id, channel=channel, name=name))
    statement = select(Account).where(
        col(Account.tenant_id) == tenant_id, col(Account.channel) == channel, col(Account.name) == name
    )
    return session.exec(statement).one()


def list_accounts_on(session: Session, channel: str) -> list[Account]:
    """All tenants' accounts on a channel, oldest first."""
    return list(session.exec(select(Account).where(col(Account.channel) == channel).order_by(col(Account.created_at))))


def get_or_create_person(
    session: Session,
    account: Account,
    external_id: str,
    *,
    name: str,
    language: str | None,
    now: datetime | None = None,
) -> Person:
    """The person with that external id, created if new; name and language hints of the messenger update the row."""
    identity, name = f"{account.channel}:{external_id}", sanitize_display_name(name)
    found = find_by_identity(session, account.tenant_id, identity)
    if found is None:
        new = Person(tenant_id=account.tenant_id, channel=account.channel, external_id=external_id, name=name)
        new.language, new.created_at = language or new.language, now or new.created_at
        insert_once(session, new)
        found = find_by_identity(session, account.tenant_id, identity)
    assert found is not None  # noqa: S101 - it existed before, or was inserted here or by a concurrent transaction
    if name and found.name != name:
        found.name = name
    if language and not found.language_chosen and found.language != language:
        found.language = language
    return found


def resolve_merged(session: Session, person: Person) -> Person:
    """The person that a merged person points to, in the end."""
    while person.merged_into_id is not None:
        person = session.get_one(Person, person.merged_into_id)
    return person


def is_same_person(session: Session, person_id: uuid.UUID, person: Person) -> bool:
    """Whether the id is of this person, or of one merged into them."""
    return person_id == person.id or resolve_merged(session, session.get_one(Person, person_id)).id == person.id


def list_merged_ids(session: Session, person: Person) -> list[uuid.UUID]:
    """Ids of this person, and of all merged into them."""
    found, added = [person.id], [person.id]
    while added:
        added = list(session.exec(select(Person.id).where(col(Person.merged_into_id).in_(added))))
        found += added
    return found


def get_or_create_address(
    session: Session, account_id: uuid.UUID, chat: str, thread: str, *, in_group: bool = False
) -> Address:
    """The address of a chat, created if new; an incoming message makes it reachable again."""
    statement = select(Address).where(
        col(Address.account_id) == account_id, col(Address.chat) == chat, col(Address.thread) == thread
    )
    address = session.exec(statement).one_or_none()
    if address is None:
        insert_once(session, Address(account_id=account_id, chat=chat, thread=thread, in_group=in_group))
        address = session.exec(statement).one()
    address.unreachable_at, address.in_group = None, address.in_group or in_group
    return address


def find_by_identity(session: Session, tenant_id: uuid.UUID, identity: str) -> Person | None:
    """A tenant's person by an identity such as `telegram:123`; a merged one is resolved."""
    channel, _, external_id = identity.partition(":")
    statement = select(Person).where(
        col(Person.tenant_id) == tenant_id, col(Person.channel) == channel, col(Person.external_id) == external_id
    )
    found = session.exec(statement).one_or_none()
    return resolve_merged(session, found) if found else None


def find_by_id_prefix(session: Session, tenant_id: uuid.UUID, prefix: str) -> Person | None:
    """A tenant's person by the first eight or more characters of their id; None when no person or several match."""
    if not ID_PREFIX_PATTERN.fullmatch(prefix.lower()):
        return None
    first, last = (uuid.UUID(hex=prefix.ljust(32, digit)) for digit in "0f")
    statement = select(Person).where(col(Person.tenant_id) == tenant_id, col(Person.id).between(first, last))
    found = list(session.exec(statement.limit(2)))
    return resolve_merged(session, found[0]) if len(found) == 1 else None
