"""`/queue`, `/workers`, `/job`, `/retry` and `/canceljob`: the work, and what can be done about it."""

from datetime import datetime

from bots.core.admin.answers import called, mistaken, press, standing, tell
from bots.core.roles import Command, Role
from bots.core.visit import Outcome, Visit, word
from models.deliveries import ChoiceWording, Message, Wording
from models.jobs import Job, Status
from models.people import Address, Person
from pipeline.service import Pipeline
from storage import jobs, labour, outbox
from storage.outbox import Owed

AGAIN = frozenset({Status.FAILED, Status.CANCELLED})


def queue(_pipeline: Pipeline, visit: Visit, outcome: Outcome, _arguments: str) -> None:
    """What is being made and what waits, longest first, of this tenant."""
    found = labour.waiting(visit.session, visit.account.tenant_id)
    running = [job for job in found if job.status == Status.RUNNING]
    oldest = min((job.received_at for job in found if job.status == Status.QUEUED), default=None)
    heading = word(
        "admin-queue", queued=len(found) - len(running), running=len(running), wait=_minutes(oldest, visit.now)
    )
    rows = tuple((_job_choice(job, visit.now),) for job in found[: labour.SHOWN])
    tell(outcome, heading, choices=rows)


def _minutes(since: datetime | None, now: datetime) -> float:
    return round((now - since).total_seconds() / 60, 1) if since else 0


def _job_choice(job: Job, now: datetime) -> ChoiceWording:
    percent, wait = round(job.progress * 100), _minutes(job.received_at, now)
    return press(f"job {job.short}", "admin-queue-line", percent=percent, wait=wait, **standing(job))


def workers(_pipeline: Pipeline, visit: Visit, outcome: Outcome, _arguments: str) -> None:
    """Who works, since when, and on what."""
    lines = [
        word(
            "admin-workers-line",
            name=each.name,
            since=f"{each.started_at:%Y-%m-%d %H:%M}",
            seen=round((visit.now - each.seen_at).total_seconds()),
            jobs=", ".join(each.jobs) or "–",
        )
        for each in labour.workers(visit.session, visit.now)
    ]
    tell(outcome, *(lines or [word("admin-workers-none")]))


def job(_pipeline: Pipeline, visit: Visit, outcome: Outcome, arguments: str) -> None:
    """How one film stands, what it cost, and for whom it is."""
    found = _named(visit, outcome, arguments, "admin-job-usage")
    if found is not None:
        tell(outcome, *_told(visit, found), choices=_doors(visit, found))


def _named(visit: Visit, outcome: Outcome, name: str, usage: str) -> Job | None:
    """A job of this tenant by its short name; when there is none the reply says so."""
    if not name or " " in name:
        mistaken(outcome, usage)
        return None
    found = labour.named(visit.session, visit.account.tenant_id, name)
    if found is None:
        mistaken(outcome, "admin-job-unknown", code=name[:40])
        return None
    outcome.about |= {"job": found.id, "person": found.person_id}
    return found


def _told(visit: Visit, found: Job) -> list[Wording]:
    person = visit.session.get_one(Person, found.person_id)
    told = [
        _headline(found),
        word("admin-job-person", who=called(person), name=person.name[:60] or "–"),
        word(
            "admin-job-times",
            came=_moment(found.received_at),
            began=_moment(found.started_at),
            ended=_moment(found.finished_at),
        ),
        word(
            "admin-job-cost",
            credits=found.credits,
            attempts=found.attempts,
            seconds=round(found.cpu_seconds, 1),
            minutes=round(found.provider_seconds / 60, 2),
            usd=f"{found.provider_cost / 1_000_000:.4f}",
        ),
    ]
    if found.code:
        told.append(word("admin-job-code", code=found.code))
    return told


def _headline(found: Job) -> Wording:
    told = standing(found)
    return Wording(key="admin-job", inner=told.pop("inner"), values=told | {"percent": round(found.progress * 100)})


def _moment(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment else "–"


def _doors(visit: Visit, found: Job) -> tuple[tuple[ChoiceWording, ...], ...]:
    whose = (press(f"user {visit.session.get_one(Person, found.person_id).short}", "admin-choice-person"),)
    if found.status in AGAIN:
        return ((press(f"retry {found.short}", "admin-choice-retry"),), whose)
    if not Status(found.status).is_final:
        return ((press(f"canceljob {found.short}", "admin-choice-stop"),), whose)
    return (whose,)


def retry(_pipeline: Pipeline, visit: Visit, outcome: Outcome, arguments: str) -> None:
    """Make a film once more that was not made, at no cost to the person: their credits came back, and stay."""
    found = _named(visit, outcome, arguments, "admin-retry-usage")
    if found is None:
        return
    if found.status not in AGAIN or labour.retried(visit.session, found.id) is not None:
        mistaken(outcome, "admin-retry-not", code=found.short)
        return
    if any(media.file_id is None for media in jobs.inputs(visit.session, found.id)):
        mistaken(outcome, "admin-retry-gone", code=found.short)
        return
    made = labour.retry(visit.session, found, visit.now)
    made.status_delivery_id = _status(visit, made)
    outcome.jobs.append(made.id)
    outcome.about["retry"] = made.id
    tell(outcome, word("admin-retry-done", code=made.short), choices=_doors(visit, made))


def _status(visit: Visit, made: Job) -> int:
    """The message in the person's chat that will show how it goes."""
    address = visit.session.get_one(Address, made.address_id)
    owed = Owed(Message(paragraphs=(word("film-again"),)), f"status:retry:{made.id}", reply_to=made.reply_to)
    return outbox.owe(visit.session, address, made.person_id, owed, visit.now)


def canceljob(pipeline: Pipeline, visit: Visit, outcome: Outcome, arguments: str) -> None:
    """Stop somebody's film; its credits go back."""
    found = _named(visit, outcome, arguments, "admin-canceljob-usage")
    if found is None:
        return
    person = visit.session.get_one(Person, found.person_id)
    if pipeline.cancel(visit.session, found.id, person) is None:
        mistaken(outcome, "admin-canceljob-late", code=found.short)
    else:
        tell(outcome, word("admin-canceljob-done", code=found.short, credits=found.credits))


COMMANDS = (
    Command("queue", queue, Role.SUPPORT),
    Command("job", job, Role.SUPPORT),
    Command("retry", retry, Role.SUPPORT),
    Command("canceljob", canceljob, Role.SUPPORT),
    Command("workers", workers, Role.SUPPORT, for_operator=True),
)
