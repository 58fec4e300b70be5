"""Actions of customers, banks and the operator, as methods of the fake."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from fakes.stripe_api import checkout, invoices, links, pay_page, payments, portal, reversals, subscriptions
from fakes.stripe_api.store import Body

if TYPE_CHECKING:
    from fakes.stripe_api.fake import FakeStripe


class Dashboard:
    """Mixin of FakeStripe. Each action returns the object's JSON afterwards."""

    @contextmanager
    def _changing(self: "FakeStripe", identity: str) -> Iterator[Body]:
        with self.changes.changing():
            self.catch_up()
            yield self.store.bodies[identity]

    def pay(
        self: "FakeStripe",
        session: str,
        method: str = "card",
        *,
        email: str = "ana@example.org",
        name: str = "Ana Souza",
        promotion_code: str | None = None,
    ) -> Body:
        """Pay at the hosted page; Pix and boleto show a code to pay elsewhere."""
        with self._changing(session) as body:
            pay_page.pay(self, body, method, email, name, promotion_code)
        return self.find(session)

    def settle(self: "FakeStripe", session: str) -> Body:
        with self._changing(session) as body:
            pay_page.settle(self, body)
        return self.find(session)

    def fail_payment(self: "FakeStripe", session: str) -> Body:
        with self._changing(session) as body:
            pay_page.fail(self, body)
        return self.find(session)

    def decline(self: "FakeStripe", session: str) -> Body:
        with self._changing(session) as body:
            pay_page.decline(self, body)
        return self.find(session)

    def expire(self: "FakeStripe", session: str) -> Body:
        with self._changing(session) as body:
            if body["status"] != "open":
                raise AssertionError(f"this session is {body['status']}")
            checkout.expire_session(self, body)
        return self.find(session)

    def visit(self: "FakeStripe", payment_link: str, reference: str | None = None) -> Body:
        """Open a Payment Link, by its id or address."""
        found = [link["id"] for link in self.all("payment_link") if payment_link in {link["id"], link["url"]}]
        with self._changing(found[0]) as link:
            return self.find(links.visit(self, link, reference)["id"])

    def cancel(self: "FakeStripe", subscription: str, *, at_period_end: bool = True) -> Body:
        with self._changing(subscription) as body:
            if at_period_end:
                subscriptions.cancel_later(self, body, True)
                self.emit("customer.subscription.updated", body)
            else:
                subscriptions.end(self, body, "cancellation_requested")
        return self.find(subscription)

    def resume(self: "FakeStripe", subscription: str) -> Body:
        with self._changing(subscription) as body:
            subscriptions.cancel_later(self, body, False)
            self.emit("customer.subscription.updated", body)
        return self.find(subscription)

    def change_plan(self: "FakeStripe", portal_session: str, price: str) -> Body:
        """Choose another plan in a portal session, by its id or URL; returns the subscription."""
        found = [one["id"] for one in self.all("billing_portal.session") if portal_session in {one["id"], one["url"]}]
        with self._changing(found[0]) as session:
            return self.find(portal.change_plan(self, session, price)["id"])

    def break_card(self: "FakeStripe", customer: str) -> None:
        with self._changing(customer):
            self.broken_cards.add(customer)

    def mend_card(self: "FakeStripe", customer: str) -> None:
        """Give the customer a working card; open invoices are paid with it."""
        with self._changing(customer):
            self.broken_cards.discard(customer)
            for body in self.store.all("subscription"):
                if body["customer"] == customer and body["status"] == "past_due":
                    for invoice in invoices.of(self, body):
                        subscriptions.attempt(self, body, invoice)

    def refund(self: "FakeStripe", payment_intent: str, amount: int | None = None) -> Body:
        with self._changing(payment_intent) as intent:
            body = reversals.new_refund(self, payments.charge_of(self, intent), amount, "requested_by_customer")
            return self.find(body["id"])

    def fail_refund(self: "FakeStripe", refund: str) -> Body:
        with self._changing(refund) as body:
            reversals.fail_refund(self, body)
        return self.find(refund)

    def dispute(self: "FakeStripe", payment_intent: str, amount: int | None = None, reason: str = "fraudulent") -> Body:
        with self._changing(payment_intent) as intent:
            body = reversals.new_dispute(self, payments.charge_of(self, intent), amount, reason)
            return self.find(body["id"])

    def win(self: "FakeStripe", dispute: str) -> Body:
        with self._changing(dispute) as body:
            reversals.close_dispute(self, body, won=True)
        return self.find(dispute)

    def lose_dispute(self: "FakeStripe", dispute: str) -> Body:
        with self._changing(dispute) as body:
            reversals.close_dispute(self, body, won=False)
        return self.find(dispute)

    def coupon(self: "FakeStripe", code: str, percent: float = 50) -> Body:
        """A promotion code that customers may enter at the page of a session that allows it."""
        with self.changes.changing():
            coupon = self.store.add("coupon", self.store.new_id("co", 8), created=self.now(), valid=True)
            coupon |= {"percent_off": percent, "duration": "once"}
            body = self.store.add("promotion_code", self.store.new_id("promo", 24), created=self.now(), code=code)
            body |= {"active": True, "promotion": {"type": "coupon", "coupon": coupon["id"]}}
            return self.find(body["id"])
