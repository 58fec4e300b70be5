"""Handler of a channel's updates: runs the conversation, and enqueues the replies in the outbox."""

import asyncio
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

import structlog

from bots.core import post_commit, user_resolver
from bots.core.attempts import Attempt, AttemptStarter
from bots.core.channel import Channel, Inbound
from bots.core.context import Context, HandlerResult, ReceivedFile, Reply, build_error_reply
from bots.core.conversation.conversation import Conversation, take_quoted_files
from bots.core.conversation.email_verification import EmailVerification
from bots.core.conversation.payment_links import PaymentLinks
from bots.core.delivery import message_deletion, text_menus
from bots.core.file_receiver import DISK_FULL_ERRNOS, FileReceiver
from bots.core.rate_limit import SenderLimiter
from bots.core.request_log import LogLine, log_update
from models.billing.payments import Provider
from models.errors import AppError, ErrorCode, ProcessingFailed, RequestRejected
from models.identity.people import Account
from models.limits import load_limits
from pipeline import Pipeline, PreviewRenderer
from storage.db import Database
from storage.identity.account_secrets import AccountSecrets
from storage.media.files import MeasuredFile
from storage.messaging import outbox, updates
from storage.messaging.outbox import OutboxMessage

log = structlog.get_logger(__name__)


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
    sender_limiter: SenderLimiter = field(default_factory=lambda: SenderLimiter(load_limits().person, time.monotonic))
    providers: frozenset[Provider] = frozenset()
    payment_links: PaymentLinks | None = None
    email_verification: EmailVerification | None = None
    page_url: str = ""
    account_secrets: AccountSecrets | None = None
    previews: PreviewRenderer | None = None

    @property
    def pipeline(self) -> Pipeline:
        return self.conversation.pipeline

    @property
    def _attempts(self) -> AttemptStarter:
        return AttemptStarter(self.db, self.account, self.pipeline, self.admin_ids)

    def save_update(self, update_id: str, body: dict[str, object]) -> bool:
        with self.db.transaction() as session:
            return updates.save(session, self.account.id, update_id, body, self.db.clock())

    def list_unhandled(self) -> Sequence[tuple[str, dict[str, object]]]:
        with self.db.read_transaction() as session:
            return updates.list_unhandled(session, self.account.id)

    def claim(self, update_ids: Collection[str]) -> Collection[str]:
        """One process alone serves the account: all are its own."""
        return update_ids

    async def ignore(self, update_ids: Sequence[str]) -> None:
        await asyncio.to_thread(self._mark_handled, update_ids)

    def reserve(self, inbound: Inbound) -> float | None:
        """Payments are never limited. A number that is typed where there are no buttons is a tap on one."""
        if inbound.payment is not None:
            return 0.0
        is_number = not self.channel.capabilities.has_buttons and text_menus.is_number(inbound.text)
        return self.sender_limiter.reserve(
            inbound.sender.external_id,
            is_tap=inbound.choice is not None or is_number,
            has_files=bool(inbound.attachments or inbound.quoted_attachments),
        )

    async def handle(self, inbound: Inbound) -> None:
        with log_update(self.account, inbound) as log_line:
            await self._handle(take_quoted_files(inbound), log_line)

    async def refuse(self, inbound: Inbound) -> None:
        with log_update(self.account, inbound) as log_line:
            log_line.outcome = "too-fast"
            cause = f"pace:{inbound.sender.external_id}:{self.db.clock():%FT%H:%M}"
            error = RequestRejected(ErrorCode.TOO_FAST)
            await asyncio.to_thread(self._reply_with_error, inbound, Attempt(), error, cause)

    async def _handle(self, inbound: Inbound, log_line: LogLine) -> None:
        attempt = await asyncio.to_thread(self._attempts.begin, inbound)
        log_line.attempt = attempt.number
        if attempt.ack is not None:
            self.wake_sender()
        if attempt.number >= updates.APOLOGY_ATTEMPT:
            log_line.outcome = "given-up"
            await asyncio.to_thread(self._give_up, inbound, attempt)
        elif not attempt.has_admitted_files:
            await self._answer(inbound, attempt, (), log_line)
        else:
            receiver = FileReceiver(self.channel, self.pipeline, self.page_url, inbound.sender.external_id)
            with self.pipeline.retention.open_temp_folder() as folder:
                files = await receiver.receive_all(inbound, folder)
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
        if self.previews is not None and result.subject_requests:
            await self.previews.executor.run(post_commit.run_subject_searches, self.previews, self.db, result)
            self.wake_sender()

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
            person, address = self._attempts.get_user(session, inbound, attempt)
            context = Context(
                session,
                self.account,
                person,
                address,
                inbound,
                self.channel.capabilities,
                now,
                files[: len(inbound.attachments)],
                attempt.ack,
                self.providers,
                self.email_verification,
                self.account_secrets,
                attempt.admission,
                user_resolver.role_limit_for(session, inbound, self.account, person, self.admin_ids),
                quoted_files=files[len(inbound.attachments) :],
            )
            result = self.conversation.answer(context)
            self._enqueue_replies(context, result.replies)
            return result

    def _enqueue_replies(self, context: Context, replies: Sequence[Reply]) -> None:
        cause = f"update:{self.account.id}:{context.inbound.update_ids[0]}"
        for part, reply in enumerate(replies):
            reply_to = context.inbound.message_id if reply.has_reply_to else None
            outbox_message = OutboxMessage(reply.message, cause, part=str(part), reply_to=reply_to)
            context.enqueue(outbox_message)

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
            person, address = self._attempts.get_user(session, inbound, attempt)
            message = build_error_reply(error, edits_delivery=attempt.ack).message
            answer = message.model_copy(update={"answers": inbound.update_ids[0]})
            outbox.enqueue(session, address, person.id, OutboxMessage(answer, f"{cause}:{self.account.id}"), now)
        self.wake_sender()

    def _mark_handled(self, update_ids: Sequence[str]) -> None:
        with self.db.transaction() as session:
            updates.mark_handled(session, self.account.id, update_ids, self.db.clock())
