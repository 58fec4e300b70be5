"""Messages with numbered lines: which of them a user answers."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from uuid import UUID

from bots.core.context import Context
from bots.core.conversation.jobs import line_texts
from models.messaging.deliveries import Delivery
from storage.identity import people
from storage.messaging import sent_messages

LIST_CAUSE = "correct:"  # of deliveries that show the lines of a job
LIST_TTL = timedelta(days=1)  # how long lines can be corrected without a reply to their message
MAX_DELIVERIES = 50  # searched for the newest lines


def find_answered_list(context: Context, text: str) -> Delivery | None:
    """The message whose lines a text with numbers corrects: the one it replies to, or the newest with lines."""
    if not line_texts.is_numbered(text):
        return None
    if context.inbound.quoted_message_id is not None:
        return _find_quoted_delivery(context)
    rows = _list_recent_deliveries(context, people.list_merged_ids(context.session, context.person))
    return next((row for row in rows if row.cause.startswith(LIST_CAUSE)), None)


def _list_recent_deliveries(context: Context, person_ids: Sequence[UUID]) -> Iterator[Delivery]:
    """Messages to this user in this chat, newest first, and those in their private chats under whatever id."""
    session, since = context.session, context.now - LIST_TTL
    rows = sent_messages.list_recent(session, context.address.id, since, MAX_DELIVERIES)
    yield from (row for row in rows if row.person_id in person_ids)
    if not context.inbound.is_group:
        account_id = context.account.id
        yield from sent_messages.list_recent_private(session, account_id, person_ids, since, MAX_DELIVERIES)


def find_quoted_list(context: Context) -> Delivery | None:
    """The message with lines that this one replies to."""
    delivery = _find_quoted_delivery(context)
    return delivery if delivery is not None and delivery.cause.startswith(LIST_CAUSE) else None


def find_last_list(context: Context) -> Delivery | None:
    """The lines that were shown last, if nothing was shown to this user since."""
    rows = _list_recent_deliveries(context, people.list_merged_ids(context.session, context.person))
    last = next(rows, None)
    return last if last is not None and last.cause.startswith(LIST_CAUSE) else None


def _find_quoted_delivery(context: Context) -> Delivery | None:
    """The message about a job with words that this one replies to: its lines, or its result."""
    message_id = context.inbound.quoted_message_id
    if message_id is None:
        return None
    delivery = sent_messages.find_first_delivery(context.session, context.address.id, message_id)
    return delivery if delivery is not None and delivery.job_id is not None else None
