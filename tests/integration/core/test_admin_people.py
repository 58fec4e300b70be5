"""People looked up, noted about, banned and let in again."""

import dataclasses

import pytest
from fakes.channels import EVERYTHING
from fakes.house import House, Somebody, picture
from fakes.team import Team, gather_team
from sqlmodel import select

from models.jobs.job import JobStatus
from models.operations.admin import PersonNote
from storage.identity import user_search


async def crowd(house: House, team: Team, count: int) -> None:
    for number in range(count):
        house.time.forward(3)
        await Somebody(house, team.owner.counter, id=f"9{number:03d}", name=f"Bia {number}").writes("/start")


async def test_people_are_listed_newest_first_page_by_page_in_one_message(house: House, team: Team) -> None:
    await crowd(house, team, 10)
    shown = await team.support.writes("/users")
    assert "People: 14. Page 1 of 2." in shown.text
    assert shown.labels[0] == "Bia 9 · memory:9009"
    assert len(shown.labels) == user_search.PAGE_SIZE + 1
    await team.support.takes(shown.data("More"), shown)
    assert "Page 2 of 2" in shown.text
    assert shown.labels[-2:] == ["Olga · memory:1", "⬅️ Back"]
    await team.support.takes(shown.data("Back"), shown)
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
async def test_people_are_found_by_name_and_id(house: House, team: Team, words: str, found: int) -> None:
    await crowd(house, team, 10)
    assert f"People: {found}." in (await team.support.writes(f"/users {words}")).text


@pytest.mark.parametrize("words", ["#99999", "#2 bia", "#0", "#-1", "#999999999", "+", "x" * 3000, "\0"])
async def test_any_words_of_a_search_are_answered(team: Team, words: str) -> None:
    assert "People:" in (await team.support.writes(f"/users {words}")).text


@pytest.mark.parametrize("words", ["🎬" * 20, "ñandú " * 10])
async def test_a_button_carries_any_search_to_its_next_page(house: House, team: Team, words: str) -> None:
    for number in range(user_search.PAGE_SIZE + 1):
        await Somebody(house, team.owner.counter, id=f"8{number}", name=words.strip()).writes("/start")
    shown = await team.support.writes(f"/users {words}")
    assert all(len(choice.data.encode()) <= 64 for choice in shown.choices)
    await team.support.takes(shown.data("More"), shown)
    assert f"People: {user_search.PAGE_SIZE + 1}. Page 2 of 2." in shown.text


async def test_another_tenants_people_are_nobody(house: House, team: Team) -> None:
    other = Somebody(house, house.counter("theirs", tenant="other"), id="77", name="Bob")
    await other.writes("/start")
    assert "People: 0." in (await team.owner.writes("/users Bob")).text
    for name in ("memory:77", other.row.id.hex, other.row.short_id):
        assert "don't know" in (await team.owner.writes(f"/user {name}")).text


async def test_somebody_is_shown_with_balance_films_and_payments(house: House, team: Team) -> None:
    await team.stranger.sends(picture())
    house.work()
    await house.settle()
    await team.stranger.sends(picture())
    text = (await team.support.writes("/user memory:7")).text
    assert "Ana · memory:7" in text
    assert "Credits: 8 · held 1 · owed 0" in text
    assert "done 1 · failed 0 · cancelled 0 · waiting 1" in text
    assert "language en · plan Free" in text
    assert "films cost nothing" in (await team.support.writes("/user memory:2")).text


async def test_somebody_is_found_by_the_letters_of_a_list_and_their_film_is_a_button_away(team: Team) -> None:
    await team.stranger.sends(picture())
    people = await team.support.writes("/users Ana")
    await team.support.takes(people.data("Ana"), people)
    assert "Ana · memory:7" in people.text
    (label,) = [label for label in people.labels if "waiting" in label]
    await team.support.takes(people.data(label), people)
    assert "For memory:7 (Ana)" in people.text


async def test_notes_are_kept_shown_and_cut(house: House, team: Team) -> None:
    await team.support.writes("/user memory:7 Paid in cash, call back")
    await team.admin.writes(f"/user memory:7 {'x' * 5000}")
    text = (await team.admin.writes("/user memory:7")).text
    assert "📝 November 22, 2026: Paid in cash, call back" in text
    with house.db.read_transaction() as session:
        first, second = session.exec(select(PersonNote).order_by(PersonNote.created_at)).all()  # type: ignore[arg-type]
    assert (first.author_id, first.person_id) == (team.support.row.id, team.stranger.row.id)
    assert len(second.text) == 500


async def test_support_sees_no_button_it_may_not_press(team: Team) -> None:
    assert not [label for label in (await team.support.writes("/user memory:7")).labels if "Ban" in label]
    assert [label for label in (await team.admin.writes("/user memory:7")).labels if "Ban" in label]


async def test_a_ban_says_what_will_happen_and_is_done_when_it_is_confirmed(house: House, team: Team) -> None:
    await team.stranger.sends(picture())
    asked = await team.admin.writes("/ban memory:7")
    assert "Films that stop: 1" in asked.text
    assert team.stranger.row.banned_at is None
    await team.admin.takes(asked.data("Yes"), asked)
    assert "is banned" in asked.text
    assert asked.choices == []
    assert [job.status for job in house.jobs()] == [JobStatus.CANCELLED]
    (row,) = team.audited()
    assert (row.action, row.about) == ("ban", {"person": str(team.stranger.row.id), "cancelled": 1})


async def ban(team: Team, who: str = "memory:7") -> None:
    asked = await team.admin.writes(f"/ban {who}")
    await team.admin.takes(asked.data("Yes"), asked)


async def test_who_is_banned_gets_one_sentence_and_nothing_else(house: House, team: Team) -> None:
    progress = await team.stranger.sends(picture())
    shown = progress.text
    await ban(team)
    fetched = team.stranger.counter.channel.calls.count("fetch")
    await house.tick()
    assert progress.text == shown
    before = len(team.stranger.seen)
    for does in (team.stranger.writes("/start"), team.stranger.sends(picture()), team.stranger.takes("plans")):
        assert "can't use me any more" in (await does).text
    assert len(team.stranger.seen) == before + 3
    assert team.stranger.counter.channel.calls.count("fetch") == fetched
    assert len(house.jobs()) == 1


async def test_who_is_let_in_again_goes_on_with_their_credits(team: Team) -> None:
    await team.stranger.sends(picture())
    await ban(team)
    assert "can use me again" in (await team.admin.writes("/unban memory:7")).text
    assert "You have 10 credits." in (await team.stranger.writes("/balance")).text
    assert team.actions() == ["ban", "unban"]


@pytest.mark.parametrize("who", ["memory:1", "memory:2"])
async def test_nobody_bans_themselves_or_those_above(team: Team, who: str) -> None:
    assert "above" in (await team.admin.writes(f"/ban {who}")).text
    assert "above" in (await team.admin.writes(f"/unban {who}")).text


async def test_a_ban_that_was_asked_for_is_done_by_nobody_else_once_and_in_time(house: House, team: Team) -> None:
    asked = await team.admin.writes("/ban memory:7")
    assert "Nothing was done" in (await team.owner.takes(asked.data("Yes"))).text
    assert "/help" in (await team.stranger.takes(asked.data("Yes"))).text
    house.time.forward(301)
    assert "Nothing was done" in (await team.admin.takes(asked.data("Yes"))).text
    assert team.stranger.row.banned_at is None
    asked = await team.admin.writes("/ban memory:7")
    await team.admin.takes(asked.data("Yes"), asked)
    await team.admin.writes("/unban memory:7")
    sure = f"do:{asked.id}"
    assert "Nothing was done" in (await team.admin.takes(sure)).text
    assert team.stranger.row.banned_at is None


async def test_a_confirmed_button_pressed_twice_is_done_once(team: Team) -> None:
    asked = await team.admin.writes("/ban memory:7")
    sure = asked.data("Yes")
    await team.admin.takes(sure, asked)
    await team.admin.writes("/unban memory:7")
    assert "Nothing was done" in (await team.admin.takes(sure)).text
    assert team.stranger.row.banned_at is None


async def test_who_lost_the_role_meanwhile_can_confirm_nothing(team: Team) -> None:
    asked = await team.admin.writes("/ban memory:7")
    await team.owner.writes("/role memory:2 support")
    assert "Nothing was done" in (await team.admin.takes(asked.data("Yes"))).text
    assert team.stranger.row.banned_at is None


async def test_without_buttons_a_number_presses_and_confirms(house: House) -> None:
    team = await gather_team(house, can=dataclasses.replace(EVERYTHING, has_buttons=False, can_edit=False))
    await team.admin.writes("/users Ana")
    assert "Ana · memory:7" in (await team.admin.writes("1")).text
    assert "Films that stop" in (await team.admin.writes("1")).text
    assert "is banned" in (await team.admin.writes("1")).text
    assert team.stranger.row.banned_at is not None


@pytest.mark.parametrize(("language", "words"), [("pt-br", "Pessoas: 5."), ("es", "Personas: 5.")])
async def test_administrators_are_spoken_to_in_their_own_language(
    house: House, team: Team, language: str, words: str
) -> None:
    boss = Somebody(house, team.owner.counter, id="5", language=language)
    await boss.writes("/start")
    await team.owner.writes("/role memory:5 admin")
    assert words in (await boss.writes("/users")).text
