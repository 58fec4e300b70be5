"""The outbox: owed once, in order, leased, and given up when nobody can be reached."""

from datetime import timedelta

from fakes.clock import SettableClock
from fakes.concurrency import run_concurrently
from fakes.databases import rolled_back_transaction_of
from fakes.sample_customers import SampleCustomer, create_customer

from models.identity.people import Address
from models.messaging.deliveries import Delivery, DeliveryStatus, Message, TranslatedText
from storage.db import Database
from storage.identity import people
from storage.messaging import outbox
from storage.messaging.outbox import OutboxMessage

LEASE = timedelta(minutes=10)


def message(key: str = "hello") -> Message:
    return Message(paragraphs=(TranslatedText(key=key, values={"count": 3}),))


def owe(database: Database, customer: SampleCustomer, cause: str, part: str = "", key: str = "hello") -> int:
    with database.transaction() as session:
        owed = OutboxMessage(message(key), cause, part)
        return outbox.enqueue(session, customer.address, customer.person.id, owed, database.clock())


def claim(database: Database, *customers: SampleCustomer, limit: int = 20) -> list[Delivery]:
    with database.transaction() as session:
        ids = [customer.account.id for customer in customers]
        return outbox.claim_due(session, ids, database.clock(), LEASE, limit)


def stored(database: Database, delivery_id: int | None) -> Delivery:
    with database.read_transaction() as session:
        return session.get_one(Delivery, delivery_id)


def sent(database: Database, row: Delivery, external_id: str = "tg-1") -> bool:
    with database.transaction() as session:
        return outbox.mark_sent(session, row, external_id, database.clock())


def test_the_same_cause_and_part_is_owed_once_and_the_first_word_stands(
    database: Database, customer: SampleCustomer
) -> None:
    first = owe(database, customer, "job:1", "film", key="first")
    assert owe(database, customer, "job:1", "film", key="second") == first
    assert owe(database, customer, "job:1", "failure") != first
    assert stored(database, first).content == message("first")


def test_what_is_owed_by_many_at_once_is_owed_once(database: Database, customer: SampleCustomer) -> None:
    assert len(set(run_concurrently([lambda: owe(database, customer, "job:1")] * 16))) == 1
    assert len(claim(database, customer)) == 1


def test_what_was_not_committed_is_not_owed(database: Database, customer: SampleCustomer) -> None:
    with rolled_back_transaction_of(database) as session:
        outbox.enqueue(
            session, customer.address, customer.person.id, OutboxMessage(message(), "update:1"), database.clock()
        )
    with database.read_transaction() as session:
        assert not outbox.is_enqueued(session, "update:1")
    assert claim(database, customer) == []


def test_messages_of_one_chat_leave_one_after_the_other(database: Database, customer: SampleCustomer) -> None:
    ids = [owe(database, customer, f"update:{number}") for number in range(3)]
    left = []
    for _ in range(3):
        (row,) = claim(database, customer)
        assert claim(database, customer) == []
        assert sent(database, row)
        left.append(row.id)
    assert left == ids


def test_a_message_that_must_wait_keeps_the_later_ones_of_its_chat_waiting(
    database: Database, customer: SampleCustomer, clock: SettableClock
) -> None:
    first, second = owe(database, customer, "update:1"), owe(database, customer, "update:2")
    (row,) = claim(database, customer)
    with database.transaction() as session:
        outbox.retry(session, row, clock() + timedelta(seconds=30), "flood")
    assert claim(database, customer) == []
    clock.advance(seconds=30)
    (row,) = claim(database, customer)
    assert (row.id, row.attempts) == (first, 2)
    sent(database, row)
    assert [each.id for each in claim(database, customer)] == [second]


def test_a_slow_chat_keeps_no_other_waiting(database: Database) -> None:
    ana, ben = create_customer(database, "ana"), create_customer(database, "ben")
    owe(database, ana, "update:1")
    assert len(claim(database, ana)) == 1
    mine = owe(database, ben, "update:2")
    assert [row.id for row in claim(database, ana, ben)] == [mine]


def test_only_the_process_that_owns_the_account_is_given_its_messages(database: Database) -> None:
    ana, ben = create_customer(database, "ana", tenant="one"), create_customer(database, "ben", tenant="two")
    owe(database, ana, "update:1")
    assert claim(database, ben) == []
    assert len(claim(database, ana)) == 1


def test_no_more_is_taken_than_there_is_room_for(database: Database) -> None:
    customers = [create_customer(database, name) for name in ("ana", "ben", "eva")]
    ids = [owe(database, customer, f"update:{customer.person.name}") for customer in customers]
    assert [row.id for row in claim(database, *customers, limit=2)] == ids[:2]
    assert [row.id for row in claim(database, *customers, limit=2)] == ids[2:]


def test_what_waits_in_several_accounts_is_taken_in_the_order_it_was_owed(database: Database) -> None:
    ana, ben = create_customer(database, "ana", tenant="one"), create_customer(database, "ben", tenant="two")
    eva, leo = create_customer(database, "eva", tenant="one"), create_customer(database, "leo", tenant="two")
    ids = [owe(database, customer, f"update:{customer.person.name}") for customer in (ana, ben, eva, leo)]
    assert [row.id for row in claim(database, leo, ana, limit=3)] == ids[:3]


def test_a_message_that_is_to_wait_does_not_hold_up_other_chats(database: Database, clock: SettableClock) -> None:
    ana, ben = create_customer(database, "ana"), create_customer(database, "ben")
    for customer in (ana, ana, ben):
        owe(database, customer, f"update:{customer.person.name}{clock.advance(1)}")
    (first, others) = claim(database, ana, ben)
    assert {first.address_id, others.address_id} == {ana.address.id, ben.address.id}
    with database.transaction() as session:
        outbox.retry(session, first, clock() + timedelta(minutes=1), "busy")
    owe(database, ben, "update:later")
    sent(database, others)
    (taken,) = claim(database, ana, ben)
    assert taken.address_id == ben.address.id


def test_a_claimed_message_is_returned_as_it_is_stored(database: Database, customer: SampleCustomer) -> None:
    owe(database, customer, "update:1")
    (row,) = claim(database, customer)
    kept = stored(database, row.id)
    assert (row.status, row.attempts, row.fence) == (DeliveryStatus.SENDING, 1, 1)
    assert (kept.status, kept.attempts, kept.fence) == (row.status, row.attempts, row.fence)
    assert kept.lease_until == row.lease_until == database.clock() + LEASE


def test_two_processes_never_take_the_same_message(database: Database) -> None:
    customers = [create_customer(database, f"person-{number}") for number in range(12)]
    for customer in customers:
        owe(database, customer, f"update:{customer.person.external_id}")
    found = run_concurrently([lambda: claim(database, *customers, limit=3)] * 16, threads=8)
    taken = [row.id for rows in found for row in rows]
    assert len(taken) == len(set(taken)) == 12


def test_a_message_whose_sender_died_is_taken_by_another_and_the_first_can_no_longer_mark_it(
    database: Database, customer: SampleCustomer, clock: SettableClock
) -> None:
    owe(database, customer, "update:1")
    (stale,) = claim(database, customer)
    clock.advance(minutes=11)
    (fresh,) = claim(database, customer)
    assert (fresh.fence, fresh.attempts) == (2, 2)
    with database.transaction() as session:
        outbox.retry(session, stale, clock(), "late")
        outbox.drop(session, stale, "late")
    assert not sent(database, stale, "tg-old")
    assert sent(database, fresh, "tg-new")
    row = stored(database, fresh.id)
    assert (row.status, row.external_id, row.sent_at) == (DeliveryStatus.SENT, "tg-new", clock())
    with database.read_transaction() as session:
        assert fresh.id is not None
        assert outbox.external_id_of(session, fresh.id) == "tg-new"


def test_a_message_given_up_makes_room_for_the_next(database: Database, customer: SampleCustomer) -> None:
    owe(database, customer, "update:1")
    second = owe(database, customer, "update:2")
    (row,) = claim(database, customer)
    with database.transaction() as session:
        outbox.drop(session, row, "x" * 900)
    assert stored(database, row.id).status == DeliveryStatus.DROPPED
    assert len(stored(database, row.id).error or "") == 500
    assert [each.id for each in claim(database, customer)] == [second]


def test_a_chat_that_cannot_be_reached_is_owed_nothing_until_somebody_writes_from_it_again(
    database: Database, customer: SampleCustomer, clock: SettableClock
) -> None:
    ids = [owe(database, customer, f"update:{number}") for number in range(3)]
    (row,) = claim(database, customer)
    with database.transaction() as session:
        outbox.mark_unreachable(session, customer.address.id, clock())
    assert not sent(database, row)
    assert {stored(database, each).status for each in ids} == {DeliveryStatus.DROPPED}
    assert claim(database, customer) == []
    with database.transaction() as session:
        assert session.get_one(Address, customer.address.id).unreachable_at == clock()
        again = people.get_or_create_address(session, customer.account.id, customer.address.chat, "")
        assert (again.id, again.unreachable_at) == (customer.address.id, None)


def test_a_message_comes_back_from_the_database_as_it_was_owed(database: Database, customer: SampleCustomer) -> None:
    inner = TranslatedText(key="minutes", values={"count": 2.5})
    rich = Message(paragraphs=(TranslatedText(key="wait", inner=inner),), edits="tg-9", as_file=True)
    with database.transaction() as session:
        owed = OutboxMessage(rich, "update:1", reply_to="tg-3")
        delivery_id = outbox.enqueue(session, customer.address, customer.person.id, owed, database.clock())
    assert (stored(database, delivery_id).content, stored(database, delivery_id).reply_to) == (rich, "tg-3")
