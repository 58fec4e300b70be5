"""The alert chat configured in the environment, stored so that every process knows it."""

from sqlmodel import Session, col, delete, select

from models.identity.people import Account, Address, Person
from models.identity.roles import ADMIN_ROLES
from models.operations.alerts import AlertChat, AlertKind, AlertRoute
from storage.identity import people


def configure(session: Session, account: Account, chat: AlertChat) -> None:
    """Send alerts to this chat from now on, each kind to its topic."""
    clear(session)
    for kind, topic in [("", ""), *chat.topics.items()]:
        address = people.get_or_create_address(
            session, account.id, chat.chat, topic, in_group=chat.chat.startswith("-")
        )
        session.add(AlertRoute(kind=kind, address_id=address.id))
    session.flush()


def clear(session: Session) -> None:
    """Send alerts to the operator's administrators from now on."""
    session.connection().execute(delete(AlertRoute))


def find_address(session: Session, kind: AlertKind) -> Address | None:
    """The address for a kind of alert; None where they go to the administrators, also when the chat is unreachable."""
    query = (
        select(AlertRoute, Address)
        .join(Address, col(Address.id) == col(AlertRoute.address_id))
        .where(col(AlertRoute.kind).in_(("", kind)), col(Address.unreachable_at).is_(None))
        .order_by(col(AlertRoute.kind).desc())
    )
    found = session.exec(query).first()
    return found[1] if found else None


def find_recipient(session: Session, address: Address) -> Person:
    """The person whose language the alerts have: the operator's first owner; before there is one, the chat itself."""
    account = session.get_one(Account, address.account_id)
    query = (
        select(Person)
        .where(col(Person.tenant_id) == account.tenant_id)
        .where(col(Person.role).is_not(None), col(Person.role).in_(ADMIN_ROLES))
        .order_by(col(Person.role).desc(), col(Person.created_at))
    )
    found = session.exec(query).first()
    return found or people.get_or_create_person(session, account, address.chat, name="", language=None)
