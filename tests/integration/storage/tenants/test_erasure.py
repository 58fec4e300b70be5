"""The end of a business: all it owned is gone on both databases, its books included, and nobody else's."""

import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
from fakes.clock import NOON, SettableClock
from fakes.sample_customers import SampleCustomer, add_job, create_customer
from sqlalchemy import Table, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session
from sqlmodel import select as select_rows

from models.identity.codes import Audit
from models.identity.people import Person, Tenant
from models.jobs.job import JobInput
from models.media.facts import MediaKind
from models.media.files import Media, StoredFile
from models.messaging.deliveries import Message
from models.operations.admin import PersonNote
from pipeline.operations.tenant_lifecycle import TenantLifecycle
from storage.billing import ledger
from storage.db import Database
from storage.messaging import outbox, updates, whatsapp
from storage.messaging.outbox import OutboxMessage
from storage.schema import METADATA
from storage.tenants import erasure, tenants

TOTALS = {
    "task_run",
    "rollup_progress",
    "report_progress",
    "job_total",
    "duration_total",
    "purchase_total",
}  # of all businesses together
LEASES = {"connection_process", "connection_lease"}  # of processes, gone soon after a bot is stopped
NOBODYS = {"tenant", "worker", "fault", "reading", "key_fingerprint", *TOTALS, *LEASES}  # rows of no business


def fill(session: Session, customer: SampleCustomer) -> None:
    """Something in many of its tables, with rows that refer to each other in a circle."""
    person, tenant_id = customer.person, customer.person.tenant_id
    ledger.grant(session, person, 5, key=f"gift:{person.id}", now=NOON)
    first = add_job(session, customer, NOON)
    again = add_job(session, customer, NOON, parent_id=first.id)
    ledger.reserve(session, person, again.id, 2, NOON)
    file = StoredFile(tenant_id=tenant_id, key=f"key-{person.id.hex}", digest="0" * 64, size=7)
    session.add(file)
    session.flush()
    about = {"kind": MediaKind.IMAGE, "format": "png", "size": 7, "expires_at": NOON}
    media = Media(tenant_id=tenant_id, person_id=person.id, file_id=file.id, **about)
    joined = Person(tenant_id=tenant_id, channel="page", external_id="x", merged_into_id=person.id)
    session.add_all([media, joined])
    session.flush()
    session.add(JobInput(job_id=first.id, position=0, media_id=media.id))
    session.add(PersonNote(tenant_id=tenant_id, person_id=person.id, author_id=person.id, text="kind"))
    session.add(Audit(tenant_id=tenant_id, actor_id=person.id, action="x"))
    outbox.enqueue(session, customer.address, person.id, OutboxMessage(Message(paragraphs=()), f"x:{person.id}"), NOON)
    updates.save(session, customer.account.id, "1", {}, NOON)
    whatsapp.create_session(session, tenant_id, NOON)


@pytest.fixture
def bakery(database: Database) -> SampleCustomer:
    customer = create_customer(database, "ana", tenant="bakery")
    with database.transaction() as session:
        fill(session, customer)
    return customer


def counted(database: Database) -> dict[str, int]:
    with database.read_transaction() as session:
        tables: Iterator[Table] = iter(METADATA.tables.values())
        return {each.name: session.connection().scalar(select(func.count()).select_from(each)) or 0 for each in tables}


def persons(database: Database) -> set[uuid.UUID]:
    with database.read_transaction() as session:
        return {person.id for person in session.exec(select_rows(Person))}


def removed(database: Database, tenant_id: uuid.UUID) -> None:
    with database.transaction() as session:
        tenants.schedule_removal(session.get_one(Tenant, tenant_id), database.clock())


def test_every_table_of_businesses_is_among_those_that_are_emptied() -> None:
    assert {each.name for each in erasure.list_tenant_tables()} == METADATA.tables.keys() - NOBODYS


def test_all_of_one_business_is_deleted_and_nothing_of_another(
    database: Database, clock: SettableClock, bakery: SampleCustomer
) -> None:
    before = counted(database)
    assert before["person"] == 2
    other = create_customer(database, "bia", tenant="cafe")
    with database.transaction() as session:
        fill(session, other)
    removed(database, other.person.tenant_id)
    keys: list[str] = []
    tenancy = TenantLifecycle(database, keys.extend)
    clock.now += tenants.REMOVAL_GRACE_PERIOD
    tenancy.erase_removed(batch=1)
    clock.now += erasure.SHUTDOWN_DELAY
    tenancy.erase_removed(batch=1)
    assert counted(database) == before
    assert bakery.person.id in persons(database)
    assert keys == [f"key-{other.person.id.hex}"]


def test_numbers_are_let_go_before_anything_is_deleted(
    database: Database, clock: SettableClock, bakery: SampleCustomer
) -> None:
    removed(database, bakery.person.tenant_id)
    clock.now += tenants.REMOVAL_GRACE_PERIOD
    before = counted(database)
    TenantLifecycle(database, lambda _keys: None).erase_removed()
    assert counted(database) == before
    with database.read_transaction() as session:
        assert whatsapp.list_sessions(session, bakery.person.tenant_id) == []
        assert tenants.find_by_name(session, "bakery") is None


def test_a_business_in_its_grace_keeps_everything(
    database: Database, clock: SettableClock, bakery: SampleCustomer
) -> None:
    removed(database, bakery.person.tenant_id)
    before = counted(database)
    clock.now += tenants.REMOVAL_GRACE_PERIOD - timedelta(seconds=1)
    for _ in range(2):
        TenantLifecycle(database, lambda _keys: None).erase_removed()
        clock.now += timedelta(milliseconds=1)
    assert counted(database) == before


@pytest.mark.parametrize("table", ["ledger_transaction", "ledger_posting"])
def test_the_books_of_a_business_that_is_not_erased_cannot_be_deleted(
    database: Database, bakery: SampleCustomer, table: str
) -> None:
    removed(database, bakery.person.tenant_id)
    with pytest.raises(DBAPIError, match="append-only"), database.transaction() as session:
        session.connection().execute(text(f"DELETE FROM {table}"))  # noqa: S608 - one of two names
