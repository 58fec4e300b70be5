"""The gain is found however little of it is left by a limiter."""

import pytest

from pipeline.media.finishing.gain_search import find_gain


@pytest.mark.parametrize("slope", [1.0, 0.5, 0.2])
def test_the_gain_is_found_where_a_limiter_takes_most_of_it(slope: float) -> None:
    def measure(gain: float) -> float:
        return -20 + min(gain, 4) + slope * max(0.0, gain - 4)

    assert measure(find_gain(measure, -14, 6, 60)) == pytest.approx(-14, abs=0.1)


def test_a_loudness_out_of_reach_ends_at_the_highest_gain() -> None:
    assert find_gain(lambda gain: -30 + 0.2 * gain, -14, 6, 30) == 30
