"""WhatsApp sessions (one per number): requests to the gateway that runs them, and their state."""

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
    """A session with its account's name."""

    row: WhatsAppSession
    name: str


def listed(session: Session, tenant_id: uuid.UUID | None = None) -> list[Listed]:
    """The sessions of a tenant, or of all, oldest first; without removed ones."""
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
    """A session by its account's name, or by the digits of its number."""
    wanted = name.removeprefix("+").lower()
    found = (each for each in listed(session, tenant_id) if wanted and wanted in {each.name, each.row.number})
    return next(found, None)


def begin(session: Session, tenant_id: uuid.UUID, now: datetime) -> WhatsAppSession:
    """Insert a tenant's new session, not yet paired. Until its number is known it has a generated name."""
    account = people.account_named(session, tenant_id, CHANNEL, _made_up())
    row = WhatsAppSession(tenant_id=tenant_id, account_id=account.id, created_at=now, updated_at=now)
    session.add(row)
    session.flush()
    return row


def unpaired(session: Session, tenant_id: uuid.UUID) -> WhatsAppSession | None:
    """A tenant's session that was never paired."""
    states = {State.NEW, State.QR}
    return next((each.row for each in listed(session, tenant_id) if each.row.state in states), None)


def ask_pairing(row: WhatsAppSession, now: datetime, *, phone: str | None = None, asked_by: int | None = None) -> None:
    """Request a pairing code, shown in the message of that delivery, or in the terminal (None)."""
    row.state, row.detail, row.jid, row.lid = State.NEW, "", None, None
    row.phone, row.asked_by = phone, asked_by
    row.pairing_asked_at = row.updated_at = now
    hide_code(row)


def ask_restart(row: WhatsAppSession, now: datetime) -> None:
    """Request a new connection. A session that has lost its keys must be paired instead: see `request_pairing`."""
    row.restart_asked_at = row.updated_at = now
    row.state, row.detail, row.banned_until = State.RECONNECTING, "", None


def restored(row: WhatsAppSession, jid: str, now: datetime) -> None:
    """Store that a session has keys again, after a restore."""
    ask_restart(row, now)
    row.jid, row.pairing_asked_at, row.asked_by = jid, None, None
    hide_code(row)


def needs_pairing(row: WhatsAppSession) -> bool:
    """Whether a session has no keys to connect with."""
    return row.jid is None or row.state in {State.NEW, State.QR, State.LOGGED_OUT}


def give_up_pairing(row: WhatsAppSession, now: datetime) -> None:
    """Stop showing pairing codes until the next request."""
    row.state, row.pairing_asked_at, row.updated_at = State.NEW, None, now
    hide_code(row)


def remove(row: WhatsAppSession, now: datetime) -> None:
    """Mark a session as removed; its gateway logs it out, and its chats and people stay."""
    row.removed_at = row.updated_at = now
    hide_code(row)


def hide_code(row: WhatsAppSession) -> None:
    row.qr = row.pair_code = row.shown_until = None


def wanted(session: Session, now: datetime) -> list[uuid.UUID]:
    """Ids of the sessions gateways must run, oldest first."""
    return [each.row.id for each in listed(session) if each.row.is_wanted(now)]


def some(session: Session, ids: Collection[uuid.UUID]) -> Sequence[WhatsAppSession]:
    """The sessions with these ids that exist, removed ones too."""
    return session.exec(select(WhatsAppSession).where(col(WhatsAppSession.id).in_(ids))).all()


def unseen(session: Session, now: datetime) -> int:
    """Number of sessions that should be online and that no gateway was lately seen to run."""
    return sum(each.row.is_unseen(now) for each in listed(session))


def removed_before(session: Session, moment: datetime) -> Sequence[uuid.UUID]:
    return session.exec(select(WhatsAppSession.id).where(col(WhatsAppSession.removed_at) < moment)).all()


def seen(session: Session, ids: Collection[uuid.UUID], now: datetime) -> None:
    """Store that a gateway runs these sessions."""
    changed(session, update(WhatsAppSession).where(col(WhatsAppSession.id).in_(ids)).values(seen_at=now))


def revive_outdated(session: Session, now: datetime) -> None:
    """Let sessions that stopped because the library was outdated reconnect with the installed one."""
    stale = update(WhatsAppSession).where(col(WhatsAppSession.state) == State.OUTDATED)
    changed(session, stale.values(state=State.RECONNECTING, updated_at=now))


def counts(session: Session) -> dict[str, int]:
    """Number of sessions by state; every state is present."""
    grouped = (
        select(WhatsAppSession.state, func.count())
        .where(col(WhatsAppSession.removed_at).is_(None))
        .group_by(col(WhatsAppSession.state))
    )
    return dict.fromkeys(map(str, State), 0) | dict(session.exec(grouped).all())


def paired(session: Session, row: WhatsAppSession, jid: str, lid: str | None, now: datetime) -> bool:
    """Store the number a session was paired with. False when that number is connected here already.

    A number that was connected here before takes over its former account, and with it its chats.
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
    """Move the account of a stopped session, with its chats, to its successor; an account has one session."""
    account_id = other.account_id
    row.first_online_at = row.first_online_at or other.first_online_at
    session.delete(other)
    session.flush()
    row.account_id = account_id
    session.flush()


def _name(session: Session, row: WhatsAppSession, number: str) -> None:
    """Name the session's account by its number, unless another has that name."""
    account = session.get_one(Account, row.account_id)
    same = select(Account.id).where(
        col(Account.tenant_id) == account.tenant_id, col(Account.channel) == CHANNEL, col(Account.name) == number
    )
    if session.exec(same).first() is None:
        account.name = number


def _made_up() -> str:
    """A pronounceable random name, such as "bakulo"."""
    return "".join(secrets.choice(CONSONANTS) + secrets.choice(VOWELS) for _ in range(3))
