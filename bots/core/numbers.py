"""The `/whatsapp` command, with which administrators list, pair, restart and remove WhatsApp numbers."""

import uuid
from collections.abc import Callable

from bots.core.visit import Outcome, Reply, Visit, choice, say, word
from models.deliveries import ChoiceWording, Message, Wording
from models.whatsapp import State, WhatsAppSession
from pipeline.service import Pipeline
from storage import outbox, tenants, whatsapp
from storage.outbox import Owed
from storage.whatsapp import Listed

SHORTEST, LONGEST = 8, 15  # digits of a phone number with its country code (E.164)
Act = Callable[[Visit, Outcome, str], None]


def command(_pipeline: Pipeline, visit: Visit, outcome: Outcome, arguments: str) -> None:
    """Dispatch the subcommands `list`, `pair [phone]`, `restart NAME`, `remove NAME`."""
    name, _, argument = arguments.partition(" ")
    if visit.inbound.in_group:
        outcome.replies.append(say("link-in-private"))
    elif (act := ACTS.get(name.lower())) is None:
        outcome.replies.append(say("whatsapp-usage"))
    else:
        act(visit, outcome, argument.strip())


def choose(_pipeline: Pipeline, visit: Visit, outcome: Outcome, argument: str) -> None:
    """Handle the choices under messages about numbers."""
    name, _, number = argument.partition(":")
    row = _own(visit, number)
    act = CHOSEN.get(name)
    if row is None or act is None:
        outcome.replies.append(say("error-not-found"))
    else:
        act(visit, outcome, row)


def list_(visit: Visit, outcome: Outcome, _argument: str) -> None:
    found = whatsapp.listed(visit.session, visit.account.tenant_id)
    lines = [line(each) for each in found] or [word("whatsapp-none")]
    outcome.replies.append(Reply(Message(paragraphs=(*lines, word("whatsapp-usage")))))


def pair(visit: Visit, outcome: Outcome, argument: str) -> None:
    """Show a pairing code: a QR code to scan, or one to type into the phone with that number."""
    pair_for(visit, outcome, visit.account.tenant_id, argument)


def pair_for(visit: Visit, outcome: Outcome, tenant_id: uuid.UUID, argument: str) -> None:
    """Pair a number for a tenant that may differ from the chat's."""
    phone = "".join(sign for sign in argument if sign.isdecimal() and sign.isascii())
    if argument and not SHORTEST <= len(phone) <= LONGEST:
        outcome.replies.append(say("whatsapp-bad-number"))
        return
    row = whatsapp.unpaired(visit.session, tenant_id) or whatsapp.begin(visit.session, tenant_id, visit.now)
    _ask_pairing(visit, row, phone or None)


def _ask_pairing(visit: Visit, row: WhatsAppSession, phone: str | None) -> None:
    """Enqueue the message that announces the pairing code, which is later edited to show it."""
    message = Message(paragraphs=(word("whatsapp-preparing"),), choices=((stop_choice(row),),))
    cause = f"update:{visit.account.id}:{visit.inbound.updates[0]}"
    told = outbox.owe(visit.session, visit.address, visit.person.id, Owed(message, cause, "whatsapp"), visit.now)
    whatsapp.ask_pairing(row, visit.now, phone=phone, asked_by=told)


def restart(visit: Visit, outcome: Outcome, argument: str) -> None:
    """Reconnect a number; one without session keys is paired again."""
    found = _named(visit, outcome, argument)
    if found is None:
        return
    if whatsapp.needs_pairing(found.row):
        _ask_pairing(visit, found.row, None)
        return
    whatsapp.ask_restart(found.row, visit.now)
    outcome.replies.append(say("whatsapp-restarting", name=called(found.row, found.name)))


def remove(visit: Visit, outcome: Outcome, argument: str) -> None:
    """Ask for confirmation before a number is removed."""
    found = _named(visit, outcome, argument)
    if found is None:
        return
    name = called(found.row, found.name)
    sure = choice(f"number:remove:{found.row.id.hex}", "choice-whatsapp-remove")
    outcome.replies.append(Reply(Message(paragraphs=(word("whatsapp-remove-sure", name=name),), choices=((sure,),))))


def _removed(visit: Visit, outcome: Outcome, row: WhatsAppSession) -> None:
    whatsapp.remove(row, visit.now)
    told = word("whatsapp-removed", name=called(row, row.id.hex[:6]))
    outcome.replies.append(Reply(Message(paragraphs=(told,), edits=visit.inbound.message)))


def _stopped(visit: Visit, outcome: Outcome, row: WhatsAppSession) -> None:
    """Stop pairing, unless the code has been scanned meanwhile."""
    if row.state not in {State.NEW, State.QR}:
        outcome.replies.append(say("cancel-too-late"))
        return
    whatsapp.give_up_pairing(row, visit.now)
    outcome.replies.append(Reply(Message(paragraphs=(word("whatsapp-stopped"),), edits=visit.inbound.message)))


ACTS: dict[str, Act] = {"": list_, "list": list_, "pair": pair, "restart": restart, "remove": remove}
CHOSEN: dict[str, Callable[[Visit, Outcome, WhatsAppSession], None]] = {"remove": _removed, "stop": _stopped}


def stop_choice(row: WhatsAppSession) -> ChoiceWording:
    return choice(f"number:stop:{row.id.hex}", "choice-cancel")


def called(row: WhatsAppSession, name: str) -> str:
    """Display name of a number: its digits once they are known."""
    return f"+{row.number}" if row.number else name


def line(each: Listed) -> Wording:
    """Describe a number and its state."""
    named = {"name": called(each.row, each.name)}
    return Wording(key="whatsapp-line", values=named, inner=standing(each.row, each.name))


def standing(row: WhatsAppSession, name: str) -> Wording:
    """Describe the state of a number, and what to do about it."""
    named = called(row, name)
    if row.detail:
        return word(f"whatsapp-detail-{row.detail}", name=named)
    if row.state == State.BANNED and row.banned_until is not None:
        return word("whatsapp-state-banned-until", until=f"{row.banned_until:%Y-%m-%d %H:%M} UTC")
    return word(f"whatsapp-state-{row.state.replace('_', '-')}", name=named)


def _named(visit: Visit, outcome: Outcome, name: str) -> Listed | None:
    found = whatsapp.named(visit.session, name, visit.account.tenant_id)
    if found is None:
        outcome.replies.append(say("whatsapp-unknown", name=name or "?"))
    return found


def _own(visit: Visit, number: str) -> WhatsAppSession | None:
    """Find a number that this user may manage, as an administrator here or as the owner of another tenant; None for an
    invalid id, as the text may be hostile."""
    try:
        row = visit.session.get(WhatsAppSession, uuid.UUID(hex=number))
    except ValueError:
        return None
    here = {visit.account.tenant_id} if visit.is_admin else set()
    theirs = here | {each.id for each in tenants.owned(visit.session, visit.person)}
    return row if row is not None and row.removed_at is None and row.tenant_id in theirs else None
