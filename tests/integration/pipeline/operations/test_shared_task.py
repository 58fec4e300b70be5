"""Tasks of the whole installation: one process runs each, whichever asks first, and another when that one is gone."""

from functools import partial

from fakes.clock import SettableClock
from fakes.concurrency import run_concurrently

from pipeline.operations.scheduler import ScheduledTask
from pipeline.operations.shared_task import share_task
from storage.db import Database


def create_tasks(database: Database, runs: list[int], processes: int = 3) -> list[ScheduledTask]:
    """The same task, offered by several processes; each notes its number in `runs`."""

    def run(number: int) -> None:
        runs.append(number)

    def create_action(number: int) -> partial[None]:
        action = partial(run, number)
        action.__qualname__ = "check"  # type: ignore[attr-defined]
        action.__name__ = "check"  # type: ignore[attr-defined]
        return action

    return [share_task(database, create_action(number), interval=15.0) for number in range(processes)]


def test_one_process_runs_it_in_each_interval(database: Database, clock: SettableClock) -> None:
    runs: list[int] = []
    first, second, third = create_tasks(database, runs)
    for task in (first, second, third, first):
        task.action()
    assert runs == [0]
    clock.advance(14.9)
    second.action()
    assert runs == [0]
    clock.advance(0.1)
    second.action()
    first.action()
    assert runs == [0, 1]


def test_of_processes_that_ask_at_the_same_time_one_runs_it(database: Database) -> None:
    runs: list[int] = []
    run_concurrently([task.action for task in create_tasks(database, runs, processes=6)])
    assert len(runs) == 1


def test_when_the_process_that_ran_it_is_gone_another_does(database: Database, clock: SettableClock) -> None:
    runs: list[int] = []
    first, second, _ = create_tasks(database, runs)
    first.action()
    for _ in range(3):
        clock.advance(15)
        second.action()
    assert runs == [0, 1, 1, 1]


def test_a_clock_that_was_wrong_stops_nothing(database: Database, clock: SettableClock) -> None:
    runs: list[int] = []
    first, second, _ = create_tasks(database, runs)
    clock.advance(days=365)
    first.action()
    clock.advance(days=-365)
    second.action()
    second.action()
    assert runs == [0, 1]


def test_different_tasks_do_not_wait_for_each_other(database: Database) -> None:
    runs: list[str] = []

    def check() -> None:
        runs.append("check")

    def prune() -> None:
        runs.append("prune")

    for action in (check, prune):
        share_task(database, action, interval=15.0).action()
    assert runs == ["check", "prune"]


def test_a_task_keeps_its_name_for_the_log(database: Database) -> None:
    def prune() -> None:
        """Nothing."""

    assert share_task(database, prune, interval=15.0).action.__name__ == "prune"
