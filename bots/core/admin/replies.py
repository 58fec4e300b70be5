"""What administrators' commands answer with."""

from dataclasses import replace
from typing import Any

from bots.core.context import Context, HandlerResult, Reply, TextValue, reply_with, translated
from models.identity.people import Person
from models.jobs.job import Job, JobType
from models.messaging.deliveries import Message, TranslatedChoice, TranslatedText
from storage.identity import people

KIND_ICONS: dict[str, str] = {JobType.SKETCH: "✏️", JobType.CAPTION: "💬"}
ButtonRows = tuple[tuple[TranslatedChoice, ...], ...]


def add_reply(result: HandlerResult, *paragraphs: TranslatedText, choices: ButtonRows = ()) -> None:
    """Answer with paragraphs, and what can be chosen under them."""
    result.replies.append(Reply(Message(paragraphs=paragraphs, choices=choices)))


def add_error_reply(result: HandlerResult, key: str, **values: TextValue) -> None:
    """Say why nothing was done: the form of the command, or who or what is not known."""
    result.is_carried_out = False
    result.replies.append(reply_with(key, **values))


def build_command_button(
    command: str, key: str, *, inner: TranslatedText | None = None, **values: TextValue
) -> TranslatedChoice:
    """A button that says a command: `press("users #2", ...)`. It is checked and written down like a typed one.

    `inner` is a sentence for the placeholder `value`.
    """
    return TranslatedChoice(data=f"say:{command}", label=TranslatedText(key=key, values=values, inner=inner))


def describe_job(job: Job) -> dict[str, Any]:
    """A film in a list: its code, a sign for its kind, and how it stands, in words."""
    return {"code": job.short_id, "kind": KIND_ICONS[job.kind], "inner": translated(f"admin-status-{job.status}")}


def find_person(context: Context, result: HandlerResult, reference: str) -> Person | None:
    """The person of this tenant that a command names, by `telegram:123` or the first letters of their id here; when
    there is none the reply says so.
    """
    found = people.find_by_identity(context.session, context.account.tenant_id, reference) or people.find_by_id_prefix(
        context.session, context.account.tenant_id, reference
    )
    if found is None:
        add_error_reply(result, "grant-unknown", who=reference[:60] or "?")
        return None
    result.audit_details["person"] = found.id
    return found


def replace_pressed_message(context: Context, result: HandlerResult) -> None:
    """The first answer takes the place of the message that was pressed."""
    if result.replies:
        first = result.replies[0]
        message = first.message.model_copy(update={"edits": context.inbound.message_id})
        result.replies[0] = replace(first, message=message)


def format_identity(person: Person) -> str:
    """How commands name a person."""
    return f"{person.channel}:{person.external_id}"
