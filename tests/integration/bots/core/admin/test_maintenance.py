"""`/maintenance`: nothing new is taken, what was taken is made, and administrators are let through."""

import pytest
from fakes.memory_channel import ChatMessage
from fakes.world.described_files import build_picture, build_rejected_file, build_video
from fakes.world.users import FakeUser, Team
from fakes.world.world import World

from models.errors import ErrorCode
from models.identity.people import Person

SENTENCE = "I'm being worked on and take nothing new for the moment."


async def turned_on(somebody: FakeUser, text: str = "") -> ChatMessage:
    asked = await somebody.send_text(f"/maintenance on {text}".strip())
    return await somebody.choose(asked.choices[0].data, asked)


def other(house: World, id_: str = "5") -> FakeUser:
    """Somebody of another business."""
    return FakeUser(house, house.get_account("theirs", tenant="other"), id=id_)


async def with_role(somebody: FakeUser, role: str) -> FakeUser:
    await somebody.send_text("/start")
    somebody.world.run_in_transaction(
        lambda session: setattr(session.get_one(Person, somebody.person.id), "role", role)
    )
    return somebody


async def test_new_films_are_answered_with_the_sentence_and_the_operators_own_words(house: World, team: Team) -> None:
    await turned_on(team.admin, "Back at 3 pm")
    said = await team.stranger.send_files(build_picture())
    assert SENTENCE in said.text
    assert "Back at 3 pm" in said.text
    assert "MAINTENANCE" in said.text
    assert house.list_jobs() == []


async def test_nothing_is_fetched_that_is_not_taken(team: Team) -> None:
    await turned_on(team.admin)
    await team.stranger.send_files(build_picture(), build_video())
    assert "fetch" not in team.stranger.account.channel.calls
    assert len([shown for shown in team.stranger.messages if SENTENCE in shown.text]) == 1


async def test_films_that_were_taken_are_made_and_arrive(house: World, team: Team) -> None:
    await team.stranger.send_files(build_picture())
    await turned_on(team.admin)
    assert house.run_job()
    await house.deliver_all()
    assert team.stranger.last_message.kind == "video"


async def test_a_film_once_more_is_a_new_one(house: World, team: Team) -> None:
    await team.stranger.send_files(build_picture())
    house.run_job()
    await house.deliver_all()
    film = team.stranger.last_message
    await turned_on(team.admin)
    assert SENTENCE in (await team.stranger.choose(f"again:{house.list_jobs()[0].id.hex}", film)).text
    assert len(house.list_jobs()) == 1


async def test_everything_else_is_answered_as_ever(team: Team) -> None:
    await turned_on(team.admin)
    assert (await team.stranger.send_text("/balance")).text.startswith("You have")


async def test_administrators_are_let_through_and_helpers_are_not(house: World, team: Team) -> None:
    await turned_on(team.admin)
    await team.owner.send_files(build_picture())
    await team.admin.send_files(build_picture())
    assert len(house.list_jobs()) == 2
    assert SENTENCE in (await team.support.send_files(build_picture())).text


async def test_it_holds_for_every_process_at_once_and_is_over_when_it_is_turned_off(house: World, team: Team) -> None:
    elsewhere = FakeUser(house, house.get_account("second"), id="40")
    await turned_on(team.admin)
    assert SENTENCE in (await elsewhere.send_files(build_picture())).text
    assert "over" in (await team.admin.send_text("/maintenance off")).text
    await elsewhere.send_files(build_picture())
    assert len(house.list_jobs()) == 1


async def test_the_operators_maintenance_is_everybodys_and_lets_only_the_operators_through(
    house: World, team: Team
) -> None:
    theirs = await with_role(other(house), "owner")
    asked = await team.owner.send_text("/maintenance on")
    assert "for every business here" in asked.text
    await team.owner.choose(asked.choices[0].data, asked)
    assert SENTENCE in (await theirs.send_files(build_picture())).text
    assert "Maintenance is off" in (await theirs.send_text("/maintenance off")).text
    assert SENTENCE in (await theirs.send_files(build_picture())).text


async def test_a_businesss_own_maintenance_is_its_own(house: World, team: Team) -> None:
    theirs, guest = await with_role(other(house), "admin"), other(house, id_="6")
    asked = await theirs.send_text("/maintenance on Baking")
    assert "every business" not in asked.text
    await theirs.choose(asked.choices[0].data, asked)
    assert "Baking" in (await guest.send_files(build_picture())).text
    await theirs.send_files(build_picture())
    await team.stranger.send_files(build_picture())
    assert len(house.list_jobs()) == 2


async def test_it_asks_first_and_says_what_goes_on_and_what_people_read(house: World, team: Team) -> None:
    await team.stranger.send_files(build_picture())
    asked = await team.admin.send_text("/maintenance on Back soon")
    assert "go on: 1" in asked.text
    assert SENTENCE in asked.text
    assert "Back soon" in asked.text
    house.run_job()
    await team.stranger.send_files(build_picture())
    assert len(house.list_jobs()) == 2


async def test_how_it_stands_is_shown_and_ended_with_a_button(team: Team) -> None:
    assert "Maintenance is off" in (await team.admin.send_text("/maintenance")).text
    await turned_on(team.admin, "Back soon")
    shown = await team.admin.send_text("/maintenance")
    assert "Back soon" in shown.text
    assert "over" in (await team.admin.choose(shown.choices[0].data, shown)).text


async def test_another_word_replaces_the_first(team: Team) -> None:
    await turned_on(team.admin, "one")
    await turned_on(team.admin, "two")
    said = (await team.stranger.send_files(build_picture())).text
    assert "two" in said
    assert "one" not in said.replace(SENTENCE, "")


@pytest.mark.parametrize("words", ["perhaps", "offf", "1"])
async def test_what_is_not_understood_changes_nothing(house: World, team: Team, words: str) -> None:
    assert "Like this" in (await team.admin.send_text(f"/maintenance {words}")).text
    await team.stranger.send_files(build_picture())
    assert len(house.list_jobs()) == 1


async def test_support_and_strangers_can_neither_see_nor_turn_it(house: World, team: Team) -> None:
    nothing = (await team.stranger.send_text("/whatever")).text
    asked = await team.admin.send_text("/maintenance on")
    for somebody in (team.support, team.stranger):
        assert (await somebody.send_text("/maintenance on")).text == nothing
        await somebody.choose(asked.choices[0].data, asked)
    await team.stranger.send_files(build_picture())
    assert len(house.list_jobs()) == 1


async def test_it_is_written_down_without_the_words(team: Team) -> None:
    await turned_on(team.admin, "secret words")
    await team.admin.send_text("/maintenance off")
    assert [(row.action, row.about) for row in team.list_audit_rows()] == [
        ("maintenance", {"verb": "on"}),
        ("maintenance", {"verb": "off"}),
    ]


async def test_a_file_that_is_no_good_is_told_so_only_when_files_are_taken(team: Team) -> None:
    await turned_on(team.admin)
    assert SENTENCE in (await team.stranger.send_files(build_rejected_file(ErrorCode.NOT_MEDIA))).text
