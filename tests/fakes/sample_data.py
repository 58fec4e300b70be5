"""Sample data in most tables, as the product itself writes it."""

from datetime import timedelta
from typing import Any

from fakes.clock import NOON
from fakes.sample_customers import add_job, create_customer
from sqlalchemy import MetaData, select

from models.identity.people import MAIN_TENANT
from models.jobs.job import Job, JobStatus
from models.messaging.deliveries import Message, TranslatedText
from storage.billing import ledger
from storage.db import Database
from storage.identity import people
from storage.messaging import outbox, whatsapp
from storage.messaging.outbox import OutboxMessage
from storage.operations import audit

BACKUP_SECRET = b"what opens the dumps"
SPENT, WAITING = 3, 2  # credits of the job that is done, and of the one that is not


def populate(database: Database, name: str = "ana") -> None:
    """Two tenants with users; credits granted, reserved, spent and released; jobs, pending messages, a session."""
    ana, bia = create_customer(database, name), create_customer(database, f"{name}-too", tenant="bakery")
    with database.transaction() as session:
        for each in (ana, bia):
            ledger.grant(session, each.person, 10, key=f"gift:{each.person.id}", now=NOON)
        done, waiting, failed = (add_job(session, ana, NOON, credits=cost) for cost in (SPENT, WAITING, 1))
        for job in (done, waiting, failed):
            assert ledger.reserve(session, ana.person, job.id, job.credits, NOON)
        for job, status, captured in ((done, JobStatus.DONE, SPENT), (failed, JobStatus.FAILED, 0)):
            ledger.settle(session, ana.person, job.id, job.credits, captured, NOON)
            _set_status(job, status)
        for part in ("film", "notice"):
            message = Message(paragraphs=(TranslatedText(key="welcome", values={"name": 'Ana "\\N\t\n" Çığ'}),))
            outbox.enqueue(
                session,
                ana.address,
                ana.person.id,
                OutboxMessage(message, f"job:{done.id}", part, job_id=done.id),
                NOON,
            )
        audit.record(session, ana.account.tenant_id, ana.person.id, "grant", NOON, credits=10)
        whatsapp.create_session(session, people.get_or_create_tenant(session, MAIN_TENANT).id, NOON)


def _set_status(job: Job, status: JobStatus) -> None:
    job.status, job.finished_at, job.cpu_seconds = status, NOON + timedelta(minutes=1), 4.25


def dump_tables(database: Database) -> dict[str, list[str]]:
    """Every row of every table as text, sorted."""
    tables = MetaData()
    tables.reflect(database.engine)
    with database.engine.connect() as connection:
        return {
            name: sorted(_format_row(row) for row in connection.execute(select(table)))
            for name, table in tables.tables.items()
        }


def _format_row(row: Any) -> str:
    return repr(tuple(row))
