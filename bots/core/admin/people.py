"""`/users` and `/user`: user search, a user's account, and notes of the staff."""

import re
from collections.abc import Sequence
from uuid import UUID

from bots.core.admin.replies import (
    add_error_reply,
    add_reply,
    build_command_button,
    describe_job,
    find_person,
    format_identity,
)
from bots.core.context import Context, HandlerResult, text_for
from bots.core.conversation.payment_methods import amount_text_for, format_plan_title
from bots.core.roles import Command
from models.identity.people import Person
from models.identity.roles import Role
from models.messaging.deliveries import TranslatedChoice, TranslatedText
from pipeline import Pipeline
from storage.identity import people, user_search

MAX_NOTE_LENGTH = 500  # characters
MAX_SEARCH_BYTES = 40  # bytes that fit into a button's data beside the command
_PAGE_PATTERN = re.compile(r"#([1-9][0-9]{0,4})(?: (.*))?", re.DOTALL)
_PHONE_PATTERN = re.compile(r"\+[0-9 ().-]+")


def users(_pipeline: Pipeline, context: Context, result: HandlerResult, arguments: str) -> None:
    """`` lists all users, newest first, words search for a name or id; `#2 ..` is the second page."""
    page_match = _PAGE_PATTERN.fullmatch(arguments)
    page, words = (int(page_match[1]), page_match[2] or "") if page_match else (1, arguments)
    words = _normalize_search(words)
    found, total = user_search.search(context.session, context.account.tenant_id, words, page)
    pages = max(1, -(-total // user_search.PAGE_SIZE))
    rows = [
        (
            build_command_button(
                f"user {each.short_id}", "admin-users-line", name=_format_name(each), who=format_identity(each)
            ),
        )
        for each in found
    ]
    page_links = [("admin-choice-back", page - 1), ("admin-choice-next", page + 1)]
    page_buttons = tuple(
        build_command_button(f"users #{to} {words}".strip(), key) for key, to in page_links if 1 <= to <= pages
    )
    heading = text_for("admin-users", total=total, page=page, pages=pages)
    add_reply(result, heading, choices=(*rows, page_buttons) if page_buttons else tuple(rows))


def _normalize_search(words: str) -> str:
    """The search text, cut to what a button holds; phone numbers as messengers write ids."""
    if _PHONE_PATTERN.fullmatch(words):
        words = re.sub(r"[^0-9]", "", words)
    return words.encode()[:MAX_SEARCH_BYTES].decode(errors="ignore").strip()


def _format_name(person: Person) -> str:
    banned = "🚫 " if person.banned_at else ""
    return f"{banned}{person.name[:24] or '–'}"


def user(pipeline: Pipeline, context: Context, result: HandlerResult, arguments: str) -> None:
    """`WHO` shows a user, `WHO text` adds a note."""
    reference, _, text = arguments.partition(" ")
    if not reference:
        add_error_reply(result, "admin-user-usage")
        return
    person = find_person(context, result, reference)
    if person is None:
        return
    if text.strip():
        note = user_search.add_note(
            context.session, person, context.person, text.strip()[:MAX_NOTE_LENGTH], context.now
        )
        result.audit_details["note"] = note.id
    person_ids = people.list_merged_ids(context.session, person)
    paragraphs = (
        *_describe_person(context, person, person_ids),
        *_describe_credits(pipeline, context, person),
        *_describe_history(context, person_ids),
    )
    add_reply(result, *paragraphs, choices=_build_buttons(context, person, person_ids))


def _describe_person(context: Context, person: Person, person_ids: Sequence[UUID]) -> list[TranslatedText]:
    merged_people = [context.session.get_one(Person, each) for each in person_ids if each != person.id]
    paragraphs = [
        text_for("admin-user", name=person.name[:60] or "–", who=format_identity(person), code=person.short_id)
    ]
    paragraphs += [text_for("admin-user-joined", who=format_identity(each)) for each in merged_people]
    since = f"{person.created_at:%Y-%m-%d}"
    paragraphs.append(
        text_for("admin-user-since", returns=since, language=person.language, plan=format_plan_title(person.plan))
    )
    if person.role:
        paragraphs.append(text_for("admin-user-role", role=person.role))
    if person.banned_at:
        paragraphs.append(text_for("admin-user-banned", returns=f"{person.banned_at:%Y-%m-%d}"))
    return paragraphs


def _describe_credits(pipeline: Pipeline, context: Context, person: Person) -> list[TranslatedText]:
    account_status = pipeline.account_status_of(context.session, person)
    if not account_status.plan.metered:
        return [text_for("admin-user-unmetered")]
    balance = account_status.credits
    return [text_for("admin-user-credits", available=balance.available, reserved=balance.reserved, debt=balance.debt)]


def _describe_history(context: Context, person_ids: Sequence[UUID]) -> list[TranslatedText]:
    """Jobs by status, payments with the code `/refund` takes, and notes."""
    counts = user_search.count_jobs_by_status(context.session, person_ids)
    statuses = ("done", "failed", "cancelled", "queued", "running")
    paragraphs = [text_for("admin-user-films", **{each: counts.get(each, 0) for each in statuses})]
    for purchase in user_search.list_paid_purchases(context.session, person_ids):
        day, names = f"{purchase.decided_at or purchase.created_at:%Y-%m-%d}", {"code": purchase.short_id}
        values = {"returns": day, "item": purchase.item, "provider": purchase.provider, **names}
        paragraphs.append(
            TranslatedText(
                key="admin-user-paid", values=values, inner=amount_text_for(purchase.amount, purchase.currency)
            )
        )
    notes = user_search.list_notes(context.session, person_ids)
    return paragraphs + [
        text_for("admin-user-note", returns=f"{each.created_at:%Y-%m-%d}", text=each.text) for each in notes
    ]


def _build_buttons(
    context: Context, person: Person, person_ids: Sequence[UUID]
) -> tuple[tuple[TranslatedChoice, ...], ...]:
    """Buttons for the latest jobs, and for the actions on the user."""
    job_buttons = [
        (build_command_button(f"job {job.short_id}", "admin-user-job", **describe_job(job)),)
        for job in user_search.list_latest_jobs(context.session, person_ids)
    ]
    if context.role < Role.ADMIN:
        return tuple(job_buttons)
    verb = "unban" if person.banned_at else "ban"
    return (*job_buttons, (build_command_button(f"{verb} {person.short_id}", f"admin-choice-{verb}"),))


COMMANDS = (
    Command("users", users, Role.SUPPORT),
    Command("user", user, Role.SUPPORT),
)
