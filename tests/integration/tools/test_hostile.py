"""The corpora of `make hostile` that are made in a moment, as many of their files as a moment holds."""

from itertools import pairwise
from pathlib import Path

import pytest

from models.errors import AppError, ErrorCode, RequestRejected
from models.jobs.transcript import Word
from pipeline.jobs.service import SUBTITLE_SUFFIXES
from pipeline.media.probe import measure
from pipeline.speech.subtitles import reader
from pipeline.speech.subtitles.detection import is_subtitles
from tools.hostile import declarations, edit_lists, identities, inventions, subtitles
from tools.hostile.specimens import Specimen


def read_words(data: bytes) -> tuple[Word, ...]:
    """Its words; none where the file is said to be unreadable."""
    try:
        return reader.read(data).words
    except RequestRejected as error:
        if error.code is not ErrorCode.SUBTITLES_UNREADABLE:
            raise
        return ()


def identify(specimen: Specimen, folder: Path) -> str:
    """What a file is taken for: "subtitles", its kind or the code of its refusal."""
    (path := folder / "sent").write_bytes(specimen.data())
    try:
        if is_subtitles(specimen.data()):
            return "subtitles" if reader.read(specimen.data()).words else "nothing"
        return str(measure(path).kind)
    except AppError as error:
        is_named = specimen.name.lower().endswith(SUBTITLE_SUFFIXES) and error.code is ErrorCode.NOT_MEDIA
        return "SUBTITLES_UNREADABLE" if is_named else str(error.code)


def test_damaged_subtitles_are_words_in_their_order_or_refused() -> None:
    found = [read_words(specimen.data()) for specimen in subtitles.corpus(800).specimens]
    for words in found:
        assert all(before.end <= word.start + 1e-6 for before, word in pairwise(words))
    assert 100 < found.count(()) < 400


def test_a_file_under_any_name_is_what_its_bytes_are(tmp_path: Path) -> None:
    for specimen in identities.corpus(tmp_path, 200).specimens:
        assert {identify(specimen, tmp_path)} == specimen.expected, specimen.name


def test_no_channel_is_blind_to_a_file_for_its_name_or_type(tmp_path: Path) -> None:
    declared = {(specimen.name, specimen.mime) for specimen in identities.corpus(tmp_path, 400).specimens}
    assert len(declared) > 150
    assert [pair for pair in declared if declarations.list_blind_channels(*pair)] == []


def test_an_edited_film_is_as_long_as_what_is_shown(tmp_path: Path) -> None:
    for specimen in edit_lists.corpus(tmp_path, 20).specimens:
        (path := tmp_path / specimen.name).write_bytes(specimen.data())
        assert measure(path).seconds == pytest.approx(specimen.seconds, abs=0.15)


def test_of_what_models_say_the_spoken_is_kept_and_the_invented_is_not() -> None:
    assert [outcome.gate for outcome in inventions.judge(200) if not outcome.is_expected] == []
