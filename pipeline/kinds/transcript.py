"""Transcripts: what is said in a voice note, an audio file or a video, as text and as subtitle files."""

from pathlib import Path
from typing import cast

from models.jobs.options import TranscriptOptions
from models.jobs.transcript import Transcript, Translation
from models.limits import load_limits
from models.media.facts import MediaKind
from pipeline.kinds.job_kind import (
    AGAIN_BUTTON,
    CORRECT_BUTTON,
    SUBTITLE_FORMATS,
    FollowUp,
    JobKind,
    OutputSpec,
    ResultButton,
)
from pipeline.kinds.running_job import JobResult, OutputFile, RunningJob, describe_text_file
from pipeline.speech.subtitles import writer

FORMATS = ("txt", *SUBTITLE_FORMATS)

TRANSCRIPT = JobKind(
    name="transcript",
    options=TranscriptOptions,
    accepts=frozenset({MediaKind.AUDIO, MediaKind.VIDEO}),
    stages=("listening",),
    run="pipeline.kinds.transcript:run",
    outputs=tuple(OutputSpec(name, MediaKind.TEXT) for name in FORMATS),
    limits=load_limits().kinds["transcript"],
    icon="📝",
    buttons=(*(ResultButton("file", name) for name in (*SUBTITLE_FORMATS, "txt")), CORRECT_BUTTON, AGAIN_BUTTON),
    follow_ups=(FollowUp("summary"), FollowUp("chapters")),
)


def run(job: RunningJob) -> JobResult:
    """Transcribe the first input, translate its words or add a translation below, and write them in each format."""
    options = cast("TranscriptOptions", job.spec.options)
    transcript = job.transcribe("listening", options)
    below = job.translate_below(transcript, options)
    shown = transcript if below else job.translate(transcript, options.target_language)
    files = tuple(_write(shown, below, name, job.spec.folder) for name in FORMATS)
    return JobResult(files, transcript, shown if shown is not transcript else None, below)


def _write(transcript: Transcript, below: Translation | None, name: str, folder: Path) -> OutputFile:
    path = folder / f"transcript.{name}"
    path.write_text(writer.write(transcript, path.suffix, below), encoding="utf-8")
    return describe_text_file(name, path)
