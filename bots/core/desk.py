"""Handler of a channel's updates: fetches the files, runs the conversation, and enqueues the replies in the outbox."""

import asyncio
import errno
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from sqlmodel import Session

from bots.core import aftermath, erasing, owners
from bots.core.canon import Line, line
from bots.core.channel import Attachment, AttachmentKind, Channel, ChannelError, Inbound
from bots.core.conversation import Conversation
from bots.core.proofs import Proofs
from bots.core.rate import Pace
from bots.core.till import Till
from bots.core.visit import Outcome, Received, Reply, Visit, refusal, word
from models.deliveries import Message
from models.errors import AppError, Code, Failed, Refused
from models.limits import limits
from models.payments import Provider
from models.people import Account, Address, Person
from pipeline.service import Pipeline
from storage import outbox, updates
from storage.db import Database
from storage.files import Measured
from storage.keyring import Keyring
from storage.outbox import Owed

log = structlog.get_logger(__name__)

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
SUBTITLES = (".srt", ".vtt", ".ass", ".ssa", ".json")


@dataclass(slots=True)
class Desk:
    """Update sink of one account. `wake_sender` wakes the `OutboxSender` after each commit.

    `admin_ids` are identities (`telegram:123`) that are administrators while they are listed; `"*"` makes every user
    one, for the local page. `providers` are the payment providers of this channel; `payment_links` creates their links.
    `page_url` is where users can upload files that are too big for this channel.
    """

    db: Database
    account: Account
    channel: Channel
    conversation: Conversation
    poke: Callable[[], None]
    owners: frozenset[str] = frozenset()
    pace: Pace = field(default_factory=lambda: Pace(limits().person.messages_per_minute, time.monotonic))
    providers: frozenset[Provider] = frozenset()
    till: Till | None = None
    proofs: Proofs | None = None
    page_url: str = ""
    keyring: Keyring | None = None

    @property
    def pipeline(self) -> Pipeline:
        return self.conversation.pipeline

    def remember(self, update: str, body: dict[str, object]) -> bool:
        with self.db.transaction() as session:
            return updates.remember(session, self.account.id, update, body, self.db.clock())

    def forgotten(self) -> Sequence[tuple[str, dict[str, object]]]:
        with self.db.reading() as session:
            return updates.forgotten(session, self.account.id)

    async def ignore(self, ids: Sequence[str]) -> None:
        await asyncio.to_thread(self._ignore, ids)

    async def handle(self, inbound: Inbound) -> None:
        with line(self.account, inbound) as told:
            await self._handle(inbound, told)

    async def _handle(self, inbound: Inbound, told: Line) -> None:
        too_fast = inbound.payment is None and self.pace.exceeded(inbound.sender.external_id)
        attempt, ack, has_files = await asyncio.to_thread(
            self._begin, inbound, acknowledge=bool(inbound.attachments) and not too_fast
        )
        told.attempt = attempt
        if attempt > updates.MAX_ATTEMPTS:
            told.outcome = "given-up"
            await asyncio.to_thread(self._give_up, inbound, ack)
        elif too_fast:
            told.outcome = "too-fast"
            await asyncio.to_thread(self._slow_down, inbound)
        elif not has_files:
            await self._answer(inbound, (), None, told)
        else:
            with self.pipeline.keeping.folder() as folder:
                files = await self._collect(inbound.attachments, folder)
                await self._answer(inbound, files, ack, told)

    async def _answer(self, inbound: Inbound, files: tuple[Received, ...], ack: int | None, told: Line) -> None:
        try:
            outcome = await asyncio.to_thread(self._transact, inbound, files, ack)
            told.replies, told.jobs = len(outcome.replies), tuple(job.hex[:8] for job in outcome.jobs)
        except OSError as error:  # from the media store; nothing was committed
            if error.errno not in FULL:
                raise
            told.outcome = "no-room"
            log.error("no-room-for-files", code=Code.DISK_FULL)  # noqa: TRY400 - the traceback adds nothing
            apology = Failed(Code.DISK_FULL), f"full:{inbound.updates[0]}", ack
            await asyncio.to_thread(self._apologise, inbound, *apology)
            return
        self.poke()
        if outcome.erases:
            await erasing.erase(self.channel, inbound)
        for job_id in outcome.jobs:
            await asyncio.to_thread(self.pipeline.wake, job_id)
        if self.till is not None:
            await asyncio.to_thread(aftermath.settle, self.till, outcome)
        if self.proofs is not None and (outcome.letters or outcome.searches):
            await asyncio.to_thread(aftermath.prove, self.proofs, self.db, outcome)
            self.poke()

    async def _collect(self, attachments: Sequence[Attachment], folder: Path) -> tuple[Received, ...]:
        """Fetch and probe the files one after the other."""
        return tuple([await self._receive(each, folder / str(place)) for place, each in enumerate(attachments)])

    async def _receive(self, attachment: Attachment, path: Path) -> Received:
        try:
            await self._fetch(attachment, path)
            return await asyncio.to_thread(self._measure, attachment, path)
        except ChannelError as error:
            log.error("fetch-failed", code=Code.UNEXPECTED, error=str(error))  # noqa: TRY400 - the error is a field
            return Failed(Code.UNEXPECTED)
        except OSError as error:
            log.error("file-not-kept", error=str(error))  # noqa: TRY400 - the error is a field
            return Failed(Code.DISK_FULL if error.errno in FULL else Code.UNEXPECTED)
        except AppError as error:
            return error

    async def _fetch(self, attachment: Attachment, path: Path) -> None:
        """Download the file. One too big for the messenger can be uploaded on the page, where `page_url` is set."""
        try:
            await self.channel.fetch(attachment, path)
        except Refused as error:
            if error.code is not Code.FILE_TOO_BIG or not self.page_url:
                raise
            raise Refused(error.code, **error.values, page=self.page_url) from error

    def _measure(self, attachment: Attachment, path: Path) -> Received:
        if attachment.kind is AttachmentKind.FILE and attachment.name.lower().endswith(SUBTITLES):
            return self.pipeline.receive_subtitles(path)
        return self.pipeline.receive(path, attachment.name)

    def _begin(self, inbound: Inbound, *, acknowledge: bool) -> tuple[int, int | None, bool]:
        """Count the attempt, and enqueue the acknowledgement of files before any slow work. Returns the attempt, the
        delivery id of the acknowledgement, and whether to fetch the files: those of banned users, or while no jobs are
        accepted, are not fetched.

        Attempts at handling payments are not counted: these are never given up.
        """
        if inbound.payment is not None:
            return 0, None, False
        with self.db.transaction() as session:
            attempt = updates.count_attempt(session, self.account.id, inbound.updates)
            if not acknowledge:
                return attempt, None, False
            person, address = self._meet(session, inbound)
            if person.banned_at is not None or self.pipeline.obstacle(session, person) is not None:
                return attempt, None, False
            key = "received-album" if len(inbound.attachments) > 1 else "received"
            cause = f"ack:{self.account.id}:{inbound.updates[0]}"
            owed = Owed(Message(paragraphs=(word(key),)), cause, reply_to=inbound.message)
            ack = outbox.owe(session, address, person.id, owed, self.db.clock())
        self.poke()
        return attempt, ack, True

    def _transact(self, inbound: Inbound, files: tuple[Received, ...], ack: int | None) -> Outcome:
        """Store the files; then write the update, the reply and everything the reply causes in one transaction."""
        with self.pipeline.deposit([file for file in files if isinstance(file, Measured)]) as deposited:
            stored = iter(deposited)
            arrived = tuple(next(stored) if isinstance(file, Measured) else file for file in files)
            return self._answered(inbound, arrived, ack)

    def _answered(self, inbound: Inbound, files: tuple[Received, ...], ack: int | None) -> Outcome:
        with self.db.transaction() as session:
            now = self.db.clock()
            if not updates.first_time(session, self.account.id, inbound.updates, now):
                return Outcome()
            person, address = self._meet(session, inbound)
            visit = Visit(
                session,
                self.account,
                person,
                address,
                inbound,
                self.channel.can,
                now,
                files,
                ack,
                self.providers,
                self.proofs,
                self.keyring,
            )
            outcome = self.conversation.answer(visit)
            self._owe(session, visit, outcome.replies)
            return outcome

    def _meet(self, session: Session, inbound: Inbound) -> tuple[Person, Address]:
        return owners.meet(session, self.account, inbound, self.owners, self.db.clock())

    def _owe(self, session: Session, visit: Visit, replies: Sequence[Reply]) -> None:
        cause = f"update:{self.account.id}:{visit.inbound.updates[0]}"
        for number, reply in enumerate(replies):
            reply_to = visit.inbound.message if reply.answers else None
            owed = Owed(reply.message, cause, part=str(number), reply_to=reply_to)
            outbox.owe(session, visit.address, visit.person.id, owed, visit.now)

    def _slow_down(self, inbound: Inbound) -> None:
        """Warn a user over the rate limit, once a minute, and leave the message unhandled."""
        self._apologise(
            inbound, Refused(Code.TOO_FAST), f"pace:{inbound.sender.external_id}:{self.db.clock():%FT%H:%M}"
        )

    def _give_up(self, inbound: Inbound, ack: int | None) -> None:
        """Reply with an error to a message whose handling failed in every attempt."""
        log.error("update-given-up", code=Code.UNEXPECTED)
        self._apologise(inbound, Failed(Code.UNEXPECTED), f"given-up:{inbound.updates[0]}", ack)

    def _apologise(self, inbound: Inbound, error: AppError, cause: str, ack: int | None = None) -> None:
        with self.db.transaction() as session:
            now = self.db.clock()
            if not updates.first_time(session, self.account.id, inbound.updates, now):
                return
            person, address = self._meet(session, inbound)
            owed = Owed(refusal(error, edits_delivery=ack).message, f"{cause}:{self.account.id}")
            outbox.owe(session, address, person.id, owed, now)
        self.poke()

    def _ignore(self, ids: Sequence[str]) -> None:
        with self.db.transaction() as session:
            updates.first_time(session, self.account.id, ids, self.db.clock())
