"""The menu of edits under a captioned film, and the film made again with them."""

from dataclasses import replace

import pytest
from fakes.memory_channel import ALL_CAPABILITIES
from fakes.world.described_files import SUBTITLES, build_video
from fakes.world.users import FakeUser
from fakes.world.world import World

from models.jobs.job import Job
from storage.jobs import jobs, transcripts
from storage.media import files


async def make_film(house: World, user: FakeUser, seconds: int = 30) -> Job:
    await user.send_files(build_video(seconds))
    house.run_job()
    await house.deliver_all()
    return house.list_jobs()[-1]


def switches_of(job: Job) -> set[str]:
    names = ("cut_pauses", "punch_in", "progress_bar", "title", "end_card")
    return {name for name in names if job.parameters[name]}


async def test_a_film_is_made_again_with_what_was_switched_on(house: World, ana: FakeUser) -> None:
    first = await make_film(house, ana)
    film = ana.last_message
    menu = await ana.choose(film.get_choice_data("Polish"), film)
    assert menu is not film
    assert "It costs 1 credit." in menu.text
    await ana.choose(menu.get_choice_data("Cut pauses"), menu)
    await ana.choose(menu.get_choice_data("Card at the end"), menu)
    await ana.choose(menu.get_choice_data("Make this film"), menu)
    second = house.list_jobs()[1]
    assert (second.parent_id, second.kind, second.credits) == (first.id, "caption", 1)
    assert (switches_of(first), switches_of(second)) == (set(), {"cut_pauses", "end_card"})
    assert second.parameters["card_name"] == "Rabisco"


async def test_the_menu_shows_what_is_on_and_a_second_tap_switches_it_off(house: World, ana: FakeUser) -> None:
    await make_film(house, ana)
    menu = await ana.choose(ana.last_message.get_choice_data("Polish"), ana.last_message)
    count = len(ana.messages)
    await ana.choose(menu.get_choice_data("Zoom"), menu)
    assert "✅" in next(choice.label for choice in menu.choices if "Zoom" in choice.label)
    await ana.choose(menu.get_choice_data("Zoom"), menu)
    assert "✅" not in next(choice.label for choice in menu.choices if "Zoom" in choice.label)
    assert len(ana.messages) == count


@pytest.mark.parametrize(
    ("language", "polish", "label", "make"),
    [
        ("en", "Polish", "🤐 Hide swear words", "Make this film"),
        ("pt-BR", "Turbinar", "🤐 Esconder palavrões", "Fazer este vídeo"),
        ("es", "Pulir", "🤐 Ocultar palabrotas", "Hacer este video"),
    ],
)
@pytest.mark.parametrize("has_buttons", [True, False])
async def test_swear_words_are_hidden_in_one_film_by_a_switch_under_it(
    house: World, language: str, polish: str, label: str, make: str, has_buttons: bool
) -> None:
    capabilities = replace(ALL_CAPABILITIES, has_buttons=has_buttons)
    user = FakeUser(house, house.get_account("other", capabilities=capabilities), language=language)
    await make_film(house, user)
    film = user.last_message
    menu = await user.choose(film.get_choice_data(polish), film)
    assert len(menu.choices) <= 10  # as many rows as a list of WhatsApp has
    menu = await user.choose(menu.get_choice_data(label), menu)
    assert f"✅ {label}" in menu.labels
    await user.choose(menu.get_choice_data(make), menu)
    second = house.list_jobs()[1]
    assert (second.parameters["profanity"], second.parameters["subtitle_track"]) == ("mask", False)
    menu = await user.choose(f"edit:{second.id.hex}")
    assert [each for each in menu.labels if "✅" in each] == [f"✅ {label}"]
    menu = await user.choose(menu.get_choice_data(label), menu)
    await user.choose(menu.get_choice_data("🔍"), menu)
    await user.choose(menu.get_choice_data(make), menu)
    assert house.list_jobs()[2].parameters["profanity"] == "keep"


async def test_two_taps_make_one_film_and_a_film_as_it_is_is_not_made(house: World, ana: FakeUser) -> None:
    first = await make_film(house, ana)
    assert "like that already" in (await ana.choose(f"edited:{first.id.hex}:-")).text
    await ana.choose(f"edited:{first.id.hex}:zb")
    assert "exactly that already" in (await ana.choose(f"edited:{first.id.hex}:bz")).text
    assert len(house.list_jobs()) == 2


async def test_a_film_of_given_subtitles_keeps_them(house: World, ana: FakeUser) -> None:
    await ana.send_files(SUBTITLES, build_video(), names=("a.srt", "a.mp4"))
    first = house.list_jobs()[0]
    await ana.choose(f"edited:{first.id.hex}:t")
    second = house.list_jobs()[1]
    with house.db.read_transaction() as session:
        assert transcripts.find_given(session, second.id) == transcripts.find_given(session, first.id)


async def test_somebody_elses_film_is_not_found(house: World, ana: FakeUser, bia: FakeUser) -> None:
    first = await make_film(house, ana)
    for data in (f"edit:{first.id.hex}", f"edit:{first.id.hex}:z", f"edited:{first.id.hex}:z"):
        await bia.choose(data)
    assert len(house.list_jobs()) == 1


@pytest.mark.parametrize("data", ["edit:", "edit:zz", "edit:" + "0" * 32, "edited:", "edited:" + "0" * 32 + ":pz"])
async def test_hostile_data_of_buttons_is_answered(ana: FakeUser, data: str) -> None:
    assert (await ana.choose(data)).text


async def test_unknown_letters_are_no_switches(house: World, ana: FakeUser) -> None:
    first = await make_film(house, ana)
    await ana.choose(f"edited:{first.id.hex}:z!Q")
    assert switches_of(house.list_jobs()[1]) == {"punch_in"}


async def test_where_the_video_is_gone_it_is_said_and_nothing_is_charged(house: World, ana: FakeUser) -> None:
    first = await make_film(house, ana)
    with house.db.transaction() as session:
        for media in jobs.list_inputs(session, first.id):
            files.release(session, media)
    await ana.choose(f"edited:{first.id.hex}:z")
    assert ana.last_message.text.endswith("(FILE_GONE)")
    assert len(house.list_jobs()) == 1


async def test_switches_are_settings_too(house: World, ana: FakeUser) -> None:
    await ana.choose("set:bar=on")
    await ana.choose("set:title=on")
    assert switches_of(await make_film(house, ana)) == {"progress_bar", "title"}


async def test_what_else_was_made_of_a_film_does_not_count_as_the_film_wanted(house: World, ana: FakeUser) -> None:
    await ana.choose("set:bar=on")
    first = await make_film(house, ana)
    await ana.choose("set:bar=off")
    await ana.choose("set:size=large")
    await ana.choose(f"again:{first.id.hex}")
    with house.db.transaction() as session:
        names = {"id", "short_id", "kind", "parent_id", "created_at", "updated_at"}
        session.add(Job(kind="summary", parent_id=first.id, **first.model_dump(exclude=names)))
    await ana.choose(f"edited:{first.id.hex}:-")
    films = [job for job in house.list_jobs() if job.kind == "caption"]
    assert [(switches_of(film), film.parameters["size"]) for film in films] == [
        ({"progress_bar"}, "medium"),
        (set(), "large"),
        (set(), "medium"),
    ]
