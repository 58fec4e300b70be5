"""One fake Stripe account: its objects, its clock, and the actions for tests."""

import heapq
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from fakes.changes import Changes
from fakes.clock import SettableClock
from fakes.stripe_api import events
from fakes.stripe_api.app import application
from fakes.stripe_api.calls import Call
from fakes.stripe_api.dashboard import Dashboard
from fakes.stripe_api.shapes import listed
from fakes.stripe_api.store import Body, Store, shown
from fakes.stripe_api.wire import Wire
from fakes.telegram_api.server import served

KEY = "sk_test_fakeKeyOfTheFakeStripe"


class FakeStripe(Dashboard, Wire):
    """Stripe as a merchant and its customers see it. Every method may be called from any thread.

    `app` is the ASGI application to be served over a socket. The clock is the test's; `signing_clock` returns the real
    time in seconds for signatures, because their verification compares with the real time.
    """

    def __init__(self, clock: SettableClock | None = None, key: str = KEY) -> None:
        super().__init__()
        self.clock = clock or SettableClock()
        self.key = key
        self.changes = Changes()
        self.store = Store(key)
        self.details: dict[str, dict[str, Any]] = {}  # internal data of objects, not in the API
        self.secrets: dict[str, str] = {}  # of webhook endpoints
        self.broken_cards: set[str] = set()  # customers
        self.current: Call | None = None
        self._agenda: list[tuple[int, int, Callable[[], Any]]] = []
        self._places = itertools.count()
        self.app = application(self)

    @contextmanager
    def served(self) -> Iterator[str]:
        """Serve on a free port; raises AssertionError at the end for unsupported requests."""
        with served(self.app) as url:
            yield url
        self.check()

    def now(self) -> int:
        """Seconds of the test's clock."""
        return int(self.clock().timestamp())

    def at(self, moment: int, action: Callable[[], Any]) -> None:
        """Run an action when the clock reaches that time, in seconds."""
        heapq.heappush(self._agenda, (moment, next(self._places), action))

    def emit(self, kind: str, body: Body) -> None:
        """Record an event, and queue its webhooks."""
        self.mail.add(events.record(self, kind, body))
        with self.changes.changing():
            pass  # wakes the background delivery

    def catch_up(self) -> None:
        """Run the scheduled actions that are due."""
        with self.changes.changing():
            while self._agenda and self._agenda[0][0] <= self.now():
                heapq.heappop(self._agenda)[2]()

    def advance_to(self, moment: datetime) -> None:
        """Move the clock, stopping wherever something is due; webhooks are delivered on the way."""
        goal = int(moment.timestamp())
        while (stop := self._next_stop()) is not None and stop <= goal:
            self.clock.now = max(self.clock.now, datetime.fromtimestamp(stop, UTC))
            self.catch_up()
            self.deliver()
        self.clock.now = max(self.clock.now, moment)

    def advance(self, **span: float) -> None:
        """`advance_to` by a duration: `advance(days=31)`."""
        self.advance_to(self.clock.now + timedelta(**span))

    def _next_stop(self) -> int | None:
        with self.changes.looking():
            stops = [self._agenda[0][0] if self._agenda else None, self.mail.next_due()]
            return min((stop for stop in stops if stop is not None), default=None)

    def included(self, body: Body, name: str) -> Any:
        """A list that is only in the response when expanded."""
        identity, kind = body["id"], body["object"]
        found: dict[tuple[str, str], Callable[[], list[Body]]] = {
            ("checkout.session", "line_items"): lambda: self.details[identity]["lines"],
            ("payment_link", "line_items"): lambda: self.details[identity]["lines"],
            ("charge", "refunds"): lambda: self._owned("refund", "charge", identity),
            ("invoice", "payments"): lambda: self._owned("invoice_payment", "invoice", identity),
            ("customer", "subscriptions"): lambda: self._owned("subscription", "customer", identity),
        }
        owner = kind.replace(".", "/") + "s"
        return listed(found[kind, name](), f"/v1/{owner}/{identity}/{name}")

    def _owned(self, kind: str, by: str, identity: str) -> list[Body]:
        return [one for one in self.store.all(kind) if one[by] == identity][::-1]

    def find(self, identity: str) -> Body:
        """An object as it is now. Raises KeyError."""
        self.catch_up()
        with self.changes.looking():
            copy: Body = shown(self, self.store.bodies[identity], [])
            return copy

    def all(self, kind: str) -> list[Body]:
        """Every object of that kind, newest last."""
        self.catch_up()
        with self.changes.looking():
            copies: list[Body] = shown(self, self.store.all(kind), [])
            return copies
