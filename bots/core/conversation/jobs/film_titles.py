"""Titles of films in a user's own words: asked for by a button of the menu of edits, for that film alone."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from bots.core.context import Context, HandlerResult, TextValue, choice_for, reply_for, text_for
from bots.core.conversation.jobs import film_edits
from bots.core.conversation.jobs.film_edits import TITLE_SWITCH, EditableJob
from bots.core.delivery import text_menus
from models.jobs.editing import MAX_TITLE_LENGTH
from models.messaging.deliveries import Delivery, Message
from pipeline import Pipeline
from storage.identity import people
from storage.jobs import versions
from storage.messaging import sent_messages
from storage.messaging.outbox import OutboxMessage

_CAUSE = "title:"  # of deliveries that ask for a title
_RESULT_CAUSE = "job:"  # of results, which may come in between
_TTL = timedelta(hours=1)  # how long any text is taken for the title that was asked for last
_MAX_DELIVERIES = 10


def ask_title(pipeline: Pipeline, context: Context, result: HandlerResult, job_id: UUID | None, letters: str) -> None:
    """Handle the button "title text": ask for it, and say what the film with it costs."""
    found = film_edits.find_editable(context, job_id)
    if found is None:
        result.replies.append(reply_for("error-not-found"))
        return
    _ask(pipeline, context, found, letters, "title-ask", limit=MAX_TITLE_LENGTH)


def _ask(pipeline: Pipeline, context: Context, found: EditableJob, letters: str, key: str, **values: TextValue) -> None:
    chosen, code = film_edits.parse_letters(found.feature, letters) | {TITLE_SWITCH}, found.job.id.hex
    automatic = film_edits.format_letters(chosen | {film_edits.AUTOMATIC_TITLE})
    rows = (
        (choice_for(f"edited:{code}:{automatic}", "choice-title-automatic"),),
        (choice_for(f"edit:{code}:{film_edits.format_letters(chosen)}", "choice-back"),),
    )
    paragraphs = (text_for(key, **values), *film_edits.build_price(pipeline, context, found))
    cause = f"{_CAUSE}{context.account.id}:{context.inbound.update_ids[0]}"
    message = OutboxMessage(Message(paragraphs=paragraphs, choices=rows), cause, job_id=found.job.id)
    context.enqueue(message)


def find_answered_question(context: Context, text: str, *, is_command: bool) -> Delivery | None:
    """The question for a title that a text answers: the one it replies to, or the last message of the chat. Only a
    reply can have the words of a command as a title."""
    if text.startswith("/") or not text:
        return None
    message_id = context.inbound.quoted_message_id
    if message_id is not None:
        quoted = sent_messages.find_first_delivery(context.session, context.address.id, message_id)
        is_own = quoted is not None and people.is_same_person(context.session, quoted.person_id, context.person)
        return quoted if quoted is not None and is_own and quoted.cause.startswith(_CAUSE) else None
    if is_command or (not context.capabilities.has_buttons and text_menus.is_number(text)):
        return None
    last = next(_list_recent(context), None)
    return last if last is not None and last.cause.startswith(_CAUSE) and not _is_answered(context, last) else None


def _list_recent(context: Context) -> Iterator[Delivery]:
    """What the chat has shown to this user, newest first, but for results."""
    rows = sent_messages.list_recent(context.session, context.address.id, context.now - _TTL, _MAX_DELIVERIES)
    person_ids = people.list_merged_ids(context.session, context.person)
    return (row for row in rows if row.person_id in person_ids and not row.cause.startswith(_RESULT_CAUSE))


def _is_answered(context: Context, question: Delivery) -> bool:
    """Whether a version of the film was made since it was asked."""
    found = film_edits.find_editable(context, question.job_id)
    made = versions.list_versions(context.session, found.job) if found else []
    return any(job.created_at >= question.created_at for job in made)


def take_title(pipeline: Pipeline, context: Context, result: HandlerResult, question: Delivery, text: str) -> None:
    """Make the film with that title; ask again for one that is too long, or that has no letter or digit to be read."""
    found, title = film_edits.find_editable(context, question.job_id), " ".join(text.split())
    if found is None:
        result.replies.append(reply_for("error-not-found"))
        return
    letters = _find_letters(question)
    if len(title) > MAX_TITLE_LENGTH:
        _ask(pipeline, context, found, letters, "title-too-long", length=len(title), limit=MAX_TITLE_LENGTH)
    elif not any(map(str.isalnum, title)):
        _ask(pipeline, context, found, letters, "title-unreadable")
    else:
        film_edits.make_titled_film(pipeline, context, result, found, letters, title)


def _find_letters(question: Delivery) -> str:
    """The switches that are on, as the way back carries them."""
    choices = (choice.data for row in question.content.choices for choice in row)
    return next((data.rpartition(":")[2] for data in choices if data.startswith("edit:")), "")
