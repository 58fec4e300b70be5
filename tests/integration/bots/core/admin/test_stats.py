"""How the business goes, told and drawn."""

import io
from datetime import timedelta

import pytest
from fakes.world.described_files import build_picture, build_video
from fakes.world.users import Team
from fakes.world.world import World
from PIL import Image

from models.billing.payments import Purchase, PurchaseStatus
from models.errors import ErrorCode, RequestRejected
from storage.billing import ledger
from storage.identity import people
from storage.jobs import jobs

DAY = 24 * 3600
COSTS = {
    "cpu_seconds": 12.4,
    "provider_seconds": 90.0,
    "provider_cost": 25_000,
    "local_seconds": 30.0,
    "prompt_tokens": 4200,
    "completion_tokens": 900,
}
GREEN = (0x2A, 0x9D, 0x8F)  # of films that were made


async def made(house: World, team: Team, file: bytes, seconds: float = 40) -> None:
    """A film that is in the chat so many seconds after it was asked for."""
    await team.stranger.send_files(file)
    house.clock.advance(seconds)
    house.run_job()
    await house.deliver_all()


def sells(house: World, team: Team, amount: int, currency: str = "brl", item: str = "pack:100") -> None:
    person, now = team.stranger.person, house.clock()
    with house.db.transaction() as session:
        address = people.get_or_create_address(
            session, team.stranger.account.account.id, team.stranger.chat_ref.chat, ""
        )
        fields = {"provider": "stripe", "status": PurchaseStatus.PAID, "decided_at": now, "external_id": f"cs_{now}"}
        about = {"tenant_id": person.tenant_id, "person_id": person.id, "address_id": address.id}
        session.add(Purchase(**about, **fields, item=item, currency=currency, amount=amount))  # type: ignore[arg-type]
        ledger.grant(session, person, 100, key=f"grant:cs_{now}", now=now)


async def test_a_quiet_day_is_told_too(team: Team) -> None:
    shown = await team.admin.send_text("/stats")
    assert "No film came to an end." in shown.text
    assert "sold 0 · used 0" in shown.text
    assert shown.labels == ["Last 7 days", "Last 30 days"]


async def test_a_day_is_told_in_people_films_time_money_and_credits(house: World, team: Team) -> None:
    for seconds in (10, 20, 30, 200):
        await made(house, team, build_picture(), seconds)
    house.renderer.error = RequestRejected(ErrorCode.NO_SPEECH)
    await made(house, team, build_video())
    sells(house, team, 2000)
    sells(house, team, 1000)
    sells(house, team, 300, "xtr")
    text = (await team.admin.send_text("/stats")).text
    assert "new people 4 · people who ordered films 1" in text
    assert "Drawings: done 4 · failed 0 · cancelled 0" in text
    assert "Captions: done 0 · failed 1 · cancelled 0" in text
    assert "half within 20 s, 95 % within 200 s" in text
    assert "💰 Came in: R$30.00" in text
    assert "💰 Came in: 300 ⭐" in text
    assert "Credits: sold 300 · used 4" in text


async def test_what_is_longer_ago_is_in_the_longer_spans_alone(house: World, team: Team) -> None:
    await made(house, team, build_picture())
    house.clock.advance(3 * DAY)
    await made(house, team, build_picture())
    house.clock.advance(2 * DAY)
    shown = await team.admin.send_text("/stats")
    assert "No film" in shown.text
    await team.admin.choose(shown.get_choice_data("7 days"), shown)
    assert "Last 7 days" in shown.text
    assert "Drawings: done 2" in shown.text
    house.clock.advance(4 * DAY)
    await team.admin.choose("say:stats 7", shown)
    assert "Drawings: done 1" in shown.text
    await team.admin.choose("say:stats 30", shown)
    assert "Drawings: done 2" in shown.text


async def test_the_picture_is_a_chart_with_a_bar_where_films_were(house: World, team: Team) -> None:
    empty = await team.admin.send_text("/stats 7")
    assert empty.content.picture is not None
    await made(house, team, build_picture())
    full = await team.admin.send_text("/stats 7")
    assert full.content.picture is not None
    pictures = [Image.open(io.BytesIO(each)).convert("RGB") for each in (empty.content.picture, full.content.picture)]
    assert {each.size for each in pictures} == {(960, 540)}
    bars = [dict(map(reversed, each.crop((80, 105, 930, 481)).getcolors(1000))) for each in pictures]
    assert GREEN not in bars[0]
    assert bars[1][GREEN] > 10_000


@pytest.mark.parametrize("days", ["2", "yesterday", "-1", "7 7"])
async def test_other_spans_are_answered_with_the_form(team: Team, days: str) -> None:
    assert "Like this" in (await team.admin.send_text(f"/stats {days}")).text
    assert "Like this" in (await team.admin.send_text(f"/usage {days}")).text
    assert team.list_actions() == []


async def test_usage_sets_what_films_cost_against_what_they_earned(house: World, team: Team) -> None:
    sells(house, team, 2000)
    await made(house, team, build_picture())
    await made(house, team, build_video())
    house.run_in_transaction(
        lambda session: (
            [
                setattr(session.get_one(type(job), job.id), name, value)
                for job in house.list_jobs()
                for name, value in COSTS.items()
            ]
            and None
        )
    )
    text = (await team.admin.send_text("/usage")).text
    assert "Drawings: done 1" in text
    assert (
        "By Groq: 1.5 min heard, 4,200 tokens read, 900 written, $0.02 · on this machine: 0.5 min · processor: 12 s"
        " · credits spent: 1" in text
    )
    assert "At what credits were sold for, that is R$0.20" in text
    assert "💰 Came in: R$20.00" in text


async def test_no_text_under_a_picture_is_longer_than_a_messenger_takes(house: World, team: Team) -> None:
    for currency in ("brl", "usd", "eur", "xtr"):
        sells(house, team, 123_456_789, currency)
    await made(house, team, build_picture())
    await made(house, team, build_video())
    for language in ("en", "pt-br", "es"):
        team.owner.language = language
        assert len((await team.owner.send_text("/stats 30")).text) < 1024


async def test_a_film_that_was_claimed_again_is_counted_once(house: World, team: Team) -> None:
    await team.stranger.send_files(build_picture())
    claim = house.claim_job()
    house.run_in_transaction(
        lambda session: jobs.requeue(session, claim, house.clock() - timedelta(seconds=1), counts_as_attempt=True)
    )
    house.run_job()
    assert "Drawings: done 1 · failed 0 · cancelled 0" in (await team.admin.send_text("/stats")).text
