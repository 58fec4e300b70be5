"""Subscriptions of the fake Stripe over the months, and its webhooks over the hours."""

from collections.abc import Callable
from typing import Any

import pytest
import stripe
from fakes.stripe_api import FakeMerchant, FakeStripe
from fakes.stripe_api.network import SECRET

HOOK = "https://rabisco.test/stripe/webhook"


class Mailbox:
    """An endpoint that checks signatures with the SDK; `answers` are its next ones, 200 afterwards."""

    def __init__(self) -> None:
        self.got: list[stripe.Event] = []
        self.answers: list[int] = []

    def __call__(self, url: str, headers: dict[str, str], body: bytes) -> int:
        self.got.append(stripe.Webhook.construct_event(body, headers["Stripe-Signature"], SECRET))
        return self.answers.pop(0) if self.answers else 200

    @property
    def kinds(self) -> list[str]:
        return [event.type for event in self.got]


@pytest.fixture(autouse=True)
def mailbox(fake: FakeStripe) -> Mailbox:
    box = Mailbox()
    fake.send_with(box)
    return box


def invoices(merchant: FakeMerchant, subscription: str) -> list[tuple[str, str, int]]:
    found = merchant.v1.invoices.list({"subscription": subscription}).data[::-1]
    return [(str(one.billing_reason), str(one.status), one.amount_paid) for one in found]


def test_a_subscription_is_invoiced_each_month(fake: FakeStripe, merchant: FakeMerchant) -> None:
    bought = merchant.create_subscription(subscription_data={"metadata": {"person": "1"}})
    for _ in range(3):
        fake.advance(days=31)
    assert (
        invoices(merchant, bought)
        == [("subscription_create", "paid", 4900)] + [("subscription_cycle", "paid", 4900)] * 3
    )
    found: Any = merchant.v1.subscriptions.retrieve(bought)
    (item,) = found["items"].data
    assert (found.status, found.metadata.to_dict()) == ("active", {"person": "1"})
    assert item.current_period_start < fake.get_now() < item.current_period_end
    newest: Any = merchant.v1.invoices.list({"subscription": bought, "expand": ["data.payments"]}).data[0]
    assert newest.lines.data[0].period.end == item.current_period_end
    assert newest.period_end == item.current_period_start  # an invoice's own period is the one that is over
    assert newest.parent.subscription_details.subscription == bought
    assert newest.payments.data[0].payment.payment_intent.startswith("pi_")


def test_an_invoice_is_a_draft_for_an_hour(fake: FakeStripe, merchant: FakeMerchant) -> None:
    bought = merchant.create_subscription()
    (end,) = [item["current_period_end"] for item in fake.find(bought)["items"]["data"]]
    fake.advance(seconds=end - fake.get_now())
    assert invoices(merchant, bought)[-1] == ("subscription_cycle", "draft", 0)
    fake.advance(hours=1)
    assert invoices(merchant, bought)[-1] == ("subscription_cycle", "paid", 4900)


def test_items_wait_for_the_next_invoice_and_stand_on_it_once(fake: FakeStripe, merchant: FakeMerchant) -> None:
    bought = merchant.create_subscription()
    owner = str(fake.find(bought)["customer"])
    item: Any = {"customer": owner, "subscription": bought, "amount": 75, "currency": "brl", "description": "3 credits"}
    made = [merchant.v1.invoice_items.create(item, {"idempotency_key": "job:1"}).id for _ in range(2)]
    assert len(set(made)) == 1
    assert [one.id for one in merchant.v1.invoice_items.list({"pending": True}).data] == made[:1]
    for _ in range(2):
        fake.advance(days=31)
    assert [paid for _, _, paid in invoices(merchant, bought)] == [4900, 4975, 4900]
    with pytest.raises(stripe.InvalidRequestError, match="currency"):
        merchant.v1.invoice_items.create(item | {"currency": "usd"})


def test_a_card_that_fails_is_past_due_then_tried_three_times_then_over(
    fake: FakeStripe, merchant: FakeMerchant
) -> None:
    bought = merchant.create_subscription()
    fake.break_card(str(fake.find(bought)["customer"]))
    fake.advance(days=31, hours=2)
    assert fake.find(bought)["status"] == "past_due"
    assert invoices(merchant, bought)[-1] == ("subscription_cycle", "open", 0)
    fake.advance(days=3)
    fake.advance(days=5)
    assert fake.find(bought)["status"] == "past_due"
    fake.advance(days=7)
    ended = fake.find(bought)
    assert (ended["status"], ended["cancellation_details"]["reason"]) == ("canceled", "payment_failed")
    failed = [event for event in fake.events if event["type"] == "invoice.payment_failed"]
    assert [event["data"]["object"]["attempt_count"] for event in failed] == [1, 2, 3, 4]
    fake.advance(days=60)
    assert len(invoices(merchant, bought)) == 2


def test_a_mended_card_pays_what_is_owed(fake: FakeStripe, merchant: FakeMerchant) -> None:
    bought = merchant.create_subscription()
    owner = str(fake.find(bought)["customer"])
    fake.break_card(owner)
    fake.advance(days=31, hours=2)
    owed = str(fake.find(bought)["latest_invoice"])
    with pytest.raises(stripe.CardError):
        merchant.v1.invoices.pay(owed)
    fake.mend_card(owner)
    assert (fake.find(bought)["status"], fake.find(owed)["status"]) == ("active", "paid")
    assert len(fake.list_objects("payment_intent")) == 2


def test_cancelling_keeps_the_period_and_may_be_taken_back(fake: FakeStripe, merchant: FakeMerchant) -> None:
    kept, left, gone = merchant.create_subscription(), merchant.create_subscription(), merchant.create_subscription()
    assert fake.cancel_subscription(kept)["cancel_at"] == fake.find(kept)["items"]["data"][0]["current_period_end"]
    fake.resume_subscription(kept)
    merchant.v1.subscriptions.update(left, {"cancel_at_period_end": True})
    merchant.v1.subscriptions.cancel(gone)
    assert [fake.find(one)["status"] for one in (kept, left, gone)] == ["active", "active", "canceled"]
    fake.advance(days=32)
    assert [fake.find(one)["status"] for one in (kept, left, gone)] == ["active", "canceled", "canceled"]
    assert [len(invoices(merchant, one)) for one in (kept, left, gone)] == [2, 1, 1]
    owner = str(fake.find(left)["customer"])
    assert merchant.v1.subscriptions.list({"customer": owner}).data == []
    assert [one.id for one in merchant.v1.subscriptions.list({"customer": owner, "status": "all"}).data] == [left]


def told(fake: FakeStripe, merchant: FakeMerchant) -> str:
    """One purchase; the endpoint only hears that it is complete."""
    fake.add_endpoint(HOOK, kinds=("checkout.session.completed",))
    session = merchant.create_session()
    fake.pay(session)
    return str(fake.find_event("checkout.session.completed", session)["id"])


def missed(merchant: FakeMerchant) -> list[str]:
    found = merchant.v1.events.list({"delivery_success": False, "types": ["checkout.session.completed"]})
    return [event.id for event in found.data]


def test_an_endpoint_hears_what_it_asked_for_once(fake: FakeStripe, merchant: FakeMerchant, mailbox: Mailbox) -> None:
    event = told(fake, merchant)
    assert missed(merchant) == [event]  # not yet delivered is not delivered
    fake.deliver_due()
    assert [one.id for one in mailbox.got] == [event]
    assert fake.deliver_due() == missed(merchant) == []
    assert merchant.v1.events.retrieve(event).pending_webhooks == 0


def test_a_refused_webhook_is_tried_again_more_and_more_patiently(
    fake: FakeStripe, merchant: FakeMerchant, mailbox: Mailbox
) -> None:
    event = told(fake, merchant)
    mailbox.answers = [503, 500, 302]
    fake.deliver_due()
    assert (fake.deliver_due(), missed(merchant)) == ([], [event])
    for minutes, attempts in ((4, 1), (1, 2), (29, 2), (1, 3), (119, 3), (1, 4)):
        fake.advance(minutes=minutes)
        assert len(mailbox.got) == attempts
    assert missed(merchant) == []
    assert [attempt.status for attempt in fake.attempts] == [503, 500, 302, 200]


def test_lost_webhooks_are_given_up_after_three_days_and_stay_on_the_list(
    fake: FakeStripe, merchant: FakeMerchant, mailbox: Mailbox
) -> None:
    fake.lose_deliveries()
    event = told(fake, merchant)
    fake.advance(days=4)
    assert (mailbox.got, missed(merchant)) == ([], [event])
    assert len(fake.attempts) == 10
    fake.reset_faults()
    fake.advance(days=4)
    assert mailbox.got == []
    fake.resend_event(event)
    fake.deliver_due()
    assert [one.id for one in mailbox.got] == [event]
    fake.advance(days=30)
    assert missed(merchant) == []  # nobody remembers it any more


def test_swallowed_webhooks_count_as_delivered(fake: FakeStripe, merchant: FakeMerchant, mailbox: Mailbox) -> None:
    fake.swallow_deliveries(1)
    told(fake, merchant)
    fake.deliver_due()
    assert (mailbox.got, missed(merchant)) == ([], [])
    fake.pay(merchant.create_session())
    fake.deliver_due()
    assert len(mailbox.got) == 1


def test_deliveries_come_doubled_delayed_and_in_another_order(
    fake: FakeStripe, merchant: FakeMerchant, mailbox: Mailbox
) -> None:
    fake.add_endpoint(HOOK)
    fake.repeat_deliveries(3)
    session = merchant.create_session(merchant.create_price())
    fake.deliver_due()
    assert mailbox.kinds == [kind for kind in ("product.created", "price.created") for _ in range(3)]
    fake.reset_faults()
    mailbox.got.clear()
    fake.hold_webhooks()
    fake.pay(session, "pix")
    fake.settle_payment(session)
    assert fake.deliver_due() == []
    fake.release_webhooks("reversed")
    fake.deliver_due()
    happened = [event["type"] for event in fake.events][2:]
    assert mailbox.kinds == happened[::-1]
    mailbox.got.clear()
    fake.delay_deliveries(60)
    fake.refund(str(fake.find(session)["payment_intent"]))
    assert fake.deliver_due() == []
    fake.advance(minutes=1)
    assert mailbox.kinds == ["refund.created", "charge.refunded"]


def test_a_courier_delivers_by_itself(fake: FakeStripe, merchant: FakeMerchant, mailbox: Mailbox) -> None:
    with fake.deliver_in_background():
        event = told(fake, merchant)
        assert fake.condition.wait(lambda: fake.webhook_sender.is_delivered(event), 10)
    assert [one.id for one in mailbox.got] == [event]


def test_a_webhook_that_asks_stripe_in_its_turn_does_not_wait_for_itself(
    fake: FakeStripe, merchant: FakeMerchant
) -> None:
    asked: list[str] = []

    def look(_url: str, _headers: dict[str, str], _body: bytes) -> int:
        asked.append(
            str(merchant.v1.checkout.sessions.retrieve(fake.list_objects("checkout.session")[0]["id"]).payment_status)
        )
        return 200

    post: Callable[[str, dict[str, str], bytes], int] = look
    fake.send_with(post)
    told(fake, merchant)
    fake.deliver_due()
    assert asked == ["paid"]
