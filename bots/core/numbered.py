"""Text menus for messengers without buttons: numbered lines under a message, chosen by typing a number or a label."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from bots.core.channel import Text
from bots.core.phrases import phrase
from bots.core.progress import status_message
from bots.core.visit import Visit
from bots.core.words import plain
from bots.locales import LANGUAGES
from models.deliveries import ChoiceWording, Delivery, Message
from storage import people, sent

LASTS = timedelta(days=1)  # how long a number can choose from the latest menu
QUOTED_LASTS = timedelta(days=30)  # how long a number can choose from a menu it quotes
FIRST_LOOK = 50  # messages searched for a menu
SLACK = timedelta(seconds=1)  # the resolution of messengers' timestamps
_NUMBER = re.compile(r"[^\w]*([0-9]{1,2})[^\w]*")


def listed(text: Text) -> str:
    """Render a message with its choices as lines: "1) label", and "label: URL" for links."""
    choices = [choice for row in text.choices for choice in row]
    numbers = iter(range(1, len(choices) + 1))
    lines = [
        f"{choice.label}: {choice.url}" if choice.url else f"{next(numbers)}) {choice.label}" for choice in choices
    ]
    return "\n\n".join(part for part in (text.text, "\n".join(lines)) if part)


def by_number(visit: Visit, text: str) -> str | None:
    """Find the data of the choice with a number; None for a text that is no number, or not one of the menu's."""
    found = _NUMBER.fullmatch(unicodedata.normalize("NFKC", text))
    if found is None:
        return None
    offered, number = _offered(visit), int(found.group(1))
    return offered[number - 1].data if 1 <= number <= len(offered) else None


def by_label(visit: Visit, text: str) -> str | None:
    """Find the data of the choice with this label in any supported language; None where none or several match."""
    wanted = plain(text)
    found = {choice.data for choice in _offered(visit) if wanted and wanted in _labels(choice)}
    return found.pop() if len(found) == 1 else None


def _labels(choice: ChoiceWording) -> set[str]:
    return {plain(phrase(choice.label, tag)) for tag in LANGUAGES}


def _offered(visit: Visit) -> list[ChoiceWording]:
    """List the choices of the quoted message, or else of the newest message that has any."""
    shown = next((message for message in _shown(visit) if _choices(message)), None)
    return _choices(shown) if shown is not None else []


def _choices(message: Message) -> list[ChoiceWording]:
    return [choice for row in message.choices for choice in row if choice.url is None]


def _shown(visit: Visit) -> Iterator[Message]:
    """List the candidate messages as the user sees them, newest first."""
    session, here, quoted = visit.session, visit.address.id, visit.inbound.quotes
    persons = people.selves(session, visit.person)
    if quoted is not None:
        rows = sent.latest(session, here, visit.now - QUOTED_LASTS, FIRST_LOOK, quoted)
        yield from _messages(visit, persons, rows)
        return
    since = visit.now - LASTS
    rows = [row for row in sent.latest(session, here, since, FIRST_LOOK) if row.person_id in persons]
    yield from _messages(visit, persons, rows)
    if not visit.inbound.in_group:
        rows = sent.latest_in_private(session, visit.account.id, persons, since, FIRST_LOOK)
        yield from _messages(visit, persons, rows)


def _messages(visit: Visit, persons: Sequence[UUID], rows: Sequence[Delivery]) -> Iterator[Message]:
    """Build each message once, with its present content: its last edit, or the progress of the job that uses it as its
    status message."""
    written = visit.inbound.received_at or visit.now
    by_message: dict[str, list[Delivery]] = {}
    for row in rows:
        if _was_seen(row, written):
            by_message.setdefault(row.external_id or f"being sent {row.id}", []).append(row)
    jobs = sent.shown_jobs(visit.session, persons, [row.id for row in rows if row.id is not None])
    for same in by_message.values():
        job = next((jobs[row.id] for row in same if row.id in jobs), None)
        yield same[0].content if job is None else status_message(job, position=1)


def _was_seen(row: Delivery, written: datetime) -> bool:
    """Whether the message was in the chat when the user wrote. A text that is being sent may have been; a film, which
    takes long to upload, was not."""
    if row.sent_at is None:
        return row.content.media_id is None
    return row.sent_at <= written + SLACK
