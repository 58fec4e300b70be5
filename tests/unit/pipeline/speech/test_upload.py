"""A recording for upload is cut at pauses, and pieces overlap where nobody pauses."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from fakes import sample_speech

from pipeline.media import audio
from pipeline.speech import upload
from pipeline.speech.audio_reader import LEVEL_SECONDS


def talk(path: Path, seconds: float, *pauses: float) -> Path:
    """Noise with half a second of quiet at these times."""
    samples = sample_speech.create_noise(seconds, level=0.1)
    for at in pauses:
        samples[round(at * sample_speech.RATE) : round((at + 0.5) * sample_speech.RATE)] //= 1000
    return sample_speech.write_wav(path, samples)


def test_a_short_recording_is_one_piece(tmp_path: Path) -> None:
    (piece,) = upload.write_pieces(talk(tmp_path / "in.wav", 9.0), tmp_path)
    assert (piece.start, piece.end) == (0.0, 9.0)
    assert piece.path.stat().st_size < 9 * 5_000


def test_a_long_one_is_cut_in_its_pauses_without_a_gap_or_an_overlap(tmp_path: Path) -> None:
    pieces = upload.write_pieces(talk(tmp_path / "in.wav", 38.0, 5.0, 10.0, 23.0), tmp_path, max_seconds=16.0)
    cuts = [piece.start for piece in pieces]
    assert cuts == [0.0, pytest.approx(10.25, abs=0.2), pytest.approx(23.25, abs=0.2)]
    assert pieces[-1].end == 38.0
    assert all(one.end == two.start for one, two in pairwise(pieces))


def test_pieces_overlap_where_nobody_pauses(tmp_path: Path) -> None:
    pieces = upload.write_pieces(talk(tmp_path / "in.wav", 40.0), tmp_path, max_seconds=16.0)
    assert all(one.end - two.start == pytest.approx(upload.OVERLAP_SECONDS) for one, two in pairwise(pieces))
    assert (pieces[0].start, pieces[-1].end) == (0.0, 40.0)


def test_a_piece_holds_the_sound_of_its_time(tmp_path: Path) -> None:
    wav = talk(tmp_path / "in.wav", 12.0, 3.0, 9.0)
    one, two = upload.split_piece(wav, tmp_path, 2.0, 12.0)
    assert (one.start, two.end) == (2.0, 12.0)
    for piece in (one, two):
        assert audio.extract(piece.path, tmp_path / "back.wav") == pytest.approx(piece.seconds, abs=0.03)
    audio.extract(one.path, tmp_path / "back.wav")
    with upload.WavReader(tmp_path / "back.wav") as back:
        levels = back.read_levels()
    quiet = np.flatnonzero(levels < 0.01) * LEVEL_SECONDS
    assert quiet.min() == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize(("start", "end"), [(0.0, 20.0), (5.0, 27.0), (2.0, 12.3)])
def test_a_piece_that_is_split_again_becomes_two_smaller_ones(tmp_path: Path, start: float, end: float) -> None:
    one, two = upload.split_piece(talk(tmp_path / "in.wav", 30.0), tmp_path, start, end)
    assert (one.start, two.end) == (start, end)
    assert two.start <= one.end
    assert max(one.seconds, two.seconds) < 0.8 * (end - start)
    assert one.path != two.path
