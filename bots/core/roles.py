"""Permissions: the minimum role of each command, and the execution and audit of administrators' commands."""

from collections.abc import Callable
from dataclasses import dataclass

from bots.core.context import Context, HandlerResult, reply_for
from models.identity.people import MAIN_TENANT, Tenant
from models.identity.roles import Role
from pipeline import Pipeline
from storage.operations import audit

CommandHandler = Callable[[Pipeline, Context, HandlerResult, str], None]


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command. It is hidden from users below `min_role`, and outside of the operator's own tenant if
    `is_operator_only`. `verbs` are the first arguments recorded in the audit log (`/promo stop`). `is_also_allowed`
    admits further users.
    """

    name: str
    handle: CommandHandler
    min_role: Role = Role.PERSON
    is_operator_only: bool = False
    verbs: frozenset[str] = frozenset()
    is_also_allowed: Callable[[Context], bool] | None = None


def is_operator_tenant(context: Context) -> bool:
    """Whether the message was sent in the operator's own tenant."""
    return context.session.get_one(Tenant, context.account.tenant_id).name == MAIN_TENANT


def has_role(context: Context, min_role: Role, *, is_operator_only: bool = False) -> bool:
    return context.role >= min_role and (not is_operator_only or is_operator_tenant(context))


def can_use(context: Context, command: Command) -> bool:
    """Whether this user may use the command."""
    return has_role(context, command.min_role, is_operator_only=command.is_operator_only) or (
        command.is_also_allowed is not None and command.is_also_allowed(context)
    )


def split_verb(arguments: str) -> tuple[str, str]:
    """The first of a command's arguments in lower case, and the rest. Whatever acts on a verb, or records it, takes
    it from here.
    """
    first, *rest = arguments.split(maxsplit=1) or [""]
    return first.lower(), rest[0].strip() if rest else ""


def execute(command: Command, pipeline: Pipeline, context: Context, result: HandlerResult, arguments: str) -> None:
    """Execute a command. Those of administrators are audited, and only accepted in private chats."""
    if command.min_role is Role.PERSON:
        command.handle(pipeline, context, result, arguments)
    elif context.inbound.is_group:
        result.replies.append(reply_for("admin-in-private"))
    else:
        command.handle(pipeline, context, result, arguments)
        verb, _ = split_verb(arguments)
        record_audit(context, result, command.name, verb if verb in command.verbs else "")


def record_audit(context: Context, result: HandlerResult, action: str, verb: str = "") -> None:
    """Record an executed action in the audit log; mere queries and invalid commands are not recorded."""
    if result.is_carried_out:
        details = result.audit_details | ({"verb": verb} if verb else {})
        audit.record(context.session, context.account.tenant_id, context.person.id, action, context.now, **details)
