"""`/maintenance`: nothing new is taken, what was taken is made, and administrators are let through."""

import pytest
from fakes.channels import Shown
from fakes.house import House, Somebody, picture, unfit, video
from fakes.team import Team

from models.errors import ErrorCode
from models.identity.people import Person

SENTENCE = "I'm being worked on and take nothing new for the moment."


async def turned_on(somebody: Somebody, text: str = "") -> Shown:
    asked = await somebody.writes(f"/maintenance on {text}".strip())
    return await somebody.takes(asked.choices[0].data, asked)


def other(house: House, id_: str = "5") -> Somebody:
    """Somebody of another business."""
    return Somebody(house, house.counter("theirs", tenant="other"), id=id_)


async def with_role(somebody: Somebody, role: str) -> Somebody:
    await somebody.writes("/start")
    somebody.house.change(lambda session: setattr(session.get_one(Person, somebody.row.id), "role", role))
    return somebody


async def test_new_films_are_answered_with_the_sentence_and_the_operators_own_words(house: House, team: Team) -> None:
    await turned_on(team.admin, "Back at 3 pm")
    said = await team.stranger.sends(picture())
    assert SENTENCE in said.text
    assert "Back at 3 pm" in said.text
    assert "MAINTENANCE" in said.text
    assert house.jobs() == []


async def test_nothing_is_fetched_that_is_not_taken(team: Team) -> None:
    await turned_on(team.admin)
    await team.stranger.sends(picture(), video())
    assert "fetch" not in team.stranger.counter.channel.calls
    assert len([shown for shown in team.stranger.seen if SENTENCE in shown.text]) == 1


async def test_films_that_were_taken_are_made_and_arrive(house: House, team: Team) -> None:
    await team.stranger.sends(picture())
    await turned_on(team.admin)
    assert house.work()
    await house.settle()
    assert team.stranger.last.manner == "video"


async def test_a_film_once_more_is_a_new_one(house: House, team: Team) -> None:
    await team.stranger.sends(picture())
    house.work()
    await house.settle()
    film = team.stranger.last
    await turned_on(team.admin)
    assert SENTENCE in (await team.stranger.takes(f"again:{house.jobs()[0].id.hex}", film)).text
    assert len(house.jobs()) == 1


async def test_everything_else_is_answered_as_ever(team: Team) -> None:
    await turned_on(team.admin)
    assert (await team.stranger.writes("/balance")).text.startswith("You have")


async def test_administrators_are_let_through_and_helpers_are_not(house: House, team: Team) -> None:
    await turned_on(team.admin)
    await team.owner.sends(picture())
    await team.admin.sends(picture())
    assert len(house.jobs()) == 2
    assert SENTENCE in (await team.support.sends(picture())).text


async def test_it_holds_for_every_process_at_once_and_is_over_when_it_is_turned_off(house: House, team: Team) -> None:
    elsewhere = Somebody(house, house.counter("second"), id="40")
    await turned_on(team.admin)
    assert SENTENCE in (await elsewhere.sends(picture())).text
    assert "over" in (await team.admin.writes("/maintenance off")).text
    await elsewhere.sends(picture())
    assert len(house.jobs()) == 1


async def test_the_operators_maintenance_is_everybodys_and_lets_only_the_operators_through(
    house: House, team: Team
) -> None:
    theirs = await with_role(other(house), "owner")
    asked = await team.owner.writes("/maintenance on")
    assert "for every business here" in asked.text
    await team.owner.takes(asked.choices[0].data, asked)
    assert SENTENCE in (await theirs.sends(picture())).text
    assert "Maintenance is off" in (await theirs.writes("/maintenance off")).text
    assert SENTENCE in (await theirs.sends(picture())).text


async def test_a_businesss_own_maintenance_is_its_own(house: House, team: Team) -> None:
    theirs, guest = await with_role(other(house), "admin"), other(house, id_="6")
    asked = await theirs.writes("/maintenance on Baking")
    assert "every business" not in asked.text
    await theirs.takes(asked.choices[0].data, asked)
    assert "Baking" in (await guest.sends(picture())).text
    await theirs.sends(picture())
    await team.stranger.sends(picture())
    assert len(house.jobs()) == 2


async def test_it_asks_first_and_says_what_goes_on_and_what_people_read(house: House, team: Team) -> None:
    await team.stranger.sends(picture())
    asked = await team.admin.writes("/maintenance on Back soon")
    assert "go on: 1" in asked.text
    assert SENTENCE in asked.text
    assert "Back soon" in asked.text
    house.work()
    await team.stranger.sends(picture())
    assert len(house.jobs()) == 2


async def test_how_it_stands_is_shown_and_ended_with_a_button(team: Team) -> None:
    assert "Maintenance is off" in (await team.admin.writes("/maintenance")).text
    await turned_on(team.admin, "Back soon")
    shown = await team.admin.writes("/maintenance")
    assert "Back soon" in shown.text
    assert "over" in (await team.admin.takes(shown.choices[0].data, shown)).text


async def test_another_word_replaces_the_first(team: Team) -> None:
    await turned_on(team.admin, "one")
    await turned_on(team.admin, "two")
    said = (await team.stranger.sends(picture())).text
    assert "two" in said
    assert "one" not in said.replace(SENTENCE, "")


@pytest.mark.parametrize("words", ["perhaps", "offf", "1"])
async def test_what_is_not_understood_changes_nothing(house: House, team: Team, words: str) -> None:
    assert "Like this" in (await team.admin.writes(f"/maintenance {words}")).text
    await team.stranger.sends(picture())
    assert len(house.jobs()) == 1


async def test_support_and_strangers_can_neither_see_nor_turn_it(house: House, team: Team) -> None:
    nothing = (await team.stranger.writes("/whatever")).text
    asked = await team.admin.writes("/maintenance on")
    for somebody in (team.support, team.stranger):
        assert (await somebody.writes("/maintenance on")).text == nothing
        await somebody.takes(asked.choices[0].data, asked)
    await team.stranger.sends(picture())
    assert len(house.jobs()) == 1


async def test_it_is_written_down_without_the_words(team: Team) -> None:
    await turned_on(team.admin, "secret words")
    await team.admin.writes("/maintenance off")
    assert [(row.action, row.about) for row in team.audited()] == [
        ("maintenance", {"verb": "on"}),
        ("maintenance", {"verb": "off"}),
    ]


async def test_a_file_that_is_no_good_is_told_so_only_when_files_are_taken(team: Team) -> None:
    await turned_on(team.admin)
    assert SENTENCE in (await team.stranger.sends(unfit(ErrorCode.NOT_MEDIA))).text
