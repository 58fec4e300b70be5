"""SRT and WebVTT, as programs and people write them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from models.errors import ErrorCode, RequestRejected
from pipeline.speech.subtitles.cues import Cue, CuePart, CuePlacement, create_cue
from pipeline.speech.subtitles.highlights import merge_highlights
from pipeline.speech.subtitles.markup import strip_tags
from pipeline.speech.subtitles.positions import find_cue_position, find_placement, find_position
from pipeline.speech.subtitles.speaker_names import list_voices, mark_voices
from pipeline.speech.subtitles.timestamps import (
    GROUPS,
    TIMESTAMP,
    is_broken_timing_line,
    match_timing_line,
    to_seconds,
)

_INLINE_TIMESTAMP: Final = re.compile(rf"<\s?{TIMESTAMP}\s?>")
_SETTING: Final = re.compile(r"[A-Za-z]\w*:\S+")  # of a WebVTT cue, or a coordinate of SRT
_DEFAULT_SETTINGS: Final = ("align:start", "position:0%")
_WEBVTT_BLOCK: Final = re.compile(r"(?:NOTE|STYLE|REGION)(?:\s|$)")


@dataclass(slots=True)
class _Block:
    """A timing line and the lines up to the next one."""

    start: float
    end: float
    lines: list[str] = field(default_factory=list)
    settings: str = ""


def is_srt(lines: Sequence[str]) -> bool:
    """Whether this is SRT or WebVTT."""
    return any(match_timing_line(line) or is_broken_timing_line(line) for line in lines)


def parse_cues(lines: Sequence[str]) -> list[Cue]:
    """Parse the cues: each is the text from a timing line to the next one, whatever blank lines lie between.

    Raises RequestRejected (SUBTITLES_UNREADABLE) for a timing line that cannot be read: its text would be lost.
    """
    lines = _join_double_spacing(lines)
    is_webvtt = bool(lines) and lines[0].lstrip("\ufeff").startswith("WEBVTT")
    if is_webvtt:
        lines = list(_drop_webvtt_blocks(lines))
    preamble, blocks = _split_blocks(lines)
    index_gap = _count_trailing_blanks(preamble) if _is_index(preamble) else None
    for block in blocks[:-1]:
        _drop_label(block.lines, index_gap, is_webvtt=is_webvtt)
    _drop_default_settings(blocks)
    return merge_highlights([_build_cue(block) for block in blocks], ["\n".join(block.lines) for block in blocks])


def _join_double_spacing(lines: Sequence[str]) -> list[str]:
    """Take out every second line of a file in which a blank line follows each line."""
    timed = [number for number, line in enumerate(lines) if match_timing_line(line)]
    if not timed or any(number + 1 < len(lines) and lines[number + 1].strip() for number in timed):
        return list(lines)
    kept: list[str] = []
    for line in lines:
        is_spacing = not line.strip() and kept and kept[-1].strip()
        kept.append("\0" if is_spacing else line)
    return [line for line in kept if line != "\0"]


def _drop_webvtt_blocks(lines: Sequence[str]) -> Iterator[str]:
    """Drop comments, style sheets and regions, each of which ends at a blank line."""
    is_dropping, before = False, ""
    for line in lines:
        if not line.strip() or match_timing_line(line):
            is_dropping = False
        elif not before.strip() and _WEBVTT_BLOCK.match(line):
            is_dropping = True
        before = line
        if not is_dropping:
            yield line


def _split_blocks(lines: Sequence[str]) -> tuple[list[str], list[_Block]]:
    """The lines before the first timing line, and the blocks."""
    preamble: list[str] = []
    blocks: list[_Block] = []
    for line in lines:
        if is_broken_timing_line(line):
            raise RequestRejected(ErrorCode.SUBTITLES_UNREADABLE)
        if timing := match_timing_line(line):
            start, end, rest = timing
            blocks.append(_Block(start, end, [_drop_settings(rest)], rest))
        else:
            (blocks[-1].lines if blocks else preamble).append(line)
    return preamble, blocks


def _drop_settings(text: str) -> str:
    """What a timing line says besides times and settings: the cue's text, in some files."""
    return " ".join(part for part in text.split() if not _SETTING.fullmatch(part))


def _is_index(lines: Sequence[str]) -> bool:
    """Whether the last line that is not blank is the number of a cue."""
    last = next((line.strip() for line in reversed(lines) if line.strip()), "")
    return last.lstrip("\ufeff").isdecimal()


def _count_trailing_blanks(lines: Sequence[str]) -> int:
    return next((count for count, line in enumerate(reversed(lines)) if line.strip()), len(lines))


def _drop_label(lines: list[str], index_gap: int | None, *, is_webvtt: bool) -> None:
    """Drop the number, or WebVTT's name, of the next cue from the end of this one's lines.

    A number as far from the timing line as the file's first one is an index, else it is text, unless it stands alone.
    """
    blanks = _count_trailing_blanks(lines)
    label = len(lines) - blanks - 1
    if label < 1:
        return
    stands_alone = blanks == 0 and not lines[label - 1].strip() and label > 1
    is_numbered = index_gap is not None and blanks <= index_gap and _is_index(lines)
    if is_numbered or (stands_alone and (is_webvtt or _is_index(lines))):
        is_doubled = label > 1 and lines[label - 1].strip() == lines[label].strip() and _is_index(lines[:label])
        del lines[label - is_doubled :]


def _build_cue(block: _Block) -> Cue:
    text = "\n".join(line.strip() for line in block.lines if line.strip())
    pieces = _INLINE_TIMESTAMP.split(mark_voices(text))  # text, the groups of a timestamp, text, ...
    parts = [CuePart(strip_tags(pieces[0]), block.start)]
    parts += [
        CuePart(strip_tags(pieces[index + GROUPS]), to_seconds(pieces[index : index + GROUPS]))
        for index in range(1, len(pieces), GROUPS + 1)
    ]
    cue = create_cue(block.start, block.end, parts, find_placement(text) or CuePlacement.DIALOGUE)
    position = find_position(text) or find_cue_position(block.settings, cue.text)
    return replace(cue, position=position, speakers=list_voices(text))


def _drop_default_settings(blocks: Sequence[_Block]) -> None:
    """Forget settings that YouTube gives to all cues of its files, whatever is in the picture."""
    if len(blocks) > 1 and all(set(_DEFAULT_SETTINGS) == set(block.settings.split()) for block in blocks):
        for block in blocks:
            block.settings = ""
