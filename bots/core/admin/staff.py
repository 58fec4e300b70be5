"""`/role`, `/ban` and `/unban`: who helps to run the business, and who may not use it."""

from typing import Any

from bots.core.admin import confirm
from bots.core.admin.answers import called, mistaken, tell, whom
from bots.core.roles import Command, Role
from bots.core.visit import Outcome, Visit, word
from models.people import Person
from pipeline.service import Pipeline
from storage import jobs, people, roster

GRANTED = {"admin": Role.ADMIN, "support": Role.SUPPORT, "none": Role.PERSON}


def role(_pipeline: Pipeline, visit: Visit, outcome: Outcome, arguments: str) -> None:
    """`` lists who has one; `WHO admin|support|none` gives or takes one, below one's own."""
    match arguments.split():
        case []:
            found = roster.staff(visit.session, visit.account.tenant_id)
            lines = [word("admin-role-line", role=str(each.role), who=called(each), name=each.name) for each in found]
            tell(outcome, *lines, word("admin-role-usage"))
        case [who, name] if name.lower() in GRANTED:
            _give(visit, outcome, who, GRANTED[name.lower()])
        case _:
            mistaken(outcome, "admin-role-usage")


def _give(visit: Visit, outcome: Outcome, who: str, given: Role) -> None:
    person = whom(visit, outcome, who)
    if person is None:
        return
    if not _is_below(visit, person) or given >= visit.role:
        mistaken(outcome, "admin-role-above")
        return
    person.role = given.kept
    outcome.about["role"] = int(given)
    tell(outcome, word("admin-role-done", who=called(person), role=given.kept or "–"))


def _is_below(visit: Visit, person: Person) -> bool:
    return Role.of(person.role) < visit.role


def ban(_pipeline: Pipeline, visit: Visit, outcome: Outcome, arguments: str) -> None:
    """Say what becomes of somebody, and ask."""
    person = _other(visit, outcome, arguments, "admin-ban-usage")
    if person is None:
        return
    if person.banned_at is not None:
        mistaken(outcome, "admin-ban-done", who=called(person), count=0)
        return
    count = sum(len(jobs.waiting_of(visit.session, each)) for each in people.selves(visit.session, person))
    sure = word("admin-ban-sure", who=called(person), name=person.name, count=count)
    confirm.ask(visit, outcome, sure, action=("ban", {"person": person.id.hex}))


def _other(visit: Visit, outcome: Outcome, who: str, usage: str) -> Person | None:
    """Somebody below oneself."""
    if not who or " " in who:
        mistaken(outcome, usage)
        return None
    person = whom(visit, outcome, who)
    if person is not None and not _is_below(visit, person):
        mistaken(outcome, "admin-role-above")
        return None
    return person


@confirm.carries_out("ban", Role.ADMIN)
def banned(pipeline: Pipeline, visit: Visit, outcome: Outcome, values: dict[str, Any]) -> None:
    """From now on one sentence is all they hear; their films stop, and the credits come back."""
    person = whom(visit, outcome, values["person"])
    if person is None:
        return
    if not _is_below(visit, person):
        mistaken(outcome, "admin-role-above")
        return
    count = 0
    for each in people.selves(visit.session, person):
        visit.session.get_one(Person, each).banned_at = visit.now
        for job in jobs.waiting_of(visit.session, each):
            count += pipeline.cancel(visit.session, job.id, person) is not None
            jobs.close_status(visit.session, job.id)
    outcome.about["cancelled"] = count
    tell(outcome, word("admin-ban-done", who=called(person), count=count))


def unban(_pipeline: Pipeline, visit: Visit, outcome: Outcome, arguments: str) -> None:
    person = _other(visit, outcome, arguments, "admin-unban-usage")
    if person is None:
        return
    for each in people.selves(visit.session, person):
        visit.session.get_one(Person, each).banned_at = None
    tell(outcome, word("admin-unban-done", who=called(person)))


COMMANDS = (
    Command("role", role, Role.ADMIN),
    Command("ban", ban, Role.ADMIN),
    Command("unban", unban, Role.ADMIN),
)
