"""Users of the fake Telegram: what they send, press and pay."""

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from fakes.telegram_api.chats import TelegramChat
from fakes.telegram_api.errors import BLOCKED, DEACTIVATED
from fakes.telegram_api.files import TelegramMedia
from fakes.telegram_api.message_json import build_media_fields, build_text_fields, get_timestamp
from fakes.telegram_api.stars import StarsCharge, pay_invoice
from fakes.telegram_api.transcript import TelegramBotMessage
from fakes.thumbnail import create_thumbnail

if TYPE_CHECKING:
    from fakes.telegram_api.fake import FakeTelegram

_albums = itertools.count(13_000_000_000_000_001)
SentMessage = dict[str, Any]


def build_video(
    content: bytes, *, name: str = "video.mp4", size: tuple[int, int] = (640, 360), seconds: int = 5
) -> TelegramMedia:
    return TelegramMedia("video", content, name, "video/mp4", *size, seconds, create_thumbnail())


def build_photo(content: bytes) -> TelegramMedia:
    return TelegramMedia("photo", content, "photo.jpg", "image/jpeg")


def build_document(content: bytes, name: str, mime: str) -> TelegramMedia:
    return TelegramMedia("document", content, name, mime)


class TelegramPerson:
    """A user with a private chat. `in_chat` and `thread` send to another chat or topic."""

    def __init__(self, fake: "FakeTelegram", user: dict[str, Any], chat: TelegramChat) -> None:
        self._fake = fake
        self.user = user
        self.chat = chat

    @property
    def id(self) -> int:
        return int(self.user["id"])

    def send_text(self, text: str, **where: Any) -> SentMessage:
        return self._send(build_text_fields("text", text), **where)

    def send_photo(self, content: bytes, caption: str = "", **where: Any) -> SentMessage:
        return self.send_media(build_photo(content), caption, **where)

    def send_video(self, content: bytes, caption: str = "", **shape: Any) -> SentMessage:
        media_fields = {name: shape.pop(name) for name in ("name", "size", "seconds") if name in shape}
        return self.send_media(build_video(content, **media_fields), caption, **shape)

    def send_document(self, content: bytes, name: str, mime: str, caption: str = "", **where: Any) -> SentMessage:
        return self.send_media(build_document(content, name, mime), caption, **where)

    def send_animation(self, content: bytes, caption: str = "", **where: Any) -> SentMessage:
        media = TelegramMedia("animation", content, "animation.gif.mp4", "video/mp4", 320, 240, 2, create_thumbnail())
        return self.send_media(media, caption, **where)

    def send_video_note(self, content: bytes, **where: Any) -> SentMessage:
        media = TelegramMedia("video_note", content, "", "video/mp4", 384, 384, 4, create_thumbnail())
        return self.send_media(media, **where)

    def send_voice(self, content: bytes, **where: Any) -> SentMessage:
        return self.send_media(TelegramMedia("voice", content, "", "audio/ogg", duration=3), **where)

    def send_audio(self, content: bytes, caption: str = "", **where: Any) -> SentMessage:
        return self.send_media(TelegramMedia("audio", content, "song.mp3", "audio/mpeg", duration=3), caption, **where)

    def send_media(self, media: TelegramMedia, caption: str = "", **where: Any) -> SentMessage:
        return self._send(build_media_fields(self._fake.files, media) | build_text_fields("caption", caption), **where)

    def send_album(self, items: Sequence[TelegramMedia], caption: str = "", **where: Any) -> list[SentMessage]:
        """One update an item; the caption stands under the first."""
        group = {"media_group_id": str(next(_albums))}
        captions = [caption] + [""] * (len(items) - 1)
        return [
            self._send(
                build_media_fields(self._fake.files, item) | build_text_fields("caption", item_caption) | group, **where
            )
            for item, item_caption in zip(items, captions, strict=True)
        ]

    def send_content(self, content: dict[str, Any], **where: Any) -> SentMessage:
        """Anything else a message can hold, such as a sticker or a location."""
        return self._send(content, **where)

    def forward(self, message: SentMessage, **where: Any) -> SentMessage:
        """Forward a message: the same content under a new id, with its origin."""
        header_fields = {
            "message_id",
            "date",
            "chat",
            "from",
            "reply_to_message",
            "message_thread_id",
            "is_topic_message",
        }
        content = {name: value for name, value in message.items() if name not in header_fields}
        origin = {"type": "user", "date": message["date"], "sender_user": message["from"]}
        return self._send(content | {"forward_origin": origin}, **where)

    def edit_text(self, message: SentMessage, text: str) -> None:
        body = message | build_text_fields("text", text) | {"edit_date": get_timestamp()}
        self._fake.updates.add("edited_message", body)

    def press_button(self, message: TelegramBotMessage, data_or_label: str) -> str:
        """Press a button of a bot's message; returns the id of the callback query."""
        with self._fake.condition.modify():
            button = message.find_button(data_or_label)
            if button is None or button.data is None:
                raise AssertionError(f"{message} has no button {data_or_label!r} to press")
            query = self._fake.queries.create_query(self.user, message.body, button.data)
            self._fake.updates.add("callback_query", query)
        return str(query["id"])

    def pay_invoice(self, message: TelegramBotMessage) -> StarsCharge | str:
        """Pay an invoice with Stars, if the bot approves; returns the charge, or the reason for a refusal."""
        return pay_invoice(self._fake, self.user, message)

    def block_bot(self) -> None:
        self._change_membership("kicked", BLOCKED)

    def unblock_bot(self) -> None:
        self._change_membership("member", None)

    def delete_account(self) -> None:
        """The account is deleted."""
        self.chat.send_error = DEACTIVATED

    def _change_membership(self, status: str, error: Any) -> None:
        self.chat.send_error = error
        before = "member" if status == "kicked" else "kicked"
        change = {
            "chat": self.chat.json,
            "from": self.user,
            "date": get_timestamp(),
            "old_chat_member": self._build_membership(before),
            "new_chat_member": self._build_membership(status),
        }
        self._fake.updates.add("my_chat_member", change)

    def _build_membership(self, status: str) -> dict[str, Any]:
        until = {"until_date": 0} if status == "kicked" else {}
        return {"status": status, "user": self._fake.bot, **until}

    def _send(
        self,
        content: dict[str, Any],
        *,
        in_chat: TelegramChat | None = None,
        thread: int | None = None,
        reply_to: int | None = None,
    ) -> SentMessage:
        chat = in_chat or self.chat
        with self._fake.condition.modify():
            body = chat.build_body(self._fake.allocate_message_id(), self.user, thread)
            if reply_to is not None:
                body |= chat.build_reply_field(reply_to)
            chat.store_body(body | content)
            self._fake.updates.add("message", body | content)
        return body | content
