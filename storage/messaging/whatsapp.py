"""WhatsApp sessions (one per number): requests to the gateway that runs them, and their state."""

import secrets
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from models.identity.people import Account
from models.messaging.whatsapp import WhatsAppSession, WhatsAppState, phone_number_of
from storage.identity import people
from storage.upsert import execute_dml

CHANNEL = "whatsapp"
CONSONANTS, VOWELS = "bdfglmnprstvz", "aeiou"


@dataclass(frozen=True, slots=True)
class NamedWhatsAppSession:
    """A session with its account's name."""

    row: WhatsAppSession
    name: str


def list_sessions(session: Session, tenant_id: uuid.UUID | None = None) -> list[NamedWhatsAppSession]:
    """The sessions of a tenant, or of all, oldest first; without removed ones."""
    query = (
        select(WhatsAppSession, Account.name)
        .join(Account, col(Account.id) == col(WhatsAppSession.account_id))
        .where(col(WhatsAppSession.removed_at).is_(None))
        .order_by(col(WhatsAppSession.created_at))
    )
    if tenant_id is not None:
        query = query.where(col(WhatsAppSession.tenant_id) == tenant_id)
    return [NamedWhatsAppSession(row, name) for row, name in session.exec(query)]


def find_session(session: Session, name: str, tenant_id: uuid.UUID | None = None) -> NamedWhatsAppSession | None:
    """A session by its account's name, or by the digits of its number."""
    needle = name.removeprefix("+").lower()
    matches = (
        each for each in list_sessions(session, tenant_id) if needle and needle in {each.name, each.row.phone_number}
    )
    return next(matches, None)


def create_session(session: Session, tenant_id: uuid.UUID, now: datetime) -> WhatsAppSession:
    """Insert a tenant's new session, not yet paired. Until its number is known it has a generated name."""
    account = people.get_or_create_account(session, tenant_id, CHANNEL, _generate_name())
    row = WhatsAppSession(tenant_id=tenant_id, account_id=account.id, created_at=now, updated_at=now)
    session.add(row)
    session.flush()
    return row


def find_unpaired(session: Session, tenant_id: uuid.UUID) -> WhatsAppSession | None:
    """A tenant's session that was never paired."""
    states = {WhatsAppState.NEW, WhatsAppState.QR}
    return next((each.row for each in list_sessions(session, tenant_id) if each.row.state in states), None)


def request_pairing(
    row: WhatsAppSession, now: datetime, *, phone: str | None = None, delivery_id: int | None = None
) -> None:
    """Request a pairing code, shown in the message of that delivery, or in the terminal (None)."""
    row.state, row.detail, row.jid, row.lid = WhatsAppState.NEW, "", None, None
    row.phone, row.asked_by = phone, delivery_id
    row.pairing_asked_at = row.updated_at = now
    clear_codes(row)


def request_restart(row: WhatsAppSession, now: datetime) -> None:
    """Request a new connection. A session that has lost its keys must be paired instead: see `request_pairing`."""
    row.restart_asked_at = row.updated_at = now
    row.state, row.detail, row.banned_until = WhatsAppState.RECONNECTING, "", None


def mark_restored(row: WhatsAppSession, jid: str, now: datetime) -> None:
    """Store that a session has keys again, after a restore."""
    request_restart(row, now)
    row.jid, row.pairing_asked_at, row.asked_by = jid, None, None
    clear_codes(row)


def should_pair(row: WhatsAppSession) -> bool:
    """Whether a session has no keys to connect with."""
    return row.jid is None or row.state in {WhatsAppState.NEW, WhatsAppState.QR, WhatsAppState.LOGGED_OUT}


def stop_pairing(row: WhatsAppSession, now: datetime) -> None:
    """Stop showing pairing codes until the next request."""
    row.state, row.pairing_asked_at, row.updated_at = WhatsAppState.NEW, None, now
    clear_codes(row)


def mark_removed(row: WhatsAppSession, now: datetime) -> None:
    """Mark a session as removed; its gateway logs it out, and its chats and people stay."""
    row.removed_at = row.updated_at = now
    clear_codes(row)


def clear_codes(row: WhatsAppSession) -> None:
    row.qr = row.pair_code = row.shown_until = None


def list_by_ids(session: Session, ids: Collection[uuid.UUID]) -> Sequence[WhatsAppSession]:
    """The sessions with these ids that exist, removed ones too."""
    return session.exec(select(WhatsAppSession).where(col(WhatsAppSession.id).in_(ids))).all()


def count_unseen(session: Session, now: datetime) -> int:
    """Number of sessions that should be online and that no gateway was lately seen to run."""
    return sum(each.row.is_unattended(now) for each in list_sessions(session))


def list_removed_before(session: Session, moment: datetime) -> Sequence[uuid.UUID]:
    return session.exec(select(WhatsAppSession.id).where(col(WhatsAppSession.removed_at) < moment)).all()


def mark_seen(session: Session, ids: Collection[uuid.UUID], now: datetime) -> None:
    """Store that a gateway runs these sessions."""
    execute_dml(session, update(WhatsAppSession).where(col(WhatsAppSession.id).in_(ids)).values(seen_at=now))


def retry_outdated(session: Session, now: datetime) -> None:
    """Let sessions that stopped because the library was outdated reconnect with the installed one."""
    statement = update(WhatsAppSession).where(col(WhatsAppSession.state) == WhatsAppState.OUTDATED)
    execute_dml(session, statement.values(state=WhatsAppState.RECONNECTING, updated_at=now))


def count_by_state(session: Session) -> dict[str, int]:
    """Number of sessions by state; every state is present."""
    query = (
        select(WhatsAppSession.state, func.count())
        .where(col(WhatsAppSession.removed_at).is_(None))
        .group_by(col(WhatsAppSession.state))
    )
    return dict.fromkeys(map(str, WhatsAppState), 0) | dict(session.exec(query).all())


def complete_pairing(session: Session, row: WhatsAppSession, jid: str, lid: str | None, now: datetime) -> bool:
    """Store the number a session was paired with. False when that number is connected here already.

    A number that was connected here before takes over its former account, and with it its chats.
    """
    number = phone_number_of(jid)
    for other in _list_same_number(session, row, number):
        if other.removed_at is None and not WhatsAppState(other.state).is_stopped:
            return False
        if other.tenant_id == row.tenant_id:
            _take_over_account(session, row, other)
    row.jid, row.lid, row.updated_at = jid, lid, now
    _name_account(session, row, number)
    return True


def _list_same_number(session: Session, row: WhatsAppSession, number: str) -> list[WhatsAppSession]:
    query = select(WhatsAppSession).where(
        col(WhatsAppSession.id) != row.id, col(WhatsAppSession.jid).startswith(number, autoescape=True)
    )
    return [other for other in session.exec(query) if other.phone_number == number]


def _take_over_account(session: Session, row: WhatsAppSession, other: WhatsAppSession) -> None:
    """Move the account of a stopped session, with its chats, to its successor; an account has one session."""
    account_id = other.account_id
    row.first_online_at = row.first_online_at or other.first_online_at
    session.delete(other)
    session.flush()
    row.account_id = account_id
    session.flush()


def _name_account(session: Session, row: WhatsAppSession, number: str) -> None:
    """Name the session's account by its number, unless another has that name."""
    account = session.get_one(Account, row.account_id)
    query = select(Account.id).where(
        col(Account.tenant_id) == account.tenant_id, col(Account.channel) == CHANNEL, col(Account.name) == number
    )
    if session.exec(query).first() is None:
        account.name = number


def _generate_name() -> str:
    """A pronounceable random name, such as "bakulo"."""
    return "".join(secrets.choice(CONSONANTS) + secrets.choice(VOWELS) for _ in range(3))
