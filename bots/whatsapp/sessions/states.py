"""State machine of a session: a table of transitions."""

from collections.abc import Mapping
from enum import StrEnum

from models.messaging.whatsapp import WhatsAppState


class Happened(StrEnum):
    """Kinds of events in a session's connection."""

    TAKEN_UP = "taken_up"  # a gateway has begun with it
    CODE = "code"  # there is a code to be scanned
    PAIRED = "paired"
    REFUSED = "refused"  # pairing failed
    CONNECTED = "connected"
    DISCONNECTED = "disconnected"  # the library connects again by itself
    ENDED = "ended"  # the connection is over, and only we can begin another
    GAVE_UP = "gave_up"  # nobody scanned the code
    LOGGED_OUT = "logged_out"
    BANNED = "banned"
    REPLACED = "replaced"
    OUTDATED = "outdated"
    ASKED = "asked"  # somebody wants it otherwise; how it stands is up to what comes of it


LIVE = frozenset(state for state in WhatsAppState if not state.is_stopped)
UNPAIRED = frozenset({WhatsAppState.NEW, WhatsAppState.QR})
KNOWN = LIVE - UNPAIRED

# From which states something leads where; from any other it changes nothing. What is over stays over, whatever comes in
# late, until somebody asks for a restart.
AFTER: Mapping[Happened, tuple[frozenset[WhatsAppState], WhatsAppState]] = {
    Happened.CODE: (UNPAIRED, WhatsAppState.QR),
    Happened.PAIRED: (UNPAIRED, WhatsAppState.PAIRING),
    Happened.REFUSED: (UNPAIRED | {WhatsAppState.PAIRING}, WhatsAppState.NEW),
    Happened.CONNECTED: (LIVE, WhatsAppState.ONLINE),
    Happened.DISCONNECTED: (frozenset({WhatsAppState.ONLINE}), WhatsAppState.RECONNECTING),
    Happened.ENDED: (KNOWN, WhatsAppState.RECONNECTING),
    Happened.GAVE_UP: (UNPAIRED, WhatsAppState.NEW),
    Happened.LOGGED_OUT: (LIVE, WhatsAppState.LOGGED_OUT),
    Happened.BANNED: (LIVE, WhatsAppState.BANNED),
    Happened.REPLACED: (LIVE, WhatsAppState.REPLACED),
    Happened.OUTDATED: (LIVE, WhatsAppState.OUTDATED),
}


def after(state: WhatsAppState, happened: Happened) -> WhatsAppState:
    """The state after an event."""
    if happened is Happened.TAKEN_UP:
        return WhatsAppState.NEW if state in UNPAIRED else WhatsAppState.RECONNECTING
    before, then = AFTER[happened]
    return then if state in before else state
