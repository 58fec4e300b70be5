import pytest
from fakes.house import House, Somebody, picture, video

from storage.billing import ledger
from storage.identity import people

ADMIN = frozenset({"memory:1"})


@pytest.fixture
def boss(house: House) -> Somebody:
    return Somebody(house, house.counter(owners=ADMIN), id="1")


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
    house: House, hint: str | None, greeting: str
) -> None:
    welcome = await Somebody(house, house.counter(), language=hint).writes("/start")
    assert welcome.text.startswith(greeting)


@pytest.mark.parametrize("text", ["/start", "/start ref_1", "start", "/START", "  /start  "])
async def test_a_command_is_understood_with_and_without_its_slash_and_with_arguments(ana: Somebody, text: str) -> None:
    assert (await ana.writes(text)).text.startswith("Hi!")


async def test_help_tells_what_there_is_and_what_it_costs(ana: Somebody) -> None:
    text = (await ana.writes("/help")).text
    assert all(command in text for command in ("/settings", "/balance", "/language", "/cancel"))
    assert "1 credit" in text
    assert "/grant" not in text


@pytest.mark.parametrize("text", ["well well", "/nothing", "", "/", "💣" * 2000, "/start@somebody", "\0"])
async def test_what_is_not_understood_is_answered_with_what_can_be_done(ana: Somebody, text: str) -> None:
    assert "/help" in (await ana.writes(text)).text


async def test_a_chosen_language_is_spoken_at_once_and_outlives_the_messengers_hints(ana: Somebody) -> None:
    menu = await ana.writes("/language")
    assert menu.labels == ["English", "Português", "Español"]
    await ana.takes(menu.data("Português"), menu)
    assert menu.text == "Agora eu falo português."
    ana.language = "es"
    assert (await ana.writes("/start")).text.startswith("Oi!")


async def test_without_a_choice_the_language_follows_the_messenger(ana: Somebody) -> None:
    await ana.writes("/start")
    ana.language = "es"
    assert (await ana.writes("/start")).text.startswith("¡Hola!")


async def test_a_language_there_is_not_brings_the_menu_again(ana: Somebody) -> None:
    again = await ana.takes("language:tlh")
    assert again.labels == ["English", "Português", "Español"]
    assert not ana.row.language_chosen


async def test_balance_on_the_free_plan_names_the_credits_and_when_new_ones_come(ana: Somebody) -> None:
    text = (await ana.writes("/balance")).text
    assert "You have 10 credits." in text
    assert "December 1, 2026" in text
    assert "held" not in text


@pytest.mark.parametrize(("language", "date"), [("pt-BR", "1 de dezembro de 2026"), ("es", "1 de diciembre de 2026")])
async def test_dates_are_written_as_the_language_writes_them(house: House, language: str, date: str) -> None:
    assert date in (await Somebody(house, house.counter(), language=language).writes("/balance")).text


async def test_balance_tells_what_is_held_for_films_under_way(ana: Somebody) -> None:
    await ana.sends(picture())
    text = (await ana.writes("/balance")).text
    assert "You have 9 credits." in text
    assert "1 more is held for the film" in text


async def test_balance_of_somebody_unmetered_says_that_films_cost_nothing(boss: Somebody) -> None:
    assert "cost nothing" in (await boss.writes("/balance")).text


async def test_cancel_with_nothing_under_way_says_so(ana: Somebody) -> None:
    assert "not working on anything" in (await ana.writes("/cancel")).text


async def test_cancel_stops_the_one_film_and_returns_its_credit(house: House, ana: Somebody) -> None:
    await ana.sends(picture())
    assert (await ana.writes("/cancel")).text == "Cancelled. Nothing was charged."
    assert [job.status for job in house.jobs()] == ["cancelled"]
    assert "You have 10 credits." in (await ana.writes("/balance")).text


async def test_cancel_stops_several_films_and_counts_them(house: House, ana: Somebody) -> None:
    await ana.sends(picture())
    await ana.sends(video())
    house.claim()
    assert (await ana.writes("/cancel")).text == "2 jobs cancelled. Nothing was charged."
    assert {job.status for job in house.jobs()} == {"cancelled"}


async def test_cancel_leaves_other_peoples_films_alone(house: House, ana: Somebody) -> None:
    await ana.sends(picture())
    assert "not working" in (await Somebody(house, ana.counter, id="8").writes("/cancel")).text
    assert [job.status for job in house.jobs()] == ["queued"]


@pytest.mark.parametrize("command", ["/grant memory:7 10", "/grant", "/stats", "grant memory:7 10", "/STATS"])
async def test_commands_of_administrators_are_unknown_to_everybody_else(ana: Somebody, command: str) -> None:
    unknown = (await ana.writes("/whatever")).text
    assert (await ana.writes(command)).text == unknown
    assert "You have 10 credits." in (await ana.writes("/balance")).text


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
async def test_a_grant_that_cannot_be_understood_is_answered_with_its_form(boss: Somebody, arguments: str) -> None:
    assert (await boss.writes(f"/grant {arguments}")).text == "Like this: /grant telegram:123456 10"


async def test_a_grant_to_somebody_unknown_changes_nothing_and_says_so(boss: Somebody) -> None:
    assert "memory:404" in (await boss.writes("/grant memory:404 10")).text


async def test_a_grant_comes_on_top_of_what_somebody_has(boss: Somebody, ana: Somebody) -> None:
    await ana.writes("/start")
    assert (await boss.writes("/grant memory:7 5")).text == "memory:7 got 5 credits and has 15 now."
    assert "You have 15 credits." in (await ana.writes("/balance")).text


async def test_the_same_grant_twice_is_one_grant_and_two_are_two(house: House, boss: Somebody, ana: Somebody) -> None:
    await ana.writes("/start")
    granting = boss.inbound(text="/grant memory:7 5")
    await boss.counter.desk.handle(granting)
    await boss.counter.desk.handle(granting)
    await house.settle()
    assert "You have 15 credits." in (await ana.writes("/balance")).text
    await boss.writes("/grant memory:7 5")
    assert "You have 20 credits." in (await ana.writes("/balance")).text


async def test_a_grant_reaches_no_other_tenants_people(house: House, boss: Somebody) -> None:
    other = Somebody(house, house.counter("theirs", tenant="other"), id="7")
    await other.writes("/start")
    assert "don't know" in (await boss.writes("/grant memory:7 5")).text
    with house.db.transaction() as session:
        person = people.find_by_identity(session, other.counter.account.tenant_id, "memory:7")
        assert person is not None
        house.pipeline.account_status_of(session, person)
        assert ledger.balance_of(session, person, house.time()).available == 10


async def test_stats_count_what_happened_to_this_tenant_alone(house: House, boss: Somebody, ana: Somebody) -> None:
    other = Somebody(house, house.counter("theirs", tenant="other"), id="9")
    await other.sends(picture())
    await ana.sends(picture())
    await ana.writes("/cancel")
    await ana.sends(picture())
    text = (await boss.writes("/stats")).text
    assert "messages 4 · new people 1 · people who ordered films 1" in text
    assert "Drawings: done 0 · failed 0 · cancelled 1" in text
    assert "waiting 1 · being made 0" in text


async def test_an_administrator_of_one_tenant_is_nobody_at_another(house: House, boss: Somebody) -> None:
    await boss.writes("/start")
    elsewhere = Somebody(house, house.counter("theirs", tenant="other"), id="1")
    assert "/help" in (await elsewhere.writes("/stats")).text


async def test_who_is_no_longer_named_an_administrator_is_one_no_longer(house: House, boss: Somebody) -> None:
    await boss.writes("/stats")
    boss.counter.desk = house.new_desk(boss.counter.account, boss.counter.channel)
    assert "/help" in (await boss.writes("/stats")).text
    assert "You have 10 credits." in (await boss.writes("/balance")).text


async def test_on_a_page_of_ones_own_everybody_is_the_owner(house: House) -> None:
    local = Somebody(house, house.counter("page", owners=frozenset({"*"})), id="local")
    assert "Last 24 hours" in (await local.writes("/stats")).text
