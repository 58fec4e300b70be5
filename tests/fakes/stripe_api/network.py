"""Network faults of calls and webhooks, as methods of the fake."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from fakes.stripe_api import errors, events
from fakes.stripe_api.calls import StripeCall
from fakes.stripe_api.faults import StripeFault
from fakes.stripe_api.routes import ROUTE_NAMES
from fakes.stripe_api.store import Body
from fakes.stripe_api.webhooks import (
    DeliveryAttempt,
    DeliveryFaults,
    DeliveryOrder,
    PostFunction,
    WebhookDelivery,
    WebhookSender,
    build_signature,
    serialize_event,
)

if TYPE_CHECKING:
    from fakes.stripe_api.fake import FakeStripe

SECRET = "whsec_fakeSecretOfTheFakeStripe"
ALL_KINDS = ("*",)


def _reverse(due: list[WebhookDelivery]) -> list[WebhookDelivery]:
    return due[::-1]


def _shuffle(due: list[WebhookDelivery]) -> list[WebhookDelivery]:
    return random.Random(len(due)).sample(due, len(due))


class NetworkControls:
    """Mixin of FakeStripe."""

    def __init__(self: "FakeStripe") -> None:
        self.calls: list[StripeCall] = []
        self.faults: list[StripeFault] = []
        self.unsupported_calls: list[str] = []
        self.signing_clock: Callable[[], float] = time.time
        self.webhook_sender = WebhookSender(self)

    def fail_calls(
        self: "FakeStripe", route: str, status: int = 500, *, times: int = 1, skip: int = 0, retry: bool = False
    ) -> None:
        """Respond with that status, without execution. With `retry` the SDK is told to retry by itself."""
        advice = "true" if retry else "false"
        self._add_fault(StripeFault(route, errors.build_error_for(status), times, skip, retry_advice=advice))

    def drop_responses(self: "FakeStripe", route: str, *, times: int = 1, skip: int = 0) -> None:
        """Execute calls, and lose their responses."""
        self._add_fault(StripeFault(route, None, times, skip))

    def hold_call(self: "FakeStripe", route: str) -> Callable[[], None]:
        """Block one call before its execution; returns a function that releases it."""
        fault = StripeFault(route, None, 1, held=True)
        self._add_fault(fault)

        def release() -> None:
            with self.condition.modify():
                fault.held = False

        return release

    def _add_fault(self: "FakeStripe", fault: StripeFault) -> None:
        if fault.route not in ROUTE_NAMES | {"*"}:
            raise KeyError(fault.route)
        with self.condition.modify():
            self.faults.append(fault)

    def list_calls(self: "FakeStripe", route: str) -> list[StripeCall]:
        """The calls of that route so far, such as "GET /v1/events/{id}"."""
        if route not in ROUTE_NAMES:
            raise KeyError(route)
        with self.condition.read():
            return [call for call in self.calls if call.route == route]

    def assert_supported(self: "FakeStripe") -> None:
        """Raises AssertionError when something was requested that the fake does not support."""
        with self.condition.read():
            if self.unsupported_calls:
                raise AssertionError("\n".join(self.unsupported_calls))

    @property
    def events(self: "FakeStripe") -> list[Body]:
        """All events, oldest first."""
        return self.list_objects("event")

    def find_event(self: "FakeStripe", kind: str, object_id: str | None = None) -> Body:
        """The newest event of that kind. Raises LookupError."""
        for event in reversed(self.events):
            if event["type"] == kind and object_id in {None, event["data"]["object"]["id"]}:
                return event
        raise LookupError(kind)

    @property
    def attempts(self: "FakeStripe") -> list[DeliveryAttempt]:
        with self.condition.read():
            return list(self.webhook_sender.attempts)

    def add_endpoint(self: "FakeStripe", url: str, *, secret: str = SECRET, kinds: tuple[str, ...] = ALL_KINDS) -> Body:
        """Add a webhook endpoint, as the dashboard does."""
        with self.condition.modify():
            return self.find(events.add_endpoint(self, url, list(kinds), secret)["id"])

    def send_with(self: "FakeStripe", post: PostFunction) -> None:
        """Pass webhooks to a function of the test instead of a socket: (url, headers, body) -> status."""
        self.webhook_sender.send = post

    def sign_event(
        self: "FakeStripe", event: str, secret: str = SECRET, at: int | None = None
    ) -> tuple[bytes, dict[str, str]]:
        """The body and signed headers of a delivery, for a test that delivers by itself."""
        body = serialize_event(self.find(event))
        stamp = int(self.signing_clock()) if at is None else at
        kind = "application/json; charset=utf-8"
        return body, {
            "Stripe-Signature": build_signature(body, secret, stamp),
            "Content-Type": kind,
            "User-Agent": "Stripe/1.0",
        }

    def deliver_due(self: "FakeStripe") -> list[DeliveryAttempt]:
        """Send the due deliveries, and those that result from them, in this thread."""
        made: list[DeliveryAttempt] = []
        while due := self._take_due():
            for delivery in due:
                made += self.webhook_sender.attempt_delivery(delivery)
        return made

    def _take_due(self: "FakeStripe") -> list[WebhookDelivery]:
        self.run_due_actions()
        with self.condition.modify():
            return self.webhook_sender.take_due()

    @contextmanager
    def deliver_in_background(self: "FakeStripe") -> Iterator[None]:
        """Deliver in a thread while the block lasts."""
        stop_event = threading.Event()
        thread = threading.Thread(target=self._deliver_until, args=(stop_event,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            with self.condition.modify():
                stop_event.set()
            thread.join(timeout=20)

    def _deliver_until(self: "FakeStripe", stop_event: threading.Event) -> None:
        def has_due() -> bool:
            due = self.webhook_sender.get_next_due()
            return stop_event.is_set() or (due is not None and due <= self.get_now())

        while not stop_event.is_set():
            self.condition.wait(has_due, 0.1)  # the test's clock may move without a notification
            self.deliver_due()

    def resend_event(self: "FakeStripe", event: str) -> None:
        with self.condition.modify():
            self.webhook_sender.redeliver(self.store.bodies[event])

    def hold_webhooks(self: "FakeStripe") -> None:
        self._set_faults(held=True)

    def release_webhooks(
        self: "FakeStripe", order: Literal["reversed", "shuffled"] | DeliveryOrder | None = None
    ) -> None:
        """Release held webhooks, the due ones in that order: a function takes a list of deliveries and returns one."""
        named: dict[str, DeliveryOrder] = {"reversed": _reverse, "shuffled": _shuffle}
        with self.condition.modify():
            self.webhook_sender.faults.held = False
            self.webhook_sender.order = named[order] if isinstance(order, str) else order

    def repeat_deliveries(self: "FakeStripe", times: int) -> None:
        self._set_faults(copies=times)

    def delay_deliveries(self: "FakeStripe", seconds: int) -> None:
        self._set_faults(delay=seconds)

    def lose_deliveries(self: "FakeStripe", count: int | None = None) -> None:
        self._set_faults(losing=count)

    def swallow_deliveries(self: "FakeStripe", count: int | None = None) -> None:
        self._set_faults(swallowing=count)

    def reset_faults(self: "FakeStripe") -> None:
        with self.condition.modify():
            self.webhook_sender.faults, self.webhook_sender.order = DeliveryFaults(), None

    def _set_faults(self: "FakeStripe", **faults: int | bool | None) -> None:
        with self.condition.modify():
            for name, value in faults.items():
                setattr(self.webhook_sender.faults, name, value)
