"""Each tenant's customers pay into the tenant's own Stripe account, and nobody else's books move."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fakes.clock import SettableClock
from fakes.sample_customers import SampleCustomer, create_customer
from fakes.small_catalogue import build_small_catalogue
from fakes.stripe_api import FakeStripe
from fakes.stripe_api.multi_account import create_multi_account_app
from fakes.telegram_api import serve_app
from pydantic import SecretStr

from bots.billing.stripe.client import connect
from bots.billing.stripe.sync import CatalogueSync, SyncTarget
from bots.billing.tenants.keys import TenantKeys
from bots.billing.tenants.stores import StoreChanges, StripeKeys, TenantStores, open_stores, reload_stores
from bots.cli import run
from models.billing.payments import Provider, Purchase, PurchaseStatus
from models.columns import generate_id
from models.identity.people import Account, Person
from models.settings import Settings
from pipeline.jobs.entitlements import Entitlements
from storage.billing import ledger
from storage.db import Database
from storage.encryption import DecryptionError
from storage.identity import account_secrets, people
from storage.migrate import upgrade

SECRET = b"a secret of the operator's"
OURS, THEIRS = "sk_test_theOperatorsOwnKey", "sk_test_theKeyOfTheBakery"
PAGE = "https://films.example.com"
SHELF = build_small_catalogue()
FREE = 10  # what everybody has


@dataclass
class Town:
    """The operator and a bakery, each with a Stripe account."""

    database: Database
    ours: FakeStripe
    theirs: FakeStripe
    url: str
    ana: SampleCustomer  # the operator's
    bia: SampleCustomer  # the bakery's

    def settings(self) -> Settings:
        return Settings(_env_file=None, stripe_secret_key=SecretStr(OURS), stripe_api_url=self.url, public_url=PAGE)

    def shops(self) -> TenantStores:
        return open_stores(self.database, Entitlements(SHELF), SECRET, self.settings())

    def connect(self) -> None:
        found = TenantKeys.for_tenant(self.database, SECRET, "bakery")
        assert found is not None
        found.save(StripeKeys(THEIRS, ("whsec_one", "whsec_two")))

    def buys(self, customer: SampleCustomer, shops: TenantStores) -> None:
        """A pack, from the wish to the credits."""
        till = shops.by_tenant[customer.person.tenant_id].billing
        purchase = self._wishes(customer)
        till.create_link(purchase.id)
        with self.database.read_transaction() as session:
            name = str(session.get_one(Purchase, purchase.id).external_id)
        stripe = self.ours if name in {one["id"] for one in self.ours.list_objects("checkout.session")} else self.theirs
        stripe.pay(name, "card", email="somebody@example.com")
        till.settle_checkout(name)

    def credits(self, customer: SampleCustomer) -> int:
        with self.database.transaction() as session:
            person = session.get_one(Person, customer.person.id)
            return ledger.balance_of(session, person, self.database.clock()).available

    def _wishes(self, customer: SampleCustomer) -> Purchase:
        purchase = Purchase(
            id=generate_id(),
            tenant_id=customer.person.tenant_id,
            person_id=customer.person.id,
            address_id=customer.address.id,
            provider=Provider.STRIPE,
            item="pack:500",
            currency="brl",
            amount=7_500,
            status=PurchaseStatus.REQUESTED,
        )
        with self.database.transaction() as session:
            session.add(purchase)
        return purchase


@pytest.fixture
def town(database: Database, clock: SettableClock) -> Iterator[Town]:
    ours, theirs = FakeStripe(clock, OURS), FakeStripe(clock, THEIRS)
    with serve_app(create_multi_account_app(ours, theirs)) as url:
        for key in (OURS, THEIRS):
            _sell(url, key)
        yield Town(
            database, ours, theirs, url, create_customer(database), create_customer(database, "bia", tenant="bakery")
        )
    ours.assert_supported()
    theirs.assert_supported()


def _sell(url: str, key: str) -> None:
    CatalogueSync(connect(key, url), SyncTarget(SHELF, lambda item: item.name), lambda _line: None).run()


def test_each_tenants_customers_pay_into_its_own_account(town: Town) -> None:
    town.connect()
    shops = town.shops()
    town.buys(town.ana, shops)
    town.buys(town.bia, shops)
    assert len(town.ours.list_objects("payment_intent")) == len(town.theirs.list_objects("payment_intent")) == 1
    assert (town.credits(town.ana), town.credits(town.bia)) == (500 + FREE, 500 + FREE)


def test_a_tenant_without_keys_sells_nothing_and_never_through_the_operators_account(town: Town) -> None:
    shops = town.shops()
    assert set(shops.by_tenant) == {town.ana.person.tenant_id}
    assert set(shops.by_name) == {""}


def test_one_tenants_till_does_not_touch_anothers_purchase(town: Town) -> None:
    town.connect()
    purchase = town._wishes(town.bia)
    town.shops().by_tenant[town.ana.person.tenant_id].billing.create_link(purchase.id)
    assert town.ours.list_objects("checkout.session") == []


def test_the_news_of_a_tenant_come_under_its_accounts_id_signed_with_its_secrets(town: Town) -> None:
    town.connect()
    account = _account(town)
    shop = town.shops().by_name[str(account.id)]
    assert shop.billing.context.tenant_id == town.bia.person.tenant_id
    assert shop.verifier is not None
    assert shop.verifier.secrets == ("whsec_one", "whsec_two")
    assert shop.billing.context.has_webhook


def test_keys_lie_sealed_and_open_for_their_own_account_and_secret_alone(town: Town) -> None:
    town.connect()
    account = _account(town)
    assert THEIRS.encode() not in (account.secrets or b"")
    assert account_secrets.read(SECRET, account)["secret_key"] == THEIRS
    with pytest.raises(DecryptionError):
        account_secrets.read(b"another secret", account)
    moved = Account(tenant_id=account.tenant_id, channel="stripe", name="copy", secrets=account.secrets)
    with pytest.raises(DecryptionError):
        account_secrets.read(SECRET, moved)


def test_keys_that_cannot_be_opened_any_more_close_that_shop_alone(town: Town) -> None:
    town.connect()
    shops = open_stores(town.database, Entitlements(SHELF), b"a new secret", town.settings())
    assert set(shops.by_tenant) == {town.ana.person.tenant_id}


def restocked(town: Town, shops: TenantStores) -> StoreChanges:
    return reload_stores(shops, town.database, Entitlements(SHELF), SECRET, town.settings())


def test_a_shop_whose_keys_came_later_is_opened_while_the_process_runs(town: Town) -> None:
    shops = town.shops()
    town.connect()
    change = restocked(town, shops)
    assert [shop.billing.context.tenant_id for shop in change.opened_stores] == [town.bia.person.tenant_id]
    town.buys(town.bia, shops)
    assert town.credits(town.bia) == 500 + FREE
    assert restocked(town, shops) == StoreChanges()


def test_keys_that_were_replaced_open_the_shop_anew_and_close_the_one_before(town: Town) -> None:
    town.connect()
    shops = town.shops()
    before = shops.by_tenant[town.bia.person.tenant_id]
    TenantKeys(town.database, SECRET, _account(town)).save(StripeKeys(THEIRS, ("whsec_three",)))
    change = restocked(town, shops)
    assert change.closed_stores == (before,)
    shop = shops.by_name[str(_account(town).id)]
    assert shop.verifier is not None
    assert shop.verifier.secrets == ("whsec_three",)


def test_keys_that_are_gone_close_the_shop_and_the_operators_stays(town: Town) -> None:
    town.connect()
    shops = town.shops()
    with town.database.transaction() as session:
        session.get_one(Account, _account(town).id).secrets = None
    assert len(restocked(town, shops).closed_stores) == 1
    assert set(shops.by_name) == {""}
    assert set(shops.by_tenant) == {town.ana.person.tenant_id}


def _account(town: Town) -> Account:
    with town.database.read_transaction() as session:
        (account,) = people.list_accounts_on(session, Provider.STRIPE)
        return account


@pytest.fixture
def bakery(tmp_path: Path, clock: SettableClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeStripe]:
    """A machine with a tenant called bakery; its Stripe account is empty."""
    fake = FakeStripe(clock, THEIRS)
    with fake.serve() as url:
        monkeypatch.chdir(tmp_path)
        for name in [name for name in os.environ if name.startswith(("STRIPE", "RABISCO"))]:
            monkeypatch.delenv(name)
        told = {"DATA_DIR": str(tmp_path), "STRIPE_API_URL": url, "PUBLIC_URL": PAGE, "SECRET_KEY": SECRET.decode()}
        for name, value in told.items():
            monkeypatch.setenv(name, value)
        db = Database(Settings().resolved_database_url)
        upgrade(db)
        with db.transaction() as session:
            people.get_or_create_tenant(session, "bakery")
        db.close()
        yield fake


def test_a_key_typed_once_makes_everything_at_the_tenants_stripe_and_is_never_shown(
    bakery: FakeStripe, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    key = tmp_path / "key.txt"
    key.write_text(f"{THEIRS}\n")
    with key.open() as typed:
        monkeypatch.setattr("sys.stdin", typed)
        assert run(["stripe", "connect", "bakery"]) == 0
    db = Database(Settings().resolved_database_url)
    found = TenantKeys.for_tenant(db, SECRET, "bakery")
    db.close()
    assert found is not None
    kept = found.read()
    assert kept is not None
    (endpoint,) = bakery.list_objects("webhook_endpoint")
    assert endpoint["url"] == f"{PAGE}/stripe/webhook/{found.account.id}"
    assert (kept.secret_key, kept.webhook_secrets) == (THEIRS, (bakery.secrets[endpoint["id"]],))
    assert len(bakery.list_objects("price")) == 21
    said = "".join(capsys.readouterr())
    assert THEIRS not in said
    assert kept.webhook_secrets[0] not in said
    assert run(["stripe", "sync", "--tenant", "bakery"]) == 0
    assert "Everything is as the price file says." in capsys.readouterr().out


@pytest.mark.parametrize("name", ["nobody", "main"])
def test_there_is_nothing_to_connect_for_a_business_there_is_not_and_for_the_operators_own(
    bakery: FakeStripe, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["stripe", "sync", "--tenant", name]) == 2
    assert f"there is no business called {name}" in capsys.readouterr().err
    assert bakery.calls == []
