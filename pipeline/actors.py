"""Dramatiq's side of the work: a message wakes, the workshop decides what is done."""

import dramatiq
import structlog

from pipeline.queue import ACTOR, NAME
from pipeline.workshop import Workshop

log = structlog.get_logger(__name__)


def declare(broker: dramatiq.Broker, workshop: Workshop) -> None:
    """Give the broker its one actor. Whatever job the message names, the fairest is done."""

    def work(job_id: str) -> None:
        try:
            workshop.work()
        except Exception:
            log.exception("worker-surprised", woken_for=job_id)  # the lease runs out and the job is done again

    dramatiq.actor(actor_name=ACTOR, queue_name=NAME, broker=broker)(work)
