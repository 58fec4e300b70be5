"""Stripe without Stripe: strict, on a clock of the test's, and full of the failures a shop meets.

    fake = FakeStripe(clock)                              # a SettableClock; any thread may call anything below
    with served(fake.app) as url:                         # or `with fake.served() as url`, which ends with fake.check()
        client = stripe.StripeClient(fake.key, base_addresses={"api": url})

Sessions, payments, ... are named by id, and what the verbs give back is the object's JSON as a dict.

People at the pay page
    fake.pay(session, "card"|"pix"|"boleto", email=..., promotion_code=None)
                                        card: complete and paid. pix, boleto: complete, unpaid, until one of:
    fake.settle(session)                the Pix or boleto came: async_payment_succeeded
    fake.fail_payment(session)          it did not: async_payment_failed (also by itself when the Pix expires, 4 hours)
    fake.decline(session)               the card is refused; the session stays open
    fake.expire(session)                as if its time were over (also by itself at `expires_at`)
    fake.visit(payment_link, reference) somebody opens a Payment Link: a Checkout Session of its own to be paid
People at the portal, banks and the operator in the dashboard
    fake.cancel(subscription, at_period_end=True), fake.resume(subscription)
    fake.change_plan(portal_session, price)               of those its configuration shows; dearer: at once, with an
                                        invoice; cheaper: with the next period
    fake.break_card(customer), fake.mend_card(customer)   the coming renewals fail, or work (and open invoices are paid)
    fake.refund(payment_intent, amount=None), fake.fail_refund(refund)
    fake.dispute(payment_intent, amount=None, reason="fraudulent"), fake.win(dispute), fake.lose_dispute(d)
    fake.coupon(code, percent=50)       a promotion code people may type at the pay page
Time
    fake.advance_to(moment), fake.advance(days=31)        moves the clock and does what falls due on the way, in order:
                                        sessions and Pix expire, subscriptions renew, dunning tries again after 3, 5 and
                                        7 days and then cancels, webhooks are tried again
Webhooks (signed; endpoints made through the API, or `fake.listen(url, secret=.., kinds=("*",))`)
    fake.deliver()                      send what is due, now and in this thread; gives the attempts made
    with fake.courier():                a thread that does so by itself while the block lasts
    fake.send_by(post)                  give them to a function (url, headers, body) -> status, instead of a socket
    fake.hold(), fake.let_go(order=None)                  keep back; let go: "reversed", "shuffled", or a function
    fake.repeat(times)                  every delivery comes so many times
    fake.delay(seconds)                 each becomes due so much later
    fake.lose(count=None)               Stripe cannot reach us: attempts fail, are tried again with back-off for 3 days,
                                        and events.list(delivery_success=False) names them
    fake.swallow(count=None)            somebody else answered 200: Stripe believes they arrived, nobody has them
    fake.behave()                       all of these knobs back to normal
    fake.events, fake.event(kind, object_id=None), fake.attempts, fake.signed(event, secret, at=None) -> (body, headers)
    fake.resend(event_id)               the same event once more, as the dashboard's button does
The wire
    fake.fail("POST /v1/checkout/sessions", status=500, times=1, skip=0)   429, 500, 503 ... without doing it;
                                        the SDK is told not to try again, unless retry=True
    fake.drop("POST /v1/checkout/sessions")               does it, and the answer is lost
    fake.hang("POST /v1/refunds") -> release()            waits until it is let go
    fake.calls, fake.made("POST /v1/refunds")             what was asked, with parameters, headers and outcome
    fake.check()                        AssertionError when something was asked that the double does not have
Looking
    fake.find(id), fake.all("checkout.session")           objects as they are now, newest last

Strict: parameters are those of `stripe.params` alone (unknown: 400 parameter_unknown), of the right types; one that
Stripe has and the double does not act upon is refused loudly and fails `check()`. Keys, `Stripe-Version`, idempotency
keys and paths are checked. Amounts are integers in minor units.

Not reproduced: taxes, shipping, proration but for a dearer plan, several items of a subscription, trials, Connect, live
mode.
"""

from fakes.stripe_api.fake import KEY, FakeStripe
from fakes.stripe_api.merchant import Merchant
from fakes.telegram_api.server import served

__all__ = ["KEY", "FakeStripe", "Merchant", "served"]
