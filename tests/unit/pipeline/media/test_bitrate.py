"""Bytes into bit rates and sizes."""

import pytest

from models.jobs.film import EncodingOptions
from pipeline.media.bitrate import compute_budget, fit_size, tighten_budget

HD = (1080, 1920)


def test_without_a_limit_nothing_is_bounded() -> None:
    plan = compute_budget(HD, 30, 128_000, EncodingOptions())
    assert plan.rate is None
    assert (plan.width, plan.height) == HD
    assert "maxrate" not in plan.options


@pytest.mark.parametrize("seconds", [1, 10, 44, 90, 600])
def test_the_most_x264_may_spend_fits_the_limit_with_the_sound(seconds: float) -> None:
    plan = compute_budget(HD, seconds, 128_000, EncodingOptions(max_bytes=16_000_000))
    most = int(plan.options["maxrate"]) * seconds + 0.9 * int(plan.options["bufsize"]) + 128_000 * seconds
    assert 0.9 * 16_000_000 < most / 8 <= 16_000_000


def test_a_limit_that_no_film_reaches_bounds_nothing() -> None:
    plan = compute_budget(HD, 6, 128_000, EncodingOptions(max_bytes=2_000_000_000))
    assert "maxrate" not in plan.options


def test_a_minute_and_a_half_for_whatsapp_becomes_720p() -> None:
    plan = compute_budget(HD, 90, 128_000, EncodingOptions(max_bytes=16_000_000))
    assert (plan.width, plan.height) == (720, 1280)


def test_a_picture_is_never_made_larger() -> None:
    assert fit_size((320, 180), 9_000_000) == (320, 180)


@pytest.mark.parametrize("rate", [50_000, 200_000, 400_000, 1_000_000])
def test_a_smaller_picture_keeps_its_shape_and_even_sides(rate: int) -> None:
    width, height = fit_size((1918, 1078), rate)
    assert width % 2 == height % 2 == 0
    assert width / height == pytest.approx(1918 / 1078, rel=0.01)


def test_the_second_attempt_asks_for_less_in_proportion() -> None:
    first = compute_budget(HD, 30, 0, EncodingOptions(max_bytes=10_000_000))
    second = tighten_budget(first, 12_000_000, 10_000_000)
    assert first.rate
    assert second.rate
    assert second.rate == pytest.approx(first.rate * 0.93 * 10 / 12, rel=0.01)


def test_a_film_of_a_larger_source_aims_at_what_it_may_use() -> None:
    limit, seconds, sound = 16_000_000, 60, 128_000
    plan = compute_budget(HD, seconds, sound, EncodingOptions(max_bytes=limit), source_bytes=limit + 1)
    assert (int(plan.options["b"]) + sound) * seconds / 8 == pytest.approx(0.92 * limit, rel=0.01)
    assert "crf" not in plan.options


@pytest.mark.parametrize(("used", "is_missed"), [(1.01, True), (0.99, False), (0.81, False), (0.7, True), (0.2, False)])
def test_a_film_that_uses_too_little_of_its_limit_is_encoded_again(used: float, is_missed: bool) -> None:
    limit = 1_000_000
    plan = compute_budget(HD, 10, 0, EncodingOptions(max_bytes=limit), source_bytes=2 * limit)
    assert plan.is_missed_by(round(used * limit)) is is_missed
    small = compute_budget(HD, 10, 0, EncodingOptions(max_bytes=limit), source_bytes=limit // 2)
    assert small.is_missed_by(round(used * limit)) is (used > 1)


def test_lossless_is_not_asked_for() -> None:
    assert compute_budget(HD, 30, 0, EncodingOptions(crf=0)).options["crf"] == "1"
