"""Local transcription of English: words by moonshine, their times by pocketsphinx. Runs in the sandbox."""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

from models.errors import ErrorCode, RequestRejected
from models.jobs.transcript import Transcript, Word
from pipeline.progress import ProgressCallback
from pipeline.speech import confidence, moonshine, segmentation, word_timing
from pipeline.speech.alignment import Aligner
from pipeline.speech.audio_reader import SAMPLE_RATE, Samples, WavReader
from pipeline.speech.hallucinations.detection import is_invented

LANGUAGE: Final = "en"
_STAGE: Final = "listening"
_CHECK_SPEEDS: Final = (1.06, 0.94)  # speeds at which pieces are transcribed again, to measure the agreement
_MAX_CHECKED_SECONDS: Final = 600.0  # seconds of a recording that are checked; of longer ones evenly spread pieces
_SILENCE_LEVEL: Final = 10 ** (-70 / 20)  # RMS relative to full scale, below which a piece is skipped
_LINE_PADDING: Final = 0.1  # seconds around a line, as its ends come from a voice activity detector
_LINE_PAUSE: Final = 0.6  # seconds between given words that end a line
_MAX_LINE_SECONDS: Final = 12.0  # seconds of the longest line aligned at once


def transcribe(wav: Path, progress: ProgressCallback) -> Transcript:
    """Transcribe a mono 16 kHz WAV file, assumed to be English.

    Raises RequestRejected: NO_SPEECH if there are no words, SPEECH_UNCLEAR if the confidence is too low to charge the
    user, LANGUAGE_NOT_HEARD if the model is not installed.
    """
    if not moonshine.is_available():
        raise RequestRejected(ErrorCode.LANGUAGE_NOT_HEARD, language=LANGUAGE)
    with WavReader(wav) as recording, moonshine.MoonshineModel() as model:
        timed_words, agreement = _transcribe_pieces(recording, model, progress)
        words = word_timing.order_words(timed_words, recording.seconds)
    if not words:
        raise RequestRejected(ErrorCode.NO_SPEECH)
    if not agreement.is_confident:
        raise RequestRejected(ErrorCode.SPEECH_UNCLEAR)
    return Transcript(language=LANGUAGE, words=words, engine="local", confidence=round(agreement.confidence, 3))


def align(wav: Path, words: Sequence[Word], progress: ProgressCallback) -> tuple[Word, ...]:
    """Align English words with roughly known times, as those of subtitles, to when they are spoken."""
    aligner = Aligner()
    aligned_words: list[Word] = []
    with WavReader(wav) as recording:
        for line in _split_lines(words):
            aligned_words += _align_given_line(aligner, recording, line)
            progress(_STAGE, len(aligned_words) / len(words))
        return word_timing.order_words(aligned_words, recording.seconds)


def _transcribe_pieces(
    recording: WavReader, model: moonshine.MoonshineModel, progress: ProgressCallback
) -> tuple[list[Word], confidence.AgreementCounts]:
    levels = recording.read_levels()
    check_interval = max(1, round(recording.seconds / _MAX_CHECKED_SECONDS))
    aligner = Aligner()
    words: list[Word] = []
    agreement = confidence.AgreementCounts()
    for index, (start, end) in enumerate(segmentation.split_at_pauses(levels)):
        progress(_STAGE, start / recording.seconds)
        if levels[round(start * 100) : round(end * 100)].max(initial=0) < _SILENCE_LEVEL:
            continue
        samples = recording.read_samples(start, end)
        lines, piece_agreement = _transcribe_piece(model, samples, is_checked=index % check_interval == 0)
        words += [word for line in lines for word in _align_line(aligner, samples, line, start)]
        agreement += piece_agreement
        if agreement.is_hopeless:
            break
    progress(_STAGE, 1.0)
    return words, agreement


def _transcribe_piece(
    model: moonshine.MoonshineModel, samples: Samples, *, is_checked: bool
) -> tuple[list[moonshine.SpokenLine], confidence.AgreementCounts]:
    """The lines of one piece to keep, and their agreement; it is empty if the piece is not checked."""
    lines = _list_spoken_lines(model, samples)
    if not is_checked or not lines:
        return lines, confidence.AgreementCounts()
    others = [
        " ".join(line.text for line in _list_spoken_lines(model, moonshine.change_speed(samples, speed)))
        for speed in _CHECK_SPEEDS
    ]
    kept = confidence.confirm_lines([line.text for line in lines], others)
    lines = [line for line, keep in zip(lines, kept, strict=True) if keep]
    seconds = sum(line.end - line.start for line in lines)
    return lines, confidence.measure_agreement([line.text for line in lines], others, seconds)


def _list_spoken_lines(model: moonshine.MoonshineModel, samples: Samples) -> list[moonshine.SpokenLine]:
    return [line for line in model.transcribe(samples) if not is_invented(line.text, line.end - line.start)]


def _align_line(aligner: Aligner, samples: Samples, line: moonshine.SpokenLine, offset: float) -> tuple[Word, ...]:
    first, last = (
        max(0, round((line.start - _LINE_PADDING) * SAMPLE_RATE)),
        round((line.end + _LINE_PADDING) * SAMPLE_RATE),
    )
    return aligner.align(samples[first:last], word_timing.tokenize_text(line.text), offset + first / SAMPLE_RATE)


def _align_given_line(aligner: Aligner, recording: WavReader, line: Sequence[Word]) -> tuple[Word, ...]:
    start = max(0.0, line[0].start - 2 * _LINE_PADDING)
    samples = recording.read_samples(start, line[-1].end + 2 * _LINE_PADDING)
    aligned = aligner.align(samples, [word.text for word in line], start)
    return tuple(
        word.model_copy(update={"start": timed.start, "end": timed.end})
        for word, timed in zip(line, aligned, strict=True)
    )


def _split_lines(words: Sequence[Word]) -> list[list[Word]]:
    """Split given words into lines at pauses and before a line gets too long."""
    numbers: list[int] = []
    line_start = 0.0
    for before, word in zip([None, *words], words, strict=False):
        is_new_line = (
            before is None or word.start - before.end > _LINE_PAUSE or word.end - line_start > _MAX_LINE_SECONDS
        )
        numbers.append((numbers[-1] if numbers else 0) + is_new_line)
        line_start = word.start if is_new_line else line_start
    return [[word for _, word in group] for _, group in groupby(zip(numbers, words, strict=True), key=lambda it: it[0])]
