"""Which bytes are subtitles, whatever a file is called."""

import json

import pytest

from pipeline.speech.subtitles.detection import is_subtitles

SRT = "1\n00:00:01,000 --> 00:00:02,500\nHello\n"
ASS = "[Script Info]\nTitle: x\n\n[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,Hello\n"
WORDS = json.dumps({"language": "en", "words": [{"text": "Hello", "start": 1, "end": 2}]})


@pytest.mark.parametrize(
    "text",
    [
        SRT,
        "\r\r\n" + SRT.replace("\n", "\r\r\n"),
        "00:01 --> 00:02\nno hours and no fraction",
        "-00:00:01.5  -->  00:00:02:25 X1:40\nsigned, and with places",
        "WEBVTT\n\nNOTE nothing yet\n",
        ASS,
        "; made by a program\n" + ASS,
        "Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,Hello\n",
        "[V4+ Styles]\nFormat: Name\n",
        WORDS,
        "{10}{35}frames\n",
        "[10][35]tenths of seconds\n",
        "00:00:01,000 -> 00:00:02,000\nshort arrow",
        "<SAMI><HEAD></HEAD>",
        '<?xml version="1.0"?>\n<tt xmlns="http://www.w3.org/ns/ttml">',
        '<!-- made --><tt:tt xmlns:tt="http://www.w3.org/ns/ttml">',
        '<timedtext format="3">',
        '{"pens": [{}], "events": [{"tStartMs": 0}]}',
        '{"text": "a", "segments": [{"start": 1}]}',
        "[00:01.00]lyrics\n",
        "0:00:01.000,0:00:02.000\nHello\n",
        "[00:00:01.000 --> 00:00:02.000] Hello\n",
        SRT.replace("\n", "\r"),
        "[ti:Song]\r[00:01.00]lyrics\r",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_subtitles_are_known_by_their_marks_in_every_encoding(text: str, encoding: str) -> None:
    assert is_subtitles(text.encode(encoding))


@pytest.mark.parametrize(
    ("words", "encoding"), [("Привет", "cp1251"), ("Привет", "utf-16-le"), ("你好", "gb18030"), ("Olá, você", "cp1252")]
)
def test_the_words_may_be_in_any_letters(words: str, encoding: str) -> None:
    assert is_subtitles(SRT.replace("Hello", words).encode(encoding))


def test_one_bad_byte_changes_nothing() -> None:
    assert is_subtitles(SRT.encode().replace(b"Hello", b"Hell\xff\xc3"))


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"Dear all,\nwe meet from 10:30 -> 11:00, or 10:30 - 11:00.\n",
        b'{"kind": "image"}',
        b"WEBVTTX",
        "9:00 – 10:30\nBreakfast\n10:30 – 11:00\nTalk\n".encode(),
        b"#!/bin/sh\ncat <<EOF\n" + SRT.encode(),
        b"<!doctype html>\n" + SRT.encode(),
        b"BEGIN:VCALENDAR\n" + SRT.encode(),
        b"[10:30] <ana> hello\n[10:31] <rui> hi\n",
        b'{"events": [{"name": "concert"}]}',
        b"Start,End,Text\n00:00:01,00:00:02,Hello\n",
        b"<html><body>00:00:01</body></html>",
        b"RIFF\x24\x08\x00\x00WAVEfmt \x10\x00\x00\x00" + SRT.encode(),
        b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00" + SRT.encode(),
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + SRT.encode(),
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01" + SRT.encode(),
        b"GIF89a\x01\x00\x01\x00\x80\x00\x00" + SRT.encode(),
        b"ID3\x04\x00\x00\x00\x00\x00\x21" + SRT.encode(),
        b"\xff\xf1\x50\x80\x03\x9f\xfc\xde\x02\x00" + SRT.encode(),
    ],
)
def test_notes_and_media_that_hold_subtitles_are_none(head: bytes) -> None:
    assert not is_subtitles(head)
