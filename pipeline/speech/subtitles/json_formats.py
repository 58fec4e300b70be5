"""JSON subtitles: writer of WORDS.json, and readers of YouTube's json3 and of the segments that Whisper writes."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from models.errors import ErrorCode, RequestRejected
from models.jobs.transcript import Transcript, Translation, Word
from pipeline.speech.subtitles.cues import Cue, CuePart, create_cue
from pipeline.speech.subtitles.speaker_names import normalize_name

Content = Mapping[str, Any]


def parse_cues(content: object) -> list[Cue] | None:
    """The cues of a parsed file; None if it is of another kind. Raises RequestRejected (SUBTITLES_UNREADABLE)."""
    for key, read in _READERS.items():
        if isinstance(content, dict) and isinstance(content.get(key), list):
            try:
                return list(read(content))
            except (TypeError, ValueError, LookupError, AttributeError, ArithmeticError) as error:
                raise RequestRejected(ErrorCode.SUBTITLES_UNREADABLE) from error
    return None


def _read_events(content: Content) -> Iterator[Cue]:
    """YouTube's json3: milliseconds, and words with a time from the start of their line."""
    for event in content["events"]:
        start = event.get("tStartMs", 0) / 1000
        parts = [
            CuePart(str(segment["utf8"]), start + segment.get("tOffsetMs", 0) / 1000)
            for segment in event.get("segs", ())
            if "utf8" in segment
        ]
        yield create_cue(start, start + event.get("dDurationMs", 0) / 1000, parts)


def _read_segments(content: Content) -> Iterator[Cue]:
    """Whisper's: seconds, and where it was asked for them, words with their times, and speakers."""
    for segment in content["segments"]:
        start, end = float(segment["start"]), float(segment["end"])
        words = [CuePart(str(word["word"]), float(word["start"])) for word in segment.get("words", ())]
        cue = create_cue(start, end, words or [CuePart(str(segment["text"]), start)])
        yield replace(cue, speakers=normalize_name(str(segment.get("speaker") or "")))


_READERS: Final[dict[str, Callable[[Content], Iterator[Cue]]]] = {
    "events": _read_events,
    "segments": _read_segments,
}


def to_words_json(transcript: Transcript, translation: Translation | None = None) -> str:
    words = [_to_fields(word) for word in transcript.words]
    below = {"translation": translation.model_dump(mode="json")} if translation else {}
    return json.dumps({"language": transcript.language, "words": words, **below}, ensure_ascii=False, indent=1) + "\n"


def _to_fields(word: Word) -> dict[str, object]:
    fields: dict[str, object] = {"text": word.text, "start": round(word.start, 3), "end": round(word.end, 3)}
    return fields | ({"has_estimated_times": True} if word.has_estimated_times else {})
