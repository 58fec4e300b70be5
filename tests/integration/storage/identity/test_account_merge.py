"""Two persons become one, and two again; the books balance all the while."""

import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
from fakes.clock import NOON, SettableClock
from fakes.concurrency import run_concurrently
from fakes.ledger_checks import assert_ledger_balances
from fakes.sample_customers import SampleCustomer, add_job, create_customer
from sqlmodel import col, select

from models.billing.credits import LedgerTransaction, Lot
from models.billing.payments import Customer as Payer
from models.billing.payments import Provider, Purchase, Subscription
from models.identity.codes import Audit, PersonMerge
from models.identity.people import Person
from storage.billing import clawback, ledger, lots
from storage.billing.clawback import PaymentClaim
from storage.billing.ledger import CreditBalance
from storage.db import Database
from storage.identity import account_merge, people

MONTH = NOON + timedelta(days=30)


@pytest.fixture
def ana(database: Database) -> SampleCustomer:
    return create_customer(database, "ana")


@pytest.fixture
def page(database: Database) -> Iterator[SampleCustomer]:
    yield create_customer(database, "page")
    with database.read_transaction() as session:
        assert_ledger_balances(session)


def give(database: Database, customer: SampleCustomer, amount: int, key: str, expires_at: object = None) -> None:
    with database.transaction() as session:
        ledger.grant(session, customer.person, amount, key=key, now=NOON, expires_at=expires_at)  # type: ignore[arg-type]


def owe(database: Database, customer: SampleCustomer, amount: int, key: str) -> None:
    """Credits that were spent before their money went back."""
    give(database, customer, amount, key)
    with database.transaction() as session:
        job = add_job(session, customer, NOON, credits=amount)
        ledger.reserve(session, customer.person, job.id, amount, NOON)
        ledger.settle(session, customer.person, job.id, amount, amount, NOON)
        clawback.apply_claims(
            session, customer.person, key, 100, [PaymentClaim(f"refund:{key}", 100, f"failed:{key}")], NOON
        )


def join(database: Database, source: SampleCustomer, target: SampleCustomer) -> PersonMerge | None:
    with database.transaction() as session:
        pair = (session.get_one(Person, each.person.id) for each in (source, target))
        return account_merge.merge(session, *pair, database.clock())


def joined(database: Database, source: SampleCustomer, target: SampleCustomer) -> PersonMerge:
    row = join(database, source, target)
    assert row is not None
    return row


def undo(database: Database, row: PersonMerge, actor: SampleCustomer) -> int | None:
    with database.transaction() as session:
        found = session.get_one(PersonMerge, row.id)
        return account_merge.undo(session, found, actor.person, database.clock())


def credits_of(database: Database, customer: SampleCustomer) -> CreditBalance:
    with database.transaction() as session:
        return ledger.balance_of(session, customer.person, database.clock())


def subscribe(database: Database, customer: SampleCustomer, plan: str = "pro") -> None:
    person = customer.person
    with database.transaction() as session:
        session.add(Payer(tenant_id=person.tenant_id, person_id=person.id, external_id="cus_1"))
        row = Subscription(
            tenant_id=person.tenant_id,
            person_id=person.id,
            external_id="sub_1",
            customer_id="cus_1",
            plan=plan,
            status="active",
            currency="brl",
            period_start=NOON,
            period_end=MONTH,
        )
        session.add(row)
        session.get_one(Person, person.id).plan = plan


def test_what_one_has_the_other_has_with_its_expiry_and_where_it_came_from(
    database: Database, ana: SampleCustomer, page: SampleCustomer
) -> None:
    give(database, page, 30, "grant:cs_1")
    give(database, page, 10, "allowance:page", MONTH)
    give(database, ana, 5, "allowance:ana", MONTH)
    joined(database, page, ana)
    assert credits_of(database, ana) == CreditBalance(45, 0)
    assert credits_of(database, page) == CreditBalance(0, 0)
    with database.read_transaction() as session:
        assert [lot.expires_at for lot in lots.list_spendable(session, ana.person.id)] == [MONTH, MONTH, None]
        assert [lot.remaining for lot in lots.list_spendable(session, ana.person.id, "grant:cs_1")] == [30]
        keys = session.exec(select(LedgerTransaction.key).where(col(LedgerTransaction.kind) == "transfer")).all()
    assert len(keys) == 2
    assert all(key.startswith("join:") for key in keys)


def test_who_writes_from_either_chat_is_the_same_person_from_then_on(
    database: Database, ana: SampleCustomer, page: SampleCustomer
) -> None:
    joined(database, page, ana)
    with database.transaction() as session:
        assert people.get_or_create_person(session, page.account, "page", name="", language=None).id == ana.person.id
        assert people.is_same_person(session, page.person.id, ana.person)
        assert set(people.list_merged_ids(session, ana.person)) == {ana.person.id, page.person.id}


def test_what_has_expired_is_not_moved(
    database: Database, ana: SampleCustomer, page: SampleCustomer, clock: SettableClock
) -> None:
    give(database, page, 10, "allowance:page", MONTH)
    clock.now = MONTH
    joined(database, page, ana)
    assert credits_of(database, ana).available == 0


def test_a_debt_comes_along_and_is_paid(database: Database, ana: SampleCustomer, page: SampleCustomer) -> None:
    owe(database, page, 8, "grant:cs_debt")
    give(database, ana, 5, "grant:cs_2")
    joined(database, page, ana)
    assert credits_of(database, ana) == CreditBalance(0, 0, 3)
    assert credits_of(database, page) == CreditBalance(0, 0, 0)


def test_credits_pay_the_debt_of_whom_they_come_to(
    database: Database, ana: SampleCustomer, page: SampleCustomer
) -> None:
    owe(database, ana, 8, "grant:cs_debt")
    give(database, page, 10, "grant:cs_2")
    joined(database, page, ana)
    assert credits_of(database, ana) == CreditBalance(2, 0, 0)


@pytest.mark.parametrize("captured", [0, 2, 6])
def test_a_job_under_way_settles_and_what_comes_back_comes_to_the_person_that_counts(
    database: Database, ana: SampleCustomer, page: SampleCustomer, captured: int
) -> None:
    give(database, page, 10, "grant:cs_1")
    with database.transaction() as session:
        job = add_job(session, page, NOON, credits=6)
        assert ledger.reserve(session, page.person, job.id, 6, NOON)
    joined(database, page, ana)
    assert credits_of(database, ana) == CreditBalance(4, 0)
    assert credits_of(database, page) == CreditBalance(0, 6)
    with database.transaction() as session:
        person = session.get_one(Person, page.person.id)
        assert ledger.settle(session, person, job.id, 6, captured, NOON)
        account_merge.move_returned(session, person, NOON)
        account_merge.move_returned(session, person, NOON)
    assert credits_of(database, ana) == CreditBalance(10 - captured, 0)
    assert credits_of(database, page) == CreditBalance(0, 0)


def test_what_came_to_the_wrong_one_is_gathered(database: Database, ana: SampleCustomer, page: SampleCustomer) -> None:
    joined(database, page, ana)
    give(database, page, 10, "grant:cs_late")
    with database.transaction() as session:
        assert account_merge.move_all_returned(session, NOON) == 1
        assert account_merge.move_all_returned(session, NOON) == 0
    assert credits_of(database, ana) == CreditBalance(10, 0)


def test_a_refund_finds_the_credits_it_paid_for_where_they_are_now(
    database: Database, ana: SampleCustomer, page: SampleCustomer
) -> None:
    give(database, page, 30, "grant:cs_1")
    give(database, ana, 5, "grant:cs_2", MONTH)
    joined(database, page, ana)
    with database.transaction() as session:
        clawback.apply_claims(
            session, ana.person, "grant:cs_1", 100, [PaymentClaim("refund:re_1", 100, "failed:re_1")], NOON
        )
    assert credits_of(database, ana) == CreditBalance(5, 0, 0)
    with database.read_transaction() as session:
        assert [lot.expires_at for lot in lots.list_spendable(session, ana.person.id)] == [MONTH]


def test_plan_customer_and_purchases_come_along_and_go_back(
    database: Database, ana: SampleCustomer, page: SampleCustomer
) -> None:
    subscribe(database, page)
    with database.transaction() as session:
        session.add(
            Purchase(
                tenant_id=page.person.tenant_id,
                person_id=page.person.id,
                address_id=page.address.id,
                provider=Provider.STRIPE,
                item="pack:100",
                currency="brl",
                amount=2000,
            )
        )

    def owners() -> set[uuid.UUID]:
        with database.read_transaction() as session:
            return {row.person_id for table in (Payer, Subscription, Purchase) for row in session.exec(select(table))}

    def plans() -> list[str]:
        with database.read_transaction() as session:
            return [session.get_one(Person, each.person.id).plan for each in (page, ana)]

    row = joined(database, page, ana)
    assert owners() == {ana.person.id}
    assert plans()[1] == "pro"
    undo(database, row, ana)
    assert owners() == {page.person.id}
    assert plans() == ["pro", "free"]


def test_a_customer_both_have_been_stays_with_each(
    database: Database, ana: SampleCustomer, page: SampleCustomer
) -> None:
    with database.transaction() as session:
        for one in (ana, page):
            session.add(Payer(tenant_id=one.person.tenant_id, person_id=one.person.id, external_id="cus_1"))
    joined(database, page, ana)
    with database.read_transaction() as session:
        assert {row.person_id for row in session.exec(select(Payer))} == {ana.person.id, page.person.id}


def test_undoing_gives_back_what_is_left_and_no_more(
    database: Database, ana: SampleCustomer, page: SampleCustomer
) -> None:
    give(database, page, 10, "allowance:page", MONTH)
    give(database, page, 20, "grant:cs_1")
    give(database, ana, 5, "grant:cs_2", NOON + timedelta(days=60))
    row = joined(database, page, ana)
    with database.transaction() as session:
        job = add_job(session, ana, NOON, credits=12)
        assert ledger.reserve(session, ana.person, job.id, 12, NOON)
        ledger.settle(session, ana.person, job.id, 12, 12, NOON)
    assert undo(database, row, ana) == 20
    assert undo(database, row, ana) is None
    assert credits_of(database, ana) == CreditBalance(3, 0)
    assert credits_of(database, page) == CreditBalance(20, 0)
    with database.transaction() as session:
        assert people.get_or_create_person(session, page.account, "page", name="", language=None).id == page.person.id


def test_undoing_gives_a_debt_back_that_is_still_there(
    database: Database, ana: SampleCustomer, page: SampleCustomer
) -> None:
    owe(database, page, 8, "grant:cs_debt")
    row = joined(database, page, ana)
    assert credits_of(database, ana).debt == 8
    assert undo(database, row, ana) == 0
    assert (credits_of(database, ana).debt, credits_of(database, page).debt) == (0, 8)


def test_after_an_undo_two_may_be_joined_once_more(
    database: Database, ana: SampleCustomer, page: SampleCustomer
) -> None:
    give(database, page, 10, "grant:cs_1")
    undo(database, joined(database, page, ana), ana)
    second = joined(database, page, ana)
    assert credits_of(database, ana) == CreditBalance(10, 0)
    assert undo(database, second, ana) == 10


def test_who_was_joined_on_is_parted_from_the_last_first(
    database: Database, ana: SampleCustomer, page: SampleCustomer
) -> None:
    phone = create_customer(database, "phone")
    give(database, page, 10, "grant:cs_1")
    first = joined(database, page, ana)
    second = joined(database, ana, phone)
    assert credits_of(database, phone) == CreditBalance(10, 0)
    assert undo(database, first, ana) is None
    assert undo(database, second, ana) == 10
    assert undo(database, first, ana) == 10
    assert credits_of(database, page) == CreditBalance(10, 0)


def test_persons_of_two_businesses_are_never_one(database: Database, ana: SampleCustomer) -> None:
    rival = create_customer(database, "ana", tenant="rival")
    with pytest.raises(ValueError, match="different tenants"):
        join(database, rival, ana)


def test_both_ways_at_once_is_one_join(database: Database, ana: SampleCustomer, page: SampleCustomer) -> None:
    give(database, page, 10, "grant:cs_1")
    give(database, ana, 7, "grant:cs_2")
    both = [lambda: join(database, page, ana), lambda: join(database, ana, page)] * 5
    assert len([row for row in run_concurrently(both) if row]) == 1
    with database.read_transaction() as session:
        heads = {people.resolve_merged(session, session.get_one(Person, each.person.id)).id for each in (ana, page)}
        assert len(heads) == 1
        assert sum(session.exec(select(Lot.remaining)).all()) == 17


def test_an_undo_asked_for_many_times_at_once_happens_once(
    database: Database, ana: SampleCustomer, page: SampleCustomer
) -> None:
    give(database, page, 10, "grant:cs_1")
    row = joined(database, page, ana)
    assert sorted(run_concurrently([lambda: undo(database, row, ana)] * 8), key=str) == [10] + [None] * 7


def test_a_join_in_the_midst_of_films_loses_no_credit(
    database: Database, ana: SampleCustomer, page: SampleCustomer
) -> None:
    give(database, page, 40, "grant:cs_1")

    def film(captured: int) -> int:
        with database.transaction() as session:
            job = add_job(session, page, NOON, credits=2)
            if not ledger.reserve(session, session.get_one(Person, page.person.id), job.id, 2, NOON):
                return 0
        with database.transaction() as session:
            person = session.get_one(Person, page.person.id)
            ledger.settle(session, person, job.id, 2, captured, NOON)
            account_merge.move_returned(session, person, NOON)
        return captured

    def merge() -> int:
        join(database, page, ana)
        return 0

    films = [lambda captured=number % 3: film(captured) for number in range(24)]
    spent = sum(run_concurrently([*films[:8], merge, *films[8:]], threads=6))
    with database.transaction() as session:
        account_merge.move_all_returned(session, NOON)
    assert credits_of(database, page) == CreditBalance(0, 0)
    assert credits_of(database, ana) == CreditBalance(40 - spent, 0)


def test_joins_and_undoings_are_written_down(database: Database, ana: SampleCustomer, page: SampleCustomer) -> None:
    row = joined(database, page, ana)
    undo(database, row, ana)
    with database.read_transaction() as session:
        written = [
            (note.action, note.about["join"]) for note in session.exec(select(Audit).order_by(col(Audit.action)))
        ]
    assert written == [("join", str(row.id)), ("unjoin", str(row.id))]
