"""How long a ban lasts, and how often is tried again."""

import pytest

from bots.whatsapp.processes.process_manager import ProcessTimings
from bots.whatsapp.sessions.events import parse_ban_seconds
from bots.whatsapp.sessions.timings import ConnectionTimings


@pytest.mark.parametrize(
    ("expire", "seconds"), [(0, None), (-1, None), (3600, 3600.0), (3_600_000_000_000, 3600.0), (86_400, 86_400.0)]
)
def test_a_ban_is_told_in_seconds_or_in_gos_nanoseconds(expire: int, seconds: float | None) -> None:
    assert parse_ban_seconds(expire) == seconds


@pytest.mark.parametrize("pauses", [ConnectionTimings().backoff.delay_for, ProcessTimings().backoff.delay_for])
def test_pauses_grow_from_five_seconds_to_ten_minutes_and_are_never_all_alike(pauses: object) -> None:
    assert callable(pauses)
    firsts = {pauses(1) for _ in range(50)}
    assert 3.75 <= min(firsts) < max(firsts) <= 6.25
    assert all(7.5 <= pauses(2) <= 12.5 for _ in range(50))
    assert all(450 <= pauses(many) <= 750 for many in (8, 20, 10_000))
