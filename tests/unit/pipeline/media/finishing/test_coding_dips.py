"""Dips are where peaks are too high, and nowhere else."""

from fractions import Fraction

import av
import numpy as np

from pipeline.media.finishing.coding_dips import CodingDips, Floats, Peaks

RATE = 48_000


def build_frame(seconds: float, start: float = 0.0) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(np.ones((2, round(seconds * RATE)), np.float32), "fltp", "stereo")
    frame.sample_rate, frame.pts, frame.time_base = RATE, round(start * RATE), Fraction(1, RATE)
    return frame


def read_decibels(frame: av.AudioFrame) -> Floats:
    return np.asarray(20 * np.log10(frame.to_ndarray()[1]))


def test_a_peak_is_turned_down_by_what_it_is_too_high_and_the_rest_stays() -> None:
    dips = CodingDips.for_sound(1).extend(Peaks(np.array([0.2, 0.5]), np.array([-6.0, 2.0])), -1)
    heard = read_decibels(dips.apply(build_frame(1)))
    assert np.allclose(heard[round(0.5 * RATE) : round(0.505 * RATE)], -3, atol=0.01)
    assert not heard[: round(0.48 * RATE)].any()
    assert not heard[round(0.52 * RATE) :].any()
    assert np.abs(np.diff(heard)).max() < 0.02  # no step that clicks


def test_dips_add_up_and_are_found_by_the_time_of_a_frame() -> None:
    peak = Peaks(np.array([0.5]), np.array([1.0]))
    dips = CodingDips.for_sound(1).extend(peak, -1).extend(peak, -1)
    assert np.allclose(read_decibels(dips.apply(build_frame(0.005, start=0.5))), -4, atol=0.01)


def test_a_frame_without_a_dip_is_the_same_object() -> None:
    frame = build_frame(0.02)
    assert CodingDips.for_sound(1).apply(frame) is frame
