"""The wake-up: Dramatiq tells a worker that there is something to do; the database says what."""

import uuid

import dramatiq
import redis
import structlog
from dramatiq.brokers.redis import RedisBroker
from dramatiq.brokers.stub import StubBroker

log = structlog.get_logger(__name__)

NAME = "render"
ACTOR = "work"


class Queue:
    """Sends by actor name, so that whoever enqueues loads no renderer."""

    def __init__(self, broker: dramatiq.Broker) -> None:
        self.broker = broker
        broker.declare_queue(NAME)

    def wake(self, job_id: uuid.UUID) -> None:
        """Wake a worker. What is lost here is found by the sweeper, so a broker that is away is no failure."""
        message: dramatiq.Message[None] = dramatiq.Message(
            queue_name=NAME, actor_name=ACTOR, args=(str(job_id),), kwargs={}, options={}
        )
        try:
            self.broker.enqueue(message)
        except (dramatiq.errors.BrokerConnectionError, redis.RedisError) as error:
            log.warning("broker-away", error=str(error))


def broker_for(redis_url: str) -> dramatiq.Broker:
    """Redis where one is set, else the queue inside this process.

    Attempts, delays and time limits live in the database, so none of Dramatiq's retrying middleware is wanted.
    """
    middleware: list[dramatiq.Middleware] = []
    if not redis_url:
        return StubBroker(middleware=middleware)
    return RedisBroker(  # type: ignore[no-untyped-call]
        url=redis_url, middleware=middleware, heartbeat_timeout=15_000, maintenance_chance=100_000, namespace="rabisco"
    )
