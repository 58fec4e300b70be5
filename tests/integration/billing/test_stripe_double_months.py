"""Subscriptions of the fake Stripe over the months, and its webhooks over the hours."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import stripe
from fakes.clock import SettableClock
from fakes.stripe_api import FakeStripe, Merchant
from fakes.stripe_api.wire import SECRET

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


@pytest.fixture
def fake(clock: SettableClock) -> FakeStripe:
    return FakeStripe(clock)


@pytest.fixture(autouse=True)
def mailbox(fake: FakeStripe) -> Mailbox:
    box = Mailbox()
    fake.send_by(box)
    return box


@pytest.fixture
def merchant(fake: FakeStripe) -> Iterator[Merchant]:
    with fake.served() as url:
        yield Merchant(fake, url)


def invoices(merchant: Merchant, subscription: str) -> list[tuple[str, str, int]]:
    found = merchant.v1.invoices.list({"subscription": subscription}).data[::-1]
    return [(str(one.billing_reason), str(one.status), one.amount_paid) for one in found]


def test_a_subscription_is_invoiced_each_month(fake: FakeStripe, merchant: Merchant) -> None:
    bought = merchant.subscribed(subscription_data={"metadata": {"person": "1"}})
    for _ in range(3):
        fake.advance(days=31)
    assert (
        invoices(merchant, bought)
        == [("subscription_create", "paid", 4900)] + [("subscription_cycle", "paid", 4900)] * 3
    )
    found: Any = merchant.v1.subscriptions.retrieve(bought)
    (item,) = found["items"].data
    assert (found.status, found.metadata.to_dict()) == ("active", {"person": "1"})
    assert item.current_period_start < fake.now() < item.current_period_end
    newest: Any = merchant.v1.invoices.list({"subscription": bought, "expand": ["data.payments"]}).data[0]
    assert newest.lines.data[0].period.end == item.current_period_end
    assert newest.period_end == item.current_period_start  # an invoice's own period is the one that is over
    assert newest.parent.subscription_details.subscription == bought
    assert newest.payments.data[0].payment.payment_intent.startswith("pi_")


def test_an_invoice_is_a_draft_for_an_hour(fake: FakeStripe, merchant: Merchant) -> None:
    bought = merchant.subscribed()
    (end,) = [item["current_period_end"] for item in fake.find(bought)["items"]["data"]]
    fake.advance(seconds=end - fake.now())
    assert invoices(merchant, bought)[-1] == ("subscription_cycle", "draft", 0)
    fake.advance(hours=1)
    assert invoices(merchant, bought)[-1] == ("subscription_cycle", "paid", 4900)


def test_items_wait_for_the_next_invoice_and_stand_on_it_once(fake: FakeStripe, merchant: Merchant) -> None:
    bought = merchant.subscribed()
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


def test_a_card_that_fails_is_past_due_then_tried_three_times_then_over(fake: FakeStripe, merchant: Merchant) -> None:
    bought = merchant.subscribed()
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


def test_a_mended_card_pays_what_is_owed(fake: FakeStripe, merchant: Merchant) -> None:
    bought = merchant.subscribed()
    owner = str(fake.find(bought)["customer"])
    fake.break_card(owner)
    fake.advance(days=31, hours=2)
    owed = str(fake.find(bought)["latest_invoice"])
    with pytest.raises(stripe.CardError):
        merchant.v1.invoices.pay(owed)
    fake.mend_card(owner)
    assert (fake.find(bought)["status"], fake.find(owed)["status"]) == ("active", "paid")
    assert len(fake.all("payment_intent")) == 2


def test_cancelling_keeps_the_period_and_may_be_taken_back(fake: FakeStripe, merchant: Merchant) -> None:
    kept, left, gone = merchant.subscribed(), merchant.subscribed(), merchant.subscribed()
    assert fake.cancel(kept)["cancel_at"] == fake.find(kept)["items"]["data"][0]["current_period_end"]
    fake.resume(kept)
    merchant.v1.subscriptions.update(left, {"cancel_at_period_end": True})
    merchant.v1.subscriptions.cancel(gone)
    assert [fake.find(one)["status"] for one in (kept, left, gone)] == ["active", "active", "canceled"]
    fake.advance(days=32)
    assert [fake.find(one)["status"] for one in (kept, left, gone)] == ["active", "canceled", "canceled"]
    assert [len(invoices(merchant, one)) for one in (kept, left, gone)] == [2, 1, 1]
    owner = str(fake.find(left)["customer"])
    assert merchant.v1.subscriptions.list({"customer": owner}).data == []
    assert [one.id for one in merchant.v1.subscriptions.list({"customer": owner, "status": "all"}).data] == [left]


def told(fake: FakeStripe, merchant: Merchant) -> str:
    """One purchase; the endpoint only hears that it is complete."""
    fake.listen(HOOK, kinds=("checkout.session.completed",))
    session = merchant.session()
    fake.pay(session)
    return str(fake.event("checkout.session.completed", session)["id"])


def missed(merchant: Merchant) -> list[str]:
    found = merchant.v1.events.list({"delivery_success": False, "types": ["checkout.session.completed"]})
    return [event.id for event in found.data]


def test_an_endpoint_hears_what_it_asked_for_once(fake: FakeStripe, merchant: Merchant, mailbox: Mailbox) -> None:
    event = told(fake, merchant)
    assert missed(merchant) == [event]  # not yet delivered is not delivered
    fake.deliver()
    assert [one.id for one in mailbox.got] == [event]
    assert fake.deliver() == missed(merchant) == []
    assert merchant.v1.events.retrieve(event).pending_webhooks == 0


def test_a_refused_webhook_is_tried_again_more_and_more_patiently(
    fake: FakeStripe, merchant: Merchant, mailbox: Mailbox
) -> None:
    event = told(fake, merchant)
    mailbox.answers = [503, 500, 302]
    fake.deliver()
    assert (fake.deliver(), missed(merchant)) == ([], [event])
    for minutes, attempts in ((4, 1), (1, 2), (29, 2), (1, 3), (119, 3), (1, 4)):
        fake.advance(minutes=minutes)
        assert len(mailbox.got) == attempts
    assert missed(merchant) == []
    assert [attempt.status for attempt in fake.attempts] == [503, 500, 302, 200]


def test_lost_webhooks_are_given_up_after_three_days_and_stay_on_the_list(
    fake: FakeStripe, merchant: Merchant, mailbox: Mailbox
) -> None:
    fake.lose()
    event = told(fake, merchant)
    fake.advance(days=4)
    assert (mailbox.got, missed(merchant)) == ([], [event])
    assert len(fake.attempts) == 10
    fake.behave()
    fake.advance(days=4)
    assert mailbox.got == []
    fake.resend(event)
    fake.deliver()
    assert [one.id for one in mailbox.got] == [event]
    fake.advance(days=30)
    assert missed(merchant) == []  # nobody remembers it any more


def test_swallowed_webhooks_count_as_delivered(fake: FakeStripe, merchant: Merchant, mailbox: Mailbox) -> None:
    fake.swallow(1)
    told(fake, merchant)
    fake.deliver()
    assert (mailbox.got, missed(merchant)) == ([], [])
    fake.pay(merchant.session())
    fake.deliver()
    assert len(mailbox.got) == 1


def test_deliveries_come_doubled_delayed_and_in_another_order(
    fake: FakeStripe, merchant: Merchant, mailbox: Mailbox
) -> None:
    fake.listen(HOOK)
    fake.repeat(3)
    session = merchant.session(merchant.price())
    fake.deliver()
    assert mailbox.kinds == [kind for kind in ("product.created", "price.created") for _ in range(3)]
    fake.behave()
    mailbox.got.clear()
    fake.hold()
    fake.pay(session, "pix")
    fake.settle(session)
    assert fake.deliver() == []
    fake.let_go("reversed")
    fake.deliver()
    happened = [event["type"] for event in fake.events][2:]
    assert mailbox.kinds == happened[::-1]
    mailbox.got.clear()
    fake.delay(60)
    fake.refund(str(fake.find(session)["payment_intent"]))
    assert fake.deliver() == []
    fake.advance(minutes=1)
    assert mailbox.kinds == ["refund.created", "charge.refunded"]


def test_a_courier_delivers_by_itself(fake: FakeStripe, merchant: Merchant, mailbox: Mailbox) -> None:
    with fake.courier():
        event = told(fake, merchant)
        assert fake.changes.wait(lambda: fake.mail.has_arrived(event), 10)
    assert [one.id for one in mailbox.got] == [event]


def test_a_webhook_that_asks_stripe_in_its_turn_does_not_wait_for_itself(fake: FakeStripe, merchant: Merchant) -> None:
    asked: list[str] = []

    def look(_url: str, _headers: dict[str, str], _body: bytes) -> int:
        asked.append(str(merchant.v1.checkout.sessions.retrieve(fake.all("checkout.session")[0]["id"]).payment_status))
        return 200

    post: Callable[[str, dict[str, str], bytes], int] = look
    fake.send_by(post)
    told(fake, merchant)
    fake.deliver()
    assert asked == ["paid"]
