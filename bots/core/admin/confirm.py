"""Dangerous commands: they say what will happen, and do it when the same person presses the button in time, once.

A module asks with `ask(visit, outcome, word(..), action=("refund", {"purchase": ..}))` and registers what is then done:

    @carries_out("refund", Role.ADMIN)
    def refunded(pipeline, visit, outcome, values): ...
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bots.core import roles
from bots.core.admin.answers import in_place, mistaken
from bots.core.roles import Role
from bots.core.visit import Outcome, Reply, Visit, choice
from models.deliveries import Message, Wording
from pipeline.service import Pipeline
from storage import confirmations

Deed = Callable[[Pipeline, Visit, Outcome, dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Action:
    """What is done when it was confirmed, by whoever still has the role for it."""

    deed: Deed
    least: Role
    for_operator: bool = False


CARRIED_OUT: dict[str, Action] = {}
"""By the name it is asked for and audited under."""


def carries_out(name: str, least: Role, *, for_operator: bool = False) -> Callable[[Deed], Deed]:
    """Register what is done when an action was confirmed."""

    def register(deed: Deed) -> Deed:
        CARRIED_OUT[name] = Action(deed, least, for_operator)
        return deed

    return register


def ask(visit: Visit, outcome: Outcome, *what: Wording, action: tuple[str, dict[str, Any]]) -> None:
    """Say what will happen, with one button that does it. `action` is its name and JSON values: ids and numbers."""
    name, values = action
    assert name in CARRIED_OUT, name  # noqa: S101 - a mistake of ours
    row = confirmations.ask(visit.session, visit.person, name, values, visit.now)
    sure = choice(f"do:{row.id.hex}", "admin-choice-do")
    outcome.carried_out = False
    outcome.replies.append(Reply(Message(paragraphs=what, choices=((sure,),))))


def choose(pipeline: Pipeline, visit: Visit, outcome: Outcome, token: str) -> None:
    """Do what was confirmed; the question turns into what became of it."""
    asked = None if visit.inbound.in_group else confirmations.take(visit.session, visit.person, token, visit.now)
    action = CARRIED_OUT.get(asked.action) if asked else None
    if asked is None or action is None or not roles.may(visit, action.least, for_operator=action.for_operator):
        mistaken(outcome, "admin-do-gone" if visit.role else "not-understood")
        return
    action.deed(pipeline, visit, outcome, dict(asked.values))
    roles.note(visit, outcome, asked.action)
    in_place(visit, outcome)
