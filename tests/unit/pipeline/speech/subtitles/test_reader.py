import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import ErrorCode, RequestRejected
from models.jobs.transcript import Transcript, Word
from pipeline.speech.subtitles import reader, writer

SRT = """1
00:00:01,000 --> 00:00:03,000
<i>Good</i> morning {\\an8}everybody,

2
00:00:03,500 --> 00:00:05,000
- how are you?
"""


def spoken(*words: tuple[str, float, float], language: str = "en") -> Transcript:
    return Transcript(language=language, words=tuple(Word(text=t, start=s, end=e) for t, s, e in words))


SPEECH = spoken(
    ("It", 1.17, 1.35), ("was", 1.35, 1.61), ("<the>", 1.61, 1.67), ("best", 1.67, 2.03), ("of", 2.03, 2.13),
    ("{times}.", 2.13, 2.85), ("Then", 5.01, 5.3), ("R&B", 5.3, 5.9),
)  # fmt: skip


def refused(data: bytes) -> bool:
    with pytest.raises(RequestRejected) as refusal:
        reader.read(data)
    return refusal.value.code is ErrorCode.SUBTITLES_UNREADABLE


def test_lines_of_srt_become_words_that_share_their_time() -> None:
    found = reader.read(SRT.encode(), "en")
    assert found.text == "Good morning everybody, how are you?"
    assert (found.words[0].start, found.words[2].end) == (1.0, 3.0)
    assert found.words[3].start == 3.5
    assert found.words[0].end - found.words[0].start < found.words[1].end - found.words[1].start


def test_blocks_without_blank_lines_between_them_are_told_apart() -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\none\n2\n00:00:02,000 --> 00:00:03,000\ntwo"
    assert [(word.text, word.start) for word in reader.read(text.encode()).words] == [("one", 1.0), ("two", 2.0)]


def test_timestamps_inside_webvtt_time_its_words() -> None:
    text = (
        "WEBVTT\n\nNOTE nothing\n\nSTYLE\n::cue{}\n\nintro\n00:01.000 --> 00:04.000 align:start\n"
        "<v Ann>Tom &amp; <00:02.000><c>Jerry</c> <00:03.500>ran"
    )
    found = reader.read(text.encode()).words
    assert [(word.text, word.start, word.end) for word in found] == [
        ("Tom &", 1.0, 2.0), ("Jerry", 2.0, 3.5), ("ran", 3.5, 4.0),
    ]  # fmt: skip


def test_karaoke_tags_of_ass_time_its_words_and_drawings_are_passed_over() -> None:
    text = (
        "[Script Info]\n[Events]\nFormat: Start, End, Text\n"
        "Dialogue: 0:00:01.00,0:00:03.00,{\\k50}Hel{\\k50}lo{\\b1} {\\kf100}you, my\\Nfriend\n"
        "Dialogue: 0:00:01.00,0:00:03.00,{\\p1}m 0 0 l 100 0\nComment: 0:00:01.00,0:00:03.00,hidden\n"
    )
    found = reader.read(text.encode()).words
    assert [word.text for word in found] == ["Hello", "you,", "my", "friend"]
    assert [found[0].start, found[1].start, found[3].end] == [1.0, 2.0, 3.0]


def test_words_json_keeps_its_times_exactly() -> None:
    data = {
        "language": "pt-BR",
        "words": [{"text": "Olá", "start": 0.987, "end": 1.123}, {"text": "eu", "start": 0.5, "end": 0.6}],
    }
    found = reader.read(json.dumps(data).encode())
    assert found.language == "pt"
    assert [(word.text, word.start, word.end) for word in found.words] == [("eu", 0.5, 0.6), ("Olá", 0.987, 1.123)]


def test_a_language_that_is_not_known_is_und() -> None:
    assert reader.read(SRT.encode(), "auto").language == "und"
    assert reader.read(SRT.encode(), "pt-BR").language == "pt"


def test_japanese_lines_are_cut_at_their_characters() -> None:
    found = reader.read("1\n00:00:01,000 --> 00:00:03,000\n猫が、好き。OK".encode(), "ja")
    assert [word.text for word in found.words] == ["猫", "が、", "好", "き。", "OK"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\x01\x02binary\x00",
        b"just some text",
        b"1\n00:00:01,000 --> 00:00:02,000\n\n",
        b"{",
        b"{}",
        b'{"words": 5}',
        b'{"words": [{"text": "a", "start": 2, "end": 1}]}',
        b'{"words": [{"text": "a", "start": Infinity, "end": Infinity}]}',
        b'{"words": [{"text": "a", "start": NaN, "end": 1}]}',
        b'{"words": [{"text": "  ", "start": 1, "end": 2}]}',
        b'{"words": [{"text": "a", "start": 1, "end": 2, "cue": -1}]}',
        b'{"words": [{"text": "a", "start": 1, "end": 2, "cue": 0, "cue_end": Infinity}]}',
        b'{"words": ' + b"[" * 100_000,
        b"x" * (reader.MAX_BYTES + 1),
        b"\xff\xfe\x00",
    ],
)
def test_what_holds_no_words_is_refused(data: bytes) -> None:
    assert refused(data)


def test_more_words_than_anybody_says_in_an_hour_are_refused() -> None:
    assert refused(b"00:00:01,000 --> 00:00:02,000\n" + b"a " * (reader.MAX_WORDS + 1))
    cues = (f"00:00:0{second},000 --> 00:00:0{second},500\n" + "a " * 9000 for second in range(7))
    assert refused("\n\n".join(cues).encode())


@pytest.mark.parametrize(
    "text",
    [
        '<tt xmlns="http://www.w3.org/ns/ttml"><body><div><p begin="1s" end="2s">Hello<br/>there</p></div></body></tt>',
        "<SAMI><BODY><SYNC Start=1000><P Class=ENCC>Hello there<SYNC Start=2000><P Class=ENCC>&nbsp;</BODY></SAMI>",
        "{1}{1}25\n{25}{50}Hello|there\n",
        "[10][20]Hello|there\n[30][40]{y:i}\n",
        "00:00:01:Hello|there\n",
        ('<tt:tt xmlns:tt="http://www.w3.org/ns/ttml" xmlns:t="http://www.w3.org/ns/ttml#parameter" t:frameRate="25">'
        '<tt:body begin="1s"><tt:div><tt:p begin="00:00:00:00" dur="25f">Hello <tt:span>there</tt:span></tt:p></tt:div>'
        "</tt:body></tt:tt>"),
        ('<?xml version="1.0"?><timedtext format="3"><body><p t="1000" d="500"><s>Hello</s><s t="200"> there</s></p>'
        '<p t="1500" d="10">\n</p></body></timedtext>'),
        '<transcript><text start="1" dur="1">Hello &amp;#116;here</text></transcript>',
        ('{"wireMagic": "pb3", "pens": [{}], "events": [{"id": 1}, {"tStartMs": 1000, "dDurationMs": 500, '
        '"segs": [{"utf8": "Hello"}, {"utf8": " there", "tOffsetMs": 200}]}]}'),
        '{"text": "Hello", "segments": [{"id": 0, "start": 1, "end": 2, "text": " Hello there"}]}',
        "0:00:01.000,0:00:02.000\nHello there\n",
        "[INFORMATION]\n[END INFORMATION]\n00:00:01.00,00:00:02.00\nHello[br]there\n",
        "[ti:Song]\n[00:01.00]Hello there\n[00:03.00]\n",
        "[00:01.00]<00:01.00>Hello <00:01.50>there<00:02.00>\n",
        "[00:00:01.000 --> 00:00:02.000]   Hello there\n",
    ],
    ids=[
        "TTML", "SAMI", "MicroDVD", "MPL2", "TMPlayer", "TTML with frames", "srv3", "srv1", "json3", "Whisper", "SBV",
        "SubViewer", "LRC", "enhanced LRC", "whisper.cpp",
    ],
)  # fmt: skip
def test_formats_of_old_players_and_of_television_are_read(text: str) -> None:
    for newline in ("\n", "\r\n", "\r"):
        found = reader.read(text.replace("\n", newline).encode())
        assert (found.text, found.words[0].start) == ("Hello there", 1.0)


@pytest.mark.parametrize(
    "text",
    [
        "00:00:01:00 - 00:00:02:12\nHello\n",
        "00:00:01:00 , 00:00:02:12 , Hello\n",
        "Scenarist_SCC V1.0\n\n00:00:01:00\t9420 94ae c8e5 ecec\n",
        "00;00;01;00 --> 00;00;02;00\nHello\n",
        '<!DOCTYPE tt [<!ENTITY a "Hello">]><tt><body><div><p begin="1s" end="2s">&a;</p></div></body></tt>',
        "#!/bin/sh\ncat <<EOF\n00:00:01,000 --> 00:00:02,000\nHello\nEOF\n",
        "{\\rtf1\\ansi 1\\par\n00:00:01,000 --> 00:00:02,000\\par\nHello\\par\n}",
        "<!DOCTYPE html>\n<pre>\n00:00:01,000 --> 00:00:02,000\nHello\n</pre>",
    ],
    ids=["Premiere", "Spruce", "SCC", "drop frames", "entities", "a script", "RTF", "a page"],
)
def test_what_would_be_read_with_other_words_or_times_is_refused(text: str) -> None:
    assert refused(text.encode())


@given(st.text(alphabet="0123456789:,.->< {}\\k\nabcWEBVTT[Events]Dialogue", max_size=400))
def test_whatever_is_sent_is_read_or_refused(text: str) -> None:
    for head in ("", "1\n00:00:01,000 --> 00:00:09,000\n", "[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,,,,,,,"):
        try:
            words = reader.read((head + text).encode()).words
        except RequestRejected:
            continue
        assert all(0 <= word.start <= word.end for word in words)


@pytest.mark.parametrize("suffix", [".json", ".vtt", ".ass"])
def test_word_times_survive_a_file(suffix: str) -> None:
    found = reader.read(writer.write(SPEECH, suffix).encode(), "en")
    starts = [word.start for word in found.words]
    assert starts == pytest.approx([word.start for word in SPEECH.words], abs=0.011)


def test_words_json_is_the_form_others_script_against() -> None:
    assert json.loads(writer.write(spoken(("It", 0.99, 1.12)), ".json")) == {
        "language": "en",
        "words": [{"text": "It", "start": 0.99, "end": 1.12}],
    }


def test_srt_breaks_at_pauses_and_never_writes_an_arrow_into_a_line() -> None:
    text = writer.write(spoken(("a", 0.5, 1.0), ("-->", 1.0, 1.2), ("b", 9.0, 9.5)), ".srt")
    assert text == "1\n00:00:00,500 --> 00:00:01,200\na →\n\n2\n00:00:09,000 --> 00:00:09,500\nb\n"


def test_long_sentences_are_two_even_lines_of_srt() -> None:
    words = ["it", "was", "the", "epoch", "of", "incredulity", "and", "it", "was", "the", "season", "of", "light"]
    text = writer.write(spoken(*((word, i / 4, i / 4 + 0.2) for i, word in enumerate(words))), ".srt")
    first, second = text.splitlines()[2:4]
    assert max(len(first), len(second)) <= 42
    assert abs(len(first) - len(second)) < 12


def test_markup_in_words_is_escaped() -> None:
    assert "&lt;the&gt;" in writer.write(SPEECH, ".vtt")
    assert "(times)." in writer.write(SPEECH, ".ass")


def test_plain_text_is_a_sentence_a_line_and_a_paragraph_a_pause() -> None:
    assert writer.write(SPEECH, ".txt") == "It was <the> best of {times}.\n\nThen R&B\n"


def test_chinese_is_written_without_spaces() -> None:
    assert writer.write(spoken(("你好,", 0, 1), ("世", 1, 2), language="zh"), ".txt") == "你好,世\n"


def test_a_caption_stands_no_longer_than_six_seconds() -> None:
    slow = spoken(*((f"word{index}", index * 1.0, index * 1.0 + 0.9) for index in range(20)))
    groups = writer.group_words(slow)
    assert all(group[-1].end - group[0].start <= 6.0 for group in groups)
    assert sum(map(len, groups)) == 20
