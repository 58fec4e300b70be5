"""Leases: renewed in time, and their loss told once, whoever keeps them."""

import math
import threading
import time
from collections.abc import Sequence

from sqlalchemy.exc import OperationalError

from pipeline.operations.lease_renewer import LeaseRenewer

SECONDS = 0.04


class LeaseTable:
    """The leases others see: those in `taken_over` are not renewed; `is_away` makes it unavailable."""

    def __init__(self) -> None:
        self.taken_over: set[str] = set()
        self.is_away = False
        self.renewed: list[Sequence[str]] = []
        self.asked = threading.Semaphore(0)

    def renew(self, items: Sequence[str]) -> set[str]:
        self.renewed.append(items)
        self.asked.release()
        if self.is_away:
            raise OperationalError("", {}, Exception("away"))
        return set(items) - self.taken_over

    def wait_for_renewals(self, count: int) -> None:
        for _ in range(count):
            assert self.asked.acquire(timeout=10)


def test_what_another_took_over_is_told_once_and_renewed_no_more() -> None:
    table, lost = LeaseTable(), []
    renewer = LeaseRenewer[str, str]("test", SECONDS, table.renew, lost.append)
    renewer.add("mine", "mine")
    renewer.add("theirs", "theirs")
    table.taken_over.add("theirs")
    renewer.renew_all()
    renewer.renew_all()
    assert lost == ["theirs"]
    assert table.renewed == [["mine", "theirs"], ["mine"]]
    assert renewer.held_keys == ["mine", "theirs"]  # whoever holds it puts it down


def test_what_was_put_down_meanwhile_is_not_told_as_lost() -> None:
    lost: list[str] = []

    def renew(items: Sequence[str]) -> set[str]:
        for item in items:
            renewer.remove(item)
        return set()

    renewer = LeaseRenewer[str, str]("test", SECONDS, renew, lost.append)
    renewer.add("done", "done")
    renewer.renew_all()
    assert lost == []


def test_what_is_lost_between_two_renewals_is_noticed_by_the_check() -> None:
    table, lost = LeaseTable(), threading.Event()
    renewer = LeaseRenewer[str, str](
        "test", 3600, table.renew, lambda _: lost.set(), check=lambda _: set(), check_interval=0.01
    )
    renewer.add("job", "job")
    with renewer:
        assert lost.wait(10)
    assert table.renewed == []


def test_a_database_away_for_longer_than_it_may_be_loses_the_lease() -> None:
    table, lost = LeaseTable(), threading.Event()
    table.is_away = True
    renewer = LeaseRenewer[str, str]("test", SECONDS, table.renew, lambda _: lost.set(), max_outage=SECONDS)
    renewer.add("job", "job")
    with renewer:
        assert lost.wait(10)
    assert len(table.renewed) > 1  # it was asked again first


def test_a_renewal_begins_the_time_anew_that_the_database_may_be_away() -> None:
    table, lost = LeaseTable(), []
    renewer = LeaseRenewer[str, str]("test", SECONDS, table.renew, lost.append, max_outage=3600)
    renewer.add("job", "job")
    renewer._held["job"].valid_until = 0.0
    renewer.renew_all()
    table.is_away = True
    renewer.renew_all()
    assert lost == []


def test_without_such_a_limit_nothing_is_lost_while_the_database_is_away() -> None:
    table, lost = LeaseTable(), []
    table.is_away = True
    renewer = LeaseRenewer[str, str]("test", SECONDS, table.renew, lost.append)
    renewer.add("message", "message")
    with renewer:
        table.wait_for_renewals(10)
    table.is_away = False
    renewer.renew_all()
    assert lost == []


def test_a_lease_is_valid_from_when_it_was_asked_for_until_it_is_lost_or_put_down() -> None:
    table, lost = LeaseTable(), []
    renewer = LeaseRenewer[str, str]("test", SECONDS, table.renew, lost.append, max_outage=60)
    assert renewer.get_deadline("bot") == -math.inf
    renewer.add("bot", "bot", acquired_at=1000.0)
    assert renewer.get_deadline("bot") == 1060.0
    asked_at = time.monotonic()
    renewer.renew_all()
    assert asked_at + 60 <= renewer.get_deadline("bot") <= time.monotonic() + 60
    table.taken_over.add("bot")
    renewer.renew_all()
    assert renewer.get_deadline("bot") == -math.inf
