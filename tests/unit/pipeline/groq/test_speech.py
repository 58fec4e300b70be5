"""Groq hears: what is sent to it, what its answers become, and what happens when it fails."""

import json
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from fakes.groq_api import FakeGroq, GroqCall, GroqFault, build_verbose_json, list_allowed_values

from models.errors import ErrorCode, JobCancelled, ProcessingFailed, RequestRejected
from models.jobs.transcript import Transcript
from models.languages import load_languages
from models.media.facts import SoundInfo, SoundPiece
from models.retries import Backoff
from pipeline.groq.client import GroqClient
from pipeline.groq.speech import GroqSpeech, SpeechTimeouts
from pipeline.speech.service import ServiceRequest

SOON = {"retry-after-ms": "1"}
SOUND = SoundInfo(60.0, (-20,) * 600)
QUICK = Backoff(first=0.001, maximum=0.001)


@pytest.fixture
def audio(tmp_path: Path) -> Path:
    path = tmp_path / "speech.ogg"
    path.write_bytes(b"OggS\r\n--not a boundary\x00\xff")
    return path


@pytest.fixture
def fake() -> FakeGroq:
    return FakeGroq()


def engine(fake: FakeGroq, key: str = "gsk_test", timeouts: SpeechTimeouts | None = None) -> GroqSpeech:
    client = GroqClient(key, "http://groq.test", fake.create_transport(), backoff=QUICK)
    return GroqSpeech(client, timeouts or SpeechTimeouts())


def request_for(pieces: Sequence[SoundPiece], language: str | None = None, sound: SoundInfo = SOUND) -> ServiceRequest:
    return ServiceRequest(
        pieces=pieces,
        sound=sound,
        language=language,
        split=lambda _: [],
    )


def hear(
    fake: FakeGroq, audio: Path, language: str | None = None, sound: SoundInfo = SOUND, **values: Any
) -> Transcript:
    """Hear one piece, which is the whole recording."""
    request = request_for([SoundPiece(audio, 0.0, sound.seconds)], language, sound)
    return engine(fake).transcribe(replace(request, **values))


def test_words_come_with_the_marks_of_the_text_and_their_times(fake: FakeGroq, audio: Path) -> None:
    heard = hear(fake, audio)
    assert [(word.text, word.start, word.end) for word in heard.words] == [("Hello,", 0.2, 0.5), ("world.", 0.6, 1.0)]
    assert (heard.language, heard.engine) == ("en", "groq")
    assert heard.confidence == pytest.approx(0.861, abs=0.001)


def test_the_file_and_the_wish_for_word_times_are_sent(fake: FakeGroq, audio: Path) -> None:
    hear(fake, audio, "pt-BR")
    (call,) = fake.calls
    assert call.file == audio.read_bytes()
    assert call.fields["language"] == ["pt"]
    assert call.fields["response_format"] == ["verbose_json"]
    assert set(call.fields["timestamp_granularities[]"]) == {"word", "segment"}


def test_an_unknown_language_is_left_to_whisper(fake: FakeGroq, audio: Path) -> None:
    hear(fake, audio)
    assert "language" not in fake.calls[0].fields


def test_every_language_of_ours_is_one_of_the_sdk() -> None:
    assert set(load_languages().names) == list_allowed_values("language")


def test_portuguese_is_named_by_its_code(fake: FakeGroq, audio: Path) -> None:
    fake.response = build_verbose_json([("Olá", 0.1, 0.4), ("gente", 0.5, 0.9)], "Olá, gente!", language="Portuguese")
    heard = hear(fake, audio)
    assert (heard.language, heard.text) == ("pt", "Olá, gente!")


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
def test_what_passes_by_itself_is_asked_again(fake: FakeGroq, audio: Path, status: int) -> None:
    fake.faults = [GroqFault(status, SOON)] * 5
    assert hear(fake, audio).words
    assert fake.attempts == 6


@pytest.mark.parametrize("error", [httpx.ReadTimeout, httpx.ConnectError, httpx.RemoteProtocolError])
def test_a_lost_connection_is_made_again(fake: FakeGroq, audio: Path, error: type[httpx.TransportError]) -> None:
    fake.faults = [GroqFault(error=error)] * 3
    assert hear(fake, audio).words
    assert fake.attempts == 4


@pytest.mark.parametrize(
    ("headers", "is_repeated"),
    [
        ({"retry-after": "0.01"}, True),
        ({"retry-after-ms": "10"}, True),
        ({"retry-after": "31"}, False),
        ({"retry-after-ms": "31000"}, False),
        ({"retry-after": format_datetime(datetime.now(UTC) + timedelta(days=1), usegmt=True)}, False),
        ({"retry-after": format_datetime(datetime.now(UTC) - timedelta(minutes=10), usegmt=True)}, True),
        ({"retry-after": "soon"}, True),
        ({"retry-after": "nan"}, True),
        ({"retry-after": "-5"}, True),
        ({"retry-after": "inf"}, True),
        ({}, True),
    ],
)
def test_a_limit_is_waited_for_only_within_the_time_of_the_recording(
    fake: FakeGroq, audio: Path, headers: dict[str, str], is_repeated: bool
) -> None:
    """Half a minute, where the recording is that short."""
    fake.faults = [GroqFault(429, headers)]
    sound = SoundInfo(2.0, (-20,) * 20)
    if is_repeated:
        assert hear(fake, audio, sound=sound).words
    else:
        assert failure(fake, audio, sound=sound) is ErrorCode.SPEECH_SERVICE_DOWN
        assert fake.attempts == 1


def test_what_never_passes_ends_with_the_time_of_the_recording(fake: FakeGroq, audio: Path) -> None:
    fake.faults = [GroqFault(503, {"retry-after-ms": "20"})] * 1000
    short = engine(fake, timeouts=SpeechTimeouts(total=0.3, total_per_second=0.0))
    with pytest.raises(ProcessingFailed) as failed:
        short.transcribe(request_for([SoundPiece(audio, 0.0, 60.0)]))
    assert failed.value.code is ErrorCode.SPEECH_SERVICE_DOWN
    assert 2 <= fake.attempts <= 20


def test_the_time_grows_with_the_recording(fake: FakeGroq, audio: Path) -> None:
    fake.faults = [GroqFault(429, {"retry-after-ms": "200"})] * 2
    slow = engine(fake, timeouts=SpeechTimeouts(total=0.0, total_per_second=0.1))
    assert slow.transcribe(request_for([SoundPiece(audio, 0.0, 60.0)])).words
    fake.faults = [GroqFault(429, {"retry-after-ms": "200"})]
    with pytest.raises(ProcessingFailed):
        slow.transcribe(request_for([SoundPiece(audio, 0.0, 1.0)], sound=SoundInfo(1.0, (-20,) * 10)))


def test_a_request_without_an_answer_is_given_up_and_made_again(fake: FakeGroq, audio: Path) -> None:
    fake.faults = [GroqFault(hangs=True)]
    impatient = engine(fake, timeouts=SpeechTimeouts(request=0.05, request_per_second=0.0))
    assert impatient.transcribe(request_for([SoundPiece(audio, 0.0, 60.0)])).words
    assert (fake.attempts, fake.hanging) == (2, 0)


@pytest.mark.parametrize(
    "fault",
    [
        GroqFault(400),
        GroqFault(401),
        GroqFault(402),
        GroqFault(403),
        GroqFault(404),
        GroqFault(413),
        GroqFault(200, body=b'{"text": "half an ans'),
        GroqFault(200, body=b'{"text": "no times"}'),
        GroqFault(200, body=b'{"text": "x", "duration": NaN}'),
        GroqFault(200, body=b'{"text": 5, "duration": "long", "segments": {}, "words": 7}'),
        GroqFault(200, body=b"[]"),
        GroqFault(200, body=b"<html>Bad gateway</html>"),
        GroqFault(200, body=b"\xff\xfe"),
        GroqFault(200, body=b""),
    ],
)
def test_what_does_not_pass_is_a_failure_at_once_and_never_a_crash(
    fake: FakeGroq, audio: Path, fault: GroqFault
) -> None:
    fake.faults = [fault]
    sound = SoundInfo(15.0, (-20,) * 150)  # too short to be made smaller
    assert failure(fake, audio, sound=sound) is ErrorCode.SPEECH_SERVICE_DOWN
    assert fake.attempts == 1


def failure(fake: FakeGroq, audio: Path, **values: Any) -> ErrorCode:
    with pytest.raises(ProcessingFailed) as failed:
        hear(fake, audio, **values)
    return failed.value.code


def test_a_wrong_key_is_a_failure(fake: FakeGroq, audio: Path) -> None:
    request = request_for([SoundPiece(audio, 0.0, 60.0)])
    with pytest.raises(ProcessingFailed):
        engine(fake, key="gsk_other").transcribe(request)


@pytest.mark.parametrize("fault", [GroqFault(hangs=True), GroqFault(429, {"retry-after": "25"})])
def test_a_cancelled_job_does_not_wait_for_groq(fake: FakeGroq, audio: Path, fault: GroqFault) -> None:
    fake.faults = [fault]
    with pytest.raises(JobCancelled):
        hear(fake, audio, is_cancelled=lambda: fake.attempts > 0)
    assert (fake.attempts, fake.hanging) == (1, 0)


def refusal(fake: FakeGroq, audio: Path) -> ErrorCode:
    with pytest.raises(RequestRejected) as refused:
        hear(fake, audio)
    return refused.value.code


def test_words_made_of_silence_are_no_speech(fake: FakeGroq, audio: Path) -> None:
    fake.response = build_verbose_json(
        [("Thank", 0.0, 1.0), ("you", 1.0, 2.0)], "Thank you.", no_speech_prob=0.9, avg_logprob=-1.3
    )
    assert refusal(fake, audio) is ErrorCode.NO_SPEECH


@pytest.mark.parametrize("loudness", [-70, -20])
def test_words_where_it_is_quiet_and_whisper_doubts_speech_are_dropped(
    fake: FakeGroq, audio: Path, loudness: int
) -> None:
    fake.response = build_verbose_json([("Thank", 0.0, 1.0), ("you", 1.0, 2.0)], "Thank you.", no_speech_prob=0.8)
    sound = SoundInfo(2.5, (loudness,) * 25)
    if loudness == -20:
        assert len(hear(fake, audio, sound=sound).words) == 2
        return
    with pytest.raises(RequestRejected) as refused:
        hear(fake, audio, sound=sound)
    assert refused.value.code is ErrorCode.NO_SPEECH


def test_nothing_but_credit_lines_is_no_speech(fake: FakeGroq, audio: Path) -> None:
    words = [("Thanks", 0.0, 0.4), ("for", 0.4, 0.6), ("watching", 0.6, 1.0)]
    fake.response = build_verbose_json(words, "Thanks for watching!")
    assert refusal(fake, audio) is ErrorCode.NO_SPEECH


def test_a_few_words_over_twenty_seconds_are_no_speech(fake: FakeGroq, audio: Path) -> None:
    fake.response = build_verbose_json([("Thank", 0.0, 14.0), ("you", 14.0, 29.9)], "Thank you.")
    assert refusal(fake, audio) is ErrorCode.NO_SPEECH


def test_a_credit_line_after_speech_is_dropped_with_its_words_alone(fake: FakeGroq, audio: Path) -> None:
    spoken = build_verbose_json([("Hello", 0.2, 0.5), ("world", 0.6, 1.0)], "Hello, world.", language="Portuguese")
    words = [("Legendas", 1.2, 1.6), ("pela", 1.6, 1.8), ("comunidade", 1.8, 2.4), ("Amara.org", 2.4, 3.0)]
    credit = build_verbose_json(words, "Legendas pela comunidade Amara.org")
    for name in ("segments", "words"):
        spoken[name] += credit[name]
    fake.response = spoken | {"duration": 3.5}
    heard = hear(fake, audio)
    assert [word.text for word in heard.words] == ["Hello,", "world."]
    assert heard.confidence == pytest.approx(0.861, abs=0.001)


def test_no_words_are_no_speech(fake: FakeGroq, audio: Path) -> None:
    fake.response = build_verbose_json([], "") | {"segments": []}
    assert refusal(fake, audio) is ErrorCode.NO_SPEECH


def test_words_that_whisper_doubts_are_unclear(fake: FakeGroq, audio: Path) -> None:
    fake.response = build_verbose_json([("mumble", 0.0, 1.0)], "mumble", avg_logprob=-1.4)
    assert refusal(fake, audio) is ErrorCode.SPEECH_UNCLEAR


def test_a_phrase_in_a_loop_is_left_out(fake: FakeGroq, audio: Path) -> None:
    fake.response = build_verbose_json(
        [("na", index / 2, index / 2 + 0.4) for index in range(20)], "na " * 20, compression_ratio=5.0
    )
    assert refusal(fake, audio) in {ErrorCode.NO_SPEECH, ErrorCode.SPEECH_UNCLEAR}


def test_times_that_run_backwards_or_past_the_end_are_put_right(fake: FakeGroq, audio: Path) -> None:
    fake.response = build_verbose_json(
        [("one", 0.5, 0.4), ("two", 0.5, 0.5), ("three", 0.3, 9.0)], "one two three", start=0, end=9
    )
    words = hear(fake, audio, sound=SoundInfo(2.0, (-20,) * 20)).words
    assert [word.text for word in words] == ["one", "two", "three"]
    assert all(before.end <= after.start for before, after in pairwise(words))
    assert all(word.end - word.start >= 0.039 and word.end <= 2.0 for word in words)


def test_parts_of_a_word_become_one(fake: FakeGroq, audio: Path) -> None:
    said = [(" well", 0.1, 0.3), ("-known", 0.3, 0.6), (" fact", 0.7, 1.0)]
    fake.response = build_verbose_json(said, "“Well-known” fact…")
    words = hear(fake, audio).words
    assert [(word.text, word.start, word.end) for word in words] == [("“Well-known”", 0.1, 0.6), ("fact…", 0.7, 1.0)]


def test_chinese_stays_in_its_characters(fake: FakeGroq, audio: Path) -> None:
    fake.response = build_verbose_json(
        [("你好", 0.1, 0.4), ("世", 0.5, 0.7), ("界", 0.7, 1.0)], "你好,世界。", language="Chinese"
    )
    heard = hear(fake, audio)
    assert [word.text for word in heard.words] == ["你好,", "世", "界。"]


def test_segments_without_words_share_their_time(fake: FakeGroq, audio: Path) -> None:
    fake.response = build_verbose_json([("x", 1.0, 3.0)], "Hello big world") | {"words": None}
    words = hear(fake, audio).words
    assert [word.text for word in words] == ["Hello", "big", "world"]
    assert (words[0].start, words[-1].end) == (1.0, 3.0)


def piece_of(folder: Path, start: float, end: float) -> SoundPiece:
    path = folder / f"{start}-{end}.ogg"
    path.write_bytes(f"{start} {end}".encode())
    return SoundPiece(path, start, end)


def speak_every_second(call: GroqCall) -> dict[str, Any]:
    """Whisper's answer to a piece of a recording in which the number of each second is said."""
    start, end = (float(each) for each in call.file.split())
    numbers = [n for n in range(1000) if start <= n + 0.2 and n + 0.8 <= end]
    words = [(f"n{n}", n + 0.2 - start, n + 0.8 - start) for n in numbers]
    return build_verbose_json(words, " ".join(word for word, _, _ in words), start=0.0, end=end - start)


def list_numbers(count: int) -> list[str]:
    return [f"n{n}" for n in range(count)]


def long_sound(seconds: int) -> SoundInfo:
    return SoundInfo(float(seconds), (-20,) * (10 * seconds))


def test_pieces_become_one_transcript_in_order_and_in_time(fake: FakeGroq, tmp_path: Path) -> None:
    fake.hear = speak_every_second
    pieces = [piece_of(tmp_path, 10.0 * n, 10.0 * (n + 1)) for n in range(5)]
    heard = engine(fake).transcribe(request_for(pieces, sound=long_sound(50)))
    assert [word.text for word in heard.words] == list_numbers(50)
    assert all(word.start == pytest.approx(n + 0.2, abs=0.01) for n, word in enumerate(heard.words))


def test_what_two_pieces_hear_is_kept_once(fake: FakeGroq, tmp_path: Path) -> None:
    fake.hear = speak_every_second
    pieces = [piece_of(tmp_path, 0.0, 22.5), piece_of(tmp_path, 18.4, 42.1), piece_of(tmp_path, 37.9, 60.0)]
    heard = engine(fake).transcribe(request_for(pieces, sound=long_sound(60)))
    assert [word.text for word in heard.words] == list_numbers(60)


def test_the_language_of_the_first_words_holds_for_the_other_pieces(fake: FakeGroq, tmp_path: Path) -> None:
    answers = [
        build_verbose_json([], "", language="Latin") | {"segments": []},
        build_verbose_json([("Olá", 1.0, 2.0)], "Olá", language="Portuguese"),
        build_verbose_json([("mundo", 1.0, 2.0)], "mundo", language="Galician"),
    ]
    fake.hear = lambda _: answers[len(fake.calls) - 1]
    pieces = [piece_of(tmp_path, 20.0 * n, 20.0 * (n + 1)) for n in range(3)]
    heard = engine(fake).transcribe(request_for(pieces))
    assert [call.fields.get("language") for call in fake.calls] == [None, None, ["pt"]]
    assert (heard.language, heard.text) == ("pt", "Olá mundo")


def halve(piece: SoundPiece) -> list[SoundPiece]:
    middle = (piece.start + piece.end) / 2
    return [piece_of(piece.path.parent, piece.start, middle), piece_of(piece.path.parent, middle, piece.end)]


def test_a_piece_that_is_too_large_is_made_smaller_until_it_is_taken(fake: FakeGroq, tmp_path: Path) -> None:
    fake.hear = speak_every_second

    def write(start: float, end: float) -> SoundPiece:
        piece = piece_of(tmp_path, start, end)
        piece.path.write_bytes(piece.path.read_bytes() + b" " * int(100 * piece.seconds))
        return piece

    def split(piece: SoundPiece) -> list[SoundPiece]:
        return [write(half.start, half.end) for half in halve(piece)]

    fake.max_file_bytes = 4_000
    request = request_for([write(0.0, 40.0), write(40.0, 160.0)], sound=long_sound(160))
    heard = engine(fake).transcribe(replace(request, split=split))
    assert [word.text for word in heard.words] == list_numbers(160)
    assert max(len(call.file) for call in fake.calls) <= 4_000


def test_a_small_piece_that_is_still_too_large_is_a_failure(fake: FakeGroq, tmp_path: Path) -> None:
    fake.max_file_bytes = 1
    request = request_for([piece_of(tmp_path, 0.0, 60.0)])
    with pytest.raises(ProcessingFailed):
        engine(fake).transcribe(replace(request, split=halve))
    assert fake.attempts == 3  # of 60, 30 and 15 seconds


def test_pieces_that_fail_for_a_moment_are_heard_all_the_same(fake: FakeGroq, tmp_path: Path) -> None:
    fake.hear = speak_every_second
    fake.faults = [GroqFault(500), GroqFault(429, SOON), GroqFault(error=httpx.ReadError)]
    pieces = [piece_of(tmp_path, 10.0 * n, 10.0 * (n + 1)) for n in range(6)]
    heard = engine(fake).transcribe(request_for(pieces, language="en", sound=long_sound(60)))
    assert [word.text for word in heard.words] == list_numbers(60)
    assert fake.attempts == 9


def test_seconds_are_recorded_as_groq_charges_them_also_where_it_fails_later(fake: FakeGroq, tmp_path: Path) -> None:
    charged: list[float] = []
    pieces = [piece_of(tmp_path, 0.0, 4.0), piece_of(tmp_path, 4.0, 60.0)]

    def answer(_call: GroqCall) -> dict[str, Any]:
        if len(fake.calls) > 1:
            raise ValueError("could not process file")
        return fake.response

    fake.hear = answer
    with pytest.raises(ProcessingFailed):
        engine(fake).transcribe(replace(request_for(pieces), record_seconds=charged.append))
    assert charged == [10.0]


@pytest.mark.parametrize("body", [b"", b"{malformed", b"[]", b"{}"])
def test_seconds_of_an_answer_that_cannot_be_read_are_recorded(fake: FakeGroq, audio: Path, body: bytes) -> None:
    charged: list[float] = []
    fake.faults = [GroqFault(200, body=body)]
    request = replace(request_for([SoundPiece(audio, 0.0, 60.0)]), record_seconds=charged.append)
    with pytest.raises(ProcessingFailed):
        engine(fake).transcribe(request)
    assert charged == [60.0]


def test_progress_is_the_share_of_the_recording_that_is_heard(fake: FakeGroq, tmp_path: Path) -> None:
    fake.hear = speak_every_second
    shares: list[float] = []
    pieces = [piece_of(tmp_path, 15.0 * n, 15.0 * (n + 1)) for n in range(4)]
    engine(fake).transcribe(replace(request_for(pieces), report_progress=shares.append))
    assert shares == [0.25, 0.5, 0.75, 1.0]


def test_names_of_the_business_are_sent_as_the_prompt(fake: FakeGroq, audio: Path) -> None:
    hear(fake, audio, vocabulary=("Rabisco", "João Dória", "R2-D2"))
    assert fake.calls[0].fields["prompt"] == ["Rabisco, João Dória, R2-D2."]
    hear(fake, audio)
    assert "prompt" not in fake.calls[1].fields


def test_a_prompt_that_whisper_repeats_in_a_pause_is_nobodys_words(fake: FakeGroq, audio: Path) -> None:
    words = [("Ana", 0.0, 0.3), ("Rabisco", 0.4, 0.6), ("Pix", 0.7, 1.0)]
    fake.response = build_verbose_json(words, "Ana, Rabisco, Pix.")
    with pytest.raises(RequestRejected) as refused:
        hear(fake, audio, vocabulary=("Ana", "Rabisco", "Pix"))
    assert refused.value.code is ErrorCode.NO_SPEECH
    assert hear(fake, audio, vocabulary=("Ana", "Pix")).words


def test_recordings_are_heard_at_the_same_time(fake: FakeGroq, audio: Path) -> None:
    """Workers share the service: each recording has connections of its own."""
    heard: list[str] = []
    service = engine(fake)

    def work() -> None:
        heard.append(service.transcribe(request_for([SoundPiece(audio, 0.0, 60.0)])).text)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard == ["Hello, world."] * 4


async def test_the_fake_answers_over_asgi_as_well(fake: FakeGroq) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(fake), base_url="http://groq.test") as client:
        answer = await client.post(
            "/openai/v1/audio/transcriptions",
            headers={"authorization": "Bearer gsk_test"},
            data={"model": "whisper-large-v3", "response_format": "verbose_json"},
            files={"file": ("a.ogg", b"x")},
        )
    assert answer.json()["words"][0]["word"] == "Hello"


async def test_the_fake_refuses_what_the_sdk_does_not_know(fake: FakeGroq) -> None:
    form = {"model": "whisper-9", "file_name": "x"}
    async with httpx.AsyncClient(transport=fake.create_transport()) as client:
        answer = await client.post(
            "https://api.groq.com/openai/v1/audio/transcriptions",
            headers={"authorization": "Bearer gsk_test"},
            data=form,
            files={"file": ("a.ogg", b"x")},
        )
    assert answer.status_code == 400
    assert "unknown param file_name" in json.loads(answer.text)["error"]["message"]
