"""The carousel of caption styles, with previews that are really drawn."""

import io
import itertools
from dataclasses import replace

import pytest
from fakes.memory_channel import ALL_CAPABILITIES, ChatMessage
from fakes.world.described_files import SUBTITLES, build_picture, build_video
from fakes.world.users import FakeUser, create_known_user
from fakes.world.world import World
from PIL import Image

from bots.core.conversation.styling.selection import StyleSelection
from models.captions.palette import load_palette
from models.columns import generate_id
from models.jobs.caption_styles import load_caption_styles
from models.jobs.job import Job
from storage.jobs import jobs, transcripts
from storage.media import files
from storage.tenants import branding


async def make_film(house: World, user: FakeUser) -> ChatMessage:
    """The message with the film of a video whose words are given."""
    await user.send_files(SUBTITLES, build_video(), names=("a.srt", "a.mp4"))
    house.run_job()
    await house.deliver_all()
    return user.last_message


async def open_carousel(house: World, user: FakeUser) -> ChatMessage:
    film = await make_film(house, user)
    return await user.choose(film.get_choice_data("Style"), film)


def size_of(message: ChatMessage) -> tuple[int, int]:
    assert message.content.picture is not None
    return Image.open(io.BytesIO(message.content.picture)).size


async def test_the_carousel_shows_each_style_in_one_message_and_comes_round(house: World, ana: FakeUser) -> None:
    message = await open_carousel(house, ana)
    count, seen = len(ana.messages), {message.content.picture}
    titles = [message.text.splitlines()[0]]
    for _ in load_caption_styles():
        assert await ana.choose(message.get_choice_data("▶️"), message) is message
        seen.add(message.content.picture)
        titles.append(message.text.splitlines()[0])
    assert titles[0] == titles[-1] == f"🎨 Classic (1 of {len(load_caption_styles())})"
    assert len(set(titles)) == len(load_caption_styles())
    assert len(seen) == len(load_caption_styles())  # each looks different
    assert len(ana.messages) == count
    assert size_of(message) == (540, 960)


async def test_it_goes_back_too(house: World, ana: FakeUser) -> None:
    message = await open_carousel(house, ana)
    await ana.choose(message.get_choice_data("◀️"), message)
    count = len(load_caption_styles())
    assert f"({count} of {count})" in message.text


@pytest.mark.parametrize("menu", ["Size", "Place", "🎨 Colour", "Second colour"])
async def test_what_is_changed_changes_the_picture_and_is_marked(house: World, ana: FakeUser, menu: str) -> None:
    message = await open_carousel(house, ana)
    before = message.content.picture
    await ana.choose(message.get_choice_data(menu), message)
    assert message.content.picture == before
    assert sum(label.startswith("✅") for label in message.labels) == 1
    chosen = message.choices[-2]
    await ana.choose(chosen.data, message)
    await ana.choose(message.get_choice_data(menu), message)
    assert f"✅ {chosen.label}" in message.labels


async def test_the_way_back_from_a_menu_changes_nothing(house: World, ana: FakeUser) -> None:
    message = await open_carousel(house, ana)
    before = message.content
    await ana.choose(message.get_choice_data("Size"), message)
    await ana.choose(message.get_choice_data("Back"), message)
    assert message.content == before


async def test_the_film_is_made_again_with_its_own_words_in_the_style(house: World, ana: FakeUser) -> None:
    message = await open_carousel(house, ana)
    await ana.choose(message.get_choice_data("▶️"), message)
    await ana.choose(message.get_choice_data("Size"), message)
    await ana.choose(message.get_choice_data("Large"), message)
    assert "costs nothing" in message.text
    style = list(load_caption_styles())[1]
    await ana.choose(message.get_choice_data("Use this"), message)
    assert "making your film again" in message.text
    first, second = house.list_jobs()
    assert (second.parent_id, second.parameters["style"], second.parameters["size"]) == (first.id, style, "large")
    assert (first.credits, second.credits) == (1, 0)
    with house.db.read_transaction() as session:
        assert transcripts.find_given(session, second.id) == transcripts.find_given(session, first.id) is not None
    assert ana.person.tastes == {}


async def test_a_double_tap_makes_one_film(house: World, ana: FakeUser) -> None:
    message = await open_carousel(house, ana)
    await ana.choose(message.get_choice_data("▶️"), message)
    use = message.get_choice_data("Use this")
    await ana.choose(use, message)
    again = await ana.choose(use, message)
    assert "already" in again.text
    assert len(house.list_jobs()) == 2
    house.run_job()
    assert "already" in (await ana.choose(use, message)).text
    assert len(house.list_jobs()) == 2


async def test_a_style_can_be_kept_for_all_films_to_come(house: World, ana: FakeUser) -> None:
    message = await open_carousel(house, ana)
    await ana.choose(message.get_choice_data("▶️"), message)
    await ana.choose(message.get_choice_data("Place"), message)
    await ana.choose(message.get_choice_data("Top"), message)
    await ana.choose(message.get_choice_data("🎨 Colour"), message)
    await ana.choose(message.get_choice_data("Pink"), message)
    await ana.choose(message.get_choice_data("all my films"), message)
    assert "films to come" in message.text
    await ana.send_files(build_video(20))
    parameters = house.list_jobs()[-1].parameters
    assert (parameters["style"], parameters["place"]) == (list(load_caption_styles())[1], "top")
    assert parameters["colour"] == load_palette()["pink"].hex


async def test_settings_open_the_carousel_on_a_neutral_picture(house: World, ana: FakeUser) -> None:
    menu = await ana.send_text("/settings")
    message = await ana.choose(menu.get_choice_data("Captions"), menu)
    assert message is not menu
    assert size_of(message) == (540, 960)
    assert not [label for label in message.labels if "Use this" in label]
    assert house.list_jobs() == []


async def test_a_short_film_of_the_style_comes_in_a_message_of_its_own(house: World, ana: FakeUser) -> None:
    message = await open_carousel(house, ana)
    film = await ana.choose(message.get_choice_data("move"), message)
    assert film is not message
    assert film.upload is not None
    assert b"ftyp" in film.upload.path.read_bytes()[:32]
    assert film.upload.name == "rabisco-classic.mp4"
    assert (film.upload.width, film.upload.height, film.upload.seconds) == (540, 960, 2)
    assert film.upload.thumbnail is not None
    with Image.open(film.upload.thumbnail) as picture:
        assert (picture.format, picture.size) == ("JPEG", (180, 320))
    assert house.store.get_local_path(film.upload.key).read_bytes() == film.upload.path.read_bytes()


async def test_equal_previews_are_drawn_once(house: World, ana: FakeUser) -> None:
    message = await open_carousel(house, ana)
    drawn = list((house.folder / "previews").iterdir())
    await ana.choose(message.get_choice_data("▶️"), message)
    await ana.choose(message.get_choice_data("◀️"), message)
    await ana.choose(message.get_choice_data("Size"), message)
    assert len(list((house.folder / "previews").iterdir())) == len(drawn) + 1


async def test_where_the_source_is_gone_a_sentence_says_so_and_nothing_is_charged(house: World, ana: FakeUser) -> None:
    message = await open_carousel(house, ana)
    with house.db.transaction() as session:
        for media in jobs.list_inputs(session, house.list_jobs()[0].id):
            files.release(session, media)
    await ana.choose(message.get_choice_data("▶️"), message)
    assert message.content.picture is not None
    await ana.choose(message.get_choice_data("Use this"), message)
    assert ana.last_message.text.endswith("(FILE_GONE)")
    assert len(house.list_jobs()) == 1


async def test_somebody_elses_buttons_do_nothing(house: World, ana: FakeUser) -> None:
    message = await open_carousel(house, ana)
    stranger = create_known_user(house, ana.account, "99")
    for label in ("▶️", "Use this", "move", "all my films", "Size"):
        assert "can't find that" in (await stranger.choose(message.get_choice_data(label))).text
    assert "can't find that" in (await stranger.choose(f"style:{house.list_jobs()[0].id.hex}")).text
    assert len(house.list_jobs()) == 1


@pytest.mark.parametrize(
    "data",
    [
        "style:v:x",
        "style:v::m---",
        "style:v::m---:../x",
        "style:q::m---:neon",
        "style:v::m-!-:neon",
        "style:::",
        "style:v::x---:neon",
    ],
)
async def test_forged_buttons_get_a_reply_and_do_nothing(house: World, ana: FakeUser, data: str) -> None:
    assert (await ana.choose(data)).content.picture is None
    assert house.list_jobs() == []


async def test_a_style_that_is_gone_shows_the_first_one_and_is_named_as_gone(ana: FakeUser) -> None:
    message = await ana.choose("style:v::m---:vapour")
    assert message.text.startswith("🎨 Classic (1 of")
    assert "The style vapour is no longer there" in message.text


@pytest.fixture
def vapour(house: World, ana: FakeUser) -> str:
    """A style of the tenant's."""
    with house.db.transaction() as session:
        branding.save_style(session, ana.account.account.tenant_id, "vapour", load_caption_styles()["neon"])
    return "vapour"


def remove_style(house: World, user: FakeUser, name: str) -> None:
    with house.db.transaction() as session:
        assert branding.remove_style(session, user.person.tenant_id, name)


async def test_a_press_for_a_style_that_was_removed_since_makes_and_keeps_nothing(
    house: World, ana: FakeUser, vapour: str
) -> None:
    message = await open_carousel(house, ana)
    await ana.choose(message.get_choice_data("◀️"), message)
    assert vapour in message.text
    pressed = [message.get_choice_data(label) for label in ("Use this", "all my films", "move", "Size")]
    remove_style(house, ana, vapour)
    for data in pressed:
        await ana.choose(data, message)
        assert "The style vapour is no longer there" in message.text
        assert message.text.startswith("🎨 Classic")
        assert message.content.picture is not None
    assert len(house.list_jobs()) == 1
    assert ana.person.tastes == {}


async def test_a_film_whose_style_was_removed_keeps_it_for_itself_alone(
    house: World, ana: FakeUser, vapour: str
) -> None:
    await ana.choose(f"style:k::m---:{vapour}")
    film = await make_film(house, ana)
    remove_style(house, ana, vapour)
    message = await ana.choose(film.get_choice_data("Style"), film)
    assert message.text.startswith(f"🎨 {vapour}")
    await ana.choose(message.get_choice_data("Size"), message)
    await ana.choose(message.get_choice_data("Large"), message)
    await ana.choose(message.get_choice_data("Use this"), message)
    assert "in this style: vapour" in message.text
    first, second = house.list_jobs()
    names = ("style", "custom_style")
    assert [second.parameters[name] for name in names] == [first.parameters[name] for name in names]
    assert second.parameters["custom_style"] is not None
    await ana.choose(message.get_choice_data("all my films"), message)
    assert "no longer there" in message.text


async def test_settings_with_a_style_that_was_removed_open_at_the_one_that_films_have(
    house: World, ana: FakeUser, vapour: str
) -> None:
    await ana.choose(f"style:k::m---:{vapour}")
    remove_style(house, ana, vapour)
    assert (await ana.choose("style:")).text.startswith("🎨 Classic (1 of")


async def test_a_result_of_another_kind_has_no_style(house: World, ana: FakeUser) -> None:
    await ana.send_files(build_picture())
    job: Job = house.list_jobs()[0]
    assert "can't find that" in (await ana.choose(f"style:{job.id.hex}")).text


async def test_without_buttons_styles_are_a_numbered_list_with_a_picture_per_choice(house: World) -> None:
    account = house.get_account("typed", capabilities=replace(ALL_CAPABILITIES, has_buttons=False, can_edit=False))
    user = create_known_user(house, account, "55")
    await make_film(house, user)
    listed = await user.send_text("🎨 Style")
    assert len(listed.labels) == len(load_caption_styles())
    shown = await user.send_text("2")
    assert shown is not listed
    assert size_of(shown) == (540, 960)
    use = next(number for number, label in enumerate(shown.labels, 1) if "Use this" in label)
    await user.send_text(str(use))
    assert house.list_jobs()[-1].parameters["style"] == list(load_caption_styles())[1]


def test_every_selection_survives_a_button_of_64_bytes() -> None:
    colours = ["auto", *(colour.hex for colour in load_palette().values())]
    values = itertools.product(
        [None, generate_id()], ["small", "medium", "large"], ["auto", "top", "middle", "bottom"], colours
    )
    for job_id, size, place, colour in values:
        selection = StyleSelection(job_id, "a" * 24, size, place, colour, colours[-1])
        assert StyleSelection.parse(selection.encode()) == selection
        assert len(f"style:v:{selection.encode()}".encode()) <= 64
