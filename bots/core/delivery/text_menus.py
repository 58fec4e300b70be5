"""Text menus for messengers without buttons: numbered lines under a message, chosen by typing a number or a label."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from bots.core.channel import RenderedMessage
from bots.core.context import Context
from bots.core.conversation.command_aliases import normalize
from bots.core.delivery.message_rendering import render_text
from bots.core.delivery.progress_updater import build_status_message
from bots.locales import LANGUAGES
from models.messaging.deliveries import Delivery, Message, TranslatedChoice
from storage.identity import people
from storage.messaging import sent_messages

MENU_TTL = timedelta(days=1)  # how long a number can choose from the latest menu
QUOTED_MENU_TTL = timedelta(days=30)  # how long a number can choose from a menu it quotes
MAX_MESSAGES = 50  # messages searched for a menu
CLOCK_SLACK = timedelta(seconds=1)  # the resolution of messengers' timestamps
_NUMBER_PATTERN = re.compile(r"[^\w]*([0-9]{1,2})[^\w]*")


def render_with_choices(text: RenderedMessage) -> str:
    """Render a message with its choices as lines: "1) label", and "label: URL" for links."""
    choices = [choice for row in text.choices for choice in row]
    numbers = iter(range(1, len(choices) + 1))
    lines = [
        f"{choice.label}: {choice.url}" if choice.url else f"{next(numbers)}) {choice.label}" for choice in choices
    ]
    return "\n\n".join(part for part in (text.text, "\n".join(lines)) if part)


def is_number(text: str) -> bool:
    """Whether a text may choose from a menu by a number."""
    return _match_number(text) is not None


def find_choice_by_number(context: Context, text: str) -> str | None:
    """Find the data of the choice with a number; None for a text that is no number, or not one of the menu's."""
    match = _match_number(text)
    if match is None:
        return None
    choices, number = _list_offered(context), int(match.group(1))
    return choices[number - 1].data if 1 <= number <= len(choices) else None


def _match_number(text: str) -> re.Match[str] | None:
    return _NUMBER_PATTERN.fullmatch(unicodedata.normalize("NFKC", text))


def find_choice_by_label(context: Context, text: str) -> str | None:
    """Find the data of the choice with this label in any supported language; None where none or several match."""
    label = normalize(text)
    found = {choice.data for choice in _list_offered(context) if label and label in _render_labels(choice)}
    return found.pop() if len(found) == 1 else None


def _render_labels(choice: TranslatedChoice) -> set[str]:
    return {normalize(render_text(choice.label, tag)) for tag in LANGUAGES}


def _list_offered(context: Context) -> list[TranslatedChoice]:
    """List the choices of the quoted message, or else of the newest message that has any."""
    menu = next((message for message in _list_shown_messages(context) if _list_choices(message)), None)
    return _list_choices(menu) if menu is not None else []


def _list_choices(message: Message) -> list[TranslatedChoice]:
    return [choice for row in message.choices for choice in row if choice.url is None]


def _list_shown_messages(context: Context) -> Iterator[Message]:
    """List the candidate messages as the user sees them, newest first."""
    session, address_id, quoted_message_id = context.session, context.address.id, context.inbound.quoted_message_id
    person_ids = people.list_merged_ids(session, context.person)
    if quoted_message_id is not None:
        rows = sent_messages.list_recent(
            session, address_id, context.now - QUOTED_MENU_TTL, MAX_MESSAGES, quoted_message_id
        )
        yield from _build_messages(context, person_ids, rows)
        return
    since = context.now - MENU_TTL
    rows = [
        row
        for row in sent_messages.list_recent(session, address_id, since, MAX_MESSAGES)
        if row.person_id in person_ids
    ]
    yield from _build_messages(context, person_ids, rows)
    if not context.inbound.is_group:
        rows = sent_messages.list_recent_private(session, context.account.id, person_ids, since, MAX_MESSAGES)
        yield from _build_messages(context, person_ids, rows)


def _build_messages(context: Context, person_ids: Sequence[UUID], rows: Sequence[Delivery]) -> Iterator[Message]:
    """Build each message once, with its present content: its last edit, or the progress of the job that uses it as its
    status message."""
    written_at = context.inbound.received_at or context.now
    by_message: dict[str, list[Delivery]] = {}
    for row in rows:
        if _has_been_seen(row, written_at):
            by_message.setdefault(row.external_id or f"being sent {row.id}", []).append(row)
    jobs = sent_messages.map_jobs_by_delivery(
        context.session, person_ids, [row.id for row in rows if row.id is not None]
    )
    for deliveries in by_message.values():
        job = next((jobs[row.id] for row in deliveries if row.id in jobs), None)
        yield deliveries[0].content if job is None else build_status_message(job, position=1)


def _has_been_seen(row: Delivery, written_at: datetime) -> bool:
    """Whether the message was in the chat when the user wrote. A text that is being sent may have been; a film, which
    takes long to upload, was not."""
    if row.sent_at is None:
        return row.content.media_id is None
    return row.sent_at <= written_at + CLOCK_SLACK
