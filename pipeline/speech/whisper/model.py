"""Whisper base on this machine, by faster-whisper. Runs in the sandbox."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from models.languages import load_languages
from pipeline.speech.audio_reader import SAMPLE_RATE, Samples, to_floats
from pipeline.speech.whisper import weights
from pipeline.speech.whisper.response import WhisperSegment, WhisperToken

MAX_PIECE_SECONDS: Final = 30.0  # seconds that the model sees at once
_TEMPERATURES: Final = (0.0, 0.4)  # the second where the first gives a loop or an improbable text
_MAX_COMPRESSION: Final = 2.4  # ratio, of a text that is no loop (faster-whisper's own limits)
_MIN_LOGPROB: Final = -1.0  # mean, of a text that is probable
_SEED: Final = 1  # of the second temperature's choices: the same recording gives the same text


@dataclass(frozen=True, slots=True)
class HeardPiece:
    """What is said in a piece of a recording; times in seconds from the recording's start."""

    segments: tuple[WhisperSegment, ...]
    tokens: tuple[WhisperToken, ...]

    @property
    def text(self) -> str:
        return " ".join(segment.text for segment in self.segments)

    @property
    def mean_logprob(self) -> float:
        """The mean logarithm of the probability over the piece; minus infinity where nothing is said."""
        seconds = sum(segment.seconds for segment in self.segments)
        total = sum(segment.avg_logprob * segment.seconds for segment in self.segments)
        return total / seconds if seconds else -math.inf

    @property
    def is_doubtful(self) -> bool:
        """Whether a segment is a loop or improbable."""
        return any(
            segment.compression_ratio > _MAX_COMPRESSION or segment.avg_logprob < _MIN_LOGPROB
            for segment in self.segments
        )


class WhisperModel:
    """The loaded model: 330 MB, and 55 more for each thread that hears a piece; 0.16 s of processor for a second of
    speech.

    With `is_persistent` doubtful pieces are heard again at a higher temperature. Its choices are those of a thread's
    own generator: with more than one thread a recording would not always give the same text.
    """

    def __init__(self, threads: int = 1, *, is_persistent: bool = False) -> None:
        import ctranslate2
        import faster_whisper

        ctranslate2.set_random_seed(_SEED)
        self._temperatures = _TEMPERATURES if is_persistent else _TEMPERATURES[:1]
        self._model = faster_whisper.WhisperModel(
            str(weights.FOLDER), device="cpu", compute_type="int8", cpu_threads=1, num_workers=threads
        )

    def detect_languages(self, samples: Samples) -> Mapping[str, float]:
        """The probability of each language in at most half a minute of speech.

        The model sees no more than there is: padded to half a minute, ten seconds cost three times as much.
        """
        sound = to_floats(samples[: round(MAX_PIECE_SECONDS * SAMPLE_RATE)])
        encoded = self._model.encode(self._model.feature_extractor(sound))
        (probabilities,) = self._model.model.detect_language(encoded)
        codes = {whisper: code for code, whisper in load_languages().whisper.items()} | {"zh": "zh"}
        names = ((token.strip("<|>"), probability) for token, probability in probabilities)
        return {codes.get(name, name): probability for name, probability in names}

    def transcribe(self, samples: Samples, language: str, offset: float, prompt: str = "") -> HeardPiece:
        """Transcribe a piece of at most half a minute that begins at `offset` seconds of its recording.

        From `prompt` names take their spelling; it makes other words worse (docs/speech.md).
        """
        found, _ = self._model.transcribe(
            to_floats(samples),
            language=load_languages().to_whisper_code(language),
            temperature=self._temperatures,
            compression_ratio_threshold=_MAX_COMPRESSION,
            log_prob_threshold=_MIN_LOGPROB,
            condition_on_previous_text=False,  # an error, or a loop, would go on in the next piece
            word_timestamps=True,
            hotwords=prompt or None,
        )
        segments, tokens = [], []
        for segment in found:
            segments.append(
                WhisperSegment(
                    start=segment.start + offset,
                    end=segment.end + offset,
                    text=segment.text,
                    avg_logprob=segment.avg_logprob,
                    compression_ratio=segment.compression_ratio,
                    no_speech_prob=segment.no_speech_prob,
                )
            )
            tokens += [
                WhisperToken(
                    word=word.word, start=word.start + offset, end=word.end + offset, probability=word.probability
                )
                for word in segment.words or ()
            ]
        return HeardPiece(tuple(segments), tuple(tokens))
