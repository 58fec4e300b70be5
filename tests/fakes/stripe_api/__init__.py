"""Fake of Stripe: strict, on the test's clock, with the failures a merchant meets in practice.

    fake = FakeStripe(clock)                              # a SettableClock; any thread may call anything below
    with serve_app(fake.app) as url:                      # or `with fake.serve() as url`; ends with assert_supported()
        client = stripe.StripeClient(fake.key, base_addresses={"api": url})

Objects are named by id; the actions return the object's JSON as a dict.

Customers at the pay page
    fake.pay(session, "card"|"pix"|"boleto", email=..., promotion_code=None)
                                        card: complete and paid. pix, boleto: complete, unpaid, until one of:
    fake.settle_payment(session)        the Pix or boleto was paid: async_payment_succeeded
    fake.fail_payment(session)          it was not: async_payment_failed (automatic when the Pix expires, 4 hours)
    fake.decline_card(session)          the card is declined; the session stays open
    fake.expire_session(session)        as if its time were over (automatic at `expires_at`)
    fake.visit_payment_link(payment_link, reference)      opens a Payment Link: a new Checkout Session to be paid
Customers at the portal, banks and the operator in the dashboard
    fake.cancel_subscription(subscription, at_period_end=True), fake.resume_subscription(subscription)
    fake.change_plan(portal_session, price)               of the prices in its configuration; more expensive: at once,
                                        with an invoice; cheaper: with the next period
    fake.break_card(customer), fake.mend_card(customer)   the coming renewals fail, or work (and open invoices are paid)
    fake.refund(payment_intent, amount=None), fake.fail_refund(refund)
    fake.open_dispute(payment_intent, amount=None, reason="fraudulent"), fake.win_dispute(d), fake.lose_dispute(d)
    fake.create_promotion_code(code, percent=50)          a code that customers may enter at the pay page
Time
    fake.advance_to(moment), fake.advance(days=31)        moves the clock and runs what is due on the way, in order:
                                        sessions and Pix expire, subscriptions renew, dunning retries after 3, 5 and
                                        7 days and then cancels, webhooks are retried
Webhooks (signed; endpoints created through the API, or `fake.add_endpoint(url, secret=.., kinds=("*",))`)
    fake.deliver_due()                  sends what is due, now and in this thread; returns the attempts made
    with fake.deliver_in_background():  a thread that does so while the block lasts
    fake.send_with(post)                passes them to a function (url, headers, body) -> status, instead of a socket
    fake.hold_webhooks(), fake.release_webhooks(order=None)   order of release: "reversed", "shuffled", or a function
    fake.repeat_deliveries(times)       every delivery is sent that many times
    fake.delay_deliveries(seconds)      each becomes due that much later
    fake.lose_deliveries(count=None)    the endpoint is unreachable: attempts fail, are retried with back-off for 3
                                        days, and events.list(delivery_success=False) lists them
    fake.swallow_deliveries(count=None) another server answered 200: Stripe counts them as delivered, the app has none
    fake.reset_faults()                 resets all of these
    fake.events, fake.find_event(kind, object_id=None), fake.attempts
    fake.sign_event(event, secret, at=None) -> (body, headers)
    fake.resend_event(event_id)         the same event again, as the dashboard's button does
The network
    fake.fail_calls("POST /v1/checkout/sessions", status=500, times=1, skip=0)   429, 500, 503 ... without execution;
                                        the SDK is told not to retry, unless retry=True
    fake.drop_responses("POST /v1/checkout/sessions")     executes the call, and loses the response
    fake.hold_call("POST /v1/refunds") -> release()       blocks until released
    fake.calls, fake.list_calls("POST /v1/refunds")       the requests, with parameters, headers and outcome
    fake.assert_supported()             AssertionError when something was requested that the fake does not support
Reading
    fake.find(id), fake.list_objects("checkout.session")  current objects, newest last

Strict: only parameters in `stripe.params` are accepted (unknown: 400 parameter_unknown), of the right types; one that
Stripe has and the fake ignores is rejected and fails `assert_supported()`. Keys, `Stripe-Version`, idempotency keys and
paths are checked. Amounts are integers in minor units.

Not reproduced: taxes, shipping, proration but for a more expensive plan, several items of a subscription, trials,
Connect, live mode.
"""

from fakes.stripe_api.fake import KEY, FakeStripe
from fakes.stripe_api.merchant import FakeMerchant
from fakes.telegram_api.server import serve_app

__all__ = ["KEY", "FakeMerchant", "FakeStripe", "serve_app"]
