"""Files that a reply is about, where it replies to a message of the bot: the inputs of the result shown there."""

from collections.abc import Sequence
from uuid import UUID

from bots.core.context import Context
from models.jobs.job import Job, JobStatus
from models.media.files import Media
from models.messaging.deliveries import Delivery
from storage.identity import people
from storage.jobs import jobs
from storage.messaging import sent_messages


def find_quoted_inputs(context: Context) -> Sequence[Media] | None:
    """The inputs of the job whose result or progress the quoted message shows, none of somebody else's; None if it
    shows none."""
    delivery = _find_quoted_delivery(context)
    if delivery is None:
        return None
    if not people.is_same_person(context.session, delivery.person_id, context.person):
        return []
    job_id = delivery.job_id or _find_job_in_progress(context, delivery)
    return jobs.list_inputs(context.session, job_id) if job_id is not None else None


def find_quoted_result(context: Context) -> Job | None:
    """The user's finished job that the quoted message is about."""
    delivery = _find_quoted_delivery(context)
    job = context.session.get(Job, delivery.job_id) if delivery is not None and delivery.job_id is not None else None
    if job is None or job.status != JobStatus.DONE:
        return None
    return job if people.is_same_person(context.session, job.person_id, context.person) else None


def _find_quoted_delivery(context: Context) -> Delivery | None:
    message_id = context.inbound.quoted_message_id
    return sent_messages.find_first_delivery(context.session, context.address.id, message_id) if message_id else None


def _find_job_in_progress(context: Context, delivery: Delivery) -> UUID | None:
    """The job whose progress a message shows, or has shown."""
    if delivery.id is None:
        return None
    person_ids = people.list_merged_ids(context.session, context.person)
    job = sent_messages.map_jobs_by_delivery(context.session, person_ids, [delivery.id]).get(delivery.id)
    return job.id if job is not None else None
