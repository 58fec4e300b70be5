"""WhatsApp sessions: the state of each number, and the requests to its gateway."""

import uuid
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from models.columns import UtcDateTime, generate_id, utc_now

GATEWAY_TIMEOUT = timedelta(minutes=2)  # without a heartbeat, after which no gateway runs the number


class WhatsAppState(StrEnum):
    """Connection state of a number."""

    NEW = "new"  # its code was never scanned
    QR = "qr"  # its code is displayed
    PAIRING = "pairing"  # the code was scanned; the phone is completing the pairing
    ONLINE = "online"
    RECONNECTING = "reconnecting"
    LOGGED_OUT = "logged_out"  # by the phone, or its keys are lost
    BANNED = "banned"  # by WhatsApp, temporarily or permanently
    REPLACED = "replaced"  # the same keys are in use elsewhere
    OUTDATED = "outdated"  # this version of the library is too old

    @property
    def is_stopped(self) -> bool:
        """Whether the session resumes only after manual intervention."""
        return self in {WhatsAppState.LOGGED_OUT, WhatsAppState.BANNED, WhatsAppState.REPLACED, WhatsAppState.OUTDATED}


class WhatsAppStateDetail(StrEnum):
    """Detail of a connection state."""

    UNREACHABLE = "unreachable"  # WhatsApp cannot be reached
    STUCK = "stuck"  # connected to WhatsApp, without an answer
    TIMEOUT = "timeout"  # the code was not scanned in time
    REFUSED = "refused"  # WhatsApp, or the phone, rejected the pairing
    TAKEN = "taken"  # the number is already connected in this installation
    DAMAGED = "damaged"  # its session file cannot be read


class WhatsAppSession(SQLModel, table=True):
    """Session of one number. Other processes write requests into the row; the gateway that runs the session polls it,
    and writes the state.

    `asked_by` is the delivery whose message shows the code; None for the terminal. `phone` is the number to pair by a
    code typed into the phone. A request is new to the gateway if its `*_asked_at` is later than its last poll.
    """

    __tablename__ = "whatsapp_session"

    id: uuid.UUID = Field(default_factory=generate_id, primary_key=True)
    tenant_id: uuid.UUID = Field(foreign_key="tenant.id", index=True)
    account_id: uuid.UUID = Field(foreign_key="account.id", unique=True)
    state: str = WhatsAppState.NEW
    detail: str = ""
    jid: str | None = None  # with the device, as "5511987654321:7@s.whatsapp.net"
    lid: str | None = None
    phone: str | None = None
    qr: str | None = None  # content of the QR code
    pair_code: str | None = None
    shown_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    banned_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    asked_by: int | None = Field(default=None, sa_type=BigInteger)
    pairing_asked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    restart_asked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    removed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    first_online_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    online_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    updated_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)

    def is_unattended(self, now: datetime) -> bool:
        """Whether a gateway should run it, and none has sent a heartbeat lately."""
        is_wanted = self.is_wanted(now) and self.state not in {WhatsAppState.NEW, WhatsAppState.BANNED}
        return is_wanted and (self.seen_at is None or self.seen_at < now - GATEWAY_TIMEOUT)

    @property
    def is_unpaired(self) -> bool:
        """Whether it has no keys yet: it can be paired on any machine."""
        return self.state in {WhatsAppState.NEW, WhatsAppState.QR}

    @property
    def phone_number(self) -> str:
        """Digits of the phone number; empty before pairing."""
        return phone_number_of(self.jid)

    def is_wanted(self, now: datetime) -> bool:
        """Whether a gateway should run it."""
        if self.removed_at is not None:
            return False
        match WhatsAppState(self.state):
            case WhatsAppState.NEW:
                return self.pairing_asked_at is not None
            case WhatsAppState.BANNED:
                return self.banned_until is not None and self.banned_until <= now
            case state:
                return not state.is_stopped


def phone_number_of(jid: str | None) -> str:
    """The phone number in a JID, without device and server."""
    return (jid or "").partition("@")[0].partition(":")[0].partition(".")[0]
