"""Sample users with their account and chat, and their jobs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from models.identity.people import Account, Address, Person
from models.jobs.job import Job
from storage.billing import ledger
from storage.db import Database
from storage.identity import people
from storage.jobs import jobs


@dataclass(frozen=True, slots=True)
class SampleCustomer:
    """A person, the account they write to and the chat they write from."""

    account: Account
    person: Person
    address: Address


def create_customer(
    database: Database, name: str = "ana", *, tenant: str = "main", role: str | None = None
) -> SampleCustomer:
    """A user of a tenant's Telegram account, committed."""
    with database.transaction() as session:
        account = people.get_or_create_account(
            session, people.get_or_create_tenant(session, tenant).id, "telegram", "bot"
        )
        person = people.get_or_create_person(session, account, name, name=name.title(), language="en")
        person.role = role
        address = people.get_or_create_address(session, account.id, f"chat-{name}", "")
    return SampleCustomer(account, person, address)


def add_job(session: Session, customer: SampleCustomer, now: datetime, **values: Any) -> Job:
    """A queued job, as right after its submission."""
    fields: dict[str, Any] = {
        "kind": "sketch",
        "parameters": {"seconds": 5},
        "run_after": now,
        "wake_at": now,
        "created_at": now,
        **values,
    }
    person = customer.person
    job = Job(tenant_id=person.tenant_id, person_id=person.id, address_id=customer.address.id, **fields)
    jobs.create(session, job, [])
    return job


def reserve_credits(session: Session, customer: SampleCustomer, amount: int, now: datetime) -> Job:
    """A queued job for which credits are reserved."""
    job = add_job(session, customer, now, credits=amount)
    assert ledger.reserve(session, customer.person, job.id, amount, now)
    return job
