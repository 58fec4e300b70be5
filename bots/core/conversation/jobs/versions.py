"""Versions of a result: made again from the words that are known, with other looks or edits, and what that costs."""

from typing import Any, Final

from sqlmodel import Session

from bots.core.context import Context, HandlerResult
from bots.core.conversation.jobs.submission import Submission, acknowledge, complete_options, submit
from models.jobs.job import Job, JobStatus
from models.jobs.options import JobOptions
from pipeline import JobRequirements, Pipeline, get_kind
from storage.jobs import jobs, transcripts, versions

_INVISIBLE: Final = {"engine", "vocabulary", "heard_in", "own_language", "encoding"}  # in what is made of known words


def submit_version(pipeline: Pipeline, context: Context, result: HandlerResult, job: Job, options: JobOptions) -> bool:
    """Submit a job of the same inputs and words with other options: nothing is heard or translated again. Whether it
    was accepted."""
    session = context.session
    submission = Submission(
        job.reply_to,
        acknowledge(context, result, job.reply_to),
        job.id,
        transcripts.find_spoken(session, job.id),
        transcripts.find_correction(session, job.id),
        _count_earlier(session, job),
    )
    return submit(pipeline, context, result, jobs.list_inputs(session, job.id), options, submission)


def find_version_price(pipeline: Pipeline, context: Context, job: Job, options: JobOptions) -> int | None:
    """What a version costs in credits; None where nothing is paid, and in groups, which are not told of money."""
    plan = pipeline.entitlements.plan_of(context.person)
    if context.inbound.is_group or not plan.metered:
        return None
    seconds = sum(media.seconds or 0 for media in jobs.list_inputs(context.session, job.id))
    earlier = _count_earlier(context.session, job)
    requirements = JobRequirements(
        get_kind(job.kind),
        options.compute_seconds(seconds),
        language=options.spoken_language if earlier is None else None,
        earlier_corrections=earlier,
    )
    return pipeline.entitlements.price_of(plan, requirements)


def is_version_made(pipeline: Pipeline, context: Context, job: Job, options: JobOptions) -> bool:
    """Whether this very result exists, or is being made: of the same file, from the same words or those that are still
    to be heard in it."""
    session = context.session
    words = transcripts.find_spoken(session, job.id)
    others = (each for each in versions.list_versions(session, job) if each.id != job.id)
    same = (each for each in others if transcripts.find_spoken(session, each.id) in (None, words))
    return any(is_unchanged(pipeline, context, each, options) for each in (job, *same))


def is_unchanged(pipeline: Pipeline, context: Context, job: Job, options: JobOptions) -> bool:
    """Whether these options would show what the result of a job does: also the brand and the plan may be others now."""
    completed = complete_options(options, context)
    wanted = pipeline.resolve_options(context.session, context.person, completed)
    return _list_visible(wanted) == _list_visible(get_kind(job.kind).options.model_validate(job.parameters))


def _list_visible(options: JobOptions) -> tuple[dict[str, Any], str | None]:
    return options.model_dump(exclude=_INVISIBLE), options.target_language


def is_failed_version(session: Session, job: Job) -> bool:
    """Whether a job failed that was to make a result again from its words: another try has the options of that one."""
    parent = session.get(Job, job.parent_id) if job.parent_id is not None else None
    is_version = parent is not None and parent.kind == job.kind and parent.status == JobStatus.DONE
    return is_version and job.status == JobStatus.FAILED and transcripts.find_spoken(session, job.id) is not None


def _count_earlier(session: Session, job: Job) -> int | None:
    """How often the result was made again before, which decides on the price; None where its words are not known."""
    if transcripts.find_spoken(session, job.id) is None:
        return None
    return versions.count_repeats(session, job)
