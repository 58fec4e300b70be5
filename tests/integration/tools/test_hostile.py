"""The corpora of `make hostile` that are made in a moment, as many of their files as a moment holds."""

from itertools import pairwise

from models.errors import ErrorCode, RequestRejected
from models.jobs.transcript import Word
from pipeline.speech.subtitles import reader
from tools.hostile import subtitles


def read_words(data: bytes) -> tuple[Word, ...]:
    """Its words; none where the file is said to be unreadable."""
    try:
        return reader.read(data).words
    except RequestRejected as error:
        if error.code is not ErrorCode.SUBTITLES_UNREADABLE:
            raise
        return ()


def test_damaged_subtitles_are_words_in_their_order_or_refused() -> None:
    found = [read_words(specimen.data()) for specimen in subtitles.corpus(800).specimens]
    for words in found:
        assert all(before.end <= word.start + 1e-6 for before, word in pairwise(words))
    assert 100 < found.count(()) < 400
