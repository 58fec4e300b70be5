"""Who hears: the service where there is one, this machine where it can help, with what each costs."""

from pathlib import Path
from typing import Any

import pytest
from fakes.world.staged_sandbox import TRANSCRIPT

from models.errors import ErrorCode, JobCancelled, ProcessingFailed, RequestRejected
from models.jobs.options import CaptionOptions
from models.jobs.transcript import Transcript, Word
from models.media.facts import SoundInfo, SoundPiece
from pipeline.speech.service import ServiceRequest
from pipeline.speech.transcription import Transcriber, TranscriptionJob, create_speech_service

PREPARE, LOCAL = "pipeline.speech.preparation:prepare", "pipeline.speech.local:transcribe"
CORRECT = "pipeline.speech.time_correction:correct"
WRITE, SPLIT = "pipeline.speech.upload:write_pieces", "pipeline.speech.upload:split_piece"
BY_SERVICE = TRANSCRIPT.model_copy(update={"engine": "groq"})
SOUND = SoundInfo(10.0)
CORRECTED = (TRANSCRIPT.words[0].model_copy(update={"start": TRANSCRIPT.words[0].start + 0.1}),)
PIECE = SoundPiece(Path("piece.ogg"), 0.0, 10.0)


class Service:
    """A speech service that answers, or fails as told, and charges all it was sent."""

    def __init__(self, answer: Transcript | Exception) -> None:
        self.answer = answer
        self.asked: list[ServiceRequest] = []

    def transcribe(self, request: ServiceRequest) -> Transcript:
        self.asked.append(request)
        request.record_seconds(10.0)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Child:
    """Plays the tasks of hearing: ten seconds of sound, and words heard here."""

    def __init__(self, folder: Path, sound: SoundInfo = SOUND, heard: Transcript = TRANSCRIPT) -> None:
        self.sound, self.heard = sound, heard
        self.runs: list[tuple[str, dict[str, Any]]] = []
        self.recorded: list[tuple[str, float, int]] = []
        self.error: ProcessingFailed | None = None  # of the correction of times
        self.job = TranscriptionJob(folder, self, record_speech=lambda *each: self.recorded.append(each))

    def __call__(self, task: str, arguments: dict[str, object]) -> Any:
        self.runs.append((task, arguments))
        if task == CORRECT:
            return self.correct(arguments["transcript"])
        return {PREPARE: self.sound, WRITE: [PIECE], SPLIT: [PIECE, PIECE], LOCAL: self.heard}[task]

    def correct(self, transcript: object) -> Transcript:
        if self.error:
            raise self.error
        assert isinstance(transcript, Transcript)
        words = tuple(word.model_copy(update={"start": word.start + 0.1}) for word in transcript.words)
        return transcript.model_copy(update={"words": words})

    @property
    def tasks(self) -> list[str]:
        return [task for task, _ in self.runs]


def test_without_a_service_the_words_are_heard_here_and_cost_nothing(tmp_path: Path) -> None:
    child = Child(tmp_path)
    assert Transcriber(None).transcribe(tmp_path / "in", CaptionOptions(language="en"), child.job) == TRANSCRIPT
    assert child.tasks == [PREPARE, LOCAL]
    assert child.recorded == [("local", 10.0, 0)]


def test_a_service_hears_and_is_paid_by_the_second(tmp_path: Path) -> None:
    child, service = Child(tmp_path), Service(BY_SERVICE)
    options = CaptionOptions(language="pt", vocabulary=("Rabisco",))
    heard = Transcriber(service).transcribe(tmp_path / "in", options, child.job)
    assert (heard.engine, heard.words) == ("groq", CORRECTED)
    assert (child.tasks, child.recorded) == ([PREPARE, WRITE, CORRECT], [("groq", 10.0, 111)])
    (asked,) = service.asked
    assert (asked.pieces, asked.language, asked.vocabulary) == ([PIECE], "pt", ("Rabisco",))


@pytest.mark.parametrize("service", [None, Service(BY_SERVICE)])
def test_whoever_hears_the_turns_of_speakers_are_those_of_the_sound(tmp_path: Path, service: Service | None) -> None:
    words = (*TRANSCRIPT.words, Word(text="Yes", start=2.0, end=2.4))
    heard = TRANSCRIPT.model_copy(update={"words": words})
    child = Child(tmp_path, SoundInfo(10.0, speaker_turns=(2.1,)), heard)
    if service is not None:
        service.answer = heard
    found = Transcriber(service).transcribe(tmp_path / "in", CaptionOptions(language="en"), child.job)
    assert [word.is_speaker_change for word in found.words] == [False, True]


def test_what_was_paid_for_is_not_lost_where_its_times_cannot_be_corrected(tmp_path: Path) -> None:
    child = Child(tmp_path)
    child.error = ProcessingFailed(ErrorCode.CRASHED)
    assert Transcriber(Service(BY_SERVICE)).transcribe(tmp_path / "in", CaptionOptions(), child.job) == BY_SERVICE


def test_smaller_pieces_are_made_in_the_child(tmp_path: Path) -> None:
    child, service = Child(tmp_path), Service(BY_SERVICE)
    Transcriber(service).transcribe(tmp_path / "in", CaptionOptions(), child.job)
    assert service.asked[0].split(PIECE) == [PIECE, PIECE]
    place = {"wav": tmp_path / "sound.wav", "folder": tmp_path}
    assert child.runs[-1] == (SPLIT, {**place, "start": 0.0, "end": 10.0})


def test_a_language_that_is_not_given_is_left_to_the_service(tmp_path: Path) -> None:
    service = Service(BY_SERVICE)
    Transcriber(service).transcribe(tmp_path / "in", CaptionOptions(), Child(tmp_path).job)
    assert service.asked[0].language is None


def test_when_the_service_is_down_this_machine_hears(tmp_path: Path) -> None:
    child = Child(tmp_path)
    down = Service(ProcessingFailed(ErrorCode.SPEECH_SERVICE_DOWN))
    options = CaptionOptions(language="auto", own_language="pt", vocabulary=("Rabisco",))
    assert Transcriber(down).transcribe(tmp_path / "in", options, child.job) == TRANSCRIPT
    assert child.recorded == [("groq", 10.0, 111), ("local", 10.0, 0)]  # what it charged before it failed is paid
    place = {"wav": tmp_path / "sound.wav", "language": "auto", "own_language": "pt", "vocabulary": ("Rabisco",)}
    assert child.runs[-1] == (LOCAL, place)


def test_when_the_service_that_was_asked_for_is_down_nobody_else_hears(tmp_path: Path) -> None:
    down = Service(ProcessingFailed(ErrorCode.SPEECH_SERVICE_DOWN))
    with pytest.raises(ProcessingFailed) as failed:
        Transcriber(down).transcribe(tmp_path / "in", CaptionOptions(engine="groq"), Child(tmp_path).job)
    assert failed.value.code is ErrorCode.SPEECH_SERVICE_DOWN


def test_a_cancelled_job_is_not_heard_here_instead(tmp_path: Path) -> None:
    child = Child(tmp_path)
    with pytest.raises(JobCancelled):
        Transcriber(Service(JobCancelled())).transcribe(tmp_path / "in", CaptionOptions(), child.job)
    assert LOCAL not in child.tasks


def test_a_language_nobody_knows_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    child = Child(tmp_path)
    with pytest.raises(RequestRejected) as refused:
        Transcriber(None).transcribe(tmp_path / "in", CaptionOptions(language="klingon"), child.job)
    assert refused.value.code is ErrorCode.LANGUAGE_NOT_HEARD
    assert child.tasks == []


def test_without_a_key_there_is_no_service() -> None:
    assert create_speech_service(None, "") is None
    assert create_speech_service("", "") is None
