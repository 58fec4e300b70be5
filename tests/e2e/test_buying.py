"""Out of credits, a link, money, credits unasked, the next film: the whole product and the Stripe double."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes.browser import find_chromium, opened
from fakes.clock import SettableClock
from fakes.leaks import SETTINGS, Written, mail_url, told
from fakes.product import SHOP, Product, catalogue, running
from fakes.screenings import screened
from fakes.stripe_api import KEY, FakeStripe
from fakes.telegram_api import TOKEN, Charge, FakeTelegram, served
from fakes.visitors import PageVisitor, TelegramVisitor, Visitor, photograph
from fakes.whatsapp.premises import settled
from fakes.whatsapp.visitor import WhatsAppVisitor
from stripe import StripeClient

from models.billing.catalogue import build_lookup_key


@dataclass
class Market:
    """Somebody with a messenger in hand, and the Stripe their money goes through."""

    visitor: Visitor
    stripe: FakeStripe

    def pays(self, amount: str) -> None:
        """Press the button with the link, and pay at the page it leads to."""
        link = self.visitor.link(f"💳 Pay {amount}")
        session = next(one["id"] for one in self.stripe.all("checkout.session") if one["url"] == link)
        self.stripe.pay(session, "card", email="ana@example.com")


@contextmanager
def stripe_with_prices() -> Iterator[tuple[FakeStripe, str]]:
    stripe = FakeStripe(SettableClock(datetime.now(UTC)))
    with stripe.served() as url:
        client = StripeClient(KEY, base_addresses={"api": url})
        product = client.v1.products.create({"name": "2 credits"})
        key = build_lookup_key("pack:2", "usd")
        about = {"product": product.id, "unit_amount": 400, "currency": "usd", "lookup_key": key}
        client.v1.prices.create(about)  # type: ignore[arg-type]
        yield stripe, url


@contextmanager
def discreet(folder: Path, settings: dict[str, str]) -> Iterator[Product]:
    """The product with every secret there is. When it has ended, none may stand in what it printed or has kept."""
    whole = SETTINGS | {"SMTP_URL": mail_url()} | settings
    with running(folder, whole) as product:
        yield product
    kept = {path.name: path.read_bytes().decode("latin-1") for path in (folder / "data").glob("*.db*")}
    assert kept
    assert Written(kept | {"output": "".join(product.said)}).holding(told(whole)) == []


@pytest.fixture
def telegram_market(tmp_path: Path) -> Iterator[Market]:
    fake = FakeTelegram()
    with stripe_with_prices() as (stripe, stripe_url), served(fake.app) as address:
        settings = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": address, **selling(tmp_path, stripe_url)}
        with discreet(tmp_path, settings) as product:
            product.address()
            yield Market(TelegramVisitor(fake.person(4711), fake.wait_until), stripe)


@pytest.fixture
def page_market(tmp_path: Path) -> Iterator[Market]:
    if find_chromium() is None:
        pytest.skip("there is no Chromium on this machine")
    with (
        stripe_with_prices() as (stripe, stripe_url),
        discreet(tmp_path, selling(tmp_path, stripe_url)) as product,
        opened(product.address(), language="en", seconds=90) as page,
    ):
        yield Market(PageVisitor(page, tmp_path), stripe)


@pytest.fixture
def whatsapp_market(tmp_path: Path) -> Iterator[Market]:
    with stripe_with_prices() as (stripe, stripe_url), settled(tmp_path, selling(tmp_path, stripe_url)) as premises:
        yield Market(WhatsAppVisitor(premises.fake.person("14155550123")), stripe)


def selling(folder: Path, stripe_url: str) -> dict[str, str]:
    prices = catalogue(folder, 1)
    prices.write_text(SHOP + prices.read_text())
    return {"CATALOGUE": str(prices), "STRIPE_SECRET_KEY": KEY, "STRIPE_API_URL": stripe_url}


@pytest.mark.parametrize("channel", ["telegram_market", "page_market", "whatsapp_market"])
def test_somebody_runs_out_pays_and_goes_on(channel: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    market: Market = request.getfixturevalue(channel)
    visitor = market.visitor
    visitor.says("/start")
    uses_the_free_credit(visitor, tmp_path)
    is_shown_the_shop(visitor)
    visitor.presses("💎 2 credits · $4.00")
    market.pays("$4.00")
    visitor.sees("2 credits are here")  # unasked
    visitor.sends_pictures(photograph(3))
    assert screened(visitor.film(2, tmp_path / "second.mp4")).seconds == 6
    visitor.says("/balance")
    visitor.sees("You have 1 credit")


def test_somebody_runs_out_pays_with_stars_and_goes_on(tmp_path: Path) -> None:
    fake = FakeTelegram()
    with served(fake.app) as address:
        prices = catalogue(tmp_path, 1)
        prices.write_text(SHOP + prices.read_text())
        settings = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": address, "CATALOGUE": str(prices)}
        with discreet(tmp_path, settings) as product:
            product.address()
            person = fake.person(4711)
            visitor = TelegramVisitor(person, fake.wait_until)
            visitor.says("/start")
            uses_the_free_credit(visitor, tmp_path)
            is_shown_the_shop(visitor)
            visitor.presses("⭐ 2 credits · 300 Stars")
            fake.wait_until(lambda: person.chat.messages[-1].kind == "invoice")
            assert isinstance(person.pays(person.chat.messages[-1]), Charge)
            visitor.sees("Thank you! Here you are: 2 credits")
            visitor.sends_pictures(photograph(3))
            assert screened(visitor.film(2, tmp_path / "second.mp4")).seconds == 6


def uses_the_free_credit(visitor: Visitor, folder: Path) -> None:
    visitor.says("/settings")
    visitor.presses("⏱️ Length of drawings: 10 s")
    visitor.presses("6 s")
    visitor.sees("Length of drawings: 6 s|Your films")
    visitor.sends_pictures(photograph(1))
    assert screened(visitor.film(1, folder / "first.mp4")).seconds == 6


def is_shown_the_shop(visitor: Visitor) -> None:
    visitor.sends_pictures(photograph(2))
    visitor.sees("You have no credits left, and this film costs 1")
    visitor.presses("💎 Get credits")
    visitor.sees("Credits and plans")
