from fakes.clock import SettableClock

from bots.core.rate_limit import WINDOW_SECONDS, SlidingWindowLimiter


def test_so_many_messages_a_minute_are_fine_and_one_more_is_not() -> None:
    pace = SlidingWindowLimiter(3, SettableClock().monotonic)
    assert [pace.is_exceeded("a") for _ in range(5)] == [False, False, False, True, True]


def test_people_are_counted_apart() -> None:
    pace = SlidingWindowLimiter(1, SettableClock().monotonic)
    assert [pace.is_exceeded(who) for who in ("a", "b", "a")] == [False, False, True]


def test_after_a_quiet_minute_everything_is_well_again() -> None:
    time = SettableClock()
    pace = SlidingWindowLimiter(2, time.monotonic)
    for _ in range(9):
        pace.is_exceeded("a")
    time.advance(WINDOW_SECONDS)
    assert not pace.is_exceeded("a")


def test_a_steady_writer_within_the_limit_is_never_stopped() -> None:
    time = SettableClock()
    pace = SlidingWindowLimiter(20, time.monotonic)
    for _ in range(200):
        assert not pace.is_exceeded("a")
        time.advance(3.001)


def test_quiet_people_are_forgotten() -> None:
    time = SettableClock()
    pace = SlidingWindowLimiter(20, time.monotonic)
    for number in range(10_000):
        pace.is_exceeded(str(number))
    time.advance(WINDOW_SECONDS)
    pace.is_exceeded("new")
    assert len(pace._times) == 1
