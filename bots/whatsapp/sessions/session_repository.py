"""Repository of one session's row, for the gateway that runs it. All calls block."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlmodel import Session

from bots.whatsapp.sessions import pairing
from bots.whatsapp.sessions.states import ConnectionEventKind, get_next_state
from models.identity.people import Account, Address
from models.messaging.deliveries import Delivery, Message
from models.messaging.whatsapp import WhatsAppSession, WhatsAppState, WhatsAppStateDetail
from storage.db import Database
from storage.messaging import outbox, whatsapp
from storage.messaging.outbox import OutboxMessage
from storage.operations import alerts

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Assignment:
    """What to do with a session: pair it, by pairing code if `phone` is given, or connect it with its keys.
    `first_online_at` is when it was online for the first time."""

    account: Account
    is_new: bool
    phone: str | None
    first_online_at: datetime | None
    own_number: str = ""
    lid: str = ""


@dataclass(frozen=True, slots=True)
class SessionRepository:
    """Each method is one transaction, which also enqueues the messages to users about the change.

    Where `is_assigned` says no, another process runs the session: what its former connection reports changes nothing.
    """

    db: Database
    session_id: uuid.UUID
    is_assigned: Callable[[], bool] = lambda: True

    def start(self) -> Assignment:
        with self.db.transaction() as session:
            row = self._load_row(session)
            row.state = get_next_state(WhatsAppState(row.state), ConnectionEventKind.STARTED)
            row.seen_at = row.updated_at = self.db.clock()
            whatsapp.clear_codes(row)
            return _build_assignment(session, row)

    def record_event(
        self,
        event_kind: ConnectionEventKind,
        detail: WhatsAppStateDetail | None = None,
        *,
        ban_seconds: float | None = None,
    ) -> WhatsAppState:
        """Record an event, and return the resulting state. `ban_seconds` is the length of a ban."""
        with self.db.transaction() as session:
            row, now = self._load_row(session), self.db.clock()
            if not self.is_assigned():
                return WhatsAppState(row.state)
            previous_state, row.state = row.state, get_next_state(WhatsAppState(row.state), event_kind)
            if row.state == previous_state and row.detail == (detail or ""):
                return WhatsAppState(row.state)
            row.detail, row.updated_at = detail or "", now
            row.banned_until = now + timedelta(seconds=ban_seconds) if ban_seconds else None
            whatsapp.clear_codes(row)
            self._notify(session, row, previous_state, now)
            log.info("whatsapp-state-changed", number=row.id.hex, state=row.state, detail=row.detail)
            return WhatsAppState(row.state)

    def show_qr_code(self, code: str, seconds: float) -> None:
        """Show a QR code, which is valid for `seconds`."""
        with self.db.transaction() as session:
            row, now = self._load_row(session), self.db.clock()
            if row.pairing_asked_at is None:  # pairing was stopped
                return
            row.state = get_next_state(WhatsAppState(row.state), ConnectionEventKind.CODE)
            row.qr, row.shown_until, row.updated_at = code, now + timedelta(seconds=seconds), now
            self._update_pairing_message(session, row, lambda edits: pairing.build_qr_message(row, code, edits), now)

    def show_pairing_code(self, code: str, seconds: float) -> None:
        """Show a pairing code to enter on the phone, which is valid for `seconds`."""
        with self.db.transaction() as session:
            row, now = self._load_row(session), self.db.clock()
            if row.pairing_asked_at is None:
                return
            row.state = get_next_state(WhatsAppState(row.state), ConnectionEventKind.CODE)
            row.qr, row.pair_code = None, code
            row.shown_until, row.updated_at = now + timedelta(seconds=seconds), now
            self._update_pairing_message(session, row, lambda edits: pairing.build_code_message(row, code, edits), now)

    def complete_pairing(self, jid: str) -> Assignment | None:
        """Store the paired number; None when that number is connected here already."""
        with self.db.transaction() as session:
            row, now = self._load_row(session), self.db.clock()
            if not whatsapp.complete_pairing(session, row, jid, None, now):
                return None
            row.state, row.detail = get_next_state(WhatsAppState(row.state), ConnectionEventKind.PAIRED), ""
            row.pairing_asked_at = None
            whatsapp.clear_codes(row)
            self._update_pairing_message(session, row, lambda edits: pairing.build_result_message(row, edits), now)
            return _build_assignment(session, row)

    def mark_connected(self, jid: str, lid: str | None) -> Assignment:
        with self.db.transaction() as session:
            row, now = self._load_row(session), self.db.clock()
            previous_state = row.state
            row.state, row.detail, row.jid, row.lid = (
                get_next_state(WhatsAppState(previous_state), ConnectionEventKind.CONNECTED),
                "",
                jid,
                lid,
            )
            row.first_online_at = row.first_online_at or now
            row.online_at = row.seen_at = row.updated_at = now
            row.banned_until = row.pairing_asked_at = None
            self._notify(session, row, previous_state, now)
            return _build_assignment(session, row)

    def stop_pairing(self, event_kind: ConnectionEventKind, detail: WhatsAppStateDetail) -> None:
        """Stop pairing until it is requested again."""
        with self.db.transaction() as session:
            row, now = self._load_row(session), self.db.clock()
            row.state, row.detail = get_next_state(WhatsAppState(row.state), event_kind), detail
            row.pairing_asked_at, row.updated_at = None, now
            whatsapp.clear_codes(row)
            self._update_pairing_message(session, row, lambda edits: pairing.build_result_message(row, edits), now)
            row.asked_by = None

    def _notify(self, session: Session, row: WhatsAppSession, previous_state: str, now: datetime) -> None:
        """Tell the user who requested pairing the result; alert administrators when the session stops or recovers."""
        name = session.get_one(Account, row.account_id).name
        if previous_state in {WhatsAppState.NEW, WhatsAppState.QR, WhatsAppState.PAIRING}:
            self._update_pairing_message(session, row, lambda edits: pairing.build_result_message(row, edits), now)
        if row.state == WhatsAppState.ONLINE:
            row.asked_by = None
            alerts.notify_end(
                session, _incident_key_for(row), pairing.build_alert_end(row, name), now, tenant_id=row.tenant_id
            )
        elif WhatsAppState(row.state).is_stopped and row.state != previous_state:
            alerts.notify_begin(
                session, _incident_key_for(row), pairing.build_alert(row, name), now, tenant_id=row.tenant_id
            )

    @staticmethod
    def _update_pairing_message(
        session: Session, row: WhatsAppSession, build_message: Callable[[int], Message], now: datetime
    ) -> None:
        """Edit the pairing message of the requesting user; the next edit refers to this edit's delivery."""
        delivery = session.get(Delivery, row.asked_by) if row.asked_by else None
        address = session.get(Address, delivery.address_id) if delivery else None
        if delivery is None or delivery.id is None or address is None:
            return
        outbox_message = OutboxMessage(
            build_message(delivery.id), f"whatsapp:{row.id}", f"{now.isoformat()}:{delivery.id}"
        )
        row.asked_by = outbox.enqueue(session, address, delivery.person_id, outbox_message, now)

    def _load_row(self, session: Session) -> WhatsAppSession:
        return session.get_one(WhatsAppSession, self.session_id)


def _build_assignment(session: Session, row: WhatsAppSession) -> Assignment:
    account = session.get_one(Account, row.account_id)
    is_new = row.state in {WhatsAppState.NEW, WhatsAppState.QR}
    lid = (row.lid or "").partition("@")[0].partition(":")[0]
    return Assignment(account, is_new, row.phone, row.first_online_at, row.phone_number, lid)


def _incident_key_for(row: WhatsAppSession) -> str:
    return f"whatsapp-{row.id}"
