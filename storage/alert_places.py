"""The chat alerts go to, as the environment names it: kept, so that every process knows it."""

from sqlmodel import Session, col, delete, select

from models.alerts import AlertChat, AlertKind, AlertPlace
from models.people import Account, Address, Person
from models.roles import IN_CHARGE
from storage import people


def settle(session: Session, account: Account, chat: AlertChat) -> None:
    """From now on alerts go there, each kind to its topic."""
    forget(session)
    for kind, topic in [("", ""), *chat.topics.items()]:
        address = people.address_of(session, account.id, chat.chat, topic, in_group=chat.chat.startswith("-"))
        session.add(AlertPlace(kind=kind, address_id=address.id))
    session.flush()


def forget(session: Session) -> None:
    """From now on alerts go to the owners."""
    session.connection().execute(delete(AlertPlace))


def place_of(session: Session, kind: AlertKind) -> Address | None:
    """Where such alerts go; None where they go to the owners, also because the chat is gone."""
    wanted = (
        select(AlertPlace, Address)
        .join(Address, col(Address.id) == col(AlertPlace.address_id))
        .where(col(AlertPlace.kind).in_(("", kind)), col(Address.unreachable_at).is_(None))
        .order_by(col(AlertPlace.kind).desc())
    )
    found = session.exec(wanted).first()
    return found[1] if found else None


def reader(session: Session, place: Address) -> Person:
    """In whose language it is written there: the operator's first owner's; before there is one, nobody's own."""
    account = session.get_one(Account, place.account_id)
    owners = (
        select(Person)
        .where(col(Person.tenant_id) == account.tenant_id, col(Person.role).in_(IN_CHARGE))
        .order_by(col(Person.role).desc(), col(Person.created_at))
    )
    found = session.exec(owners).first()
    return found or people.meet(session, account, place.chat, name="", language=None)
