"""Credits and money given and taken by hand, and prices looked up."""

from typing import Any

import pytest
from fakes.ledger_checks import assert_ledger_balances
from fakes.stub_payment_links import StubPaymentLinks
from fakes.world.described_files import build_picture
from fakes.world.users import Team, create_team
from fakes.world.world import World
from sqlmodel import select

from models.billing.payments import Provider, Purchase, PurchaseStatus, Repayment
from storage.billing import ledger, refunds, revocations
from storage.identity import people

BOTH = frozenset(Provider)


@pytest.fixture
def selling(house: World, till: StubPaymentLinks) -> Team:
    return create_team(house, providers=BOTH, payment_links=till)


def paid(house: World, team: Team, **values: Any) -> Purchase:
    """What the stranger has paid for."""
    person, now = team.stranger.person, house.db.clock()
    fields: dict[str, Any] = {"provider": "stripe", "item": "pack:100", "currency": "brl", "amount": 2000}
    fields |= {"status": PurchaseStatus.PAID, "external_id": "cs_1", "payment_id": "pi_1", "decided_at": now}
    with house.db.transaction() as session:
        address = people.get_or_create_address(
            session, team.stranger.account.account.id, team.stranger.chat_ref.chat, ""
        )
        purchase = Purchase(tenant_id=person.tenant_id, person_id=person.id, address_id=address.id, **(fields | values))
        session.add(purchase)
        ledger.grant(session, person, 100, key=f"grant:{purchase.external_id}", now=now)
    return purchase


def asked(house: World) -> list[Repayment]:
    with house.db.read_transaction() as session:
        assert_ledger_balances(session)
        return list(session.exec(select(Repayment)))


async def test_credits_are_given_by_the_letters_of_an_id_too(team: Team) -> None:
    assert (
        "got 5 credits and has 15 now" in (await team.admin.send_text(f"/grant {team.stranger.person.short_id} 5")).text
    )
    (row,) = team.list_audit_rows()
    assert row.about == {"person": str(team.stranger.person.id), "credits": 5}


async def test_credits_are_taken_as_far_as_there_are_any_and_nobody_owes(house: World, team: Team) -> None:
    assert "memory:7: 4. Left: 6." in (await team.admin.send_text("/revoke memory:7 4")).text
    await team.stranger.send_files(build_picture())
    assert "memory:7: 5. Left: 0." in (await team.admin.send_text("/revoke memory:7 60")).text
    assert "memory:7: 0. Left: 0." in (await team.admin.send_text("/revoke memory:7 1")).text
    house.run_job()
    with house.db.read_transaction() as session:
        assert_ledger_balances(session)
    assert "owe" not in (await team.stranger.send_text("/balance")).text
    assert [row.about["credits"] for row in team.list_audit_rows()] == [4, 5, 0]


async def test_many_credits_are_taken_only_when_that_is_confirmed(team: Team) -> None:
    await team.admin.send_text("/grant memory:7 500")
    sure = await team.admin.send_text("/revoke memory:7 300")
    assert "Take 300 of 510 credits from memory:7?" in sure.text
    assert "You have 510 credits." in (await team.stranger.send_text("/balance")).text
    await team.admin.choose(sure.get_choice_data("Yes"), sure)
    assert "Left: 210." in sure.text
    assert team.list_actions() == ["grant", "revoke"]


async def test_no_more_is_taken_than_the_question_named(team: Team) -> None:
    await team.admin.send_text("/grant memory:7 190")
    sure = await team.admin.send_text("/revoke memory:7 1000000")
    assert "Take 200 of 200 credits" in sure.text
    await team.admin.send_text("/grant memory:7 500")
    await team.admin.choose(sure.get_choice_data("Yes"), sure)
    assert "memory:7: 200. Left: 500." in sure.text


async def test_a_revocation_taken_up_again_is_one(house: World, team: Team) -> None:
    inbound = team.admin.build_inbound(text="/revoke memory:7 4")
    for _ in range(2):
        await team.admin.account.handler.handle(inbound)
    await house.deliver_all()
    assert "You have 6 credits." in (await team.stranger.send_text("/balance")).text
    with house.db.transaction() as session:
        now, person = house.clock(), team.stranger.person
        taken = [revocations.revoke(session, person, 2, key="same", now=now, reason="") for _ in range(2)]
    assert taken == [2, 0]


@pytest.mark.parametrize(
    "arguments", ["", "memory:7", "memory:7 0", "memory:7 -1", "7 10", "memory:7 1 1", "memory:7 ٣"]
)
async def test_what_cannot_be_revoked_is_answered_with_the_form(team: Team, arguments: str) -> None:
    assert "Like this" in (await team.admin.send_text(f"/revoke {arguments}")).text


async def test_a_refund_says_what_will_happen_and_is_asked_of_the_till_when_confirmed(
    house: World, selling: Team, till: StubPaymentLinks
) -> None:
    purchase = paid(house, selling)
    assert (
        f"Payment {purchase.short_id}: R$20.00 for pack:100 by stripe"
        in (await selling.support.send_text("/user memory:7")).text
    )
    sure = await selling.admin.send_text(f"/refund {purchase.short_id}")
    assert f"Give R$20.00 of payment {purchase.short_id} back to memory:7 by stripe?" in sure.text
    assert asked(house) == []
    await selling.admin.choose(sure.get_choice_data("Yes"), sure)
    (row,) = asked(house)
    assert (row.amount, row.provider, row.asked_by_id) == (2000, "stripe", selling.admin.person.id)
    assert till.repayment_ids == [row.id]
    assert selling.list_audit_rows()[-1].about == {"purchase": str(purchase.id), "amount": 2000}


async def test_a_refund_of_a_plan_says_that_the_plan_goes_on(house: World, selling: Team) -> None:
    month = paid(house, selling, item="plan:starter", external_id="in_1")
    assert "The plan goes on" in (await selling.admin.send_text(f"/refund {month.short_id}")).text
    pack = paid(house, selling, external_id="cs_9")
    assert "The plan goes on" not in (await selling.admin.send_text(f"/refund {pack.short_id}")).text


async def test_a_part_can_go_back_until_nothing_is_left(house: World, selling: Team) -> None:
    purchase = paid(house, selling)
    for part, left in (("12,50", True), ("7.50", True), ("0.01", False)):
        sure = await selling.admin.send_text(f"/refund {purchase.short_id} {part}")
        assert bool(sure.choices) is left
        if left:
            await selling.admin.choose(sure.get_choice_data("Yes"), sure)
    assert "gone back already" in selling.admin.last_message.text
    assert [row.amount for row in asked(house)] == [1250, 750]


async def test_two_questions_about_the_same_money_give_it_back_once(house: World, selling: Team) -> None:
    purchase = paid(house, selling)
    first, second = [await selling.admin.send_text(f"/refund {purchase.short_id}") for _ in range(2)]
    await selling.admin.choose(first.get_choice_data("Yes"), first)
    await selling.admin.choose(second.get_choice_data("Yes"), second)
    assert "gone back already" in second.text
    assert len(asked(house)) == 1


@pytest.mark.parametrize("amount", ["0", "20.01", "-1", "1.234", "abc", "1e3", "99999999999999"])
async def test_an_amount_that_cannot_go_back_is_refused(house: World, selling: Team, amount: str) -> None:
    purchase = paid(house, selling)
    assert "can't go back" in (await selling.admin.send_text(f"/refund {purchase.short_id} {amount}")).text


async def test_stars_go_back_all_at_once_or_not_at_all(house: World, selling: Team) -> None:
    purchase = paid(house, selling, provider="stars", currency="xtr", amount=300, external_id="ch", payment_id="ch")
    assert "all at once" in (await selling.admin.send_text(f"/refund {purchase.short_id} 100")).text
    sure = await selling.admin.send_text(f"/refund {purchase.short_id}")
    assert "Give 300 ⭐" in sure.text
    await selling.admin.choose(sure.get_choice_data("Yes"), sure)
    (row,) = asked(house)
    with house.db.read_transaction() as session:
        account = selling.stranger.account.account.id
        assert [each.id for each in refunds.list_due_in_stars(session, account, house.clock())] == [row.id]
        assert refunds.list_due_in_stars(session, till_account(house), house.clock()) == []


def till_account(house: World) -> Any:
    """An account that took no payment."""
    return house.get_account("another").account.id


@pytest.mark.parametrize("arguments", ["", "1 2 3"])
async def test_what_is_no_refund_is_answered_with_the_form(selling: Team, arguments: str) -> None:
    assert "Like this" in (await selling.admin.send_text(f"/refund {arguments}")).text


async def test_only_payments_of_this_tenant_that_were_made_are_known(house: World, selling: Team) -> None:
    unpaid = paid(house, selling, status=PurchaseStatus.OPEN, external_id="cs_2")
    free = paid(house, selling, payment_id=None, external_id="cs_3")
    assert "no payment" in (await selling.admin.send_text(f"/refund {unpaid.short_id}")).text
    assert "nothing to give back" in (await selling.admin.send_text(f"/refund {free.short_id}")).text
    assert "no payment" in (await selling.admin.send_text("/refund 00000000")).text


async def test_prices_are_shown_as_the_file_has_them_and_compared_after_the_answer(
    selling: Team, till: StubPaymentLinks
) -> None:
    await selling.admin.send_text("/price")
    told, comparing = selling.admin.messages[-2:]
    assert "pack:100 · credits 100 · R$20.00" in told.text
    assert "Plan free: credits a month 10" in told.text
    assert comparing.text == "Comparing with Stripe…"
    (wish,) = till.price_requests
    assert wish.person_id == selling.admin.person.id


async def test_without_a_provider_prices_are_shown_and_nothing_is_compared(team: Team) -> None:
    assert "nothing to compare" in (await team.admin.send_text("/price")).text


async def test_promotions_are_written_down_when_they_are_made_and_ended(team: Team) -> None:
    await team.admin.send_text("/promo create SPRING 50 100")
    assert "already is a code" in (await team.admin.send_text("/promo create SPRING 50 100")).text
    assert "SPRING" in (await team.admin.send_text("/promo list")).text
    await team.admin.send_text("/promo stop SPRING")
    assert "could be ended" in (await team.admin.send_text("/promo stop SPRING")).text
    assert [row.about.get("verb") for row in team.list_audit_rows()] == ["create", "list", "stop"]
