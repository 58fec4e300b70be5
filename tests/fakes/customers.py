"""People who write to us, with everything that stands around them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from models.jobs import Job, Kind
from models.people import Account, Address, Person
from storage import jobs, people
from storage.db import Database


@dataclass(frozen=True, slots=True)
class Customer:
    """A person, the account they write to and the chat they write from."""

    account: Account
    person: Person
    address: Address


def welcome(database: Database, name: str = "ana", *, tenant: str = "main", role: str | None = None) -> Customer:
    """A customer of a tenant's Telegram account, committed."""
    with database.transaction() as session:
        account = people.account_named(session, people.tenant_named(session, tenant).id, "telegram", "bot")
        person = people.meet(session, account, name, name=name.title(), language="en")
        person.role = role
        address = people.address_of(session, account.id, f"chat-{name}", "")
    return Customer(account, person, address)


def add_job(session: Session, customer: Customer, now: datetime, **values: Any) -> Job:
    """A job as it stands in the queue right after its submission."""
    fields: dict[str, Any] = {
        "kind": Kind.SKETCH,
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
