"""The people of a run: when each sends what, and what they see."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from fakes.telegram_api import FakeTelegram, TelegramBotMessage, TelegramPerson

from tools.load.errands import Specimen

FIRST_PERSON: Final = 40_001


class Overdue(AssertionError):
    """What had to happen did not, in time."""


@dataclass(frozen=True, slots=True)
class Sending:
    """A message of a person: its number, and when it came to Telegram (monotonic seconds)."""

    person: TelegramPerson
    message: int
    at: float

    def acknowledged(self) -> TelegramBotMessage | None:
        """The first message of the bot in reply."""
        return next((each for each in self._replies()), None)

    def film(self) -> TelegramBotMessage | None:
        return next((each for each in self._replies() if each.kind in {"video", "animation"}), None)

    def _replies(self) -> list[TelegramBotMessage]:
        return [each for each in self.person.chat.messages if each.reply_to == self.message]


@dataclass(slots=True)
class Crowd:
    """So many people who come in the order of a lottery, at random moments, so many a second."""

    fake: FakeTelegram
    people: int
    a_second: float
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    sent: list[Sending] = field(default_factory=list)
    _turns: list[int] = field(default_factory=list)

    def sends(self, specimens: Sequence[Specimen], meanwhile: Callable[[], object], patience: float) -> list[Sending]:
        """Send everything, wait until every film has come, and give what was sent. Raises Overdue."""
        contents = [each.message(self.fake.files) for each in specimens]
        deadline = time.monotonic() + patience
        moments = self._moments(len(contents))
        round_of = [self._send(content, at, meanwhile) for content, at in zip(contents, moments, strict=True)]
        while missing := sum(sending.film() is None for sending in round_of):
            if time.monotonic() > deadline:
                raise Overdue(f"{missing} of {len(round_of)} films are missing after {patience:g} s")
            meanwhile()
            time.sleep(0.1)
        return round_of

    def _moments(self, count: int) -> list[float]:
        at, moments = time.monotonic(), []
        for _ in range(count):
            moments.append(at)
            at += self.chance.expovariate(self.a_second)
        return moments

    def _send(self, content: dict[str, Any], at: float, meanwhile: Callable[[], object]) -> Sending:
        while (left := at - time.monotonic()) > 0:
            time.sleep(min(left, 0.1))
            meanwhile()
        person = self.fake.get_person(FIRST_PERSON + self._next())
        begun = time.monotonic()
        message = person.send_content(content)
        self.sent.append(Sending(person, message["message_id"], begun))
        return self.sent[-1]

    def _next(self) -> int:
        """Whose turn it is: everybody sends once before anybody sends again."""
        if not self._turns:
            self._turns = list(range(self.people))
            self.chance.shuffle(self._turns)
        return self._turns.pop()
