"""Out of credits, a link, money, credits unasked, the next film: the whole product and the Stripe double."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes.app_process import SALES_CATALOGUE, AppProcess, run_app, write_catalogue
from fakes.browser import find_chromium, open_page
from fakes.clock import SettableClock
from fakes.film_probe import probe_film
from fakes.secret_leaks import SECRET_SETTINGS, WrittenOutput, build_smtp_url, list_secrets
from fakes.simulated_users import SimulatedPageUser, SimulatedTelegramUser, SimulatedUser, create_photograph
from fakes.stripe_api import KEY, FakeStripe
from fakes.telegram_api import TOKEN, FakeTelegram, StarsCharge, serve_app
from fakes.whatsapp.app_process import run_whatsapp_app
from fakes.whatsapp.simulated_user import SimulatedWhatsAppUser
from stripe import StripeClient

from models.billing.item_names import build_lookup_key


@dataclass
class Market:
    """Somebody with a messenger in hand, and the Stripe their money goes through."""

    visitor: SimulatedUser
    stripe: FakeStripe

    def pays(self, amount: str) -> None:
        """Press the button with the link, and pay at the page it leads to."""
        link = self.visitor.wait_for_link(f"💳 Pay {amount}")
        session = next(one["id"] for one in self.stripe.list_objects("checkout.session") if one["url"] == link)
        self.stripe.pay(session, "card", email="ana@example.com")


@contextmanager
def stripe_with_prices() -> Iterator[tuple[FakeStripe, str]]:
    stripe = FakeStripe(SettableClock(datetime.now(UTC)))
    with stripe.serve() as url:
        client = StripeClient(KEY, base_addresses={"api": url})
        product = client.v1.products.create({"name": "2 credits"})
        key = build_lookup_key("pack:2", "usd")
        about = {"product": product.id, "unit_amount": 400, "currency": "usd", "lookup_key": key}
        client.v1.prices.create(about)  # type: ignore[arg-type]
        yield stripe, url


@contextmanager
def discreet(folder: Path, settings: dict[str, str]) -> Iterator[AppProcess]:
    """The product with every secret there is. When it has ended, none may stand in what it printed or has kept."""
    whole = SECRET_SETTINGS | {"SMTP_URL": build_smtp_url()} | settings
    with run_app(folder, whole) as product:
        yield product
    kept = {path.name: path.read_bytes().decode("latin-1") for path in (folder / "data").glob("*.db*")}
    assert kept
    assert WrittenOutput(kept | {"output": "".join(product.output)}).find_secrets(list_secrets(whole)) == []


@pytest.fixture
def telegram_market(tmp_path: Path) -> Iterator[Market]:
    fake = FakeTelegram()
    with stripe_with_prices() as (stripe, stripe_url), serve_app(fake.app) as address:
        settings = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": address, **selling(tmp_path, stripe_url)}
        with discreet(tmp_path, settings) as product:
            product.wait_for_address()
            yield Market(SimulatedTelegramUser(fake.get_person(4711), fake.wait_until), stripe)


@pytest.fixture
def page_market(tmp_path: Path) -> Iterator[Market]:
    if find_chromium() is None:
        pytest.skip("there is no Chromium on this machine")
    with (
        stripe_with_prices() as (stripe, stripe_url),
        discreet(tmp_path, selling(tmp_path, stripe_url)) as product,
        open_page(product.wait_for_address(), language="en", timeout=90) as page,
    ):
        yield Market(SimulatedPageUser(page, tmp_path), stripe)


@pytest.fixture
def whatsapp_market(tmp_path: Path) -> Iterator[Market]:
    with (
        stripe_with_prices() as (stripe, stripe_url),
        run_whatsapp_app(tmp_path, selling(tmp_path, stripe_url)) as premises,
    ):
        yield Market(SimulatedWhatsAppUser(premises.fake.get_person("14155550123")), stripe)


def selling(folder: Path, stripe_url: str) -> dict[str, str]:
    prices = write_catalogue(folder, 1)
    prices.write_text(SALES_CATALOGUE + prices.read_text())
    return {"CATALOGUE": str(prices), "STRIPE_SECRET_KEY": KEY, "STRIPE_API_URL": stripe_url}


@pytest.mark.parametrize("channel", ["telegram_market", "page_market", "whatsapp_market"])
def test_somebody_runs_out_pays_and_goes_on(channel: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    market: Market = request.getfixturevalue(channel)
    visitor = market.visitor
    visitor.send_text("/start")
    uses_the_free_credit(visitor, tmp_path)
    is_shown_the_shop(visitor)
    visitor.press_button("💎 2 credits · $4.00")
    market.pays("$4.00")
    visitor.wait_for_text("2 credits are here")  # unasked
    visitor.send_pictures(create_photograph(3))
    assert probe_film(visitor.save_film(2, tmp_path / "second.mp4")).seconds == 6
    visitor.send_text("/balance")
    visitor.wait_for_text("You have 1 credit")


def test_somebody_runs_out_pays_with_stars_and_goes_on(tmp_path: Path) -> None:
    fake = FakeTelegram()
    with serve_app(fake.app) as address:
        prices = write_catalogue(tmp_path, 1)
        prices.write_text(SALES_CATALOGUE + prices.read_text())
        settings = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": address, "CATALOGUE": str(prices)}
        with discreet(tmp_path, settings) as product:
            product.wait_for_address()
            person = fake.get_person(4711)
            visitor = SimulatedTelegramUser(person, fake.wait_until)
            visitor.send_text("/start")
            uses_the_free_credit(visitor, tmp_path)
            is_shown_the_shop(visitor)
            visitor.press_button("⭐ 2 credits · 300 Stars")
            fake.wait_until(lambda: person.chat.messages[-1].kind == "invoice")
            assert isinstance(person.pay_invoice(person.chat.messages[-1]), StarsCharge)
            visitor.wait_for_text("Thank you! Here you are: 2 credits")
            visitor.send_pictures(create_photograph(3))
            assert probe_film(visitor.save_film(2, tmp_path / "second.mp4")).seconds == 6


def uses_the_free_credit(visitor: SimulatedUser, folder: Path) -> None:
    visitor.send_text("/settings")
    visitor.press_button("⏱️ Length of drawings: 10 s")
    visitor.press_button("6 s")
    visitor.wait_for_text("Length of drawings: 6 s|Your films")
    visitor.send_pictures(create_photograph(1))
    assert probe_film(visitor.save_film(1, folder / "first.mp4")).seconds == 6


def is_shown_the_shop(visitor: SimulatedUser) -> None:
    visitor.send_pictures(create_photograph(2))
    visitor.wait_for_text("You have no credits left, and this film costs 1")
    visitor.press_button("💎 Get credits")
    visitor.wait_for_text("Credits and plans")
