"""Export of transcripts: WORDS.json, SRT, WebVTT and ASS with the times of each word, plain text."""

import html
import json
from collections.abc import Sequence
from typing import Final

from models.languages import languages
from models.words import Transcript, Word

_LINE: Final = 42  # characters, a broadcasting convention
_LINES: Final = 2
_LONGEST: Final = 6.0  # seconds, maximum duration of a caption
_PAUSE: Final = 0.6  # seconds that end a caption
_PARAGRAPH: Final = 2.0  # seconds that end a paragraph
_STOPS: Final = (".", "!", "?", "…", "。", "！", "？", "؟", "।")
_ASS_HEAD: Final = """\
[Script Info]
ScriptType: v4.00+
PlayResX: 1280
PlayResY: 720
WrapStyle: 0

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, \
StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Words,Arial,48,&H0000E5FF,&H00FFFFFF,&H00000000,&H80000000,-1,0,0,0,100,100,0,0,1,3,1,2,60,60,60,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""

_UNBRACED: Final = str.maketrans("{}\\\n\r", "()/  ")

Group = Sequence[Word]


def words_json(transcript: Transcript) -> str:
    words = [{"text": word.text, "start": round(word.start, 3), "end": round(word.end, 3)} for word in transcript.words]
    return json.dumps({"language": transcript.language, "words": words}, ensure_ascii=False, indent=1) + "\n"


def srt(transcript: Transcript) -> str:
    blocks = [
        f"{number}\n{_clock(group[0].start, ',')} --> {_clock(group[-1].end, ',')}\n{_two_lines(group, transcript)}\n"
        for number, group in enumerate(grouped(transcript), start=1)
    ]
    return "\n".join(blocks)


def vtt(transcript: Transcript) -> str:
    """Convert to WebVTT, each word preceded by its time in a timestamp tag."""
    blocks = ["WEBVTT\n"]
    gap = _gap(transcript)
    for group in grouped(transcript):
        first, *rest = group
        said = html.escape(first.text, quote=False)
        said += "".join(f"{gap}<{_clock(word.start, '.')}>{html.escape(word.text, quote=False)}" for word in rest)
        blocks.append(f"{_clock(first.start, '.')} --> {_clock(group[-1].end, '.')}\n{said}\n")
    return "\n".join(blocks)


def ass(transcript: Transcript) -> str:
    """Convert to ASS with karaoke tags: each word fills with colour when it is spoken."""
    gap = _gap(transcript)
    events = []
    for group in grouped(transcript):
        ends = [*(word.start for word in group[1:]), group[-1].end]
        sung = gap.join(
            f"{{\\k{_centi(end) - _centi(word.start)}}}{_unbraced(word.text)}"
            for word, end in zip(group, ends, strict=True)
        )
        events.append(f"Dialogue: 0,{_short(group[0].start)},{_short(group[-1].end)},Words,,0,0,0,,{sung}\n")
    return _ASS_HEAD + "".join(events)


def txt(transcript: Transcript) -> str:
    """Convert to plain text: one sentence a line, and an empty line where the speaker paused for two seconds."""
    lines: list[str] = []
    sentence: list[Word] = []
    for before, word in zip([None, *transcript.words], transcript.words, strict=False):
        if before and word.start - before.end > _PARAGRAPH:
            lines += [_said(sentence, transcript), ""] if sentence else [""]
            sentence = []
        sentence.append(word)
        if word.text.rstrip("\"'”’»)").endswith(_STOPS):
            lines.append(_said(sentence, transcript))
            sentence = []
    return "\n".join([*lines, _said(sentence, transcript)]).strip() + "\n"


def grouped(transcript: Transcript) -> list[list[Word]]:
    """Group words into readable captions: two lines of 42 characters, 6 s, ending at sentences and pauses."""
    groups: list[list[Word]] = []
    for word in transcript.words:
        if groups and _fits(groups[-1], word, transcript):
            groups[-1].append(word)
        else:
            groups.append([word])
    return groups


def _fits(group: Group, word: Word, transcript: Transcript) -> bool:
    characters = len(_said([*group, word], transcript))
    long_enough = len(_said(group, transcript)) > _LINE // 2
    return (
        characters <= _LINE * _LINES
        and word.end - group[0].start <= _LONGEST
        and word.start - group[-1].end <= _PAUSE
        and not (long_enough and group[-1].text.endswith(_STOPS))
    )


def _two_lines(group: Group, transcript: Transcript) -> str:
    """One line if the text fits, else two of lengths as equal as possible."""
    whole = _said(group, transcript)
    if len(whole) <= _LINE or len(group) == 1:
        return _plain(whole)
    halves = [(_said(group[:cut], transcript), _said(group[cut:], transcript)) for cut in range(1, len(group))]
    return _plain("\n".join(min(halves, key=lambda pair: max(map(len, pair)))))


def _plain(text: str) -> str:
    """Replace arrows, which an SRT parser takes for a timing line."""
    return text.replace("-->", "→")


def _said(words: Group, transcript: Transcript) -> str:
    return _gap(transcript).join(word.text for word in words)


def _gap(transcript: Transcript) -> str:
    return "" if transcript.language in languages().spaceless else " "


def _unbraced(text: str) -> str:
    return text.translate(_UNBRACED)


def _clock(seconds: float, point: str) -> str:
    total = round(seconds * 1000)
    minutes, milli = divmod(total, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{milli // 1000:02}{point}{milli % 1000:03}"


def _short(seconds: float) -> str:
    minutes, centi = divmod(_centi(seconds), 6000)
    return f"{minutes // 60}:{minutes % 60:02}:{centi // 100:02}.{centi % 100:02}"


def _centi(seconds: float) -> int:
    return round(seconds * 100)
