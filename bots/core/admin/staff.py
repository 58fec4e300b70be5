"""`/role`, `/ban` and `/unban`: roles of the staff, and banned users."""

from typing import Any

from bots.core.admin import confirmation
from bots.core.admin.replies import add_error_reply, add_reply, find_person, format_identity
from bots.core.context import Context, HandlerResult, text_for
from bots.core.roles import Command
from models.identity.people import Person
from models.identity.roles import Role
from pipeline import Pipeline
from storage.identity import account_links, people, user_search
from storage.jobs import jobs, progress_messages

ASSIGNABLE_ROLES = {"admin": Role.ADMIN, "support": Role.SUPPORT, "none": Role.PERSON}


def role(_pipeline: Pipeline, context: Context, result: HandlerResult, arguments: str) -> None:
    """`` lists users with a role; `WHO admin|support|none` sets one, below the caller's own."""
    match arguments.split():
        case []:
            found = user_search.list_staff(context.session, context.account.tenant_id)
            lines = [
                text_for("admin-role-line", role=str(each.role), who=format_identity(each), name=each.name)
                for each in found
            ]
            add_reply(result, *lines, text_for("admin-role-usage"))
        case [who, name] if name.lower() in ASSIGNABLE_ROLES:
            _assign_role(context, result, who, ASSIGNABLE_ROLES[name.lower()])
        case _:
            add_error_reply(result, "admin-role-usage")


def _assign_role(context: Context, result: HandlerResult, reference: str, new_role: Role) -> None:
    person = find_person(context, result, reference)
    if person is None:
        return
    if not _is_below(context, person) or new_role >= context.role:
        add_error_reply(result, "admin-role-above")
        return
    if new_role and (linked := account_links.list_linked(context.session, person)):
        others = ", ".join(format_identity(each) for each in linked)
        question = text_for(
            "admin-role-sure", role=str(new_role.stored_name), who=format_identity(person), others=others
        )
        values = {"person": person.id.hex, "role": int(new_role)}
        confirmation.ask_confirmation(context, result, question, action=("role", values))
        return
    _set_role(result, person, new_role)


@confirmation.register_action("role", Role.ADMIN)
def set_confirmed_role(_pipeline: Pipeline, context: Context, result: HandlerResult, values: dict[str, Any]) -> None:
    """Give a role to a user who writes from several chats, each of which then has it."""
    person, new_role = find_person(context, result, values["person"]), Role(values["role"])
    if person is None:
        return
    if not _is_below(context, person) or new_role >= context.role:
        add_error_reply(result, "admin-role-above")
        return
    _set_role(result, person, new_role)


def _set_role(result: HandlerResult, person: Person, new_role: Role) -> None:
    person.role = new_role.stored_name
    result.audit_details["role"] = int(new_role)
    add_reply(result, text_for("admin-role-done", who=format_identity(person), role=new_role.stored_name or "–"))


def _is_below(context: Context, person: Person) -> bool:
    return Role.from_stored(person.role) < context.role


def ban(_pipeline: Pipeline, context: Context, result: HandlerResult, arguments: str) -> None:
    """Show what a ban does, and ask for confirmation."""
    person = _find_subordinate(context, result, arguments, "admin-ban-usage")
    if person is None:
        return
    if person.banned_at is not None:
        add_error_reply(result, "admin-ban-done", who=format_identity(person), count=0)
        return
    count = sum(
        len(jobs.list_unfinished(context.session, each)) for each in people.list_merged_ids(context.session, person)
    )
    question = text_for("admin-ban-sure", who=format_identity(person), name=person.name, count=count)
    confirmation.ask_confirmation(context, result, question, action=("ban", {"person": person.id.hex}))


def _find_subordinate(context: Context, result: HandlerResult, reference: str, usage: str) -> Person | None:
    """The user referred to, if the role is below the caller's; otherwise the reply says why not."""
    if not reference or " " in reference:
        add_error_reply(result, usage)
        return None
    person = find_person(context, result, reference)
    if person is not None and not _is_below(context, person):
        add_error_reply(result, "admin-role-above")
        return None
    return person


@confirmation.register_action("ban", Role.ADMIN)
def ban_person(pipeline: Pipeline, context: Context, result: HandlerResult, values: dict[str, Any]) -> None:
    """Ban a user, who gets one fixed reply from now on; unfinished jobs are cancelled and their credits released."""
    person = find_person(context, result, values["person"])
    if person is None:
        return
    if not _is_below(context, person):
        add_error_reply(result, "admin-role-above")
        return
    count = 0
    for each in people.list_merged_ids(context.session, person):
        context.session.get_one(Person, each).banned_at = context.now
        for job in jobs.list_unfinished(context.session, each):
            count += pipeline.cancel(context.session, job.id, person) is not None
            progress_messages.mark_status_closed(context.session, job.id)
    result.audit_details["cancelled"] = count
    add_reply(result, text_for("admin-ban-done", who=format_identity(person), count=count))


def unban(_pipeline: Pipeline, context: Context, result: HandlerResult, arguments: str) -> None:
    person = _find_subordinate(context, result, arguments, "admin-unban-usage")
    if person is None:
        return
    for each in people.list_merged_ids(context.session, person):
        context.session.get_one(Person, each).banned_at = None
    add_reply(result, text_for("admin-unban-done", who=format_identity(person)))


COMMANDS = (
    Command("role", role, Role.ADMIN),
    Command("ban", ban, Role.ADMIN),
    Command("unban", unban, Role.ADMIN),
)
