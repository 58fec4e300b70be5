"""Who has proved an address has what its customer pays for, for thirty days."""

import uuid

from fakes.concurrency import run_concurrently
from fakes.sample_customers import SampleCustomer, create_customer
from fakes.world.billing import MemoryBilling
from sqlmodel import select

from bots.core.context import reply_for
from models.billing.payments import Customer as Payer
from models.identity.codes import Audit, EmailLink
from models.identity.people import Person
from storage.billing import customers, ledger
from storage.messaging import outbox
from storage.messaging.outbox import OutboxMessage

EMAIL = "ana@example.com"


def proved(market: MemoryBilling, email: str = EMAIL, customer: SampleCustomer | None = None) -> uuid.UUID:
    """An address somebody has just proved, as the conversation leaves it."""
    who = customer or market.customer
    with market.db.transaction() as session:
        now = market.clock()
        row = EmailLink(
            tenant_id=who.person.tenant_id,
            person_id=who.person.id,
            address_id=who.address.id,
            email=email,
            created_at=now,
            proved_at=now,
            run_after=now,
        )
        session.add(row)
        session.flush()
        owed = OutboxMessage(reply_for("email-searching").message, f"email:{row.id}", "search")
        row.delivery_id = outbox.enqueue(session, who.address, who.person.id, owed, now)
    return row.id


def search(market: MemoryBilling, link_id: uuid.UUID) -> None:
    market.workers.customer_search.search(link_id)


def row_of(market: MemoryBilling, link_id: uuid.UUID) -> EmailLink:
    with market.db.read_transaction() as session:
        return session.get_one(EmailLink, link_id)


def plan_of(market: MemoryBilling, customer: SampleCustomer) -> str:
    with market.db.read_transaction() as session:
        return session.get_one(Person, customer.person.id).plan


def credits_of(market: MemoryBilling, customer: SampleCustomer) -> int:
    with market.db.transaction() as session:
        return ledger.balance_of(session, customer.person, market.clock()).available


def choose(market: MemoryBilling, link_id: uuid.UUID, place: int) -> None:
    with market.db.transaction() as session:
        row = session.get_one(EmailLink, link_id)
        row.chosen, row.run_after = row.customers[place], market.clock()
    search(market, link_id)


def test_a_plan_bought_elsewhere_is_here_with_its_credits(market: MemoryBilling) -> None:
    market.provider.create_external_subscription(EMAIL)
    link = proved(market)
    search(market, link)
    assert plan_of(market, market.customer) == "pro"
    assert market.get_credits().available == 500
    assert any("Your plan here is Pro" in text for text in market.list_texts())
    assert (row_of(market, link).email, row_of(market, link).settled_at) == (None, market.clock())
    with market.db.read_transaction() as session:
        payer = session.exec(select(Payer)).one()
        assert payer.linked_until == market.clock() + customers.LINK_LIFETIME
        assert [note.action for note in session.exec(select(Audit))] == ["email-link"]
        assert "example" not in str([note.model_dump() for note in session.exec(select(Audit))])


def test_an_address_nobody_paid_with_is_told_and_forgotten(market: MemoryBilling) -> None:
    link = proved(market)
    search(market, link)
    assert "Nothing was paid with that address" in market.list_texts()[-1]
    assert row_of(market, link).email is None
    assert plan_of(market, market.customer) == "free"


def test_a_search_asked_for_many_times_at_once_is_one(market: MemoryBilling) -> None:
    market.provider.create_external_subscription(EMAIL)
    link = proved(market)
    run_concurrently([lambda: search(market, link)] * 12)
    assert market.get_credits().available == 500
    assert market.provider.calls["customers_by_email"] == 1
    with market.db.read_transaction() as session:
        assert len(session.exec(select(Audit)).all()) == 1


def test_while_the_provider_is_away_the_search_waits_and_then_goes_on(market: MemoryBilling) -> None:
    market.provider.create_external_subscription(EMAIL)
    link, market.provider.is_away = proved(market), True
    search(market, link)
    assert "can't look up payments just now" in market.list_texts()[-1]
    market.provider.is_away = False
    market.workers.customer_search.sweep()
    assert plan_of(market, market.customer) == "free"
    market.clock.advance(minutes=1)
    market.workers.customer_search.sweep()
    assert plan_of(market, market.customer) == "pro"


def test_a_search_of_a_process_that_died_is_swept_up(market: MemoryBilling) -> None:
    market.provider.create_external_subscription(EMAIL)
    proved(market)
    market.workers.customer_search.sweep()
    assert plan_of(market, market.customer) == "pro"


def test_of_several_customers_with_one_address_the_person_says_which(market: MemoryBilling) -> None:
    market.provider.create_external_subscription(EMAIL, "plan:starter")
    market.provider.create_external_subscription(EMAIL, "plan:pro")
    market.provider.emails[EMAIL].append("cus_without")
    link = proved(market)
    search(market, link)
    assert plan_of(market, market.customer) == "free"
    offered = [button.data for row in market.get_last_message().choices for button in row]
    assert offered == [f"customer:{link.hex}:{place}" for place in range(3)]
    assert all(len(data) <= 64 for data in offered)
    assert row_of(market, link).email is None
    choose(market, link, 1)
    assert plan_of(market, market.customer) == "pro"
    assert market.get_credits().available == 500


def test_a_customer_without_a_plan_is_linked_all_the_same(market: MemoryBilling) -> None:
    market.provider.emails[EMAIL] = ["cus_without"]
    search(market, proved(market))
    assert "There's no plan running" in market.list_texts()[-1]


def test_after_thirty_days_the_plan_is_over_until_the_address_is_proved_again(market: MemoryBilling) -> None:
    subscription = market.provider.create_external_subscription(EMAIL)
    search(market, proved(market))
    market.clock.advance(days=29, hours=23)
    market.workers.customer_search.sweep()
    assert plan_of(market, market.customer) == "pro"
    market.clock.advance(hours=1)
    market.workers.customer_search.sweep()
    market.workers.customer_search.sweep()
    assert plan_of(market, market.customer) == "free"
    assert [text for text in market.list_texts() if "Thirty days have passed" in text] == [market.list_texts()[-1]]
    market.provider.renew_subscription(subscription)
    market.deliver_events(market.list_unprocessed_events())
    assert (plan_of(market, market.customer), market.get_credits().available) == ("free", 0)
    search(market, proved(market))
    assert (plan_of(market, market.customer), market.get_credits().available) == ("pro", 500)


def test_what_somebody_pays_here_is_lent_without_its_credits_and_stays_theirs(market: MemoryBilling) -> None:
    market.buy("plan:pro")
    bia = create_customer(market.db, "bia")
    customer = market.provider.sessions["cs_1"].customer
    market.provider.emails[EMAIL] = [str(customer)]
    search(market, proved(market, customer=bia))
    assert (plan_of(market, bia), credits_of(market, bia)) == ("pro", 0)
    assert (plan_of(market, market.customer), market.get_credits().available) == ("pro", 500)
    market.clock.advance(days=31)
    market.workers.customer_search.sweep()
    assert (plan_of(market, bia), plan_of(market, market.customer)) == ("free", "pro")


def test_who_pays_here_needs_no_code_and_loses_nothing_by_one(market: MemoryBilling) -> None:
    market.buy("plan:pro")
    market.provider.emails[EMAIL] = [str(market.provider.sessions["cs_1"].customer)]
    search(market, proved(market))
    market.clock.advance(days=31)
    market.workers.customer_search.sweep()
    assert plan_of(market, market.customer) == "pro"


def test_an_address_nobody_proves_is_forgotten_after_ten_minutes(market: MemoryBilling) -> None:
    link = proved(market)
    with market.db.transaction() as session:
        session.get_one(EmailLink, link).proved_at = None
    market.workers.customer_search.sweep()
    assert row_of(market, link).email == EMAIL
    market.clock.advance(minutes=10)
    market.workers.customer_search.sweep()
    assert row_of(market, link).email is None
    assert "customers_by_email" not in market.provider.calls
