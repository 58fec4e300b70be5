from fakes.clock import SettableClock

from bots.core.rate_limit import MAX_KEYS, WINDOW_SECONDS, MessageLimiter, SenderLimiter, SlidingWindowLimiter
from models.limits import PersonLimits

LIMITS = PersonLimits(
    messages_per_minute=2, messages_waiting=3, taps_per_minute=4, posts_per_minute=9, thumbnails_per_hour=5
)


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


def test_a_window_that_does_not_count_what_it_refuses_admits_as_many_again_a_minute_later() -> None:
    time = SettableClock()
    window = SlidingWindowLimiter(2, time.monotonic, counts_refused=False)
    admitted = []
    for _ in range(61):
        admitted.append(not window.is_exceeded("a"))
        time.advance(1)
    assert admitted == [True, True] + [False] * 58 + [True]


def test_whoever_goes_on_writing_is_slowed_down_to_the_rate_and_never_shut_out() -> None:
    time = SettableClock()
    limiter = MessageLimiter(20, time.monotonic)
    admitted = []
    for _ in range(600):
        time.advance(0.5)
        admitted.append(limiter.reserve("a") == 0)
    assert all(admitted[:20])
    assert sum(admitted[-240:]) == 40  # of two minutes
    assert max(len(run) for run in "".join("x" if each else " " for each in admitted).split("x")) <= 5


def test_after_a_minute_without_a_message_as_many_as_before_are_admitted() -> None:
    time = SettableClock()
    limiter = MessageLimiter(20, time.monotonic)
    for _ in range(2):
        assert [limiter.reserve("a") for _ in range(21)] == [0.0] * 20 + [None]
        time.advance(WINDOW_SECONDS)


def test_what_may_wait_waits_its_turn_at_the_rate_and_what_follows_waits_behind_it() -> None:
    time = SettableClock()
    limiter = SenderLimiter(LIMITS, time.monotonic)
    waits = [limiter.reserve("a", has_files=True) for _ in range(4)]
    assert waits == [0.0, 0.0, 30.0, 60.0]
    assert limiter.reserve("a") == 90.0
    assert limiter.reserve("a") is None
    assert limiter.reserve("a", has_files=True) is None
    time.advance(30)
    assert limiter.reserve("a", has_files=True) == 90.0
    assert limiter.reserve("b") == 0.0


def test_a_text_waits_behind_nothing_but_files() -> None:
    limiter = SenderLimiter(LIMITS, SettableClock().monotonic)
    assert [limiter.reserve("a") for _ in range(4)] == [0.0, 0.0, None, None]


def test_taps_are_no_messages_and_have_a_limit_of_their_own() -> None:
    time = SettableClock()
    limiter = SenderLimiter(LIMITS, time.monotonic)
    assert [limiter.reserve("a", is_tap=True) for _ in range(5)] == [0.0] * 4 + [None]
    assert limiter.reserve("a") == 0.0
    time.advance(15)
    assert limiter.reserve("a", is_tap=True) == 0.0


def test_senders_who_may_write_as_many_again_are_forgotten() -> None:
    time = SettableClock()
    limiter = MessageLimiter(20, time.monotonic)
    for number in range(MAX_KEYS):
        limiter.reserve(str(number))
    time.advance(WINDOW_SECONDS)
    limiter.reserve("new")
    assert len(limiter._buckets) == 1
