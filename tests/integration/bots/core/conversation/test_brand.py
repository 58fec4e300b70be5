"""Brand kits of people and of tenants."""

import json
from typing import Any

import pytest
from fakes.world.described_files import build_picture, build_video
from fakes.world.users import FakeUser, Team
from fakes.world.world import World
from sqlmodel import select

from models.captions.palette import load_palette
from models.media.facts import MediaKind
from models.media.files import StoredFile
from storage.media import files

PINK, BLUE = load_palette()["pink"].hex, load_palette()["blue"].hex


async def make_job(house: World, user: FakeUser, content: bytes = b"") -> dict[str, Any]:
    await user.send_files(content or build_video())
    parameters = house.list_jobs()[-1].parameters
    house.run_job()
    return parameters


async def test_a_font_and_colours_are_on_every_film_whatever_its_style(house: World, team: Team) -> None:
    user = team.stranger
    await user.send_text("/brand")
    message = user.last_message
    before = message.content.picture
    for menu, value in (("🔤 Font", "Bangers"), ("🎨 Colour", "Pink"), ("Second", "Blue")):
        await user.choose(message.get_choice_data(menu), message)
        await user.choose(message.get_choice_data(value), message)
    assert "Font: Bangers" in message.text
    assert message.content.picture != before
    assert len(user.messages) == 1
    await user.choose("set:style=karaoke")
    brand = (await make_job(house, user))["brand"]
    assert (brand["font"], brand["colour"], brand["second_colour"]) == ("Bangers", PINK, BLUE)


async def test_a_person_is_over_the_tenant_and_what_they_leave_open_is_the_tenants(house: World, team: Team) -> None:
    await team.admin.send_text("/brand all #111111 #222222")
    assert (await make_job(house, team.stranger))["brand"]["colour"] == "#111111"
    await team.stranger.send_text("/brand #abcdef")
    brand = (await make_job(house, team.stranger))["brand"]
    assert (brand["colour"], brand["second_colour"]) == ("#ABCDEF", "#222222")
    message = await team.stranger.send_text("/brand")
    await team.stranger.choose("brand:me:colour=none", message)
    assert (await make_job(house, team.stranger))["brand"]["colour"] == "#111111"
    assert team.list_actions() == ["brand"]


async def test_what_is_chosen_for_a_film_is_over_the_brand(house: World, team: Team) -> None:
    await team.stranger.send_text("/brand #abcdef")
    await team.stranger.choose("style:k::m-p-:neon")
    assert (await make_job(house, team.stranger))["colour"] == PINK


async def test_a_picture_sent_once_is_the_logo_of_films_and_sketches(house: World, team: Team) -> None:
    user = team.stranger
    await user.send_files(build_picture(300, 200), names=("logo.png",), text="/logo")
    assert "That is your logo now" in user.messages[-2].text
    assert "Logo: set" in user.last_message.text
    assert house.list_jobs() == []
    caption = await make_job(house, user)
    sketch = await make_job(house, user, build_picture(500))
    assert caption["logo"] == sketch["logo"]
    assert caption["logo"]["corner"] == "top-right"
    message = await user.send_text("/brand")
    await user.choose(message.get_choice_data("Corner"), message)
    await user.choose(message.get_choice_data("Bottom left"), message)
    await user.choose(message.get_choice_data("Logo size"), message)
    await user.choose(message.get_choice_data("Large"), message)
    logo = (await make_job(house, user))["logo"]
    assert (logo["corner"], logo["size"]) == ("bottom-left", "large")


async def test_the_file_of_a_logo_outlives_the_message_it_came_with(house: World, team: Team) -> None:
    user = team.stranger
    await user.send_files(build_picture(300, 200), text="/logo")
    with house.db.transaction() as session:
        media = files.find_last_sent(session, user.person.id, {MediaKind.IMAGE}, house.db.clock())
        assert media is not None
        files.release(session, media)
        assert session.exec(select(StoredFile.references)).all() == [1]
    await user.choose("brand:me:logo=none")
    assert "Logo: none" in user.last_message.text
    with house.db.read_transaction() as session:
        assert session.exec(select(StoredFile)).all() == []
    assert (await make_job(house, user))["logo"] is None


async def test_the_logo_is_put_by_a_reply_or_after_the_picture(team: Team) -> None:
    user = team.stranger
    assert "with /logo under it" in (await user.send_text("/logo")).text
    await user.send_files(build_picture(300, 200))
    await user.send_text("/logo")
    assert "That is your logo now" in user.messages[-2].text


@pytest.mark.parametrize("content", [build_picture(5000, 300), build_video()])
async def test_what_is_no_logo_is_refused(house: World, team: Team, content: bytes) -> None:
    await team.stranger.send_files(content, text="/logo")
    assert "logo" in team.stranger.last_message.text.lower()
    assert "That is your logo" not in "".join(message.text for message in team.stranger.messages)
    assert house.list_jobs() == []


async def test_a_broken_picture_is_no_logo(team: Team) -> None:
    await team.stranger.send_files(json.dumps({"code": "BROKEN_FILE", "values": {}}).encode(), text="/logo")
    assert team.stranger.last_message.text.endswith("(BROKEN_FILE)")


@pytest.mark.parametrize(
    "data", ["brand:all", "brand:all:colour=#111111", "brand:all:logo=none", "brand:you", "brand:"]
)
async def test_the_tenants_brand_is_its_administrators(team: Team, data: str) -> None:
    assert "Your brand" not in (await team.stranger.choose(data)).text
    assert "everybody" not in team.stranger.last_message.text
    assert "Like this" in (await team.stranger.send_text("/brand all #111111")).text


@pytest.mark.parametrize("value", ["font=Comic Sans", "colour=red", "corner=middle", "size=huge", "logo=x", "x=y"])
async def test_forged_values_change_nothing(house: World, team: Team, value: str) -> None:
    await team.stranger.choose(f"brand:me:{value}")
    brand = (await make_job(house, team.stranger))["brand"]
    assert set(brand.values()) == {None}


async def test_a_colour_that_is_none_is_answered_with_how_to_write_one(team: Team) -> None:
    assert "Like this: /brand" in (await team.stranger.send_text("/brand blue")).text


async def test_the_worker_gets_the_picture_of_the_logo(house: World, team: Team) -> None:
    user = team.stranger
    await user.send_files(build_picture(300, 200), text="/logo")
    await user.send_files(build_video())
    house.run_job()
    logo = house.renderer.last_spec.logo
    assert logo is not None
    assert logo.read_bytes() == build_picture(300, 200)


async def test_in_a_group_nobody_changes_the_tenants_brand(house: World, team: Team) -> None:
    admin = FakeUser(house, team.admin.account, id="2", chat="group", in_group=True)
    assert "Like this" in (await admin.send_text("/brand all #111111")).text
