"""One inbound message with everything the conversation needs to answer it."""

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
"""What became of a file that was sent: measured media, subtitles that were read, or a refusal."""

Values = str | int | float


@dataclass(frozen=True, slots=True)
class Visit:
    """`ack` is the delivery that told the person their files have arrived; it becomes the progress message.
    `providers` are the ways to pay there are here."""

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
    """A message on its way to the person; `answers` makes it a reply to what they sent."""

    message: Message
    answers: bool = False


@dataclass(slots=True)
class Outcome:
    """Replies, and what is to be done after the commit: workers woken for jobs, links made for purchases, letters sent,
    customers searched for, money given back, prices compared.

    `about` are ids and numbers for the audit of an administrator's command; one that was not `carried_out` has none.
    What somebody sent that holds a secret is deleted from the chat where it `erases`.
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
    """A reply of one sentence."""
    return Reply(Message(paragraphs=(word(key, **values),)))


def _shown(error: AppError) -> str:
    """The code, and where something broke the name by which `/logs` finds it."""
    name = trail.current() if isinstance(error, Failed) else ""
    return f"{error.code} · {name}" if name else str(error.code)


def refusal(error: AppError, *, edits_delivery: int | None = None) -> Reply:
    """What is wrong, what to do, that nothing was charged, and the code."""
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
