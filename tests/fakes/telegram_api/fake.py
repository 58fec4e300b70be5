"""The fake itself: one bot with its users, chats, files, and recorded calls."""

import itertools
from collections.abc import Callable
from typing import Any

from fakes.state_condition import StateCondition
from fakes.telegram_api.app import create_application
from fakes.telegram_api.callback_queries import CallbackQueries
from fakes.telegram_api.calls import TelegramCall
from fakes.telegram_api.chats import WAIT_SECONDS, TelegramChat
from fakes.telegram_api.errors import TelegramApiError, build_migrated_error
from fakes.telegram_api.faults import TelegramFault, TelegramFaults
from fakes.telegram_api.files import TelegramFileStore
from fakes.telegram_api.people import TelegramPerson
from fakes.telegram_api.profile import FakeBotProfile
from fakes.telegram_api.stars import StarsPayments
from fakes.telegram_api.updates import UpdateQueue

TOKEN = "123456:AAfakeTokenOfTheFakeTelegram"


class FakeTelegram:
    """Telegram as a bot and its users see it. Every method may be called from any thread.

    `app` is the ASGI application to be served over a socket or used in-process through httpx.
    """

    def __init__(self, token: str = TOKEN, *, bot_id: int = 123456, username: str = "rabisco_bot") -> None:
        self.token = token
        self.bot = {"id": bot_id, "is_bot": True, "first_name": "Rabisco", "username": username}
        self.condition = StateCondition()
        self.updates: UpdateQueue = UpdateQueue(self.condition)
        self.files = TelegramFileStore()
        self.queries: CallbackQueries = CallbackQueries()
        self.profile: FakeBotProfile = FakeBotProfile()
        self.stars = StarsPayments()
        self.faults = TelegramFaults()
        self.chats: dict[int, TelegramChat] = {}
        self.calls: list[TelegramCall] = []
        self.silent_videos_become_animations = False
        self.reports_file_sizes = True  # Telegram may leave them out
        self._message_numbers = itertools.count(1)
        self._people: dict[int, TelegramPerson] = {}
        self.app = create_application(self)

    def get_person(self, user_id: int = 1001, language_code: str | None = "en", **names: str) -> TelegramPerson:
        """The person of that id; a new one the first time."""
        with self.condition.modify():
            if user_id not in self._people:
                name_fields = {"first_name": f"Person {user_id}", **names}
                language = {"language_code": language_code} if language_code else {}
                chat = self._get_chat(user_id, {"type": "private", **name_fields})
                user = {"id": user_id, "is_bot": False, **name_fields, **language}
                self._people[user_id] = TelegramPerson(self, user, chat)
            return self._people[user_id]

    def get_group(self, chat_id: int = -1001, title: str = "Group", *, topics: tuple[int, ...] = ()) -> TelegramChat:
        """A supergroup with the bot in it; `topics` make it a forum."""
        forum = {"is_forum": True} if topics else {}
        with self.condition.modify():
            chat = self._get_chat(chat_id, {"type": "supergroup", "title": title, **forum})
            chat.topics |= set(topics)
            return chat

    def migrate_group(self, chat: TelegramChat, new_id: int) -> TelegramChat:
        """The group becomes a supergroup with another id, which Telegram reports when the bot writes to the old one."""
        chat.send_error = build_migrated_error(new_id)
        return self.get_group(new_id, str(chat.attributes.get("title", "Group")))

    def fail_calls(
        self,
        method: str,
        answer: TelegramApiError | None,
        *,
        chat: int | None = None,
        times: int = 1,
        skip: int = 0,
    ) -> None:
        """Let calls fail: with that error, or, with None, by a lost response after execution. `*` is every method."""
        with self.condition.modify():
            self.faults.add(TelegramFault(method, answer, chat, times, skip))

    def hold_call(self, method: str, *, chat: int | None = None, skip: int = 0) -> Callable[[], None]:
        """Block one call, as a slow upload does; returns a function that releases it."""
        fault = TelegramFault(method, None, chat, 1, skip, held=True)

        def release() -> None:
            with self.condition.modify():
                fault.held = False

        with self.condition.modify():
            self.faults.add(fault)
        return release

    def list_calls(self, method: str) -> list[TelegramCall]:
        """The calls of that method so far."""
        with self.condition.read():
            return [call for call in self.calls if call.method == method]

    def wait_until(self, probe: Callable[[], Any], timeout: float = WAIT_SECONDS) -> Any:
        """Block until the probe returns something true. Raises AssertionError on timeout."""
        return _require_result(self.condition.wait(probe, timeout))

    async def wait_until_async(self, probe: Callable[[], Any], seconds: float = WAIT_SECONDS) -> Any:
        """`wait_until` for a coroutine."""
        return _require_result(await self.condition.wait_async(probe, seconds))

    def find_chat(self, chat_id: int | str) -> TelegramChat | None:
        if isinstance(chat_id, int):
            return self.chats.get(chat_id)
        names = {f"@{chat.attributes.get('username')}": chat for chat in self.chats.values()}
        return names.get(chat_id)

    def allocate_message_id(self) -> int:
        return next(self._message_numbers)

    def _get_chat(self, chat_id: int, attributes: dict[str, Any]) -> TelegramChat:
        return self.chats.setdefault(chat_id, TelegramChat(chat_id, attributes, self.condition))


def _require_result(result: Any) -> Any:
    if not result:
        raise AssertionError("it did not happen in time")
    return result
