"""Timestamps of subtitle files: read as tolerantly as people's files need, and written."""

import re
from collections.abc import Sequence
from typing import Final

# hours may be missing; one to six digits of a fraction after a full stop, a comma or a colon, or none; a sign
TIMESTAMP: Final = r"([-+−]?)(?:(\d{1,3})\s?:\s?)?(\d{1,3})\s?:\s?(\d{1,2})(?:\s?[.,:]\s?(\d{1,6}))?(?!\d)"
GROUPS: Final = 5  # of one timestamp in a pattern
_ARROW: Final = r"(?:-{1,3}\s?[>›»]|[–—−=]{1,3}>|→)"
_TIMING_LINE: Final = re.compile(
    rf"\s*\[?{TIMESTAMP}\s*{_ARROW}\s*{TIMESTAMP}\]?(.*)"
)  # in brackets as whisper.cpp prints
_DASH_TIMING_LINE: Final = re.compile(rf"\s*{TIMESTAMP}\s*[–—−=]{{1,3}}\s*{TIMESTAMP}\s*()")
_CLOCK: Final = r"()(\d{1,3}):(\d{2}):(\d{2})\.(\d{2,3})"
_COMMA_TIMING_LINE: Final = re.compile(rf"\s*{_CLOCK},\s?{_CLOCK}\s*()")  # of YouTube's SBV, and of SubViewer
_BROKEN_TIMING_LINE: Final = re.compile(r"\W{0,3}\d{1,3}\s?[:;.,].{0,30}-->\s*\S")
_SINGLE: Final = re.compile(rf"\s*{TIMESTAMP}\s*")


def match_timing_line(line: str) -> tuple[float, float, str] | None:
    """Start and end of a cue, seconds, and what follows them, if this line is the timing of one."""
    found = _TIMING_LINE.fullmatch(line) or _COMMA_TIMING_LINE.fullmatch(line) or _match_dash(line)
    if found is None:
        return None
    groups = found.groups()
    return to_seconds(groups[:GROUPS]), to_seconds(groups[GROUPS : 2 * GROUPS]), groups[-1]


def _match_dash(line: str) -> re.Match[str] | None:
    """Match times with a dash between them, if they have hours or a fraction: "9:00 – 10:30" is when people meet."""
    found = _DASH_TIMING_LINE.fullmatch(line)
    return found if found and found.group(2, 5) != (None, None) != found.group(GROUPS + 2, GROUPS + 5) else None


def is_broken_timing_line(line: str) -> bool:
    """Whether a line is meant to time a cue and cannot be read."""
    return _BROKEN_TIMING_LINE.match(line) is not None and match_timing_line(line) is None


def parse_timestamp(text: str) -> float | None:
    """Seconds of a text that is a timestamp."""
    found = _SINGLE.fullmatch(text[:40])
    return to_seconds(found.groups()) if found else None


def to_seconds(groups: Sequence[str | None]) -> float:
    """Seconds of the groups that `TIMESTAMP` matched; below 0 with a minus sign."""
    sign, hours, minutes, seconds, fraction = groups
    total = (
        int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0) + float(f"0.{to_ascii_digits(fraction)}")
    )
    return -total if sign in {"-", "−"} else total


def to_ascii_digits(digits: str | None) -> str:
    """ASCII digits of a number in any script's digits, with its leading zeros; "0" for none."""
    return "".join(str(int(digit)) for digit in digits) if digits else "0"


def format_timestamp(seconds: float, decimal_mark: str) -> str:
    """A timestamp of SRT or WebVTT, whose milliseconds have another mark before them in each."""
    total = round(seconds * 1000)
    minutes, milli = divmod(total, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{milli // 1000:02}{decimal_mark}{milli % 1000:03}"


def format_ass_timestamp(seconds: float) -> str:
    """A timestamp of ASS, in centiseconds."""
    minutes, centi = divmod(to_centiseconds(seconds), 6000)
    return f"{minutes // 60}:{minutes % 60:02}:{centi // 100:02}.{centi % 100:02}"


def to_centiseconds(seconds: float) -> int:
    """Centiseconds, in which ASS has its times."""
    return round(seconds * 100)
