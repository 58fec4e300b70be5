"""Chats with the messages of users and the bot."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from fakes.changes import Changes
from fakes.whatsapp.media import Stored
from neonize.proto import Neonize_pb2 as N
from neonize.proto.waE2E.WAWebProtobufsE2E_pb2 import Message

PATIENCE = 20.0
OPTION = re.compile(r"^\s*(\d+)[).]\s+(.+?)\s*$", re.MULTILINE)
LINK = re.compile(r"^(.+?):\s+(https?://\S+)\s*$", re.MULTILINE)
NAMES = {
    "conversation": "text",
    "extendedTextMessage": "text",
    "imageMessage": "image",
    "videoMessage": "video",
    "audioMessage": "audio",
    "documentMessage": "document",
}


@dataclass(frozen=True)
class Edit:
    """One later state of a message; `at` is seconds of the monotonic clock."""

    at: float
    text: str


@dataclass
class BotMessage:
    """A message of the bot as the chat shows it now; `edits` are its later states, the last being the current one."""

    id: str
    chat_id: str
    content: Message
    text: str
    media: Stored | None = None
    reply_to: str | None = None
    sent_at: float = field(default_factory=time.monotonic)
    at: float = 0.0  # by the clock of the fake
    edits: list[Edit] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return NAMES[content_name(self.content)]

    @property
    def options(self) -> dict[str, str]:
        """The numbers of its text menu, by label."""
        return {label: number for number, label in OPTION.findall(self.text)}

    @property
    def links(self) -> dict[str, str]:
        """The URLs in it, by label without its number."""
        return {re.sub(r"^\d+[).]\s+", "", label.strip()): url for label, url in LINK.findall(self.text)}

    def change(self, text: str) -> None:
        self.text = text
        self.edits.append(Edit(time.monotonic(), text))

    def __str__(self) -> str:
        return f"#{self.id[-4:]} {self.kind}: {self.text!r}"


@dataclass(frozen=True)
class Said:
    """A user's message: the event, and the sender's JID in it."""

    event: N.Message
    writer: str


@dataclass
class Chat:
    """A user's chat with the bot, or a group, under all of its JIDs.

    `messages` are the bot's; `user_messages` those of users, by id.
    """

    id: str
    changes: Changes
    ids: set[str] = field(default_factory=set)  # every JID it has: of a phone number, of its LID
    messages: list[BotMessage] = field(default_factory=list)
    said: dict[str, Said] = field(default_factory=dict)
    reactions: dict[str, str] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)
    typing: list[bool] = field(default_factory=list)

    def find(self, message_id: str) -> BotMessage | None:
        return next((message for message in self.messages if message.id == message_id), None)

    def films(self) -> list[BotMessage]:
        return [message for message in self.messages if message.kind == "video"]

    def wait_for(self, predicate: Callable[[BotMessage], bool], timeout: float = PATIENCE) -> BotMessage:
        """Block until a message of the bot matches. Raises AssertionError with the transcript."""
        return self._seen(self.changes.wait(lambda: self._like(predicate), timeout))

    async def arrival(self, predicate: Callable[[BotMessage], bool], seconds: float = PATIENCE) -> BotMessage:
        """`wait_for` for a coroutine."""
        return self._seen(await self.changes.arrival(lambda: self._like(predicate), seconds))

    def _like(self, predicate: Callable[[BotMessage], bool]) -> BotMessage | None:
        return next((message for message in self.messages if predicate(message)), None)

    def _seen(self, message: BotMessage | None) -> BotMessage:
        if message is None:
            raise AssertionError(f"no such message of the bot; there are:\n{self}")
        return message

    def __iter__(self) -> Iterator[BotMessage]:
        return iter(self.messages)

    def __str__(self) -> str:
        return "\n".join(str(message) for message in self.messages) or "(nothing)"


def content_name(content: Message) -> str:
    """The one content field of a message; "" if it has none or several."""
    names = [found.name for found, _ in content.ListFields() if found.name != "messageContextInfo"]
    return names[0] if len(names) == 1 else ""


def words_of(content: Message) -> str:
    """The text or caption of a message."""
    name = content_name(content)
    if name == "conversation":
        return str(content.conversation)
    inner = getattr(content, name)
    return str(inner.text if name == "extendedTextMessage" else getattr(inner, "caption", ""))
