"""Files under wrong names and types: what each is taken for must be what its bytes are."""

import io
import random
import zipfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from fakes import sample_files

from pipeline.jobs.service import SUBTITLE_SUFFIXES
from tools.hostile.specimens import Corpus, Specimen

SEED: Final = 20_261_132
_SRT: Final = "1\n00:00:01,000 --> 00:00:02,500\nos padeiros abrem\n\n2\n00:00:03,000 --> 00:00:04,000\nnão é?\n"
_RUSSIAN_SRT: Final = _SRT.replace("os padeiros abrem", "доброе утро, друзья мои").replace("não é", "как дела")
_SUBTITLES: Final[Mapping[str, str]] = {
    "srt": _SRT,
    "vtt": "WEBVTT\n\nNOTE made by hand\n\n00:01.000 --> 00:02.000\nhello <v Ann>there\n",
    "ass": "[Script Info]\n[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,hello there\n",
    "words": '{"language": "en", "words": [{"text": "hello", "start": 1, "end": 2}]}',
    "ttml": '<?xml version="1.0"?>\n<tt xmlns="http://www.w3.org/ns/ttml"><body><div><p begin="1s" end="2s">hello</p>'
    "</div></body></tt>",
    "json3": '{"wireMagic": "pb3", "events": [{"tStartMs": 1000, "dDurationMs": 900, "segs": [{"utf8": "hello"}]}]}',
    "sami": "<SAMI><BODY><SYNC Start=1000><P Class=ENCC>hello<SYNC Start=2000><P Class=ENCC>&nbsp;</BODY></SAMI>",
    "microdvd": "{1}{1}25\n{25}{50}hello|there\n",
    "lrc": "[ti:Song]\n[00:01.00]hello there\n[00:03.00]\n",
    "sbv": "0:00:01.000,0:00:02.000\nhello there\n",
}
_OTHER_TEXTS: Final[Mapping[str, str]] = {
    "note": "Dear all,\nwe meet at 10:30, or from 11:00 -> 12:00 at the latest.\n",
    "timetable": "9:00 – 10:30\nBreakfast\n10:30 – 11:00\nTalk\n",
    "json": '{"events": [{"name": "concert", "start": "00:00:01"}], "words": "none"}',
    "vcard": "BEGIN:VCARD\nVERSION:3.0\nFN:Ana\nTEL:+55 11 91234-5678\nEND:VCARD\n",
    "calendar": "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261129T100000Z\nSUMMARY:Talk\nEND:VEVENT\nEND:VCALENDAR\n",
    "table": "Start,End,Text\n00:00:01.000,00:00:02.500,Hello there\n00:00:03.000,00:00:04.000,again\n",
    "script": f"#!/bin/sh\ncat > film.srt <<EOF\n{_SRT}EOF\n",
    "page": f"<!DOCTYPE html>\n<html><body><pre>\n{_SRT}</pre></body></html>\n",
    "error page": "<html><head><title>404 Not Found</title></head><body>nginx, 00:00:01</body></html>",
    "rich text": "{\\rtf1\\ansi 1\\par\n" + _SRT.replace("\n", "\\par\n") + "}",
    "letter": f"MIME-Version: 1.0\nSubject: the subtitles\n\n{_SRT}",
    "log": "2026-11-29 10:00:01 INFO started\n2026-11-29 10:00:02 INFO ended --> ok\n[10:30] <ana> hi\n",
    "programme": "import sys\n\nfor start, end in times:\n    print(f'{start} --> {end}')\n",
    "drawing": '<svg xmlns="http://www.w3.org/2000/svg"><text>00:00:01,000</text></svg>',
    "playlist": "#EXTM3U\n#EXTINF:4,\nhttp://127.0.0.1:9/00:00:01.ts\n",
}
_MEDIA: Final[Mapping[str, tuple[str, sample_files.Maker]]] = {
    "x.jpg": ("image", sample_files.write_picture), "x.png": ("image", sample_files.write_picture),
    "x.gif": ("image", sample_files.write_animated_picture), "x.webp": ("image", sample_files.write_picture),
    "x.mp4": ("video", sample_files.write_film), "x.mkv": ("video", sample_files.write_film),
    "x.webm": ("video", sample_files.write_webm), "x.ts": ("video", sample_files.write_film),
    "x.m4a": ("audio", sample_files.write_recording), "x.mp3": ("audio", sample_files.write_song_with_cover),
    "x.wav": ("audio", partial(sample_files.write_recording, codec="pcm_s16le")),
    "x.ogg": ("audio", partial(sample_files.write_recording, codec="libopus")),
}  # fmt: skip
_ENCODINGS: Final = ("utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252")
_NAMES: Final = (
    *("", "file", "audio.aac", "voice.ogg", "photo.jpg", "film.mp4", "film.MOV", "captions.srt", "captions.ass"),
    *("notes.txt", "data.json", "document.pdf", "archive.zip", "legenda.srt.txt", "film.srt.mp4", "x.vtt", "a b.bin"),
)
_TYPES: Final = (
    *("", "application/octet-stream", "text/plain", "text/x-ssa", "application/x-subrip", "audio/aac", "audio/mpeg"),
    *("video/mp4", "video/quicktime", "image/jpeg", "image/svg+xml", "application/json", "application/pdf", "nonsense"),
)


class _Content(NamedTuple):
    """Bytes for each time it is sent, and what they are: "subtitles", a kind of media, or the code of a refusal."""

    make: Callable[[random.Random], bytes]
    outcome: str


def corpus(folder: Path, count: int) -> Corpus:
    """`count` files, of each content in turn under a name and a type by chance. Media are made in `folder`."""
    contents = [*_list_texts(), *_list_media(folder), *_list_rubbish()]
    return Corpus("wrong names", [_build_specimen(number, contents[number % len(contents)]) for number in range(count)])


def _build_specimen(number: int, content: _Content) -> Specimen:
    chance = random.Random(f"{SEED}-{number}")
    name = chance.choice(_NAMES)
    is_unreadable = content.outcome == "NOT_MEDIA" and name.lower().endswith(SUBTITLE_SUFFIXES)
    expected = "SUBTITLES_UNREADABLE" if is_unreadable else content.outcome
    data = content.make(chance)
    return Specimen(name, lambda: data, chance.choice(_TYPES), frozenset({expected}))


def _list_texts() -> list[_Content]:
    subtitles = [_Content(partial(_encode, text), "subtitles") for text in _SUBTITLES.values()]
    subtitles.append(_Content(lambda chance: _RUSSIAN_SRT.encode(chance.choice(("cp1251", "koi8-r"))), "subtitles"))
    return [*subtitles, *(_Content(partial(_encode, text), "NOT_MEDIA") for text in _OTHER_TEXTS.values())]


def _encode(text: str, chance: random.Random) -> bytes:
    """In one of several encodings and with one of several line ends."""
    return text.replace("\n", chance.choice(("\n", "\n", "\r\n", "\r"))).encode(chance.choice(_ENCODINGS), "replace")


def _list_media(folder: Path) -> list[_Content]:
    found = []
    for name, (kind, make) in _MEDIA.items():
        data = make(folder / name).read_bytes()
        found.append(_Content(partial(_append, data), kind))
    return found


def _append(data: bytes, chance: random.Random) -> bytes:
    """Media with what a program or a joker may have put behind it."""
    return data + chance.choice((b"", b"", b"\0" * 100, _SRT.encode()))


def _list_rubbish() -> list[_Content]:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("film.srt", _SRT)
    rubbish = (held.getvalue(), b"MZ" + bytes(300), b"SQLite format 3\0" + bytes(100), b"\x7fELF" + bytes(200))
    return [
        *(_Content(lambda _, data=data: data, "NOT_MEDIA") for data in rubbish),
        _Content(lambda _: b"", "EMPTY_FILE"),
    ]
