"""What is said while a number is paired, and of how it fares afterwards."""

from bots.core.numbers import called, standing, stop_choice
from bots.core.visit import word
from models.deliveries import Message, Wording
from models.whatsapp import Detail, State, WhatsAppSession

SHOWN_FIRST, SHOWN = 60.0, 20.0  # seconds WhatsApp takes a code for
OUTCOMES = {
    Detail.TIMEOUT: "whatsapp-timeout",
    Detail.REFUSED: "whatsapp-refused",
    Detail.UNREACHABLE: "whatsapp-unreachable",
    Detail.TAKEN: "whatsapp-taken",
}


def scan(row: WhatsAppSession, code: str, edits: int) -> Message:
    """A code to be scanned."""
    return Message(
        paragraphs=(word("whatsapp-scan"), word("whatsapp-no-camera")),
        choices=((stop_choice(row),),),
        edits_delivery=edits,
        qr=code,
    )


def typed(row: WhatsAppSession, code: str, edits: int) -> Message:
    """A code to be typed."""
    told = word("whatsapp-type", number=row.phone or "", code=dressed(code))
    return Message(paragraphs=(told,), choices=((stop_choice(row),),), edits_delivery=edits)


def dressed(code: str) -> str:
    """Eight signs in two groups, as the phone asks for them."""
    plain = code.replace("-", "")
    return f"{plain[:4]}-{plain[4:]}"


def outcome(row: WhatsAppSession, edits: int) -> Message:
    """What became of it."""
    return Message(paragraphs=(_outcome(row),), edits_delivery=edits)


def _outcome(row: WhatsAppSession) -> Wording:
    if row.state == State.ONLINE:
        return word("whatsapp-connected", number=row.number)
    if row.state == State.PAIRING:
        return word("whatsapp-paired")
    if key := OUTCOMES.get(Detail(row.detail)) if row.detail else None:
        return word(key)
    return word("whatsapp-stopped")


def alert(row: WhatsAppSession, name: str) -> Message:
    """A number that goes on only when somebody does something."""
    return Message(paragraphs=(word("whatsapp-alert", name=called(row, name)), standing(row, name)))


def relief(row: WhatsAppSession, name: str) -> Message:
    """The end of that."""
    return Message(paragraphs=(word("whatsapp-relief", name=called(row, name)),))
