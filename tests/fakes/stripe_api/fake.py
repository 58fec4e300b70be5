"""One fake Stripe account: its objects, its clock, and the actions for tests."""

import heapq
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from fakes.clock import SettableClock
from fakes.state_condition import StateCondition
from fakes.stripe_api import events
from fakes.stripe_api.app import create_application
from fakes.stripe_api.calls import StripeCall
from fakes.stripe_api.dashboard import DashboardActions
from fakes.stripe_api.network import NetworkControls
from fakes.stripe_api.objects import build_list
from fakes.stripe_api.store import Body, ObjectStore, render_object
from fakes.telegram_api.server import serve_app

KEY = "sk_test_fakeKeyOfTheFakeStripe"


class FakeStripe(DashboardActions, NetworkControls):
    """Stripe as a merchant and its customers see it. Every method may be called from any thread.

    `app` is the ASGI application to be served over a socket. The clock is the test's; `signing_clock` returns the real
    time in seconds for signatures, because their verification compares with the real time.
    """

    def __init__(self, clock: SettableClock | None = None, key: str = KEY) -> None:
        super().__init__()
        self.clock = clock or SettableClock()
        self.key = key
        self.condition = StateCondition()
        self.store = ObjectStore(key)
        self.private_details: dict[str, dict[str, Any]] = {}  # internal data of objects, not in the API
        self.secrets: dict[str, str] = {}  # of webhook endpoints
        self.failing_customers: set[str] = set()  # customers
        self.current_call: StripeCall | None = None
        self._scheduled_actions: list[tuple[int, int, Callable[[], Any]]] = []
        self._sequence = itertools.count()
        self.app = create_application(self)

    @contextmanager
    def serve(self) -> Iterator[str]:
        """Serve on a free port; raises AssertionError at the end for unsupported requests."""
        with serve_app(self.app) as url:
            yield url
        self.assert_supported()

    def get_now(self) -> int:
        """Seconds of the test's clock."""
        return int(self.clock().timestamp())

    def schedule(self, time: int, action: Callable[[], Any]) -> None:
        """Run an action when the clock reaches that time, in seconds."""
        heapq.heappush(self._scheduled_actions, (time, next(self._sequence), action))

    def emit_event(self, kind: str, body: Body) -> None:
        """Record an event, and queue its webhooks."""
        self.webhook_sender.add_event(events.record_event(self, kind, body))
        with self.condition.modify():
            pass  # wakes the background delivery

    def run_due_actions(self) -> None:
        """Run the scheduled actions that are due."""
        with self.condition.modify():
            while self._scheduled_actions and self._scheduled_actions[0][0] <= self.get_now():
                heapq.heappop(self._scheduled_actions)[2]()

    def advance_to(self, moment: datetime) -> None:
        """Move the clock, stopping wherever something is due; webhooks are delivered on the way."""
        goal = int(moment.timestamp())
        while (stop := self._get_next_due()) is not None and stop <= goal:
            self.clock.now = max(self.clock.now, datetime.fromtimestamp(stop, UTC))
            self.run_due_actions()
            self.deliver_due()
        self.clock.now = max(self.clock.now, moment)

    def advance(self, **delta: float) -> None:
        """`advance_to` by a duration: `advance(days=31)`."""
        self.advance_to(self.clock.now + timedelta(**delta))

    def _get_next_due(self) -> int | None:
        with self.condition.read():
            stops = [
                self._scheduled_actions[0][0] if self._scheduled_actions else None,
                self.webhook_sender.get_next_due(),
            ]
            return min((stop for stop in stops if stop is not None), default=None)

    def build_included_list(self, body: Body, name: str) -> Any:
        """A list that is only in the response when expanded."""
        object_id, kind = body["id"], body["object"]
        found: dict[tuple[str, str], Callable[[], list[Body]]] = {
            ("checkout.session", "line_items"): lambda: self.private_details[object_id]["lines"],
            ("payment_link", "line_items"): lambda: self.private_details[object_id]["lines"],
            ("charge", "refunds"): lambda: self._list_owned("refund", "charge", object_id),
            ("invoice", "payments"): lambda: self._list_owned("invoice_payment", "invoice", object_id),
            ("customer", "subscriptions"): lambda: self._list_owned("subscription", "customer", object_id),
        }
        owner = kind.replace(".", "/") + "s"
        return build_list(found[kind, name](), f"/v1/{owner}/{object_id}/{name}")

    def _list_owned(self, kind: str, by: str, identity: str) -> list[Body]:
        return [each for each in self.store.list_objects(kind) if each[by] == identity][::-1]

    def find(self, object_id: str) -> Body:
        """An object as it is now. Raises KeyError."""
        self.run_due_actions()
        with self.condition.read():
            copy: Body = render_object(self, self.store.bodies[object_id], [])
            return copy

    def list_objects(self, kind: str) -> list[Body]:
        """Every object of that kind, newest last."""
        self.run_due_actions()
        with self.condition.read():
            copies: list[Body] = render_object(self, self.store.list_objects(kind), [])
            return copies
