"""Slash commands of users and of administrators: their table, parsing, and menus."""

import uuid
from collections.abc import Sequence

from bots.core import bonus, linking, menus, numbers, parting, shop, subscription, words
from bots.core.admin import ownership
from bots.core.admin.answers import in_place
from bots.core.admin.table import ADMIN
from bots.core.channel import CommandHelp, Commands
from bots.core.roles import Command, Role, carry_out, may_say
from bots.core.visit import Outcome, Reply, Visit, say, word
from bots.core.ways import title
from bots.locales import LANGUAGES
from bots.locales import say as sentence
from models.catalogue import FREE
from models.credits import Lot
from models.deliveries import Message, Wording
from pipeline.access import Standing
from pipeline.service import Pipeline
from storage import jobs, lots, people


def start(pipeline: Pipeline, visit: Visit, outcome: Outcome, arguments: str) -> None:
    """Welcome the user; a deep link may carry an argument: an ownership or invitation code, or `plans`."""
    outcome.replies.append(say("welcome"))
    if owning := ownership.code_in(arguments):
        ownership.claim(visit, outcome, owning)
    elif arguments == "plans":
        shop.plans(pipeline, visit, outcome, "")
    elif code := bonus.invited_with(arguments):
        bonus.redeem(pipeline, visit, outcome, code)


def help_(_pipeline: Pipeline, visit: Visit, outcome: Outcome, _arguments: str) -> None:
    """Show the help text, and in private chats the additional commands of the user's role."""
    outcome.replies.append(Reply(Message(paragraphs=(word("help"), word("price-hint")))))
    theirs = [each for each in COMMANDS if each.least and may_say(visit, each)]
    if theirs and not visit.inbound.in_group:
        lines = (
            Wording(key="admin-help-line", values={"name": each.name}, inner=word(f"command-{each.name}"))
            for each in theirs
        )
        outcome.replies.append(Reply(Message(paragraphs=tuple(lines))))


def language(_pipeline: Pipeline, _visit: Visit, outcome: Outcome, _arguments: str) -> None:
    outcome.replies.append(Reply(menus.language_menu()))


def settings(_pipeline: Pipeline, visit: Visit, outcome: Outcome, _arguments: str) -> None:
    outcome.replies.append(Reply(menus.settings_menu(visit.tastes)))


@shop.in_private
def balance(pipeline: Pipeline, visit: Visit, outcome: Outcome, _arguments: str) -> None:
    standing = pipeline.standing(visit.session, visit.person)
    if not standing.plan.metered:
        outcome.replies.append(say("balance-unmetered"))
        return
    held = lots.of(visit.session, visit.person.id)
    message = Message(paragraphs=_balance(standing, held, visit.person.plan), choices=shop.doors(pipeline, visit))
    outcome.replies.append(Reply(message))


def _balance(standing: Standing, held: Sequence[Lot], plan: str) -> tuple[Wording, ...]:
    """Build the paragraphs about available credits, their expiry, reservations, debt and lots."""
    returns = f"{standing.returns_at:%Y-%m-%d}"
    paragraphs = [word("balance", available=standing.credits.available, monthly=standing.plan.credits, returns=returns)]
    if plan != FREE:
        paragraphs.insert(0, word("plans-current", plan=title(plan)))
    if standing.credits.reserved:
        paragraphs.append(word("balance-held", reserved=standing.credits.reserved))
    if standing.credits.debt:
        paragraphs.append(word("balance-debt", credits=standing.credits.debt))
    if len(held) > 1:
        paragraphs += [_lot(lot) for lot in held]
    return (*paragraphs, word("price-hint"))


def _lot(lot: Lot) -> Wording:
    if lot.expires_at is None:
        return word("balance-lot-forever", credits=lot.remaining)
    return word("balance-lot", credits=lot.remaining, returns=f"{lot.expires_at:%Y-%m-%d}")


def cancel(pipeline: Pipeline, visit: Visit, outcome: Outcome, _arguments: str) -> None:
    selves = people.selves(visit.session, visit.person)
    waiting = [job for person_id in selves for job in jobs.waiting_of(visit.session, person_id)]
    count = sum(pipeline.cancel(visit.session, job.id, visit.person) is not None for job in waiting)
    outcome.replies.append(say("cancel-done", count=count) if count else say("cancel-nothing"))


COMMANDS = (
    Command("start", start),
    Command("help", help_),
    Command("settings", settings),
    Command("balance", balance),
    Command("plans", shop.plans),
    Command("billing", subscription.billing),
    Command("redeem", bonus.redeem),
    Command("gift", bonus.gift),
    Command("invite", bonus.invite),
    Command("link", linking.link),
    Command("email", linking.email),
    Command("language", language),
    Command("cancel", cancel),
    Command("promo", bonus.promo, Role.ADMIN, verbs=frozenset({"create", "list", "stop"})),
    Command("unjoin", parting.unjoin, Role.ADMIN),
    Command("whatsapp", numbers.command, Role.ADMIN, verbs=frozenset(numbers.ACTS)),
    *ADMIN,
)


def find(name: str, visit: Visit) -> Command | None:
    """Find the command of that name, if this user may use it."""
    found = next((command for command in COMMANDS if command.name == name), None)
    return found if found and may_say(visit, found) else None


def typed(visit: Visit, text: str) -> tuple[Command | None, str]:
    """Parse a text into a command and its arguments. After a slash, a command's own name takes precedence: some names
    are also aliases of another command."""
    if text.startswith("/"):
        first, _, arguments = text[1:].partition(" ")
        if command := find(first.lower(), visit):
            return command, arguments.strip()
    name, arguments = words.command(text)
    return find(name, visit), arguments


def press(pipeline: Pipeline, visit: Visit, outcome: Outcome, text: str) -> None:
    """Run the administrator's command carried by a button; the reply replaces the message of the button."""
    name, _, arguments = text.partition(" ")
    command = find(name, visit)
    if command is None or command.least is Role.PERSON:
        outcome.replies.append(say("not-understood"))
        return
    carry_out(command, pipeline, visit, outcome, arguments)
    in_place(visit, outcome)


def menu(*, is_operator: bool = True) -> Commands:
    """Build the command menus in every language; commands of the operator only in the operator's tenant."""
    shown = [command for command in COMMANDS if is_operator or not command.for_operator]

    def listed(least: Role, most: Role) -> dict[str, tuple[CommandHelp, ...]]:
        those = [command.name for command in shown if least <= command.least <= most]
        return {tag: tuple(CommandHelp(name, sentence(tag, f"command-{name}")) for name in those) for tag in LANGUAGES}

    roles = {role: listed(Role.SUPPORT, role) for role in Role if role}
    return Commands(people=listed(Role.PERSON, Role.PERSON), roles=roles)


def job_id(text: str) -> uuid.UUID | None:
    """Parse the job id in a choice; None for any other text, which may be hostile."""
    try:
        return uuid.UUID(hex=text)
    except ValueError:
        return None
