"""`/maintenance`: new jobs are rejected for a while, and users read why; jobs already accepted still run."""

from typing import Any

from bots.core.admin import confirmation
from bots.core.admin.replies import add_error_reply, add_reply, build_command_button
from bots.core.context import Context, HandlerResult, text_for
from bots.core.roles import Command, is_operator_tenant, split_verb
from models.identity.roles import Role
from pipeline import Pipeline
from storage.jobs import job_admin
from storage.operations import maintenance as maintenance_mode

MAX_TEXT_LENGTH = 500  # characters


def maintenance(_pipeline: Pipeline, context: Context, result: HandlerResult, arguments: str) -> None:
    """`on [TEXT]`, `off`, or nothing to see the state. The operator's applies to all tenants."""
    verb, text = split_verb(arguments)
    action = {"": _show_status, "on": _ask_confirmation, "off": _turn_off}.get(verb)
    if action is None:
        add_error_reply(result, "admin-maintenance-usage")
    else:
        action(context, result, text)


def _show_status(context: Context, result: HandlerResult, _text: str) -> None:
    row = maintenance_mode.find_own(context.session, context.account.tenant_id)
    if row is None:
        add_reply(result, text_for("admin-maintenance-is-off"), text_for("admin-maintenance-usage"))
        return
    status_text = text_for("admin-maintenance-is-on", since=f"{row.since:%Y-%m-%d %H:%M}", text=row.text)
    add_reply(result, status_text, choices=((build_command_button("maintenance off", "admin-choice-resume"),),))


def _ask_confirmation(context: Context, result: HandlerResult, text: str) -> None:
    """Show what will happen, and what users will read."""
    text = text[:MAX_TEXT_LENGTH]
    key = "admin-maintenance-sure-all" if is_operator_tenant(context) else "admin-maintenance-sure"
    paragraphs = [text_for(key, waiting=_count_waiting(context)), text_for("error-maintenance")]
    if text:
        paragraphs.append(text_for("name", name=text))
    confirmation.ask_confirmation(context, result, *paragraphs, action=("maintenance", {"text": text}))


def _count_waiting(context: Context) -> int:
    """Number of jobs that are not affected."""
    return job_admin.count_unfinished(
        context.session, None if is_operator_tenant(context) else context.account.tenant_id
    )


@confirmation.register_action("maintenance", Role.ADMIN)
def turn_on(_pipeline: Pipeline, context: Context, result: HandlerResult, values: dict[str, Any]) -> None:
    maintenance_mode.turn_on(context.session, context.person, values["text"], context.now)
    result.audit_details["verb"] = "on"
    add_reply(result, text_for("admin-maintenance-on"))


def _turn_off(context: Context, result: HandlerResult, _text: str) -> None:
    if maintenance_mode.turn_off(context.session, context.account.tenant_id):
        add_reply(result, text_for("admin-maintenance-off"))
    else:
        add_error_reply(result, "admin-maintenance-is-off")


COMMANDS = (Command("maintenance", maintenance, Role.ADMIN, verbs=frozenset({"off"})),)
