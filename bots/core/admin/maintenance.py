"""`/maintenance`: new films are not taken for a while, and people read why; those that were taken are made."""

from typing import Any

from sqlmodel import col, func, select

from bots.core.admin import confirm
from bots.core.admin.answers import mistaken, press, tell
from bots.core.roles import Command, Role, is_operator
from bots.core.visit import Outcome, Visit, word
from models.jobs import WAITING, Job
from pipeline.service import Pipeline
from storage import maintenance as doors

LONGEST = 500  # characters


def maintenance(_pipeline: Pipeline, visit: Visit, outcome: Outcome, arguments: str) -> None:
    """`on [TEXT]`, `off`, or nothing to see how it stands. The operator's is everybody's."""
    verb, _, text = arguments.partition(" ")
    act = {"": _show, "on": _ask, "off": _end}.get(verb.lower())
    if act is None:
        mistaken(outcome, "admin-maintenance-usage")
    else:
        act(visit, outcome, text.strip())


def _show(visit: Visit, outcome: Outcome, _text: str) -> None:
    row = doors.current(visit.session, visit.account.tenant_id)
    if row is None:
        tell(outcome, word("admin-maintenance-is-off"), word("admin-maintenance-usage"))
        return
    told = word("admin-maintenance-is-on", since=f"{row.since:%Y-%m-%d %H:%M}", text=row.text)
    tell(outcome, told, choices=((press("maintenance off", "admin-choice-resume"),),))


def _ask(visit: Visit, outcome: Outcome, text: str) -> None:
    """Say what will happen, and what people will read."""
    text = text[:LONGEST]
    key = "admin-maintenance-sure-all" if is_operator(visit) else "admin-maintenance-sure"
    shown = [word(key, waiting=_waiting(visit)), word("error-maintenance")]
    if text:
        shown.append(word("name", name=text))
    confirm.ask(visit, outcome, *shown, action=("maintenance", {"text": text}))


def _waiting(visit: Visit) -> int:
    """Films that go on all the same."""
    wanted = select(func.count()).select_from(Job).where(col(Job.status).in_(WAITING))
    if not is_operator(visit):
        wanted = wanted.where(col(Job.tenant_id) == visit.account.tenant_id)
    return visit.session.exec(wanted).one()


@confirm.carries_out("maintenance", Role.ADMIN)
def turned_on(_pipeline: Pipeline, visit: Visit, outcome: Outcome, values: dict[str, Any]) -> None:
    doors.turn_on(visit.session, visit.person, values["text"], visit.now)
    outcome.about["verb"] = "on"
    tell(outcome, word("admin-maintenance-on"))


def _end(visit: Visit, outcome: Outcome, _text: str) -> None:
    if doors.turn_off(visit.session, visit.account.tenant_id):
        tell(outcome, word("admin-maintenance-off"))
    else:
        mistaken(outcome, "admin-maintenance-is-off")


COMMANDS = (Command("maintenance", maintenance, Role.ADMIN, verbs=frozenset({"off"})),)
