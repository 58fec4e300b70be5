"""So many a second, and no more at once after a pause."""

import pytest

from bots.core.rate_limit import TokenBucket


def available(bucket: TokenBucket, now: float) -> int:
    bucket.refill(now)
    return bucket.count_available()


def test_it_begins_with_what_may_be_done_at_once() -> None:
    assert available(TokenBucket(25, 12), 100.0) == 12


def test_what_was_done_comes_back_at_its_rate() -> None:
    throttle = TokenBucket(25, 12)
    throttle.take(available(throttle, 0.0))
    assert available(throttle, 0.0) == 0
    assert available(throttle, 0.2) == 5
    assert available(throttle, 0.24) == 6


def test_nobody_saves_up_while_nothing_is_to_be_done() -> None:
    throttle = TokenBucket(25, 12)
    assert available(throttle, 0.0) == available(throttle, 3600.0) == 12


def test_in_a_minute_no_more_is_done_than_the_rate_allows() -> None:
    throttle, done = TokenBucket(25, 12), 0
    for step in range(600):
        count = available(throttle, step / 10)
        throttle.take(count)
        done += count
    assert 25 * 59 <= done <= 25 * 60 + 12


def test_a_clock_that_goes_back_gives_nothing() -> None:
    throttle = TokenBucket(25, 12)
    throttle.take(available(throttle, 3600.0))
    assert available(throttle, 0.0) == 0


def test_it_tells_how_long_to_wait_for_so_many() -> None:
    throttle = TokenBucket(4, 8)
    assert throttle.get_wait_seconds(8) == 0
    throttle.take(8)
    assert throttle.get_wait_seconds() == pytest.approx(0.25)
    assert throttle.get_wait_seconds(6) == pytest.approx(1.5)
    throttle.refill(0.0)
    throttle.refill(1.0)
    assert throttle.get_wait_seconds(6) == pytest.approx(0.5)
