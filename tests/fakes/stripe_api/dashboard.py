"""Actions of customers, banks and the operator, as methods of the fake."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from fakes.stripe_api import checkout, invoices, pay_page, payment_links, payments, portal, reversals, subscriptions
from fakes.stripe_api.store import Body

if TYPE_CHECKING:
    from fakes.stripe_api.fake import FakeStripe


class DashboardActions:
    """Mixin of FakeStripe. Each action returns the object's JSON afterwards."""

    @contextmanager
    def _modify_object(self: "FakeStripe", object_id: str) -> Iterator[Body]:
        with self.condition.modify():
            self.run_due_actions()
            yield self.store.bodies[object_id]

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
        with self._modify_object(session) as body:
            pay_page.pay_session(self, body, method, email, name, promotion_code)
        return self.find(session)

    def settle_payment(self: "FakeStripe", session: str) -> Body:
        with self._modify_object(session) as body:
            pay_page.settle_payment(self, body)
        return self.find(session)

    def fail_payment(self: "FakeStripe", session: str) -> Body:
        with self._modify_object(session) as body:
            pay_page.fail_payment(self, body)
        return self.find(session)

    def decline_card(self: "FakeStripe", session: str) -> Body:
        with self._modify_object(session) as body:
            pay_page.decline_card(self, body)
        return self.find(session)

    def expire_session(self: "FakeStripe", session: str) -> Body:
        with self._modify_object(session) as body:
            if body["status"] != "open":
                raise AssertionError(f"this session is {body['status']}")
            checkout.expire_session(self, body)
        return self.find(session)

    def visit_payment_link(self: "FakeStripe", payment_link: str, reference: str | None = None) -> Body:
        """Open a Payment Link, by its id or address."""
        found = [link["id"] for link in self.list_objects("payment_link") if payment_link in {link["id"], link["url"]}]
        with self._modify_object(found[0]) as link:
            return self.find(payment_links.visit_link(self, link, reference)["id"])

    def cancel_subscription(self: "FakeStripe", subscription: str, *, at_period_end: bool = True) -> Body:
        with self._modify_object(subscription) as body:
            if at_period_end:
                subscriptions.set_cancel_at_period_end(self, body, True)
                self.emit_event("customer.subscription.updated", body)
            else:
                subscriptions.end_subscription(self, body, "cancellation_requested")
        return self.find(subscription)

    def resume_subscription(self: "FakeStripe", subscription: str) -> Body:
        with self._modify_object(subscription) as body:
            subscriptions.set_cancel_at_period_end(self, body, False)
            self.emit_event("customer.subscription.updated", body)
        return self.find(subscription)

    def change_plan(self: "FakeStripe", portal_session: str, price: str) -> Body:
        """Choose another plan in a portal session, by its id or URL; returns the subscription."""
        found = [
            one["id"]
            for one in self.list_objects("billing_portal.session")
            if portal_session in {one["id"], one["url"]}
        ]
        with self._modify_object(found[0]) as session:
            return self.find(portal.change_plan(self, session, price)["id"])

    def break_card(self: "FakeStripe", customer: str) -> None:
        with self._modify_object(customer):
            self.failing_customers.add(customer)

    def mend_card(self: "FakeStripe", customer: str) -> None:
        """Give the customer a working card; open invoices are paid with it."""
        with self._modify_object(customer):
            self.failing_customers.discard(customer)
            for body in self.store.list_objects("subscription"):
                if body["customer"] == customer and body["status"] == "past_due":
                    for invoice in invoices.list_for_subscription(self, body):
                        subscriptions.attempt_payment(self, body, invoice)

    def refund(self: "FakeStripe", payment_intent: str, amount: int | None = None) -> Body:
        with self._modify_object(payment_intent) as intent:
            body = reversals.add_refund(self, payments.charge_of(self, intent), amount, "requested_by_customer")
            return self.find(body["id"])

    def fail_refund(self: "FakeStripe", refund: str) -> Body:
        with self._modify_object(refund) as body:
            reversals.fail_refund(self, body)
        return self.find(refund)

    def open_dispute(
        self: "FakeStripe", payment_intent: str, amount: int | None = None, reason: str = "fraudulent"
    ) -> Body:
        with self._modify_object(payment_intent) as intent:
            body = reversals.add_dispute(self, payments.charge_of(self, intent), amount, reason)
            return self.find(body["id"])

    def win_dispute(self: "FakeStripe", dispute: str) -> Body:
        with self._modify_object(dispute) as body:
            reversals.close_dispute(self, body, won=True)
        return self.find(dispute)

    def lose_dispute(self: "FakeStripe", dispute: str) -> Body:
        with self._modify_object(dispute) as body:
            reversals.close_dispute(self, body, won=False)
        return self.find(dispute)

    def create_promotion_code(self: "FakeStripe", code: str, percent: float = 50) -> Body:
        """A promotion code that customers may enter at the page of a session that allows it."""
        with self.condition.modify():
            coupon = self.store.add("coupon", self.store.generate_id("co", 8), created=self.get_now(), valid=True)
            coupon |= {"percent_off": percent, "duration": "once"}
            body = self.store.add(
                "promotion_code", self.store.generate_id("promo", 24), created=self.get_now(), code=code
            )
            body |= {"active": True, "promotion": {"type": "coupon", "coupon": coupon["id"]}}
            return self.find(body["id"])
