"""The ledger against a model of it that anybody can check, through whatever order of events Hypothesis thinks of."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import pytest
from fakes.clock import NOON, SettableClock
from fakes.databases import DatabaseFactory
from fakes.ledger_checks import assert_ledger_balances, sum_postings
from fakes.sample_customers import add_job, create_customer
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from storage.billing import ledger
from storage.billing.ledger import CreditBalance
from storage.db import Database


@dataclass
class Parcel:
    """A lot of the model: so many credits, until then."""

    left: int
    until: datetime | None
    born: int

    def is_over(self, now: datetime) -> bool:
        return self.until is not None and self.until <= now

    @property
    def age(self) -> tuple[bool, float, int]:
        return self.until is None, self.until.timestamp() if self.until else 0.0, self.born


@dataclass
class ModelLedger:
    """Credits as lots in a list: no postings, no balances, no database."""

    parcels: list[Parcel] = field(default_factory=list)
    held: dict[uuid.UUID, list[tuple[Parcel, int]]] = field(default_factory=dict)

    def grant(self, amount: int, until: datetime | None) -> None:
        self.parcels.append(Parcel(amount, until, len(self.parcels)))

    def expire(self, now: datetime) -> None:
        for parcel in self.parcels:
            if parcel.is_over(now):
                parcel.left = 0

    def reserve(self, job: uuid.UUID, cost: int) -> bool:
        if self.available < cost:
            return False
        taken = self.held[job] = []
        for parcel in sorted(self.parcels, key=lambda each: each.age):
            amount = min(parcel.left, cost)
            parcel.left -= amount
            cost -= amount
            taken.append((parcel, amount))
        return True

    def settle(self, job: uuid.UUID, captured: int) -> None:
        taken = self.held.pop(job)
        back = sum(amount for _, amount in taken) - captured
        for parcel, amount in sorted(taken, key=lambda each: each[0].age, reverse=True):
            parcel.left += min(amount, back)
            back -= min(amount, back)

    @property
    def available(self) -> int:
        return sum(parcel.left for parcel in self.parcels)

    @property
    def reserved(self) -> int:
        return sum(amount for taken in self.held.values() for _, amount in taken)


class LedgerMachine(RuleBasedStateMachine):
    """Does the same to the ledger and to its model. Each run has a person of its own in one database."""

    database: Database
    clock: SettableClock

    def __init__(self) -> None:
        super().__init__()
        self.model = ModelLedger()
        self.clock.now = NOON
        self.customer = create_customer(self.database, uuid.uuid4().hex)
        self.settled: list[uuid.UUID] = []

    @rule(amount=st.integers(1, 9), days=st.none() | st.integers(1, 5))
    def grant(self, amount: int, days: int | None) -> None:
        now = self.clock.advance(seconds=1)
        until = SettableClock(now).advance(days=days) if days else None
        with self.database.transaction() as session:
            assert ledger.grant(session, self.customer.person, amount, key=uuid.uuid4().hex, now=now, expires_at=until)
        self.model.grant(amount, until)

    @rule(cost=st.integers(1, 12))
    def reserve(self, cost: int) -> None:
        now = self.clock.advance(seconds=1)
        with self.database.transaction() as session:
            job = add_job(session, self.customer, now, credits=cost)
            held = ledger.reserve(session, self.customer.person, job.id, cost, now)
        self.model.expire(now)
        assert held == self.model.reserve(job.id, cost)

    @precondition(lambda self: self.model.held)
    @rule(data=st.data())
    def settle(self, data: st.DataObject) -> None:
        job = data.draw(st.sampled_from(list(self.model.held)))
        reserved = sum(amount for _, amount in self.model.held[job])
        captured = data.draw(st.integers(0, reserved))
        with self.database.transaction() as session:
            assert ledger.settle(session, self.customer.person, job, reserved, captured, self.clock())
        self.model.settle(job, captured)
        self.settled.append(job)

    @precondition(lambda self: self.settled)
    @rule(data=st.data())
    def settle_again(self, data: st.DataObject) -> None:
        job = data.draw(st.sampled_from(self.settled))
        with self.database.transaction() as session:
            assert not ledger.settle(session, self.customer.person, job, 1, 1, self.clock())

    @rule(hours=st.integers(1, 72))
    def wait(self, hours: int) -> None:
        self.clock.advance(hours=hours)

    @invariant()
    def the_ledger_says_what_the_model_says(self) -> None:
        self.model.expire(self.clock())
        with self.database.transaction() as session:
            found = ledger.balance_of(session, self.customer.person, self.clock())
            assert found == CreditBalance(self.model.available, self.model.reserved)
            assert found == sum_postings(session, self.customer.person.id)

    def teardown(self) -> None:
        with self.database.read_transaction() as session:
            assert_ledger_balances(session)


@pytest.fixture(params=[("sqlite", 20), ("postgresql", 10)], ids=lambda param: param[0])
def machine(request: pytest.FixtureRequest, databases: DatabaseFactory) -> Iterator[tuple[type[LedgerMachine], int]]:
    kind, examples = request.param
    clock = SettableClock()
    opened = databases.open_database(kind, clock)

    class Machine(LedgerMachine):
        database = opened

    Machine.clock = clock
    yield Machine, examples
    opened.close()


def test_the_ledger_does_what_its_model_does(machine: tuple[type[LedgerMachine], int]) -> None:
    kind, examples = machine
    limits = settings(
        max_examples=examples,
        stateful_step_count=20,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(kind, settings=limits)
