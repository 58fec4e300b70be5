"""WhatsApp's implementation of the channel contract: sends messages, edits, videos and files; downloads files.

It only replies: nothing is sent to a chat that no user has written from.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from neonize.proto.waE2E.WAWebProtobufsE2E_pb2 import Message
from neonize.utils.enum import MediaType

from bots.core.channel import (
    Attachment,
    Capabilities,
    ChannelError,
    ChatRef,
    ChatUnreachable,
    MessageNotEditable,
    MessageNotModified,
    MessageRejected,
    RenderedMessage,
    RetryLater,
    Upload,
)
from bots.core.delivery.text_menus import render_with_choices
from bots.core.lru_cache import LruCache
from bots.whatsapp import encoder
from bots.whatsapp.downloads import bring
from bots.whatsapp.errors import UploadGone
from bots.whatsapp.pacing import Pacer
from bots.whatsapp.quotes import Quote
from bots.whatsapp.sessions.client import Wire
from bots.whatsapp.typing_indicator import Typing
from bots.whatsapp.uploads import Uploads, manner_of
from models.identity.people import Account
from storage.db import Database
from storage.messaging import sent_messages

# Texts, captions and edits as WhatsApp's apps limit them. neonize holds files in memory whole, in Go and in Python:
# larger ones would endanger the other sessions of the process. No edit after 14 minutes: the apps refuse edits after
# 15.
OFFICIAL = Capabilities(
    has_buttons=False,
    can_edit=True,
    max_text=65_536,
    max_caption=1024,
    max_upload=128_000_000,
    max_download=128_000_000,
    max_edits=3,
    edit_seconds=14 * 60.0,
    album_seconds=2.0,
    has_opt_out_words=True,
)


class WhatsAppChannel:
    """`bots.core.channel.Channel` of one phone number.

    `banned_until` is set when a ban is reported: nothing is sent before. `rate_limiter.first_online_at` is when the
    number was first online (None: treated as brand new). `build_link` makes a signed download link of a media key; None
    without a web page.
    """

    name = "whatsapp"

    def __init__(
        self,
        wire: Wire,
        db: Database,
        account: Account,
        pacer: Pacer | None = None,
        can: Capabilities = OFFICIAL,
        link: Callable[[str], str] | None = None,
    ) -> None:
        self.capabilities = can
        self.banned_until: datetime | None = None
        self.pacer = pacer or Pacer()
        self._wire = wire
        self._db = db
        self._account = account
        self._link = link
        self._uploads = Uploads(wire, db, account)
        self._known: LruCache[bool] = LruCache(4096)  # chats that a user has written from
        self._said: LruCache[str] = LruCache(1024)  # current text by message id
        self._pictures: LruCache[bool] = LruCache(256)  # ids of picture messages, which cannot become texts

    async def send_text(self, place: ChatRef, text: RenderedMessage) -> str:
        await self._may_write(place)
        with suppress(ChannelError):  # a failed typing indicator must not stop the message
            await self._wire.typing(place.chat, on=True)
        quote = Quote.parse(text.reply_to)
        if text.picture is not None:
            return await self._show(place, text, text.picture, quote)
        words = encoder.cut(render_with_choices(text), self.capabilities.max_text)
        message = await self._wire.send(place.chat, encoder.text(words, quote))
        self._said.put(message, words)
        return message

    async def edit(self, place: ChatRef, message: str, text: RenderedMessage) -> None:
        """Change a recently sent text. Captions of files and pictures cannot be changed."""
        words = encoder.cut(render_with_choices(text), self.capabilities.max_text)
        if text.picture is not None or self._pictures.get(message):
            raise MessageNotEditable("a picture")
        if self._said.get(message) == words:
            raise MessageNotModified(message)
        await asyncio.to_thread(self._check_edit, place, message)
        await self._may_write(place)
        await self._wire.send(place.chat, encoder.edit(place.chat, message, words, self._now_ms()))
        self._said.put(message, words)

    async def send_video(self, place: ChatRef, upload: Upload) -> str:
        """Send a video that plays in the chat; as a document when it is too large for that."""
        return await self._send(place, upload)

    async def send_file(self, place: ChatRef, upload: Upload) -> str:
        """Send a file that arrives unchanged, byte for byte."""
        return await self._send(place, upload)

    async def fetch(self, attachment: Attachment, path: Path) -> None:
        await bring(self._wire, attachment, path, self.capabilities.max_download)

    async def acknowledge(self, place: ChatRef, writer: str, message_id: str, emoji: str | None) -> None:
        """Mark a message as read, and react to it if the send quota allows. Best effort: raises nothing."""
        if self._banned_for() > 0:
            return
        with suppress(ChannelError):
            await self._wire.seen(place.chat, writer, [message_id])
        if emoji is None or not self.pacer.spares(place.chat):
            return
        with suppress(ChannelError):
            sign = encoder.reaction(place.chat, writer, message_id, emoji, self._now_ms())
            await self._wire.send(place.chat, sign)

    async def _show(self, place: ChatRef, text: RenderedMessage, picture: bytes, quote: Quote | None) -> str:
        try:
            shape = encoder.Shape(*encoder.png_size(picture))
        except ValueError as error:
            raise MessageRejected(str(error)) from error
        upload = await self._wire.upload(picture, MediaType.MediaImage)
        words = encoder.cut(render_with_choices(text), self.capabilities.max_caption)
        message = await self._wire.send(place.chat, encoder.captioned(encoder.picture(upload, shape), words, quote))
        self._pictures.put(message, value=True)
        return message

    async def _send(self, place: ChatRef, upload: Upload) -> str:
        size = await self._uploads.size(upload)
        if size > self.capabilities.max_upload:
            return await self._point_to(place, upload, size)
        await self._may_write(place)
        manner = manner_of(upload, size)
        if media := await self._uploads.known(upload, manner):
            try:
                return await self._deliver(place, upload, media)
            except UploadGone:
                await self._uploads.forget(upload, manner)
        async with Typing(self._wire, place.chat):
            media = await self._uploads.made(upload, manner)
        return await self._deliver(place, upload, media)

    async def _deliver(self, place: ChatRef, upload: Upload, media: Message) -> str:
        words = encoder.cut(render_with_choices(upload.caption), self.capabilities.max_caption)
        quote = Quote.parse(upload.caption.reply_to)
        return await self._wire.send(place.chat, encoder.captioned(media, words, quote))

    async def _point_to(self, place: ChatRef, upload: Upload, size: int) -> str:
        """Send a link to the web page in place of a file that is too large for WhatsApp."""
        if self._link is None or not upload.key:
            raise MessageRejected(f"{size} bytes are more than is sent")
        caption = upload.caption
        return await self.send_text(
            place, RenderedMessage(f"{caption.text}\n{self._link(upload.key)}", caption.choices, caption.reply_to)
        )

    async def _may_write(self, place: ChatRef) -> None:
        """Raises RetryLater during a ban or without send quota, ChatUnreachable where no user has written first."""
        if (banned := self._banned_for()) > 0:
            raise RetryLater(banned)
        if not self._known.get(place.chat):
            if not await asyncio.to_thread(self._is_known, place):
                raise ChatUnreachable("nobody has written from there")
            self._known.put(place.chat, value=True)
        if (pause := self.pacer.wait(place.chat)) > 0:
            raise RetryLater(pause)

    def _banned_for(self) -> float:
        until = self.banned_until
        return (until - self._db.clock()).total_seconds() if until is not None else 0.0

    def _is_known(self, place: ChatRef) -> bool:
        with self._db.read_transaction() as session:
            return sent_messages.find_address(session, self._account.id, place.chat, place.thread) is not None

    def _check_edit(self, place: ChatRef, message: str) -> None:
        """Raises MessageNotEditable for a message that is too old, unknown, or a file."""
        with self._db.read_transaction() as session:
            address = sent_messages.find_address(session, self._account.id, place.chat, place.thread)
            row = sent_messages.find_first_delivery(session, address.id, message) if address is not None else None
        if row is None or row.sent_at is None or row.content.media_id is not None:
            raise MessageNotEditable("no text that was sent")
        age = (self._db.clock() - row.sent_at).total_seconds()
        if self.capabilities.edit_seconds is not None and age > self.capabilities.edit_seconds:
            raise MessageNotEditable(f"{age:.0f} s old")

    def _now_ms(self) -> int:
        return int(self._db.clock().timestamp() * 1000)
