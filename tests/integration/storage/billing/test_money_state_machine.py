"""Everything that moves credits and money against a model anybody can check, in orders Hypothesis thinks of."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import pytest
from fakes.clock import NOON, SettableClock
from fakes.databases import DatabaseFactory
from fakes.ledger_checks import assert_ledger_balances
from fakes.sample_customers import add_job, create_customer
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from models.identity.people import Person
from storage.billing import clawback, ledger
from storage.billing.clawback import PaymentClaim
from storage.billing.ledger import CreditBalance
from storage.billing.lots import RETURNED_LIFETIME
from storage.db import Database

PAID = 1000  # minor units, of every grant
STEPS = 6


@dataclass
class Parcel:
    """Credits of a grant; of one that was restored, of none (-1)."""

    left: int
    until: datetime | None
    born: int
    grant: int

    @property
    def age(self) -> tuple[bool, float, int]:
        return self.until is None, self.until.timestamp() if self.until else 0.0, self.born


@dataclass
class Sale:
    """A grant that was paid for, with the claims on it: [amount, stands, is over]."""

    key: str
    credits: int
    until: datetime | None
    claims: list[tuple[PaymentClaim, bool]] = field(default_factory=list)
    taken: int = 0

    @property
    def goal(self) -> int:
        claimed = sum(claim.amount for claim, stands in self.claims if stands)
        return self.credits * min(claimed, PAID) // PAID


@dataclass
class Books:
    """The ledger as lists: no postings, no balances, no database."""

    parcels: list[Parcel] = field(default_factory=list)
    held: dict[uuid.UUID, list[tuple[Parcel, int]]] = field(default_factory=dict)
    sales: list[Sale] = field(default_factory=list)
    debt: int = 0

    @property
    def credits(self) -> CreditBalance:
        reserved = sum(amount for taken in self.held.values() for _, amount in taken)
        return CreditBalance(sum(parcel.left for parcel in self.parcels), reserved, self.debt)

    def expire(self, now: datetime) -> None:
        for parcel in self.parcels:
            if parcel.until is not None and parcel.until <= now:
                parcel.left = 0

    def give(self, amount: int, until: datetime | None, grant: int, now: datetime) -> None:
        self.parcels.append(Parcel(amount, until, len(self.parcels), grant))
        self.repay(now)

    def repay(self, now: datetime) -> None:
        if self.debt:
            self.expire(now)
            paid = min(self.debt, self.credits.available)
            self.debt -= paid
            self.take(sorted(self.parcels, key=lambda each: each.age), paid)

    @staticmethod
    def take(parcels: list[Parcel], amount: int) -> list[tuple[Parcel, int]]:
        taken = []
        for parcel in parcels:
            share = min(parcel.left, amount)
            parcel.left -= share
            amount -= share
            taken.append((parcel, share))
        return taken

    def reserve(self, job: uuid.UUID, cost: int) -> bool:
        if self.credits.available < cost:
            return False
        self.held[job] = self.take(sorted(self.parcels, key=lambda each: each.age), cost)
        return True

    def settle(self, job: uuid.UUID, captured: int, now: datetime) -> None:
        taken = self.held.pop(job)
        back = sum(amount for _, amount in taken) - captured
        if back:
            for parcel, amount in sorted(taken, key=lambda each: each[0].age, reverse=True):
                self.put_back(parcel, min(amount, back), now)
                back -= min(amount, back)
            self.repay(now)

    def put_back(self, parcel: Parcel, amount: int, now: datetime) -> None:
        """Into the parcel, or where that is over meanwhile into one of its own kind."""
        if parcel.until is None or parcel.until > now:
            parcel.left += amount
        elif amount:
            self.parcels.append(Parcel(amount, now + RETURNED_LIFETIME, len(self.parcels), parcel.grant))

    def follow(self, place: int, now: datetime) -> None:
        sale = self.sales[place]
        self.expire(now)
        moved, sale.taken = sale.goal - sale.taken, sale.goal
        if moved > 0:
            own_first = sorted(self.parcels, key=lambda each: (each.grant != place, *each.age))
            taken = sum(share for _, share in self.take(own_first, moved))
            self.debt += moved - taken
        elif moved < 0:
            self.give(-moved, sale.until, -1, now)


class MoneyMachine(RuleBasedStateMachine):
    """One example is one transaction that is undone at its end, so a thousand of them are quick."""

    database: Database
    clock: SettableClock
    person: Person
    jobs: Sequence[uuid.UUID]

    def __init__(self) -> None:
        super().__init__()
        self.clock.now = NOON
        self.books = Books()
        self.new_jobs = iter(self.jobs)
        self.settled: list[uuid.UUID] = []
        self._transaction = self.database.transaction()
        self.session = self._transaction.__enter__()

    def now(self) -> datetime:
        return self.clock.advance(seconds=1)

    @rule(amount=st.integers(1, 12), days=st.none() | st.integers(1, 3))
    def buy(self, amount: int, days: int | None) -> None:
        now, place = self.now(), len(self.books.sales)
        until = SettableClock(now).advance(days=days) if days else None
        key = f"grant:cs_{place:03}"
        assert ledger.grant(self.session, self.person, amount, key=key, now=now, expires_at=until)
        self.books.sales.append(Sale(key, amount, until))
        self.books.give(amount, until, place, now)

    @rule(cost=st.integers(1, 9))
    def submit(self, cost: int) -> None:
        now, job = self.now(), next(self.new_jobs)
        self.books.expire(now)
        assert ledger.reserve(self.session, self.person, job, cost, now) == self.books.reserve(job, cost)

    @precondition(lambda self: self.books.held)
    @rule(share=st.floats(0, 1), data=st.data())
    def settle(self, share: float, data: st.DataObject) -> None:
        job = data.draw(st.sampled_from(list(self.books.held)))
        reserved, now = sum(amount for _, amount in self.books.held[job]), self.now()
        captured = round(share * reserved)
        assert ledger.settle(self.session, self.person, job, reserved, captured, now)
        self.settled.append(job)
        self.books.settle(job, captured, now)

    @precondition(lambda self: self.books.sales)
    @rule(amount=st.integers(1, PAID), is_dispute=st.booleans(), data=st.data())
    def claim(self, amount: int, is_dispute: bool, data: st.DataObject) -> None:
        place = data.draw(st.integers(0, len(self.books.sales) - 1))
        sale = self.books.sales[place]
        kind, undone = ("dispute", "won") if is_dispute else ("refund", "failed")
        name = f"{kind}:{place}:{len(sale.claims)}"
        sale.claims.append((PaymentClaim(name, PAID if is_dispute else amount, f"{name}:{undone}"), True))
        self._follow(place)

    @precondition(lambda self: any(stands for sale in self.books.sales for _, stands in sale.claims))
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        standing = [
            (place, number)
            for place, sale in enumerate(self.books.sales)
            for number, (_, stands) in enumerate(sale.claims)
            if stands
        ]
        place, number = data.draw(st.sampled_from(standing))
        claim, _ = self.books.sales[place].claims[number]
        undone = PaymentClaim(claim.key, claim.amount, claim.reversal_key, is_reversed=True)
        self.books.sales[place].claims[number] = (undone, False)
        self._follow(place)

    @precondition(lambda self: self.books.sales and self.settled)
    @rule()
    def hear_everything_again(self) -> None:
        now = self.now()
        for sale in self.books.sales:
            claims = [claim for claim, _ in sale.claims]
            assert not ledger.grant(self.session, self.person, sale.credits, key=sale.key, now=now)
            assert clawback.apply_claims(self.session, self.person, sale.key, PAID, claims, now) == []
        for job in self.settled:
            assert not ledger.settle(self.session, self.person, job, 1, 0, now)

    @rule(hours=st.integers(6, 40))
    def time_passes(self, hours: int) -> None:
        self.clock.advance(hours=hours)

    def _follow(self, place: int) -> None:
        now, sale = self.now(), self.books.sales[place]
        claims = [claim for claim, _ in sale.claims]
        assert len(clawback.apply_claims(self.session, self.person, sale.key, PAID, claims, now)) == 1
        self.books.follow(place, now)

    def teardown(self) -> None:
        try:
            now = self.now()
            self.books.expire(now)
            assert ledger.balance_of(self.session, self.person, now) == self.books.credits
            assert_ledger_balances(self.session)
        finally:
            self.session.rollback()
            self._transaction.__exit__(None, None, None)


@pytest.fixture(params=[("sqlite", 1940), ("postgresql", 60)], ids=lambda param: param[0])
def machine(request: pytest.FixtureRequest, databases: DatabaseFactory) -> Iterator[tuple[type[MoneyMachine], int]]:
    kind, examples = request.param
    opened = databases.open_database(kind, SettableClock())
    ana = create_customer(opened)
    with opened.transaction() as session:
        added = [add_job(session, ana, NOON).id for _ in range(STEPS)]

    class Machine(MoneyMachine):
        database = opened
        clock = SettableClock()
        person = ana.person
        jobs = added

    yield Machine, examples
    opened.close()


def test_money_and_credits_do_what_their_model_does(machine: tuple[type[MoneyMachine], int]) -> None:
    kind, examples = machine
    limits = settings(
        max_examples=examples,
        stateful_step_count=STEPS,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(kind, settings=limits)
