"""State machine of a session: a table of transitions."""

from collections.abc import Mapping
from enum import StrEnum

from models.messaging.whatsapp import WhatsAppState


class Happened(StrEnum):
    """Kinds of events in a session's connection."""

    TAKEN_UP = "taken_up"  # a gateway has started the session
    CODE = "code"  # a pairing code was issued
    PAIRED = "paired"
    REFUSED = "refused"  # pairing failed
    CONNECTED = "connected"
    DISCONNECTED = "disconnected"  # neonize reconnects by itself
    ENDED = "ended"  # the connection is closed, and must be opened anew
    GAVE_UP = "gave_up"  # no code was scanned
    LOGGED_OUT = "logged_out"
    BANNED = "banned"
    REPLACED = "replaced"
    OUTDATED = "outdated"
    ASKED = "asked"  # a stop or restart was requested; the state changes with what follows


LIVE = frozenset(state for state in WhatsAppState if not state.is_stopped)
UNPAIRED = frozenset({WhatsAppState.NEW, WhatsAppState.QR})
KNOWN = LIVE - UNPAIRED

# From which states an event leads to which state; in any other state it changes nothing. A stopped session stays
# stopped, whatever events come in late, until a restart is requested.
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
