"""How fast a number writes, on a clock of the test's own."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from fakes.clock import SettableClock

from bots.whatsapp.pacing import SendRateLimiter


@dataclass
class Number:
    """A number of that age in days, and a time that stands until it is moved."""

    age: float = 30.0
    clock: SettableClock = field(default_factory=SettableClock)
    pacer: SendRateLimiter = field(init=False)

    def __post_init__(self) -> None:
        since = self.clock() - timedelta(days=self.age)
        self.pacer = SendRateLimiter(since, clock=self.clock, monotonic=self.clock.monotonic)

    def sends(self, chats: int, seconds: float, step: float = 0.25) -> int:
        """How many of the messages that many chats are owed, as fast as may be, leave within that time."""
        sent, end = 0, self.clock.monotonic() + seconds
        while self.clock.monotonic() < end:
            sent += sum(self.pacer.acquire(f"chat-{chat}") == 0 for chat in range(chats))
            self.clock.advance(step)
        return sent


def test_one_chat_hears_three_messages_at_once_and_then_one_a_second() -> None:
    number = Number()
    assert [number.pacer.acquire("a") for _ in range(3)] == [0, 0, 0]
    assert number.pacer.acquire("a") == pytest.approx(1.0)
    assert number.pacer.acquire("b") == 0
    number.clock.advance(1.0)
    assert number.pacer.acquire("a") == 0


@pytest.mark.parametrize(("age", "per_minute"), [(0.0, 6), (7.0, 18), (14.0, 30), (400.0, 30)])
def test_a_number_sends_the_more_the_older_it_is(age: float, per_minute: int) -> None:
    number = Number(age)
    number.sends(chats=10, seconds=60)  # what it had saved up
    assert number.sends(chats=10, seconds=600) == pytest.approx(10 * per_minute, rel=0.1)


def test_a_number_that_has_never_been_online_is_as_new_as_can_be() -> None:
    pacer = SendRateLimiter(None, clock=SettableClock(), monotonic=lambda: 0.0)
    assert sum(pacer.acquire(f"chat-{chat}") == 0 for chat in range(50)) == 6


def test_the_pause_that_is_told_is_long_enough_and_not_much_longer() -> None:
    number = Number(age=0.0)
    while (pause := number.pacer.acquire(f"chat-{number.clock.monotonic()}")) == 0:
        number.clock.advance(0.001)
    number.clock.advance(0.9 * pause)
    assert number.pacer.acquire("other") > 0
    number.clock.advance(0.11 * pause)
    assert number.pacer.acquire("other") == 0


def test_what_need_not_be_sent_leaves_half_of_everything_for_what_must() -> None:
    number = Number(age=0.0)
    assert sum(number.pacer.try_acquire_optional(f"chat-{chat}") for chat in range(10)) == 3
    assert sum(number.pacer.acquire(f"chat-{chat}") == 0 for chat in range(10, 20)) == 3


def test_chats_that_are_quiet_are_forgotten() -> None:
    number = Number()
    for chat in range(30_000):
        number.pacer.acquire(f"chat-{chat}")
        number.clock.advance(2.0)
    assert len(number.pacer._chat_buckets) <= 10_001
