"""How long is waited before something is tried again."""

from datetime import timedelta

import pytest

from models.retries import DELIVERY_RETRIES, EVENT_RETRIES, JOB_RETRIES, Backoff, RetryPolicy


def test_a_backoff_grows_by_its_factor_up_to_its_maximum_however_often_it_fails() -> None:
    backoff = Backoff(first=2, maximum=50, factor=3)
    assert [backoff.delay_for(attempt) for attempt in (1, 2, 3, 4, 5, 10_000)] == [2, 6, 18, 50, 50, 50]


def test_jitter_makes_no_two_alike_and_none_further_off_than_its_share() -> None:
    delays = {Backoff(first=10, maximum=10, jitter=0.5).delay_for(1) for _ in range(50)}
    assert len(delays) > 1
    assert 5 <= min(delays) < max(delays) <= 15


@pytest.mark.parametrize(
    ("policy", "delays"),
    [(JOB_RETRIES, [5, 30]), (DELIVERY_RETRIES, [2, 4, 8, 16]), (EVENT_RETRIES, [2, 4, 8, 16])],
)
def test_each_policy_waits_as_long_as_it_is_documented(policy: RetryPolicy, delays: list[int]) -> None:
    assert [policy.delay_for(attempt) for attempt in range(1, len(delays) + 1)] == [
        timedelta(seconds=delay) for delay in delays
    ]
