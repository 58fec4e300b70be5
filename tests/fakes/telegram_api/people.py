"""Users of the fake Telegram: what they send, press and pay."""

import io
import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from fakes.telegram_api.bodies import attached, now, worded
from fakes.telegram_api.chats import Chat
from fakes.telegram_api.errors import BLOCKED, DEACTIVATED
from fakes.telegram_api.files import Media
from fakes.telegram_api.stars import Charge, pays
from fakes.telegram_api.transcript import BotMessage
from PIL import Image

if TYPE_CHECKING:
    from fakes.telegram_api.fake import FakeTelegram

_albums = itertools.count(13_000_000_000_000_001)
Sent = dict[str, Any]


def sample_thumbnail() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 36), (90, 120, 150)).save(buffer, "JPEG")
    return buffer.getvalue()


def video(content: bytes, *, name: str = "video.mp4", size: tuple[int, int] = (640, 360), seconds: int = 5) -> Media:
    return Media("video", content, name, "video/mp4", *size, seconds, sample_thumbnail())


def photo(content: bytes) -> Media:
    return Media("photo", content, "photo.jpg", "image/jpeg")


def document(content: bytes, name: str, mime: str) -> Media:
    return Media("document", content, name, mime)


class Person:
    """A user with a private chat. `in_chat` and `thread` send to another chat or topic."""

    def __init__(self, fake: "FakeTelegram", user: dict[str, Any], chat: Chat) -> None:
        self._fake = fake
        self.user = user
        self.chat = chat

    @property
    def id(self) -> int:
        return int(self.user["id"])

    def sends_text(self, text: str, **where: Any) -> Sent:
        return self._sends(worded("text", text), **where)

    def sends_photo(self, content: bytes, caption: str = "", **where: Any) -> Sent:
        return self.sends_media(photo(content), caption, **where)

    def sends_video(self, content: bytes, caption: str = "", **shape: Any) -> Sent:
        about = {name: shape.pop(name) for name in ("name", "size", "seconds") if name in shape}
        return self.sends_media(video(content, **about), caption, **shape)

    def sends_document(self, content: bytes, name: str, mime: str, caption: str = "", **where: Any) -> Sent:
        return self.sends_media(document(content, name, mime), caption, **where)

    def sends_animation(self, content: bytes, caption: str = "", **where: Any) -> Sent:
        media = Media("animation", content, "animation.gif.mp4", "video/mp4", 320, 240, 2, sample_thumbnail())
        return self.sends_media(media, caption, **where)

    def sends_video_note(self, content: bytes, **where: Any) -> Sent:
        media = Media("video_note", content, "", "video/mp4", 384, 384, 4, sample_thumbnail())
        return self.sends_media(media, **where)

    def sends_voice(self, content: bytes, **where: Any) -> Sent:
        return self.sends_media(Media("voice", content, "", "audio/ogg", duration=3), **where)

    def sends_audio(self, content: bytes, caption: str = "", **where: Any) -> Sent:
        return self.sends_media(Media("audio", content, "song.mp3", "audio/mpeg", duration=3), caption, **where)

    def sends_media(self, media: Media, caption: str = "", **where: Any) -> Sent:
        return self._sends(attached(self._fake.files, media) | worded("caption", caption), **where)

    def sends_album(self, items: Sequence[Media], caption: str = "", **where: Any) -> list[Sent]:
        """One update an item; the caption stands under the first."""
        group = {"media_group_id": str(next(_albums))}
        captions = [caption] + [""] * (len(items) - 1)
        return [
            self._sends(attached(self._fake.files, item) | worded("caption", words) | group, **where)
            for item, words in zip(items, captions, strict=True)
        ]

    def sends(self, content: dict[str, Any], **where: Any) -> Sent:
        """Anything else a message can hold, such as a sticker or a location."""
        return self._sends(content, **where)

    def forwards(self, message: Sent, **where: Any) -> Sent:
        """Forward a message: the same content under a new id, with its origin."""
        heads = {"message_id", "date", "chat", "from", "reply_to_message", "message_thread_id", "is_topic_message"}
        content = {name: value for name, value in message.items() if name not in heads}
        origin = {"type": "user", "date": message["date"], "sender_user": message["from"]}
        return self._sends(content | {"forward_origin": origin}, **where)

    def edits(self, message: Sent, text: str) -> None:
        body = message | worded("text", text) | {"edit_date": now()}
        self._fake.updates.add("edited_message", body)

    def presses(self, message: BotMessage, data_or_label: str) -> str:
        """Press a button of a bot's message; returns the id of the callback query."""
        with self._fake.changes.changing():
            button = message.button(data_or_label)
            if button is None or button.data is None:
                raise AssertionError(f"{message} has no button {data_or_label!r} to press")
            query = self._fake.queries.ask(self.user, message.body, button.data)
            self._fake.updates.add("callback_query", query)
        return str(query["id"])

    def pays(self, message: BotMessage) -> Charge | str:
        """Pay an invoice with Stars, if the bot approves; returns the charge, or the reason for a refusal."""
        return pays(self._fake, self.user, message)

    def blocks(self) -> None:
        self._becomes("kicked", BLOCKED)

    def unblocks(self) -> None:
        self._becomes("member", None)

    def disappears(self) -> None:
        """The account is deleted."""
        self.chat.refusal = DEACTIVATED

    def _becomes(self, status: str, refusal: Any) -> None:
        self.chat.refusal = refusal
        before = "member" if status == "kicked" else "kicked"
        change = {
            "chat": self.chat.json,
            "from": self.user,
            "date": now(),
            "old_chat_member": self._membership(before),
            "new_chat_member": self._membership(status),
        }
        self._fake.updates.add("my_chat_member", change)

    def _membership(self, status: str) -> dict[str, Any]:
        until = {"until_date": 0} if status == "kicked" else {}
        return {"status": status, "user": self._fake.bot, **until}

    def _sends(
        self,
        content: dict[str, Any],
        *,
        in_chat: Chat | None = None,
        thread: int | None = None,
        reply_to: int | None = None,
    ) -> Sent:
        chat = in_chat or self.chat
        with self._fake.changes.changing():
            body = chat.body(self._fake.next_message(), self.user, thread)
            if reply_to is not None:
                body |= chat.answered(reply_to)
            chat.keep(body | content)
            self._fake.updates.add("message", body | content)
        return body | content
