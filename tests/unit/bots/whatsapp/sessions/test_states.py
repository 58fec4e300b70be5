"""How a number stands after what happens to it: every pair of state and event has one answer."""

import pytest

from bots.whatsapp.sessions.states import ConnectionEventKind, get_next_state
from models.messaging.whatsapp import WhatsAppState

OVER = [WhatsAppState.LOGGED_OUT, WhatsAppState.BANNED, WhatsAppState.REPLACED, WhatsAppState.OUTDATED]
LIVE = [state for state in WhatsAppState if state not in OVER]


def told(state: WhatsAppState, *events: ConnectionEventKind) -> WhatsAppState:
    for event in events:
        state = get_next_state(state, event)
    return state


def test_a_number_that_is_paired_goes_through_every_step() -> None:
    steps = (
        ConnectionEventKind.STARTED,
        ConnectionEventKind.CODE,
        ConnectionEventKind.CODE,
        ConnectionEventKind.PAIRED,
        ConnectionEventKind.DISCONNECTED,
    )
    assert told(WhatsAppState.NEW, *steps[:3]) is WhatsAppState.QR
    assert told(WhatsAppState.NEW, *steps) is WhatsAppState.PAIRING
    assert told(WhatsAppState.NEW, *steps, ConnectionEventKind.CONNECTED) is WhatsAppState.ONLINE


def test_a_connection_that_breaks_comes_back() -> None:
    assert told(WhatsAppState.ONLINE, ConnectionEventKind.DISCONNECTED) is WhatsAppState.RECONNECTING
    assert (
        told(WhatsAppState.ONLINE, ConnectionEventKind.DISCONNECTED, ConnectionEventKind.CONNECTED)
        is WhatsAppState.ONLINE
    )
    assert told(WhatsAppState.ONLINE, ConnectionEventKind.CLOSED) is WhatsAppState.RECONNECTING


@pytest.mark.parametrize("state", LIVE)
@pytest.mark.parametrize(
    ("event", "then"),
    [
        (ConnectionEventKind.LOGGED_OUT, WhatsAppState.LOGGED_OUT),
        (ConnectionEventKind.BANNED, WhatsAppState.BANNED),
        (ConnectionEventKind.REPLACED, WhatsAppState.REPLACED),
        (ConnectionEventKind.OUTDATED, WhatsAppState.OUTDATED),
    ],
)
def test_what_ends_a_number_ends_it_wherever_it_stands(
    state: WhatsAppState, event: ConnectionEventKind, then: WhatsAppState
) -> None:
    assert get_next_state(state, event) is then


@pytest.mark.parametrize("state", OVER)
@pytest.mark.parametrize(
    "event",
    [
        event
        for event in ConnectionEventKind
        if event not in {ConnectionEventKind.STARTED, ConnectionEventKind.RESTART_REQUESTED}
    ],
)
def test_what_is_over_stays_over_whatever_comes_in_late(state: WhatsAppState, event: ConnectionEventKind) -> None:
    assert get_next_state(state, event) is state


@pytest.mark.parametrize("state", list(WhatsAppState))
def test_a_gateway_that_takes_a_number_up_pairs_or_connects_it(state: WhatsAppState) -> None:
    paired = state not in {WhatsAppState.NEW, WhatsAppState.QR}
    assert get_next_state(state, ConnectionEventKind.STARTED) is (
        WhatsAppState.RECONNECTING if paired else WhatsAppState.NEW
    )


@pytest.mark.parametrize("state", [WhatsAppState.ONLINE, WhatsAppState.RECONNECTING])
@pytest.mark.parametrize(
    "event",
    [
        ConnectionEventKind.CODE,
        ConnectionEventKind.PAIRED,
        ConnectionEventKind.CODES_EXPIRED,
        ConnectionEventKind.PAIRING_FAILED,
    ],
)
def test_pairing_is_no_news_to_a_number_that_is_known(state: WhatsAppState, event: ConnectionEventKind) -> None:
    assert get_next_state(state, event) is state


def test_a_code_nobody_used_leaves_a_number_as_new_as_it_was() -> None:
    assert told(WhatsAppState.NEW, ConnectionEventKind.CODE, ConnectionEventKind.CODES_EXPIRED) is WhatsAppState.NEW
    assert told(WhatsAppState.NEW, ConnectionEventKind.CODE, ConnectionEventKind.PAIRING_FAILED) is WhatsAppState.NEW


@pytest.mark.parametrize("state", list(WhatsAppState))
@pytest.mark.parametrize(
    "event", [event for event in ConnectionEventKind if event is not ConnectionEventKind.RESTART_REQUESTED]
)
def test_every_event_has_an_answer_in_every_state(state: WhatsAppState, event: ConnectionEventKind) -> None:
    assert isinstance(get_next_state(state, event), WhatsAppState)
