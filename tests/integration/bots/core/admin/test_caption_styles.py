"""Caption styles of a tenant, sent as files."""

import pytest
from fakes.world.described_files import build_video
from fakes.world.users import FakeUser, Team
from fakes.world.world import World

from models.jobs.caption_styles import load_caption_styles, read_bundled_file

OWN = read_bundled_file("hormozi").replace("#FFD60A", "#12AB34")


async def send_style(user: FakeUser, text: str = OWN, name: str = "Minha Marca.toml") -> str:
    await user.send_files(text.encode(), names=(name,))
    return "\n".join(message.text for message in user.messages[-2:])


async def test_an_admin_adds_a_style_by_its_file_and_sees_it(team: Team) -> None:
    said = await send_style(team.admin)
    assert "The style minha-marca can be chosen now." in said
    assert team.admin.last_message.content.picture is not None
    assert "minha-marca" in (await team.admin.send_text("/styles")).text
    assert [(row.action, row.about["verb"]) for row in team.list_audit_rows()] == [("styles", "add")]


async def test_everybody_of_the_tenant_can_choose_it_and_nobody_of_another(house: World, team: Team) -> None:
    await send_style(team.admin)
    user = team.stranger
    await user.choose("style:v::m---:minha-marca")
    assert user.last_message.text.startswith(f"🎨 minha-marca ({len(load_caption_styles()) + 1} of")
    await user.choose(user.last_message.get_choice_data("all my films"), user.last_message)
    assert "💬 Captions: minha-marca" in (await user.send_text("/settings")).labels
    await user.send_files(build_video())
    parameters = house.list_jobs()[-1].parameters
    assert (parameters["style"], parameters["custom_style"]["active"]["fill"]) == ("minha-marca", "#12AB34")
    other = FakeUser(house, house.get_account("elsewhere", tenant="rival"), id="77")
    await other.choose("style:v::m---:minha-marca")
    assert other.last_message.text.startswith("🎨 Classic (1 of")


async def test_a_film_in_a_style_that_was_removed_gets_the_usual_one(house: World, team: Team) -> None:
    await send_style(team.admin)
    await team.stranger.choose("style:k::m---:minha-marca")
    assert "is removed" in (await team.admin.send_text("/styles remove minha-marca")).text
    await team.stranger.send_files(build_video())
    parameters = house.list_jobs()[-1].parameters
    assert (parameters["style"], parameters["custom_style"]) == ("classic", None)
    assert "no style called" in (await team.admin.send_text("/styles remove minha-marca")).text


async def test_the_file_of_one_of_ours_is_shown_to_begin_with_and_is_taken_back(team: Team) -> None:
    shown = (await team.admin.send_text("/styles show karaoke")).text
    assert "can be chosen now" in await send_style(team.admin, shown, "k2.toml")


async def test_the_same_name_replaces_the_style(house: World, team: Team) -> None:
    await send_style(team.admin)
    await send_style(team.admin, OWN.replace("#12AB34", "#AB1234"))
    await team.stranger.choose("style:k::m---:minha-marca")
    await team.stranger.send_files(build_video())
    assert house.list_jobs()[-1].parameters["custom_style"]["active"]["fill"] == "#AB1234"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("#12AB34", "green"), "at active.fill. Allowed there: #FFD60A"),
        (("size = 1.22", "size = 9"), "at font.size. Allowed there: ≤ 1.6"),
        (("size = 1.22", "size = nan"), "at font.size. Allowed there: 1, 0.5"),
        (('"Anton"', '"/etc/passwd"'), "at font.family. Allowed there: Montserrat, Anton"),
        (('"feed"', '"moon"'), "at place. Allowed there: feed"),
        (('case = "upper"', 'case = "wild"'), "at font.case. Allowed there: 'upper' or 'as_is'"),
        (('active = "pop"', 'active = "explode"'), "at motion.active. Allowed there: pop"),
        (("order = 20", "order = 20\nscript = 1"), "a field that there is not: script"),
        (("order = 20", ""), "missing in the style file: order"),
        (("max_words = 4", "max_words = 4000"), "at group.max_words. Allowed there: ≤ 12"),
        (("order = 20", "order ="), "read line 2"),
    ],
)
async def test_a_mistake_is_named_by_its_field(team: Team, change: tuple[str, str], said: str) -> None:
    assert change[0] in OWN
    assert said in await send_style(team.admin, OWN.replace(*change))
    assert "no styles of your own" in (await team.admin.send_text("/styles")).text


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00", b"a" * 30_000, b"a=" + b"[" * 9000, b"a.b" + b".c" * 6000 + b"=1", b"\x00" * 99]
)
async def test_hostile_files_get_a_sentence(team: Team, content: bytes) -> None:
    await team.admin.send_files(content, names=("x.toml",))
    assert "STYLE_" in team.admin.last_message.text or "EMPTY" in team.admin.last_message.text


async def test_a_style_file_of_somebody_without_a_role_is_no_media(team: Team) -> None:
    assert "(NOT_MEDIA)" in await send_style(team.stranger)
    assert "(NOT_MEDIA)" in await send_style(team.support)
    assert "no styles of your own" in (await team.admin.send_text("/styles")).text


@pytest.mark.parametrize("name", ["neon.toml", "123.toml", "日本.toml", ".toml"])
async def test_names_that_cannot_be_are_refused(team: Team, name: str) -> None:
    assert "another name" in await send_style(team.admin, name=name)


async def test_there_is_a_limit(team: Team) -> None:
    for number in range(20):
        await team.admin.send_files(OWN.encode(), names=(f"s{number}.toml",))
    assert "more than 20 styles" in await send_style(team.admin)
    assert "can be chosen now" in await send_style(team.admin, name="s3.toml")


async def test_a_film_keeps_a_style_that_is_removed_when_it_is_edited(house: World, team: Team) -> None:
    await send_style(team.admin)
    await team.stranger.choose("style:k::m---:minha-marca")
    await team.stranger.send_files(build_video())
    house.run_job()
    first = house.list_jobs()[-1]
    await team.admin.send_text("/styles remove minha-marca")
    await team.stranger.choose(f"edited:{first.id.hex}:z")
    second = house.list_jobs()[-1]
    assert second.id != first.id
    assert (second.parameters["style"], second.parameters["custom_style"]) == (
        first.parameters["style"],
        first.parameters["custom_style"],
    )
