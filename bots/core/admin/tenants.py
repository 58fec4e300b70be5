"""`/tenant`: the businesses of this installation, as the operator runs them and their owners see them."""

import re
from collections.abc import Callable
from typing import Any

from bots.core.admin import confirm
from bots.core.admin.answers import mistaken, press, tell
from bots.core.admin.doorbell import pair, token
from bots.core.admin.ownership import PREFIX, is_one, named, runs_all, theirs
from bots.core.admin.portrait import headline, shown
from bots.core.roles import Command, Role
from bots.core.visit import Outcome, Visit, word
from models.people import Pause, Tenant, TenantLimits
from pipeline import tenancy
from pipeline.service import Pipeline
from storage import tenants

NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,29}")
LIMIT = re.compile(r"(waiting|people|storage)=(none|[0-9]{1,9})")
Act = Callable[[Visit, Outcome, str], None]


def tenant(_pipeline: Pipeline, visit: Visit, outcome: Outcome, arguments: str) -> None:
    """The operator's owners decide about all, a business's owner about theirs."""
    verb, _, rest = arguments.partition(" ")
    act = (OPERATORS if runs_all(visit) else OWNERS).get(verb.lower())
    if act is None:
        mistaken(outcome, "admin-tenant-usage" if runs_all(visit) else "admin-tenant-owner-usage")
    else:
        act(visit, outcome, rest.strip())


def list_(visit: Visit, outcome: Outcome, _rest: str) -> None:
    rows = tuple((press(f"tenant show {each.name}", "admin-tenant-line", **headline(each)),) for each in _all(visit))
    tell(outcome, word("admin-tenants", count=len(rows)), word("admin-tenant-usage"), choices=rows)


def _all(visit: Visit) -> list[Tenant]:
    return tenants.listed(visit.session)


def mine(visit: Visit, outcome: Outcome, _rest: str) -> None:
    for each in theirs(visit):
        tell(outcome, *shown(visit, each), word("admin-tenant-owner-usage"))


def create(visit: Visit, outcome: Outcome, rest: str) -> None:
    """A new business, and the code that makes somebody its owner."""
    name = rest.lower()
    if not NAME.fullmatch(name):
        mistaken(outcome, "admin-tenant-name")
        return
    made = tenants.create(visit.session, name, visit.now)
    if made is None:
        mistaken(outcome, "admin-tenant-there", name=name)
        return
    outcome.about["tenant"] = made.id
    _give_code(visit, outcome, made, "admin-tenant-made")


def invite(visit: Visit, outcome: Outcome, rest: str) -> None:
    """Another code: for the first owner, for the next, or for one more chat of theirs."""
    if found := named(visit, outcome, rest):
        _give_code(visit, outcome, found, "admin-tenant-invited")


def _give_code(visit: Visit, outcome: Outcome, found: Tenant, key: str) -> None:
    code = tenants.invite(visit.session, found, visit.now)
    command = f"/start {PREFIX}{code}"
    tell(outcome, word(key, name=found.name, days=tenants.INVITED_FOR.days), word("name", name=command))


def show(visit: Visit, outcome: Outcome, rest: str) -> None:
    found = named(visit, outcome, rest)
    if found is not None:
        tell(outcome, *shown(visit, found), choices=_doors(found))


def _doors(found: Tenant) -> tuple[Any, ...]:
    turn = "resume" if found.paused_at else "pause"
    rows = [(press(f"tenant {turn} {found.name}", f"admin-choice-{turn}"),)]
    if found.remove_at is None:
        rows.append((press(f"tenant remove {found.name}", "admin-choice-remove"),))
    return (*rows, (press("tenant list", "admin-choice-back"),))


def pause(visit: Visit, outcome: Outcome, rest: str) -> None:
    if found := named(visit, outcome, rest):
        use = tenants.use(visit.session, found)
        sure = word("admin-tenant-pause-sure", name=found.name, people=use.people, waiting=use.waiting)
        confirm.ask(visit, outcome, sure, action=("tenant-pause", {"name": found.name}))


@confirm.carries_out("tenant-pause", Role.OWNER, for_operator=True)
def paused(_pipeline: Pipeline, visit: Visit, outcome: Outcome, values: dict[str, Any]) -> None:
    if found := named(visit, outcome, values["name"]):
        tenants.pause(found, Pause.OPERATOR, visit.now)
        tenancy.tell_owner(visit.session, found, "tenant-stopped", visit.now)
        tell(outcome, word("admin-tenant-paused", name=found.name))


def resume(visit: Visit, outcome: Outcome, rest: str) -> None:
    found = named(visit, outcome, rest)
    if found is None:
        return
    if found.paused_at is None:
        mistaken(outcome, "admin-tenant-open-already", name=found.name)
        return
    tenants.resume(found)
    tenancy.tell_owner(visit.session, found, "tenant-resumed", visit.now)
    tell(outcome, word("admin-tenant-resumed", name=found.name))


def limits(visit: Visit, outcome: Outcome, rest: str) -> None:
    """`NAME waiting=50 people=none`; what is not named stays as it was."""
    name, *parts = rest.split() or [""]
    asked = [LIMIT.fullmatch(part) for part in parts]
    if not asked or not all(asked):
        mistaken(outcome, "admin-tenant-limits-usage")
        return
    found = named(visit, outcome, name)
    if found is not None:
        values = {each[1]: None if each[2] == "none" else int(each[2]) for each in asked if each}
        tenants.limit(found, TenantLimits.model_validate(found.limits | values))
        tell(outcome, *shown(visit, found))


def remove(visit: Visit, outcome: Outcome, rest: str) -> None:
    if found := named(visit, outcome, rest):
        use = tenants.use(visit.session, found)
        about = {"people": use.people, "size": use.storage // tenants.MEGABYTE, "days": tenants.GRACE.days}
        sure = word("admin-tenant-remove-sure", name=found.name, **about)
        confirm.ask(visit, outcome, sure, action=("tenant-remove", {"name": found.name}))


@confirm.carries_out("tenant-remove", Role.OWNER, for_operator=True)
def removed(_pipeline: Pipeline, visit: Visit, outcome: Outcome, values: dict[str, Any]) -> None:
    if found := named(visit, outcome, values["name"]):
        tenants.remove(found, visit.now)
        tenancy.tell_owner(visit.session, found, "tenant-stopped", visit.now)
        tell(outcome, word("admin-tenant-removed", name=found.name, returns=f"{found.remove_at:%Y-%m-%d}"))


OWNERS: dict[str, Act] = {"": mine, "token": token, "pair": pair, "invite": invite}
OPERATORS: dict[str, Act] = OWNERS | {
    "": list_,
    "list": list_,
    "create": create,
    "show": show,
    "pause": pause,
    "resume": resume,
    "limits": limits,
    "remove": remove,
}
COMMANDS = (Command("tenant", tenant, Role.OWNER, for_operator=True, verbs=frozenset(OPERATORS) - {""}, also=is_one),)
