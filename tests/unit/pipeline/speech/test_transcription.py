"""Who hears: the service where there is one, this machine where it can help, with what each costs."""

from pathlib import Path
from typing import Any

import pytest
from fakes.world.staged_sandbox import TRANSCRIPT

from models.errors import ErrorCode, ProcessingFailed, RequestRejected
from models.jobs.options import CaptionOptions
from models.jobs.transcript import Transcript
from models.media.facts import SoundInfo
from pipeline.speech.transcription import Transcriber, create_speech_service

PREPARE, LOCAL = "pipeline.speech.preparation:prepare", "pipeline.speech.local:transcribe"
BY_SERVICE = TRANSCRIPT.model_copy(update={"engine": "groq"})


class Service:
    """A speech service that answers, or fails as told."""

    def __init__(self, answer: Transcript | Exception) -> None:
        self.answer = answer
        self.asked: list[tuple[str, str | None]] = []

    def transcribe(self, audio: Path, language: str | None, sound: SoundInfo) -> Transcript:
        self.asked.append((audio.name, language))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Child:
    """Plays the tasks of hearing: ten seconds of sound, and words heard here."""

    def __init__(self) -> None:
        self.runs: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, task: str, arguments: dict[str, object]) -> Any:
        self.runs.append((task, arguments))
        return SoundInfo(10.0) if task == PREPARE else TRANSCRIPT

    @property
    def tasks(self) -> list[str]:
        return [task for task, _ in self.runs]


def test_without_a_service_the_words_are_heard_here_and_cost_nothing(tmp_path: Path) -> None:
    child = Child()
    heard = Transcriber(None).transcribe(tmp_path / "in", CaptionOptions(language="en"), tmp_path, child)
    assert (heard.transcript, heard.provider_seconds, heard.provider_cost) == (TRANSCRIPT, 0.0, 0)
    assert child.tasks == [PREPARE, LOCAL]
    assert child.runs[0][1]["upload"] is None


def test_a_service_hears_and_is_paid_by_the_second(tmp_path: Path) -> None:
    child, service = Child(), Service(BY_SERVICE)
    heard = Transcriber(service).transcribe(tmp_path / "in", CaptionOptions(language="pt"), tmp_path, child)
    assert (heard.transcript, heard.provider_seconds, heard.provider_cost) == (BY_SERVICE, 10.0, 120)
    assert (child.tasks, service.asked) == ([PREPARE], [("sound.ogg", "pt")])


def test_a_language_that_is_not_given_is_left_to_the_service(tmp_path: Path) -> None:
    service = Service(BY_SERVICE)
    Transcriber(service).transcribe(tmp_path / "in", CaptionOptions(), tmp_path, Child())
    assert service.asked == [("sound.ogg", None)]


def test_when_the_service_is_down_this_machine_hears(tmp_path: Path) -> None:
    child = Child()
    down = Service(ProcessingFailed(ErrorCode.SPEECH_SERVICE_DOWN))
    options = CaptionOptions(language="auto", own_language="pt")
    heard = Transcriber(down).transcribe(tmp_path / "in", options, tmp_path, child)
    assert (heard.transcript, heard.provider_cost) == (TRANSCRIPT, 0)
    assert child.runs[-1] == (LOCAL, {"wav": tmp_path / "sound.wav", "language": "auto", "own_language": "pt"})


def test_when_the_service_that_was_asked_for_is_down_nobody_else_hears(tmp_path: Path) -> None:
    down = Service(ProcessingFailed(ErrorCode.SPEECH_SERVICE_DOWN))
    with pytest.raises(ProcessingFailed) as failed:
        Transcriber(down).transcribe(tmp_path / "in", CaptionOptions(engine="groq"), tmp_path, Child())
    assert failed.value.code is ErrorCode.SPEECH_SERVICE_DOWN


def test_a_language_nobody_knows_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    child = Child()
    with pytest.raises(RequestRejected) as refused:
        Transcriber(None).transcribe(tmp_path / "in", CaptionOptions(language="klingon"), tmp_path, child)
    assert refused.value.code is ErrorCode.LANGUAGE_NOT_HEARD
    assert child.tasks == []


def test_without_a_key_there_is_no_service() -> None:
    assert create_speech_service(None, "") is None
    assert create_speech_service("", "") is None
