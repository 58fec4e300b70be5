"""Numbers on WhatsApp: how each stands, and what is asked of it."""

import uuid
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from models.columns import Moment, new_id, utc_now

SILENCE = timedelta(minutes=2)  # after which a number counts as run by nobody


class State(StrEnum):
    """How a number stands."""

    NEW = "new"  # nobody has scanned its code
    QR = "qr"  # its code is shown
    PAIRING = "pairing"  # the code was scanned; the phone hands over
    ONLINE = "online"
    RECONNECTING = "reconnecting"
    LOGGED_OUT = "logged_out"  # the phone ended it, or its keys are lost
    BANNED = "banned"  # by WhatsApp, for a time or for good
    REPLACED = "replaced"  # the same keys are in use elsewhere
    OUTDATED = "outdated"  # this version of the library is too old

    @property
    def is_over(self) -> bool:
        """Whether it goes on only when somebody does something about it."""
        return self in {State.LOGGED_OUT, State.BANNED, State.REPLACED, State.OUTDATED}


class Detail(StrEnum):
    """What else is to be known of how a number stands."""

    UNREACHABLE = "unreachable"  # WhatsApp cannot be reached
    STUCK = "stuck"  # WhatsApp was reached and did not answer
    TIMEOUT = "timeout"  # nobody scanned the code in time
    REFUSED = "refused"  # WhatsApp, or the phone, did not want to be paired
    TAKEN = "taken"  # the number is connected here already
    DAMAGED = "damaged"  # its session file cannot be read


class WhatsAppSession(SQLModel, table=True):
    """One number. Whoever wants something of it writes it down here; the gateway that runs it looks, and writes how it
    stands.

    `asked_by` is the delivery whose message shows the code; None for the terminal. `phone` is the number to pair with
    by a code that is typed into the phone. A moment of asking that is later than the gateway's last look is news to it.
    """

    __tablename__ = "whatsapp_session"

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    tenant_id: uuid.UUID = Field(foreign_key="tenant.id", index=True)
    account_id: uuid.UUID = Field(foreign_key="account.id", unique=True)
    state: str = State.NEW
    detail: str = ""
    jid: str | None = None  # with the device, as "5511987654321:7@s.whatsapp.net"
    lid: str | None = None
    phone: str | None = None
    qr: str | None = None  # the text of the code that is shown
    pair_code: str | None = None
    shown_until: datetime | None = Field(default=None, sa_type=Moment)
    banned_until: datetime | None = Field(default=None, sa_type=Moment)
    asked_by: int | None = Field(default=None, sa_type=BigInteger)
    pairing_asked_at: datetime | None = Field(default=None, sa_type=Moment)
    restart_asked_at: datetime | None = Field(default=None, sa_type=Moment)
    removed_at: datetime | None = Field(default=None, sa_type=Moment)
    first_online_at: datetime | None = Field(default=None, sa_type=Moment)
    online_at: datetime | None = Field(default=None, sa_type=Moment)
    seen_at: datetime | None = Field(default=None, sa_type=Moment)
    created_at: datetime = Field(default_factory=utc_now, sa_type=Moment)
    updated_at: datetime = Field(default_factory=utc_now, sa_type=Moment)

    def is_unseen(self, now: datetime) -> bool:
        """Whether no gateway was lately seen to run it, though one should."""
        is_wanted = self.is_wanted(now) and self.state not in {State.NEW, State.BANNED}
        return is_wanted and (self.seen_at is None or self.seen_at < now - SILENCE)

    @property
    def number(self) -> str:
        """The digits of the phone it is; empty before it is paired."""
        return digits(self.jid)

    def is_wanted(self, now: datetime) -> bool:
        """Whether a gateway is to run it."""
        if self.removed_at is not None:
            return False
        match State(self.state):
            case State.NEW:
                return self.pairing_asked_at is not None
            case State.BANNED:
                return self.banned_until is not None and self.banned_until <= now
            case state:
                return not state.is_over


def digits(jid: str | None) -> str:
    """The number in a JID, without device and server."""
    return (jid or "").partition("@")[0].partition(":")[0].partition(".")[0]
