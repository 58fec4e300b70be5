"""Channel implementation for Telegram: sends messages, edits, films and files; downloads files."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import structlog
from cachetools import LRUCache
from telegram import Bot, InputMediaPhoto, Message
from telegram.constants import ChatAction
from telegram.error import BadRequest, ChatMigrated, TelegramError

from bots.core.channel import Attachment, Capabilities, ChannelError, ChatRef, RenderedMessage, Upload
from bots.core.delivery.typing_indicator import show_typing
from bots.telegram.downloads import download
from bots.telegram.errors import NO_TEXT_TO_EDIT, WRONG_FILE, has_reason, to_channel_error, translate_errors
from bots.telegram.markup import build_keyboard, build_reply_parameters, truncate
from bots.telegram.stars import build_invoice_parameters
from bots.telegram.transport import PROCESSING_SECONDS
from bots.telegram.uploads import UploadFiles, open_upload

log = structlog.get_logger(__name__)
T = TypeVar("T")

ACTION_INTERVAL_SECONDS = 4.0  # Telegram shows an action for 5 seconds

# core.telegram.org/bots/api and its FAQ; a self-hosted server in `--local` mode takes more.
CLOUD_API_CAPABILITIES = Capabilities(
    has_buttons=True,
    can_edit=True,
    max_text=4096,
    max_caption=1024,
    max_upload=50_000_000,
    max_download=20_000_000,
    album_seconds=1.2,
    can_delete=True,
)


@dataclass(frozen=True, slots=True)
class _Target:
    """Target chat and topic of a request."""

    chat_id: int
    message_thread_id: int | None

    def to_parameters(self) -> dict[str, Any]:
        return {"chat_id": self.chat_id, "message_thread_id": self.message_thread_id}


class TelegramChannel:
    """`bots.core.channel.Channel` for one bot."""

    name = "telegram"

    def __init__(self, bot: Bot, capabilities: Capabilities = CLOUD_API_CAPABILITIES) -> None:
        self.capabilities = capabilities
        self._bot = bot
        self._file_ids: LRUCache[str, str] = LRUCache(512)  # action and upload's key -> Telegram's file id
        self._migrated_chats: LRUCache[str, int] = LRUCache(4096)  # a group's id -> id of the supergroup it became

    async def send_text(self, chat_ref: ChatRef, text: RenderedMessage) -> str:
        async def send(target: _Target) -> Message:
            if text.invoice is not None:
                return await self._bot.send_invoice(
                    **target.to_parameters(), **build_invoice_parameters(text.invoice, text.text)
                )
            if text.picture is not None:
                return await self._bot.send_photo(
                    **target.to_parameters(), **self._build_caption(text), photo=text.picture
                )
            return await self._bot.send_message(
                **target.to_parameters(),
                text=truncate(text.text, self.capabilities.max_text),
                reply_markup=build_keyboard(text.choices),
                reply_parameters=build_reply_parameters(text),
            )

        return str((await self._request(chat_ref, send)).message_id)

    async def edit(self, chat_ref: ChatRef, message_id: str, text: RenderedMessage) -> None:
        """Edit a text, or the caption of a film, file or picture; a picture replaces the message's media."""

        async def change(target: _Target) -> None:
            message_args: dict[str, Any] = {
                "chat_id": target.chat_id,
                "message_id": int(message_id),
                "reply_markup": build_keyboard(text.choices),
            }
            if text.picture is not None:
                media = InputMediaPhoto(text.picture, truncate(text.text, self.capabilities.max_caption) or None)
                await self._bot.edit_message_media(media, **message_args)
                return
            try:
                await self._bot.edit_message_text(text=truncate(text.text, self.capabilities.max_text), **message_args)
            except BadRequest as error:
                if not has_reason(error, NO_TEXT_TO_EDIT):
                    raise
                await self._bot.edit_message_caption(
                    caption=truncate(text.text, self.capabilities.max_caption), **message_args
                )

        await self._request(chat_ref, change)

    async def delete_message(self, chat_ref: ChatRef, message_id: str) -> None:
        """Delete a user's message in a private chat; an error after 48 hours."""

        async def remove(target: _Target) -> None:
            await self._bot.delete_message(target.chat_id, int(message_id))

        await self._request(chat_ref, remove)

    async def send_video(self, chat_ref: ChatRef, upload: Upload) -> str:
        """Send a film that plays in the chat. Telegram may turn one without sound into an animation, which is fine."""

        async def send(target: _Target, files: UploadFiles) -> Message:
            return await self._bot.send_video(
                **target.to_parameters(),
                **self._build_caption(upload.caption),
                video=files.content,
                thumbnail=files.thumbnail,
                width=upload.width or None,
                height=upload.height or None,
                duration=round(upload.seconds) or None,
                supports_streaming=True,
                read_timeout=PROCESSING_SECONDS,
            )

        return await self._upload(chat_ref, upload, ChatAction.UPLOAD_VIDEO, send)

    async def send_file(self, chat_ref: ChatRef, upload: Upload) -> str:
        """Send a file that arrives byte for byte unchanged."""

        async def send(target: _Target, files: UploadFiles) -> Message:
            return await self._bot.send_document(
                **target.to_parameters(),
                **self._build_caption(upload.caption),
                document=files.content,
                thumbnail=files.thumbnail,
                disable_content_type_detection=True,
                read_timeout=PROCESSING_SECONDS,
            )

        return await self._upload(chat_ref, upload, ChatAction.UPLOAD_DOCUMENT, send)

    async def fetch(self, attachment: Attachment, path: Path) -> None:
        with translate_errors():
            await download(self._bot, attachment, path, self.capabilities.max_download)

    async def _upload(
        self,
        chat_ref: ChatRef,
        upload: Upload,
        action: ChatAction,
        send: Callable[[_Target, UploadFiles], Awaitable[Message]],
    ) -> str:
        key = f"{action}:{upload.key}" if upload.key else ""
        message = await self._resend(chat_ref, key, send) or await self._send_files(chat_ref, upload, action, send)
        if key and (file_id := _file_id_of(message)):
            self._file_ids[key] = file_id
        return str(message.message_id)

    async def _resend(
        self,
        chat_ref: ChatRef,
        key: str,
        send: Callable[[_Target, UploadFiles], Awaitable[Message]],
    ) -> Message | None:
        """Send a file Telegram already has by its file id; None when it has none, or not any more."""
        file_id = self._file_ids.get(key)
        if file_id is None:
            return None
        try:
            return await self._request(chat_ref, lambda target: send(target, UploadFiles(file_id)))
        except ChannelError as error:
            if not (isinstance(error.__cause__, TelegramError) and has_reason(error.__cause__, *WRONG_FILE)):
                raise
            return None

    async def _send_files(
        self,
        chat_ref: ChatRef,
        upload: Upload,
        action: ChatAction,
        send: Callable[[_Target, UploadFiles], Awaitable[Message]],
    ) -> Message:
        async def send_opened(target: _Target) -> Message:
            async with (
                open_upload(upload, self.capabilities.max_upload) as files,
                show_typing(partial(self._send_chat_action, target, action), ACTION_INTERVAL_SECONDS),
            ):
                return await send(target, files)

        return await self._request(chat_ref, send_opened)

    async def _send_chat_action(self, target: _Target, action: ChatAction) -> None:
        """Show for some seconds what the bot is sending. Raises ChannelError."""
        try:
            await self._bot.send_chat_action(action=action, **target.to_parameters())
        except TelegramError as error:
            raise to_channel_error(error) from error

    def _build_caption(self, caption: RenderedMessage) -> dict[str, Any]:
        return {
            "caption": truncate(caption.text, self.capabilities.max_caption) or None,
            "reply_markup": build_keyboard(caption.choices),
            "reply_parameters": build_reply_parameters(caption),
        }

    async def _request(self, chat_ref: ChatRef, request: Callable[[_Target], Awaitable[T]]) -> T:
        """Make a request to a chat, following its migration to a supergroup."""
        target = self._target_for(chat_ref)
        with translate_errors():
            try:
                return await request(target)
            except ChatMigrated as error:
                log.info("chat-migrated", old=target.chat_id, new=error.new_chat_id)
                self._migrated_chats[chat_ref.chat] = error.new_chat_id
        with translate_errors():
            try:
                return await request(self._target_for(chat_ref))
            except ChatMigrated as error:
                raise ChannelError("the chat moves on and on") from error

    def _target_for(self, chat_ref: ChatRef) -> _Target:
        chat = self._migrated_chats.get(chat_ref.chat) or int(chat_ref.chat)
        return _Target(chat, int(chat_ref.thread) if chat_ref.thread else None)


def _file_id_of(message: Message) -> str | None:
    file = message.video or message.animation or message.document
    return file.file_id if file else None
