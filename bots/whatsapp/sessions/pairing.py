"""Messages shown during the pairing of a number, and alerts about its state afterwards."""

from bots.core.admin.whatsapp_numbers import build_stop_choice, describe_state, display_name_of
from bots.core.context import text_for
from models.messaging.deliveries import Message, TranslatedText
from models.messaging.whatsapp import WhatsAppSession, WhatsAppState, WhatsAppStateDetail

FIRST_CODE_SECONDS, NEXT_CODE_SECONDS = 60.0, 20.0  # seconds for which WhatsApp accepts a code
RESULT_TEXT_KEYS = {
    WhatsAppStateDetail.TIMEOUT: "whatsapp-timeout",
    WhatsAppStateDetail.REFUSED: "whatsapp-refused",
    WhatsAppStateDetail.UNREACHABLE: "whatsapp-unreachable",
    WhatsAppStateDetail.TAKEN: "whatsapp-taken",
}


def build_qr_message(row: WhatsAppSession, code: str, edited_delivery_id: int) -> Message:
    """The QR code to scan."""
    return Message(
        paragraphs=(text_for("whatsapp-scan"), text_for("whatsapp-no-camera")),
        choices=((build_stop_choice(row),),),
        edits_delivery=edited_delivery_id,
        qr=code,
    )


def build_code_message(row: WhatsAppSession, code: str, edited_delivery_id: int) -> Message:
    """The pairing code to enter on the phone."""
    instructions = text_for("whatsapp-type", number=row.phone or "", code=format_pairing_code(code))
    return Message(paragraphs=(instructions,), choices=((build_stop_choice(row),),), edits_delivery=edited_delivery_id)


def format_pairing_code(code: str) -> str:
    """Eight characters in two groups, as the phone asks for them."""
    characters = code.replace("-", "")
    return f"{characters[:4]}-{characters[4:]}"


def build_result_message(row: WhatsAppSession, edited_delivery_id: int) -> Message:
    """The result of the pairing."""
    return Message(paragraphs=(_describe_result(row),), edits_delivery=edited_delivery_id)


def _describe_result(row: WhatsAppSession) -> TranslatedText:
    if row.state == WhatsAppState.ONLINE:
        return text_for("whatsapp-connected", number=row.phone_number)
    if row.state == WhatsAppState.PAIRING:
        return text_for("whatsapp-paired")
    if key := RESULT_TEXT_KEYS.get(WhatsAppStateDetail(row.detail)) if row.detail else None:
        return text_for(key)
    return text_for("whatsapp-stopped")


def build_alert(row: WhatsAppSession, name: str) -> Message:
    """Alert about a number that stays offline until an administrator acts."""
    return Message(paragraphs=(text_for("whatsapp-alert", name=display_name_of(row, name)), describe_state(row, name)))


def build_alert_end(row: WhatsAppSession, name: str) -> Message:
    """Message that ends that alert."""
    return Message(paragraphs=(text_for("whatsapp-relief", name=display_name_of(row, name)),))
