"""`/vocabulary`: names and brands of a business, which go with each of its jobs."""

from fakes.world.described_files import build_picture, build_video
from fakes.world.users import FakeUser, Team
from fakes.world.world import World

from models.identity.people import Tenant


def words_of(house: World, user: FakeUser) -> list[str]:
    with house.db.read_transaction() as session:
        return session.get_one(Tenant, user.person.tenant_id).vocabulary


async def test_words_are_added_shown_removed_and_cleared(house: World, team: Team) -> None:
    assert "No names are known yet" in (await team.admin.send_text("/vocabulary")).text
    shown = await team.admin.send_text("/vocabulary add Rabisco, João Dória")
    assert "2 words are heard as they are spelled here:\nRabisco, João Dória" in shown.text
    assert "One word" in (await team.admin.send_text("/vocabulary remove RABISCO")).text
    await team.admin.send_text("/vocabulary set Pix, Pix, iFood")
    assert words_of(house, team.admin) == ["Pix", "iFood"]
    assert "Pix, iFood" in (await team.admin.send_text("/vocabulary")).text
    await team.admin.send_text("/vocabulary clear")
    assert words_of(house, team.admin) == []
    verbs = [row.about.get("verb") for row in team.list_audit_rows()]
    assert [verb for verb in verbs if verb] == ["add", "remove", "set", "clear"]


async def test_more_than_whisper_listens_for_is_refused_and_changes_nothing(house: World, team: Team) -> None:
    await team.admin.send_text("/vocabulary set Rabisco")
    many = ", ".join(f"Nome Comprido {number}" for number in range(60))
    assert "more than can be listened for" in (await team.admin.send_text(f"/vocabulary add {many}")).text
    assert words_of(house, team.admin) == ["Rabisco"]


async def test_anything_else_is_answered_with_the_form(house: World, team: Team) -> None:
    for text in ("/vocabulary add", "/vocabulary add , !", "/vocabulary sing Rabisco"):
        assert "Like this" in (await team.admin.send_text(text)).text
    assert words_of(house, team.admin) == []


async def test_those_who_are_not_in_charge_have_no_such_command(house: World, team: Team) -> None:
    await team.stranger.send_text("/vocabulary set Rabisco")
    assert words_of(house, team.stranger) == []


async def test_the_words_go_with_the_jobs_of_their_own_business_alone(house: World, team: Team) -> None:
    await team.admin.send_text("/vocabulary set Rabisco, Pix")
    await team.stranger.send_files(build_video())
    await team.stranger.send_files(build_picture())
    other = FakeUser(house, house.get_account("theirs", tenant="other"), id="5")
    await other.send_files(build_video())
    ours, picture, theirs = house.list_jobs()
    assert ours.parameters["vocabulary"] == ["Rabisco", "Pix"]
    assert "vocabulary" not in picture.parameters
    assert theirs.parameters["vocabulary"] == []
