"""Chapters: times and titles for the description of a video, in the language that is spoken in it."""

from typing import cast

from models.jobs.options import ChaptersOptions
from models.limits import load_limits
from models.media.facts import MediaKind
from pipeline.chat.chapters import find_chapters
from pipeline.kinds.job_kind import FollowUp, JobKind, OutputSpec
from pipeline.kinds.running_job import JobResult, RunningJob

TRANSCRIPTION_SHARE = 0.5  # of the job's progress

CHAPTERS = JobKind(
    name="chapters",
    options=ChaptersOptions,
    accepts=frozenset({MediaKind.AUDIO, MediaKind.VIDEO}),
    stages=("listening", "dividing"),
    run="pipeline.kinds.chapters:run",
    outputs=(OutputSpec("txt", MediaKind.TEXT),),
    limits=load_limits().kinds["chapters"],
    icon="🔖",
    buttons=(),
    follow_ups=(FollowUp("summary"),),
    needs_chat_model=True,
    needs_only_words=True,
)


def run(job: RunningJob) -> JobResult:
    """Transcribe the first input, unless its words are known, and divide them into chapters."""
    options, chat = cast("ChaptersOptions", job.spec.options), job.require_chat_model()
    share = TRANSCRIPTION_SHARE if job.spec.transcript is None else 0.0
    transcript = job.transcribe("listening", options, end=share)
    report = job.create_progress_report("dividing", share)
    chapters = find_chapters(chat, transcript, job.spec.seconds, job.chat_job, report)
    return job.write_text("txt", "\n".join(map(str, chapters)), transcript)
