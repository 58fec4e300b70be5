"""`/tenant`: the tenants of this installation, managed by the operator and viewed by their owners."""

import re
from collections.abc import Callable
from typing import Any

from bots.core.admin import confirmation
from bots.core.admin.replies import add_error_reply, add_reply, build_command_button
from bots.core.admin.tenants.onboarding import connect_bot, pair
from bots.core.admin.tenants.ownership import (
    CODE_PREFIX,
    can_manage_all,
    find_tenant,
    is_tenant_owner,
    list_owned_tenants,
)
from bots.core.admin.tenants.tenant_view import describe_tenant, summarize_tenant
from bots.core.context import Context, HandlerResult, text_for
from bots.core.roles import Command, split_verb
from models.identity.people import PauseReason, Tenant, TenantLimits
from models.identity.roles import Role
from pipeline import Pipeline, notify_tenant_owner
from storage.tenants import tenants

NAME_PATTERN = re.compile(r"[a-z0-9][a-z0-9-]{1,29}")
LIMIT_PATTERN = re.compile(r"(waiting|people|storage)=(none|[0-9]{1,9})")
TenantAction = Callable[[Context, HandlerResult, str], None]


def tenant(_pipeline: Pipeline, context: Context, result: HandlerResult, arguments: str) -> None:
    """Owners of the operator's tenant manage all tenants, other owners their own."""
    verb, rest = split_verb(arguments)
    action = (OPERATOR_ACTIONS if can_manage_all(context) else OWNER_ACTIONS).get(verb)
    if action is None:
        add_error_reply(result, "admin-tenant-usage" if can_manage_all(context) else "admin-tenant-owner-usage")
    else:
        action(context, result, rest)


def list_tenants(context: Context, result: HandlerResult, _rest: str) -> None:
    rows = tuple(
        (build_command_button(f"tenant show {each.name}", "admin-tenant-line", **summarize_tenant(each)),)
        for each in _list_all(context)
    )
    add_reply(result, text_for("admin-tenants", count=len(rows)), text_for("admin-tenant-usage"), choices=rows)


def _list_all(context: Context) -> list[Tenant]:
    return tenants.list_tenants(context.session)


def show_owned(context: Context, result: HandlerResult, _rest: str) -> None:
    for each in list_owned_tenants(context):
        add_reply(result, *describe_tenant(context, each), text_for("admin-tenant-owner-usage"))


def create(context: Context, result: HandlerResult, rest: str) -> None:
    """Create a tenant, and the invite code that makes a user its owner."""
    name = rest.lower()
    if not NAME_PATTERN.fullmatch(name):
        add_error_reply(result, "admin-tenant-name")
        return
    created = tenants.create_tenant(context.session, name, context.now)
    if created is None:
        add_error_reply(result, "admin-tenant-there", name=name)
        return
    result.audit_details["tenant"] = created.id
    _send_invite_code(context, result, created, "admin-tenant-made")


def invite(context: Context, result: HandlerResult, rest: str) -> None:
    """Create another invite code: for the first owner, for the next, or for one more chat of the owner."""
    if found := find_tenant(context, result, rest):
        _send_invite_code(context, result, found, "admin-tenant-invited")


def _send_invite_code(context: Context, result: HandlerResult, found: Tenant, key: str) -> None:
    code = tenants.create_invitation(context.session, found, context.now)
    command = f"/start {CODE_PREFIX}{code}"
    add_reply(
        result,
        text_for(key, name=found.name, days=tenants.INVITATION_LIFETIME.days),
        text_for("name", name=command),
    )


def show(context: Context, result: HandlerResult, rest: str) -> None:
    found = find_tenant(context, result, rest)
    if found is not None:
        add_reply(result, *describe_tenant(context, found), choices=_build_buttons(found))


def _build_buttons(found: Tenant) -> tuple[Any, ...]:
    command = "resume" if found.paused_at else "pause"
    rows = [(build_command_button(f"tenant {command} {found.name}", f"admin-choice-{command}"),)]
    if found.remove_at is None:
        rows.append((build_command_button(f"tenant remove {found.name}", "admin-choice-remove"),))
    return (*rows, (build_command_button("tenant list", "admin-choice-back"),))


def pause(context: Context, result: HandlerResult, rest: str) -> None:
    if found := find_tenant(context, result, rest):
        usage = tenants.measure_usage(context.session, found)
        question = text_for(
            "admin-tenant-pause-sure", name=found.name, people=usage.people_count, waiting=usage.waiting_jobs
        )
        confirmation.ask_confirmation(context, result, question, action=("tenant-pause", {"name": found.name}))


@confirmation.register_action("tenant-pause", Role.OWNER, for_operator=True)
def pause_tenant(_pipeline: Pipeline, context: Context, result: HandlerResult, values: dict[str, Any]) -> None:
    if found := find_tenant(context, result, values["name"]):
        tenants.pause(found, PauseReason.OPERATOR, context.now)
        notify_tenant_owner(context.session, found, "tenant-stopped", context.now)
        add_reply(result, text_for("admin-tenant-paused", name=found.name))


def resume(context: Context, result: HandlerResult, rest: str) -> None:
    found = find_tenant(context, result, rest)
    if found is None:
        return
    if found.paused_at is None:
        add_error_reply(result, "admin-tenant-open-already", name=found.name)
        return
    tenants.resume(found)
    notify_tenant_owner(context.session, found, "tenant-resumed", context.now)
    add_reply(result, text_for("admin-tenant-resumed", name=found.name))


def set_limits(context: Context, result: HandlerResult, rest: str) -> None:
    """`NAME waiting=50 people=none`; limits that are not given stay as they were."""
    name, *deps = rest.split() or [""]
    matches = [LIMIT_PATTERN.fullmatch(part) for part in deps]
    if not matches or not all(matches):
        add_error_reply(result, "admin-tenant-limits-usage")
        return
    found = find_tenant(context, result, name)
    if found is not None:
        values = {each[1]: None if each[2] == "none" else int(each[2]) for each in matches if each}
        tenants.set_limits(found, TenantLimits.model_validate(found.limits | values))
        add_reply(result, *describe_tenant(context, found))


def remove(context: Context, result: HandlerResult, rest: str) -> None:
    if found := find_tenant(context, result, rest):
        usage = tenants.measure_usage(context.session, found)
        values = {
            "people": usage.people_count,
            "size": usage.storage_bytes // tenants.MEGABYTE,
            "days": tenants.REMOVAL_GRACE_PERIOD.days,
        }
        question = text_for("admin-tenant-remove-sure", name=found.name, **values)
        confirmation.ask_confirmation(context, result, question, action=("tenant-remove", {"name": found.name}))


@confirmation.register_action("tenant-remove", Role.OWNER, for_operator=True)
def remove_tenant(_pipeline: Pipeline, context: Context, result: HandlerResult, values: dict[str, Any]) -> None:
    if found := find_tenant(context, result, values["name"]):
        tenants.schedule_removal(found, context.now)
        notify_tenant_owner(context.session, found, "tenant-stopped", context.now)
        add_reply(result, text_for("admin-tenant-removed", name=found.name, returns=f"{found.remove_at:%Y-%m-%d}"))


OWNER_ACTIONS: dict[str, TenantAction] = {"": show_owned, "token": connect_bot, "pair": pair, "invite": invite}
OPERATOR_ACTIONS: dict[str, TenantAction] = OWNER_ACTIONS | {
    "": list_tenants,
    "list": list_tenants,
    "create": create,
    "show": show,
    "pause": pause,
    "resume": resume,
    "limits": set_limits,
    "remove": remove,
}
COMMANDS = (
    Command(
        "tenant",
        tenant,
        Role.OWNER,
        is_operator_only=True,
        verbs=frozenset(OPERATOR_ACTIONS) - {""},
        is_also_allowed=is_tenant_owner,
    ),
)
