"""Summaries: what a voice note, an audio file or a video is about, in the language of the user."""

from typing import cast

from models.jobs.options import SummaryOptions
from models.limits import load_limits
from models.media.facts import MediaKind
from pipeline.chat.summary import summarize_transcript
from pipeline.kinds.job_kind import FollowUp, JobKind, OutputSpec
from pipeline.kinds.running_job import JobResult, RunningJob

TRANSCRIPTION_SHARE = 0.5  # of the job's progress

SUMMARY = JobKind(
    name="summary",
    options=SummaryOptions,
    accepts=frozenset({MediaKind.AUDIO, MediaKind.VIDEO}),
    stages=("listening", "summarizing"),
    run="pipeline.kinds.summary:run",
    outputs=(OutputSpec("txt", MediaKind.TEXT),),
    limits=load_limits().kinds["summary"],
    icon="📋",
    buttons=(),
    follow_ups=(FollowUp("chapters"),),
    needs_chat_model=True,
    needs_only_words=True,
)


def run(job: RunningJob) -> JobResult:
    """Transcribe the first input, unless its words are known, and summarise them.

    The user's own language goes before that of the speech: who asks for a summary wants to read it.
    """
    options, chat = cast("SummaryOptions", job.spec.options), job.require_chat_model()
    share = TRANSCRIPTION_SHARE if job.spec.transcript is None else 0.0
    transcript = job.transcribe("listening", options, end=share)
    report = job.create_progress_report("summarizing", share)
    language = options.own_language or transcript.language
    text = summarize_transcript(chat, transcript, language, job.chat_job, report)
    return job.write_text("txt", text, transcript)
