"""Handler of a channel's updates: runs the conversation, and enqueues the replies in the outbox."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

import structlog
from sqlmodel import Session

from bots.core import post_commit, user_resolver
from bots.core.channel import Channel, Inbound
from bots.core.context import Context, HandlerResult, ReceivedFile, Reply, build_error_reply, text_for
from bots.core.conversation.conversation import Conversation
from bots.core.conversation.email_verification import EmailVerification
from bots.core.conversation.payment_links import PaymentLinks
from bots.core.delivery import message_deletion
from bots.core.file_receiver import DISK_FULL_ERRNOS, FileReceiver
from bots.core.rate_limit import SlidingWindowLimiter
from bots.core.request_log import LogLine, log_update
from models.billing.payments import Provider
from models.errors import AppError, ErrorCode, ProcessingFailed, RequestRejected
from models.identity.people import Account, Address, Person
from models.limits import load_limits
from models.messaging.deliveries import Message
from pipeline import Admission, Pipeline
from storage.db import Database
from storage.identity import people
from storage.identity.account_secrets import AccountSecrets
from storage.media.files import MeasuredFile
from storage.messaging import outbox, updates
from storage.messaging.outbox import OutboxMessage

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt at handling an update, by number (0 for a payment). For files also the ids of the user and address,
    the result of the admission check, and the delivery id of the acknowledgement."""

    number: int = 0
    user: tuple[UUID, UUID] | None = None
    admission: Admission | None = None
    ack: int | None = None

    @property
    def has_admitted_files(self) -> bool:
        """Whether to fetch the files; those of banned users, or while no jobs are accepted, are not fetched."""
        return self.admission is not None and self.admission.rejection is None


@dataclass(slots=True)
class UpdateHandler:
    """Update sink of one account. `wake_sender` wakes the `OutboxSender` after each commit.

    `admin_ids` are identities (`telegram:123`) that are administrators while they are listed; `"*"` makes every user
    one, for the local page. `providers` are the payment providers of this channel; `payment_links` creates their links.
    `page_url` is where users can upload files that are too big for this channel.
    """

    db: Database
    account: Account
    channel: Channel
    conversation: Conversation
    wake_sender: Callable[[], None]
    admin_ids: frozenset[str] = frozenset()
    rate_limiter: SlidingWindowLimiter = field(
        default_factory=lambda: SlidingWindowLimiter(load_limits().person.messages_per_minute, time.monotonic)
    )
    providers: frozenset[Provider] = frozenset()
    payment_links: PaymentLinks | None = None
    email_verification: EmailVerification | None = None
    page_url: str = ""
    account_secrets: AccountSecrets | None = None

    @property
    def pipeline(self) -> Pipeline:
        return self.conversation.pipeline

    def save_update(self, update_id: str, body: dict[str, object]) -> bool:
        with self.db.transaction() as session:
            return updates.save(session, self.account.id, update_id, body, self.db.clock())

    def list_unhandled(self) -> Sequence[tuple[str, dict[str, object]]]:
        with self.db.read_transaction() as session:
            return updates.list_unhandled(session, self.account.id)

    async def ignore(self, update_ids: Sequence[str]) -> None:
        await asyncio.to_thread(self._mark_handled, update_ids)

    async def handle(self, inbound: Inbound) -> None:
        with log_update(self.account, inbound) as log_line:
            await self._handle(inbound, log_line)

    async def _handle(self, inbound: Inbound, log_line: LogLine) -> None:
        too_fast = inbound.payment is None and self.rate_limiter.is_exceeded(inbound.sender.external_id)
        attempt = await asyncio.to_thread(
            self._begin_attempt, inbound, has_files=bool(inbound.attachments) and not too_fast
        )
        log_line.attempt = attempt.number
        if attempt.number >= updates.APOLOGY_ATTEMPT:
            log_line.outcome = "given-up"
            await asyncio.to_thread(self._give_up, inbound, attempt)
        elif too_fast:
            log_line.outcome = "too-fast"
            await asyncio.to_thread(self._reject_too_fast, inbound, attempt)
        elif not attempt.has_admitted_files:
            await self._answer(inbound, attempt, (), log_line)
        else:
            receiver = FileReceiver(self.channel, self.pipeline, self.page_url, inbound.sender.external_id)
            with self.pipeline.retention.open_temp_folder() as folder:
                files = await receiver.receive_all(inbound.attachments, folder)
                await self._answer(inbound, attempt, files, log_line)

    async def _answer(
        self, inbound: Inbound, attempt: Attempt, files: tuple[ReceivedFile, ...], log_line: LogLine
    ) -> None:
        try:
            run = self.pipeline.file_executor.run if files else asyncio.to_thread
            result = await run(self._store_and_answer, inbound, attempt, files)
            log_line.replies, log_line.jobs = len(result.replies), tuple(job.hex[:8] for job in result.jobs)
        except OSError as error:  # from the media store; nothing was committed
            if error.errno not in DISK_FULL_ERRNOS:
                raise
            log_line.outcome = "no-room"
            log.error("disk-full", code=ErrorCode.DISK_FULL)  # noqa: TRY400 - the traceback adds nothing
            error_details = ProcessingFailed(ErrorCode.DISK_FULL), f"full:{inbound.update_ids[0]}"
            await asyncio.to_thread(self._reply_with_error, inbound, attempt, *error_details)
            return
        self.wake_sender()
        if result.deletes_inbound:
            await message_deletion.delete_inbound_message(self.channel, inbound)
        for job_id in result.jobs:
            await asyncio.to_thread(self.pipeline.wake_worker, job_id)
        if self.payment_links is not None:
            await asyncio.to_thread(post_commit.run_payment_actions, self.payment_links, result)
        if self.email_verification is not None and (result.email_requests or result.customer_searches):
            await asyncio.to_thread(post_commit.run_verification_actions, self.email_verification, self.db, result)
            self.wake_sender()

    def _begin_attempt(self, inbound: Inbound, *, has_files: bool) -> Attempt:
        """Count the attempt, and acknowledge files before any slow work. What is found here holds for the whole
        attempt; after a crash another one begins here.

        Attempts at handling payments are not counted: these are never given up.
        """
        if inbound.payment is not None:
            return Attempt()
        with self.db.transaction() as session:
            attempt = Attempt(updates.count_attempt(session, self.account.id, inbound.update_ids))
            if has_files:
                attempt = self._admit_files(session, inbound, attempt)
        if attempt.ack is not None:
            self.wake_sender()
        return attempt

    def _admit_files(self, session: Session, inbound: Inbound, attempt: Attempt) -> Attempt:
        person, address = self._get_user(session, inbound, attempt)
        attempt = replace(attempt, user=(person.id, address.id))
        if person.banned_at is not None:
            return attempt
        attempt = replace(attempt, admission=self.pipeline.check_admission(session, person))
        if not attempt.has_admitted_files:
            return attempt
        return replace(attempt, ack=self._acknowledge(session, inbound, person, address))

    def _acknowledge(self, session: Session, inbound: Inbound, person: Person, address: Address) -> int:
        text_key = "received-album" if len(inbound.attachments) > 1 else "received"
        cause = f"ack:{self.account.id}:{inbound.update_ids[0]}"
        outbox_message = OutboxMessage(Message(paragraphs=(text_for(text_key),)), cause, reply_to=inbound.message_id)
        return outbox.enqueue(session, address, person.id, outbox_message, self.db.clock())

    def _store_and_answer(self, inbound: Inbound, attempt: Attempt, files: tuple[ReceivedFile, ...]) -> HandlerResult:
        """Store the files; then write the update, the reply and everything the reply causes in one transaction."""
        with self.pipeline.stage_upload([file for file in files if isinstance(file, MeasuredFile)]) as staged_media:
            staged_iterator = iter(staged_media)
            received = tuple(next(staged_iterator) if isinstance(file, MeasuredFile) else file for file in files)
            return self._answer_in_transaction(inbound, attempt, received)

    def _answer_in_transaction(
        self, inbound: Inbound, attempt: Attempt, files: tuple[ReceivedFile, ...]
    ) -> HandlerResult:
        with self.db.transaction() as session:
            now = self.db.clock()
            if not updates.mark_handled(session, self.account.id, inbound.update_ids, now):
                return HandlerResult()
            person, address = self._get_user(session, inbound, attempt)
            context = Context(
                session,
                self.account,
                person,
                address,
                inbound,
                self.channel.capabilities,
                now,
                files,
                attempt.ack,
                self.providers,
                self.email_verification,
                self.account_secrets,
                attempt.admission,
                user_resolver.role_limit_for(session, inbound, self.account, person, self.admin_ids),
            )
            result = self.conversation.answer(context)
            self._enqueue_replies(session, context, result.replies)
            return result

    def _get_user(self, session: Session, inbound: Inbound, attempt: Attempt) -> tuple[Person, Address]:
        """The user and address of the update. One resolved before may have been merged into another user meanwhile."""
        if attempt.user is None:
            return user_resolver.resolve_user(session, self.account, inbound, self.admin_ids, self.db.clock())
        person_id, address_id = attempt.user
        person = people.resolve_merged(session, session.get_one(Person, person_id))
        return person, session.get_one(Address, address_id)

    def _enqueue_replies(self, session: Session, context: Context, replies: Sequence[Reply]) -> None:
        cause = f"update:{self.account.id}:{context.inbound.update_ids[0]}"
        for part, reply in enumerate(replies):
            reply_to = context.inbound.message_id if reply.has_reply_to else None
            outbox_message = OutboxMessage(reply.message, cause, part=str(part), reply_to=reply_to)
            outbox.enqueue(session, context.address, context.person.id, outbox_message, context.now)

    def _reject_too_fast(self, inbound: Inbound, attempt: Attempt) -> None:
        """Warn a user over the rate limit, once a minute, and leave the message unanswered."""
        cause = f"pace:{inbound.sender.external_id}:{self.db.clock():%FT%H:%M}"
        self._reply_with_error(inbound, attempt, RequestRejected(ErrorCode.TOO_FAST), cause)

    def _give_up(self, inbound: Inbound, attempt: Attempt) -> None:
        """Reply with an error to a message whose handling failed in every attempt."""
        log.error("update-abandoned", code=ErrorCode.UNEXPECTED)
        cause = f"given-up:{inbound.update_ids[0]}"
        self._reply_with_error(inbound, attempt, ProcessingFailed(ErrorCode.UNEXPECTED), cause)

    def _reply_with_error(self, inbound: Inbound, attempt: Attempt, error: AppError, cause: str) -> None:
        with self.db.transaction() as session:
            now = self.db.clock()
            if not updates.mark_handled(session, self.account.id, inbound.update_ids, now):
                return
            person, address = self._get_user(session, inbound, attempt)
            outbox_message = OutboxMessage(
                build_error_reply(error, edits_delivery=attempt.ack).message, f"{cause}:{self.account.id}"
            )
            outbox.enqueue(session, address, person.id, outbox_message, now)
        self.wake_sender()

    def _mark_handled(self, update_ids: Sequence[str]) -> None:
        with self.db.transaction() as session:
            updates.mark_handled(session, self.account.id, update_ids, self.db.clock())
