"""Files that a reply is about, where it replies to a message of the bot: the inputs of the result shown there."""

from collections.abc import Sequence

from bots.core.context import Context
from models.jobs.job import Job
from models.media.files import Media
from storage.identity import people
from storage.jobs import jobs
from storage.messaging import sent_messages


def find_quoted_inputs(context: Context) -> Sequence[Media] | None:
    """The inputs of the user's own job whose result or progress the quoted message shows; None if it shows none."""
    job = _find_quoted_job(context)
    return jobs.list_inputs(context.session, job.id) if job is not None else None


def _find_quoted_job(context: Context) -> Job | None:
    session, message_id = context.session, context.inbound.quoted_message_id
    delivery = sent_messages.find_first_delivery(session, context.address.id, message_id) if message_id else None
    if delivery is None or delivery.id is None:
        return None
    if delivery.job_id is not None:
        job = session.get(Job, delivery.job_id)
        return job if job and people.is_same_person(session, job.person_id, context.person) else None
    person_ids = people.list_merged_ids(session, context.person)
    return sent_messages.map_jobs_by_delivery(session, person_ids, [delivery.id]).get(delivery.id)
