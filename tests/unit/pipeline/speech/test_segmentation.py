from itertools import pairwise

import numpy as np

from pipeline.speech import segmentation
from pipeline.speech.audio_reader import LEVEL_SECONDS


def talk(seconds: float, *pauses: float) -> np.ndarray:
    levels = np.full(round(seconds / LEVEL_SECONDS), 0.1, np.float32)
    for at in pauses:
        levels[round(at / LEVEL_SECONDS) : round((at + 0.5) / LEVEL_SECONDS)] = 0.001
    return levels


def test_a_short_recording_is_one_piece() -> None:
    assert segmentation.split_at_pauses(talk(20)) == ((0.0, 20.0),)


def test_a_long_recording_is_cut_in_its_pauses() -> None:
    first, second = (end for _, end in segmentation.split_at_pauses(talk(60, 8, 17, 38))[:2])
    assert 17.1 < first < 17.4
    assert 38.1 < second < 38.4


def test_pieces_cover_everything_and_none_is_too_long() -> None:
    found = segmentation.split_at_pauses(talk(333, 20, 50, 51, 52, 200))
    assert found[0][0] == 0.0
    assert found[-1][1] == 333.0
    assert all(one[1] == two[0] for one, two in pairwise(found))
    assert all(end - start <= segmentation.MAX_PIECE_SECONDS + LEVEL_SECONDS for start, end in found)


def test_an_empty_recording_has_no_pieces() -> None:
    assert segmentation.split_at_pauses(np.zeros(0, np.float32)) == ()
