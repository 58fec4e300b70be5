"""The chat page's requests: what the person sends, and what is new."""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bots.core.channel import Attachment, AttachmentKind, Inbound, Sender
from bots.core.rate import Pace
from bots.web.allowance import Allowance
from bots.web.bell import heard
from bots.web.bubbles import Body, Sent, safe_thumbnail, shown
from bots.web.forms import BadForm, Form, FormFile, FormLimits, announced, read_form
from bots.web.guard import is_own
from bots.web.guests import Door, Guest
from bots.web.links import Links
from bots.web.page import News, PageChannel
from bots.web.reception import Reception
from bots.web.texts import preferred, sentence
from models.deliveries import PageMessage
from models.limits import limits
from storage.db import Clock

LONGEST_WAIT = 25.0  # seconds
Version = Annotated[int, Query(ge=0, lt=1 << 62)]
Wait = Annotated[float, Query(ge=0, le=60)]
Moment = Annotated[int, Query(ge=0, lt=1 << 53)]  # microseconds since EPOCH
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
POSTS = 60  # a minute and person; the desk answers fewer
TABS = 12  # of one person that may wait for news at the same time
SENDINGS = 2  # of the largest files that one person may have lying here
LOOK_EVERY = 1.0  # seconds; another process may write without ringing our bell
NO_STORE = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
_KINDS = {"image": AttachmentKind.PICTURE, "video": AttachmentKind.VIDEO, "audio": AttachmentKind.AUDIO}


@dataclass(frozen=True, slots=True)
class Chat:
    """Every request is answered for the guest who asks, out of their own conversation. `origin` is the one origin the
    page has, where that is known."""

    page: PageChannel
    reception: Reception
    links: Links
    clock: Clock
    door: Door
    allowance: Allowance
    origin: str = ""
    pace: Pace = field(default_factory=lambda: Pace(POSTS, time.monotonic))

    async def receive(self, request: Request) -> Response:
        """Take what the person sent. 202 once it is safe with us; the answer comes as a message."""
        if not is_own(request, self.origin):
            raise BadForm(403, "FORBIDDEN")
        guest = await self._guest(request)
        if self.pace.exceeded(guest.id):
            raise BadForm(429, "TOO_FAST")
        uploads, size = self.page.uploads, announced(request, form_limits(self.page))
        folder = await asyncio.to_thread(self.allowance.admit, guest.id, size)
        try:
            with uploads.clearing(folder):
                message, inbound, body = await self._read(request, folder, guest)
        finally:
            self.allowance.release(folder)
        await asyncio.to_thread(self.page.note, guest.place, message, body)
        taken = await self.reception.accept(inbound)
        if not taken or not inbound.attachments:
            await asyncio.to_thread(uploads.discard, folder)
        return JSONResponse({"accepted": True, "repeated": not taken}, 202, NO_STORE)

    async def news(self, request: Request, after: int, wait: float) -> Response:
        """What is new since version `after`, at once or as soon as there is something, within `wait` seconds."""
        guest = await self._guest(request)
        if self.page.bell.waiting(guest.place) >= TABS:
            raise BadForm(429, "TOO_FAST")
        until = time.monotonic() + min(wait, LONGEST_WAIT)
        with self.page.bell.listening(guest.place) as ear:
            while True:
                news = await asyncio.to_thread(self.page.news, guest.place, after)
                left = until - time.monotonic()
                if news.version != after or left <= 0 or self.page.bell.closed or await request.is_disconnected():
                    return JSONResponse(self._told(news, guest), headers=NO_STORE)
                await heard(ear, min(left, LOOK_EVERY))

    async def older(self, request: Request, before: int) -> Response:
        """What was said before that moment, for whoever scrolls up; nothing at the beginning."""
        guest, moment = await self._guest(request), EPOCH + timedelta(microseconds=before)
        rows = await asyncio.to_thread(self.page.older, guest.place, moment)
        return JSONResponse({"messages": self._shown(rows, guest)}, headers=NO_STORE)

    async def _guest(self, request: Request) -> Guest:
        guest = await asyncio.to_thread(self.door.guest, request)
        if guest is None:
            raise BadForm(401, "SIGNED_OUT")
        return guest

    async def _read(self, request: Request, folder: Path, guest: Guest) -> tuple[uuid.UUID, Inbound, Body]:
        form = await read_form(request, folder, form_limits(self.page))
        message = _message_id(form)
        inbound = self._inbound(form, message, guest, preferred(request.headers.get("accept-language", "")))
        return message, inbound, await asyncio.to_thread(self._body, form, inbound)

    def _inbound(self, form: Form, message: uuid.UUID, guest: Guest, language: str | None) -> Inbound:
        choice = form.first("choice") or None
        text = form.first("text").replace("\0", "").strip()  # PostgreSQL keeps no NUL
        if not (choice or text or form.files):
            raise BadForm(400, "EMPTY")
        if len(text) > self.page.can.max_text:
            raise BadForm(413, "TEXT_TOO_LONG", self.page.can.max_text)
        return Inbound(
            updates=(f"{guest.seal}{message}",),  # two people's ids never meet
            place=guest.place,
            sender=Sender(guest.id, language=language),
            message=form.first("message") if choice else str(message),
            text=text,
            choice=choice,
            attachments=tuple(self._attachment(file) for file in form.files),
            received_at=self.clock(),
        )

    def _attachment(self, file: FormFile) -> Attachment:
        return Attachment(kind_of(file), self.page.uploads.handle(file.path), file.name, file.size)

    def _body(self, form: Form, inbound: Inbound) -> Body:
        """What the page shows of it. Raises BadForm(GONE) for a button that is not there any more."""
        if inbound.choice is None:
            return Body(text=inbound.text, sent=_sent(form))
        asked = self.page.find(inbound.place, inbound.message or "")
        button = asked.button(inbound.choice) if asked else None
        if button is None:
            raise BadForm(409, "GONE")
        return Body(text=button.label)

    def _told(self, news: News, guest: Guest) -> dict[str, Any]:
        messages = self._shown(news.messages, guest)
        return {"conversation": news.conversation, "version": news.version, "messages": messages}

    def _shown(self, messages: Sequence[PageMessage], guest: Guest) -> list[dict[str, Any]]:
        now = self.clock()
        return [shown(message, self.links, now, guest.seal) for message in messages]


def chat_routes(chat: Chat) -> APIRouter:
    router = APIRouter()

    @router.post("/chat/messages")
    async def receive(request: Request) -> Response:
        return await _answered(request, chat.receive(request))

    @router.get("/chat/messages")
    async def news(request: Request, after: Version = 0, wait: Wait = 0) -> Response:
        return await _answered(request, chat.news(request, after, wait))

    @router.get("/chat/messages/older")
    async def older(request: Request, before: Moment) -> Response:
        return await _answered(request, chat.older(request, before))

    return router


async def _answered(request: Request, answer: Awaitable[Response]) -> Response:
    try:
        return await answer
    except BadForm as error:
        return _refusal(request, error)


def allowance(page: PageChannel) -> Allowance:
    """What one person may have lying here, by the limits of the house."""
    most = form_limits(page)
    return Allowance(page.uploads, SENDINGS * (most.max_bytes + most.max_text), limits().disk.floor, most.max_text)


def form_limits(page: PageChannel) -> FormLimits:
    most = limits()
    return FormLimits(
        max_bytes=page.can.max_download, max_files=most.film.max_scenes, max_picture=most.picture.max_bytes
    )


def kind_of(file: FormFile) -> AttachmentKind:
    """What the browser says a file is."""
    return _KINDS.get(file.mime.partition("/")[0], AttachmentKind.FILE)


def _message_id(form: Form) -> uuid.UUID:
    try:
        return uuid.UUID(form.first("id"))
    except ValueError:
        raise BadForm(400, "BAD_FORM") from None


def _sent(form: Form) -> tuple[Sent, ...]:
    """The files as the page will show them; the thumbnails, made by the browser, come in the same order."""
    thumbnails = [safe_thumbnail(url) for url in form.fields.get("thumbnails", [])]
    thumbnails += [None] * (len(form.files) - len(thumbnails))
    return tuple(
        Sent(kind=kind_of(file), name=file.name, thumbnail=url)
        for file, url in zip(form.files, thumbnails, strict=False)
    )


def _refusal(request: Request, error: BadForm) -> JSONResponse:
    language = preferred(request.headers.get("accept-language", ""))
    told = {"code": error.code, "message": sentence(language, error.code, error.limit), "limit": error.limit}
    return JSONResponse({"error": told}, error.status, NO_STORE)
