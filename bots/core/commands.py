"""Commands people type, and those of administrators."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from bots.core import menus
from bots.core.channel import CommandHelp, Commands
from bots.core.films import Outcome
from bots.core.visit import Reply, Visit, say, word
from bots.locales import LANGUAGES
from bots.locales import say as sentence
from models.deliveries import Message
from models.people import Person
from pipeline.access import Standing
from pipeline.service import Pipeline
from storage import business, jobs, ledger, people

Handler = Callable[[Pipeline, Visit, Outcome, str], None]


@dataclass(frozen=True, slots=True)
class Command:
    """What a command does; `for_admins` hides it from everybody else."""

    name: str
    handle: Handler
    for_admins: bool = False


def start(_pipeline: Pipeline, _visit: Visit, outcome: Outcome, _arguments: str) -> None:
    outcome.replies.append(say("welcome"))


def help_(_pipeline: Pipeline, _visit: Visit, outcome: Outcome, _arguments: str) -> None:
    outcome.replies.append(Reply(Message(paragraphs=(word("help"), word("price-hint")))))


def language(_pipeline: Pipeline, _visit: Visit, outcome: Outcome, _arguments: str) -> None:
    outcome.replies.append(Reply(menus.language_menu()))


def settings(_pipeline: Pipeline, visit: Visit, outcome: Outcome, _arguments: str) -> None:
    outcome.replies.append(Reply(menus.settings_menu(visit.tastes)))


def balance(pipeline: Pipeline, visit: Visit, outcome: Outcome, _arguments: str) -> None:
    standing = pipeline.standing(visit.session, visit.person)
    outcome.replies.append(Reply(_balance(standing)))


def _balance(standing: Standing) -> Message:
    if not standing.plan.metered:
        return Message(paragraphs=(word("balance-unmetered"),))
    returns = f"{standing.returns_at:%Y-%m-%d}"
    paragraphs = [word("balance", available=standing.credits.available, monthly=standing.plan.credits, returns=returns)]
    if standing.credits.reserved:
        paragraphs.append(word("balance-held", reserved=standing.credits.reserved))
    return Message(paragraphs=(*paragraphs, word("price-hint")))


def cancel(pipeline: Pipeline, visit: Visit, outcome: Outcome, _arguments: str) -> None:
    waiting = jobs.waiting_of(visit.session, visit.person.id)
    count = sum(pipeline.cancel(visit.session, job.id, visit.person) is not None for job in waiting)
    outcome.replies.append(say("cancel-done", count=count) if count else say("cancel-nothing"))


def grant(pipeline: Pipeline, visit: Visit, outcome: Outcome, arguments: str) -> None:
    """Give a person of the same tenant credits: `telegram:123 10`."""
    parsed = _parse_grant(arguments)
    if parsed is None:
        outcome.replies.append(say("grant-usage"))
        return
    who, amount = parsed
    person = people.identified(visit.session, visit.account.tenant_id, who)
    if person is None:
        outcome.replies.append(say("grant-unknown", who=who))
        return
    _grant(pipeline, visit, person, amount)
    available = pipeline.standing(visit.session, person).credits.available
    outcome.replies.append(say("grant-done", who=who, credits=amount, available=available))


def _grant(pipeline: Pipeline, visit: Visit, person: Person, amount: int) -> None:
    key = f"grant:admin:{visit.account.id}:{visit.inbound.updates[0]}"
    pipeline.standing(visit.session, person)
    ledger.grant(visit.session, person, amount, key=key, now=visit.now, reason=f"by {visit.person.id}")


def _parse_grant(arguments: str) -> tuple[str, int] | None:
    match arguments.split():
        case [who, amount] if ":" in who and amount.isdecimal() and len(amount) <= 7 and 0 < int(amount) <= 1_000_000:
            return who, int(amount)
    return None


def stats(_pipeline: Pipeline, visit: Visit, outcome: Outcome, _arguments: str) -> None:
    day = business.day(visit.session, visit.account.tenant_id, visit.now - timedelta(days=1))
    outcome.replies.append(say("stats", **day))


COMMANDS = (
    Command("start", start),
    Command("help", help_),
    Command("settings", settings),
    Command("balance", balance),
    Command("language", language),
    Command("cancel", cancel),
    Command("grant", grant, for_admins=True),
    Command("stats", stats, for_admins=True),
)


def find(name: str, visit: Visit) -> Command | None:
    """The command of that name, if there is one for this person."""
    found = next((command for command in COMMANDS if command.name == name), None)
    return found if found and (visit.is_admin or not found.for_admins) else None


def menu() -> Commands:
    """The commands as messengers show them, in every language."""

    def listed(tag: str, *, for_admins: bool) -> tuple[CommandHelp, ...]:
        return tuple(
            CommandHelp(command.name, sentence(tag, f"command-{command.name}"))
            for command in COMMANDS
            if command.for_admins is for_admins
        )

    return Commands(
        people={tag: listed(tag, for_admins=False) for tag in LANGUAGES},
        admins={tag: listed(tag, for_admins=True) for tag in LANGUAGES},
    )


def job_id(text: str) -> uuid.UUID | None:
    """The job a choice names; hostile text names none."""
    try:
        return uuid.UUID(hex=text)
    except ValueError:
        return None
