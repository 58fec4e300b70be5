"""Local transcription of English: words by moonshine, their times by pocketsphinx. Runs in the sandbox."""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

from models.errors import Code, Refused
from models.words import Transcript, Word
from pipeline.progress import Progress
from pipeline.speech import certainty, hearing, pieces, timeline
from pipeline.speech.alignment import Aligner
from pipeline.speech.sound import RATE, Recording, Samples

LANGUAGE: Final = "en"
_STAGE: Final = "listening"
_SPEEDS: Final = (1.06, 0.94)  # speeds at which pieces are transcribed again, to measure the agreement
_CHECKED: Final = 600.0  # seconds of a recording that are checked; of longer ones evenly spread pieces
_SILENT: Final = 10 ** (-70 / 20)  # RMS relative to full scale, below which a piece is skipped
_PAD: Final = 0.1  # seconds around a line, as its ends come from a voice activity detector
_PAUSE: Final = 0.6  # seconds between given words that end a line
_LINE: Final = 12.0  # seconds of the longest line aligned at once


def transcribe(wav: Path, progress: Progress) -> Transcript:
    """Transcribe a mono 16 kHz WAV file, assumed to be English.

    Raises Refused: NO_SPEECH if there are no words, SPEECH_UNCLEAR if the confidence is too low to charge the user,
    LANGUAGE_NOT_HEARD if the model is not installed.
    """
    if not hearing.available():
        raise Refused(Code.LANGUAGE_NOT_HEARD, language=LANGUAGE)
    with Recording(wav) as recording, hearing.Ear() as ear:
        heard, evidence = _heard(recording, ear, progress)
        words = timeline.ordered(heard, recording.seconds)
    if not words:
        raise Refused(Code.NO_SPEECH)
    if not evidence.sure:
        raise Refused(Code.SPEECH_UNCLEAR)
    return Transcript(language=LANGUAGE, words=words, engine="local", confidence=round(evidence.confidence, 3))


def align(wav: Path, words: Sequence[Word], progress: Progress) -> tuple[Word, ...]:
    """Align English words with roughly known times, as those of subtitles, to when they are spoken."""
    aligner = Aligner()
    done: list[Word] = []
    with Recording(wav) as recording:
        for line in _lines(words):
            done += _aligned(aligner, recording, line)
            progress(_STAGE, len(done) / len(words))
        return timeline.ordered(done, recording.seconds)


def align_text(wav: Path, text: str) -> tuple[Word, ...]:
    """Align a known English text that is all the speech of a recording of up to a few minutes."""
    with Recording(wav) as recording:
        words = Aligner().align(recording.samples(), timeline.tokens(text))
        return timeline.ordered(words, recording.seconds)


def _heard(recording: Recording, ear: hearing.Ear, progress: Progress) -> tuple[list[Word], certainty.Evidence]:
    levels = recording.levels()
    every = max(1, round(recording.seconds / _CHECKED))
    aligner = Aligner()
    words: list[Word] = []
    evidence = certainty.Evidence()
    for index, (start, end) in enumerate(pieces.cut(levels)):
        progress(_STAGE, start / recording.seconds)
        if levels[round(start * 100) : round(end * 100)].max(initial=0) < _SILENT:
            continue
        samples = recording.samples(start, end)
        lines, seen = _piece(ear, samples, check=index % every == 0)
        words += [word for line in lines for word in _timed(aligner, samples, line, start)]
        evidence += seen
        if evidence.hopeless:
            break
    progress(_STAGE, 1.0)
    return words, evidence


def _piece(ear: hearing.Ear, samples: Samples, *, check: bool) -> tuple[list[hearing.Line], certainty.Evidence]:
    """The lines of one piece to keep, and their agreement; it is empty if the piece is not checked."""
    lines = list(ear.hear(samples))
    if not check or not lines:
        return lines, certainty.Evidence()
    others = [" ".join(line.text for line in ear.hear(hearing.played(samples, speed))) for speed in _SPEEDS]
    kept = certainty.confirmed([line.text for line in lines], others)
    lines = [line for line, keep in zip(lines, kept, strict=True) if keep]
    seconds = sum(line.end - line.start for line in lines)
    return lines, certainty.weighed([line.text for line in lines], others, seconds)


def _timed(aligner: Aligner, samples: Samples, line: hearing.Line, at: float) -> tuple[Word, ...]:
    first, last = max(0, round((line.start - _PAD) * RATE)), round((line.end + _PAD) * RATE)
    return aligner.align(samples[first:last], timeline.tokens(line.text), at + first / RATE)


def _aligned(aligner: Aligner, recording: Recording, line: Sequence[Word]) -> tuple[Word, ...]:
    start = max(0.0, line[0].start - 2 * _PAD)
    samples = recording.samples(start, line[-1].end + 2 * _PAD)
    return aligner.align(samples, [word.text for word in line], start)


def _lines(words: Sequence[Word]) -> list[list[Word]]:
    """Split given words into lines at pauses and before a line gets too long."""
    numbers: list[int] = []
    begun = 0.0
    for before, word in zip([None, *words], words, strict=False):
        new = before is None or word.start - before.end > _PAUSE or word.end - begun > _LINE
        numbers.append((numbers[-1] if numbers else 0) + new)
        begun = word.start if new else begun
    return [[word for _, word in group] for _, group in groupby(zip(numbers, words, strict=True), key=lambda it: it[0])]
