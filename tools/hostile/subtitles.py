"""Subtitle files with lines lost, doubled, swapped and misspelt, in many encodings; the same in every run."""

import random
from collections.abc import Callable
from functools import partial
from typing import Final

from tools.hostile.specimens import Corpus, Specimen

SEED: Final = 20_261_130
_SPEECH: Final = (
    "the bakers open their doors",
    "antes de o sol nascer, não é?",
    "and sell <i>warm</i> bread",
    "x < 5 -> y",
    "{\\an8}5,00 €",
)
_TIMES: Final = (
    "00:00:0{0},000 --> 00:00:0{1},500",
    "0:0{0}.5-->0:0{1}.25",
    "00:00:0{0} -> 00:00:0{1}",
    "-0:00:0{0}:1 --> 00:00:0{1}:9",
)
_ASS_HEAD: Final = (
    "[Script Info]\n[V4+ Styles]\nFormat: Name, Alignment\nStyle: Default,2\nStyle: Top,8\n[Events]\n"
    "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
)
_ENCODINGS: Final = ("utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "cp1250", "gb18030")
_PIECES: Final = (
    *("\n\n", "\r", "\r\r\n", " ", "<", ">", "</i", "<c>", "&lt;", "&#0;", "\0", "\ufeff", "\u202e", "٣", "99:99:99"),
    *("{\\k50}", "{\\pos(1,2)}", "<00:00:02.000>", "-->", "[Events]", "WEBVTT", "NOTE "),
    "Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,",
    *("1" * 400, "<" * 300, "{" * 300, "<font a=b " * 40),
)


def corpus(count: int) -> Corpus:
    """`count` files, of each format in turn."""
    return Corpus("subtitles", [_mutant(number, FORMATS[number % len(FORMATS)]) for number in range(count)])


def _mutant(number: int, write: Callable[[random.Random], str]) -> Specimen:
    return Specimen(f"{number}-subtitles", partial(_damage, write, random.Random(f"{SEED}-{number}")))


def _damage(write: Callable[[random.Random], str], chance: random.Random) -> bytes:
    """One to four faults in the text, and in one of three files some in its bytes."""
    lines = write(chance).split("\n")
    for _ in range(chance.randint(1, 4)):
        chance.choice((_lose_line, _double_line, _swap_lines, _misspell, _insert))(lines, chance)
    data = bytearray("\n".join(lines).encode(chance.choice(_ENCODINGS), "ignore"))
    for _ in range(chance.choice((0, 0, chance.randint(1, 5)))):
        if data:
            data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data)


def _lose_line(lines: list[str], chance: random.Random) -> None:
    if lines:
        del lines[chance.randrange(len(lines))]


def _double_line(lines: list[str], chance: random.Random) -> None:
    at = chance.randrange(len(lines) or 1)
    lines[at:at] = lines[at : at + 1] * chance.randint(1, 3)


def _swap_lines(lines: list[str], chance: random.Random) -> None:
    one, other = (chance.randrange(len(lines) or 1) for _ in range(2))
    lines[one : one + 1], lines[other : other + 1] = lines[other : other + 1], lines[one : one + 1]


def _misspell(lines: list[str], chance: random.Random) -> None:
    at = chance.randrange(len(lines) or 1)
    for line in lines[at : at + 1]:
        cut = chance.randrange(len(line) + 1)
        lines[at] = line[:cut] + line[cut + chance.randint(0, 3) :]


def _insert(lines: list[str], chance: random.Random) -> None:
    at = chance.randrange(len(lines) or 1)
    for line in lines[at : at + 1]:
        cut = chance.randrange(len(line) + 1)
        lines[at] = line[:cut] + chance.choice(_PIECES) + line[cut:]


def _pick_times(chance: random.Random) -> list[tuple[int, int]]:
    """Starts and ends that follow, overlap, repeat and run backwards."""
    return [(start := chance.randrange(9), min(9, max(0, start + chance.randint(-2, 3)))) for _ in range(6)]


def _write_srt(chance: random.Random) -> str:
    pattern = chance.choice(_TIMES)
    cues = [
        f"{number}\n{pattern.format(*times)}\n{chance.choice(_SPEECH)}\n"
        for number, times in enumerate(_pick_times(chance), start=1)
    ]
    return "\n".join(cues)


def _write_rolling(chance: random.Random) -> str:
    lines = [chance.choice(_SPEECH) for _ in range(7)]
    timed = [line.replace(" ", f"<00:00:0{at}.5> ") for at, line in enumerate(lines)]
    cues = (f"00:0{at}.000 --> 00:0{at + 1}.000 align:start\n{lines[at]}\n{timed[at + 1]}\n" for at in range(6))
    return "WEBVTT\n\n" + "\n".join(cues)


def _write_ass(chance: random.Random) -> str:
    style = ("Default", "Top", "Sign")
    return _ASS_HEAD + "\n".join(
        f"Dialogue: 0,0:00:0{start}.00,0:00:0{end}.00,{chance.choice(style)},,0,0,0,,{{\\k20}}{chance.choice(_SPEECH)}"
        for start, end in _pick_times(chance)
    )


def _write_ttml(chance: random.Random) -> str:
    times = _pick_times(chance)
    cues = "\n".join(f'<p begin="{start}s" end="{end}s">{chance.choice(_SPEECH[:3])}</p>' for start, end in times)
    return f'<tt xmlns="http://www.w3.org/ns/ttml"><body><div>\n{cues}\n</div></body></tt>'


def _write_sami(chance: random.Random) -> str:
    cues = "\n".join(f"<SYNC Start={start}000><P Class=X>{chance.choice(_SPEECH)}" for start, _ in _pick_times(chance))
    return f"<SAMI><BODY>\n{cues}\n</BODY></SAMI>"


def _write_microdvd(chance: random.Random) -> str:
    lines = (f"{{{start}5}}{{{end}9}}{chance.choice(_SPEECH)}" for start, end in _pick_times(chance))
    return "\n".join(["{1}{1}25", *lines])


FORMATS: Final = (_write_srt, _write_srt, _write_rolling, _write_ass, _write_ttml, _write_sami, _write_microdvd)
