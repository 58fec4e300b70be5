import json
from itertools import pairwise
from pathlib import Path

import httpx
import pytest
from fakes.groq_api import FakeGroq, GroqFault, build_verbose_json, list_allowed_values

from models.errors import ErrorCode, ProcessingFailed, RequestRejected
from models.languages import load_languages
from models.media.facts import SoundInfo
from pipeline.speech.groq import GroqEngine

SOON = {"retry-after-ms": "1"}
SOUND = SoundInfo(60.0, (-20,) * 600)


@pytest.fixture
def audio(tmp_path: Path) -> Path:
    path = tmp_path / "speech.ogg"
    path.write_bytes(b"OggS\r\n--not a boundary\x00\xff")
    return path


@pytest.fixture
def fake() -> FakeGroq:
    return FakeGroq()


def engine(fake: FakeGroq, key: str = "gsk_test", retries: int = 2) -> GroqEngine:
    return GroqEngine(key, http_client=fake.create_client(), retries=retries)


def test_words_come_with_the_marks_of_the_text_and_their_times(fake: FakeGroq, audio: Path) -> None:
    heard = engine(fake).transcribe(audio, None, SOUND)
    assert [(word.text, word.start, word.end) for word in heard.words] == [("Hello,", 0.2, 0.5), ("world.", 0.6, 1.0)]
    assert (heard.language, heard.engine) == ("en", "groq")
    assert heard.confidence == pytest.approx(0.861, abs=0.001)


def test_the_file_and_the_wish_for_word_times_are_sent(fake: FakeGroq, audio: Path) -> None:
    engine(fake).transcribe(audio, "pt-BR", SOUND)
    (call,) = fake.calls
    assert call.file == audio.read_bytes()
    assert call.fields["language"] == ["pt"]
    assert call.fields["response_format"] == ["verbose_json"]
    assert set(call.fields["timestamp_granularities[]"]) == {"word", "segment"}


def test_an_unknown_language_is_left_to_whisper(fake: FakeGroq, audio: Path) -> None:
    engine(fake).transcribe(audio, None, SOUND)
    assert "language" not in fake.calls[0].fields


def test_every_language_of_ours_is_one_of_the_sdk() -> None:
    assert set(load_languages().names) == list_allowed_values("language")


def test_portuguese_is_named_by_its_code(fake: FakeGroq, audio: Path) -> None:
    fake.response = build_verbose_json([("Olá", 0.1, 0.4), ("gente", 0.5, 0.9)], "Olá, gente!", language="Portuguese")
    heard = engine(fake).transcribe(audio, None, SOUND)
    assert (heard.language, heard.text) == ("pt", "Olá, gente!")


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_what_passes_by_itself_is_asked_again(fake: FakeGroq, audio: Path, status: int) -> None:
    fake.faults = [GroqFault(status, SOON), GroqFault(status, SOON)]
    assert engine(fake).transcribe(audio, None, SOUND).words
    assert fake.attempts == 3


@pytest.mark.parametrize(
    ("faults", "attempts"),
    [
        ([GroqFault(429, SOON)] * 3, 3),
        ([GroqFault(503, SOON)] * 3, 3),
        ([GroqFault(401)], 1),
        ([GroqFault(413)], 1),
        ([GroqFault(200, body=b'{"text": "half an ans')], 1),
        ([GroqFault(200, body=b'{"text": "no times"}')], 1),
        ([GroqFault(200, body=b'{"text": "x", "duration": NaN}')], 1),
        ([GroqFault(200, body=b"<html>Bad gateway</html>")], 1),
        ([GroqFault(200, body=b"\xff\xfe")], 1),
    ],
)
def test_a_service_that_stays_down_is_a_failure_and_never_a_crash(
    fake: FakeGroq, audio: Path, faults: list[GroqFault], attempts: int
) -> None:
    fake.faults = list(faults)
    with pytest.raises(ProcessingFailed) as failure:
        engine(fake).transcribe(audio, None, SOUND)
    assert failure.value.code is ErrorCode.SPEECH_SERVICE_DOWN
    assert fake.attempts == attempts


@pytest.mark.parametrize("error", [httpx.ReadTimeout, httpx.ConnectError, httpx.RemoteProtocolError])
def test_no_connection_and_no_answer_in_time_are_failures(
    fake: FakeGroq, audio: Path, error: type[httpx.TransportError]
) -> None:
    fake.faults = [GroqFault(error=error)]
    with pytest.raises(ProcessingFailed) as failure:
        engine(fake, retries=0).transcribe(audio, None, SOUND)
    assert failure.value.code is ErrorCode.SPEECH_SERVICE_DOWN


def test_a_wrong_key_is_a_failure(fake: FakeGroq, audio: Path) -> None:
    with pytest.raises(ProcessingFailed):
        engine(fake, key="gsk_other").transcribe(audio, None, SOUND)


def refusal(fake: FakeGroq, audio: Path) -> ErrorCode:
    with pytest.raises(RequestRejected) as refused:
        engine(fake).transcribe(audio, None, SOUND)
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
        assert len(engine(fake).transcribe(audio, None, sound).words) == 2
        return
    with pytest.raises(RequestRejected) as refused:
        engine(fake).transcribe(audio, None, sound)
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
    heard = engine(fake).transcribe(audio, None, SOUND)
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
    fake.response["duration"] = 2.0
    words = engine(fake).transcribe(audio, None, SOUND).words
    assert [word.text for word in words] == ["one", "two", "three"]
    assert all(before.end <= after.start for before, after in pairwise(words))
    assert all(word.end - word.start >= 0.039 and word.end <= 2.0 for word in words)


def test_parts_of_a_word_become_one(fake: FakeGroq, audio: Path) -> None:
    said = [(" well", 0.1, 0.3), ("-known", 0.3, 0.6), (" fact", 0.7, 1.0)]
    fake.response = build_verbose_json(said, "“Well-known” fact…")
    words = engine(fake).transcribe(audio, None, SOUND).words
    assert [(word.text, word.start, word.end) for word in words] == [("“Well-known”", 0.1, 0.6), ("fact…", 0.7, 1.0)]


def test_chinese_stays_in_its_characters(fake: FakeGroq, audio: Path) -> None:
    fake.response = build_verbose_json(
        [("你好", 0.1, 0.4), ("世", 0.5, 0.7), ("界", 0.7, 1.0)], "你好,世界。", language="Chinese"
    )
    heard = engine(fake).transcribe(audio, None, SOUND)
    assert [word.text for word in heard.words] == ["你好,", "世", "界。"]


def test_segments_without_words_share_their_time(fake: FakeGroq, audio: Path) -> None:
    fake.response = build_verbose_json([("x", 1.0, 3.0)], "Hello big world") | {"words": None}
    words = engine(fake).transcribe(audio, None, SOUND).words
    assert [word.text for word in words] == ["Hello", "big", "world"]
    assert (words[0].start, words[-1].end) == (1.0, 3.0)


async def test_the_fake_answers_over_asgi_as_well(fake: FakeGroq) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(fake), base_url="http://groq.test") as client:
        answer = await client.post(
            "/openai/v1/audio/transcriptions",
            headers={"authorization": "Bearer gsk_test"},
            data={"model": "whisper-large-v3", "response_format": "verbose_json"},
            files={"file": ("a.ogg", b"x")},
        )
    assert answer.json()["words"][0]["word"] == "Hello"


def test_the_fake_refuses_what_the_sdk_does_not_know(fake: FakeGroq) -> None:
    form = {"model": "whisper-9", "file_name": "x"}
    answer = fake.create_client().post(
        "https://api.groq.com/openai/v1/audio/transcriptions",
        headers={"authorization": "Bearer gsk_test"},
        data=form,
        files={"file": ("a.ogg", b"x")},
    )
    assert answer.status_code == 400
    assert "unknown param file_name" in json.loads(answer.text)["error"]["message"]
