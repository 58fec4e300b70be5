"""Webhook deliveries: scheduled, sent, retried, and held, repeated or lost on request."""

import functools
import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpx
from fakes.stripe_api.events import is_subscribed
from fakes.stripe_api.store import Body

if TYPE_CHECKING:
    from fakes.stripe_api.fake import FakeStripe

HOUR = 3600
# seconds after each failed attempt: increasing, for three days
RETRY_DELAYS = (300, 1800, 2 * HOUR, 5 * HOUR, 10 * HOUR, *[12 * HOUR] * 4)
TIMEOUT_SECONDS = 10.0
NO_RESPONSE = 0  # the status of a request without a response

DeliveryOrder = Callable[[list["WebhookDelivery"]], Sequence["WebhookDelivery"]]
PostFunction = Callable[[str, dict[str, str], bytes], int]


@dataclass
class WebhookDelivery:
    """One event to one endpoint. `due_at` is in seconds of the test's clock; None when it is not retried any more."""

    event: Body
    endpoint: str
    due_at: int | None
    copies: int
    attempt_count: int = 0
    is_delivered: bool = False


@dataclass(frozen=True)
class DeliveryAttempt:
    """`status` is the endpoint's response, 0 without one."""

    event: str
    kind: str
    endpoint: str
    status: int


@dataclass
class DeliveryFaults:
    """Injected faults; a count of None lasts until `reset_faults`."""

    copies: int = 1
    delay: int = 0
    held: bool = False
    losing: int | None = 0
    swallowing: int | None = 0

    def take_loss(self) -> bool:
        self.losing, struck = _count_down(self.losing)
        return struck

    def take_swallow(self) -> bool:
        self.swallowing, struck = _count_down(self.swallowing)
        return struck


def _count_down(remaining: int | None) -> tuple[int | None, bool]:
    return (remaining - 1 if remaining else remaining), remaining != 0


@functools.cache
def _get_client() -> httpx.Client:
    """A shared client, as creating one takes 40 ms. No connection is kept alive: the servers of tests change."""
    limits = httpx.Limits(max_keepalive_connections=0)
    return httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False, limits=limits)


def post_webhook(url: str, headers: dict[str, str], body: bytes) -> int:
    """Post to the endpoint; returns the status, 0 when it is unreachable or too slow."""
    try:
        return _get_client().post(url, content=body, headers=headers).status_code
    except httpx.HTTPError:
        return NO_RESPONSE


def build_signature(body: bytes, secret: str, at: int) -> str:
    """The Stripe-Signature header, built as documented."""
    signed = f"{at}.".encode() + body
    return f"t={at},v1={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"


@dataclass
class WebhookSender:
    fake: "FakeStripe"
    send: PostFunction = post_webhook
    faults: DeliveryFaults = field(default_factory=DeliveryFaults)
    deliveries: list[WebhookDelivery] = field(default_factory=list)
    attempts: list[DeliveryAttempt] = field(default_factory=list)
    order: DeliveryOrder | None = None  # of the deliveries that are due next

    def add_event(self, event: Body) -> None:
        """Queue an event for every subscribed endpoint."""
        for endpoint in self.fake.store.list_objects("webhook_endpoint"):
            if is_subscribed(endpoint, event["type"]):
                event["pending_webhooks"] += 1
                self.deliveries.append(self._create_delivery(event, endpoint["id"]))

    def _create_delivery(self, event: Body, endpoint: str) -> WebhookDelivery:
        return WebhookDelivery(event, endpoint, self.fake.get_now() + self.faults.delay, self.faults.copies)

    def redeliver(self, event: Body) -> None:
        """Queue an event again, whatever the outcome of earlier deliveries."""
        for endpoint in self.fake.store.list_objects("webhook_endpoint"):
            if is_subscribed(endpoint, event["type"]):
                self.deliveries.append(self._create_delivery(event, endpoint["id"]))

    def is_delivered(self, event: str) -> bool:
        """Whether every endpoint has received the event, as events.list reports it."""
        return all(delivery.is_delivered for delivery in self.deliveries if delivery.event["id"] == event)

    def take_due(self) -> list[WebhookDelivery]:
        """Take the due deliveries; no other caller gets them."""
        now = self.fake.get_now()
        due = (
            [] if self.faults.held else [one for one in self.deliveries if one.due_at is not None and one.due_at <= now]
        )
        ordered = list(self.order(due)) if self.order else due
        if due:
            self.order = None
        for delivery in due:
            delivery.due_at = None
        return ordered

    def attempt_delivery(self, delivery: WebhookDelivery) -> list[DeliveryAttempt]:
        """Send one delivery, as often as the faults say."""
        with self.fake.condition.modify():
            endpoint = self.fake.store.bodies[delivery.endpoint]
            if endpoint.get("deleted"):
                return []
            is_swallowed, is_lost = self.faults.take_swallow(), self.faults.take_loss()
            body, headers = self.fake.sign_event(delivery.event["id"], self.fake.secrets[delivery.endpoint])
        attempts = []
        for _ in range(delivery.copies):
            status = 200 if is_swallowed else NO_RESPONSE if is_lost else self.send(endpoint["url"], headers, body)
            attempts.append(DeliveryAttempt(delivery.event["id"], delivery.event["type"], delivery.endpoint, status))
        with self.fake.condition.modify():
            self._record_attempts(delivery, attempts)
        return attempts

    def _record_attempts(self, delivery: WebhookDelivery, attempts: list[DeliveryAttempt]) -> None:
        self.attempts.extend(attempts)
        if any(200 <= attempt.status < 300 for attempt in attempts):
            if not delivery.is_delivered and delivery.event["pending_webhooks"]:
                delivery.event["pending_webhooks"] -= 1
            delivery.is_delivered = True
            return
        if delivery.attempt_count < len(RETRY_DELAYS):
            delivery.due_at = self.fake.get_now() + RETRY_DELAYS[delivery.attempt_count]
        delivery.attempt_count += 1

    def get_next_due(self) -> int | None:
        due = [delivery.due_at for delivery in self.deliveries if delivery.due_at is not None]
        return None if self.faults.held or not due else min(due)


def serialize_event(event: Body) -> bytes:
    """The JSON of an event, with the line breaks Stripe sends."""
    return json.dumps(event, indent=2, ensure_ascii=False).encode()
