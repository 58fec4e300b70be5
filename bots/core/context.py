"""Context of an inbound message, the result of handling it, and helpers to build replies."""

import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from bots.core.channel import Capabilities, Inbound
from bots.core.conversation.email_verification import EmailRequest, EmailVerification
from bots.core.conversation.payment_links import PortalRequest, PriceRequest
from models.billing.payments import Provider
from models.captions.style_file import StyleFile
from models.errors import AppError, ProcessingFailed
from models.identity.people import Account, Address, Person
from models.identity.roles import Role
from models.jobs.transcript import Transcript
from models.messaging.deliveries import Message, TranslatedChoice, TranslatedText
from pipeline import Admission, get_request_id
from storage.identity.account_secrets import AccountSecrets
from storage.media.files import MeasuredFile
from storage.messaging import outbox
from storage.messaging.outbox import OutboxMessage

ReceivedFile = MeasuredFile | Transcript | StyleFile | AppError
"""Result of receiving a file: measured media, parsed subtitles, a caption style, or an error."""

TextValue = str | int | float


@dataclass(frozen=True, slots=True)
class Context:
    """An inbound message with the data and services needed to handle it. `ack` is the delivery id of the
    acknowledgement of its files, which becomes the progress message. `providers` are this channel's payment
    providers. `admission` is the result of the admission check of a message with files. `role_limit` is the highest
    role that holds in this chat. `quoted_files` are those of the message replied to, received only for subtitles and
    sounds, which go onto them."""

    session: Session
    account: Account
    person: Person
    address: Address
    inbound: Inbound
    capabilities: Capabilities
    now: datetime
    files: tuple[ReceivedFile, ...] = ()
    ack: int | None = None
    providers: frozenset[Provider] = frozenset()
    email_verification: EmailVerification | None = None
    account_secrets: AccountSecrets | None = None
    admission: Admission | None = None
    role_limit: Role = Role.OWNER
    quoted_files: tuple[ReceivedFile, ...] = ()

    @property
    def role(self) -> Role:
        """The user's role in this chat."""
        return min(Role.from_stored(self.person.role), self.role_limit)

    @property
    def is_admin(self) -> bool:
        return self.role >= Role.ADMIN

    def enqueue(self, outbox_message: OutboxMessage) -> int:
        """Enqueue a message to this chat that answers the inbound one; the id of its delivery."""
        answer = outbox_message.message.model_copy(update={"answers": self.inbound.update_ids[0]})
        outbox_message = replace(outbox_message, message=answer)
        return outbox.enqueue(self.session, self.address, self.person.id, outbox_message, self.now)


@dataclass(frozen=True, slots=True)
class Reply:
    """A message to the user; with `has_reply_to` it is sent as a reply to their message."""

    message: Message
    has_reply_to: bool = False


@dataclass(frozen=True, slots=True)
class SubjectRequest:
    """A request for the objects in the pictures of a job: the chat and the user that it answers, and their update."""

    job_id: uuid.UUID
    address_id: uuid.UUID
    person_id: uuid.UUID
    answers: str


@dataclass(slots=True)
class HandlerResult:
    """Replies, and the actions for after the commit: workers to wake for jobs, links for purchases, customer portal
    links, emails, customer searches, refunds, price comparisons, searches for the objects in pictures.

    `audit_details` are ids and numbers for the audit of an administrator's command, which is recorded only if it
    `is_carried_out`. With `deletes_inbound` the user's message, which contains a secret, is deleted from the chat.
    """

    replies: list[Reply] = field(default_factory=list)
    jobs: list[uuid.UUID] = field(default_factory=list)
    purchases: list[uuid.UUID] = field(default_factory=list)
    portal_requests: list[PortalRequest] = field(default_factory=list)
    email_requests: list[EmailRequest] = field(default_factory=list)
    customer_searches: list[uuid.UUID] = field(default_factory=list)
    refunds: list[uuid.UUID] = field(default_factory=list)
    price_requests: list[PriceRequest] = field(default_factory=list)
    subject_requests: list[SubjectRequest] = field(default_factory=list)
    audit_details: dict[str, Any] = field(default_factory=dict)
    is_carried_out: bool = True
    deletes_inbound: bool = False


def text_for(key: str, **values: TextValue) -> TranslatedText:
    return TranslatedText(key=key, values=values)


def choice_for(data: str, key: str, **values: TextValue) -> TranslatedChoice:
    return TranslatedChoice(data=data, label=TranslatedText(key=key, values=values))


def reply_for(key: str, **values: TextValue) -> Reply:
    """Build a reply of one text."""
    return Reply(Message(paragraphs=(text_for(key, **values),)))


def _format_code(error: AppError) -> str:
    """Format the error code, with the request id for `/logs` where the error is a failure of the system."""
    request_name = get_request_id() if isinstance(error, ProcessingFailed) else ""
    return f"{error.code} · {request_name}" if request_name else str(error.code)


def build_error_reply(error: AppError, *, edits_delivery: int | None = None) -> Reply:
    """Build the reply to an error: what is wrong, what to do, that nothing was charged, and the code."""
    upload_page = (text_for("too-big-here", page=error.values["page"]),) if "page" in error.values else ()
    note = (text_for("name", name=error.values["note"]),) if "note" in error.values else ()
    paragraphs = (
        text_for(f"error-{error.code.lower().replace('_', '-')}", **error.values),
        *note,
        *upload_page,
        text_for("nothing-charged"),
        text_for("error-only-code", code=_format_code(error)),
    )
    return Reply(Message(paragraphs=paragraphs, edits_delivery=edits_delivery), has_reply_to=True)
