"""One inbound message with everything the conversation needs to answer it."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from bots.core.channel import Capabilities, Inbound
from models.deliveries import ChoiceWording, Message, Wording
from models.errors import AppError
from models.people import Account, Address, Person, Tastes
from models.words import Transcript
from storage.files import Measured

Received = Measured | Transcript | AppError
"""What became of a file that was sent: measured media, subtitles that were read, or a refusal."""

Values = str | int | float


@dataclass(frozen=True, slots=True)
class Visit:
    """`ack` is the delivery that told the person their files have arrived; it becomes the progress message."""

    session: Session
    account: Account
    person: Person
    address: Address
    inbound: Inbound
    can: Capabilities
    now: datetime
    files: tuple[Received, ...] = ()
    ack: int | None = None

    @property
    def tastes(self) -> Tastes:
        return Tastes.model_validate(self.person.tastes)

    @property
    def is_admin(self) -> bool:
        return self.person.role in {"owner", "admin"}


@dataclass(frozen=True, slots=True)
class Reply:
    """A message on its way to the person; `answers` makes it a reply to what they sent."""

    message: Message
    answers: bool = False


def word(key: str, **values: Values) -> Wording:
    return Wording(key=key, values=values)


def choice(data: str, key: str, **values: Values) -> ChoiceWording:
    return ChoiceWording(data=data, label=Wording(key=key, values=values))


def say(key: str, **values: Values) -> Reply:
    """A reply of one sentence."""
    return Reply(Message(paragraphs=(word(key, **values),)))


def refusal(error: AppError, *, edits_delivery: int | None = None) -> Reply:
    """What is wrong, what to do, that nothing was charged, and the code."""
    paragraphs = (
        word(f"error-{error.code.lower().replace('_', '-')}", **error.values),
        word("nothing-charged"),
        word("error-only-code", code=error.code),
    )
    return Reply(Message(paragraphs=paragraphs, edits_delivery=edits_delivery), answers=True)
