"""The `/whatsapp` command, with which administrators list, pair, restart and remove WhatsApp numbers."""

import re
import uuid
from collections.abc import Callable

from bots.core.context import Context, HandlerResult, Reply, choice_for, reply_for, text_for
from bots.core.roles import split_verb
from models.messaging.deliveries import Message, TranslatedChoice, TranslatedText
from models.messaging.whatsapp import WhatsAppSession, WhatsAppState
from pipeline import Pipeline
from storage.messaging import whatsapp
from storage.messaging.outbox import OutboxMessage
from storage.messaging.whatsapp import NamedWhatsAppSession
from storage.tenants import tenants

PHONE_PATTERN = re.compile(r"[0-9]{8,15}")  # a phone number with its country code (E.164)
SubcommandHandler = Callable[[Context, HandlerResult, str], None]


def handle_command(_pipeline: Pipeline, context: Context, result: HandlerResult, arguments: str) -> None:
    """Dispatch the subcommands `list`, `pair [phone]`, `restart NAME`, `remove NAME`."""
    verb, argument = split_verb(arguments)
    if context.inbound.is_group:
        result.replies.append(reply_for("link-in-private"))
    elif (handler := SUBCOMMANDS.get(verb)) is None:
        result.replies.append(reply_for("whatsapp-usage"))
    else:
        handler(context, result, argument)


def handle_choice(_pipeline: Pipeline, context: Context, result: HandlerResult, argument: str) -> None:
    """Handle the choices under messages about numbers."""
    name, _, session_id = argument.partition(":")
    row = _find_owned_session(context, session_id)
    handler = CHOICE_HANDLERS.get(name)
    if row is None or handler is None:
        result.replies.append(reply_for("error-not-found"))
    else:
        handler(context, result, row)


def list_(context: Context, result: HandlerResult, _argument: str) -> None:
    sessions = whatsapp.list_sessions(context.session, context.account.tenant_id)
    lines = [describe_session(listed) for listed in sessions] or [text_for("whatsapp-none")]
    result.replies.append(Reply(Message(paragraphs=(*lines, text_for("whatsapp-usage")))))


def pair(context: Context, result: HandlerResult, argument: str) -> None:
    """Show a pairing code: a QR code to scan, or one to type into the phone with that number."""
    pair_for_tenant(context, result, context.account.tenant_id, argument)


def pair_for_tenant(context: Context, result: HandlerResult, tenant_id: uuid.UUID, argument: str) -> None:
    """Pair a number for a tenant that may differ from the chat's."""
    phone = parse_phone(argument)
    if argument and phone is None:
        result.replies.append(reply_for("whatsapp-bad-number"))
        return
    row = whatsapp.find_unpaired(context.session, tenant_id) or whatsapp.create_session(
        context.session, tenant_id, context.now
    )
    _request_pairing(context, row, phone)


def parse_phone(text: str) -> str | None:
    """The digits of a phone number with its country code, written with the usual signs between; None for another
    text.
    """
    digits = re.sub(r"[ ().+/-]", "", text)
    return digits if PHONE_PATTERN.fullmatch(digits) else None


def _request_pairing(context: Context, row: WhatsAppSession, phone: str | None) -> None:
    """Enqueue the message that announces the pairing code, which is later edited to show it."""
    message = Message(paragraphs=(text_for("whatsapp-preparing"),), choices=((build_stop_choice(row),),))
    cause = f"update:{context.account.id}:{context.inbound.update_ids[0]}"
    delivery_id = context.enqueue(OutboxMessage(message, cause, "whatsapp"))
    whatsapp.request_pairing(row, context.now, phone=phone, delivery_id=delivery_id)


def restart(context: Context, result: HandlerResult, argument: str) -> None:
    """Reconnect a number; one without session keys is paired again."""
    found = _find_session(context, result, argument)
    if found is None:
        return
    if whatsapp.should_pair(found.row):
        _request_pairing(context, found.row, None)
        return
    whatsapp.request_restart(found.row, context.now)
    result.replies.append(reply_for("whatsapp-restarting", name=display_name_of(found.row, found.name)))


def remove(context: Context, result: HandlerResult, argument: str) -> None:
    """Ask for confirmation before a number is removed."""
    found = _find_session(context, result, argument)
    if found is None:
        return
    name = display_name_of(found.row, found.name)
    confirm_choice = choice_for(f"number:remove:{found.row.id.hex}", "choice-whatsapp-remove")
    result.replies.append(
        Reply(Message(paragraphs=(text_for("whatsapp-remove-sure", name=name),), choices=((confirm_choice,),)))
    )


def _remove_session(context: Context, result: HandlerResult, row: WhatsAppSession) -> None:
    whatsapp.mark_removed(row, context.now)
    confirmation = text_for("whatsapp-removed", name=display_name_of(row, row.id.hex[:6]))
    result.replies.append(Reply(Message(paragraphs=(confirmation,), edits=context.inbound.message_id)))


def _stop_pairing(context: Context, result: HandlerResult, row: WhatsAppSession) -> None:
    """Stop pairing, unless the code has been scanned meanwhile."""
    if row.state not in {WhatsAppState.NEW, WhatsAppState.QR}:
        result.replies.append(reply_for("cancel-too-late"))
        return
    whatsapp.stop_pairing(row, context.now)
    result.replies.append(Reply(Message(paragraphs=(text_for("whatsapp-stopped"),), edits=context.inbound.message_id)))


SUBCOMMANDS: dict[str, SubcommandHandler] = {
    "": list_,
    "list": list_,
    "pair": pair,
    "restart": restart,
    "remove": remove,
}
CHOICE_HANDLERS: dict[str, Callable[[Context, HandlerResult, WhatsAppSession], None]] = {
    "remove": _remove_session,
    "stop": _stop_pairing,
}


def build_stop_choice(row: WhatsAppSession) -> TranslatedChoice:
    return choice_for(f"number:stop:{row.id.hex}", "choice-cancel")


def display_name_of(row: WhatsAppSession, name: str) -> str:
    """Display name of a number: its digits once they are known."""
    return f"+{row.phone_number}" if row.phone_number else name


def describe_session(listed: NamedWhatsAppSession) -> TranslatedText:
    """Describe a number and its state."""
    values = {"name": display_name_of(listed.row, listed.name)}
    return TranslatedText(key="whatsapp-line", values=values, inner=describe_state(listed.row, listed.name))


def describe_state(row: WhatsAppSession, name: str) -> TranslatedText:
    """Describe the state of a number, and what to do about it."""
    display_name = display_name_of(row, name)
    if row.detail:
        return text_for(f"whatsapp-detail-{row.detail}", name=display_name)
    if row.state == WhatsAppState.BANNED and row.banned_until is not None:
        return text_for("whatsapp-state-banned-until", until=f"{row.banned_until:%Y-%m-%d %H:%M} UTC")
    return text_for(f"whatsapp-state-{row.state.replace('_', '-')}", name=display_name)


def _find_session(context: Context, result: HandlerResult, name: str) -> NamedWhatsAppSession | None:
    found = whatsapp.find_session(context.session, name, context.account.tenant_id)
    if found is None:
        result.replies.append(reply_for("whatsapp-unknown", name=name or "?"))
    return found


def _find_owned_session(context: Context, session_id: str) -> WhatsAppSession | None:
    """Find a number that this user may manage, as an administrator here or as the owner of another tenant; None for an
    invalid id, as the text may be hostile."""
    try:
        row = context.session.get(WhatsAppSession, uuid.UUID(hex=session_id))
    except ValueError:
        return None
    own_tenant = {context.account.tenant_id} if context.is_admin else set()
    tenant_ids = own_tenant | {tenant.id for tenant in tenants.list_owned_by(context.session, context.person)}
    return row if row is not None and row.removed_at is None and row.tenant_id in tenant_ids else None
