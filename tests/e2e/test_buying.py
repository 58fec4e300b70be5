"""Out of credits, a link, money, credits unasked, the next film: the whole product and the Stripe double."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes.all_channels import CHANNELS, AllChannels, run_all_channels
from fakes.app_process import SALES_CATALOGUE, write_catalogue
from fakes.clock import SettableClock
from fakes.film_probe import probe_film
from fakes.secret_leaks import SECRET_SETTINGS, WrittenOutput, build_smtp_url, list_secrets
from fakes.simulated_users import SimulatedTelegramUser, SimulatedUser, create_photograph
from fakes.stripe_api import KEY, FakeStripe
from fakes.telegram_api import TOKEN, StarsCharge
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


@pytest.fixture(scope="module")
def premises(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[AllChannels, FakeStripe]]:
    """The product with every secret there is. When it has ended, none may stand in what it printed or has kept."""
    folder = tmp_path_factory.mktemp("product")
    prices = write_catalogue(folder, 1)
    prices.write_text(SALES_CATALOGUE + prices.read_text())
    with stripe_with_prices() as (stripe, stripe_url):
        shop = {"CATALOGUE": str(prices), "STRIPE_SECRET_KEY": KEY, "STRIPE_API_URL": stripe_url}
        settings = SECRET_SETTINGS | {"SMTP_URL": build_smtp_url()} | shop
        with run_all_channels(folder, settings) as channels:
            yield channels, stripe
    assert channels.app.process is not None
    kept = {path.name: path.read_bytes().decode("latin-1") for path in (folder / "data").glob("*.db*")}
    assert kept
    written = WrittenOutput(kept | {"output": "".join(channels.app.process.output)})
    assert written.find_secrets(list_secrets({**settings, "TELEGRAM_BOT_TOKEN": TOKEN})) == []


@pytest.fixture(params=CHANNELS)
def market(
    request: pytest.FixtureRequest, premises: tuple[AllChannels, FakeStripe], tmp_path: Path
) -> Iterator[Market]:
    channels, stripe = premises
    with channels.open_chat(request.param, "en", tmp_path) as visitor:
        yield Market(visitor, stripe)


def test_somebody_runs_out_pays_and_goes_on(market: Market, tmp_path: Path) -> None:
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


def test_somebody_runs_out_pays_with_stars_and_goes_on(
    premises: tuple[AllChannels, FakeStripe], tmp_path: Path
) -> None:
    fake = premises[0].telegram
    person = fake.get_person(300)
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
