"""What is sold, and what happens when it is chosen."""

from datetime import timedelta

import pytest
from fakes.memory_channel import ChatMessage
from fakes.sample_customers import SampleCustomer, add_job
from fakes.stub_payment_links import StubPaymentLinks
from fakes.world.described_files import build_picture, build_video
from fakes.world.users import FakeUser
from fakes.world.world import World
from sqlmodel import Session, select

from models.billing.payments import Customer as Payer
from models.billing.payments import Provider, Purchase, PurchaseStatus, Subscription
from models.jobs.job import JobStatus
from storage.billing import clawback, ledger
from storage.billing.clawback import PaymentClaim
from storage.identity import people

BOTH = frozenset(Provider)
STRIPE = frozenset({Provider.STRIPE})


@pytest.fixture
def ana(house: World, till: StubPaymentLinks) -> FakeUser:
    return FakeUser(house, house.get_account("shop", providers=BOTH, payment_links=till))


def purchases(house: World) -> list[Purchase]:
    with house.db.read_transaction() as session:
        return list(session.exec(select(Purchase)))


def subscribe(house: World, somebody: FakeUser, plan: str = "starter", **values: object) -> None:
    person = somebody.person

    def change(session: Session) -> None:
        now = house.db.clock()
        about = {"tenant_id": person.tenant_id, "person_id": person.id}
        session.add(Payer(**about, external_id="cus_1"))
        fields = {"status": "active", "currency": "usd", "period_start": now, "period_end": now + timedelta(days=30)}
        session.add(
            Subscription(**about, external_id="sub_1", customer_id="cus_1", plan=plan, **(fields | values))  # type: ignore[arg-type]
        )
        session.get_one(type(person), person.id).plan = plan

    house.run_in_transaction(change)


@pytest.mark.parametrize(
    ("language", "pack", "plan"),
    [
        ("en", "💎 100 credits · $4.00", "📅 Starter: 100 credits a month · $4.00"),
        ("pt-br", "💎 100 créditos · R$\xa020,00", "📅 Starter: 100 créditos por mês · R$\xa019,00"),
        ("es", "💎 100 créditos · 4,00\xa0€", "📅 Starter: 100 créditos al mes · 4,00\xa0€"),
    ],
)
async def test_what_is_sold_is_shown_with_its_price_in_the_persons_currency(
    ana: FakeUser, language: str, pack: str, plan: str
) -> None:
    ana.language = language
    labels = (await ana.send_text("/plans")).labels
    assert {pack, plan} <= set(labels)
    assert any(label.startswith("⭐ 100 ") and label.endswith("300 Stars") for label in labels)


async def test_the_plan_somebody_has_is_marked(house: World, ana: FakeUser) -> None:
    await ana.send_text("/start")
    subscribe(house, ana)
    shown = await ana.send_text("/plans")
    assert "Your plan: Starter." in shown.text
    assert [label for label in shown.labels if label.startswith("✅")] == ["✅ Starter: 100 credits a month · $4.00"]


async def test_where_nothing_is_sold_there_are_no_buttons(house: World) -> None:
    nobody = FakeUser(house, house.get_account())
    assert (await nobody.send_text("/plans")).labels == []
    assert "Nothing is sold here" in nobody.last_message.text
    assert (await nobody.choose("buy:pack:100")).text == nobody.last_message.text
    assert (await nobody.send_text("/balance")).labels == []


async def test_stars_are_not_offered_where_there_are_none(house: World, till: StubPaymentLinks) -> None:
    bia = FakeUser(house, house.get_account("page", providers=STRIPE, payment_links=till), id="8")
    assert not any("Stars" in label for label in (await bia.send_text("/plans")).labels)
    assert "isn't sold any more" in (await bia.choose("star:pack:100")).text
    assert purchases(house) == []


async def test_a_pressed_pack_becomes_a_link_in_the_message_that_promised_it(house: World, ana: FakeUser) -> None:
    menu = await ana.send_text("/plans")
    link = await ana.choose(menu.get_choice_data("💎 100 credits"), menu)
    assert [edit.text.text for edit in link.edits] == [link.text]
    (purchase,) = purchases(house)
    assert [choice.url for choice in link.choices] == [f"https://pay.test/{purchase.id}"]
    assert link.labels == ["💳 Pay $4.00"]
    assert (purchase.item, purchase.currency, purchase.amount) == ("pack:100", "usd", 400)
    assert purchase.address_id is not None


async def test_the_same_button_pressed_again_brings_the_same_link_until_it_ends(house: World, ana: FakeUser) -> None:
    first = await ana.choose("buy:pack:100")
    again = await ana.choose("buy:pack:100")
    assert [choice.url for choice in again.choices] == [choice.url for choice in first.choices]
    house.clock.advance(3601)
    later = await ana.choose("buy:pack:100")
    assert [choice.url for choice in later.choices] != [choice.url for choice in first.choices]
    assert len(purchases(house)) == 2


async def test_a_link_that_is_still_being_made_is_asked_for_again(
    house: World, ana: FakeUser, till: StubPaymentLinks
) -> None:
    till.is_away = True
    promise = await ana.choose("buy:pack:100")
    assert "preparing" in promise.text
    assert "still preparing" in (await ana.choose("buy:pack:100")).text
    till.is_away = False
    await ana.choose("buy:pack:100")
    assert promise.labels == ["💳 Pay $4.00"]
    assert len(purchases(house)) == 1


async def test_another_thing_or_another_currency_is_another_purchase(house: World, ana: FakeUser) -> None:
    await ana.choose("buy:pack:100")
    await ana.choose("buy:pack:500")
    ana.language = "pt-br"
    await ana.choose("buy:pack:100")
    found = {(purchase.item, purchase.currency) for purchase in purchases(house)}
    assert found == {("pack:100", "usd"), ("pack:500", "usd"), ("pack:100", "brl")}


@pytest.mark.parametrize(
    "data", ["buy:", "buy:pack:7", "buy:plan:free", "buy:plan:owner", "star:plan:starter", "buy:x" * 9]
)
async def test_what_is_not_sold_is_answered_with_what_is(house: World, ana: FakeUser, data: str) -> None:
    shown = await ana.choose(data)
    assert "isn't sold any more" in shown.text
    assert shown.labels
    assert purchases(house) == []


async def test_a_second_plan_is_a_change_of_the_first(house: World, ana: FakeUser) -> None:
    await ana.send_text("/start")
    subscribe(house, ana)
    shown = await ana.choose("buy:plan:pro")
    assert "You already have a plan" in shown.text
    assert [choice.data for choice in shown.choices] == ["billing"]
    assert purchases(house) == []


@pytest.mark.parametrize(
    "said",
    ["/plans", "/balance", "/billing", "/redeem ABC", "/gift 5", "/invite", "plans", "buy:pack:100", "star:pack:100"],
)
async def test_in_a_group_money_is_not_spoken_of(house: World, ana: FakeUser, said: str) -> None:
    ana.chat, ana.in_group = "team", True
    shown = await (ana.send_text(said) if said.startswith("/") else ana.choose(said))
    assert shown.text == "Let's talk about credits in private: write to me in a chat of our own."
    assert shown.labels == []
    assert purchases(house) == []


async def runs_out(somebody: FakeUser) -> ChatMessage:
    """What the chat shows when the ten credits of the month are used up."""
    for _ in range(3):
        await somebody.send_files(build_video(seconds=290))
        somebody.world.run_job()
    return await somebody.send_files(build_video(seconds=290))


async def test_who_runs_out_is_shown_the_way_into_the_shop(ana: FakeUser) -> None:
    refused = await runs_out(ana)
    assert "You have 1 credit left, and this film costs 3" in refused.text
    assert [choice.data for choice in refused.choices] == ["plans"]
    menu = await ana.choose("plans", refused)
    assert any(label.startswith("💎") for label in menu.labels)


async def test_who_has_too_many_films_waiting_is_shown_the_way_into_the_shop(ana: FakeUser) -> None:
    for _ in range(4):
        await ana.send_files(build_picture())
    assert "TOO_MANY_WAITING" in ana.last_message.text
    assert [choice.data for choice in ana.last_message.choices] == ["plans"]


async def test_what_only_a_plan_helps_against_leads_to_the_plans(ana: FakeUser) -> None:
    refused = await ana.send_files(build_video(seconds=400))
    assert "PLAN_LIMIT" in refused.text
    assert [choice.data for choice in refused.choices] == ["plans"]


async def test_what_no_plan_helps_against_has_no_button(house: World, ana: FakeUser) -> None:
    await ana.send_text("/start")
    subscribe(house, ana, "pro")
    house.run_in_transaction(lambda session: _credited(session, house, ana, 50))
    for _ in range(21):
        house.clock.advance(10)
        await ana.send_files(build_picture())
    assert "TOO_MANY_WAITING" in ana.last_message.text
    assert ana.last_message.labels == []


async def test_in_a_group_a_refusal_does_not_tell_how_many_credits_somebody_has(ana: FakeUser) -> None:
    ana.chat, ana.in_group = "team", True
    refused = await runs_out(ana)
    assert refused.text.startswith("Let's talk about credits in private")
    assert "NOT_ENOUGH_CREDITS" in refused.text
    assert refused.labels == []


async def test_in_a_group_a_refusal_does_not_tell_what_somebody_owes(house: World, ana: FakeUser) -> None:
    await ana.send_text("/start")
    house.run_in_transaction(lambda session: _indebted(session, house, ana, 20))
    assert "DEBT" in (await ana.send_files(build_picture())).text
    assert [choice.data for choice in ana.last_message.choices] == ["plans"]
    ana.chat, ana.in_group = "team", True
    assert (await ana.send_files(build_picture())).text.startswith("Let's talk about credits in private")


async def test_billing_promises_the_portal_and_tells_how_the_plan_stands(
    house: World, ana: FakeUser, till: StubPaymentLinks
) -> None:
    await ana.send_text("/start")
    subscribe(house, ana)
    promise = await ana.send_text("/billing")
    assert "fetching the link" in promise.text
    status = ana.messages[-2]
    assert "It renews on December 22, 2026" in status.text
    assert "or to cancel" in status.text
    (wish,) = till.portal_requests
    assert wish.person_id == ana.person.id


async def test_a_plan_that_ends_says_so_and_one_that_is_not_paid_warns(house: World, ana: FakeUser) -> None:
    await ana.send_text("/start")
    subscribe(house, ana, cancels=True, past_due_since=house.db.clock(), status="past_due")
    await ana.send_text("/billing")
    assert "won't renew" in ana.messages[-2].text
    assert "didn't go through" in ana.messages[-2].text


async def test_billing_of_somebody_who_pays_nothing_leads_into_the_shop(ana: FakeUser, till: StubPaymentLinks) -> None:
    shown = await ana.send_text("/billing")
    assert "aren't paying" in shown.text
    assert [choice.data for choice in shown.choices] == ["plans"]
    assert till.portal_requests == []


async def test_going_beyond_the_plan_is_off_until_a_cap_is_chosen(house: World, ana: FakeUser) -> None:
    await ana.send_text("/start")
    subscribe(house, ana)
    await ana.send_text("/billing")
    status = ana.messages[-2]
    menu = await ana.choose(status.get_choice_data("Extra credits"), status)
    menu = ana.account.channel.find_message(status.id) or menu
    assert "$0.05 a credit" in menu.text
    assert "✅ Off" in menu.labels
    await ana.choose(menu.get_choice_data("Up to 100"), menu)
    assert "✅ Up to 100 a month" in menu.labels
    assert cap(house) == 100
    await ana.choose("extra:101", menu)
    await ana.choose("extra:-5", menu)
    await ana.choose("extra:9" * 20, menu)
    assert cap(house) == 100
    await ana.choose("extra:0", menu)
    assert cap(house) == 0


@pytest.mark.parametrize("data", ["000000500999999", "500999999", "0500", "500 ", "500:", "٥٠٠", "+500", "5e2"])
async def test_a_cap_is_one_of_those_offered_however_its_number_is_written(
    house: World, ana: FakeUser, data: str
) -> None:
    await ana.send_text("/start")
    subscribe(house, ana)
    await ana.choose("extra:50")
    await ana.choose(f"extra:{data}")
    assert cap(house) == 50


async def test_who_has_no_plan_cannot_go_beyond_it(ana: FakeUser) -> None:
    assert "no plan of yours" in (await ana.choose("extra:100")).text


async def test_balance_tells_until_when_credits_last_and_leads_into_the_shop(house: World, ana: FakeUser) -> None:
    boss = FakeUser(house, house.get_account("shop"), id="1")
    house.accounts["shop"].handler.admin_ids = frozenset({"memory:1"})
    await ana.send_text("/start")
    await boss.send_text("/grant memory:7 25")
    text = (await ana.send_text("/balance")).text
    assert "You have 35 credits." in text
    assert "· 10 credits until December 1, 2026" in text
    assert "· 25 credits without an end" in text
    assert [choice.data for choice in ana.last_message.choices] == ["plans"]


async def test_a_link_into_the_chat_leads_to_the_plans(ana: FakeUser) -> None:
    assert any(label.startswith("💎") for label in (await ana.send_text("/start plans")).labels)


async def test_a_promise_survives_a_process_that_ends_before_the_link_is_made(house: World, ana: FakeUser) -> None:
    """The purchase and its message are one transaction; what is ASKED is found by the till's sweep."""
    house.accounts["shop"].handler.payment_links = None
    await ana.choose("buy:pack:100")
    (purchase,) = purchases(house)
    assert purchase.status == PurchaseStatus.REQUESTED
    assert purchase.delivery_id is not None


def _credited(session: Session, house: World, somebody: FakeUser, amount: int) -> None:
    ledger.grant(session, somebody.person, amount, key="grant:in_1", now=house.db.clock())


def _indebted(session: Session, house: World, somebody: FakeUser, amount: int) -> None:
    """Somebody whose payment went back after they had spent what it bought."""
    person, now, grant = somebody.person, house.db.clock(), "grant:cs_1"
    ledger.grant(session, person, amount, key=grant, now=now)
    counter = somebody.account
    address = people.get_or_create_address(session, counter.account.id, somebody.chat_ref.chat, "")
    job = add_job(session, SampleCustomer(counter.account, person, address), now, status=JobStatus.DONE)
    ledger.reserve(session, person, job.id, amount, now)
    ledger.settle(session, person, job.id, amount, amount, now)
    clawback.apply_claims(session, person, grant, 400, [PaymentClaim("refund:re_1", 400, "refund:re_1:failed")], now)


def cap(house: World) -> int:
    with house.db.read_transaction() as session:
        return session.exec(select(Subscription)).one().overage_cap


@pytest.mark.usefixtures("till")
async def test_what_is_paid_once_in_reais_can_be_paid_with_pix_and_says_so(ana: FakeUser) -> None:
    ana.language = "pt-BR"
    await ana.send_text("/start")
    await ana.choose("buy:pack:100")
    assert ana.last_message.labels == ["💠 Pix/cartão R$\xa020,00"]
    await ana.choose("buy:plan:starter")
    assert ana.last_message.labels == ["💳 Pagar R$\xa019,00"]
