"""How a number stands after what happens to it: every pair of state and event has one answer."""

import pytest

from bots.whatsapp.states import Happened, after
from models.whatsapp import State

OVER = [State.LOGGED_OUT, State.BANNED, State.REPLACED, State.OUTDATED]
LIVE = [state for state in State if state not in OVER]


def told(state: State, *events: Happened) -> State:
    for event in events:
        state = after(state, event)
    return state


def test_a_number_that_is_paired_goes_through_every_step() -> None:
    steps = (Happened.TAKEN_UP, Happened.CODE, Happened.CODE, Happened.PAIRED, Happened.DISCONNECTED)
    assert told(State.NEW, *steps[:3]) is State.QR
    assert told(State.NEW, *steps) is State.PAIRING
    assert told(State.NEW, *steps, Happened.CONNECTED) is State.ONLINE


def test_a_connection_that_breaks_comes_back() -> None:
    assert told(State.ONLINE, Happened.DISCONNECTED) is State.RECONNECTING
    assert told(State.ONLINE, Happened.DISCONNECTED, Happened.CONNECTED) is State.ONLINE
    assert told(State.ONLINE, Happened.ENDED) is State.RECONNECTING


@pytest.mark.parametrize("state", LIVE)
@pytest.mark.parametrize(
    ("event", "then"),
    [
        (Happened.LOGGED_OUT, State.LOGGED_OUT),
        (Happened.BANNED, State.BANNED),
        (Happened.REPLACED, State.REPLACED),
        (Happened.OUTDATED, State.OUTDATED),
    ],
)
def test_what_ends_a_number_ends_it_wherever_it_stands(state: State, event: Happened, then: State) -> None:
    assert after(state, event) is then


@pytest.mark.parametrize("state", OVER)
@pytest.mark.parametrize("event", [event for event in Happened if event not in {Happened.TAKEN_UP, Happened.ASKED}])
def test_what_is_over_stays_over_whatever_comes_in_late(state: State, event: Happened) -> None:
    assert after(state, event) is state


@pytest.mark.parametrize("state", list(State))
def test_a_gateway_that_takes_a_number_up_pairs_or_connects_it(state: State) -> None:
    paired = state not in {State.NEW, State.QR}
    assert after(state, Happened.TAKEN_UP) is (State.RECONNECTING if paired else State.NEW)


@pytest.mark.parametrize("state", [State.ONLINE, State.RECONNECTING])
@pytest.mark.parametrize("event", [Happened.CODE, Happened.PAIRED, Happened.GAVE_UP, Happened.REFUSED])
def test_pairing_is_no_news_to_a_number_that_is_known(state: State, event: Happened) -> None:
    assert after(state, event) is state


def test_a_code_nobody_used_leaves_a_number_as_new_as_it_was() -> None:
    assert told(State.NEW, Happened.CODE, Happened.GAVE_UP) is State.NEW
    assert told(State.NEW, Happened.CODE, Happened.REFUSED) is State.NEW


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("event", [event for event in Happened if event is not Happened.ASKED])
def test_every_event_has_an_answer_in_every_state(state: State, event: Happened) -> None:
    assert isinstance(after(state, event), State)
