"""So many a second, and no more at once after a pause."""

from datetime import timedelta

from fakes.clock import NOON

from bots.core.token_bucket import TokenBucket


def test_it_begins_with_what_may_be_done_at_once() -> None:
    assert TokenBucket(25, 12).count_available(NOON) == 12


def test_what_was_done_comes_back_at_its_rate() -> None:
    throttle = TokenBucket(25, 12)
    throttle.take(throttle.count_available(NOON))
    assert throttle.count_available(NOON) == 0
    assert throttle.count_available(NOON + timedelta(milliseconds=200)) == 5
    assert throttle.count_available(NOON + timedelta(milliseconds=240)) == 6


def test_nobody_saves_up_while_nothing_is_to_be_done() -> None:
    throttle = TokenBucket(25, 12)
    assert throttle.count_available(NOON) == throttle.count_available(NOON + timedelta(hours=1)) == 12


def test_in_a_minute_no_more_is_done_than_the_rate_allows() -> None:
    throttle, done = TokenBucket(25, 12), 0
    for step in range(600):
        count = throttle.count_available(NOON + timedelta(milliseconds=100 * step))
        throttle.take(count)
        done += count
    assert 25 * 59 <= done <= 25 * 60 + 12


def test_a_clock_that_goes_back_gives_nothing() -> None:
    throttle = TokenBucket(25, 12)
    throttle.take(throttle.count_available(NOON))
    assert throttle.count_available(NOON - timedelta(hours=1)) == 0
