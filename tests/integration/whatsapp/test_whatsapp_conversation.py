"""A conversation over WhatsApp: the real receiver, desk and channel, below the library a strict fake."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fakes.answering import Number, answering
from fakes.house import House, open_house, picture, video
from fakes.whatsapp import IMAGE, VIDEO, contents


@pytest.fixture
def house(tmp_path: Path) -> House:
    return open_house(tmp_path)


@pytest.fixture
async def number(house: House, tmp_path: Path) -> AsyncIterator[Number]:
    async with answering(house, tmp_path) as number:
        yield number


async def test_a_newcomer_is_welcomed_in_the_language_of_their_country(number: Number) -> None:
    ana, bob = number.person(), number.person("12125550100")
    ana.says("Oi!")
    bob.says("hi")
    await number.hears(ana, "Oi! Eu sou")
    await number.hears(bob, "Hi! I'm Rabisco")


async def test_a_picture_becomes_a_film_that_answers_it_with_three_edits_on_the_way(number: Number) -> None:
    ana = number.person("12125550100")
    sent = ana.sends_picture(picture())
    progress = await number.hears(ana, "Got it!")
    assert progress.reply_to == sent
    await number.answered(1)
    await number.house.tick()
    await number.hears(ana, "You're next")
    await number.work()
    film = await number.hears(ana, "Here is your drawing!")
    await number.house.tick()
    await number.hears(ana, "Done!")
    assert (film.kind, film.reply_to) == ("video", sent)
    assert (film.content.videoMessage.width, film.content.videoMessage.height) == (1280, 720)
    assert film.options == {"🔁 Again": "1", "⬇️ Original file": "2"}
    assert len(progress.edits) <= 3
    assert ana.chat.reactions[sent] == "👀"
    assert sent in ana.chat.read
    assert ana.chat.typing


async def test_menus_are_answered_by_number_and_by_quoting(number: Number) -> None:
    ana = number.person("12125550100")
    ana.says("/language")
    languages = await number.hears(ana, "Which language shall I speak?")
    ana.says("settings")
    await number.hears(ana, "Your films.")
    ana.answers(languages, languages.options["Español"])
    await number.hears(ana, "Ahora hablo español.")


async def test_the_film_comes_as_a_file_when_it_is_asked_for_and_again_without_another_upload(number: Number) -> None:
    ana = number.person("12125550100")
    ana.sends_picture(picture())
    await number.answered(1)
    await number.work()
    film = await number.hears(ana, "Here is your drawing!")
    for count in (1, 2):
        ana.answers(film, "2")
        document = await number.hears(ana, "The original file", count)
    assert document.kind == "document"
    assert document.media is not None
    assert document.media.content.startswith(b"a film of ")
    assert len(number.fake.made("Upload")) == 2  # the film, and the file: in another way encrypted


async def test_an_album_becomes_one_film_and_is_acknowledged_once(number: Number) -> None:
    ana = number.person("12125550100")
    ana.sends_album([picture(), picture(), picture()])
    await number.hears(ana, "Got them!")
    await number.answered(1)
    (job,) = number.house.jobs()
    assert len(number.house.inputs(job)) == 3


async def test_all_kinds_of_videos_are_captioned(number: Number) -> None:
    ana = number.person("12125550100")
    ana.sends_video(video(), "look")
    ana.sends(contents.round_video(ana.uploads(video(), VIDEO)))
    ana.sends_document(video(), "film.mov", "video/quicktime")
    await number.answered(3)
    assert len(number.house.jobs()) == 3


async def test_a_view_once_picture_is_drawn_like_any_other(number: Number) -> None:
    ana = number.person("12125550100")
    ana.sends_picture(picture(), IsViewOnce=True, IsEphemeral=True)
    await number.answered(1)
    assert len(number.house.jobs()) == 1


async def test_a_sticker_is_answered_though_nothing_can_be_done_with_it(number: Number) -> None:
    ana = number.person("12125550100")
    ana.sends(contents.sticker(ana.uploads(b"webp", IMAGE)))
    await number.hears(ana, "/help")


async def test_what_is_not_meant_for_us_is_neither_answered_nor_acknowledged(number: Number) -> None:
    ana, group = number.person("12125550100"), number.fake.group(phone=number.phone)
    ignored = [
        ana.says("hello everybody", group=group),
        ana.sends_picture(picture(), at=number.fake.now() - 25 * 3600),
        ana.sends(contents.edit("3EB0", ana.address, "corrected"), IsEdit=True),
    ]
    ana.says("/start")
    await number.hears(ana, "Hi! I'm Rabisco")
    assert len(ana.chat.messages) == 1
    assert group.chat.messages == []
    assert not set(ignored) & (ana.chat.read | group.chat.read)


async def test_in_a_group_who_mentions_us_is_answered_there(number: Number) -> None:
    ana, group = number.person("12125550100"), number.fake.group(phone=number.phone)
    ana.sends(contents.mentioning(f"@{number.phone.number} help", f"{number.phone.number}@s.whatsapp.net"), group=group)
    answer = await group.chat.arrival(lambda message: "What I do" in message.text)
    assert answer.chat_id == group.chat.id


async def test_somebody_first_known_by_phone_stays_the_same_person_when_their_lid_appears(number: Number) -> None:
    before = number.person("12125550100", lid="")
    before.says("/language")
    menu = await number.hears(before, "Which language")
    before.answers(menu, "3")
    await number.hears(before, "Ahora hablo español.")
    before.lid = "777"
    before.says("ajuda")
    await number.hears(before, "/settings cómo")


async def test_who_says_stop_gets_one_goodbye_and_is_welcome_back(number: Number) -> None:
    ana = number.person("12125550100")
    ana.sends_picture(picture())
    await number.answered(1)
    ana.says("STOP")
    await number.hears(ana, "The film I was working on is cancelled, and nothing was charged.")
    said = len(ana.chat.messages)
    await number.house.tick()
    ana.says("/start")
    await number.hears(ana, "Hi! I'm Rabisco")
    assert len(ana.chat.messages) == said + 1


async def test_administrators_are_known_by_their_phone_whatever_they_write_as(house: House, tmp_path: Path) -> None:
    async with answering(house, tmp_path, owners=frozenset({"whatsapp:12125550100"})) as number:
        boss = number.person("12125550100")
        boss.says("/unjoin")
        await number.hears(boss, "To take two chats apart")


async def test_several_people_at_once_are_answered_each_in_their_own_order(number: Number) -> None:
    crowd = [number.person(f"1212555{place:04d}") for place in range(12)]
    for text in ("/settings", "/language", "/balance", "/help"):
        for person in crowd:
            person.says(text)
    for person in crowd:
        await number.hears(person, "What I do")
        told = [message.text.split()[0] for message in person.chat.messages]
        assert told == ["Your", "Which", "You", "What"]


async def test_a_film_that_cannot_be_fetched_any_more_is_asked_for_again(number: Number) -> None:
    ana = number.person("12125550100")
    number.fake.fail("DownloadAny", "download failed with status code 410")
    ana.sends_picture(picture())
    await number.hears(ana, "(FILE_EXPIRED)")
