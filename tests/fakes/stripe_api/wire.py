"""Network faults of calls and webhooks, as methods of the fake."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from fakes.stripe_api import errors, events
from fakes.stripe_api.calls import Call
from fakes.stripe_api.faults import Fault
from fakes.stripe_api.mail import Attempt, Delivery, Knobs, Mail, Order, Post, signature, written
from fakes.stripe_api.routes import NAMES
from fakes.stripe_api.store import Body

if TYPE_CHECKING:
    from fakes.stripe_api.fake import FakeStripe

SECRET = "whsec_fakeSecretOfTheFakeStripe"
EVERYTHING = ("*",)


def _reversed(due: list[Delivery]) -> list[Delivery]:
    return due[::-1]


def _shuffled(due: list[Delivery]) -> list[Delivery]:
    return random.Random(len(due)).sample(due, len(due))


class Wire:
    """Mixin of FakeStripe."""

    def __init__(self: "FakeStripe") -> None:
        self.calls: list[Call] = []
        self.faults: list[Fault] = []
        self.strangers: list[str] = []
        self.signing_clock: Callable[[], float] = time.time
        self.mail = Mail(self)

    def fail(
        self: "FakeStripe", route: str, status: int = 500, *, times: int = 1, skip: int = 0, retry: bool = False
    ) -> None:
        """Respond with that status, without execution. With `retry` the SDK is told to retry by itself."""
        advice = "true" if retry else "false"
        self._add_fault(Fault(route, errors.refusal(status), times, skip, advice=advice))

    def drop(self: "FakeStripe", route: str, *, times: int = 1, skip: int = 0) -> None:
        """Execute calls, and lose their responses."""
        self._add_fault(Fault(route, None, times, skip))

    def hang(self: "FakeStripe", route: str) -> Callable[[], None]:
        """Block one call before its execution; returns a function that releases it."""
        fault = Fault(route, None, 1, held=True)
        self._add_fault(fault)

        def release() -> None:
            with self.changes.changing():
                fault.held = False

        return release

    def _add_fault(self: "FakeStripe", fault: Fault) -> None:
        if fault.route not in NAMES | {"*"}:
            raise KeyError(fault.route)
        with self.changes.changing():
            self.faults.append(fault)

    def made(self: "FakeStripe", route: str) -> list[Call]:
        """The calls of that route so far, such as "GET /v1/events/{id}"."""
        if route not in NAMES:
            raise KeyError(route)
        with self.changes.looking():
            return [call for call in self.calls if call.route == route]

    def check(self: "FakeStripe") -> None:
        """Raises AssertionError when something was requested that the fake does not support."""
        with self.changes.looking():
            if self.strangers:
                raise AssertionError("\n".join(self.strangers))

    @property
    def events(self: "FakeStripe") -> list[Body]:
        """All events, oldest first."""
        return self.all("event")

    def event(self: "FakeStripe", kind: str, object_id: str | None = None) -> Body:
        """The newest event of that kind. Raises LookupError."""
        for event in reversed(self.events):
            if event["type"] == kind and object_id in {None, event["data"]["object"]["id"]}:
                return event
        raise LookupError(kind)

    @property
    def attempts(self: "FakeStripe") -> list[Attempt]:
        with self.changes.looking():
            return list(self.mail.attempts)

    def listen(self: "FakeStripe", url: str, *, secret: str = SECRET, kinds: tuple[str, ...] = EVERYTHING) -> Body:
        """Add a webhook endpoint, as the dashboard does."""
        with self.changes.changing():
            return self.find(events.new_endpoint(self, url, list(kinds), secret)["id"])

    def send_by(self: "FakeStripe", post: Post) -> None:
        """Pass webhooks to a function of the test instead of a socket: (url, headers, body) -> status."""
        self.mail.send = post

    def signed(
        self: "FakeStripe", event: str, secret: str = SECRET, at: int | None = None
    ) -> tuple[bytes, dict[str, str]]:
        """The body and signed headers of a delivery, for a test that delivers by itself."""
        body = written(self.find(event))
        stamp = int(self.signing_clock()) if at is None else at
        kind = "application/json; charset=utf-8"
        return body, {
            "Stripe-Signature": signature(body, secret, stamp),
            "Content-Type": kind,
            "User-Agent": "Stripe/1.0",
        }

    def deliver(self: "FakeStripe") -> list[Attempt]:
        """Send the due deliveries, and those that result from them, in this thread."""
        made: list[Attempt] = []
        while due := self._due():
            for delivery in due:
                made += self.mail.carry(delivery)
        return made

    def _due(self: "FakeStripe") -> list[Delivery]:
        self.catch_up()
        with self.changes.changing():
            return self.mail.take()

    @contextmanager
    def courier(self: "FakeStripe") -> Iterator[None]:
        """Deliver in a thread while the block lasts."""
        over = threading.Event()
        thread = threading.Thread(target=self._carry_until, args=(over,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            with self.changes.changing():
                over.set()
            thread.join(timeout=20)

    def _carry_until(self: "FakeStripe", over: threading.Event) -> None:
        def wanted() -> bool:
            due = self.mail.next_due()
            return over.is_set() or (due is not None and due <= self.now())

        while not over.is_set():
            self.changes.wait(wanted, 0.1)  # the test's clock may move without a notification
            self.deliver()

    def resend(self: "FakeStripe", event: str) -> None:
        with self.changes.changing():
            self.mail.again(self.store.bodies[event])

    def hold(self: "FakeStripe") -> None:
        self._turn(held=True)

    def let_go(self: "FakeStripe", order: Literal["reversed", "shuffled"] | Order | None = None) -> None:
        """Release held webhooks, the due ones in that order: a function takes a list of deliveries and returns one."""
        named: dict[str, Order] = {"reversed": _reversed, "shuffled": _shuffled}
        with self.changes.changing():
            self.mail.knobs.held = False
            self.mail.order = named[order] if isinstance(order, str) else order

    def repeat(self: "FakeStripe", times: int) -> None:
        self._turn(copies=times)

    def delay(self: "FakeStripe", seconds: int) -> None:
        self._turn(delay=seconds)

    def lose(self: "FakeStripe", count: int | None = None) -> None:
        self._turn(losing=count)

    def swallow(self: "FakeStripe", count: int | None = None) -> None:
        self._turn(swallowing=count)

    def behave(self: "FakeStripe") -> None:
        with self.changes.changing():
            self.mail.knobs, self.mail.order = Knobs(), None

    def _turn(self: "FakeStripe", **knobs: int | bool | None) -> None:
        with self.changes.changing():
            for name, value in knobs.items():
                setattr(self.mail.knobs, name, value)
