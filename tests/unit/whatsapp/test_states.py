"""How a number stands after what happens to it: every pair of state and event has one answer."""

import pytest

from bots.whatsapp.sessions.states import Happened, after
from models.messaging.whatsapp import WhatsAppState

OVER = [WhatsAppState.LOGGED_OUT, WhatsAppState.BANNED, WhatsAppState.REPLACED, WhatsAppState.OUTDATED]
LIVE = [state for state in WhatsAppState if state not in OVER]


def told(state: WhatsAppState, *events: Happened) -> WhatsAppState:
    for event in events:
        state = after(state, event)
    return state


def test_a_number_that_is_paired_goes_through_every_step() -> None:
    steps = (Happened.TAKEN_UP, Happened.CODE, Happened.CODE, Happened.PAIRED, Happened.DISCONNECTED)
    assert told(WhatsAppState.NEW, *steps[:3]) is WhatsAppState.QR
    assert told(WhatsAppState.NEW, *steps) is WhatsAppState.PAIRING
    assert told(WhatsAppState.NEW, *steps, Happened.CONNECTED) is WhatsAppState.ONLINE


def test_a_connection_that_breaks_comes_back() -> None:
    assert told(WhatsAppState.ONLINE, Happened.DISCONNECTED) is WhatsAppState.RECONNECTING
    assert told(WhatsAppState.ONLINE, Happened.DISCONNECTED, Happened.CONNECTED) is WhatsAppState.ONLINE
    assert told(WhatsAppState.ONLINE, Happened.ENDED) is WhatsAppState.RECONNECTING


@pytest.mark.parametrize("state", LIVE)
@pytest.mark.parametrize(
    ("event", "then"),
    [
        (Happened.LOGGED_OUT, WhatsAppState.LOGGED_OUT),
        (Happened.BANNED, WhatsAppState.BANNED),
        (Happened.REPLACED, WhatsAppState.REPLACED),
        (Happened.OUTDATED, WhatsAppState.OUTDATED),
    ],
)
def test_what_ends_a_number_ends_it_wherever_it_stands(
    state: WhatsAppState, event: Happened, then: WhatsAppState
) -> None:
    assert after(state, event) is then


@pytest.mark.parametrize("state", OVER)
@pytest.mark.parametrize("event", [event for event in Happened if event not in {Happened.TAKEN_UP, Happened.ASKED}])
def test_what_is_over_stays_over_whatever_comes_in_late(state: WhatsAppState, event: Happened) -> None:
    assert after(state, event) is state


@pytest.mark.parametrize("state", list(WhatsAppState))
def test_a_gateway_that_takes_a_number_up_pairs_or_connects_it(state: WhatsAppState) -> None:
    paired = state not in {WhatsAppState.NEW, WhatsAppState.QR}
    assert after(state, Happened.TAKEN_UP) is (WhatsAppState.RECONNECTING if paired else WhatsAppState.NEW)


@pytest.mark.parametrize("state", [WhatsAppState.ONLINE, WhatsAppState.RECONNECTING])
@pytest.mark.parametrize("event", [Happened.CODE, Happened.PAIRED, Happened.GAVE_UP, Happened.REFUSED])
def test_pairing_is_no_news_to_a_number_that_is_known(state: WhatsAppState, event: Happened) -> None:
    assert after(state, event) is state


def test_a_code_nobody_used_leaves_a_number_as_new_as_it_was() -> None:
    assert told(WhatsAppState.NEW, Happened.CODE, Happened.GAVE_UP) is WhatsAppState.NEW
    assert told(WhatsAppState.NEW, Happened.CODE, Happened.REFUSED) is WhatsAppState.NEW


@pytest.mark.parametrize("state", list(WhatsAppState))
@pytest.mark.parametrize("event", [event for event in Happened if event is not Happened.ASKED])
def test_every_event_has_an_answer_in_every_state(state: WhatsAppState, event: Happened) -> None:
    assert isinstance(after(state, event), WhatsAppState)
