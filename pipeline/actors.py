"""Dramatiq actor of the render queue: a message only wakes the worker, the job runner claims the job."""

import uuid

import dramatiq
import structlog
from sqlalchemy.exc import SQLAlchemyError

from pipeline.queue import ACTOR, NAME, Queue
from pipeline.workshop import Workshop

log = structlog.get_logger(__name__)


def declare(queue: Queue, workshop: Workshop) -> None:
    """Declare the broker's one actor. Whatever job the message names, the fairest one is run.

    A worker that finished a job enqueues another wake-up: a job that waited for its turn, or whose own message was
    lost, then needs no sweep.
    """

    def work(job_id: str) -> None:
        try:
            if workshop.work():
                queue.wake(uuid.UUID(job_id))
        except SQLAlchemyError as error:  # the lease will expire, or the sweeper will find the job
            log.warning("worker-database-away", woken_for=job_id, error=type(error).__name__)

    dramatiq.actor(actor_name=ACTOR, queue_name=NAME, broker=queue.broker)(work)
