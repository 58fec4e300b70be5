"""Alert messages about the begin and the end of an incident: to the alert chat, or to each administrator."""

import uuid
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from models.identity.people import MAIN_TENANT, Account, Address, Person, Tenant
from models.identity.roles import ADMIN_ROLES
from models.messaging.deliveries import Delivery, Message
from models.operations.alerts import AlertKind, alert_kind_of
from storage.messaging import outbox
from storage.messaging.outbox import OutboxMessage
from storage.operations import alert_chats

BEGAN = "begun"
ENDED = "over"


def notify_begin(
    session: Session, incident: str, message: Message, now: datetime, *, tenant_id: uuid.UUID | None = None
) -> None:
    """Alert recipients not alerted yet; for an incident of a tenant, its own administrators too."""
    for person_id, address in find_recipients(session, alert_kind_of(incident), tenant_id):
        last = _find_last(session, incident, address.id)
        if last is None or not last.part.startswith(BEGAN):
            _enqueue(session, incident, BEGAN, (person_id, address, last), message, now)


def notify_end(
    session: Session, incident: str, message: Message, now: datetime, *, tenant_id: uuid.UUID | None = None
) -> None:
    """Send the all-clear to recipients that were alerted."""
    for person_id, address in find_recipients(session, alert_kind_of(incident), tenant_id):
        last = _find_last(session, incident, address.id)
        if last is not None and last.part.startswith(BEGAN):
            _enqueue(session, incident, ENDED, (person_id, address, last), message, now)


def find_recipients(
    session: Session, kind: AlertKind, tenant_id: uuid.UUID | None = None
) -> Iterator[tuple[uuid.UUID, Address]]:
    """Person ids and addresses for a kind of alert: the configured chat, else each administrator of the operator."""
    alert_address = alert_chats.find_address(session, kind)
    if alert_address is None:
        yield from find_administrators(session, tenant_id)
        return
    yield alert_chats.find_recipient(session, alert_address).id, alert_address
    if tenant_id is not None:
        yield from find_administrators(session, tenant_id, include_operators=False)


def find_administrators(
    session: Session, tenant_id: uuid.UUID | None = None, *, include_operators: bool = True
) -> Iterator[tuple[uuid.UUID, Address]]:
    """Each administrator of the operator's tenant (if `include_operators`), and of one more, with an address: their
    private chat, or where they were written to last."""
    is_operators = col(Tenant.name) == MAIN_TENANT
    is_its_own = col(Tenant.id) == tenant_id
    query = (
        select(Person)
        .join(Tenant, col(Tenant.id) == col(Person.tenant_id))
        .where(
            or_(is_operators, is_its_own) if include_operators else and_(is_its_own, ~is_operators),
            col(Person.role).is_not(None),
            col(Person.role).in_(ADMIN_ROLES),
            col(Person.banned_at).is_(None),
        )
        .order_by(col(Person.created_at))
    )
    for person in session.exec(query).all():
        address = _address_of(session, person)
        if address is not None:
            yield person.id, address


def _address_of(session: Session, person: Person) -> Address | None:
    private_chats = (
        select(Address)
        .join(Account, col(Account.id) == col(Address.account_id))
        .where(
            col(Account.tenant_id) == person.tenant_id,
            col(Account.channel) == person.channel,
            col(Address.chat) == person.external_id,
            col(Address.thread) == "",
            col(Address.unreachable_at).is_(None),
        )
        .order_by(col(Address.created_at).desc())
    )
    contacted_chats = (
        select(Address)
        .join(Delivery, col(Delivery.address_id) == col(Address.id))
        .where(col(Delivery.person_id) == person.id, col(Address.unreachable_at).is_(None))
        .order_by(col(Delivery.id).desc())
    )
    return session.exec(private_chats).first() or session.exec(contacted_chats).first()


def _find_last(session: Session, incident: str, address_id: uuid.UUID) -> Delivery | None:
    """The last alert of an incident to an address.

    Every message's part names the one before it, so that processes that alert at the same time enqueue one message.
    """
    query = select(Delivery).where(col(Delivery.address_id) == address_id, col(Delivery.cause) == incident)
    return session.exec(query.order_by(col(Delivery.id).desc())).first()


def _enqueue(
    session: Session,
    incident: str,
    phase: str,
    recipient: tuple[uuid.UUID, Address, Delivery | None],
    message: Message,
    now: datetime,
) -> None:
    person_id, address, last = recipient
    part = f"{phase}:{address.id}:{last.id if last else 0}"
    outbox.enqueue(session, address, person_id, OutboxMessage(message, incident, part=part), now)
