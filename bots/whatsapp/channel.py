"""WhatsApp's implementation of the channel contract: sends messages, edits, videos and files; downloads files.

It only replies: nothing is sent to a chat that no user has written from.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path

from cachetools import LRUCache
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
from bots.core.delivery.typing_indicator import show_typing
from bots.whatsapp import encoder
from bots.whatsapp.downloads import download_attachment
from bots.whatsapp.errors import MediaExpired
from bots.whatsapp.pacing import SendRateLimiter
from bots.whatsapp.quotes import MessageQuote
from bots.whatsapp.sessions.client import WhatsAppClient
from bots.whatsapp.uploads import MediaUploader, upload_kind_of
from models.identity.people import Account
from storage.db import Database
from storage.messaging import sent_messages

# Texts, captions and edits as WhatsApp's apps limit them. neonize holds files in memory whole, in Go and in Python:
# larger ones would endanger the other sessions of the process. No edit after 14 minutes: the apps refuse edits after
# 15.
WHATSAPP_CAPABILITIES = Capabilities(
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


TYPING_REFRESH_SECONDS = 10.0  # phones show the indicator for about twice that


class WhatsAppChannel:
    """`bots.core.channel.Channel` of one phone number.

    `banned_until` is set when a ban is reported: nothing is sent before. `rate_limiter.first_online_at` is when the
    number was first online (None: treated as brand new). `build_link` makes a signed download link of a media key; None
    without a web page.
    """

    name = "whatsapp"

    def __init__(
        self,
        client: WhatsAppClient,
        db: Database,
        account: Account,
        rate_limiter: SendRateLimiter | None = None,
        capabilities: Capabilities = WHATSAPP_CAPABILITIES,
        build_link: Callable[[str], str] | None = None,
    ) -> None:
        self.capabilities = capabilities
        self.banned_until: datetime | None = None
        self.rate_limiter = rate_limiter or SendRateLimiter()
        self._client = client
        self._db = db
        self._account = account
        self._build_link = build_link
        self._uploader = MediaUploader(client, db, account)
        self._known_chats: LRUCache[str, bool] = LRUCache(4096)  # chats that a user has written from
        self._sent_texts: LRUCache[str, str] = LRUCache(1024)  # current text by message id
        self._picture_messages: LRUCache[str, bool] = LRUCache(
            256
        )  # ids of picture messages, which cannot become texts

    async def send_text(self, chat_ref: ChatRef, text: RenderedMessage) -> str:
        await self._check_may_send(chat_ref)
        with suppress(ChannelError):  # a failed typing indicator must not stop the message
            await self._client.send_typing(chat_ref.chat, on=True)
        quote = MessageQuote.parse(text.reply_to)
        if text.picture is not None:
            return await self._send_picture(chat_ref, text, text.picture, quote)
        body = encoder.truncate_text(render_with_choices(text), self.capabilities.max_text)
        message_id = await self._client.send(chat_ref.chat, encoder.encode_text(body, quote))
        self._sent_texts[message_id] = body
        return message_id

    async def edit(self, chat_ref: ChatRef, message_id: str, text: RenderedMessage) -> None:
        """Change a recently sent text. Captions of files and pictures cannot be changed."""
        body = encoder.truncate_text(render_with_choices(text), self.capabilities.max_text)
        if text.picture is not None or self._picture_messages.get(message_id):
            raise MessageNotEditable("a picture")
        if self._sent_texts.get(message_id) == body:
            raise MessageNotModified(message_id)
        await asyncio.to_thread(self._check_editable, chat_ref, message_id)
        await self._check_may_send(chat_ref)
        await self._client.send(chat_ref.chat, encoder.encode_edit(chat_ref.chat, message_id, body, self._get_now_ms()))
        self._sent_texts[message_id] = body

    async def send_video(self, chat_ref: ChatRef, upload: Upload) -> str:
        """Send a video that plays in the chat; as a document when it is too large for that."""
        return await self._send_upload(chat_ref, upload)

    async def send_file(self, chat_ref: ChatRef, upload: Upload) -> str:
        """Send a file that arrives unchanged, byte for byte."""
        return await self._send_upload(chat_ref, upload)

    async def fetch(self, attachment: Attachment, path: Path) -> None:
        await download_attachment(self._client, attachment, path, self.capabilities.max_download)

    async def acknowledge(self, chat_ref: ChatRef, sender_jid: str, message_id: str, emoji: str | None) -> None:
        """Mark a message as read, and react to it if the send quota allows. Best effort: raises nothing."""
        if self._get_ban_seconds() > 0:
            return
        with suppress(ChannelError):
            await self._client.mark_read(chat_ref.chat, sender_jid, [message_id])
        if emoji is None or not self.rate_limiter.try_acquire_optional(chat_ref.chat):
            return
        with suppress(ChannelError):
            reaction = encoder.encode_reaction(chat_ref.chat, sender_jid, message_id, emoji, self._get_now_ms())
            await self._client.send(chat_ref.chat, reaction)

    async def _send_picture(
        self, chat_ref: ChatRef, text: RenderedMessage, picture: bytes, quote: MessageQuote | None
    ) -> str:
        try:
            attributes = encoder.MediaAttributes(*encoder.read_picture_size(picture))
        except ValueError as error:
            raise MessageRejected(str(error)) from error
        upload = await self._client.upload(picture, MediaType.MediaImage)
        caption = encoder.truncate_text(render_with_choices(text), self.capabilities.max_caption)
        mime_type = "image/jpeg" if picture.startswith(encoder.JPEG_SIGNATURE) else "image/png"
        image = encoder.encode_image(upload, attributes, mime_type)
        message_id = await self._client.send(chat_ref.chat, encoder.add_caption(image, caption, quote))
        self._picture_messages[message_id] = True
        return message_id

    async def _send_upload(self, chat_ref: ChatRef, upload: Upload) -> str:
        size = await self._uploader.get_size(upload)
        if size > self.capabilities.max_upload:
            return await self._send_link(chat_ref, upload, size)
        await self._check_may_send(chat_ref)
        upload_kind = upload_kind_of(upload, size)
        if media := await self._uploader.find_uploaded(upload, upload_kind):
            try:
                return await self._send_media(chat_ref, upload, media)
            except MediaExpired:
                await self._uploader.forget(upload, upload_kind)
        async with show_typing(partial(self._client.send_typing, chat_ref.chat, on=True), TYPING_REFRESH_SECONDS):
            media = await self._uploader.upload_file(upload, upload_kind)
        return await self._send_media(chat_ref, upload, media)

    async def _send_media(self, chat_ref: ChatRef, upload: Upload, media: Message) -> str:
        caption = encoder.truncate_text(render_with_choices(upload.caption), self.capabilities.max_caption)
        quote = MessageQuote.parse(upload.caption.reply_to)
        return await self._client.send(chat_ref.chat, encoder.add_caption(media, caption, quote))

    async def _send_link(self, chat_ref: ChatRef, upload: Upload, size: int) -> str:
        """Send a link to the web page in place of a file that is too large for WhatsApp."""
        if self._build_link is None or not upload.key:
            raise MessageRejected(f"{size} bytes are more than is sent")
        caption = upload.caption
        return await self.send_text(
            chat_ref,
            RenderedMessage(f"{caption.text}\n{self._build_link(upload.key)}", caption.choices, caption.reply_to),
        )

    async def _check_may_send(self, chat_ref: ChatRef) -> None:
        """Raises RetryLater during a ban or without send quota, ChatUnreachable where no user has written first."""
        if (ban_seconds := self._get_ban_seconds()) > 0:
            raise RetryLater(ban_seconds)
        if not self._known_chats.get(chat_ref.chat):
            if not await asyncio.to_thread(self._has_address, chat_ref):
                raise ChatUnreachable("nobody has written from there")
            self._known_chats[chat_ref.chat] = True
        if (wait_seconds := self.rate_limiter.acquire(chat_ref.chat)) > 0:
            raise RetryLater(wait_seconds)

    def _get_ban_seconds(self) -> float:
        until = self.banned_until
        return (until - self._db.clock()).total_seconds() if until is not None else 0.0

    def _has_address(self, chat_ref: ChatRef) -> bool:
        with self._db.read_transaction() as session:
            return sent_messages.find_address(session, self._account.id, chat_ref.chat, chat_ref.thread) is not None

    def _check_editable(self, chat_ref: ChatRef, message_id: str) -> None:
        """Raises MessageNotEditable for a message that is too old, unknown, or a file."""
        with self._db.read_transaction() as session:
            address = sent_messages.find_address(session, self._account.id, chat_ref.chat, chat_ref.thread)
            delivery = (
                sent_messages.find_first_delivery(session, address.id, message_id) if address is not None else None
            )
        if delivery is None or delivery.sent_at is None or delivery.content.media_id is not None:
            raise MessageNotEditable("no text that was sent")
        age = (self._db.clock() - delivery.sent_at).total_seconds()
        if self.capabilities.edit_seconds is not None and age > self.capabilities.edit_seconds:
            raise MessageNotEditable(f"{age:.0f} s old")

    def _get_now_ms(self) -> int:
        return int(self._db.clock().timestamp() * 1000)
