"""Formats few people send, which pysubs2 reads: SAMI, MicroDVD, MPL2 and TMPlayer."""

import re
from typing import Final
from xml.etree.ElementTree import ParseError

import pysubs2
from pysubs2.exceptions import Pysubs2Error

from models.errors import ErrorCode, RequestRejected
from pipeline.speech.subtitles.cues import Cue, CuePart, create_cue
from pipeline.speech.subtitles.markup import strip_tags

_TIMED_LINE: Final = re.compile(r"^\s*\d{1,2}:\d{2}:\d{2}[:;]", re.MULTILINE)
_TIMECODE_LINE: Final = re.compile(rf"{_TIMED_LINE.pattern}\d{{2}}(?!\w)", re.MULTILINE)  # with frames
_MAX_CHARACTERS: Final = 1_000_000  # the time of some of these parsers grows with the square of the size
_FAULTS: Final = (
    Pysubs2Error,
    ParseError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
)


def parse_cues(text: str) -> list[Cue]:
    """Parse the cues of a file whose format pysubs2 knows. Raises RequestRejected (SUBTITLES_UNREADABLE)."""
    if len(text) > _MAX_CHARACTERS or _has_timecodes(text):
        raise RequestRejected(ErrorCode.SUBTITLES_UNREADABLE)
    try:
        found = pysubs2.SSAFile.from_string(text)
    except _FAULTS as error:  # its parsers do not check what they read
        raise RequestRejected(ErrorCode.SUBTITLES_UNREADABLE) from error
    return [
        create_cue(event.start / 1000, event.end / 1000, [CuePart(strip_tags(event.plaintext), event.start / 1000)])
        for event in found
        if not event.is_comment
    ]


def _has_timecodes(text: str) -> bool:
    """Whether most times have frames, as editing programs write them; TMPlayer's parser would take those for text."""
    return 2 * len(_TIMECODE_LINE.findall(text)) > len(_TIMED_LINE.findall(text))
