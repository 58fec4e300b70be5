"""Numbers on WhatsApp: what is asked of them, and how they stand."""

import secrets
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from models.people import Account
from models.whatsapp import State, WhatsAppSession, digits
from storage import people
from storage.rows import changed

CHANNEL = "whatsapp"
CONSONANTS, VOWELS = "bdfglmnprstvz", "aeiou"


@dataclass(frozen=True, slots=True)
class Listed:
    """A number, and what it is called."""

    row: WhatsAppSession
    name: str


def listed(session: Session, tenant_id: uuid.UUID | None = None) -> list[Listed]:
    """The numbers of a tenant, or of all, oldest first; without those that were removed."""
    wanted = (
        select(WhatsAppSession, Account.name)
        .join(Account, col(Account.id) == col(WhatsAppSession.account_id))
        .where(col(WhatsAppSession.removed_at).is_(None))
        .order_by(col(WhatsAppSession.created_at))
    )
    if tenant_id is not None:
        wanted = wanted.where(col(WhatsAppSession.tenant_id) == tenant_id)
    return [Listed(row, name) for row, name in session.exec(wanted)]


def named(session: Session, name: str, tenant_id: uuid.UUID | None = None) -> Listed | None:
    """A number by what it is called, or by its digits."""
    wanted = name.removeprefix("+").lower()
    found = (each for each in listed(session, tenant_id) if wanted and wanted in {each.name, each.row.number})
    return next(found, None)


def begin(session: Session, tenant_id: uuid.UUID, now: datetime) -> WhatsAppSession:
    """A new number of a tenant, which nobody has been asked to pair yet. Until it is known it has a name made up."""
    account = people.account_named(session, tenant_id, CHANNEL, _made_up())
    row = WhatsAppSession(tenant_id=tenant_id, account_id=account.id, created_at=now, updated_at=now)
    session.add(row)
    session.flush()
    return row


def unpaired(session: Session, tenant_id: uuid.UUID) -> WhatsAppSession | None:
    """A number of that tenant that nobody has paired yet."""
    states = {State.NEW, State.QR}
    return next((each.row for each in listed(session, tenant_id) if each.row.state in states), None)


def ask_pairing(row: WhatsAppSession, now: datetime, *, phone: str | None = None, asked_by: int | None = None) -> None:
    """Have a code shown: in the message of that delivery, or in the terminal."""
    row.state, row.detail, row.jid, row.lid = State.NEW, "", None, None
    row.phone, row.asked_by = phone, asked_by
    row.pairing_asked_at = row.updated_at = now
    hide_code(row)


def ask_restart(row: WhatsAppSession, now: datetime) -> None:
    """Have a number connect anew. One that has its keys no longer has to be paired instead: see `ask_pairing`."""
    row.restart_asked_at = row.updated_at = now
    row.state, row.detail, row.banned_until = State.RECONNECTING, "", None


def restored(row: WhatsAppSession, jid: str, now: datetime) -> None:
    """Note that it has keys again."""
    ask_restart(row, now)
    row.jid, row.pairing_asked_at, row.asked_by = jid, None, None
    hide_code(row)


def needs_pairing(row: WhatsAppSession) -> bool:
    """Whether a number has no keys to connect with."""
    return row.jid is None or row.state in {State.NEW, State.QR, State.LOGGED_OUT}


def give_up_pairing(row: WhatsAppSession, now: datetime) -> None:
    """Show no more codes until somebody asks again."""
    row.state, row.pairing_asked_at, row.updated_at = State.NEW, None, now
    hide_code(row)


def remove(row: WhatsAppSession, now: datetime) -> None:
    """Let a number go; its gateway logs it out, and its chats and people stay."""
    row.removed_at = row.updated_at = now
    hide_code(row)


def hide_code(row: WhatsAppSession) -> None:
    row.qr = row.pair_code = row.shown_until = None


def wanted(session: Session, now: datetime) -> list[uuid.UUID]:
    """The numbers gateways are to run, oldest first."""
    return [each.row.id for each in listed(session) if each.row.is_wanted(now)]


def some(session: Session, ids: Collection[uuid.UUID]) -> Sequence[WhatsAppSession]:
    """Those numbers, as far as they are there, removed ones too."""
    return session.exec(select(WhatsAppSession).where(col(WhatsAppSession.id).in_(ids))).all()


def unseen(session: Session, now: datetime) -> int:
    """How many numbers are to be online, and no gateway was seen to run."""
    return sum(each.row.is_unseen(now) for each in listed(session))


def removed_before(session: Session, moment: datetime) -> Sequence[uuid.UUID]:
    return session.exec(select(WhatsAppSession.id).where(col(WhatsAppSession.removed_at) < moment)).all()


def seen(session: Session, ids: Collection[uuid.UUID], now: datetime) -> None:
    """Note that a gateway runs them."""
    changed(session, update(WhatsAppSession).where(col(WhatsAppSession.id).in_(ids)).values(seen_at=now))


def revive_outdated(session: Session, now: datetime) -> None:
    """Numbers that stood still because the library was too old may try again with the one there is now."""
    stale = update(WhatsAppSession).where(col(WhatsAppSession.state) == State.OUTDATED)
    changed(session, stale.values(state=State.RECONNECTING, updated_at=now))


def counts(session: Session) -> dict[str, int]:
    """How many numbers stand how; every state is told of."""
    grouped = (
        select(WhatsAppSession.state, func.count())
        .where(col(WhatsAppSession.removed_at).is_(None))
        .group_by(col(WhatsAppSession.state))
    )
    return dict.fromkeys(map(str, State), 0) | dict(session.exec(grouped).all())


def paired(session: Session, row: WhatsAppSession, jid: str, lid: str | None, now: datetime) -> bool:
    """Note which number it turned out to be. False when that number is connected here already.

    A number that was here before comes back to its chats: it takes over the account it had.
    """
    number = digits(jid)
    for other in _others(session, row, number):
        if other.removed_at is None and not State(other.state).is_over:
            return False
        if other.tenant_id == row.tenant_id:
            _take_over(session, row, other)
    row.jid, row.lid, row.updated_at = jid, lid, now
    _name(session, row, number)
    return True


def _others(session: Session, row: WhatsAppSession, number: str) -> list[WhatsAppSession]:
    wanted = select(WhatsAppSession).where(
        col(WhatsAppSession.id) != row.id, col(WhatsAppSession.jid).startswith(number, autoescape=True)
    )
    return [other for other in session.exec(wanted) if other.number == number]


def _take_over(session: Session, row: WhatsAppSession, other: WhatsAppSession) -> None:
    """The account of a number that stands still, with its chats, for its successor; an account has one number."""
    account_id = other.account_id
    row.first_online_at = row.first_online_at or other.first_online_at
    session.delete(other)
    session.flush()
    row.account_id = account_id
    session.flush()


def _name(session: Session, row: WhatsAppSession, number: str) -> None:
    """Call its account by its number, where no other is called so."""
    account = session.get_one(Account, row.account_id)
    same = select(Account.id).where(
        col(Account.tenant_id) == account.tenant_id, col(Account.channel) == CHANNEL, col(Account.name) == number
    )
    if session.exec(same).first() is None:
        account.name = number


def _made_up() -> str:
    """A name that can be said and typed, such as "bakulo"."""
    return "".join(secrets.choice(CONSONANTS) + secrets.choice(VOWELS) for _ in range(3))
