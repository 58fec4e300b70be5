"""Dramatiq actor of the render queue: a message only wakes the worker, the job runner claims the job."""

import uuid

import dramatiq
import structlog
from sqlalchemy.exc import SQLAlchemyError

from pipeline.jobs.job_runner import JobRunner
from pipeline.jobs.queue import ACTOR_NAME, QUEUE_NAME, WakeupQueue

log = structlog.get_logger(__name__)


def declare_actor(queue: WakeupQueue, runner: JobRunner) -> None:
    """Declare the broker's one actor. Whatever job the message names, the fairest one is run.

    A worker that finished a job enqueues another wake-up: a job that waited for its turn, or whose own message was
    lost, then needs no sweep.
    """

    def run_next_job(job_id: str) -> None:
        try:
            if runner.run_next_job():
                queue.wake_worker(uuid.UUID(job_id))
        except SQLAlchemyError as error:  # the lease will expire, or the sweeper will find the job
            log.warning("worker-database-unavailable", woken_for=job_id, error=type(error).__name__)

    dramatiq.actor(actor_name=ACTOR_NAME, queue_name=QUEUE_NAME, broker=queue.broker)(run_next_job)
