"""Repository of one session's row, for the gateway that runs it. All calls block."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlmodel import Session

from bots.whatsapp.sessions import pairing
from bots.whatsapp.sessions.states import Happened, after
from models.identity.people import Account, Address
from models.messaging.deliveries import Delivery, Message
from models.messaging.whatsapp import WhatsAppSession, WhatsAppState, WhatsAppStateDetail
from storage.db import Database
from storage.messaging import outbox, whatsapp
from storage.messaging.outbox import OutboxMessage
from storage.operations import alerts

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Errand:
    """What to do with a session: pair it, by pairing code if `phone` is given, or connect it with its keys.
    `first_online_at` is when it was online for the first time."""

    account: Account
    is_new: bool
    phone: str | None
    since: datetime | None
    number: str = ""
    lid: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """Each method is one transaction, which also enqueues the messages to users about the change."""

    db: Database
    number: uuid.UUID

    def take_up(self) -> Errand:
        with self.db.transaction() as session:
            row = self._row(session)
            row.state = after(WhatsAppState(row.state), Happened.TAKEN_UP)
            row.seen_at = row.updated_at = self.db.clock()
            whatsapp.clear_codes(row)
            return _errand(session, row)

    def note(
        self, happened: Happened, detail: WhatsAppStateDetail | None = None, *, banned: float | None = None
    ) -> WhatsAppState:
        """Record an event, and return the resulting state. `ban_seconds` is the length of a ban."""
        with self.db.transaction() as session:
            row, now = self._row(session), self.db.clock()
            before, row.state = row.state, after(WhatsAppState(row.state), happened)
            if row.state == before and row.detail == (detail or ""):
                return WhatsAppState(row.state)
            row.detail, row.updated_at = detail or "", now
            row.banned_until = now + timedelta(seconds=banned) if banned else None
            whatsapp.clear_codes(row)
            self._tell(session, row, before, now)
            log.info("whatsapp", number=row.id.hex, state=row.state, detail=row.detail)
            return WhatsAppState(row.state)

    def show(self, code: str, seconds: float) -> None:
        """Show a QR code, which is valid for `seconds`."""
        with self.db.transaction() as session:
            row, now = self._row(session), self.db.clock()
            if row.pairing_asked_at is None:  # pairing was stopped
                return
            row.state = after(WhatsAppState(row.state), Happened.CODE)
            row.qr, row.shown_until, row.updated_at = code, now + timedelta(seconds=seconds), now
            self._answer(session, row, lambda edits: pairing.scan(row, code, edits), now)

    def show_typed(self, code: str, seconds: float) -> None:
        """Show a pairing code to enter on the phone, which is valid for `seconds`."""
        with self.db.transaction() as session:
            row, now = self._row(session), self.db.clock()
            if row.pairing_asked_at is None:
                return
            row.state = after(WhatsAppState(row.state), Happened.CODE)
            row.qr, row.pair_code = None, code
            row.shown_until, row.updated_at = now + timedelta(seconds=seconds), now
            self._answer(session, row, lambda edits: pairing.typed(row, code, edits), now)

    def paired(self, jid: str) -> Errand | None:
        """Store the paired number; None when that number is connected here already."""
        with self.db.transaction() as session:
            row, now = self._row(session), self.db.clock()
            if not whatsapp.complete_pairing(session, row, jid, None, now):
                return None
            row.state, row.detail = after(WhatsAppState(row.state), Happened.PAIRED), ""
            row.pairing_asked_at = None
            whatsapp.clear_codes(row)
            self._answer(session, row, lambda edits: pairing.outcome(row, edits), now)
            return _errand(session, row)

    def connected(self, jid: str, lid: str | None) -> Errand:
        with self.db.transaction() as session:
            row, now = self._row(session), self.db.clock()
            before = row.state
            row.state, row.detail, row.jid, row.lid = after(WhatsAppState(before), Happened.CONNECTED), "", jid, lid
            row.first_online_at = row.first_online_at or now
            row.online_at = row.seen_at = row.updated_at = now
            row.banned_until = row.pairing_asked_at = None
            self._tell(session, row, before, now)
            return _errand(session, row)

    def give_up(self, happened: Happened, detail: WhatsAppStateDetail) -> None:
        """Stop pairing until it is requested again."""
        with self.db.transaction() as session:
            row, now = self._row(session), self.db.clock()
            row.state, row.detail = after(WhatsAppState(row.state), happened), detail
            row.pairing_asked_at, row.updated_at = None, now
            whatsapp.clear_codes(row)
            self._answer(session, row, lambda edits: pairing.outcome(row, edits), now)
            row.asked_by = None

    def _tell(self, session: Session, row: WhatsAppSession, before: str, now: datetime) -> None:
        """Tell the user who requested pairing the result; alert administrators when the session stops or recovers."""
        name = session.get_one(Account, row.account_id).name
        if before in {WhatsAppState.NEW, WhatsAppState.QR, WhatsAppState.PAIRING}:
            self._answer(session, row, lambda edits: pairing.outcome(row, edits), now)
        if row.state == WhatsAppState.ONLINE:
            row.asked_by = None
            alerts.notify_end(session, _incident(row), pairing.relief(row, name), now, tenant_id=row.tenant_id)
        elif WhatsAppState(row.state).is_stopped and row.state != before:
            alerts.notify_begin(session, _incident(row), pairing.alert(row, name), now, tenant_id=row.tenant_id)

    @staticmethod
    def _answer(session: Session, row: WhatsAppSession, say: Callable[[int], Message], now: datetime) -> None:
        """Edit the pairing message of the requesting user; the next edit refers to this edit's delivery."""
        asked = session.get(Delivery, row.asked_by) if row.asked_by else None
        address = session.get(Address, asked.address_id) if asked else None
        if asked is None or asked.id is None or address is None:
            return
        owed = OutboxMessage(say(asked.id), f"whatsapp:{row.id}", f"{now.isoformat()}:{asked.id}")
        row.asked_by = outbox.enqueue(session, address, asked.person_id, owed, now)

    def _row(self, session: Session) -> WhatsAppSession:
        return session.get_one(WhatsAppSession, self.number)


def _errand(session: Session, row: WhatsAppSession) -> Errand:
    account = session.get_one(Account, row.account_id)
    is_new = row.state in {WhatsAppState.NEW, WhatsAppState.QR}
    lid = (row.lid or "").partition("@")[0].partition(":")[0]
    return Errand(account, is_new, row.phone, row.first_online_at, row.phone_number, lid)


def _incident(row: WhatsAppSession) -> str:
    return f"whatsapp-{row.id}"
