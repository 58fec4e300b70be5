"""Wake-up queue: a Dramatiq message tells a worker that there is a job; the database decides which one."""

import uuid

import dramatiq
import redis
import structlog
from dramatiq.brokers.redis import RedisBroker
from dramatiq.brokers.stub import StubBroker

log = structlog.get_logger(__name__)

QUEUE_NAME = "render"
ACTOR_NAME = "work"


class WakeupQueue:
    """Enqueues messages by actor name, so that the enqueuing process loads no renderer."""

    def __init__(self, broker: dramatiq.Broker) -> None:
        self.broker = broker
        broker.declare_queue(QUEUE_NAME)

    def wake_worker(self, job_id: uuid.UUID) -> None:
        """Wake a worker. An unreachable broker is no error: the sweeper finds jobs whose message was lost."""
        message: dramatiq.Message[None] = dramatiq.Message(
            queue_name=QUEUE_NAME, actor_name=ACTOR_NAME, args=(str(job_id),), kwargs={}, options={}
        )
        try:
            self.broker.enqueue(message)
        except (dramatiq.errors.BrokerConnectionError, redis.RedisError) as error:
            log.warning("broker-unavailable", error=str(error))


def broker_for(redis_url: str) -> dramatiq.Broker:
    """The Redis broker if `redis_url` is set, else an in-process one.

    Attempts, delays and time limits are kept in the database, so none of Dramatiq's retry middleware is used.
    """
    middleware: list[dramatiq.Middleware] = []
    if not redis_url:
        return StubBroker(middleware=middleware)
    return RedisBroker(  # type: ignore[no-untyped-call]
        url=redis_url, middleware=middleware, heartbeat_timeout=15_000, maintenance_chance=100_000, namespace="rabisco"
    )
