"""Opt-out: a user who asks to stop gets one goodbye message, and no other until they write again."""

from bots.core import words
from bots.core.visit import Outcome, Visit, word
from models.deliveries import Message
from pipeline.service import Pipeline
from storage import jobs, outbox, people
from storage.outbox import Owed


def is_wished(visit: Visit, text: str) -> bool:
    """Whether the text is a request to opt out. Only in private chats: one user must not silence a group."""
    return visit.can.opt_out and not visit.inbound.in_group and words.is_opt_out(text)


def leave(pipeline: Pipeline, visit: Visit, _outcome: Outcome) -> None:
    """Cancel the jobs of this chat, drop its pending messages, and enqueue the goodbye."""
    session, address = visit.session, visit.address
    count = _cancel(pipeline, visit)
    outbox.close_address(session, address.id, visit.now)
    session.refresh(address)
    paragraphs = (word("goodbye-cancelled", count=count), word("goodbye")) if count else (word("goodbye"),)
    cause = f"goodbye:{visit.account.id}:{visit.inbound.updates[0]}"
    owed = Owed(Message(paragraphs=paragraphs), cause, reply_to=visit.inbound.message, is_farewell=True)
    outbox.owe(session, address, visit.person.id, owed, visit.now)


def _cancel(pipeline: Pipeline, visit: Visit) -> int:
    """Cancel the jobs, and end their progress messages; returns how many were cancelled."""
    selves = people.selves(visit.session, visit.person)
    waiting = [job for person_id in selves for job in jobs.waiting_of(visit.session, person_id)]
    here = [job for job in waiting if job.address_id == visit.address.id]
    for job in here:
        jobs.close_status(visit.session, job.id)
    return sum(pipeline.cancel(visit.session, job.id, visit.person) is not None for job in here)
