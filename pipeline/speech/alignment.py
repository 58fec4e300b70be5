"""Forced alignment of a known text with its recording, by pocketsphinx's bundled US English acoustic model."""

from collections.abc import Iterator, Sequence
from typing import Final

import pocketsphinx

from models.words import Word
from pipeline.speech import spelling, timeline
from pipeline.speech.sound import RATE, Samples

_BEAM: Final = 1e-160  # the default 1e-48 loses noisy, fast and high voices; this costs a fifth more (docs/speech.md)
_FRAME: Final = 0.01  # seconds


class Aligner:
    """One decoder reused for all lines: loading it takes 0.15 s, a second of speech about 0.02 s."""

    def __init__(self) -> None:
        self._decoder = pocketsphinx.Decoder(
            samprate=RATE, lm=None, bestpath=False, cmn="batch", loglevel="FATAL", beam=_BEAM, pbeam=_BEAM, wbeam=_BEAM
        )

    def align(self, samples: Samples, texts: Sequence[str], at: float = 0.0) -> tuple[Word, ...]:
        """Return the written words with the times they are spoken; the first sample is at `offset` seconds.

        A word that cannot be pronounced, and a line that does not match the audio at all, gets times in proportion to
        its characters.
        """
        if not texts:
            return ()
        said = [self._keys(text) for text in texts]
        heard = self._heard(samples, [key for keys in said for key in keys])
        whole = (0.0, len(samples) / RATE)
        if heard is None:
            return _moved(timeline.spread(texts, *whole), at)
        spans = list(_joined(said, heard))
        return _moved(timeline.filled(texts, spans, whole), at)

    def _keys(self, text: str) -> tuple[str, ...]:
        """Dictionary words for one token; unknown ones are added with phones derived from their letters."""
        return tuple(key for key in spelling.spoken(text, self._knows) if self._knows(key) or self._taught(key))

    def _knows(self, word: str) -> bool:
        return bool(self._decoder.lookup_word(word))

    def _taught(self, word: str) -> bool:
        phones = spelling.sounds(word)
        if phones:
            self._decoder.add_word(word, phones, True)
        return bool(phones)

    def _heard(self, samples: Samples, keys: Sequence[str]) -> list[timeline.Span] | None:
        if not keys:
            return None
        self._decoder.set_align_text(" ".join(keys))
        self._decoder.start_utt()
        self._decoder.process_raw(samples.tobytes(), full_utt=True)
        self._decoder.end_utt()
        segments = self._decoder.seg() if self._decoder.hyp() else None
        spans = [
            (segment.start_frame * _FRAME, (segment.end_frame + 1) * _FRAME)
            for segment in segments or ()
            if not segment.word.startswith(("<", "[", "+"))
        ]
        return spans if len(spans) == len(keys) else None


def _joined(said: Sequence[Sequence[str]], heard: Sequence[timeline.Span]) -> Iterator[timeline.Span | None]:
    """Join the spans of the dictionary words of each token into the token's span; None for a token without any."""
    rest = iter(heard)
    for keys in said:
        spans = [next(rest) for _ in keys]
        yield (spans[0][0], spans[-1][1]) if spans else None


def _moved(words: Sequence[Word], by: float) -> tuple[Word, ...]:
    return tuple(Word(text=word.text, start=max(0.0, word.start + by), end=max(0.0, word.end + by)) for word in words)
