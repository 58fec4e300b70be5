"""Chapters: times and titles for the description of a video, in the language that is spoken in it."""

from typing import cast

from models.jobs.options import ChaptersOptions
from models.jobs.transcript import Transcript
from models.limits import load_limits
from models.media.facts import MediaKind
from pipeline.chat.chapters import find_chapters
from pipeline.kinds.job_kind import FollowUp, JobKind, OutputSpec
from pipeline.kinds.running_job import JobResult, RunningJob
from pipeline.media.editing.cut_list import CutList

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
    """Transcribe the first input, unless its words are known, and divide them into chapters, at the times of the result
    that they are about."""
    options, chat = cast("ChaptersOptions", job.spec.options), job.require_chat_model()
    share = TRANSCRIPTION_SHARE if job.spec.transcript is None else 0.0
    transcript = job.transcribe("listening", options, end=share)
    report = job.create_progress_report("dividing", share)
    cuts = job.spec.cuts
    shown, seconds = _cut_transcript(transcript, cuts), job.spec.seconds - float(cuts.seconds)
    chapters = find_chapters(chat, shown, seconds, job.chat_job, report)
    return job.write_text("txt", "\n".join(map(str, chapters)), transcript)


def _cut_transcript(transcript: Transcript, cuts: CutList) -> Transcript:
    """The words that are left, at their times in the result."""
    words = []
    for word in transcript.words:
        start, end = cuts.map_seconds(word.start), cuts.map_seconds(word.end)
        if start < end or word.start == word.end:
            words.append(word.model_copy(update={"start": start, "end": end}))
    return transcript.model_copy(update={"words": tuple(words)})
