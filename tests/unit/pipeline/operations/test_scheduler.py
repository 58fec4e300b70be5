"""Chores: done again and again, none kept waiting by another that fails."""

import threading

import pytest

from pipeline.operations.scheduler import ScheduledTask, Scheduler


@pytest.mark.parametrize("error", [OSError("away"), ValueError("a bug")])
def test_a_chore_that_fails_keeps_no_other_waiting_and_is_done_again(error: Exception) -> None:
    failed, done = [], threading.Event()

    def fails() -> None:
        failed.append(error)
        raise error

    def works() -> None:
        if len(failed) >= 3:
            done.set()

    chores = Scheduler([ScheduledTask(fails), ScheduledTask(works)], 0.001, "test")
    chores.start()
    assert done.wait(10)
    chores.stop()


def test_a_chore_may_have_to_wait_for_its_first_time() -> None:
    later, often, enough = [], [], threading.Event()

    def count() -> None:
        often.append(1)
        if len(often) >= 5:
            enough.set()

    chores = Scheduler(
        [ScheduledTask(lambda: later.append(1), initial_delay=3600), ScheduledTask(count)], 0.001, "test"
    )
    chores.start()
    assert enough.wait(10)
    chores.stop()
    assert later == []


def test_a_chore_has_its_time_in_between() -> None:
    often, seldom, enough = [], [], threading.Event()

    def count() -> None:
        often.append(1)
        if len(often) >= 5:
            enough.set()

    chores = Scheduler([ScheduledTask(lambda: seldom.append(1), 3600), ScheduledTask(count)], 0.001, "test")
    chores.start()
    assert enough.wait(10)
    chores.stop()
    assert len(seldom) == 1
