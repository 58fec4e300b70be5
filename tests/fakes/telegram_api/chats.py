"""Chats with their messages."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from fakes.state_condition import StateCondition
from fakes.telegram_api.errors import TelegramApiError
from fakes.telegram_api.message_json import get_timestamp
from fakes.telegram_api.transcript import TelegramBotMessage

WAIT_SECONDS = 20.0


@dataclass
class TelegramChat:
    """A private chat, group or supergroup. `messages` are the bot's; `bodies` every message's JSON by its id."""

    id: int
    attributes: dict[str, Any]
    condition: StateCondition
    messages: list[TelegramBotMessage] = field(default_factory=list)
    bodies: dict[int, dict[str, Any]] = field(default_factory=dict)
    actions: list[str] = field(default_factory=list)
    topics: set[int] = field(default_factory=set)
    send_error: TelegramApiError | None = None

    @property
    def json(self) -> dict[str, Any]:
        return {"id": self.id, **self.attributes}

    def find_message(self, message_id: int) -> TelegramBotMessage | None:
        return next((message for message in self.messages if message.message_id == message_id), None)

    def build_body(self, message_id: int, sender: dict[str, Any], thread: int | None) -> dict[str, Any]:
        """The start of a new message's JSON."""
        body: dict[str, Any] = {"message_id": message_id, "date": get_timestamp(), "chat": self.json, "from": sender}
        if thread is not None:
            body |= {"message_thread_id": thread, "is_topic_message": True}
        return body

    def build_reply_field(self, message_id: int) -> dict[str, Any]:
        """`reply_to_message`, without the message's own `reply_to_message`."""
        body = {name: value for name, value in self.bodies[message_id].items() if name != "reply_to_message"}
        return {"reply_to_message": body}

    def store_body(self, body: dict[str, Any]) -> dict[str, Any]:
        self.bodies[body["message_id"]] = body
        return body

    def wait_for(
        self, predicate: Callable[[TelegramBotMessage], bool], timeout: float = WAIT_SECONDS
    ) -> TelegramBotMessage:
        """Block until a message of the bot matches. Raises AssertionError with the transcript."""
        return self._require_found(self.condition.wait(lambda: self._find_match(predicate), timeout))

    async def wait_for_async(
        self, predicate: Callable[[TelegramBotMessage], bool], seconds: float = WAIT_SECONDS
    ) -> TelegramBotMessage:
        """`wait_for` for a coroutine."""
        return self._require_found(await self.condition.wait_async(lambda: self._find_match(predicate), seconds))

    def _find_match(self, predicate: Callable[[TelegramBotMessage], bool]) -> TelegramBotMessage | None:
        return next((message for message in self.messages if not message.is_deleted and predicate(message)), None)

    def _require_found(self, message: TelegramBotMessage | None) -> TelegramBotMessage:
        if message is None:
            raise AssertionError(f"no such message of the bot; there are:\n{self}")
        return message

    def __iter__(self) -> Iterator[TelegramBotMessage]:
        return iter(self.messages)

    def __str__(self) -> str:
        return "\n".join(str(message) for message in self.messages) or "(nothing)"
