"""Chats with the messages of users and the bot."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from fakes.state_condition import StateCondition
from fakes.whatsapp.media_server import StoredMedia
from neonize.proto import Neonize_pb2 as N
from neonize.proto.waE2E.WAWebProtobufsE2E_pb2 import Message

WAIT_SECONDS = 20.0
OPTION_PATTERN = re.compile(r"^\s*(\d+)[).]\s+(.+?)\s*$", re.MULTILINE)
LINK_PATTERN = re.compile(r"^(.+?):\s+(https?://\S+)\s*$", re.MULTILINE)
KIND_BY_FIELD = {
    "conversation": "text",
    "extendedTextMessage": "text",
    "imageMessage": "image",
    "videoMessage": "video",
    "audioMessage": "audio",
    "documentMessage": "document",
}


@dataclass(frozen=True)
class WhatsAppMessageEdit:
    """One later state of a message; `at` is seconds of the monotonic clock."""

    edited_at: float
    text: str


@dataclass
class WhatsAppBotMessage:
    """A message of the bot as the chat shows it now; `edits` are its later states, the last being the current one."""

    id: str
    chat_id: str
    content: Message
    text: str
    media: StoredMedia | None = None
    reply_to: str | None = None
    sent_at: float = field(default_factory=time.monotonic)
    at: float = 0.0  # by the clock of the fake
    edits: list[WhatsAppMessageEdit] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return KIND_BY_FIELD[content_field_of(self.content)]

    @property
    def options(self) -> dict[str, str]:
        """The numbers of its text menu, by label."""
        return {label: number for number, label in OPTION_PATTERN.findall(self.text)}

    @property
    def links(self) -> dict[str, str]:
        """The URLs in it, by label without its number."""
        return {re.sub(r"^\d+[).]\s+", "", label.strip()): url for label, url in LINK_PATTERN.findall(self.text)}

    def apply_edit(self, text: str) -> None:
        self.text = text
        self.edits.append(WhatsAppMessageEdit(time.monotonic(), text))

    def __str__(self) -> str:
        return f"#{self.id[-4:]} {self.kind}: {self.text!r}"


@dataclass(frozen=True)
class UserMessage:
    """A user's message: the event, and the sender's JID in it."""

    event: N.Message
    sender_jid: str


@dataclass
class WhatsAppChat:
    """A user's chat with the bot, or a group, under all of its JIDs.

    `messages` are the bot's; `user_messages` those of users, by id.
    """

    id: str
    condition: StateCondition
    jids: set[str] = field(default_factory=set)  # every JID it has: of a phone number, of its LID
    messages: list[WhatsAppBotMessage] = field(default_factory=list)
    user_messages: dict[str, UserMessage] = field(default_factory=dict)
    reactions: dict[str, str] = field(default_factory=dict)
    read_ids: set[str] = field(default_factory=set)
    typing_states: list[bool] = field(default_factory=list)

    def find_message(self, message_id: str) -> WhatsAppBotMessage | None:
        return next((message for message in self.messages if message.id == message_id), None)

    def list_films(self) -> list[WhatsAppBotMessage]:
        return [message for message in self.messages if message.kind == "video"]

    def wait_for(
        self, predicate: Callable[[WhatsAppBotMessage], bool], timeout: float = WAIT_SECONDS
    ) -> WhatsAppBotMessage:
        """Block until a message of the bot matches. Raises AssertionError with the transcript."""
        return self._require_found(self.condition.wait(lambda: self._find_match(predicate), timeout))

    async def wait_for_async(
        self, predicate: Callable[[WhatsAppBotMessage], bool], seconds: float = WAIT_SECONDS
    ) -> WhatsAppBotMessage:
        """`wait_for` for a coroutine."""
        return self._require_found(await self.condition.wait_async(lambda: self._find_match(predicate), seconds))

    def _find_match(self, predicate: Callable[[WhatsAppBotMessage], bool]) -> WhatsAppBotMessage | None:
        return next((message for message in self.messages if predicate(message)), None)

    def _require_found(self, message: WhatsAppBotMessage | None) -> WhatsAppBotMessage:
        if message is None:
            raise AssertionError(f"no such message of the bot; there are:\n{self}")
        return message

    def __iter__(self) -> Iterator[WhatsAppBotMessage]:
        return iter(self.messages)

    def __str__(self) -> str:
        return "\n".join(str(message) for message in self.messages) or "(nothing)"


def content_field_of(content: Message) -> str:
    """The one content field of a message; "" if it has none or several."""
    names = [found.name for found, _ in content.ListFields() if found.name != "messageContextInfo"]
    return names[0] if len(names) == 1 else ""


def text_of(content: Message) -> str:
    """The text or caption of a message."""
    name = content_field_of(content)
    if name == "conversation":
        return str(content.conversation)
    inner = getattr(content, name)
    return str(inner.text if name == "extendedTextMessage" else getattr(inner, "caption", ""))
