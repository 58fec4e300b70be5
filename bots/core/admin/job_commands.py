"""`/queue`, `/workers`, `/job`, `/retry` and `/canceljob`: jobs and workers, for administrators."""

from datetime import datetime

from bots.core.admin.replies import add_error_reply, add_reply, build_command_button, describe_job, format_identity
from bots.core.context import Context, HandlerResult, text_for
from bots.core.roles import Command
from models.identity.people import Address, Person
from models.identity.roles import Role
from models.jobs.job import Job, JobStatus
from models.messaging.deliveries import Message, TranslatedChoice, TranslatedText
from pipeline import Pipeline
from storage.jobs import job_admin, jobs, worker_heartbeats
from storage.messaging import outbox
from storage.messaging.outbox import OutboxMessage

RETRYABLE = frozenset({JobStatus.FAILED, JobStatus.CANCELLED})


def queue(_pipeline: Pipeline, context: Context, result: HandlerResult, _arguments: str) -> None:
    """List this tenant's running and queued jobs, longest wait first."""
    found = job_admin.list_unfinished(context.session, context.account.tenant_id)
    running = [job for job in found if job.status == JobStatus.RUNNING]
    oldest = min((job.received_at for job in found if job.status == JobStatus.QUEUED), default=None)
    heading = text_for(
        "admin-queue", queued=len(found) - len(running), running=len(running), wait=_count_minutes(oldest, context.now)
    )
    rows = tuple((_build_job_button(job, context.now),) for job in found[: job_admin.LIST_LIMIT])
    add_reply(result, heading, choices=rows)


def _count_minutes(since: datetime | None, now: datetime) -> float:
    return round((now - since).total_seconds() / 60, 1) if since else 0


def _build_job_button(job: Job, now: datetime) -> TranslatedChoice:
    percent, wait = round(job.progress * 100), _count_minutes(job.received_at, now)
    return build_command_button(
        f"job {job.short_id}", "admin-queue-line", percent=percent, wait=wait, **describe_job(job)
    )


def workers(_pipeline: Pipeline, context: Context, result: HandlerResult, _arguments: str) -> None:
    """List the workers, since when they run, and their jobs."""
    lines = [
        text_for(
            "admin-workers-line",
            name=each.name,
            since=f"{each.started_at:%Y-%m-%d %H:%M}",
            seen=round((context.now - each.seen_at).total_seconds()),
            jobs=", ".join(each.jobs) or "–",
        )
        for each in worker_heartbeats.list_active(context.session, context.now)
    ]
    add_reply(result, *(lines or [text_for("admin-workers-none")]))


def job(_pipeline: Pipeline, context: Context, result: HandlerResult, arguments: str) -> None:
    """Show a job's status, its cost, and its user."""
    found = _find_job(context, result, arguments, "admin-job-usage")
    if found is not None:
        add_reply(result, *_describe_job(context, found), choices=_build_buttons(context, found))


def _find_job(context: Context, result: HandlerResult, name: str, usage: str) -> Job | None:
    """A job of this tenant by its short code; when there is none the reply says so."""
    if not name or " " in name:
        add_error_reply(result, usage)
        return None
    found = job_admin.find_by_id_prefix(context.session, context.account.tenant_id, name)
    if found is None:
        add_error_reply(result, "admin-job-unknown", code=name[:40])
        return None
    result.audit_details |= {"job": found.id, "person": found.person_id}
    return found


def _describe_job(context: Context, found: Job) -> list[TranslatedText]:
    person = context.session.get_one(Person, found.person_id)
    paragraphs = [
        _summarize_job(found),
        text_for("admin-job-person", who=format_identity(person), name=person.name[:60] or "–"),
        text_for(
            "admin-job-times",
            came=_format_time(found.received_at),
            began=_format_time(found.started_at),
            ended=_format_time(found.finished_at),
        ),
        text_for(
            "admin-job-cost",
            credits=found.credits,
            attempts=found.attempts,
            seconds=round(found.cpu_seconds, 1),
            minutes=round(found.provider_seconds / 60, 2),
            read=found.prompt_tokens,
            written=found.completion_tokens,
            usd=f"{found.provider_cost / 1_000_000:.4f}",
        ),
    ]
    if found.code:
        paragraphs.append(text_for("admin-job-code", code=found.code))
    return paragraphs


def _summarize_job(found: Job) -> TranslatedText:
    values = describe_job(found)
    return TranslatedText(
        key="admin-job", inner=values.pop("inner"), values=values | {"percent": round(found.progress * 100)}
    )


def _format_time(time: datetime | None) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S}" if time else "–"


def _build_buttons(context: Context, found: Job) -> tuple[tuple[TranslatedChoice, ...], ...]:
    person_button = (
        build_command_button(
            f"user {context.session.get_one(Person, found.person_id).short_id}", "admin-choice-person"
        ),
    )
    if found.status in RETRYABLE:
        return ((build_command_button(f"retry {found.short_id}", "admin-choice-retry"),), person_button)
    if not JobStatus(found.status).is_final:
        return ((build_command_button(f"canceljob {found.short_id}", "admin-choice-stop"),), person_button)
    return (person_button,)


def retry(_pipeline: Pipeline, context: Context, result: HandlerResult, arguments: str) -> None:
    """Run a failed or cancelled job again, free for the user: the released credits stay released."""
    found = _find_job(context, result, arguments, "admin-retry-usage")
    if found is None:
        return
    if found.status not in RETRYABLE or job_admin.find_retry(context.session, found.id) is not None:
        add_error_reply(result, "admin-retry-not", code=found.short_id)
        return
    if any(media.file_id is None for media in jobs.list_inputs(context.session, found.id)):
        add_error_reply(result, "admin-retry-gone", code=found.short_id)
        return
    new_job = job_admin.retry(context.session, found, context.now)
    new_job.status_delivery_id = _enqueue_status(context, new_job)
    result.jobs.append(new_job.id)
    result.audit_details["retry"] = new_job.id
    add_reply(result, text_for("admin-retry-done", code=new_job.short_id), choices=_build_buttons(context, new_job))


def _enqueue_status(context: Context, new_job: Job) -> int:
    """Enqueue the message in the user's chat that will show the progress; its delivery id."""
    address = context.session.get_one(Address, new_job.address_id)
    message = OutboxMessage(
        Message(paragraphs=(text_for("film-again"),)), f"status:retry:{new_job.id}", reply_to=new_job.reply_to
    )
    return outbox.enqueue(context.session, address, new_job.person_id, message, context.now)


def canceljob(pipeline: Pipeline, context: Context, result: HandlerResult, arguments: str) -> None:
    """Cancel a user's job; its credits are released."""
    found = _find_job(context, result, arguments, "admin-canceljob-usage")
    if found is None:
        return
    person = context.session.get_one(Person, found.person_id)
    if pipeline.cancel(context.session, found.id, person) is None:
        add_error_reply(result, "admin-canceljob-late", code=found.short_id)
    else:
        add_reply(result, text_for("admin-canceljob-done", code=found.short_id, credits=found.credits))


COMMANDS = (
    Command("queue", queue, Role.SUPPORT),
    Command("job", job, Role.SUPPORT),
    Command("retry", retry, Role.SUPPORT),
    Command("canceljob", canceljob, Role.SUPPORT),
    Command("workers", workers, Role.SUPPORT, is_operator_only=True),
)
