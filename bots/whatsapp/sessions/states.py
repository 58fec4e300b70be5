"""State machine of a session: a table of transitions."""

from collections.abc import Mapping
from enum import StrEnum

from models.messaging.whatsapp import WhatsAppState


class ConnectionEventKind(StrEnum):
    """Kinds of events in a session's connection."""

    STARTED = "taken_up"  # a gateway has started the session
    CODE = "code"  # a pairing code was issued
    PAIRED = "paired"
    PAIRING_FAILED = "refused"  # pairing failed
    CONNECTED = "connected"
    DISCONNECTED = "disconnected"  # neonize reconnects by itself
    CLOSED = "ended"  # the connection is closed, and must be opened anew
    CODES_EXPIRED = "gave_up"  # no code was scanned
    LOGGED_OUT = "logged_out"
    BANNED = "banned"
    REPLACED = "replaced"
    OUTDATED = "outdated"
    RESTART_REQUESTED = "asked"  # a stop or restart was requested; the state changes with what follows


ACTIVE_STATES = frozenset(state for state in WhatsAppState if not state.is_stopped)
UNPAIRED_STATES = frozenset({WhatsAppState.NEW, WhatsAppState.QR})
PAIRED_STATES = ACTIVE_STATES - UNPAIRED_STATES

# From which states an event leads to which state; in any other state it changes nothing. A stopped session stays
# stopped, whatever events come in late, until a restart is requested.
TRANSITIONS: Mapping[ConnectionEventKind, tuple[frozenset[WhatsAppState], WhatsAppState]] = {
    ConnectionEventKind.CODE: (UNPAIRED_STATES, WhatsAppState.QR),
    ConnectionEventKind.PAIRED: (UNPAIRED_STATES, WhatsAppState.PAIRING),
    ConnectionEventKind.PAIRING_FAILED: (UNPAIRED_STATES | {WhatsAppState.PAIRING}, WhatsAppState.NEW),
    ConnectionEventKind.CONNECTED: (ACTIVE_STATES, WhatsAppState.ONLINE),
    ConnectionEventKind.DISCONNECTED: (frozenset({WhatsAppState.ONLINE}), WhatsAppState.RECONNECTING),
    ConnectionEventKind.CLOSED: (PAIRED_STATES, WhatsAppState.RECONNECTING),
    ConnectionEventKind.CODES_EXPIRED: (UNPAIRED_STATES, WhatsAppState.NEW),
    ConnectionEventKind.LOGGED_OUT: (ACTIVE_STATES, WhatsAppState.LOGGED_OUT),
    ConnectionEventKind.BANNED: (ACTIVE_STATES, WhatsAppState.BANNED),
    ConnectionEventKind.REPLACED: (ACTIVE_STATES, WhatsAppState.REPLACED),
    ConnectionEventKind.OUTDATED: (ACTIVE_STATES, WhatsAppState.OUTDATED),
}


def get_next_state(state: WhatsAppState, event_kind: ConnectionEventKind) -> WhatsAppState:
    """The state after an event."""
    if event_kind is ConnectionEventKind.STARTED:
        return WhatsAppState.NEW if state in UNPAIRED_STATES else WhatsAppState.RECONNECTING
    from_states, to_state = TRANSITIONS[event_kind]
    return to_state if state in from_states else state
