"""Channel implementation for Telegram: sends messages, edits, films and files; downloads files."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import structlog
from telegram import Bot, InputMediaPhoto, Message
from telegram.constants import ChatAction
from telegram.error import BadRequest, ChatMigrated, TelegramError

from bots.core.channel import Attachment, Capabilities, ChannelError, Place, Text, Upload
from bots.core.memory import Memory
from bots.telegram.downloads import bring
from bots.telegram.errors import NOT_A_TEXT, WRONG_FILE, says, translated
from bots.telegram.markup import cut, keyboard, reply
from bots.telegram.stars import parameters
from bots.telegram.transport import PROCESSING_SECONDS
from bots.telegram.uploads import Action, UploadFiles, opened

log = structlog.get_logger(__name__)
T = TypeVar("T")

# core.telegram.org/bots/api and its FAQ; a self-hosted server in `--local` mode takes more.
OFFICIAL = Capabilities(
    buttons=True,
    edits=True,
    max_text=4096,
    max_caption=1024,
    max_upload=50_000_000,
    max_download=20_000_000,
    album_seconds=1.2,
    erases=True,
)


@dataclass(frozen=True, slots=True)
class _Target:
    """Target chat and topic of a request."""

    chat_id: int
    message_thread_id: int | None

    def parameters(self) -> dict[str, Any]:
        return {"chat_id": self.chat_id, "message_thread_id": self.message_thread_id}


class TelegramChannel:
    """`bots.core.channel.Channel` for one bot."""

    name = "telegram"

    def __init__(self, bot: Bot, can: Capabilities = OFFICIAL) -> None:
        self.can = can
        self._bot = bot
        self._sent: Memory[str] = Memory(512)  # action and upload's key -> Telegram's file id
        self._moved: Memory[int] = Memory(4096)  # a group's id -> id of the supergroup it became

    async def say(self, place: Place, text: Text) -> str:
        async def send(target: _Target) -> Message:
            if text.invoice is not None:
                return await self._bot.send_invoice(**target.parameters(), **parameters(text.invoice, text.text))
            if text.picture is not None:
                return await self._bot.send_photo(**target.parameters(), **self._caption(text), photo=text.picture)
            return await self._bot.send_message(
                **target.parameters(),
                text=cut(text.text, self.can.max_text),
                reply_markup=keyboard(text.choices),
                reply_parameters=reply(text),
            )

        return str((await self._reach(place, send)).message_id)

    async def edit(self, place: Place, message: str, text: Text) -> None:
        """Edit a text, or the caption of a film, file or picture; a picture replaces the message's media."""

        async def change(target: _Target) -> None:
            known: dict[str, Any] = {
                "chat_id": target.chat_id,
                "message_id": int(message),
                "reply_markup": keyboard(text.choices),
            }
            if text.picture is not None:
                shown = InputMediaPhoto(text.picture, cut(text.text, self.can.max_caption) or None)
                await self._bot.edit_message_media(shown, **known)
                return
            try:
                await self._bot.edit_message_text(text=cut(text.text, self.can.max_text), **known)
            except BadRequest as error:
                if not says(error, NOT_A_TEXT):
                    raise
                await self._bot.edit_message_caption(caption=cut(text.text, self.can.max_caption), **known)

        await self._reach(place, change)

    async def erase(self, place: Place, message: str) -> None:
        """Delete a user's message in a private chat; an error after 48 hours."""

        async def remove(target: _Target) -> None:
            await self._bot.delete_message(target.chat_id, int(message))

        await self._reach(place, remove)

    async def send_video(self, place: Place, upload: Upload) -> str:
        """Send a film that plays in the chat. Telegram may turn one without sound into an animation, which is fine."""

        async def send(target: _Target, files: UploadFiles) -> Message:
            return await self._bot.send_video(
                **target.parameters(),
                **self._caption(upload.caption),
                video=files.content,
                thumbnail=files.thumbnail,
                width=upload.width or None,
                height=upload.height or None,
                duration=round(upload.seconds) or None,
                supports_streaming=True,
                read_timeout=PROCESSING_SECONDS,
            )

        return await self._upload(place, upload, ChatAction.UPLOAD_VIDEO, send)

    async def send_file(self, place: Place, upload: Upload) -> str:
        """Send a file that arrives byte for byte unchanged."""

        async def send(target: _Target, files: UploadFiles) -> Message:
            return await self._bot.send_document(
                **target.parameters(),
                **self._caption(upload.caption),
                document=files.content,
                thumbnail=files.thumbnail,
                disable_content_type_detection=True,
                read_timeout=PROCESSING_SECONDS,
            )

        return await self._upload(place, upload, ChatAction.UPLOAD_DOCUMENT, send)

    async def fetch(self, attachment: Attachment, path: Path) -> None:
        with translated():
            await bring(self._bot, attachment, path, self.can.max_download)

    async def _upload(
        self,
        place: Place,
        upload: Upload,
        action: ChatAction,
        send: Callable[[_Target, UploadFiles], Awaitable[Message]],
    ) -> str:
        key = f"{action}:{upload.key}" if upload.key else ""
        message = await self._again(place, key, send) or await self._first(place, upload, action, send)
        if key and (file_id := _file_id(message)):
            self._sent.keep(key, file_id)
        return str(message.message_id)

    async def _again(
        self,
        place: Place,
        key: str,
        send: Callable[[_Target, UploadFiles], Awaitable[Message]],
    ) -> Message | None:
        """Send a file Telegram already has by its file id; None when it has none, or not any more."""
        file_id = self._sent.get(key)
        if file_id is None:
            return None
        try:
            return await self._reach(place, lambda target: send(target, UploadFiles(file_id)))
        except ChannelError as error:
            if not (isinstance(error.__cause__, TelegramError) and says(error.__cause__, *WRONG_FILE)):
                raise
            return None

    async def _first(
        self,
        place: Place,
        upload: Upload,
        action: ChatAction,
        send: Callable[[_Target, UploadFiles], Awaitable[Message]],
    ) -> Message:
        async def with_files(target: _Target) -> Message:
            async with opened(upload, self.can.max_upload) as files, Action(self._bot, target.parameters(), action):
                return await send(target, files)

        return await self._reach(place, with_files)

    def _caption(self, caption: Text) -> dict[str, Any]:
        return {
            "caption": cut(caption.text, self.can.max_caption) or None,
            "reply_markup": keyboard(caption.choices),
            "reply_parameters": reply(caption),
        }

    async def _reach(self, place: Place, request: Callable[[_Target], Awaitable[T]]) -> T:
        """Make a request to a chat, following its migration to a supergroup."""
        target = self._target(place)
        with translated():
            try:
                return await request(target)
            except ChatMigrated as error:
                log.info("chat moved", old=target.chat_id, new=error.new_chat_id)
                self._moved.keep(place.chat, error.new_chat_id)
        with translated():
            try:
                return await request(self._target(place))
            except ChatMigrated as error:
                raise ChannelError("the chat moves on and on") from error

    def _target(self, place: Place) -> _Target:
        chat = self._moved.get(place.chat) or int(place.chat)
        return _Target(chat, int(place.thread) if place.thread else None)


def _file_id(message: Message) -> str | None:
    file = message.video or message.animation or message.document
    return file.file_id if file else None
