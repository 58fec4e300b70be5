"""The chat page's requests: what the person sends, and what is new."""

import asyncio
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bots.core.channel import Attachment, AttachmentKind, Inbound, Sender
from bots.web.bell import heard
from bots.web.bubbles import Body, Sent, safe_thumbnail, shown
from bots.web.forms import BadForm, Form, FormFile, FormLimits, read_form
from bots.web.guard import is_own
from bots.web.links import Links
from bots.web.page import PERSON, PLACE, News, PageChannel
from bots.web.reception import Reception
from bots.web.texts import preferred, sentence
from models.limits import limits
from storage.db import Clock

LONGEST_WAIT = 25.0  # seconds
Version = Annotated[int, Query(ge=0, lt=1 << 62)]
Wait = Annotated[float, Query(ge=0, le=60)]
LOOK_EVERY = 1.0  # seconds; another process may write without ringing our bell
NO_STORE = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
_KINDS = {"image": AttachmentKind.PICTURE, "video": AttachmentKind.VIDEO, "audio": AttachmentKind.AUDIO}


@dataclass(frozen=True, slots=True)
class Chat:
    page: PageChannel
    reception: Reception
    links: Links
    clock: Clock

    async def receive(self, request: Request) -> Response:
        """Take what the person sent. 202 once it is safe with us; the answer comes as a message."""
        if not is_own(request):
            return _refusal(request, BadForm(403, "FORBIDDEN"))
        uploads = self.page.uploads
        folder = await asyncio.to_thread(uploads.open)
        try:
            with uploads.clearing(folder):
                inbound, body = await self._read(request, folder)
        except BadForm as error:
            return _refusal(request, error)
        await asyncio.to_thread(self.page.note, PLACE, uuid.UUID(inbound.updates[0]), body)
        taken = await self.reception.accept(inbound)
        if not taken or not inbound.attachments:
            await asyncio.to_thread(uploads.discard, folder)
        return JSONResponse({"accepted": True, "repeated": not taken}, 202, NO_STORE)

    async def news(self, request: Request, after: int, wait: float) -> Response:
        """What is new since version `after`, at once or as soon as there is something, within `wait` seconds."""
        until = time.monotonic() + min(wait, LONGEST_WAIT)
        with self.page.bell.listening() as ear:
            while True:
                news = await asyncio.to_thread(self.page.news, PLACE, after)
                left = until - time.monotonic()
                if news.version != after or left <= 0 or self.page.bell.closed or await request.is_disconnected():
                    return JSONResponse(self._told(news), headers=NO_STORE)
                await heard(ear, min(left, LOOK_EVERY))

    async def _read(self, request: Request, folder: Path) -> tuple[Inbound, Body]:
        form = await read_form(request, folder, form_limits(self.page))
        message = _message_id(form)
        inbound = self._inbound(form, message, preferred(request.headers.get("accept-language", "")))
        return inbound, await asyncio.to_thread(self._body, form, inbound)

    def _inbound(self, form: Form, message: uuid.UUID, language: str | None) -> Inbound:
        choice = form.first("choice") or None
        text = form.first("text").replace("\0", "").strip()  # PostgreSQL keeps no NUL
        if not (choice or text or form.files):
            raise BadForm(400, "EMPTY")
        if len(text) > self.page.can.max_text:
            raise BadForm(413, "TEXT_TOO_LONG", self.page.can.max_text)
        return Inbound(
            updates=(str(message),),
            place=PLACE,
            sender=Sender(PERSON, language=language),
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
        asked = self.page.find(PLACE, inbound.message or "")
        button = asked.button(inbound.choice) if asked else None
        if button is None:
            raise BadForm(409, "GONE")
        return Body(text=button.label)

    def _told(self, news: News) -> dict[str, Any]:
        now = self.clock()
        messages = [shown(message, self.links, now) for message in news.messages]
        return {"conversation": news.conversation, "version": news.version, "messages": messages}


def chat_routes(chat: Chat) -> APIRouter:
    router = APIRouter()

    @router.post("/chat/messages")
    async def receive(request: Request) -> Response:
        return await chat.receive(request)

    @router.get("/chat/messages")
    async def news(request: Request, after: Version = 0, wait: Wait = 0) -> Response:
        return await chat.news(request, after, wait)

    return router


def form_limits(page: PageChannel) -> FormLimits:
    return FormLimits(max_bytes=page.can.max_download, max_files=limits().film.max_scenes)


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
