"""Alert messages about the begin and the end of an incident: to the alert chat, or to each administrator."""

import uuid
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from models.alerts import AlertKind, kind_of
from models.deliveries import Delivery, Message
from models.people import MAIN, Account, Address, Person, Tenant
from models.roles import IN_CHARGE
from storage import alert_places, outbox
from storage.outbox import Owed

BEGUN = "begun"
OVER = "over"


def begin(
    session: Session, incident: str, message: Message, now: datetime, *, tenant_id: uuid.UUID | None = None
) -> None:
    """Alert recipients not alerted yet; for an incident of a tenant, its own administrators too."""
    for person_id, address in audience(session, kind_of(incident), tenant_id):
        last = _last(session, incident, address.id)
        if last is None or not last.part.startswith(BEGUN):
            _owe(session, incident, BEGUN, (person_id, address, last), message, now)


def end(
    session: Session, incident: str, message: Message, now: datetime, *, tenant_id: uuid.UUID | None = None
) -> None:
    """Send the all-clear to recipients that were alerted."""
    for person_id, address in audience(session, kind_of(incident), tenant_id):
        last = _last(session, incident, address.id)
        if last is not None and last.part.startswith(BEGUN):
            _owe(session, incident, OVER, (person_id, address, last), message, now)


def audience(
    session: Session, kind: AlertKind, tenant_id: uuid.UUID | None = None
) -> Iterator[tuple[uuid.UUID, Address]]:
    """Person ids and addresses for a kind of alert: the configured chat, else each administrator of the operator."""
    place = alert_places.place_of(session, kind)
    if place is None:
        yield from administrators(session, tenant_id)
        return
    yield alert_places.reader(session, place).id, place
    if tenant_id is not None:
        yield from administrators(session, tenant_id, operators=False)


def administrators(
    session: Session, tenant_id: uuid.UUID | None = None, *, operators: bool = True
) -> Iterator[tuple[uuid.UUID, Address]]:
    """Each administrator of the operator's tenant (if `include_operators`), and of one more, with an address: their
    private chat, or where they were written to last."""
    is_operators = col(Tenant.name) == MAIN
    is_its_own = col(Tenant.id) == tenant_id
    wanted = (
        select(Person)
        .join(Tenant, col(Tenant.id) == col(Person.tenant_id))
        .where(
            or_(is_operators, is_its_own) if operators else and_(is_its_own, ~is_operators),
            col(Person.role).in_(IN_CHARGE),
            col(Person.banned_at).is_(None),
        )
        .order_by(col(Person.created_at))
    )
    for person in session.exec(wanted).all():
        address = _address_of(session, person)
        if address is not None:
            yield person.id, address


def _address_of(session: Session, person: Person) -> Address | None:
    alone = (
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
    written_to = (
        select(Address)
        .join(Delivery, col(Delivery.address_id) == col(Address.id))
        .where(col(Delivery.person_id) == person.id, col(Address.unreachable_at).is_(None))
        .order_by(col(Delivery.id).desc())
    )
    return session.exec(alone).first() or session.exec(written_to).first()


def _last(session: Session, incident: str, address_id: uuid.UUID) -> Delivery | None:
    """The last alert of an incident to an address.

    Every message's part names the one before it, so that processes that alert at the same time enqueue one message.
    """
    wanted = select(Delivery).where(col(Delivery.address_id) == address_id, col(Delivery.cause) == incident)
    return session.exec(wanted.order_by(col(Delivery.id).desc())).first()


def _owe(
    session: Session,
    incident: str,
    what: str,
    whom: tuple[uuid.UUID, Address, Delivery | None],
    message: Message,
    now: datetime,
) -> None:
    person_id, address, last = whom
    part = f"{what}:{address.id}:{last.id if last else 0}"
    outbox.owe(session, address, person_id, Owed(message, incident, part=part), now)
