"""Chats with their messages."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from fakes.changes import Changes
from fakes.telegram_api.bodies import now
from fakes.telegram_api.errors import ApiError
from fakes.telegram_api.transcript import BotMessage

PATIENCE = 20.0


@dataclass
class Chat:
    """A private chat, group or supergroup. `messages` are the bot's; `bodies` every message's JSON by its id."""

    id: int
    about: dict[str, Any]
    changes: Changes
    messages: list[BotMessage] = field(default_factory=list)
    bodies: dict[int, dict[str, Any]] = field(default_factory=dict)
    actions: list[str] = field(default_factory=list)
    topics: set[int] = field(default_factory=set)
    refusal: ApiError | None = None

    @property
    def json(self) -> dict[str, Any]:
        return {"id": self.id, **self.about}

    def find(self, message_id: int) -> BotMessage | None:
        return next((message for message in self.messages if message.message_id == message_id), None)

    def body(self, message_id: int, sender: dict[str, Any], thread: int | None) -> dict[str, Any]:
        """The start of a new message's JSON."""
        body: dict[str, Any] = {"message_id": message_id, "date": now(), "chat": self.json, "from": sender}
        if thread is not None:
            body |= {"message_thread_id": thread, "is_topic_message": True}
        return body

    def answered(self, message_id: int) -> dict[str, Any]:
        """`reply_to_message`, without the message's own `reply_to_message`."""
        body = {name: value for name, value in self.bodies[message_id].items() if name != "reply_to_message"}
        return {"reply_to_message": body}

    def keep(self, body: dict[str, Any]) -> dict[str, Any]:
        self.bodies[body["message_id"]] = body
        return body

    def wait_for(self, predicate: Callable[[BotMessage], bool], timeout: float = PATIENCE) -> BotMessage:
        """Block until a message of the bot matches. Raises AssertionError with the transcript."""
        return self._seen(self.changes.wait(lambda: self._like(predicate), timeout))

    async def arrival(self, predicate: Callable[[BotMessage], bool], seconds: float = PATIENCE) -> BotMessage:
        """`wait_for` for a coroutine."""
        return self._seen(await self.changes.arrival(lambda: self._like(predicate), seconds))

    def _like(self, predicate: Callable[[BotMessage], bool]) -> BotMessage | None:
        return next((message for message in self.messages if not message.deleted and predicate(message)), None)

    def _seen(self, message: BotMessage | None) -> BotMessage:
        if message is None:
            raise AssertionError(f"no such message of the bot; there are:\n{self}")
        return message

    def __iter__(self) -> Iterator[BotMessage]:
        return iter(self.messages)

    def __str__(self) -> str:
        return "\n".join(str(message) for message in self.messages) or "(nothing)"
