"""News to everybody as rows, on both databases: who is reached, in which portions, and by one process at a time."""

import uuid
from datetime import timedelta

import pytest
from fakes.clock import NOON
from fakes.concurrency import run_concurrently
from fakes.sample_customers import SampleCustomer, create_customer
from sqlmodel import col, select

from models.identity.people import Address, Person, Tenant
from models.messaging.broadcasts import Broadcast, BroadcastStatus
from models.messaging.deliveries import Delivery, Message, TranslatedText
from storage.db import Database
from storage.identity import people
from storage.messaging import audiences, broadcasts, outbox
from storage.messaging.audiences import MAX_AGE
from storage.messaging.outbox import OutboxMessage
from storage.operations import metrics

LEASE = timedelta(seconds=30)


def announced(database: Database, author: SampleCustomer, *, status: str = BroadcastStatus.SENDING) -> uuid.UUID:
    row = Broadcast(
        tenant_id=author.person.tenant_id,
        person_id=author.person.id,
        address_id=author.address.id,
        text="hello",
        status=status,
        started_at=NOON,
    )
    with database.transaction() as session:
        broadcasts.save_draft(session, row)
    return row.id


def written_to(database: Database, *customers: SampleCustomer) -> None:
    """They were answered once, by which their address is known as theirs."""
    with database.transaction() as session:
        for each in customers:
            owed = OutboxMessage(Message(paragraphs=(TranslatedText(key="welcome"),)), f"hi:{each.person.id}")
            row = session.get_one(Delivery, outbox.enqueue(session, each.address, each.person.id, owed, NOON))
            row.status = "sent"


def fed(database: Database, broadcast: uuid.UUID, ahead: int = 100) -> None:
    with database.transaction() as session:
        for each in broadcasts.claim_open(session):
            broadcasts.enqueue_next(session, each, NOON, ahead)
            broadcasts.finish_if_complete(session, each, NOON)
        assert session.get_one(Broadcast, broadcast)


def claimed(database: Database, account: uuid.UUID, limit: int = 20) -> list[Delivery]:
    with database.transaction() as session:
        return outbox.claim_due_broadcasts(session, [account], NOON, LEASE, limit)


@pytest.fixture
def crowd(database: Database) -> list[SampleCustomer]:
    found = [create_customer(database, f"p{number}") for number in range(7)]
    written_to(database, *found)
    return found


def test_whom_it_would_reach_is_counted_by_language_and_by_what_stands_in_the_way(
    database: Database, crowd: list[SampleCustomer]
) -> None:
    with database.transaction() as session:
        session.get_one(Person, crowd[0].person.id).language = "es"
        session.get_one(Address, crowd[1].address.id).unreachable_at = NOON
        session.get_one(Address, crowd[2].address.id).in_group = True
        session.get_one(Person, crowd[3].person.id).banned_at = NOON
        session.get_one(Person, crowd[4].person.id).merged_into_id = crowd[0].person.id
        number = people.get_or_create_account(session, crowd[0].person.tenant_id, "whatsapp", "5511")
        person = people.get_or_create_person(session, number, "ze@s", name="", language=None)
        people.get_or_create_address(session, number.id, person.external_id, "")
    with database.read_transaction() as session:
        found = audiences.count_audience(session, crowd[0].person.tenant_id)
    assert found == audiences.Audience({"es": 1, "en": 2}, unsolicited_forbidden=1, unreachable=1)
    assert (found.count_people([]), found.count_people(["es"]), found.count_people(["pt-BR"])) == (3, 1, 0)


def test_a_large_audience_is_counted_ahead_and_anew_when_that_is_long_ago(
    database: Database, crowd: list[SampleCustomer]
) -> None:
    tenant_id = crowd[0].person.tenant_id
    with database.transaction() as session:
        assert audiences.list_large_tenants(session, larger_than=6) == [tenant_id]
        assert audiences.list_large_tenants(session, larger_than=7) == []
        counted = audiences.Audience({"en": 12, "es": 3}, unsolicited_forbidden=2, unreachable=1)
        audiences.save_count(session, tenant_id, counted, NOON - MAX_AGE)
        audiences.save_count(session, tenant_id, counted, NOON)
    with database.read_transaction() as session:
        assert audiences.find_audience(session, tenant_id, NOON + MAX_AGE) == counted
        late = audiences.find_audience(session, tenant_id, NOON + MAX_AGE + timedelta(seconds=1))
    assert late == audiences.Audience({"en": 7})


def test_an_address_is_its_persons_by_its_own_name_before_anybody_was_answered(database: Database) -> None:
    customer = create_customer(database)
    with database.transaction() as session:
        session.get_one(Address, customer.address.id).chat = customer.person.external_id
    with database.read_transaction() as session:
        assert audiences.count_audience(session, customer.person.tenant_id).languages == {"en": 1}


def test_everybody_is_put_into_the_outbox_in_portions_and_once(database: Database, crowd: list[SampleCustomer]) -> None:
    name = announced(database, crowd[0])
    reached: list[uuid.UUID] = []
    for portion in (3, 3, 1):
        fed(database, name, ahead=3)
        fed(database, name, ahead=3)
        rows = claimed(database, crowd[0].account.id)
        assert len(rows) == portion
        with database.transaction() as session:
            for row in rows:
                outbox.mark_sent(session, row, "m", NOON)
                reached.append(row.person_id)
    fed(database, name, ahead=3)
    assert sorted(reached) == sorted(each.person.id for each in crowd)
    with database.read_transaction() as session:
        row = session.get_one(Broadcast, name)
    assert (row.status, row.sent, row.blocked, row.failed) == ("done", 7, 0, 0)


def test_several_processes_that_search_frames_once_owe_nobody_anything_twice(
    database: Database, crowd: list[SampleCustomer]
) -> None:
    name = announced(database, crowd[0])
    run_concurrently([lambda: fed(database, name)] * 4)
    with database.read_transaction() as session:
        assert len(session.exec(select(Delivery).where(col(Delivery.broadcast_id) == name)).all()) == len(crowd)


def test_no_two_processes_claim_the_same_news(database: Database, crowd: list[SampleCustomer]) -> None:
    name = announced(database, crowd[0])
    fed(database, name)
    found = [
        row.id for rows in run_concurrently([lambda: claimed(database, crowd[0].account.id, 2)] * 5) for row in rows
    ]
    assert len(found) == len(set(found)) > 0


@pytest.mark.parametrize("status", [BroadcastStatus.PAUSED, BroadcastStatus.STOPPED, BroadcastStatus.DRAFT])
def test_news_that_are_not_going_out_are_neither_owed_nor_claimed(
    database: Database, crowd: list[SampleCustomer], status: BroadcastStatus
) -> None:
    name = announced(database, crowd[0])
    fed(database, name)
    with database.transaction() as session:
        session.get_one(Broadcast, name).status = status
    assert claimed(database, crowd[0].account.id) == []


def test_news_come_after_nothing_and_before_nothing_in_a_chat(database: Database, crowd: list[SampleCustomer]) -> None:
    name = announced(database, crowd[0])
    fed(database, name)
    each = crowd[0]
    with database.transaction() as session:
        later = outbox.enqueue(
            session, each.address, each.person.id, OutboxMessage(Message(paragraphs=()), "film"), NOON
        )
        rows = outbox.claim_due(session, [each.account.id], NOON, LEASE)
    assert [row.id for row in rows] == [later]


def test_news_that_wait_are_no_backlog(database: Database, crowd: list[SampleCustomer]) -> None:
    fed(database, announced(database, crowd[0]))
    with database.read_transaction() as session:
        assert metrics.measure_outbox(session, NOON).count == 0


def test_what_is_stopped_is_owed_no_more_and_is_no_failure(database: Database, crowd: list[SampleCustomer]) -> None:
    name = announced(database, crowd[0])
    fed(database, name)
    (row,) = claimed(database, crowd[0].account.id, 1)
    with database.transaction() as session:
        found = session.get_one(Broadcast, name)
        assert broadcasts.change_status(session, found, (BroadcastStatus.SENDING,), BroadcastStatus.STOPPED)
        assert not broadcasts.change_status(session, found, (BroadcastStatus.SENDING,), BroadcastStatus.STOPPED)
        assert broadcasts.count_deliveries(session, found) == broadcasts.BroadcastCounts(pending=1)
        outbox.mark_sent(session, row, "m", NOON)
    fed(database, name)
    with database.read_transaction() as session:
        found = session.get_one(Broadcast, name)
    assert (found.status, found.sent, found.failed, found.ended_at) == ("stopped", 1, 0, NOON)


def test_a_paused_business_sends_no_news(database: Database, crowd: list[SampleCustomer]) -> None:
    announced(database, crowd[0])
    with database.transaction() as session:
        session.get_one(Tenant, crowd[0].person.tenant_id).paused_at = NOON
        session.flush()
        assert broadcasts.claim_open(session) == []
