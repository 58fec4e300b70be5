"""Dramatiq's side of the work: a message wakes, the workshop decides what is done."""

import uuid

import dramatiq
import structlog
from sqlalchemy.exc import SQLAlchemyError

from pipeline.queue import ACTOR, NAME, Queue
from pipeline.workshop import Workshop

log = structlog.get_logger(__name__)


def declare(queue: Queue, workshop: Workshop) -> None:
    """Give the broker its one actor. Whatever job the message names, the fairest is done.

    Who has done a job wakes for the next: one that waited for its turn, or whose own message is lost, needs no sweep.
    """

    def work(job_id: str) -> None:
        try:
            if workshop.work():
                queue.wake(uuid.UUID(job_id))
        except SQLAlchemyError as error:  # a lease runs out, or a sweep finds what waits
            log.warning("worker-database-away", woken_for=job_id, error=type(error).__name__)

    dramatiq.actor(actor_name=ACTOR, queue_name=NAME, broker=queue.broker)(work)
