"""What is kept and not handled, and what of it is in hand."""

import pytest
from fakes.telegram_api.recording_sink import RecordingSink

from bots.core.pending_updates import PendingUpdates


async def test_what_is_in_hand_is_not_forgotten_and_what_is_let_go_is_until_it_is_handled() -> None:
    inlet = RecordingSink()
    backlog = PendingUpdates(inlet)
    assert await backlog.save("1", {"update_id": 1})
    assert await backlog.claim_unhandled(9) == []
    backlog.release(["1"])
    assert await backlog.claim_unhandled(0) == []
    assert await backlog.claim_unhandled(9) == [("1", {"update_id": 1})]
    assert await backlog.claim_unhandled(9) == []
    backlog.release(["1"])
    await inlet.ignore(["1"])
    assert (await backlog.claim_unhandled(9), backlog.size) == ([], 0)


async def test_an_update_we_already_had_or_could_not_keep_is_not_in_hand() -> None:
    inlet = RecordingSink()
    backlog = PendingUpdates(inlet)
    inlet.save_update("1", {"update_id": 1})
    assert not await backlog.save("1", {"update_id": 1})
    inlet.failures_left = 1
    with pytest.raises(OSError, match="away"):
        await backlog.save("2", {"update_id": 2})
    assert backlog.size == 0
