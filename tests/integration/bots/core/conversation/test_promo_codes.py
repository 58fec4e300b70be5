"""Codes that give credits, as they are spoken of in a chat."""

import re

import pytest
from fakes.world.described_files import build_picture
from fakes.world.users import FakeUser
from fakes.world.world import World
from sqlmodel import Session

from pipeline import grant_invitation_for_purchase
from storage.billing import ledger


@pytest.fixture
def eva(house: World) -> FakeUser:
    return FakeUser(house, house.get_account(), id="9", name="Eva")


def buys(house: World, somebody: FakeUser, amount: int) -> None:
    def change(session: Session) -> None:
        ledger.grant(session, somebody.person, amount, key="grant:cs_1", now=house.db.clock())

    house.run_in_transaction(change)


def code_in(text: str) -> str:
    found = re.search(r"/redeem ([A-Z0-9-]+)", text)
    assert found is not None, text
    return found[1]


async def test_a_promotion_is_made_used_listed_and_ended(boss: FakeUser, eva: FakeUser) -> None:
    assert (await boss.send_text("/promo create welcome 50 100")).text == "WELCOME gives 50 credits to 100 people."
    assert "There already is a code" in (await boss.send_text("/promo create WELCOME 5 5 30")).text
    assert (await eva.send_text("/redeem welcome")).text == "🎁 Here you are: 50 credits. Your balance: 60."
    assert "already used" in (await eva.send_text("/redeem WELCOME")).text
    assert (await boss.send_text("/promo list")).text == "WELCOME: 50 credits, used 1 times, 99 left"
    assert (await boss.send_text("/promo stop Welcome")).text == "WELCOME has ended."
    assert "no code" in (await boss.send_text("/promo stop WELCOME")).text
    assert (await boss.send_text("/promo list")).text == "There are no promotions."


@pytest.mark.parametrize(
    "arguments",
    [
        "",
        "create",
        "create A 1 1",
        "create ABC 0 1",
        "create ABC 1 -1",
        "create ABC 1 1 0",
        "create ABC 1 1 1 1",
        "create ABC 99999999 1",
        "create ABC ٣ 1",
        "create GIFT-ABC 1 1",
        "create HELLO-ABC 1 1",
        "create A;B 1 1",
        "stop",
        "destroy ABC",
    ],
)
async def test_a_promotion_that_makes_no_sense_is_answered_with_how_it_is_made(boss: FakeUser, arguments: str) -> None:
    assert (await boss.send_text(f"/promo {arguments}")).text.startswith("Like this: /promo create")


async def test_promotions_are_for_administrators(ana: FakeUser) -> None:
    assert "/help" in (await ana.send_text("/promo create ABC 1000 1000")).text


@pytest.mark.parametrize("code", ["NOPE", "x", "é", "'; DROP TABLE", "💎" * 50, "A" * 500, "\0"])
async def test_a_code_that_is_none_gives_nothing(ana: FakeUser, code: str) -> None:
    assert (await ana.send_text(f"/redeem {code}")).text == "That code isn't valid, or it has ended."


async def test_redeem_and_gift_without_more_tell_how_they_are_used(ana: FakeUser) -> None:
    assert "/redeem CODE" in (await ana.send_text("/redeem")).text
    for arguments in ("", "0", "-5", "lots", "1e9", "99999999"):
        assert "/gift 50" in (await ana.send_text(f"/gift {arguments}")).text


async def test_bought_credits_can_be_given_to_somebody_else(house: World, ana: FakeUser, eva: FakeUser) -> None:
    await ana.send_text("/start")
    assert "don't have that many" in (await ana.send_text("/gift 5")).text
    buys(house, ana, 30)
    code = code_in((await ana.send_text("/gift 20")).text)
    assert "You have 20 credits" in (await ana.send_text("/balance")).text
    assert (await eva.send_text(f"/redeem {code.lower()}")).text == "🎁 Here you are: 20 credits. Your balance: 30."
    assert "isn't valid" in (await ana.send_text(f"/redeem {code}")).text


async def test_a_friend_who_comes_with_an_invitation_brings_credits_to_both_with_their_first_film(
    house: World, ana: FakeUser, eva: FakeUser
) -> None:
    invitation = await ana.send_text("/invite")
    assert "Nobody has come" in invitation.text
    code = code_in(invitation.text)
    assert "your own invitation" in (await ana.send_text(f"/redeem {code}")).text
    await eva.send_text(f"/start {code.lower().replace('-', '_')}")
    assert "10 credits are waiting for you" in eva.last_message.text
    assert "You have 10 credits" in (await eva.send_text("/balance")).text
    assert "1 friend has come" in (await ana.send_text("/invite")).text
    assert "You have 10 credits" in (await ana.send_text("/balance")).text
    await eva.send_files(build_picture())
    assert house.run_job()
    await house.deliver_all()
    assert any("An invitation has brought you 10 credits" in shown.text for shown in ana.messages)
    assert "You have 20 credits" in (await ana.send_text("/balance")).text
    assert "You have 19 credits" in (await eva.send_text("/balance")).text


async def test_a_friend_on_the_inviters_own_network_brings_nothing_until_they_pay(
    house: World, ana: FakeUser, eva: FakeUser
) -> None:
    ana.network = eva.network = "home"
    code = code_in((await ana.send_text("/invite")).text)
    await eva.send_text(f"/redeem {code}")
    await eva.send_files(build_picture())
    assert house.run_job()
    assert "You have 10 credits" in (await ana.send_text("/balance")).text
    house.run_in_transaction(lambda session: grant_invitation_for_purchase(session, eva.person, house.db.clock()))
    await house.deliver_all()
    assert "You have 20 credits" in (await ana.send_text("/balance")).text


async def test_who_has_had_films_made_is_not_new(ana: FakeUser, eva: FakeUser) -> None:
    code = code_in((await ana.send_text("/invite")).text)
    await eva.send_files(build_picture())
    assert "new here" in (await eva.send_text(f"/redeem {code}")).text


async def test_a_code_from_another_business_is_none_here(house: World, ana: FakeUser) -> None:
    code = code_in((await ana.send_text("/invite")).text)
    stranger = FakeUser(house, house.get_account("other", tenant="another"), id="5")
    assert "isn't valid" in (await stranger.send_text(f"/redeem {code}")).text
