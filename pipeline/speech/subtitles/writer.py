"""Transcripts written as WORDS.json, SRT, WebVTT, ASS and plain text, with translations below their lines."""

import html
import json
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from models.jobs.transcript import Transcript, Translation, Word
from models.languages import load_languages

_LINE_CHARACTERS: Final = 42  # characters, a broadcasting convention
_MAX_LINES: Final = 2
_MAX_CAPTION_SECONDS: Final = 6.0  # seconds, maximum duration of a caption
_CAPTION_PAUSE: Final = 0.6  # seconds that end a caption
_PARAGRAPH_PAUSE: Final = 2.0  # seconds that end a paragraph
_SENTENCE_ENDS: Final = (".", "!", "?", "…", "。", "！", "？", "؟", "।")
_ASS_HEADER: Final = """\
[Script Info]
ScriptType: v4.00+
PlayResX: 1280
PlayResY: 720
WrapStyle: 0

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, \
StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Words,Arial,48,&H0000E5FF,&H00FFFFFF,&H00000000,&H80000000,-1,0,0,0,100,100,0,0,1,3,1,2,60,60,60,1
{translation}
[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""
_ASS_TRANSLATION: Final = """\
Style: Translation,Arial,36,&H00FFFFFF,&H00FFFFFF,&H00000000,&H80000000,0,0,0,0,100,100,0,0,1,3,1,2,60,60,60,1
"""

_ASS_ESCAPES: Final = str.maketrans("{}\\\n\r", "()/  ")

WordGroup = Sequence[Word]


def to_words_json(transcript: Transcript, translation: Translation | None = None) -> str:
    words = [_to_fields(word) for word in transcript.words]
    below = {"translation": translation.model_dump(mode="json")} if translation else {}
    return json.dumps({"language": transcript.language, "words": words, **below}, ensure_ascii=False, indent=1) + "\n"


def _to_fields(word: Word) -> dict[str, object]:
    fields: dict[str, object] = {"text": word.text, "start": round(word.start, 3), "end": round(word.end, 3)}
    return fields | ({"has_estimated_times": True} if word.has_estimated_times else {})


class TimedText(NamedTuple):
    """Text of one or two lines that is shown from `start` to `end`, seconds of the media."""

    start: float
    end: float
    text: str


def list_captions(transcript: Transcript) -> list[TimedText]:
    """The transcript as subtitles."""
    return [
        TimedText(group[0].start, group[-1].end, _break_lines(group, transcript)) for group in group_words(transcript)
    ]


def _list_cues(transcript: Transcript, translation: Translation | None) -> list[tuple[WordGroup, str]]:
    """Words of each caption, and the translation below them, which is empty where no line has its time."""
    if translation is None:
        return [(group, "") for group in group_words(transcript)]
    groups = group_words(transcript, max_lines=1)
    return list(zip(groups, _match_lines(groups, translation), strict=True))


def _match_lines(groups: Sequence[WordGroup], translation: Translation) -> Iterator[str]:
    remaining = deque(translation.lines)
    for group in groups:
        has_line = bool(remaining) and remaining[0].start == group[0].start
        yield _dash_for(group[0]) + remaining.popleft().text if has_line else ""


def to_srt(transcript: Transcript, translation: Translation | None = None) -> str:
    blocks = []
    for number, (group, below) in enumerate(_list_cues(transcript, translation), start=1):
        times = f"{_format_timestamp(group[0].start, ',')} --> {_format_timestamp(group[-1].end, ',')}"
        whole = _join_turn(group, transcript) if translation else _break_lines(group, transcript)
        text = f"{whole}\n{below}".rstrip("\n")
        blocks.append(f"{number}\n{times}\n{_escape_arrow(text)}\n")
    return "\n".join(blocks)


def to_vtt(transcript: Transcript, translation: Translation | None = None) -> str:
    """Convert to WebVTT, each word preceded by its time in a timestamp tag, but for lines with estimated times."""
    blocks = ["WEBVTT\n"]
    separator = _separator_for(transcript)
    for group, below in _list_cues(transcript, translation):
        tags = [f"<{_format_timestamp(word.start, '.')}>" if _has_word_times(group) else "" for word in group[1:]]
        text = _dash_for(group[0]) + separator.join(
            f"{tag}{html.escape(word.text, quote=False)}" for tag, word in zip(["", *tags], group, strict=True)
        )
        times = f"{_format_timestamp(group[0].start, '.')} --> {_format_timestamp(group[-1].end, '.')}"
        lower = f"\n{html.escape(below, quote=False)}" if below else ""
        blocks.append(f"{times}\n{text}{lower}\n")
    return "\n".join(blocks)


def to_ass(transcript: Transcript, translation: Translation | None = None) -> str:
    """Convert to ASS with karaoke tags: each word fills with colour when it is spoken, a line with estimated times at
    once.
    """
    separator = _separator_for(transcript)
    events = []
    for group, below in _list_cues(transcript, translation):
        karaoke = separator.join(
            f"{tag}{_escape_ass(word.text)}" for tag, word in zip(_list_karaoke_tags(group), group, strict=True)
        )
        lower = f"\\N{{\\rTranslation}}{_escape_ass(below)}" if below else ""
        events.append(
            f"Dialogue: 0,{_format_ass_timestamp(group[0].start)},{_format_ass_timestamp(group[-1].end)}"
            f",Words,,0,0,0,,{_dash_for(group[0])}{karaoke}{lower}\n"
        )
    return _ASS_HEADER.format(translation=_ASS_TRANSLATION if translation else "") + "".join(events)


def _list_karaoke_tags(group: WordGroup) -> list[str]:
    if not _has_word_times(group):
        return ["{\\k0}", *[""] * (len(group) - 1)]
    ends = [*(word.start for word in group[1:]), group[-1].end]
    return [
        f"{{\\k{_to_centiseconds(end) - _to_centiseconds(word.start)}}}" for word, end in zip(group, ends, strict=True)
    ]


def _has_word_times(group: WordGroup) -> bool:
    return not any(word.has_estimated_times for word in group)


def to_txt(transcript: Transcript, translation: Translation | None = None) -> str:
    """Convert to plain text: one sentence a line, and an empty line where the speaker paused for two seconds. With a
    translation each line is followed by its own, and an empty line.
    """
    if translation:
        cues = _list_cues(transcript, translation)
        return "\n".join(f"{_join_turn(group, transcript)}\n{below}".rstrip("\n") + "\n" for group, below in cues)
    lines: list[str] = []
    sentence: list[Word] = []
    for before, word in zip([None, *transcript.words], transcript.words, strict=False):
        is_paragraph = before is not None and word.start - before.end > _PARAGRAPH_PAUSE
        if is_paragraph or word.is_speaker_change:
            lines += [_join_turn(sentence, transcript)] if sentence else []
            lines += [""] if is_paragraph else []
            sentence = []
        sentence.append(word)
        if word.text.rstrip("\"'”’»)").endswith(_SENTENCE_ENDS):
            lines.append(_join_turn(sentence, transcript))
            sentence = []
    return "\n".join([*lines, _join_turn(sentence, transcript)]).strip() + "\n"


def group_words(transcript: Transcript, max_lines: int = _MAX_LINES) -> list[list[Word]]:
    """Group words into readable captions: lines of 42 characters, 6 s, ending at sentences and pauses."""
    groups: list[list[Word]] = []
    for word in transcript.words:
        if groups and _can_add(groups[-1], word, transcript, max_lines * _LINE_CHARACTERS):
            groups[-1].append(word)
        else:
            groups.append([word])
    return groups


def _can_add(group: WordGroup, word: Word, transcript: Transcript, max_characters: int) -> bool:
    characters = len(join_group([*group, word], transcript))
    is_long_enough = len(join_group(group, transcript)) > _LINE_CHARACTERS // 2
    return (
        characters <= max_characters
        and word.end - group[0].start <= _MAX_CAPTION_SECONDS
        and word.start - group[-1].end <= _CAPTION_PAUSE
        and not word.is_speaker_change
        and not (is_long_enough and group[-1].text.endswith(_SENTENCE_ENDS))
    )


def _break_lines(group: WordGroup, transcript: Transcript) -> str:
    """One line if the text fits, else two of lengths as equal as possible."""
    whole = _join_turn(group, transcript)
    if len(whole) <= _LINE_CHARACTERS or len(group) == 1:
        return whole
    halves = [
        (_join_turn(group[:cut], transcript), join_group(group[cut:], transcript)) for cut in range(1, len(group))
    ]
    return "\n".join(min(halves, key=lambda pair: max(map(len, pair))))


def _escape_arrow(text: str) -> str:
    """Replace arrows, which an SRT parser takes for a timing line."""
    return text.replace("-->", "→")


def join_group(words: WordGroup, transcript: Transcript) -> str:
    """Join words as the transcript's language is written."""
    return _separator_for(transcript).join(word.text for word in words)


def _join_turn(words: WordGroup, transcript: Transcript) -> str:
    """Join words, with a dash before the first words of another speaker."""
    return _dash_for(words[0]) + join_group(words, transcript) if words else ""


def _dash_for(word: Word) -> str:
    return "- " if word.is_speaker_change else ""


def _separator_for(transcript: Transcript) -> str:
    return "" if transcript.language in load_languages().spaceless else " "


def _escape_ass(text: str) -> str:
    return text.translate(_ASS_ESCAPES)


def _format_timestamp(seconds: float, decimal_mark: str) -> str:
    total = round(seconds * 1000)
    minutes, milli = divmod(total, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{milli // 1000:02}{decimal_mark}{milli % 1000:03}"


def _format_ass_timestamp(seconds: float) -> str:
    minutes, centi = divmod(_to_centiseconds(seconds), 6000)
    return f"{minutes // 60}:{minutes % 60:02}:{centi // 100:02}.{centi % 100:02}"


def _to_centiseconds(seconds: float) -> int:
    return round(seconds * 100)


WRITERS: Final[dict[str, Callable[[Transcript, Translation | None], str]]] = {
    ".json": to_words_json,
    ".srt": to_srt,
    ".vtt": to_vtt,
    ".ass": to_ass,
    ".txt": to_txt,
}


def write(transcript: Transcript, suffix: str, translation: Translation | None = None) -> str:
    """Return the transcript in the format of a suffix: .json, .srt, .vtt, .ass or .txt. Raises KeyError for another.

    A translation is one of this transcript, with at most a line for each of its lines.
    """
    return WRITERS[suffix.lower()](transcript, translation)
