"""Messages shown during the pairing of a number, and alerts about its state afterwards."""

from bots.core.admin.whatsapp_numbers import build_stop_choice, describe_state, display_name_of
from bots.core.context import translated
from models.messaging.deliveries import Message, TranslatedText
from models.messaging.whatsapp import WhatsAppSession, WhatsAppState, WhatsAppStateDetail

SHOWN_FIRST, SHOWN = 60.0, 20.0  # seconds for which WhatsApp accepts a code
OUTCOMES = {
    WhatsAppStateDetail.TIMEOUT: "whatsapp-timeout",
    WhatsAppStateDetail.REFUSED: "whatsapp-refused",
    WhatsAppStateDetail.UNREACHABLE: "whatsapp-unreachable",
    WhatsAppStateDetail.TAKEN: "whatsapp-taken",
}


def scan(row: WhatsAppSession, code: str, edits: int) -> Message:
    """The QR code to scan."""
    return Message(
        paragraphs=(translated("whatsapp-scan"), translated("whatsapp-no-camera")),
        choices=((build_stop_choice(row),),),
        edits_delivery=edits,
        qr=code,
    )


def typed(row: WhatsAppSession, code: str, edits: int) -> Message:
    """The pairing code to enter on the phone."""
    told = translated("whatsapp-type", number=row.phone or "", code=dressed(code))
    return Message(paragraphs=(told,), choices=((build_stop_choice(row),),), edits_delivery=edits)


def dressed(code: str) -> str:
    """Eight characters in two groups, as the phone asks for them."""
    plain = code.replace("-", "")
    return f"{plain[:4]}-{plain[4:]}"


def outcome(row: WhatsAppSession, edits: int) -> Message:
    """The result of the pairing."""
    return Message(paragraphs=(_outcome(row),), edits_delivery=edits)


def _outcome(row: WhatsAppSession) -> TranslatedText:
    if row.state == WhatsAppState.ONLINE:
        return translated("whatsapp-connected", number=row.phone_number)
    if row.state == WhatsAppState.PAIRING:
        return translated("whatsapp-paired")
    if key := OUTCOMES.get(WhatsAppStateDetail(row.detail)) if row.detail else None:
        return translated(key)
    return translated("whatsapp-stopped")


def alert(row: WhatsAppSession, name: str) -> Message:
    """Alert about a number that stays offline until an administrator acts."""
    return Message(
        paragraphs=(translated("whatsapp-alert", name=display_name_of(row, name)), describe_state(row, name))
    )


def relief(row: WhatsAppSession, name: str) -> Message:
    """Message that ends that alert."""
    return Message(paragraphs=(translated("whatsapp-relief", name=display_name_of(row, name)),))
