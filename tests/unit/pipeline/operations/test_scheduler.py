"""Chores: done again and again, none kept waiting by another that fails."""

import threading

import pytest
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

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

    chores = Scheduler("test", [ScheduledTask(fails, 0.001), ScheduledTask(works, 0.001)])
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
        "test", [ScheduledTask(lambda: later.append(1), 0.001, initial_delay=3600), ScheduledTask(count, 0.001)]
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

    chores = Scheduler("test", [ScheduledTask(lambda: seldom.append(1), 3600), ScheduledTask(count, 0.001)])
    chores.start()
    assert enough.wait(10)
    chores.stop()
    assert len(seldom) == 1


def test_a_chore_that_is_woken_is_done_now_and_again_when_it_was_woken_in_the_middle_of_it() -> None:
    runs, begun, may_end = [], threading.Semaphore(0), threading.Semaphore(0)

    def work() -> None:
        runs.append(1)
        begun.release()
        may_end.acquire(timeout=10)

    task = ScheduledTask(work, 3600, initial_delay=3600)
    chores = Scheduler("test", [task])
    chores.start()
    chores.wake(task)
    assert begun.acquire(timeout=10)
    chores.wake(task)
    may_end.release()
    assert begun.acquire(timeout=10)
    may_end.release()
    chores.stop()
    assert len(runs) == 2


def test_a_stop_waits_for_a_long_chore_no_longer_than_it_may_and_begins_no_other() -> None:
    begun, may_end, later = threading.Event(), threading.Event(), []

    def work() -> None:
        begun.set()
        may_end.wait(10)

    chores = Scheduler("test", [ScheduledTask(work, 0.001), ScheduledTask(lambda: later.append(1), 0.001)])
    chores.start()
    assert begun.wait(10)
    chores.stop(timeout=0.01)
    assert chores.is_stopping()
    may_end.set()
    chores.stop()
    assert later == []


class ProviderAwayError(Exception):
    """An error that a scheduler is told to expect."""


@pytest.mark.parametrize(
    ("error", "event", "level"),
    [
        (OSError("away"), "scheduled-task-failed", "warning"),
        (OperationalError("select", {}, Exception("away")), "scheduled-task-failed", "warning"),
        (ProviderAwayError(), "scheduled-task-failed", "warning"),
        (ValueError("a bug"), "scheduled-task-unexpected-error", "error"),
    ],
)
def test_what_is_expected_to_fail_is_a_warning_and_a_bug_has_its_traceback(
    error: Exception, event: str, level: str
) -> None:
    failed = threading.Event()

    def fails() -> None:
        failed.set()
        raise error

    with capture_logs() as lines:
        chores = Scheduler("test", [ScheduledTask(fails, 3600)], (ProviderAwayError,))
        chores.start()
        assert failed.wait(10)
        chores.stop()
    assert [(line["event"], line["log_level"]) for line in lines] == [(event, level)]
    assert ("exc_info" in lines[0]) == (level == "error")
