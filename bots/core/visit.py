"""Context of an inbound message, the result of handling it, and helpers to build replies."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session

from bots.core.channel import Capabilities, Inbound
from bots.core.proofs import LetterWish, Proofs
from bots.core.till import PortalWish, PriceWish
from models.deliveries import ChoiceWording, Message, Wording
from models.errors import AppError, Failed
from models.payments import Provider
from models.people import Account, Address, Person, Tastes
from models.roles import Role
from models.words import Transcript
from pipeline import trail
from storage.files import Measured
from storage.keyring import Keyring

Received = Measured | Transcript | AppError
"""Result of receiving a file: measured media, parsed subtitles, or an error."""

Values = str | int | float


@dataclass(frozen=True, slots=True)
class Visit:
    """An inbound message with the data and services needed to handle it. `ack` is the delivery id of the
    acknowledgement of its files, which becomes the progress message. `providers` are this channel's payment
    providers."""

    session: Session
    account: Account
    person: Person
    address: Address
    inbound: Inbound
    can: Capabilities
    now: datetime
    files: tuple[Received, ...] = ()
    ack: int | None = None
    providers: frozenset[Provider] = frozenset()
    proofs: Proofs | None = None
    keyring: Keyring | None = None

    @property
    def tastes(self) -> Tastes:
        return Tastes.model_validate(self.person.tastes)

    @property
    def role(self) -> Role:
        return Role.of(self.person.role)

    @property
    def is_admin(self) -> bool:
        return self.role >= Role.ADMIN


@dataclass(frozen=True, slots=True)
class Reply:
    """A message to the user; with `has_reply_to` it is sent as a reply to their message."""

    message: Message
    answers: bool = False


@dataclass(slots=True)
class Outcome:
    """Replies, and the actions for after the commit: workers to wake for jobs, links for purchases, customer portal
    links, emails, customer searches, refunds, price comparisons.

    `audit_details` are ids and numbers for the audit of an administrator's command, which is recorded only if it
    `is_carried_out`. With `deletes_inbound` the user's message, which contains a secret, is deleted from the chat.
    """

    replies: list[Reply] = field(default_factory=list)
    jobs: list[uuid.UUID] = field(default_factory=list)
    purchases: list[uuid.UUID] = field(default_factory=list)
    portals: list[PortalWish] = field(default_factory=list)
    letters: list[LetterWish] = field(default_factory=list)
    searches: list[uuid.UUID] = field(default_factory=list)
    refunds: list[uuid.UUID] = field(default_factory=list)
    checks: list[PriceWish] = field(default_factory=list)
    about: dict[str, Any] = field(default_factory=dict)
    carried_out: bool = True
    erases: bool = False


def word(key: str, **values: Values) -> Wording:
    return Wording(key=key, values=values)


def choice(data: str, key: str, **values: Values) -> ChoiceWording:
    return ChoiceWording(data=data, label=Wording(key=key, values=values))


def say(key: str, **values: Values) -> Reply:
    """Build a reply of one text."""
    return Reply(Message(paragraphs=(word(key, **values),)))


def _shown(error: AppError) -> str:
    """Format the error code, with the request id for `/logs` where the error is a failure of the system."""
    name = trail.current() if isinstance(error, Failed) else ""
    return f"{error.code} · {name}" if name else str(error.code)


def refusal(error: AppError, *, edits_delivery: int | None = None) -> Reply:
    """Build the reply to an error: what is wrong, what to do, that nothing was charged, and the code."""
    detour = (word("too-big-here", page=error.values["page"]),) if "page" in error.values else ()
    note = (word("name", name=error.values["note"]),) if "note" in error.values else ()
    paragraphs = (
        word(f"error-{error.code.lower().replace('_', '-')}", **error.values),
        *note,
        *detour,
        word("nothing-charged"),
        word("error-only-code", code=_shown(error)),
    )
    return Reply(Message(paragraphs=paragraphs, edits_delivery=edits_delivery), answers=True)
