"""The ledger when everything happens at the same time."""

import uuid

from fakes.clock import SettableClock
from fakes.concurrency import run_concurrently
from fakes.ledger_checks import assert_ledger_balances
from fakes.sample_customers import SampleCustomer, add_job
from sqlmodel import Session, col, func, select

from models.jobs.job import Job
from storage.billing import ledger
from storage.billing.ledger import CreditBalance
from storage.db import Database


def jobs_with_credits(
    database: Database, customer: SampleCustomer, clock: SettableClock, count: int
) -> list[uuid.UUID]:
    with database.transaction() as session:
        ledger.grant(session, customer.person, count, key=f"gift-{uuid.uuid4()}", now=clock())
        ids = [add_job(session, customer, clock(), credits=1).id for _ in range(count)]
        assert all(ledger.reserve(session, customer.person, each, 1, clock()) for each in ids)
    return ids


def balance(session: Session, customer: SampleCustomer, clock: SettableClock) -> CreditBalance:
    assert_ledger_balances(session)
    return ledger.balance_of(session, customer.person, clock())


def test_the_same_payment_told_a_hundred_times_at_once_is_granted_once(
    database: Database, customer: SampleCustomer, clock: SettableClock
) -> None:
    def pay() -> bool:
        with database.transaction() as session:
            return ledger.grant(session, customer.person, 50, key="payment-1", now=clock())

    assert run_concurrently([pay] * 100).count(True) == 1
    with database.transaction() as session:
        assert balance(session, customer, clock) == CreditBalance(50, 0)


def test_five_hundred_jobs_submitted_at_once_on_37_credits_sell_37(
    database: Database, customer: SampleCustomer, clock: SettableClock
) -> None:
    with database.transaction() as session:
        ledger.grant(session, customer.person, 30, key="a", now=clock())
        ledger.grant(session, customer.person, 7, key="b", now=clock())

    def submit() -> bool:
        with database.transaction() as session, session.begin_nested() as attempt:
            job = add_job(session, customer, clock(), credits=1)
            sold = ledger.reserve(session, customer.person, job.id, 1, clock())
            if not sold:
                attempt.rollback()
            return sold

    assert run_concurrently([submit] * 500, threads=24).count(True) == 37
    with database.transaction() as session:
        assert balance(session, customer, clock) == CreditBalance(0, 37)
        assert session.exec(select(func.count()).select_from(Job)).one() == 37


def test_whoever_settles_first_settles_alone(
    database: Database, customer: SampleCustomer, clock: SettableClock
) -> None:
    ids = jobs_with_credits(database, customer, clock, 20)

    def settle(job_id: uuid.UUID, captured: int) -> tuple[uuid.UUID, int, bool]:
        with database.transaction() as session:
            return job_id, captured, ledger.settle(session, customer.person, job_id, 1, captured, clock())

    races = [lambda job=job, spent=spent: settle(job, spent) for job in ids for spent in (1, 0, 1, 0)]
    settled = [(job, captured) for job, captured, won in run_concurrently(races) if won]
    assert sorted(job for job, _ in settled) == sorted(ids)
    returned = sum(1 for _, captured in settled if not captured)
    with database.transaction() as session:
        assert balance(session, customer, clock) == CreditBalance(returned, 0)


def test_what_expires_while_many_ask_is_taken_away_once(
    database: Database, customer: SampleCustomer, clock: SettableClock
) -> None:
    with database.transaction() as session:
        expires_at = clock.advance(hours=1)
        ledger.grant(session, customer.person, 10, key="a", now=clock(), expires_at=expires_at)
        ledger.grant(session, customer.person, 3, key="b", now=clock())
    clock.advance(hours=2)

    def ask() -> CreditBalance:
        with database.transaction() as session:
            return ledger.balance_of(session, customer.person, clock())

    assert run_concurrently([ask] * 40) == [CreditBalance(3, 0)] * 40
    with database.transaction() as session:
        assert balance(session, customer, clock) == CreditBalance(3, 0)
        assert session.exec(select(func.count()).where(col(Job.id).is_not(None))).one() == 0
