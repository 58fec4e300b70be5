"""Motions: curves that end at rest, and words that are legible at their time."""

import pytest
from pydantic import ValidationError

from models.captions.motion import LEGIBLE_BLUR, MAX_BLUR_SECONDS, Motion, interpolate_curve, load_motions

MOTIONS = load_motions()


@pytest.mark.parametrize("motion", MOTIONS.values(), ids=MOTIONS.keys())
def test_a_word_is_in_focus_after_the_first_moment(motion: Motion) -> None:
    for step in range(200):
        share = MAX_BLUR_SECONDS / motion.seconds + step / 100
        if motion.blur:
            assert interpolate_curve(motion.blur, share, motion.ease) <= LEGIBLE_BLUR


def test_a_curve_passes_through_its_points_and_stays_at_the_last() -> None:
    curve = ((0.0, 0.9), (0.4, 1.06), (1.0, 1.0))
    assert [interpolate_curve(curve, share, "out") for share in (-1, 0, 0.4, 1, 5)] == [0.9, 0.9, 1.06, 1.0, 1.0]
    assert interpolate_curve(curve, 0.2, "linear") == pytest.approx(0.98)


@pytest.mark.parametrize(
    "fields",
    [
        {"opacity": [[0, 0.4], [1, 1]]},
        {"blur": [[0, 0.2], [1, 0]]},
        {"x": [[0, 0], [1, 0.5]]},
        {"scale": [[0, 0.9], [1, 0.9]]},
        {"scale": [[0, 9], [1, 1]]},
        {"scale": [[0.2, 0.9], [1, 1]]},
        {"scale": [[0, 0.9], [0.5, 1], [0.5, 1.1], [1, 1]]},
        {"scale": [[0, float("nan")], [1, 1]]},
        {"seconds": 0},
        {"seconds": 20},
        {"wobble": 1},
        {"stagger": 0.05, "blur": [[0, 0.1], [0.1, 0], [1, 0]]},
        {"stagger": 0.05, "letters": 0.02},
    ],
    ids=str,
)
def test_a_motion_that_would_fade_or_blur_or_never_end_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Motion.model_validate({"seconds": 0.3, **fields})
