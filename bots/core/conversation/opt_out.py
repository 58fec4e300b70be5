"""Opt-out: a user who asks to stop gets one goodbye message, and no other until they write again."""

from bots.core.context import Context, HandlerResult, text_for
from bots.core.conversation import command_aliases
from models.messaging.deliveries import Message
from pipeline import Pipeline
from storage.identity import people
from storage.jobs import jobs, progress_messages
from storage.messaging import outbox
from storage.messaging.outbox import OutboxMessage


def is_opt_out_request(context: Context, text: str) -> bool:
    """Whether the text is a request to opt out. Only in private chats: one user must not silence a group."""
    is_own = not (context.inbound.is_group or context.inbound.is_forwarded)
    return context.capabilities.has_opt_out_words and is_own and command_aliases.is_opt_out(text)


def opt_out(pipeline: Pipeline, context: Context, _result: HandlerResult) -> None:
    """Cancel the jobs of this chat, drop its pending messages, and enqueue the goodbye."""
    session, address = context.session, context.address
    cancelled_count = _cancel_jobs(pipeline, context)
    outbox.mark_unreachable(session, address.id, context.now)
    session.refresh(address)
    paragraphs = (
        (text_for("goodbye-cancelled", count=cancelled_count), text_for("goodbye"))
        if cancelled_count
        else (text_for("goodbye"),)
    )
    cause = f"goodbye:{context.account.id}:{context.inbound.update_ids[0]}"
    outbox_message = OutboxMessage(
        Message(paragraphs=paragraphs), cause, reply_to=context.inbound.message_id, is_farewell=True
    )
    context.enqueue(outbox_message)


def _cancel_jobs(pipeline: Pipeline, context: Context) -> int:
    """Cancel the jobs, and end their progress messages; returns how many were cancelled."""
    person_ids = people.list_merged_ids(context.session, context.person)
    waiting = [job for person_id in person_ids for job in jobs.list_unfinished(context.session, person_id)]
    chat_jobs = [job for job in waiting if job.address_id == context.address.id]
    for job in chat_jobs:
        progress_messages.mark_status_closed(context.session, job.id)
    return sum(pipeline.cancel(context.session, job.id, context.person) is not None for job in chat_jobs)
