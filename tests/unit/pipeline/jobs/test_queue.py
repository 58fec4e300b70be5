"""Waking a worker: by the actor's name, and without harm where the broker is away."""

import uuid
from pathlib import Path

import dramatiq
from dramatiq.brokers.redis import RedisBroker
from dramatiq.brokers.stub import StubBroker

from pipeline.jobs.queue import ACTOR_NAME, QUEUE_NAME, WakeupQueue, broker_for


def test_without_a_redis_the_queue_is_inside_the_process() -> None:
    assert isinstance(broker_for(""), StubBroker)
    assert isinstance(broker_for("redis://127.0.0.1:6379/0"), RedisBroker)


def test_a_wake_up_carries_the_job_and_needs_no_actor_here() -> None:
    queue, job_id = WakeupQueue(broker_for("")), uuid.uuid4()
    queue.wake_worker(job_id)
    assert isinstance(queue.broker, StubBroker)
    message = dramatiq.Message.decode(queue.broker.queues[QUEUE_NAME].get_nowait())
    assert (message.actor_name, message.args) == (ACTOR_NAME, (str(job_id),))


def test_a_redis_that_is_away_is_no_failure(tmp_path: Path) -> None:
    queue = WakeupQueue(broker_for(f"unix://{tmp_path / 'nobody.sock'}"))
    queue.wake_worker(uuid.uuid4())
