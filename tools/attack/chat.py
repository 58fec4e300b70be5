"""A chat with the bot in Telegram's double: what is written and pressed there, honestly or not."""

import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from fakes.telegram_api import TelegramBotMessage, TelegramPerson
from fakes.telegram_api.message_json import build_text_fields
from sqlmodel import select

from models.identity.people import Person
from tools.attack.installation import Installation
from tools.attack.target import AttackFailed

_numbers = itertools.count(5001)
WAIT_SECONDS = 20.0


@dataclass(frozen=True)
class Chat:
    """Somebody's private chat."""

    page: Installation
    user: TelegramPerson

    @property
    def messages(self) -> Sequence[TelegramBotMessage]:
        return self.user.chat.messages

    @property
    def identity(self) -> str:
        return f"telegram:{self.user.id}"

    def send(self, text: str, **more: Any) -> TelegramBotMessage:
        """The bot's next message after this one was written. Raises AttackFailed."""
        return self.send_content(build_text_fields("text", text) | more)

    def send_content(self, content: dict[str, Any]) -> TelegramBotMessage:
        count = len(self.messages)
        self.user.send_content(content)
        return self.wait_for_message(count)

    def wait_for_message(self, count: int) -> TelegramBotMessage:
        """The message after the first `count`. Raises AttackFailed."""
        self._wait_until(lambda: len(self.messages) > count)
        return self.messages[count]

    def press(self, data: str, message: TelegramBotMessage | None = None) -> None:
        """Press a button that this person was never shown; `message` is the one it is said to be under."""
        fake = self.page.telegram
        body = message.body if message else self.messages[-1].body
        with fake.condition.modify():
            query = fake.queries.create_query(self.user.user, body | {"chat": self.user.chat.json}, data)
            fake.updates.add("callback_query", query)

    def count_credits(self) -> int:
        """The credits this person can spend, as the bot says when everything before is handled. Raises AttackFailed."""
        count = len(self.messages)
        self.user.send_text("/balance")
        found = self._wait_until(lambda: self._find_balance(count))
        return int(str(found).replace(",", ""))

    def _find_balance(self, count: int) -> str:
        answers = [re.search(r"You have ([\d,]+) credits?", message.text) for message in self.messages[count:]]
        return next((found[1] for found in answers if found), "")

    def _wait_until(self, probe: Callable[[], object]) -> object:
        try:
            return self.page.telegram.wait_until(probe, WAIT_SECONDS)
        except AssertionError as error:
            raise AttackFailed("the bot does not answer") from error

    def find_person(self) -> Person:
        """The row of this person. Raises AttackFailed."""
        with self.page.db.read_transaction() as session:
            query = select(Person).where(Person.channel == "telegram", Person.external_id == str(self.user.id))
            found = session.exec(query).first()
        if found is None:
            raise AttackFailed("the bot does not know this person")
        return found


def open_chat(page: Installation, **names: str) -> Chat:
    """The chat of somebody new, who has started the bot."""
    chat = Chat(page, page.telegram.get_person(next(_numbers), **names))
    chat.send("/start")
    return chat


def open_owner_chat(page: Installation) -> Chat:
    return Chat(page, page.owner)


def find_button(message: TelegramBotMessage, label: str) -> str:
    """The data of the button with that in its label; nothing where there is none."""
    found = (each.data for row in message.buttons for each in row if label in each.label and each.data)
    return next(found, "")
