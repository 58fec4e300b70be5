"""Permissions: the minimum role of each command, and the execution and audit of administrators' commands."""

from collections.abc import Callable
from dataclasses import dataclass

from bots.core.visit import Outcome, Visit, say
from models.people import MAIN, Tenant
from models.roles import Role
from pipeline.service import Pipeline
from storage import audit

__all__ = ["Command", "Handler", "Role", "carry_out", "is_operator", "may", "may_say"]

Handler = Callable[[Pipeline, Visit, Outcome, str], None]


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command. It is hidden from users below `min_role`, and outside of the operator's own tenant if
    `is_operator_only`. `verbs` are the first arguments recorded in the audit log (`/promo stop`). `is_also_allowed`
    admits further users.
    """

    name: str
    handle: Handler
    least: Role = Role.PERSON
    for_operator: bool = False
    verbs: frozenset[str] = frozenset()
    also: Callable[[Visit], bool] | None = None


def is_operator(visit: Visit) -> bool:
    """Whether the message was sent in the operator's own tenant."""
    return visit.session.get_one(Tenant, visit.account.tenant_id).name == MAIN


def may(visit: Visit, least: Role, *, for_operator: bool = False) -> bool:
    return visit.role >= least and (not for_operator or is_operator(visit))


def may_say(visit: Visit, command: Command) -> bool:
    """Whether this user may use the command."""
    return may(visit, command.least, for_operator=command.for_operator) or (
        command.also is not None and command.also(visit)
    )


def carry_out(command: Command, pipeline: Pipeline, visit: Visit, outcome: Outcome, arguments: str) -> None:
    """Execute a command. Those of administrators are audited, and only accepted in private chats."""
    if command.least is Role.PERSON:
        command.handle(pipeline, visit, outcome, arguments)
    elif visit.inbound.in_group:
        outcome.replies.append(say("admin-in-private"))
    else:
        command.handle(pipeline, visit, outcome, arguments)
        verb = arguments.partition(" ")[0].lower()
        note(visit, outcome, command.name, verb if verb in command.verbs else "")


def note(visit: Visit, outcome: Outcome, action: str, verb: str = "") -> None:
    """Record an executed action in the audit log; mere queries and invalid commands are not recorded."""
    if outcome.carried_out:
        about = outcome.about | ({"verb": verb} if verb else {})
        audit.note(visit.session, visit.account.tenant_id, visit.person.id, action, visit.now, **about)
