"""The schema: built from nothing, equal to the models, and kept append-only where money is written."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from fakes.clock import NOON
from fakes.concurrency import run_concurrently
from fakes.databases import DatabaseFactory
from fakes.sample_customers import create_customer
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from storage.billing import ledger
from storage.db import Database
from storage.migrate import SchemaTooNew, _build_config, is_current, upgrade
from storage.schema import METADATA

KINDS = ("sqlite", "postgresql")


def compared(database: Database) -> list[object]:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, METADATA))


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_database_is_brought_to_the_newest_schema_from_several_threads_at_once(
    databases: DatabaseFactory, kind: str
) -> None:
    database = Database(databases.create_empty_url(kind))
    assert not is_current(database)
    run_concurrently([lambda: upgrade(database)] * 4)
    assert is_current(database)
    assert set(METADATA.tables) <= set(inspect(database.engine).get_table_names())
    database.close()


@pytest.mark.parametrize("kind", KINDS)
def test_several_processes_may_open_and_upgrade_the_same_empty_database(databases: DatabaseFactory, kind: str) -> None:
    url = databases.create_empty_url(kind)

    def start() -> bool:
        opened = Database(url)
        upgrade(opened)
        current = is_current(opened)
        opened.close()
        return current

    assert run_concurrently([start] * 4) == [True] * 4


def test_connections_that_open_a_new_sqlite_database_at_the_same_time_all_succeed(databases: DatabaseFactory) -> None:
    for _ in range(20):
        url = databases.create_empty_url("sqlite")

        def open_database(url: str = url) -> bool:
            opened = Database(url)
            is_reachable = opened.is_reachable()
            opened.close()
            return is_reachable

        assert run_concurrently([open_database] * 8, threads=8) == [True] * 8


@pytest.mark.parametrize("kind", KINDS)
def test_a_database_that_a_newer_version_has_changed_is_left_alone(databases: DatabaseFactory, kind: str) -> None:
    database = Database(databases.create_url(kind))
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaTooNew, match="9999"):
        upgrade(database)
    assert not is_current(database)
    database.close()


def test_who_writes_does_not_wait_for_the_indexes_of_an_upgrade(databases: DatabaseFactory) -> None:
    database = Database(databases.create_empty_url("postgresql"))
    with database.engine.begin() as connection:
        command.upgrade(_build_config(connection), "0013")
    insert = text("INSERT INTO tenant (id, name, created_at) VALUES (gen_random_uuid(), :name, now())")
    lock, person = text("SET lock_timeout = '2s'"), text("LOCK TABLE person IN ROW EXCLUSIVE MODE")
    with ThreadPoolExecutor(1) as pool:
        with database.engine.begin() as earlier:  # for its end the first index has to wait
            earlier.execute(person)
            upgrading = pool.submit(upgrade, database)
            _wait_for_index_build(database)
            with database.engine.begin() as later:
                later.execute(lock)
                later.execute(person)
                later.execute(insert, {"name": "later"})
        upgrading.result(timeout=60)
    assert is_current(database)
    database.close()


def test_tables_with_queues_are_vacuumed_after_so_many_changes_however_large_they_are(postgresql: Database) -> None:
    options = text("SELECT reloptions FROM pg_class WHERE oid = CAST(:table AS regclass)")
    with postgresql.engine.connect() as connection:
        for table in ("job", "delivery", "update"):
            found = connection.scalar(options, {"table": f'"{table}"'})
            assert {"autovacuum_vacuum_scale_factor=0", "autovacuum_analyze_scale_factor=0"} <= set(found)


def _wait_for_index_build(database: Database) -> None:
    building = text("SELECT count(*) FROM pg_stat_progress_create_index")
    for _ in range(6000):
        with database.engine.connect() as connection:
            if connection.scalar(building):
                return
    raise AssertionError("no index is being built")


def test_what_an_interrupted_build_of_an_index_has_left_is_built_again(databases: DatabaseFactory) -> None:
    database = Database(databases.create_empty_url("postgresql"))
    with database.engine.begin() as connection:
        command.upgrade(_build_config(connection), "0013")
        connection.execute(text("CREATE INDEX person_merged ON person (name)"))
    upgrade(database)
    (columns,) = [
        each["column_names"]
        for each in inspect(database.engine).get_indexes("person")
        if each["name"] == "person_merged"
    ]
    assert columns == ["merged_into_id"]
    database.close()


def test_upgrading_once_more_changes_nothing(database: Database) -> None:
    customer = create_customer(database)
    upgrade(database)
    assert is_current(database)
    assert create_customer(database).person.id == customer.person.id


def test_the_migrations_build_exactly_what_the_models_say(database: Database) -> None:
    assert compared(database) == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_comparison_sees_a_column_that_is_missing(databases: DatabaseFactory, kind: str) -> None:
    database = Database(databases.create_url(kind))
    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE person DROP COLUMN plan"))
    assert compared(database) != []
    database.close()


@pytest.mark.parametrize("table", ["ledger_transaction", "ledger_posting"])
@pytest.mark.parametrize("change", ["UPDATE {} SET tenant_id = tenant_id", "DELETE FROM {}"])
def test_the_books_refuse_to_be_rewritten(database: Database, table: str, change: str) -> None:
    customer = create_customer(database)
    with database.transaction() as session:
        ledger.grant(session, customer.person, 5, key="gift", now=NOON)
    with pytest.raises(DBAPIError, match="append-only"), database.transaction() as session:
        session.connection().execute(text(change.format(table)))


def test_postgresql_refuses_to_empty_the_books_as_well(postgresql: Database) -> None:
    with pytest.raises(DBAPIError, match="append-only"), postgresql.transaction() as session:
        session.connection().execute(text("TRUNCATE ledger_posting"))


def test_a_balance_below_zero_is_refused_by_the_database_itself(database: Database) -> None:
    customer = create_customer(database)
    with database.transaction() as session:
        ledger.grant(session, customer.person, 5, key="gift", now=NOON)
    with pytest.raises(DBAPIError), database.transaction() as session:
        session.connection().execute(text("UPDATE balance SET available = -1"))


@pytest.mark.parametrize("kind", KINDS)
def test_who_administrated_before_there_were_roles_is_an_owner(databases: DatabaseFactory, kind: str) -> None:
    database = Database(databases.create_empty_url(kind))
    with database.engine.begin() as connection:
        command.upgrade(_build_config(connection), "0008")
        tenant, person = uuid.uuid4().hex, uuid.uuid4().hex
        now = {"now": NOON.replace(tzinfo=None) if database.is_sqlite else NOON}
        connection.execute(
            text("INSERT INTO tenant (id, name, created_at) VALUES (:tenant, 'main', :now)"), {"tenant": tenant, **now}
        )
        insert = (
            "INSERT INTO person (id, tenant_id, channel, external_id, name, language, language_chosen, plan, role,"
            " tastes, created_at) VALUES (:person, :tenant, 'telegram', '1', 'Olga', 'en', false, 'free', 'admin',"
            " '{}', :now)"
        )
        connection.execute(text(insert), {"person": person, "tenant": tenant, **now})
    upgrade(database)
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT role FROM person")).scalars().all() == ["owner"]
    database.close()
