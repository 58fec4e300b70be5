"""Transcripts written as WORDS.json, SRT, WebVTT, ASS and plain text, with translations below their lines."""

import html
import sys
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Final, NamedTuple

from models.jobs.transcript import Transcript, Translation, Word
from models.languages import load_languages
from models.sentences import is_sentence_end
from pipeline.captions.phrase_breaks import list_phrase_cuts, take_open_phrase
from pipeline.speech.subtitles.json_formats import to_words_json
from pipeline.speech.subtitles.timestamps import format_ass_timestamp, format_timestamp, to_centiseconds

_LINE_CHARACTERS: Final = 42  # characters, a broadcasting convention
_MAX_LINES: Final = 2
_MAX_CAPTION_SECONDS: Final = 6.0  # seconds, maximum duration of a caption
_CAPTION_PAUSE: Final = 0.6  # seconds that end a caption
_PHRASE_CONTEXT: Final = 4  # words that tell where the phrase before them ends
_PARAGRAPH_PAUSE: Final = 2.0  # seconds that end a paragraph
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


class WordCue(NamedTuple):
    """Words of a caption, and the translation below them; None without one."""

    words: WordGroup
    below: str | None = None

    @property
    def turn_below(self) -> str:
        return _dash_for(self.words[0]) + self.below if self.below else ""


def list_cues(transcript: Transcript, translation: Translation | None = None) -> list[WordCue]:
    """The captions of a transcript. Of a translation there is at most a line for each line."""
    if translation is None:
        return [WordCue(group) for group in group_words(transcript)]
    groups = group_words(transcript, max_lines=1, starts=frozenset(line.start for line in translation.lines))
    return [WordCue(group, below) for group, below in zip(groups, _match_lines(groups, translation), strict=True)]


def _match_lines(groups: Sequence[WordGroup], translation: Translation) -> Iterator[str]:
    """The line below each caption, which is empty where no line has its time."""
    remaining = deque(translation.lines)
    for group in groups:
        has_line = bool(remaining) and remaining[0].start == group[0].start
        yield remaining.popleft().text if has_line else ""


def _format_srt(cues: Sequence[WordCue], transcript: Transcript) -> str:
    blocks = []
    for number, cue in enumerate(cues, start=1):
        group, is_single = cue.words, cue.below is None
        times = f"{format_timestamp(group[0].start, ',')} --> {format_timestamp(group[-1].end, ',')}"
        whole = join_turn(group, transcript)
        text = _break_lines(group, transcript) if is_single else f"{whole}\n{cue.turn_below}".rstrip("\n")
        blocks.append(f"{number}\n{times}\n{_escape_arrow(text)}\n")
    return "\n".join(blocks)


def _format_vtt(cues: Sequence[WordCue], transcript: Transcript) -> str:
    """WebVTT, each word preceded by its time in a timestamp tag, but for lines with estimated times."""
    blocks = ["WEBVTT\n"]
    separator = _separator_for(transcript)
    for cue in cues:
        group, below = cue.words, cue.turn_below
        tags = [f"<{format_timestamp(word.start, '.')}>" if _has_word_times(group) else "" for word in group[1:]]
        text = _dash_for(group[0]) + separator.join(
            f"{tag}{html.escape(word.text, quote=False)}" for tag, word in zip(["", *tags], group, strict=True)
        )
        times = f"{format_timestamp(group[0].start, '.')} --> {format_timestamp(group[-1].end, '.')}"
        lower = f"\n{html.escape(below, quote=False)}" if below else ""
        blocks.append(f"{times}\n{text}{lower}\n")
    return "\n".join(blocks)


def _format_ass(cues: Sequence[WordCue], transcript: Transcript) -> str:
    """ASS with karaoke tags: each word fills with colour when it is spoken, a line with estimated times at once."""
    separator = _separator_for(transcript)
    events = []
    for cue in cues:
        group, below = cue.words, cue.turn_below
        karaoke = separator.join(
            f"{tag}{_escape_ass(word.text)}" for tag, word in zip(_list_karaoke_tags(group), group, strict=True)
        )
        lower = f"\\N{{\\rTranslation}}{_escape_ass(below)}" if below else ""
        events.append(
            f"Dialogue: 0,{format_ass_timestamp(group[0].start)},{format_ass_timestamp(group[-1].end)}"
            f",Words,,0,0,0,,{_dash_for(group[0])}{karaoke}{lower}\n"
        )
    is_translated = any(cue.below is not None for cue in cues)
    return _ASS_HEADER.format(translation=_ASS_TRANSLATION if is_translated else "") + "".join(events)


def _list_karaoke_tags(group: WordGroup) -> list[str]:
    if not _has_word_times(group):
        return ["{\\k0}", *[""] * (len(group) - 1)]
    ends = [*(word.start for word in group[1:]), group[-1].end]
    return [
        f"{{\\k{to_centiseconds(end) - to_centiseconds(word.start)}}}" for word, end in zip(group, ends, strict=True)
    ]


def _has_word_times(group: WordGroup) -> bool:
    return not any(word.has_estimated_times for word in group)


def _format_txt(cues: Sequence[WordCue], transcript: Transcript) -> str:
    """Plain text: one sentence a line, and an empty line where the speaker paused for two seconds. With a translation
    each line is followed by its own, and an empty line.
    """
    if any(cue.below is not None for cue in cues):
        turns = [f"{join_turn(cue.words, transcript)}\n{cue.turn_below}".rstrip("\n") for cue in cues]
        return "\n".join(f"{turn}\n" for turn in turns)
    lines: list[str] = []
    sentence: list[Word] = []
    followers = [*(word.text for word in transcript.words), ""][1:]
    for before, word, following in zip([None, *transcript.words], transcript.words, followers, strict=False):
        is_paragraph = before is not None and word.start - before.end > _PARAGRAPH_PAUSE
        if is_paragraph or word.is_speaker_change:
            lines += [join_turn(sentence, transcript)] if sentence else []
            lines += [""] if is_paragraph else []
            sentence = []
        sentence.append(word)
        if is_sentence_end(word.text, following, transcript.language):
            lines.append(join_turn(sentence, transcript))
            sentence = []
    return "\n".join([*lines, join_turn(sentence, transcript)]).strip() + "\n"


def group_words(
    transcript: Transcript, max_lines: int = _MAX_LINES, starts: Collection[float] = ()
) -> list[list[Word]]:
    """Group words into readable captions: lines of 42 characters, 6 s, ending at sentences and pauses, and before a
    word at one of the `starts`, in seconds; in a language without spaces one that is full ends with a phrase.
    """
    groups: list[list[Word]] = []
    for index, word in enumerate(transcript.words):
        is_bound = word.start in starts
        if groups and not is_bound and _can_add(groups[-1], word, transcript, max_lines * _LINE_CHARACTERS):
            groups[-1].append(word)
        else:
            is_full = bool(groups) and not is_bound and _can_add(groups[-1], word, transcript, sys.maxsize)
            following = transcript.words[index : index + _PHRASE_CONTEXT]
            groups.append([*(take_open_phrase(groups[-1], following, transcript.language) if is_full else ()), word])
    return groups


def _can_add(group: WordGroup, word: Word, transcript: Transcript, max_characters: int) -> bool:
    characters = len(join_group([*group, word], transcript))
    is_long_enough = len(join_group(group, transcript)) > _LINE_CHARACTERS // 2
    return (
        characters <= max_characters
        and word.end - group[0].start <= _MAX_CAPTION_SECONDS
        and word.start - group[-1].end <= _CAPTION_PAUSE
        and not word.is_speaker_change
        and word.cue == group[-1].cue
        and not (is_long_enough and is_sentence_end(group[-1].text, word.text, transcript.language))
    )


def _break_lines(group: WordGroup, transcript: Transcript) -> str:
    """One line if the text fits, else two of lengths as equal as possible."""
    whole = join_turn(group, transcript)
    if len(whole) <= _LINE_CHARACTERS or len(group) == 1:
        return whole
    halves = [
        (join_turn(group[:cut], transcript), join_group(group[cut:], transcript))
        for cut in list_phrase_cuts(group, transcript.language)
    ]
    return "\n".join(min(halves, key=lambda pair: max(map(len, pair))))


def _escape_arrow(text: str) -> str:
    """Replace arrows, which an SRT parser takes for a timing line."""
    return text.replace("-->", "→")


def join_group(words: WordGroup, transcript: Transcript) -> str:
    """Join words as the transcript's language is written."""
    return _separator_for(transcript).join(word.text for word in words)


def join_turn(words: WordGroup, transcript: Transcript) -> str:
    """Join words, with a dash before the first words of another speaker."""
    return _dash_for(words[0]) + join_group(words, transcript) if words else ""


def _dash_for(word: Word) -> str:
    return "- " if word.is_speaker_change else ""


def _separator_for(transcript: Transcript) -> str:
    return "" if transcript.language in load_languages().spaceless else " "


def _escape_ass(text: str) -> str:
    return text.translate(_ASS_ESCAPES)


FORMATS: Final[dict[str, Callable[[Sequence[WordCue], Transcript], str]]] = {
    ".srt": _format_srt,
    ".vtt": _format_vtt,
    ".ass": _format_ass,
    ".txt": _format_txt,
}
SUFFIXES: Final = (".json", *FORMATS)


def write(transcript: Transcript, suffix: str, translation: Translation | None = None) -> str:
    """Return the transcript in the format of a suffix, one of `SUFFIXES`. Raises KeyError for another.

    A translation is one of this transcript, with at most a line for each of its lines.
    """
    if suffix.lower() == ".json":
        return to_words_json(transcript, translation)
    return write_cues(list_cues(transcript, translation), transcript, suffix)


def write_cues(cues: Sequence[WordCue], transcript: Transcript, suffix: str) -> str:
    """Return captions of a transcript in the format of a suffix, one of `FORMATS`. Raises KeyError for another."""
    return FORMATS[suffix.lower()](cues, transcript)
