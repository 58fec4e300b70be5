"""How a number stands after what happened to it: a table."""

from collections.abc import Mapping
from enum import StrEnum

from models.whatsapp import State


class Happened(StrEnum):
    """What can happen to a number's connection."""

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


LIVE = frozenset(state for state in State if not state.is_over)
UNPAIRED = frozenset({State.NEW, State.QR})
KNOWN = LIVE - UNPAIRED

# From which states something leads where; from any other it changes nothing. What is over stays over, whatever comes in
# late, until somebody asks for a restart.
AFTER: Mapping[Happened, tuple[frozenset[State], State]] = {
    Happened.CODE: (UNPAIRED, State.QR),
    Happened.PAIRED: (UNPAIRED, State.PAIRING),
    Happened.REFUSED: (UNPAIRED | {State.PAIRING}, State.NEW),
    Happened.CONNECTED: (LIVE, State.ONLINE),
    Happened.DISCONNECTED: (frozenset({State.ONLINE}), State.RECONNECTING),
    Happened.ENDED: (KNOWN, State.RECONNECTING),
    Happened.GAVE_UP: (UNPAIRED, State.NEW),
    Happened.LOGGED_OUT: (LIVE, State.LOGGED_OUT),
    Happened.BANNED: (LIVE, State.BANNED),
    Happened.REPLACED: (LIVE, State.REPLACED),
    Happened.OUTDATED: (LIVE, State.OUTDATED),
}


def after(state: State, happened: Happened) -> State:
    """The state that follows."""
    if happened is Happened.TAKEN_UP:
        return State.NEW if state in UNPAIRED else State.RECONNECTING
    before, then = AFTER[happened]
    return then if state in before else state
