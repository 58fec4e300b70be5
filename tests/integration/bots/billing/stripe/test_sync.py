"""`rabisco stripe sync`: what is sold comes to stand at Stripe, once, and a dry run only says so."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import structlog
from fakes.clock import SettableClock
from fakes.small_catalogue import build_small_catalogue
from fakes.stripe_api import KEY, FakeStripe
from pydantic import SecretStr

from bots.billing.catalogue_check import check_catalogue
from bots.billing.provider import EVENT_TYPES, ProviderUnavailable
from bots.billing.stripe.client import VERSION, connect
from bots.billing.stripe.portal import CURRENCY_KEY
from bots.billing.stripe.provider import StripeProvider
from bots.billing.stripe.sync import CatalogueSync, SyncResult, SyncTarget
from bots.cli import run
from bots.cli.maintenance import Finding, run_checks
from models.billing.catalogue import Catalogue, CreditPack, read_catalogue
from models.billing.item_names import build_lookup_key
from models.settings import Settings

WEBHOOK = "https://films.example.com/stripe/webhook"
DEARER = CreditPack(credits=500, prices={"brl": 9_900})


@dataclass
class Account:
    """A Stripe account, and our hand on it."""

    fake: FakeStripe
    url: str
    said: list[str] = field(default_factory=list)

    def sync(self, catalogue: Catalogue | None = None, *, only_say: bool = False, **aim: Any) -> SyncResult:
        wanted = SyncTarget(
            catalogue or build_small_catalogue(),
            lambda item: f"{item.credits} créditos",
            **{"webhook_url": WEBHOOK} | aim,
        )
        self.said.clear()
        return CatalogueSync(connect(KEY, self.url), wanted, self.said.append, only_say).run()

    def price(self, key: str) -> dict[str, Any]:
        (found,) = [price for price in self.fake.list_objects("price") if price["lookup_key"] == key]
        return found

    def writes(self) -> int:
        return sum(call.method != "GET" for call in self.fake.calls)


@pytest.fixture
def account() -> Iterator[Account]:
    fake = FakeStripe(SettableClock())
    with fake.serve() as url:
        yield Account(fake, url)


def test_everything_that_is_sold_comes_to_stand_at_stripe(account: Account) -> None:
    catalogue = read_catalogue()
    done = account.sync(catalogue)
    wanted = {
        build_lookup_key(item.name, currency): (currency, item.prices[currency], "month" if item.is_recurring else None)
        for item in catalogue.list_items()
        for currency in ("brl", "usd", "eur")
    }
    found = {
        price["lookup_key"]: (price["currency"], price["unit_amount"], (price["recurring"] or {}).get("interval"))
        for price in account.fake.list_objects("price")
    }
    assert found == wanted
    products = {product["id"]: product["name"] for product in account.fake.list_objects("product")}
    assert len(products) == len(catalogue.list_items())
    assert products["rabisco_pack_500"] == "500 créditos"
    assert account.price("rabisco_pack_500_brl")["product"] == "rabisco_pack_500"
    assert done.changes == len(wanted) + len(products) + 1 + 3  # the webhook, and a portal for each currency


def test_the_webhook_hears_what_we_act_upon_in_our_version_and_its_secret_is_told_once(account: Account) -> None:
    first = account.sync()
    (endpoint,) = account.fake.list_objects("webhook_endpoint")
    assert (endpoint["url"], set(endpoint["enabled_events"]), endpoint["api_version"]) == (
        WEBHOOK,
        set(EVENT_TYPES),
        VERSION,
    )
    assert first.webhook_secret == account.fake.secrets[endpoint["id"]]
    assert first.webhook_secret not in repr(first)
    assert account.sync().webhook_secret is None


def test_a_second_run_writes_nothing(account: Account) -> None:
    account.sync(has_payment_links=True)
    before = account.writes()
    assert account.sync(has_payment_links=True).changes == 0
    assert (account.said, account.writes()) == ([], before)


@pytest.mark.parametrize("links", [False, True])
def test_a_dry_run_says_what_would_be_done_and_writes_nothing(account: Account, links: bool) -> None:
    would = account.sync(only_say=True, has_payment_links=links)
    assert account.writes() == 0
    said = list(account.said)
    done = account.sync(has_payment_links=links)
    assert said == [f"would {line}" for line in account.said]
    assert would.changes == done.changes == len(said)


def test_a_changed_amount_makes_a_new_price_that_takes_the_lookup_key_over(account: Account) -> None:
    account.sync()
    old = account.price("rabisco_pack_500_brl")
    assert account.sync(build_small_catalogue(packs={"500": DEARER})).changes == 1
    assert account.said == ["replace price rabisco_pack_500_brl: 99.00 BRL"]
    new = account.price("rabisco_pack_500_brl")
    assert (new["unit_amount"], new["id"] != old["id"]) == (9_900, True)
    assert account.fake.find(old["id"])["lookup_key"] is None


def test_an_amount_that_goes_back_and_forth_within_a_day_is_what_it_was_set_to_last(account: Account) -> None:
    for catalogue in (
        build_small_catalogue(),
        build_small_catalogue(packs={"500": DEARER}),
        build_small_catalogue(),
        build_small_catalogue(packs={"500": DEARER}),
        build_small_catalogue(),
    ):
        account.sync(catalogue)
    assert account.price("rabisco_pack_500_brl")["unit_amount"] == 7_500
    assert account.sync().changes == 0


def test_a_run_that_broke_off_anywhere_is_gone_on_with(account: Account) -> None:
    for route, skip in (("products", 1), ("prices", 1), ("webhook_endpoints", 0), ("billing_portal/configurations", 0)):
        account.fake.fail_calls(f"POST /v1/{route}", status=500, skip=skip)
        with pytest.raises(ProviderUnavailable):
            account.sync()
    account.sync()
    assert [len(account.fake.list_objects(kind)) for kind in ("product", "price", "webhook_endpoint")] == [3, 3, 1]


def test_what_was_made_though_the_answer_was_lost_is_not_made_again(account: Account) -> None:
    for route in ("products", "prices", "payment_links", "webhook_endpoints", "billing_portal/configurations"):
        account.fake.drop_responses(f"POST /v1/{route}")
        with pytest.raises(ProviderUnavailable):
            account.sync(has_payment_links=True)
    account.sync(has_payment_links=True)
    kinds = ("product", "price", "payment_link", "webhook_endpoint", "billing_portal.configuration")
    assert [len(account.fake.list_objects(kind)) for kind in kinds] == [3, 3, 3, 1, 1]


def test_what_is_not_sold_any_more_is_retired_and_may_come_back(account: Account) -> None:
    account.sync()
    account.sync(build_small_catalogue(packs={}))
    assert account.said == ["retire product rabisco_pack_500: it is not in the catalogue any more"]
    assert account.fake.find("rabisco_pack_500")["active"] is False
    assert account.sync(build_small_catalogue(packs={})).changes == 0
    account.sync()
    assert account.fake.find("rabisco_pack_500")["active"] is True


def test_a_price_somebody_archived_is_sold_again_and_what_is_called_otherwise_is_renamed(account: Account) -> None:
    account.sync()
    client = connect(KEY, account.url)
    client.v1.prices.update(account.price("rabisco_pack_500_brl")["id"], {"active": False})
    client.v1.products.update("rabisco_pack_500", {"name": "Something"})
    account.sync()
    assert account.said == ["update product rabisco_pack_500: 500 créditos", "sell again at price rabisco_pack_500_brl"]
    assert account.price("rabisco_pack_500_brl")["active"] is True


def test_products_of_another_shop_in_the_same_account_are_left_alone(account: Account) -> None:
    bread = connect(KEY, account.url).v1.products.create({"name": "Bread"})
    account.sync()
    assert account.fake.find(bread.id)["active"] is True


def test_a_webhook_that_was_stopped_or_hears_too_little_is_mended(account: Account) -> None:
    account.sync()
    client, (endpoint,) = connect(KEY, account.url), account.fake.list_objects("webhook_endpoint")
    client.v1.webhook_endpoints.update(endpoint["id"], {"disabled": True, "enabled_events": ["invoice.paid"]})
    account.sync()
    (mended,) = account.fake.list_objects("webhook_endpoint")
    assert (mended["status"], set(mended["enabled_events"])) == ("enabled", set(EVENT_TYPES))


def test_without_an_address_of_ours_there_is_no_webhook(account: Account) -> None:
    account.sync(webhook_url="")
    assert account.fake.list_objects("webhook_endpoint") == []


def test_payment_links_sell_at_the_price_of_now_and_those_of_before_are_closed(account: Account) -> None:
    first = account.sync(has_payment_links=True).payment_links
    assert set(first) == {"rabisco_pack_500_brl", "rabisco_plan_starter_brl", "rabisco_plan_pro_brl"}
    second = account.sync(build_small_catalogue(packs={"500": DEARER}), has_payment_links=True).payment_links
    changed = {key for key in first if first[key] != second[key]}
    assert changed == {"rabisco_pack_500_brl"}
    active = {link["url"]: link["active"] for link in account.fake.list_objects("payment_link")}
    assert not active[first["rabisco_pack_500_brl"]]
    assert active[second["rabisco_pack_500_brl"]]
    session = account.fake.visit_payment_link(second["rabisco_pack_500_brl"], "a-reference")
    assert (session["amount_total"], session["client_reference_id"]) == (9_900, "a-reference")
    account.sync(build_small_catalogue(packs={}), has_payment_links=True)
    active = {link["url"]: link["active"] for link in account.fake.list_objects("payment_link")}
    assert not active[second["rabisco_pack_500_brl"]]


def test_people_may_go_over_to_another_plan_in_the_portal_of_their_currency(account: Account) -> None:
    account.sync(read_catalogue())
    portals = {one["metadata"][CURRENCY_KEY]: one for one in account.fake.list_objects("billing_portal.configuration")}
    assert set(portals) == {"brl", "usd", "eur"}
    allowed = portals["brl"]["features"]
    assert allowed["subscription_cancel"]["mode"] == "at_period_end"
    assert (allowed["payment_method_update"]["enabled"], allowed["invoice_history"]["enabled"]) == (True, True)
    assert "email" not in allowed["customer_update"]["allowed_updates"]
    changes = allowed["subscription_update"]
    assert (changes["proration_behavior"], changes["default_allowed_updates"]) == ("always_invoice", ["price"])
    assert account.fake.private_details[portals["brl"]["id"]]["products"] == {
        f"rabisco_plan_{plan}": [account.price(f"rabisco_plan_{plan}_brl")["id"]]
        for plan in ("starter", "pro", "business")
    }


def test_a_portal_follows_the_prices_of_the_plans_and_goes_with_the_last_of_its_currency(account: Account) -> None:
    account.sync()
    (portal,) = account.fake.list_objects("billing_portal.configuration")
    dearer = build_small_catalogue().plans["pro"].model_copy(update={"prices": {"brl": 5_900}})
    account.sync(build_small_catalogue(plans=build_small_catalogue().plans | {"pro": dearer}))
    assert account.said[1:] == ["update customer portal brl"]
    assert account.fake.private_details[portal["id"]]["products"]["rabisco_plan_pro"] == [
        account.price("rabisco_plan_pro_brl")["id"]
    ]
    abroad = CreditPack(credits=500, prices={"usd": 1_500})
    account.sync(build_small_catalogue(packs={"500": abroad}, plans={"free": build_small_catalogue().plans["free"]}))
    assert account.said[-2:] == [
        "create customer portal usd",
        "retire customer portal brl: nothing is sold in it any more",
    ]
    assert account.fake.find(portal["id"])["active"] is False
    bought = account.fake.list_objects("billing_portal.configuration")[-1]
    assert bought["features"]["subscription_update"]["enabled"] is False  # nothing to go over to


def test_a_portal_somebody_else_has_made_is_left_alone(account: Account) -> None:
    theirs: Any = {"features": {"invoice_history": {"enabled": True}}, "metadata": {"made": "by hand"}}
    made = connect(KEY, account.url).v1.billing_portal.configurations.create(theirs)
    account.sync()
    account.sync(build_small_catalogue(packs={}))
    assert account.fake.find(made.id)["active"] is True


def test_a_checkup_finds_prices_that_are_not_there_or_of_another_amount(account: Account) -> None:
    provider = StripeProvider.from_key(KEY, account.url)
    assert len(check_catalogue(provider, build_small_catalogue()).missing) == 3
    account.sync()
    assert check_catalogue(provider, build_small_catalogue()).is_ok
    for one in account.fake.list_objects("billing_portal.configuration"):
        connect(KEY, account.url).v1.billing_portal.configurations.update(one["id"], {"active": False})
    assert (
        check_catalogue(provider, build_small_catalogue()).is_ok,
        check_catalogue(provider, build_small_catalogue()).currencies_without_portal,
    ) == (
        False,
        ("brl",),
    )
    found = check_catalogue(provider, build_small_catalogue(packs={"500": DEARER}))
    assert (found.is_ok, found.missing, found.mismatched) == (False, (), ("rabisco_pack_500_brl",))


@dataclass
class Terminal:
    """The command line in this process, with this account's settings and no others."""

    account: Account
    environment: pytest.MonkeyPatch
    screen: pytest.CaptureFixture[str]

    def sync(self, *options: str, **settings: str) -> tuple[int, str]:
        """The exit code and all that was said."""
        named = {"STRIPE_SECRET_KEY": KEY, "PUBLIC_URL": "https://films.example.com/"} | settings
        for name, value in {"STRIPE_API_URL": self.account.url, **named}.items():
            self.environment.setenv(name, value)
        status = run(["stripe", "sync", *options])
        return status, "".join(self.screen.readouterr())

    def doctor(self, key: str = KEY) -> Finding:
        found = run_checks(Settings(stripe_secret_key=SecretStr(key), stripe_api_url=self.account.url))
        return next(finding for finding in found if finding.name == "stripe")


@pytest.fixture
def terminal(
    account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Terminal]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CATALOGUE", raising=False)
    yield Terminal(account, monkeypatch, capsys)
    structlog.reset_defaults()


def test_the_command_makes_everything_once_after_a_dry_run_that_made_nothing(terminal: Terminal) -> None:
    status, dry = terminal.sync("--dry-run")
    assert (status, terminal.account.writes()) == (0, 0)
    assert "would create price rabisco_pack_500_brl: 75.00 BRL" in dry
    assert "nothing was done" in dry
    assert "changes made" in terminal.sync()[1]
    assert terminal.sync() == (0, "Stripe, test mode:\nEverything is as the price file says.\n")


def test_the_command_makes_our_webhook_and_tells_its_secret_and_where_it_goes(terminal: Terminal) -> None:
    said = terminal.sync()[1]
    (endpoint,) = terminal.account.fake.list_objects("webhook_endpoint")
    assert endpoint["url"] == WEBHOOK
    assert f"\nSTRIPE_WEBHOOK_SECRET={terminal.account.fake.secrets[endpoint['id']]}\n" in said
    assert KEY not in said


@pytest.mark.parametrize(
    ("options", "pack", "plan"),
    [
        ((), "2.000 créditos", "Plano Pro: 500 créditos a cada mês"),
        (("--language", "en"), "2,000 credits", "Pro: 500 credits each month"),
    ],
)
def test_customers_read_the_names_of_things_in_the_language_the_operator_chose(
    terminal: Terminal, options: tuple[str, ...], pack: str, plan: str
) -> None:
    terminal.sync(*options)
    find = terminal.account.fake.find
    assert (find("rabisco_pack_2000")["name"], find("rabisco_plan_pro")["name"]) == (pack, plan)


def test_the_command_prints_the_payment_links_there_are(terminal: Terminal) -> None:
    first, second = (terminal.sync("--payment-links")[1] for _ in range(2))
    urls = {link["url"] for link in terminal.account.fake.list_objects("payment_link")}
    assert len(urls) == 21
    assert all(url in first and url in second for url in urls)


@pytest.mark.parametrize(
    ("options", "settings", "said"),
    [
        ((), {"STRIPE_SECRET_KEY": ""}, "STRIPE_SECRET_KEY"),
        ((), {"STRIPE_SECRET_KEY": "sk_test_wrong1"}, "Stripe does not know the key: check STRIPE_SECRET_KEY"),
        (("--language", "tlh"), {}, "--language takes one of en, pt-BR, es"),
    ],
)
def test_the_command_says_in_one_line_what_keeps_it_from_working(
    terminal: Terminal, options: tuple[str, ...], settings: dict[str, str], said: str
) -> None:
    status, text = terminal.sync(*options, **settings)
    assert status == 2
    assert said in text.splitlines()[-1]
    assert text.splitlines()[-1].startswith("error: USAGE: ")
    assert "sk_test_wrong1" not in text


def test_without_an_address_the_command_says_that_there_is_no_webhook(terminal: Terminal) -> None:
    assert "PUBLIC_URL is not set" in terminal.sync("--dry-run", PUBLIC_URL="")[1]


def test_the_doctor_looks_at_the_key_and_at_the_prices(terminal: Terminal) -> None:
    assert terminal.doctor() == Finding(
        "stripe", is_ok=False, message="21 of 21 prices differ; run: rabisco stripe sync"
    )
    terminal.sync()
    assert terminal.doctor() == Finding("stripe", is_ok=True, message="test mode, all 21 prices are there")
    for one in terminal.account.fake.list_objects("billing_portal.configuration"):
        connect(KEY, terminal.account.url).v1.billing_portal.configurations.update(one["id"], {"active": False})
    unchangeable = "plans in brl, eur, usd cannot be changed in the customer portal; run: rabisco stripe sync"
    assert terminal.doctor() == Finding("stripe", is_ok=False, message=unchangeable)
    lost = terminal.doctor("sk_test_wrong1")
    assert (lost.is_ok, "STRIPE_SECRET_KEY" in lost.message, "wrong1" in lost.message) == (False, True, False)
