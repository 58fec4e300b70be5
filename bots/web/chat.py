"""HTTP endpoints of the chat page: sending a message, polling for changes, and loading older messages."""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bots.core.channel import Attachment, Inbound, Sender
from bots.core.inbound import InboundProcessor
from bots.core.keyed_queue import KeyedQueue
from bots.core.rate_limit import SlidingWindowLimiter
from bots.web.auth.client_network import network_digest_of
from bots.web.auth.session import Authenticator, PageUser
from bots.web.links import MediaLinkSigner
from bots.web.message_view import MessageBody, SentFile, render_message
from bots.web.middleware import is_same_origin
from bots.web.notifier import wait_for_event
from bots.web.page import MessageChanges, PageChannel
from bots.web.texts import parse_accept_language, render_error
from bots.web.uploads.multipart import Form, FormError, FormLimits, content_length_of, read_form
from bots.web.uploads.sent_files import kind_of, list_sent_files
from bots.web.uploads.upload_folder import UploadFolder
from bots.web.uploads.upload_quota import UploadQuota
from models.limits import load_limits
from models.messaging.deliveries import PageMessage
from pipeline import list_kinds
from storage.clock import Clock

MAX_WAIT_SECONDS = 25.0  # seconds
VersionQuery = Annotated[int, Query(ge=0, lt=1 << 62)]
WaitQuery = Annotated[float, Query(ge=0, le=60)]
MicrosecondsQuery = Annotated[int, Query(ge=0, lt=1 << 53)]  # microseconds since EPOCH
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MAX_CONCURRENT_READS = 8  # reads of conversations at the same time
MAX_POLLS_PER_USER = 12  # requests of one user that may wait for changes at the same time
MAX_PENDING_UPLOADS = 2  # largest possible uploads that one user may have pending
HOUR_SECONDS = 3600.0
POLL_SECONDS = 1.0  # seconds; another process may write without notifying this one
NO_STORE_HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


@dataclass(frozen=True, slots=True)
class ChatEndpoints:
    """Endpoints that serve each user their own conversation. `origin` is the page's only origin, where it is known;
    digests of users' networks are keyed with `secret`. `reads` of a conversation, which may be large, are made one at a
    time for each user."""

    page: PageChannel
    inbound: InboundProcessor[Inbound]
    signer: MediaLinkSigner
    clock: Clock
    authenticator: Authenticator
    quota: UploadQuota
    origin: str = ""
    secret: bytes = field(default=b"", repr=False)
    rate_limit: SlidingWindowLimiter = field(
        default_factory=lambda: SlidingWindowLimiter(
            load_limits().person.posts_per_minute, time.monotonic, counts_refused=False
        )
    )
    thumbnail_limit: SlidingWindowLimiter = field(
        default_factory=lambda: SlidingWindowLimiter(
            load_limits().person.thumbnails_per_hour, time.monotonic, HOUR_SECONDS, counts_refused=False
        )
    )
    reads: KeyedQueue = field(default_factory=lambda: KeyedQueue(MAX_CONCURRENT_READS))

    async def receive(self, request: Request) -> Response:
        """Accept a message. 202 once it is stored; the answer comes as a message."""
        if not is_same_origin(request, self.origin):
            raise FormError(403, "FORBIDDEN")
        user = await self._require_user(request)
        if self.rate_limit.is_exceeded(user.id):
            raise FormError(429, "TOO_FAST")
        size = content_length_of(request, form_limits_for(self.page))
        folder = await asyncio.to_thread(self.quota.admit, user.id, size)
        try:
            with self.quota.folder.discard_afterwards(folder):
                message, inbound, body = await self._read_message(request, folder, user)
            return await self._store_message(message, inbound, body)
        finally:
            self.quota.release(folder)

    async def poll(self, request: Request, after: int, wait: float) -> Response:
        """Changes since version `after`, at once or as soon as there are any, within `wait` seconds."""
        user = await self._require_user(request)
        if self.page.notifier.count_waiting(user.chat_ref) >= MAX_POLLS_PER_USER:
            raise FormError(429, "TOO_FAST")
        deadline = time.monotonic() + min(wait, MAX_WAIT_SECONDS)
        with self.page.notifier.subscribe(user.chat_ref) as event:
            while True:
                async with self.reads.reserve(user.id):
                    changes = await asyncio.to_thread(self.page.list_changes, user.chat_ref, after)
                remaining = deadline - time.monotonic()
                if (
                    changes.version != after
                    or remaining <= 0
                    or self.page.notifier.is_closed
                    or await request.is_disconnected()
                ):
                    return JSONResponse(self._render_changes(changes, user), headers=NO_STORE_HEADERS)
                await wait_for_event(event, min(remaining, POLL_SECONDS))

    async def list_older(self, request: Request, before: int) -> Response:
        """Messages before that time, loaded when the user scrolls up; none at the beginning of the conversation."""
        user, time_before = await self._require_user(request), EPOCH + timedelta(microseconds=before)
        async with self.reads.reserve(user.id):
            rows = await asyncio.to_thread(self.page.list_older, user.chat_ref, time_before)
        return JSONResponse({"messages": self._render_messages(rows, user)}, headers=NO_STORE_HEADERS)

    async def _require_user(self, request: Request) -> PageUser:
        user = await asyncio.to_thread(self.authenticator.authenticate, request)
        if user is None:
            raise FormError(401, "SIGNED_OUT")
        return user

    async def _store_message(self, message: uuid.UUID, inbound: Inbound, body: MessageBody | None) -> Response:
        """Store a message, whose files are stored already; without a body it is not shown."""
        if body is not None:
            await asyncio.to_thread(self.page.save_user_message, inbound.chat_ref, message, body)
        is_new = await self.inbound.receive(inbound)
        if not is_new:
            await self.page.uploads.release([each.handle for each in inbound.attachments])
        return JSONResponse({"accepted": True, "repeated": not is_new}, 202, NO_STORE_HEADERS)

    async def _read_message(
        self, request: Request, folder: Path, user: PageUser
    ) -> tuple[uuid.UUID, Inbound, MessageBody | None]:
        form = await read_form(request, folder, form_limits_for(self.page), partial(self.quota.count, folder))
        message = _parse_message_id(form)
        language = parse_accept_language(request.headers.get("accept-language", ""))
        inbound = replace(
            self._build_inbound(form, message, user, language), network=network_digest_of(request, self.secret)
        )
        sent = list_sent_files(form, partial(self.thumbnail_limit.is_exceeded, user.id))
        body = await asyncio.to_thread(self._build_body, sent, inbound)
        keys = await self.page.uploads.save([file.path for file in form.files])
        attachments = tuple(replace(each, handle=key) for each, key in zip(inbound.attachments, keys, strict=True))
        return message, replace(inbound, attachments=attachments), body

    def _build_inbound(self, form: Form, message: uuid.UUID, user: PageUser, language: str | None) -> Inbound:
        choice = form.get_first("choice") or None
        text = form.get_first("text").replace("\0", "").strip()  # PostgreSQL keeps no NUL
        if not (choice or text or form.files):
            raise FormError(400, "EMPTY")
        if len(text) > self.page.capabilities.max_text:
            raise FormError(413, "TEXT_TOO_LONG", self.page.capabilities.max_text)
        return Inbound(
            update_ids=(f"{user.link_owner}{message}",),  # message ids of two users never collide
            chat_ref=user.chat_ref,
            sender=Sender(user.id, language=language),
            message_id=form.get_first("message") if choice else str(message),
            text=text,
            choice=choice,
            attachments=tuple(Attachment(kind_of(file), "", file.name, file.size) for file in form.files),
            received_at=self.clock(),
        )

    def _build_body(self, sent: tuple[SentFile, ...], inbound: Inbound) -> MessageBody | None:
        """The user's message as the page shows it; None for a press of a button, whose answer shows what it did.

        Raises FormError(GONE) for a button that no longer exists.
        """
        if inbound.choice is None:
            return MessageBody(text=inbound.text, sent=sent)
        question = self.page.find_bot_message(inbound.chat_ref, inbound.message_id or "")
        if question is None or question.find_button(inbound.choice) is None:
            raise FormError(409, "GONE")
        return None

    def _render_changes(self, changes: MessageChanges, user: PageUser) -> dict[str, Any]:
        messages = self._render_messages(changes.messages, user)
        return {"conversation": changes.conversation, "version": changes.version, "messages": messages}

    def _render_messages(self, messages: Sequence[PageMessage], user: PageUser) -> list[dict[str, Any]]:
        now = self.clock()
        return [render_message(message, self.signer, now, user.link_owner) for message in messages]


def build_chat_router(endpoints: ChatEndpoints) -> APIRouter:
    router = APIRouter()

    @router.post("/chat/messages")
    async def receive(request: Request) -> Response:
        return await _respond(request, endpoints.receive(request))

    @router.get("/chat/messages")
    async def poll(request: Request, after: VersionQuery = 0, wait: WaitQuery = 0) -> Response:
        return await _respond(request, endpoints.poll(request, after, wait))

    @router.get("/chat/messages/older")
    async def list_older(request: Request, before: MicrosecondsQuery) -> Response:
        return await _respond(request, endpoints.list_older(request, before))

    return router


async def _respond(request: Request, response: Awaitable[Response]) -> Response:
    try:
        return await response
    except FormError as error:
        return _build_error_response(request, error)


def build_upload_quota(page: PageChannel, folder: UploadFolder) -> UploadQuota:
    """The upload quota of one user, by the configured limits. Files arrive in the folder."""
    form_limits = form_limits_for(page)
    return UploadQuota(
        folder,
        page.uploads,
        MAX_PENDING_UPLOADS * (form_limits.max_bytes + form_limits.max_text),
        load_limits().disk.floor,
        form_limits.max_text,
    )


def form_limits_for(page: PageChannel) -> FormLimits:
    media_limits = load_limits()
    return FormLimits(
        max_bytes=page.capabilities.max_download,
        max_files=max(kind.limits.max_inputs for kind in list_kinds()),
        max_picture=media_limits.picture.max_bytes,
    )


def _parse_message_id(form: Form) -> uuid.UUID:
    try:
        return uuid.UUID(form.get_first("id"))
    except ValueError:
        raise FormError(400, "BAD_FORM") from None


def _build_error_response(request: Request, error: FormError) -> JSONResponse:
    language = parse_accept_language(request.headers.get("accept-language", ""))
    problem = {"code": error.code, "message": render_error(language, error.code, error.limit), "limit": error.limit}
    return JSONResponse({"error": problem}, error.status, NO_STORE_HEADERS)
