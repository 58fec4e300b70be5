"""The customer portal of the fake Stripe: what its configurations allow, and what going over to another plan costs."""

from typing import Any

import pytest
import stripe
from fakes.stripe_api import FakeMerchant, FakeStripe
from fakes.stripe_api.errors import StripeApiError


def invoices(merchant: FakeMerchant, subscription: str) -> list[tuple[str, str, int]]:
    found = merchant.v1.invoices.list({"subscription": subscription}).data[::-1]
    return [(str(one.billing_reason), str(one.status), one.amount_paid) for one in found]


def portal(merchant: FakeMerchant, subscription: str, *prices: str, **changes: Any) -> str:
    """A link to the portal, where people may go over to these prices."""
    products: dict[str, list[str]] = {}
    for price in prices:
        products.setdefault(str(merchant.v1.prices.retrieve(price).product), []).append(price)
    wanted = {
        "enabled": True,
        "default_allowed_updates": ["price"],
        "proration_behavior": "always_invoice",
        "products": [{"product": product, "prices": listed} for product, listed in products.items()],
        **changes,
    }
    made = merchant.v1.billing_portal.configurations.create({"features": {"subscription_update": wanted}})  # type: ignore[typeddict-item]
    customer = str(merchant.fake.find(subscription)["customer"])
    return merchant.v1.billing_portal.sessions.create({"customer": customer, "configuration": made.id}).url


def plan_of_its_own(merchant: FakeMerchant, amount: int, **more: Any) -> str:
    return merchant.create_plan_price(
        amount, product=merchant.v1.products.create({"name": f"Plan {amount}"}).id, **more
    )


def test_a_dearer_plan_is_charged_for_what_is_left_of_the_period(fake: FakeStripe, merchant: FakeMerchant) -> None:
    bought = merchant.create_subscription(4_900)
    dearer = plan_of_its_own(merchant, 14_900)
    url = portal(merchant, bought, dearer)
    (item,) = fake.find(bought)["items"]["data"]
    whole = item["current_period_end"] - item["current_period_start"]
    fake.advance(seconds=whole / 2)
    changed = fake.change_plan(url, dearer)
    assert changed["items"]["data"][0]["price"]["id"] == dearer
    assert invoices(merchant, bought)[-1] == ("subscription_update", "paid", 5_000)
    lines = fake.find(changed["latest_invoice"])["lines"]["data"]
    assert [line["amount"] for line in lines] == [-2_450, 7_450]
    assert all(line["parent"]["subscription_item_details"]["proration"] for line in lines)
    fake.advance(seconds=whole / 2 + 3_700)
    assert invoices(merchant, bought)[-1] == ("subscription_cycle", "paid", 14_900)


def test_a_cheaper_plan_begins_with_the_next_period_where_the_portal_says_so(
    fake: FakeStripe, merchant: FakeMerchant
) -> None:
    bought = merchant.create_subscription(4_900)
    cheaper = plan_of_its_own(merchant, 900)
    url = portal(merchant, bought, cheaper, schedule_at_period_end={"conditions": [{"type": "decreasing_item_amount"}]})
    assert fake.change_plan(url, cheaper)["items"]["data"][0]["price"]["unit_amount"] == 4_900
    fake.advance(days=32)
    assert invoices(merchant, bought) == [("subscription_create", "paid", 4_900), ("subscription_cycle", "paid", 900)]


def test_a_change_that_cannot_be_paid_changes_nothing(fake: FakeStripe, merchant: FakeMerchant) -> None:
    bought = merchant.create_subscription(4_900)
    dearer = plan_of_its_own(merchant, 14_900)
    url = portal(merchant, bought, dearer)
    fake.break_card(str(fake.find(bought)["customer"]))
    with pytest.raises(StripeApiError, match="declined"):
        fake.change_plan(url, dearer)
    assert fake.find(bought)["items"]["data"][0]["price"]["unit_amount"] == 4_900
    assert len(invoices(merchant, bought)) == 1


def test_the_portal_shows_what_its_configuration_lists_in_ones_own_currency(
    fake: FakeStripe, merchant: FakeMerchant
) -> None:
    bought = merchant.create_subscription(4_900)
    listed, abroad, other = (
        plan_of_its_own(merchant, amount, currency=currency)
        for amount, currency in ((14_900, "brl"), (2_900, "usd"), (9_900, "brl"))
    )
    url = portal(merchant, bought, listed, abroad)
    for price in (abroad, other):
        with pytest.raises(AssertionError, match="shows other plans"):
            fake.change_plan(url, price)
    customer = str(fake.find(bought)["customer"])
    with pytest.raises(AssertionError, match="lets nobody change"):
        fake.change_plan(merchant.v1.billing_portal.sessions.create({"customer": customer}).id, listed)


def test_a_portal_that_stripe_would_not_take_is_refused(fake: FakeStripe, merchant: FakeMerchant) -> None:
    bought = merchant.create_subscription(4_900)
    two = [merchant.create_plan_price(amount) for amount in (100, 200)]
    once = merchant.create_price(100)
    wrong: list[tuple[tuple[str, ...], dict[str, Any], str]] = [
        ((two[0], two[1]), {}, "unique billing intervals"),
        ((once,), {}, "must recur"),
        ((), {}, "Changes need products"),
        ((two[0],), {"default_allowed_updates": ""}, "Changes need products"),
        ((two[0],), {"proration_behavior": "perhaps"}, "must be one of"),
        ((two[0],), {"prises": "x"}, "unknown parameter"),
    ]
    for prices, changes, message in wrong:
        with pytest.raises(stripe.InvalidRequestError, match=message):
            portal(merchant, bought, *prices, **changes)
    eleven = [plan_of_its_own(merchant, 100 + number) for number in range(11)]
    with pytest.raises(stripe.InvalidRequestError, match="up to 10"):
        portal(merchant, bought, *eleven)
    features: Any = {"subscription_cancel": {"enabled": True, "proration_behavior": "always_invoice"}}
    with pytest.raises(stripe.InvalidRequestError, match="invoiced at once"):
        merchant.v1.billing_portal.configurations.create({"features": features})
    customer = str(fake.find(bought)["customer"])
    with pytest.raises(stripe.InvalidRequestError, match="No such"):
        merchant.v1.billing_portal.sessions.create({"customer": customer, "configuration": "bpc_gone"})
