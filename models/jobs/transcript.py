"""Transcripts: spoken words with their times."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from models.captions.placement import Anchor, Side, TextPosition

TranscriptEngine = Literal["groq", "local", "given"]

UNKNOWN_LANGUAGE: Final = "und"  # ISO 639's code for it


class Word(BaseModel):
    """One word as displayed; times in seconds from the start of the media.

    Where they are only estimated, its line is highlighted and not the word.
    """

    model_config = ConfigDict(frozen=True)

    text: str = Field(min_length=1, max_length=200)
    start: float = Field(ge=0)
    end: float = Field(ge=0)
    is_speaker_change: bool = False  # somebody else begins to speak here
    has_estimated_times: bool = False
    is_emphasised: bool = False  # chosen to stand out; where no word is, rules choose
    anchor: Anchor | None = None  # where its subtitle stands, if the file says so
    side: Side | None = None
    cue: int | None = Field(
        default=None, ge=0, le=1_000_000
    )  # of a subtitle or translated line: none is joined to another
    cue_end: float | None = Field(default=None, ge=0)  # when that disappears, if whoever wrote the subtitle says so

    @model_validator(mode="after")
    def _validate_times(self) -> "Word":
        if self.end < self.start:
            raise ValueError("a word ends before it starts")
        return self

    @property
    def position(self) -> TextPosition:
        return TextPosition(self.anchor, self.side)


class Transcript(BaseModel):
    """The words of one recording, in spoken order.

    `language` is an ISO 639-1 code. `confidence` is between 0 and 1, or None where the user gave the words.
    """

    model_config = ConfigDict(frozen=True)

    language: str
    words: tuple[Word, ...]
    engine: TranscriptEngine = "given"
    confidence: float | None = None

    @property
    def text(self) -> str:
        return join_words(self.words)


@dataclass(frozen=True, slots=True)
class Correction:
    """What a given transcript corrects: a stored one. `earlier` is how often words of the same file were corrected
    before, which decides on the price; `line_texts` are the texts of lines, by number, that were asked for."""

    transcript_id: uuid.UUID
    earlier: int
    line_texts: Mapping[int, str] | None = None


class SubtitleLine(BaseModel):
    """A line of a text, and from when to when it is said, or shown where that is the time of a cue; seconds."""

    model_config = ConfigDict(frozen=True)

    text: str = Field(min_length=1)
    start: float = Field(ge=0)
    end: float = Field(ge=0)
    is_cue: bool = False
    is_speaker_change: bool = False


class Translation(BaseModel):
    """What was said in another language, line by line; `language` is an ISO 639-1 code."""

    model_config = ConfigDict(frozen=True)

    language: str
    lines: tuple[SubtitleLine, ...]


@dataclass(frozen=True, slots=True)
class EarlierTranslation:
    """The lines of a translation, and the words they were made of before those were corrected."""

    spoken: Transcript
    lines: Translation


def mark_estimated(words: Iterable[Word]) -> tuple[Word, ...]:
    """The same words, with times that are only estimated."""
    return tuple(word.model_copy(update={"has_estimated_times": True}) for word in words)


def mark_given(transcript: Transcript) -> Transcript:
    """The same transcript, as one that nobody hears now."""
    return transcript.model_copy(update={"engine": "given", "confidence": None})


def join_words(words: Sequence[Word]) -> str:
    """Join words into one text."""
    return " ".join(word.text for word in words)
