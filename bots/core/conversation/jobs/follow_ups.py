"""Jobs that follow a result: something of another kind, made of the same words."""

from bots.core.context import Context, HandlerResult, reply_for
from bots.core.conversation.features.registry import get_feature
from bots.core.conversation.jobs.submission import Submission, acknowledge, complete_options, submit
from models.jobs.job import Job, JobStatus
from models.jobs.options import JobOptions
from pipeline import Pipeline, find_result_text
from storage.jobs import jobs, transcripts
from storage.messaging.outbox import OutboxMessage


def submit_follow_up(pipeline: Pipeline, context: Context, result: HandlerResult, job: Job, kind: str) -> None:
    """Submit a job of that kind for a job's input. What exists already is sent again, and what is being made is not
    made twice: neither costs anything."""
    source = transcripts.find_source_job(context.session, job)
    options = get_feature(kind).build_options(context.person.tastes).with_language("auto")
    earlier = jobs.find_follow_up(context.session, source.id, kind)
    if earlier is not None and _is_same(earlier, complete_options(options, context)):
        if earlier.status != JobStatus.DONE:
            result.replies.append(reply_for("follow-up-running"))
            return
        if _send_again(context, earlier):
            return
    status = acknowledge(context, result, job.reply_to)
    media = jobs.list_inputs(context.session, source.id)
    submit(pipeline, context, result, media, options, Submission(job.reply_to, status, parent_id=source.id))


def _is_same(job: Job, options: JobOptions) -> bool:
    """Whether a job was made for a user of the same language."""
    return bool(job.parameters.get("own_language") == options.model_dump().get("own_language"))


def _send_again(context: Context, job: Job) -> bool:
    """Send the text of a job again; whether it still exists."""
    message = find_result_text(context.session, job)
    if message is None:
        return False
    cause = f"copy:{context.account.id}:{context.inbound.update_ids[0]}"
    copy = OutboxMessage(message, cause, reply_to=job.reply_to, job_id=job.id)
    context.enqueue(copy)
    return True
