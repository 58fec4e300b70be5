"""Whose turn it is: nobody is kept waiting by how much another sent, and the place people are told is true."""

import random
import uuid
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

import pytest
from fakes.clock import SettableClock
from fakes.sample_customers import SampleCustomer, add_job, create_customer

from models.billing.catalogue import read_catalogue
from models.billing.plans import Plan
from models.jobs.job import Job, JobClaim, JobStatus
from storage.db import Database
from storage.jobs import jobs, queue_position
from storage.jobs.outcomes import JobOutcome
from storage.jobs.scheduling import MAX_CONSECUTIVE_PAID

LEASE = timedelta(hours=10)


@dataclass
class Hall:
    """Workers and people in simulated time: so many jobs run at once, and those that began first end first."""

    database: Database
    clock: SettableClock
    hands: int = 1
    begun: list[Job] = field(default_factory=list)
    running: deque[JobClaim] = field(default_factory=deque)
    _names: Iterator[int] = field(default_factory=count)

    def comes(self, tenant: str = "main") -> SampleCustomer:
        return create_customer(self.database, f"person-{next(self._names)}", tenant=tenant)

    def sends(self, customer: SampleCustomer, number: int = 1, **values: object) -> list[Job]:
        with self.database.transaction() as session:
            return [add_job(session, customer, self.clock.advance(milliseconds=1), **values) for _ in range(number)]

    def begins(self) -> Job | None:
        """The next job that begins, after the oldest one ended if all hands are full."""
        while len(self.running) >= self.hands:
            self.ends()
        while (job := self._claims()) is None and self.running:
            self.ends()
        return job

    def _claims(self) -> Job | None:
        with self.database.transaction() as session:
            claim = jobs.claim_next(session, "worker", self.clock.advance(milliseconds=1), LEASE)
            if claim is None:
                return None
            self.running.append(claim)
            job = session.get_one(Job, claim.job_id)
        self.begun.append(job)
        return job

    def ends(self) -> None:
        with self.database.transaction() as session:
            jobs.finish(session, self.running.popleft(), JobOutcome(JobStatus.DONE), self.clock.advance(milliseconds=1))

    def all_begin(self) -> list[uuid.UUID]:
        order = []
        while job := self.begins():
            order.append(job.id)
        return order

    def places(self) -> dict[uuid.UUID, int]:
        with self.database.read_transaction() as session:
            return dict(queue_position.compute_positions(session, self.clock()).simulated)


@pytest.fixture
def hall(database: Database, clock: SettableClock) -> Hall:
    return Hall(database, clock)


@pytest.mark.parametrize("history", [0, 7])
def test_fifty_jobs_of_one_person_delay_anothers_first_by_one_at_most(hall: Hall, history: int) -> None:
    modest, greedy = hall.comes(), hall.comes()
    hall.sends(modest, history)
    hall.all_begin()
    hall.sends(greedy, 50)
    for _ in range(3):
        hall.begins()
    (job,) = hall.sends(modest)
    before = len(hall.begun)
    while hall.begun[-1].id != job.id:
        hall.begins()
    assert len(hall.begun) - before - 1 <= 1


def test_fifty_jobs_of_one_tenant_delay_anothers_first_by_one_at_most(hall: Hall) -> None:
    for customer in [hall.comes("large") for _ in range(10)]:
        hall.sends(customer, 5)
    for _ in range(4):
        hall.begins()
    small = [hall.sends(hall.comes("small"))[0] for _ in range(3)]
    places = [place for place, job in enumerate(hall.all_begin()) if job in {each.id for each in small}]
    assert places == [0, 2, 4]


def test_what_somebody_had_before_is_not_held_against_them(hall: Hall) -> None:
    regular, newcomer = hall.comes(), hall.comes()
    hall.sends(regular, 20)
    hall.all_begin()
    hall.sends(newcomer, 20)
    hall.sends(regular, 20)
    owners = [hall.begins() for _ in range(20)]
    assert sum(job is not None and job.person_id == regular.person.id for job in owners) == 10


def test_paid_jobs_come_first_and_free_ones_are_never_starved(hall: Hall) -> None:
    free = [hall.sends(hall.comes())[0] for _ in range(6)]
    payers = [hall.comes() for _ in range(5)]
    for payer in payers:
        hall.sends(payer, 2, paid=True)
    waited = 0
    for _ in range(6 * (MAX_CONSECUTIVE_PAID + 1)):  # paid jobs never run out
        job = hall.begins()
        assert job is not None
        waited = waited + 1 if job.paid else 0
        assert waited <= MAX_CONSECUTIVE_PAID
        hall.sends(payers[len(hall.begun) % 5], paid=True)
    assert {job.id for job in free} <= {job.id for job in hall.begun}
    assert [job.paid for job in hall.begun[:MAX_CONSECUTIVE_PAID]] == [True] * MAX_CONSECUTIVE_PAID


def test_a_free_job_that_just_came_has_not_waited_for_the_paid_ones_before_it(hall: Hall) -> None:
    hall.sends(hall.comes(), 10, paid=True)
    for _ in range(6):
        hall.begins()
    (free,) = hall.sends(hall.comes())
    assert [job.paid for job in [hall.begins() for _ in range(4)] if job] == [True] * 4
    assert hall.all_begin() == [free.id]


def test_a_plan_says_how_many_jobs_of_a_person_run_at_once(hall: Hall) -> None:
    hall.hands = 10
    free, paid = hall.comes(), hall.comes()
    hall.sends(free, 4, at_once=1)
    hall.sends(paid, 5, at_once=3, paid=True)
    while len(hall.running) < 4:
        assert hall._claims()
    assert hall._claims() is None
    assert [job.person_id for job in hall.begun].count(paid.person.id) == 3
    hall.ends()
    job = hall._claims()
    assert job is not None
    assert job.person_id == hall.begun[0].person_id
    assert len(hall.all_begin()) == 4


def test_a_job_whose_worker_died_holds_no_place_and_goes_on_first(hall: Hall) -> None:
    greedy = hall.comes()
    first, _ = hall.sends(greedy, 2, at_once=1)
    assert hall.begins()
    hall.sends(hall.comes(), paid=True)
    hall.clock.advance(hours=11)
    again = hall._claims()
    assert again is not None
    assert (again.id, again.attempts) == (first.id, 2)


def test_the_plans_that_are_shipped_and_those_that_say_nothing_bound_what_runs() -> None:
    plans = read_catalogue().plans
    assert (plans["free"].max_running, plans["owner"].max_running) == (1, 20)
    silent = {"credits": 1, "watermark": False, "waiting": 5, "longest": 60}
    assert [Plan(paid=paid, **silent).max_running for paid in (False, True)] == [1, 3]


def crowd(hall: Hall, seed: int) -> None:
    """People of several tenants who send one to twelve jobs each, in any order, paid or not."""
    chance = random.Random(seed)
    people = [(hall.comes(f"tenant-{chance.randrange(4)}"), chance.random() < 0.4) for _ in range(14)]
    orders = [who for who in people for _ in range(chance.choice((1, 1, 2, 3, 12)))]
    chance.shuffle(orders)
    for customer, paid in orders:
        hall.sends(customer, paid=paid, at_once=3 if paid else 1)


@pytest.mark.parametrize("hands", [1, 2, 4])
@pytest.mark.parametrize("seed", [1, 2])
def test_the_place_people_are_told_is_wrong_by_the_running_jobs_at_most(hall: Hall, hands: int, seed: int) -> None:
    hall.hands = hands
    crowd(hall, seed)
    for _ in range(hands + 3 * seed):
        hall.begins()
    told = hall.places()
    assert sorted(told.values()) == list(range(1, len(told) + 1))
    lies = {told[job] - place for place, job in enumerate(hall.all_begin(), start=1)}
    assert max(map(abs, lies)) <= hands


def test_whoever_waits_begins_within_their_round(hall: Hall) -> None:
    """Each person's next job begins before any other of their class and tenant has begun two."""
    hall.hands = 3
    crowd(hall, 5)
    waiting: dict[tuple[object, object, bool], int] = {}
    with hall.database.read_transaction() as session:
        everybody = [session.get_one(Job, job) for job in hall.places()]
    for job in everybody:
        waiting[job.tenant_id, job.person_id, job.paid] = waiting.get((job.tenant_id, job.person_id, job.paid), 0) + 1
    since = {who: dict.fromkeys(waiting, 0) for who in waiting}
    while job := hall.begins():
        mine = (job.tenant_id, job.person_id, job.paid)
        for who, begun in since.items():
            if waiting[who] and who[0] == mine[0] and who[2] == mine[2] and who != mine:
                begun[mine] += 1
        assert max(since[mine].values()) <= 1 + hall.hands
        waiting[mine] -= 1
        since[mine] = dict.fromkeys(waiting, 0)
    assert not any(waiting.values())
