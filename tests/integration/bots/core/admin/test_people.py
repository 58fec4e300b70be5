"""People looked up, noted about, banned and let in again."""

import dataclasses

import pytest
from fakes.memory_channel import ALL_CAPABILITIES
from fakes.world.described_files import build_picture
from fakes.world.users import FakeUser, Team, create_team
from fakes.world.world import World
from sqlmodel import select

from models.jobs.job import JobStatus
from models.operations.admin import PersonNote
from storage.identity import user_search


async def crowd(house: World, team: Team, count: int) -> None:
    for number in range(count):
        house.clock.advance(3)
        await FakeUser(house, team.owner.account, id=f"9{number:03d}", name=f"Bia {number}").send_text("/start")


async def test_people_are_listed_newest_first_page_by_page_in_one_message(house: World, team: Team) -> None:
    await crowd(house, team, 10)
    shown = await team.support.send_text("/users")
    assert "People: 14. Page 1 of 2." in shown.text
    assert shown.labels[0] == "Bia 9 · memory:9009"
    assert len(shown.labels) == user_search.PAGE_SIZE + 1
    await team.support.choose(shown.get_choice_data("More"), shown)
    assert "Page 2 of 2" in shown.text
    assert shown.labels[-2:] == ["Olga · memory:1", "⬅️ Back"]
    await team.support.choose(shown.get_choice_data("Back"), shown)
    assert "Page 1 of 2" in shown.text


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("+55 (90) 04", 0),
        ("+90-04", 1),
        ("bia 3", 1),
        ("BIA", 10),
        ("memory:900", 10),
        ("9004", 1),
        ("memory:9004", 1),
        ("nobody", 0),
        ("%", 0),
        ("_", 0),
    ],
)
async def test_people_are_found_by_name_and_id(house: World, team: Team, words: str, found: int) -> None:
    await crowd(house, team, 10)
    assert f"People: {found}." in (await team.support.send_text(f"/users {words}")).text


@pytest.mark.parametrize("words", ["#99999", "#2 bia", "#0", "#-1", "#999999999", "+", "x" * 3000, "\0"])
async def test_any_words_of_a_search_are_answered(team: Team, words: str) -> None:
    assert "People:" in (await team.support.send_text(f"/users {words}")).text


@pytest.mark.parametrize("words", ["🎬" * 20, "ñandú " * 10])
async def test_a_button_carries_any_search_to_its_next_page(house: World, team: Team, words: str) -> None:
    for number in range(user_search.PAGE_SIZE + 1):
        await FakeUser(house, team.owner.account, id=f"8{number}", name=words.strip()).send_text("/start")
    shown = await team.support.send_text(f"/users {words}")
    assert all(len(choice.data.encode()) <= 64 for choice in shown.choices)
    await team.support.choose(shown.get_choice_data("More"), shown)
    assert f"People: {user_search.PAGE_SIZE + 1}. Page 2 of 2." in shown.text


async def test_another_tenants_people_are_nobody(house: World, team: Team) -> None:
    other = FakeUser(house, house.get_account("theirs", tenant="other"), id="77", name="Bob")
    await other.send_text("/start")
    assert "People: 0." in (await team.owner.send_text("/users Bob")).text
    for name in ("memory:77", other.person.id.hex, other.person.short_id):
        assert "don't know" in (await team.owner.send_text(f"/user {name}")).text


async def test_somebody_is_shown_with_balance_films_and_payments(house: World, team: Team) -> None:
    await team.stranger.send_files(build_picture())
    house.run_job()
    await house.deliver_all()
    await team.stranger.send_files(build_picture())
    text = (await team.support.send_text("/user memory:7")).text
    assert "Ana · memory:7" in text
    assert "Credits: 8 · held 1 · owed 0" in text
    assert "done 1 · failed 0 · cancelled 0 · waiting 1" in text
    assert "language en · plan Free" in text
    assert "films cost nothing" in (await team.support.send_text("/user memory:2")).text


async def test_somebody_is_found_by_the_letters_of_a_list_and_their_film_is_a_button_away(team: Team) -> None:
    await team.stranger.send_files(build_picture())
    people = await team.support.send_text("/users Ana")
    await team.support.choose(people.get_choice_data("Ana"), people)
    assert "Ana · memory:7" in people.text
    (label,) = [label for label in people.labels if "waiting" in label]
    await team.support.choose(people.get_choice_data(label), people)
    assert "For memory:7 (Ana)" in people.text


async def test_notes_are_kept_shown_and_cut(house: World, team: Team) -> None:
    await team.support.send_text("/user memory:7 Paid in cash, call back")
    await team.admin.send_text(f"/user memory:7 {'x' * 5000}")
    text = (await team.admin.send_text("/user memory:7")).text
    assert "📝 November 22, 2026: Paid in cash, call back" in text
    with house.db.read_transaction() as session:
        first, second = session.exec(select(PersonNote).order_by(PersonNote.created_at)).all()  # type: ignore[arg-type]
    assert (first.author_id, first.person_id) == (team.support.person.id, team.stranger.person.id)
    assert len(second.text) == 500


async def test_support_sees_no_button_it_may_not_press(team: Team) -> None:
    assert not [label for label in (await team.support.send_text("/user memory:7")).labels if "Ban" in label]
    assert [label for label in (await team.admin.send_text("/user memory:7")).labels if "Ban" in label]


async def test_a_ban_says_what_will_happen_and_is_done_when_it_is_confirmed(house: World, team: Team) -> None:
    await team.stranger.send_files(build_picture())
    asked = await team.admin.send_text("/ban memory:7")
    assert "Films that stop: 1" in asked.text
    assert team.stranger.person.banned_at is None
    await team.admin.choose(asked.get_choice_data("Yes"), asked)
    assert "is banned" in asked.text
    assert asked.choices == []
    assert [job.status for job in house.list_jobs()] == [JobStatus.CANCELLED]
    (row,) = team.list_audit_rows()
    assert (row.action, row.about) == ("ban", {"person": str(team.stranger.person.id), "cancelled": 1})


async def ban(team: Team, who: str = "memory:7") -> None:
    asked = await team.admin.send_text(f"/ban {who}")
    await team.admin.choose(asked.get_choice_data("Yes"), asked)


async def test_who_is_banned_gets_one_sentence_and_nothing_else(house: World, team: Team) -> None:
    progress = await team.stranger.send_files(build_picture())
    shown = progress.text
    await ban(team)
    fetched = team.stranger.account.channel.calls.count("fetch")
    await house.advance_progress()
    assert progress.text == shown
    before = len(team.stranger.messages)
    for does in (
        team.stranger.send_text("/start"),
        team.stranger.send_files(build_picture()),
        team.stranger.choose("plans"),
    ):
        assert "can't use me any more" in (await does).text
    assert len(team.stranger.messages) == before + 3
    assert team.stranger.account.channel.calls.count("fetch") == fetched
    assert len(house.list_jobs()) == 1


async def test_who_is_let_in_again_goes_on_with_their_credits(team: Team) -> None:
    await team.stranger.send_files(build_picture())
    await ban(team)
    assert "can use me again" in (await team.admin.send_text("/unban memory:7")).text
    assert "You have 10 credits." in (await team.stranger.send_text("/balance")).text
    assert team.list_actions() == ["ban", "unban"]


@pytest.mark.parametrize("who", ["memory:1", "memory:2"])
async def test_nobody_bans_themselves_or_those_above(team: Team, who: str) -> None:
    assert "above" in (await team.admin.send_text(f"/ban {who}")).text
    assert "above" in (await team.admin.send_text(f"/unban {who}")).text


async def test_a_ban_that_was_asked_for_is_done_by_nobody_else_once_and_in_time(house: World, team: Team) -> None:
    asked = await team.admin.send_text("/ban memory:7")
    assert "Nothing was done" in (await team.owner.choose(asked.get_choice_data("Yes"))).text
    assert "/help" in (await team.stranger.choose(asked.get_choice_data("Yes"))).text
    house.clock.advance(301)
    assert "Nothing was done" in (await team.admin.choose(asked.get_choice_data("Yes"))).text
    assert team.stranger.person.banned_at is None
    asked = await team.admin.send_text("/ban memory:7")
    await team.admin.choose(asked.get_choice_data("Yes"), asked)
    await team.admin.send_text("/unban memory:7")
    sure = f"do:{asked.id}"
    assert "Nothing was done" in (await team.admin.choose(sure)).text
    assert team.stranger.person.banned_at is None


async def test_a_confirmed_button_pressed_twice_is_done_once(team: Team) -> None:
    asked = await team.admin.send_text("/ban memory:7")
    sure = asked.get_choice_data("Yes")
    await team.admin.choose(sure, asked)
    await team.admin.send_text("/unban memory:7")
    assert "Nothing was done" in (await team.admin.choose(sure)).text
    assert team.stranger.person.banned_at is None


async def test_who_lost_the_role_meanwhile_can_confirm_nothing(team: Team) -> None:
    asked = await team.admin.send_text("/ban memory:7")
    await team.owner.send_text("/role memory:2 support")
    assert "Nothing was done" in (await team.admin.choose(asked.get_choice_data("Yes"))).text
    assert team.stranger.person.banned_at is None


async def test_without_buttons_a_number_presses_and_confirms(house: World) -> None:
    team = create_team(house, capabilities=dataclasses.replace(ALL_CAPABILITIES, has_buttons=False, can_edit=False))
    await team.admin.send_text("/users Ana")
    assert "Ana · memory:7" in (await team.admin.send_text("1")).text
    assert "Films that stop" in (await team.admin.send_text("1")).text
    assert "is banned" in (await team.admin.send_text("1")).text
    assert team.stranger.person.banned_at is not None


@pytest.mark.parametrize(("language", "words"), [("pt-br", "Pessoas: 5."), ("es", "Personas: 5.")])
async def test_administrators_are_spoken_to_in_their_own_language(
    house: World, team: Team, language: str, words: str
) -> None:
    boss = FakeUser(house, team.owner.account, id="5", language=language)
    await boss.send_text("/start")
    await team.owner.send_text("/role memory:5 admin")
    assert words in (await boss.send_text("/users")).text
