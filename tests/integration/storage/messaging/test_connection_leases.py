"""Leases of connections: one process has each, another takes it when it has ended, on SQLite and PostgreSQL."""

import uuid
from collections.abc import Collection
from datetime import timedelta

import pytest
from fakes.clock import NOON, SettableClock
from fakes.concurrency import run_concurrently

from models.identity.people import MAIN_TENANT
from models.messaging.connections import ConnectionProcess
from storage.db import Database
from storage.identity import people
from storage.messaging import connection_leases, whatsapp
from storage.operations import retention

LEASE = timedelta(seconds=10)
BOT, OTHER_BOT = uuid.UUID(int=1), uuid.UUID(int=2)
ANA, BIA = uuid.UUID(int=11), uuid.UUID(int=12)


def acquire(
    database: Database,
    process: uuid.UUID,
    *bots: uuid.UUID,
    ended: Collection[uuid.UUID] = (),
) -> set[uuid.UUID]:
    with database.transaction() as session:
        now = database.clock()
        return connection_leases.acquire(session, bots, process, now, now + LEASE, ended_ids=ended)


def renew(database: Database, process: uuid.UUID, *bots: uuid.UUID) -> set[uuid.UUID]:
    with database.transaction() as session:
        return connection_leases.renew(session, bots, process, database.clock() + LEASE)


def register(database: Database, process: uuid.UUID, channel: str = "telegram") -> None:
    row = ConnectionProcess(id=process, channel=channel, host="box", pid=7, expires_at=database.clock() + LEASE)
    with database.transaction() as session:
        connection_leases.register(session, row)


def test_who_comes_first_has_it_until_it_expires(database: Database, clock: SettableClock) -> None:
    assert acquire(database, ANA, BOT) == {BOT}
    clock.advance(9)
    assert acquire(database, BIA, BOT, OTHER_BOT) == {OTHER_BOT}
    clock.advance(1)
    assert acquire(database, BIA, BOT) == {BOT}
    assert renew(database, ANA, BOT) == set()


def test_a_renewed_lease_is_not_taken_and_taking_ones_own_again_extends_it(
    database: Database, clock: SettableClock
) -> None:
    acquire(database, ANA, BOT)
    clock.advance(9)
    assert renew(database, ANA, BOT) == {BOT}
    clock.advance(9)
    assert acquire(database, BIA, BOT) == set()
    assert acquire(database, ANA, BOT) == {BOT}
    clock.advance(9)
    assert acquire(database, BIA, BOT) == set()


def test_what_is_released_can_be_taken_at_once_and_only_its_owner_releases_it(database: Database) -> None:
    acquire(database, ANA, BOT)
    with database.transaction() as session:
        connection_leases.release(session, [BOT], BIA)
    assert acquire(database, BIA, BOT) == set()
    with database.transaction() as session:
        connection_leases.release(session, [BOT], ANA)
    assert acquire(database, BIA, BOT) == {BOT}


def test_the_lease_of_a_process_known_to_have_ended_is_taken_before_it_expires(database: Database) -> None:
    acquire(database, ANA, BOT)
    assert acquire(database, BIA, BOT, ended=[ANA]) == {BOT}
    assert renew(database, ANA, BOT) == set()


@pytest.mark.parametrize("seconds_after_expiry", [-10, 1])
def test_of_many_that_ask_at_once_one_has_each(
    database: Database, clock: SettableClock, seconds_after_expiry: int
) -> None:
    bots = [uuid.UUID(int=100 + number) for number in range(5)]
    acquire(database, ANA, *bots)
    clock.advance(10 + seconds_after_expiry)
    askers = [uuid.UUID(int=200 + number) for number in range(16)]
    taken = run_concurrently([lambda asker=asker: acquire(database, asker, *bots) for asker in askers])  # type: ignore[misc]
    expected = sorted(bots) if seconds_after_expiry > 0 else []
    assert sorted(bot for each in taken for bot in each) == expected


def test_an_owner_that_renews_while_others_ask_keeps_it(postgresql: Database, clock: SettableClock) -> None:
    acquire(postgresql, ANA, BOT)
    clock.advance(11)  # expired, and who is first to write has it
    results = run_concurrently(
        [lambda: renew(postgresql, ANA, BOT), *(lambda: acquire(postgresql, BIA, BOT) for _ in range(7))]
    )
    owner = {BOT: ANA} if results[0] else {BOT: BIA}
    with postgresql.read_transaction() as session:
        assert connection_leases.map_owners(session, [BOT], clock()) == owner


def test_processes_are_listed_by_channel_while_they_say_that_they_run(database: Database, clock: SettableClock) -> None:
    register(database, ANA)
    register(database, BIA, "whatsapp")
    clock.advance(9)
    register(database, ANA)
    clock.advance(9)
    with database.read_transaction() as session:
        assert connection_leases.list_processes(session, "telegram", clock()) == {ANA}
        assert connection_leases.list_processes(session, "whatsapp", clock()) == set()


def test_owners_are_listed_by_the_names_of_bots_and_numbers(database: Database, clock: SettableClock) -> None:
    with database.transaction() as session:
        tenant = people.get_or_create_tenant(session, MAIN_TENANT)
        bot = people.get_or_create_account(session, tenant.id, "telegram", "123")
        number = whatsapp.create_session(session, tenant.id, NOON)
        names = [("telegram", "123"), ("whatsapp", session.get_one(type(bot), number.account_id).name)]
    register(database, ANA)
    acquire(database, ANA, bot.id, number.id)
    with database.read_transaction() as session:
        owners = connection_leases.list_owners(session, clock())
    assert [(each.channel, each.name) for each in owners] == names
    assert {(each.host, each.pid) for each in owners} == {("box", 7)}
    with database.read_transaction() as session:
        assert connection_leases.list_owners(session, clock() + LEASE) == []


def test_what_a_killed_process_left_is_deleted_later(database: Database, clock: SettableClock) -> None:
    register(database, ANA)
    acquire(database, ANA, BOT)
    with database.transaction() as session:
        assert retention.prune_connections(session, clock(), 10) == 0
        assert retention.prune_connections(session, clock() + timedelta(seconds=11), 10) == 2
