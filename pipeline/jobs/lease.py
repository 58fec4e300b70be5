"""Lease of a claimed job: renewed while the job runs, and noticed when it is lost."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from models.jobs.job import JobClaim
from pipeline.operations.lease_renewer import LeaseRenewer
from storage.db import Database
from storage.jobs import jobs

CHECK_INTERVAL = 0.3  # seconds between two checks whether the job was cancelled


@contextmanager
def hold_lease(db: Database, claim: JobClaim, seconds: float) -> Iterator[threading.Event]:
    """Renew a claim until the block ends.

    The event is set when the job was cancelled or claimed by another worker, and when the database has been away for as
    long as the lease lasts: from then on nothing may be written.
    """
    lost_event = threading.Event()

    def renew(claims: Sequence[JobClaim]) -> list[JobClaim]:
        with db.transaction() as session:
            until = db.clock() + timedelta(seconds=seconds)
            return [each for each in claims if jobs.renew_lease(session, each, until)]

    def check(claims: Sequence[JobClaim]) -> list[JobClaim]:
        with db.read_transaction() as session:
            return [each for each in claims if jobs.is_held(session, each)]

    renewer = LeaseRenewer(
        name=f"lease-{claim.job_id}",
        seconds=seconds,
        renew=renew,
        on_lost=lambda _: lost_event.set(),
        check=check,
        check_interval=min(CHECK_INTERVAL, seconds / 10),
        max_outage=seconds,
    )
    renewer.add(claim, claim)
    with renewer:
        yield lost_event
