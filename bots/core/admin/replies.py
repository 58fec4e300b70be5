"""Replies, buttons and user lookup shared by the administrators' commands."""

from dataclasses import replace
from typing import Any

from bots.core.context import Context, HandlerResult, Reply, TextValue, reply_for, text_for
from models.identity.people import Person
from models.jobs.job import Job
from models.messaging.deliveries import Message, TranslatedChoice, TranslatedText
from pipeline import find_kind
from storage.identity import people

UNKNOWN_KIND_ICON = "▪️"  # of a kind of job that this installation had once
ButtonRows = tuple[tuple[TranslatedChoice, ...], ...]


def add_reply(result: HandlerResult, *paragraphs: TranslatedText, choices: ButtonRows = ()) -> None:
    """Add a reply of paragraphs, with buttons under them."""
    result.replies.append(Reply(Message(paragraphs=paragraphs, choices=choices)))


def add_error_reply(result: HandlerResult, key: str, **values: TextValue) -> None:
    """Add a reply that says why nothing was done: the usage of the command, or what was not found."""
    result.is_carried_out = False
    result.replies.append(reply_for(key, **values))


def build_command_button(
    command: str, key: str, *, inner: TranslatedText | None = None, **values: TextValue
) -> TranslatedChoice:
    """A button that sends a command: `build_command_button("users #2", ...)`. Checked and audited like a typed one.

    `inner` is a text for the placeholder `value`.
    """
    return TranslatedChoice(data=f"say:{command}", label=TranslatedText(key=key, values=values, inner=inner))


def describe_job(job: Job) -> dict[str, Any]:
    """Values of a job in a list: its code, an icon for its kind, and its status as text."""
    kind = find_kind(job.kind)
    icon = kind.icon if kind else UNKNOWN_KIND_ICON
    return {"code": job.short_id, "kind": icon, "inner": text_for(f"admin-status-{job.status}")}


def find_person(context: Context, result: HandlerResult, reference: str) -> Person | None:
    """The user of this tenant that a command refers to, by `telegram:123` or the first characters of the internal
    id; when there is none the reply says so.
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
    """Make the first reply an edit of the message whose button was pressed."""
    if result.replies:
        first = result.replies[0]
        message = first.message.model_copy(update={"edits": context.inbound.message_id})
        result.replies[0] = replace(first, message=message)


def format_identity(person: Person) -> str:
    """Identity of a user as commands write it, as `telegram:123`."""
    return f"{person.channel}:{person.external_id}"
