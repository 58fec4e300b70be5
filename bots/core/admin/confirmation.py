"""Confirmation of dangerous commands: they say what will happen, and run once the same user presses the button in
time.

A module asks with `ask_confirmation(context, result, text_for(..), action=("refund", {"purchase": ..}))` and
registers the handler of the confirmed action:

    @register_action("refund", Role.ADMIN)
    def request_refund(pipeline, context, result, values): ...
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bots.core import roles
from bots.core.admin.replies import add_error_reply, replace_pressed_message
from bots.core.context import Context, HandlerResult, Reply, choice_for
from models.identity.roles import Role
from models.messaging.deliveries import Message, TranslatedText
from pipeline import Pipeline
from storage.operations import confirmations

ConfirmedHandler = Callable[[Pipeline, Context, HandlerResult, dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class ConfirmedAction:
    """Handler of a confirmed action, and the role the user must still have for it."""

    handler: ConfirmedHandler
    minimum_role: Role
    for_operator: bool = False


CONFIRMED_ACTIONS: dict[str, ConfirmedAction] = {}
"""Confirmed actions by the name they are requested and audited under."""


def register_action(
    name: str, minimum_role: Role, *, for_operator: bool = False
) -> Callable[[ConfirmedHandler], ConfirmedHandler]:
    """Decorator that registers the handler of a confirmed action."""

    def register(handler: ConfirmedHandler) -> ConfirmedHandler:
        CONFIRMED_ACTIONS[name] = ConfirmedAction(handler, minimum_role, for_operator)
        return handler

    return register


def ask_confirmation(
    context: Context, result: HandlerResult, *paragraphs: TranslatedText, action: tuple[str, dict[str, Any]]
) -> None:
    """Reply with what will happen and one button that does it. `action` is its name and JSON values: ids and
    numbers.
    """
    name, values = action
    assert name in CONFIRMED_ACTIONS, name  # noqa: S101 - a programming error
    row = confirmations.create(context.session, context.person, name, values, context.now)
    button = choice_for(f"do:{row.id.hex}", "admin-choice-do")
    result.is_carried_out = False
    result.replies.append(Reply(Message(paragraphs=paragraphs, choices=((button,),))))


def execute_confirmed(pipeline: Pipeline, context: Context, result: HandlerResult, token: str) -> None:
    """Run a confirmed action; the question is edited into its result."""
    confirmation = (
        None if context.inbound.is_group else confirmations.claim(context.session, context.person, token, context.now)
    )
    action = CONFIRMED_ACTIONS.get(confirmation.action) if confirmation else None
    if (
        confirmation is None
        or action is None
        or not roles.has_role(context, action.minimum_role, is_operator_only=action.for_operator)
    ):
        add_error_reply(
            result, "admin-do-gone" if context.role or _is_for_everybody(context, token) else "not-understood"
        )
        return
    action.handler(pipeline, context, result, dict(confirmation.values))
    if action.minimum_role:
        roles.record_audit(context, result, confirmation.action)
    replace_pressed_message(context, result)


def _is_for_everybody(context: Context, token: str) -> bool:
    """Whether a token, of whomever and from whenever, is of an action that takes no role; of others nothing is told."""
    row = confirmations.find(context.session, token)
    action = CONFIRMED_ACTIONS.get(row.action) if row else None
    return action is not None and action.minimum_role is Role.PERSON
