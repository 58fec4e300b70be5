"""Forced alignment of a known text with its recording, by pocketsphinx's bundled US English acoustic model."""

from collections.abc import Iterator, Sequence
from typing import Final

import pocketsphinx

from models.jobs.transcript import Word, mark_estimated
from pipeline.speech import pronunciation, word_timing
from pipeline.speech.audio_reader import SAMPLE_RATE, Samples, WavReader

_BEAM: Final = 1e-160  # the default 1e-48 loses noisy, fast and high voices; this costs a fifth more (docs/speech.md)
_FRAME_SECONDS: Final = 0.01  # seconds
_LINE_PADDING: Final = 0.2  # seconds around a line, whose words have only roughly known times
_LINE_PAUSE: Final = 0.6  # seconds between words that end a line
_MAX_LINE_SECONDS: Final = 12.0  # seconds of the longest line aligned at once


class Aligner:
    """One decoder reused for all lines: loading it takes 0.15 s, a second of speech about 0.02 s."""

    def __init__(self) -> None:
        self._decoder = pocketsphinx.Decoder(
            samprate=SAMPLE_RATE,
            lm=None,
            bestpath=False,
            cmn="batch",
            loglevel="FATAL",
            beam=_BEAM,
            pbeam=_BEAM,
            wbeam=_BEAM,
        )

    def align(self, samples: Samples, texts: Sequence[str], offset: float = 0.0) -> tuple[Word, ...]:
        """Return the written words with the times they are spoken; the first sample is at `offset` seconds.

        A word that cannot be pronounced, and a line that does not match the audio at all, gets times in proportion to
        its characters: estimates.
        """
        if not texts:
            return ()
        keys_by_token = [self._dictionary_words_for(text) for text in texts]
        word_spans = self._align_words(samples, [key for keys in keys_by_token for key in keys])
        whole_span = (0.0, len(samples) / SAMPLE_RATE)
        if word_spans is None:
            return _shift_words(mark_estimated(word_timing.spread_words(texts, *whole_span)), offset)
        spans = list(_join_spans(keys_by_token, word_spans))
        return _shift_words(word_timing.fill_gaps(texts, spans, whole_span), offset)

    def _dictionary_words_for(self, text: str) -> tuple[str, ...]:
        """Dictionary words for one token; unknown ones are added with phones derived from their letters."""
        return tuple(
            key
            for key in pronunciation.to_spoken_words(text, self._has_word)
            if self._has_word(key) or self._add_word(key)
        )

    def _has_word(self, word: str) -> bool:
        return bool(self._decoder.lookup_word(word))

    def _add_word(self, word: str) -> bool:
        phones = pronunciation.to_phones(word)
        if phones:
            self._decoder.add_word(word, phones, True)
        return bool(phones)

    def _align_words(self, samples: Samples, keys: Sequence[str]) -> list[word_timing.TimeSpan] | None:
        if not keys:
            return None
        self._decoder.set_align_text(" ".join(keys))
        self._decoder.start_utt()
        self._decoder.process_raw(samples.tobytes(), full_utt=True)
        self._decoder.end_utt()
        segments = self._decoder.seg() if self._decoder.hyp() else None
        spans = [
            (segment.start_frame * _FRAME_SECONDS, (segment.end_frame + 1) * _FRAME_SECONDS)
            for segment in segments or ()
            if not segment.word.startswith(("<", "[", "+"))
        ]
        return spans if len(spans) == len(keys) else None


def align_lines(recording: WavReader, words: Sequence[Word]) -> list[Word]:
    """Align English words with roughly known times, as Whisper's or those of subtitles, to when they are spoken."""
    aligner = Aligner()
    return [word for line in _split_lines(words) for word in _align_line(aligner, recording, line)]


def _align_line(aligner: Aligner, recording: WavReader, line: Sequence[Word]) -> Iterator[Word]:
    start = max(0.0, line[0].start - _LINE_PADDING)
    samples = recording.read_samples(start, line[-1].end + _LINE_PADDING)
    aligned = aligner.align(samples, [word.text for word in line], start)
    for word, timed in zip(line, aligned, strict=True):
        yield timed.model_copy(update={"is_speaker_change": word.is_speaker_change})


def _split_lines(words: Sequence[Word]) -> list[list[Word]]:
    """Split words into lines at pauses and before a line gets too long."""
    lines: list[list[Word]] = []
    for word in words:
        line = lines[-1] if lines else []
        if line and word.start - line[-1].end <= _LINE_PAUSE and word.end - line[0].start <= _MAX_LINE_SECONDS:
            line.append(word)
        else:
            lines.append([word])
    return lines


def _join_spans(
    keys_by_token: Sequence[Sequence[str]], word_spans: Sequence[word_timing.TimeSpan]
) -> Iterator[word_timing.TimeSpan | None]:
    """Join the spans of the dictionary words of each token into the token's span; None for a token without any."""
    remaining_spans = iter(word_spans)
    for keys in keys_by_token:
        spans = [next(remaining_spans) for _ in keys]
        yield (spans[0][0], spans[-1][1]) if spans else None


def _shift_words(words: Sequence[Word], offset: float) -> tuple[Word, ...]:
    return tuple(
        word.model_copy(update={"start": max(0.0, word.start + offset), "end": max(0.0, word.end + offset)})
        for word in words
    )
