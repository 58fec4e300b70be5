"""Webhook deliveries: scheduled, sent, retried, and held, repeated or lost on request."""

import functools
import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpx
from fakes.stripe_api.events import wants
from fakes.stripe_api.store import Body

if TYPE_CHECKING:
    from fakes.stripe_api.fake import FakeStripe

HOUR = 3600
# seconds after each failed attempt: increasing, for three days
BACK_OFF = (300, 1800, 2 * HOUR, 5 * HOUR, 10 * HOUR, *[12 * HOUR] * 4)
PATIENCE = 10.0
LOST = 0  # the status of a request without a response

Order = Callable[[list["Delivery"]], Sequence["Delivery"]]
Post = Callable[[str, dict[str, str], bytes], int]


@dataclass
class Delivery:
    """One event to one endpoint. `due_at` is in seconds of the test's clock; None when it is not retried any more."""

    event: Body
    endpoint: str
    due: int | None
    copies: int
    tries: int = 0
    arrived: bool = False


@dataclass(frozen=True)
class Attempt:
    """`status` is the endpoint's response, 0 without one."""

    event: str
    kind: str
    endpoint: str
    status: int


@dataclass
class Knobs:
    """Injected faults; a count of None lasts until `reset_faults`."""

    copies: int = 1
    delay: int = 0
    held: bool = False
    losing: int | None = 0
    swallowing: int | None = 0

    def loses(self) -> bool:
        self.losing, struck = _struck(self.losing)
        return struck

    def swallows(self) -> bool:
        self.swallowing, struck = _struck(self.swallowing)
        return struck


def _struck(left: int | None) -> tuple[int | None, bool]:
    return (left - 1 if left else left), left != 0


@functools.cache
def _client() -> httpx.Client:
    """A shared client, as creating one takes 40 ms. No connection is kept alive: the servers of tests change."""
    limits = httpx.Limits(max_keepalive_connections=0)
    return httpx.Client(timeout=PATIENCE, trust_env=False, limits=limits)


def post(url: str, headers: dict[str, str], body: bytes) -> int:
    """Post to the endpoint; returns the status, 0 when it is unreachable or too slow."""
    try:
        return _client().post(url, content=body, headers=headers).status_code
    except httpx.HTTPError:
        return LOST


def signature(body: bytes, secret: str, at: int) -> str:
    """The Stripe-Signature header, built as documented."""
    signed = f"{at}.".encode() + body
    return f"t={at},v1={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"


@dataclass
class Mail:
    fake: "FakeStripe"
    send: Post = post
    knobs: Knobs = field(default_factory=Knobs)
    deliveries: list[Delivery] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    order: Order | None = None  # of the deliveries that are due next

    def add(self, event: Body) -> None:
        """Queue an event for every subscribed endpoint."""
        for endpoint in self.fake.store.all("webhook_endpoint"):
            if wants(endpoint, event["type"]):
                event["pending_webhooks"] += 1
                self.deliveries.append(self._delivery(event, endpoint["id"]))

    def _delivery(self, event: Body, endpoint: str) -> Delivery:
        return Delivery(event, endpoint, self.fake.now() + self.knobs.delay, self.knobs.copies)

    def again(self, event: Body) -> None:
        """Queue an event again, whatever the outcome of earlier deliveries."""
        for endpoint in self.fake.store.all("webhook_endpoint"):
            if wants(endpoint, event["type"]):
                self.deliveries.append(self._delivery(event, endpoint["id"]))

    def has_arrived(self, event: str) -> bool:
        """Whether every endpoint has received the event, as events.list reports it."""
        return all(delivery.arrived for delivery in self.deliveries if delivery.event["id"] == event)

    def take(self) -> list[Delivery]:
        """Take the due deliveries; no other caller gets them."""
        now = self.fake.now()
        due = [] if self.knobs.held else [one for one in self.deliveries if one.due is not None and one.due <= now]
        ordered = list(self.order(due)) if self.order else due
        if due:
            self.order = None
        for delivery in due:
            delivery.due = None
        return ordered

    def carry(self, delivery: Delivery) -> list[Attempt]:
        """Send one delivery, as often as the faults say."""
        with self.fake.changes.changing():
            endpoint = self.fake.store.bodies[delivery.endpoint]
            if endpoint.get("deleted"):
                return []
            silent, lost = self.knobs.swallows(), self.knobs.loses()
            body, headers = self.fake.signed(delivery.event["id"], self.fake.secrets[delivery.endpoint])
        made = []
        for _ in range(delivery.copies):
            status = 200 if silent else LOST if lost else self.send(endpoint["url"], headers, body)
            made.append(Attempt(delivery.event["id"], delivery.event["type"], delivery.endpoint, status))
        with self.fake.changes.changing():
            self._settle(delivery, made)
        return made

    def _settle(self, delivery: Delivery, made: list[Attempt]) -> None:
        self.attempts.extend(made)
        if any(200 <= attempt.status < 300 for attempt in made):
            if not delivery.arrived and delivery.event["pending_webhooks"]:
                delivery.event["pending_webhooks"] -= 1
            delivery.arrived = True
            return
        if delivery.tries < len(BACK_OFF):
            delivery.due = self.fake.now() + BACK_OFF[delivery.tries]
        delivery.tries += 1

    def next_due(self) -> int | None:
        due = [delivery.due for delivery in self.deliveries if delivery.due is not None]
        return None if self.knobs.held or not due else min(due)


def written(event: Body) -> bytes:
    """The JSON of an event, with the line breaks Stripe sends."""
    return json.dumps(event, indent=2, ensure_ascii=False).encode()
