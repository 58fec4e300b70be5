"""The fake itself: one bot with its users, chats, files, and recorded calls."""

import itertools
from collections.abc import Callable
from typing import Any

from fakes.changes import Changes
from fakes.telegram_api.app import application
from fakes.telegram_api.calls import Call
from fakes.telegram_api.chats import PATIENCE, Chat
from fakes.telegram_api.errors import ApiError, migrated
from fakes.telegram_api.faults import Fault, Faults
from fakes.telegram_api.files import Files
from fakes.telegram_api.people import Person
from fakes.telegram_api.profile import Profile
from fakes.telegram_api.queries import Queries
from fakes.telegram_api.stars import Stars
from fakes.telegram_api.updates import Updates

TOKEN = "123456:AAfakeTokenOfTheFakeTelegram"


class FakeTelegram:
    """Telegram as a bot and its users see it. Every method may be called from any thread.

    `app` is the ASGI application to be served over a socket or used in-process through httpx.
    """

    def __init__(self, token: str = TOKEN, *, bot_id: int = 123456, username: str = "rabisco_bot") -> None:
        self.token = token
        self.bot = {"id": bot_id, "is_bot": True, "first_name": "Rabisco", "username": username}
        self.changes = Changes()
        self.updates: Updates = Updates(self.changes)
        self.files = Files()
        self.queries: Queries = Queries()
        self.profile: Profile = Profile()
        self.stars = Stars()
        self.faults = Faults()
        self.chats: dict[int, Chat] = {}
        self.calls: list[Call] = []
        self.silent_videos_become_animations = False
        self.tells_file_sizes = True  # Telegram may leave them out
        self._message_numbers = itertools.count(1)
        self._people: dict[int, Person] = {}
        self.app = application(self)

    def person(self, user_id: int = 1001, language_code: str | None = "en", **names: str) -> Person:
        """The person of that id; a new one the first time."""
        with self.changes.changing():
            if user_id not in self._people:
                known = {"first_name": f"Person {user_id}", **names}
                language = {"language_code": language_code} if language_code else {}
                chat = self._chat(user_id, {"type": "private", **known})
                user = {"id": user_id, "is_bot": False, **known, **language}
                self._people[user_id] = Person(self, user, chat)
            return self._people[user_id]

    def group(self, chat_id: int = -1001, title: str = "Group", *, topics: tuple[int, ...] = ()) -> Chat:
        """A supergroup with the bot in it; `topics` make it a forum."""
        forum = {"is_forum": True} if topics else {}
        with self.changes.changing():
            chat = self._chat(chat_id, {"type": "supergroup", "title": title, **forum})
            chat.topics |= set(topics)
            return chat

    def migrate(self, chat: Chat, new_id: int) -> Chat:
        """The group becomes a supergroup with another id, which Telegram reports when the bot writes to the old one."""
        chat.refusal = migrated(new_id)
        return self.group(new_id, str(chat.about.get("title", "Group")))

    def fail(
        self,
        method: str,
        answer: ApiError | None,
        *,
        chat: int | None = None,
        times: int = 1,
        skip: int = 0,
    ) -> None:
        """Let calls fail: with that error, or, with None, by a lost response after execution. `*` is every method."""
        with self.changes.changing():
            self.faults.add(Fault(method, answer, chat, times, skip))

    def hold(self, method: str, *, chat: int | None = None, skip: int = 0) -> Callable[[], None]:
        """Block one call, as a slow upload does; returns a function that releases it."""
        fault = Fault(method, None, chat, 1, skip, held=True)

        def release() -> None:
            with self.changes.changing():
                fault.held = False

        with self.changes.changing():
            self.faults.add(fault)
        return release

    def made(self, method: str) -> list[Call]:
        """The calls of that method so far."""
        with self.changes.looking():
            return [call for call in self.calls if call.method == method]

    def wait_until(self, probe: Callable[[], Any], timeout: float = PATIENCE) -> Any:
        """Block until the probe returns something true. Raises AssertionError on timeout."""
        return _found(self.changes.wait(probe, timeout))

    async def arrival(self, probe: Callable[[], Any], seconds: float = PATIENCE) -> Any:
        """`wait_until` for a coroutine."""
        return _found(await self.changes.arrival(probe, seconds))

    def find_chat(self, chat_id: int | str) -> Chat | None:
        if isinstance(chat_id, int):
            return self.chats.get(chat_id)
        names = {f"@{chat.about.get('username')}": chat for chat in self.chats.values()}
        return names.get(chat_id)

    def next_message(self) -> int:
        return next(self._message_numbers)

    def _chat(self, chat_id: int, about: dict[str, Any]) -> Chat:
        return self.chats.setdefault(chat_id, Chat(chat_id, about, self.changes))


def _found(result: Any) -> Any:
    if not result:
        raise AssertionError("it did not happen in time")
    return result
