import pytest

from models.errors import ErrorCode, RequestRejected
from models.jobs.transcript import Word
from pipeline.speech.subtitles import reader


def read_words(text: str) -> tuple[Word, ...]:
    return reader.read(text.encode()).words


def read_text(text: str) -> str:
    return " ".join(word.text for word in read_words(text))


def build_srt(*cues: tuple[str, str]) -> str:
    return "\n".join(f"{number}\n{timing}\n{text}\n" for number, (timing, text) in enumerate(cues, start=1))


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\r\r\n", "\n\n", "\r\n\r\n"])
def test_blank_lines_and_line_ends_of_any_kind_keep_a_cue_together(newline: str) -> None:
    text = (
        "1\n00:00:01,000 --> 00:00:02,000\nHello there\n\nmy friend\n\n2\n00:00:03,000 --> 00:00:04,000\nSecond line\n"
    )
    assert read_text(text.replace("\n", newline)) == "Hello there my friend Second line"


@pytest.mark.parametrize(
    ("timing", "start", "end"),
    [
        ("00:00:01 --> 00:00:02", 1, 2),
        ("00:00:01,5 --> 00:00:02.25", 1.5, 2.25),
        ("00:00:01:500 --> 00:00:02:250", 1.5, 2.25),
        ("0:0:1.123456 --> 0:0:2.000001", 1.123456, 2.000001),
        ("00:01.500 --> 00:02.250", 1.5, 2.25),
        ("01:02 --> 01:03", 62, 63),
        ("-00:00:01,000 --> 00:00:02,000", 0, 2),
        ("+00:00:01,000 --> +00:00:02,000", 1, 2),
        ("00:00:01,000-->00:00:02,000", 1, 2),
        ("00:00:01,000 -> 00:00:02,000", 1, 2),
        ("00:00:01,000 – 00:00:02,000", 1, 2),
        (" 00 : 00 : 01 , 000 --> 00 : 00 : 02 , 000  X1:100 X2:200", 1, 2),
        ("٠٠:٠٠:٠١,٥٠٠ --> ٠٠:٠٠:٠٢,٠٠٠", 1.5, 2),
    ],
)  # fmt: skip
def test_times_are_read_in_every_way_they_are_written(timing: str, start: float, end: float) -> None:
    (word,) = read_words(build_srt((timing, "word")))
    assert (word.text, word.start, word.end) == ("word", pytest.approx(start), pytest.approx(end))


@pytest.mark.parametrize("mark", ["\ufeff", "\u200b", "\u200e", "\u202b", "\x1a"])
def test_invisible_characters_hide_no_time(mark: str) -> None:
    text = build_srt(("00:00:01,000 --> 00:00:02,000", "one"), ("00:00:03,000 --> 00:00:04,000", f"{mark}two{mark}"))
    assert [word.start for word in read_words(text.replace("\n", f"\n{mark}"))] == [1, 3]
    assert read_text(text.replace("\n", f"\n{mark}")) == "one two"


def test_line_ends_the_wrong_way_round_and_doubled_numbers_leave_no_number_in_the_text() -> None:
    text = build_srt(("00:00:01,000 --> 00:00:02,000", "one"), ("00:00:03,000 --> 00:00:04,000", "two"))
    assert read_text(text.replace("\n", "\n\r")) == "one two"
    assert read_text(text.replace("2\n00", "2\n2\n00").replace("1\n00", "1\n1\n00", 1)) == "one two"


def test_a_cue_too_short_to_be_seen_lasts_until_it_is_read() -> None:
    words = read_words(build_srt(("00:00:01,000 --> 00:00:01,001", "hello"), ("00:00:05,000 --> 00:00:06,000", "bye")))
    assert words[0].end - words[0].start > 0.5


def test_a_cue_that_is_in_the_file_twice_is_shown_once() -> None:
    cue = ("00:00:01,000 --> 00:00:02,000", "Hello there")
    assert read_text(build_srt(cue, cue)) == "Hello there"


@pytest.mark.parametrize("template", ["<u>{}</u>", '<font color="#ff0">{}</font>', "{{\\c&HFF&}}{}{{\\r}}"])
@pytest.mark.parametrize("gap", [0.0, 0.1])
def test_a_line_repeated_for_each_word_that_stands_out_is_shown_once_with_the_times_of_its_words(
    template: str, gap: float
) -> None:
    line = ["warm", "bread", "and", "bread"]
    cues = [
        (
            f"00:00:0{second}.000 --> 00:00:0{second + 1 - gap:.3f}",
            " ".join(template.format(word) if index == second else word for index, word in enumerate(line)),
        )
        for second in range(4)
    ]
    assert [(word.text, word.start) for word in read_words(build_srt(*cues))] == list(zip(line, range(4), strict=True))


def test_a_line_that_is_sung_twice_is_shown_twice() -> None:
    cues = [("00:00:01,000 --> 00:00:02,000", "la la"), ("00:00:02,000 --> 00:00:03,000", "la la")]
    assert read_text(build_srt(*cues)) == "la la la la"


def test_no_cue_is_lost_without_saying_so() -> None:
    text = build_srt(("00:00:01,000 --> 00:00:02,000", "one"), ("00:0x:03,000 --> 00:00:04,000", "two"))
    with pytest.raises(RequestRejected) as refusal:
        reader.read(text.encode())
    assert refusal.value.code is ErrorCode.SUBTITLES_UNREADABLE


def test_numbers_that_are_text_stay_and_numbers_of_cues_go() -> None:
    text = build_srt(
        ("00:00:01,000 --> 00:00:02,000", "In\n2024"),
        ("00:00:03,000 --> 00:00:04,000", "300"),
        ("00:00:05,000 --> 00:00:06,000", "end"),
    )
    assert read_text(text) == "In 2024 300 end"
    assert read_text("WEBVTT\n\n00:01.000 --> 00:02.000\nroute\n66\n\n00:03.000 --> 00:04.000\n12\n") == "route 66 12"


def test_names_notes_and_style_sheets_of_webvtt_are_not_spoken() -> None:
    text = (
        "WEBVTT - a title\nKind: captions\n\nSTYLE\n::cue { color: red }\n\nREGION\nid:fred\n\nNOTE\nnot\nthis\n\n"
        "intro\n00:01.000 --> 00:02.000 line:0%\nfirst\n\nNOTE or this\n\nnext\n00:03.000 --> 00:04.000\nsecond\n"
    )
    assert read_text(text) == "first second"


def test_text_on_the_timing_line_is_text() -> None:
    assert read_text("1\n00:00:01,000 --> 00:00:02,000 hello\nthere\n") == "hello there"


@pytest.mark.parametrize(
    "text", ["if x < 5 and y > 3 then go", "I <3 you -> always", "a<b && c>d", "<wow> {smile} C:\\new"]
)
def test_what_is_no_tag_stays(text: str) -> None:
    assert read_text(build_srt(("00:00:01,000 --> 00:00:02,000", text))) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<i>one</i> <B>two</B>", "one two"),
        ('<font color="#ffffff" face=Arial>red</font>', "red"),
        ("one<br/>two<BR>three", "one two three"),
        ("{\\an8}{\\i1}top{\\i0}", "top"),
        ("{y:i}slanted", "slanted"),
        ("<v Mary Ann><c.yellow.bg_blue>hey</c></v>", "hey"),
        ("<ruby>漢<rt>かん</rt></ruby>", "漢"),
        ("Tom &amp; Jerry &lt;3", "Tom & Jerry <3"),
        ("up\\Ndown", "up down"),
    ],
)
def test_tags_are_not_spoken(text: str, expected: str) -> None:
    assert read_text(build_srt(("00:00:01,000 --> 00:00:02,000", text))) == expected


def test_a_cue_that_ends_before_it_begins_is_shown_as_long_as_it_takes_to_read() -> None:
    words = read_words(
        build_srt(("00:00:05,000 --> 00:00:04,000", "Hello there"), ("00:00:08,000 --> 00:00:09,000", "Bye"))
    )
    assert words[0].start == 5
    assert 5.7 <= words[1].end <= 8
