"""Captions: videos with what is said in them shown word by word."""

from typing import cast

from models.jobs.caption_styles import get_caption_style
from models.jobs.options import CaptionOptions
from models.jobs.transcript import Transcript
from models.limits import load_limits
from models.media.facts import MediaKind
from pipeline.chat.emphasis import choose_emphasis
from pipeline.chat.headline import write_headline
from pipeline.kinds.job_kind import (
    AGAIN_BUTTON,
    CORRECT_BUTTON,
    EDIT_BUTTON,
    FILE_BUTTON,
    SUBTITLE_FORMATS,
    SUBTITLES_BUTTON,
    FollowUp,
    JobKind,
    OutputSpec,
    ResultButton,
)
from pipeline.kinds.running_job import JobResult, RunningJob, describe_text_file, list_film_files

TRANSCRIPTION_SHARE = 0.4  # of the job's progress

CAPTION = JobKind(
    name="caption",
    options=CaptionOptions,
    accepts=frozenset({MediaKind.VIDEO}),
    stages=("listening", "captioning"),
    run="pipeline.kinds.caption:run",
    outputs=(
        OutputSpec("film", MediaKind.VIDEO),
        OutputSpec("thumbnail", MediaKind.IMAGE),
        *(OutputSpec(name, MediaKind.TEXT) for name in SUBTITLE_FORMATS),
    ),
    limits=load_limits().kinds["caption"],
    icon="💬",
    buttons=(AGAIN_BUTTON, FILE_BUTTON, ResultButton("style"), CORRECT_BUTTON, EDIT_BUTTON, SUBTITLES_BUTTON),
    takes_subtitles=True,
    follow_ups=(FollowUp("summary"), FollowUp("chapters")),
)


def run(job: RunningJob) -> JobResult:
    """Transcribe the video, unless its words are known, translate them if asked to, and render the captions."""
    options = cast("CaptionOptions", job.spec.options)
    share = TRANSCRIPTION_SHARE if job.spec.transcript is None else 0.0
    transcript = job.transcribe("listening", options, end=share)
    translation = job.translate_below(transcript, options)
    said = transcript if translation else job.translate(transcript, options.target_language)
    shown = _choose_emphasis(job, options, said)
    subtitles = {name: job.spec.folder / f"film.{name}" for name in SUBTITLE_FORMATS}
    arguments = {
        "video": job.spec.inputs[0],
        "words": shown.words,
        "out": job.spec.folder / "film.mp4",
        "options": _find_title(job, options, shown),
        "language": shown.language,
        "spoken": shown if said is transcript else transcript,
        "logo": job.spec.logo,
        "translation": translation,
        "subtitles": tuple(subtitles.values()),
        **job.spec.extra_outputs,
    }
    film = job.run_task("captioning", "pipeline.captions.film:make", arguments, start=share)
    files = (*list_film_files(film), *(describe_text_file(name, path) for name, path in subtitles.items()))
    if said is transcript:
        return JobResult(files, shown, None, translation)
    return JobResult(files, transcript, shown, translation)


def _find_title(job: RunningJob, options: CaptionOptions, shown: Transcript) -> CaptionOptions:
    """The options with a title by the chat model, where one is asked for, none is given, and there is a model."""
    if not options.title or options.title_text or job.chat is None:
        return options
    return options.model_copy(update={"title_text": write_headline(job.chat, shown, job.chat_job)})


def _choose_emphasis(job: RunningJob, options: CaptionOptions, said: Transcript) -> Transcript:
    """The words with those marked that the chat model emphasises, where the style emphasises and there is a model. The
    choice is kept with the transcript, so that versions of a film do not ask again.
    """
    style = options.custom_style or get_caption_style(options.style)
    if job.chat is None or not style.emphasis.fills or any(word.is_emphasised for word in said.words):
        return said
    return choose_emphasis(job.chat, said, job.chat_job)
