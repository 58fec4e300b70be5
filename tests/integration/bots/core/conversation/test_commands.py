from dataclasses import replace

import pytest
from fakes.world.described_files import build_picture, build_video
from fakes.world.users import FakeUser
from fakes.world.world import World

from storage.billing import ledger
from storage.identity import people


@pytest.mark.parametrize(
    ("hint", "greeting"),
    [
        ("en", "Hi!"),
        ("pt-br", "Oi!"),
        ("pt", "Oi!"),
        ("es-419", "¡Hola!"),
        ("ES_MX", "¡Hola!"),
        ("de", "Hi!"),
        (None, "Hi!"),
    ],
)
async def test_start_welcomes_in_the_language_of_the_messengers_hint(
    house: World, hint: str | None, greeting: str
) -> None:
    welcome = await FakeUser(house, house.get_account(), language=hint).send_text("/start")
    assert welcome.text.startswith(greeting)


@pytest.mark.parametrize("text", ["/start", "/start ref_1", "start", "/START", "  /start  "])
async def test_a_command_is_understood_with_and_without_its_slash_and_with_arguments(ana: FakeUser, text: str) -> None:
    assert (await ana.send_text(text)).text.startswith("Hi!")


async def test_help_tells_what_there_is_and_what_it_costs(ana: FakeUser) -> None:
    text = (await ana.send_text("/help")).text
    assert all(command in text for command in ("/settings", "/balance", "/language", "/cancel"))
    assert "1 credit" in text
    assert "/grant" not in text


@pytest.mark.parametrize("text", ["well well", "/nothing", "", "/", "💣" * 2000, "/start@somebody", "\0"])
async def test_what_is_not_understood_is_answered_with_what_can_be_done(ana: FakeUser, text: str) -> None:
    assert "/help" in (await ana.send_text(text)).text


async def test_a_chosen_language_is_spoken_at_once_and_outlives_the_messengers_hints(ana: FakeUser) -> None:
    menu = await ana.send_text("/language")
    assert menu.labels == ["English", "Português", "Español"]
    await ana.choose(menu.get_choice_data("Português"), menu)
    assert menu.text == "Agora eu falo português."
    ana.language = "es"
    assert (await ana.send_text("/start")).text.startswith("Oi!")


async def test_without_a_choice_the_language_follows_the_messenger(ana: FakeUser) -> None:
    await ana.send_text("/start")
    ana.language = "es"
    assert (await ana.send_text("/start")).text.startswith("¡Hola!")


async def test_a_language_there_is_not_brings_the_menu_again(ana: FakeUser) -> None:
    again = await ana.choose("language:tlh")
    assert again.labels == ["English", "Português", "Español"]
    assert not ana.person.language_chosen


async def test_balance_on_the_free_plan_names_the_credits_and_when_new_ones_come(ana: FakeUser) -> None:
    text = (await ana.send_text("/balance")).text
    assert "You have 10 credits." in text
    assert "December 1, 2026" in text
    assert "held" not in text


@pytest.mark.parametrize(("language", "date"), [("pt-BR", "1 de dezembro de 2026"), ("es", "1 de diciembre de 2026")])
async def test_dates_are_written_as_the_language_writes_them(house: World, language: str, date: str) -> None:
    assert date in (await FakeUser(house, house.get_account(), language=language).send_text("/balance")).text


async def test_balance_tells_what_is_held_for_films_under_way(ana: FakeUser) -> None:
    await ana.send_files(build_picture())
    text = (await ana.send_text("/balance")).text
    assert "You have 9 credits." in text
    assert "1 more is held for the film" in text


async def test_balance_of_somebody_unmetered_says_that_films_cost_nothing(boss: FakeUser) -> None:
    assert "cost nothing" in (await boss.send_text("/balance")).text


async def test_cancel_with_nothing_under_way_says_so(ana: FakeUser) -> None:
    assert "not working on anything" in (await ana.send_text("/cancel")).text


async def test_cancel_stops_the_one_film_and_returns_its_credit(house: World, ana: FakeUser) -> None:
    await ana.send_files(build_picture())
    assert (await ana.send_text("/cancel")).text == "Cancelled. Nothing was charged."
    assert [job.status for job in house.list_jobs()] == ["cancelled"]
    assert "You have 10 credits." in (await ana.send_text("/balance")).text


async def test_cancel_stops_several_films_and_counts_them(house: World, ana: FakeUser) -> None:
    await ana.send_files(build_picture())
    await ana.send_files(build_video())
    house.claim_job()
    assert (await ana.send_text("/cancel")).text == "2 jobs cancelled. Nothing was charged."
    assert {job.status for job in house.list_jobs()} == {"cancelled"}


async def test_cancel_leaves_other_peoples_films_alone(house: World, ana: FakeUser) -> None:
    await ana.send_files(build_picture())
    assert "not working" in (await FakeUser(house, ana.account, id="8").send_text("/cancel")).text
    assert [job.status for job in house.list_jobs()] == ["queued"]


@pytest.mark.parametrize("command", ["/grant memory:7 10", "/grant", "/stats", "grant memory:7 10", "/STATS"])
async def test_commands_of_administrators_are_unknown_to_everybody_else(ana: FakeUser, command: str) -> None:
    unknown = (await ana.send_text("/whatever")).text
    assert (await ana.send_text(command)).text == unknown
    assert "You have 10 credits." in (await ana.send_text("/balance")).text


@pytest.mark.parametrize(
    "arguments",
    [
        "",
        "memory:7",
        "7 10",
        "memory:7 0",
        "memory:7 -5",
        "memory:7 1.5",
        "memory:7 1000001",
        "memory:7 1 1",
        "m:7 " + "9" * 5000,
    ],
)
async def test_a_grant_that_cannot_be_understood_is_answered_with_its_form(boss: FakeUser, arguments: str) -> None:
    assert (await boss.send_text(f"/grant {arguments}")).text == "Like this: /grant telegram:123456 10"


async def test_a_grant_to_somebody_unknown_changes_nothing_and_says_so(boss: FakeUser) -> None:
    assert "memory:404" in (await boss.send_text("/grant memory:404 10")).text


async def test_a_grant_comes_on_top_of_what_somebody_has(boss: FakeUser, ana: FakeUser) -> None:
    await ana.send_text("/start")
    assert (await boss.send_text("/grant memory:7 5")).text == "memory:7 got 5 credits and has 15 now."
    assert "You have 15 credits." in (await ana.send_text("/balance")).text


async def test_the_same_grant_twice_is_one_grant_and_two_are_two(house: World, boss: FakeUser, ana: FakeUser) -> None:
    await ana.send_text("/start")
    granting = boss.build_inbound(text="/grant memory:7 5")
    await boss.account.handler.handle(granting)
    await boss.account.handler.handle(granting)
    await house.deliver_all()
    assert "You have 15 credits." in (await ana.send_text("/balance")).text
    await boss.send_text("/grant memory:7 5")
    assert "You have 20 credits." in (await ana.send_text("/balance")).text


async def test_a_grant_reaches_no_other_tenants_people(house: World, boss: FakeUser) -> None:
    other = FakeUser(house, house.get_account("theirs", tenant="other"), id="7")
    await other.send_text("/start")
    assert "don't know" in (await boss.send_text("/grant memory:7 5")).text
    with house.db.transaction() as session:
        person = people.find_by_identity(session, other.account.account.tenant_id, "memory:7")
        assert person is not None
        house.pipeline.account_status_of(session, person)
        assert ledger.balance_of(session, person, house.clock()).available == 10


async def test_stats_count_what_happened_to_this_tenant_alone(house: World, boss: FakeUser, ana: FakeUser) -> None:
    other = FakeUser(house, house.get_account("theirs", tenant="other"), id="9")
    await other.send_files(build_picture())
    await ana.send_files(build_picture())
    await ana.send_text("/cancel")
    await ana.send_files(build_picture())
    text = (await boss.send_text("/stats")).text
    assert "messages 4 · new people 1 · people who ordered films 1" in text
    assert "Drawings: done 0 · failed 0 · cancelled 1" in text
    assert "waiting 1 · being made 0" in text


async def test_an_administrator_of_one_tenant_is_nobody_at_another(house: World, boss: FakeUser) -> None:
    await boss.send_text("/start")
    elsewhere = FakeUser(house, house.get_account("theirs", tenant="other"), id="1")
    assert "/help" in (await elsewhere.send_text("/stats")).text


async def test_who_is_no_longer_named_an_administrator_is_one_no_longer(house: World, boss: FakeUser) -> None:
    await boss.send_text("/stats")
    boss.account.handler = house.create_handler(boss.account.account, boss.account.channel)
    assert "/help" in (await boss.send_text("/stats")).text
    assert "You have 10 credits." in (await boss.send_text("/balance")).text


async def test_on_a_page_of_ones_own_everybody_is_the_owner(house: World) -> None:
    local = FakeUser(house, house.get_account("page", admin_ids=frozenset({"*"})), id="local")
    assert "Last 24 hours" in (await local.send_text("/stats")).text


@pytest.mark.parametrize("text", ["/grant memory:7 1000", "/start", "grant memory:7 1000", "1", "/broadcast hello"])
async def test_a_forwarded_text_is_nobodys_command(house: World, boss: FakeUser, ana: FakeUser, text: str) -> None:
    await ana.send_text("/start")
    forwarded = boss.build_inbound(text=text, is_forwarded=True)
    await boss.account.handler.handle(forwarded)
    await house.deliver_all()
    assert "I don't act on texts that are forwarded" in boss.last_message.text
    assert "You have 10 credits" in (await ana.send_text("/balance")).text


async def test_a_forwarded_picture_is_drawn_whatever_stands_under_it(house: World, ana: FakeUser) -> None:
    inbound = replace(ana.build_files_inbound(build_picture()), text="/caption", is_forwarded=True)
    await ana.account.handler.handle(inbound)
    await house.deliver_all()
    assert [job.kind for job in house.list_jobs()] == ["sketch"]
