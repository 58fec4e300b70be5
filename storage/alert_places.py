"""The alert chat configured in the environment, stored so that every process knows it."""

from sqlmodel import Session, col, delete, select

from models.alerts import AlertChat, AlertKind, AlertPlace
from models.people import Account, Address, Person
from models.roles import IN_CHARGE
from storage import people


def settle(session: Session, account: Account, chat: AlertChat) -> None:
    """Send alerts to this chat from now on, each kind to its topic."""
    forget(session)
    for kind, topic in [("", ""), *chat.topics.items()]:
        address = people.address_of(session, account.id, chat.chat, topic, in_group=chat.chat.startswith("-"))
        session.add(AlertPlace(kind=kind, address_id=address.id))
    session.flush()


def forget(session: Session) -> None:
    """Send alerts to the operator's administrators from now on."""
    session.connection().execute(delete(AlertPlace))


def place_of(session: Session, kind: AlertKind) -> Address | None:
    """The address for a kind of alert; None where they go to the administrators, also when the chat is unreachable."""
    wanted = (
        select(AlertPlace, Address)
        .join(Address, col(Address.id) == col(AlertPlace.address_id))
        .where(col(AlertPlace.kind).in_(("", kind)), col(Address.unreachable_at).is_(None))
        .order_by(col(AlertPlace.kind).desc())
    )
    found = session.exec(wanted).first()
    return found[1] if found else None


def reader(session: Session, place: Address) -> Person:
    """The person whose language the alerts have: the operator's first owner; before there is one, the chat itself."""
    account = session.get_one(Account, place.account_id)
    owners = (
        select(Person)
        .where(col(Person.tenant_id) == account.tenant_id, col(Person.role).in_(IN_CHARGE))
        .order_by(col(Person.role).desc(), col(Person.created_at))
    )
    found = session.exec(owners).first()
    return found or people.meet(session, account, place.chat, name="", language=None)
