"""A conversation over WhatsApp: the real receiver, desk and channel, below the library a strict fake."""

from pathlib import Path

from fakes.whatsapp import DOCUMENT, IMAGE, VIDEO, contents
from fakes.world.described_files import ASS_SUBTITLES, build_picture, build_video
from fakes.world.whatsapp import WhatsAppBot, open_whatsapp_bot
from fakes.world.world import World


async def test_a_newcomer_is_welcomed_in_the_language_of_their_country(number: WhatsAppBot) -> None:
    ana, bob = number.get_person(), number.get_person("12125550100")
    ana.send_text("Oi!")
    bob.send_text("hi")
    await number.wait_for_message(ana, "Oi! Eu sou")
    await number.wait_for_message(bob, "Hi! I'm Rabisco")


async def test_a_picture_becomes_a_film_that_answers_it_with_three_edits_on_the_way(number: WhatsAppBot) -> None:
    ana = number.get_person("12125550100")
    sent = ana.send_picture(build_picture())
    progress = await number.wait_for_message(ana, "Got it!")
    assert progress.reply_to == sent
    await number.wait_until_handled(1)
    await number.world.advance_progress()
    await number.wait_for_message(ana, "You're next")
    await number.run_job()
    film = await number.wait_for_message(ana, "Here is your drawing!")
    await number.world.advance_progress()
    await number.wait_for_message(ana, "Done!")
    assert (film.kind, film.reply_to) == ("video", sent)
    assert (film.content.videoMessage.width, film.content.videoMessage.height) == (1280, 720)
    assert film.options == {
        "🔁 Again": "1",
        "⬇️ Original file": "2",
        "⬇️ Picture (PNG)": "3",
        "⬇️ Lines (SVG)": "4",
        "🔢 Change the order": "5",
    }
    assert len(progress.edits) <= 3
    assert ana.chat.reactions[sent] == "👀"
    assert sent in ana.chat.read_ids
    assert ana.chat.typing_states


async def test_menus_are_answered_by_number_and_by_quoting(number: WhatsAppBot) -> None:
    ana = number.get_person("12125550100")
    ana.send_text("/language")
    languages = await number.wait_for_message(ana, "Which language shall I speak?")
    ana.send_text("settings")
    await number.wait_for_message(ana, "Your films.")
    ana.send_reply(languages, languages.options["Español"])
    await number.wait_for_message(ana, "Ahora hablo español.")


async def test_the_film_comes_as_a_file_when_it_is_asked_for_and_again_without_another_upload(
    number: WhatsAppBot,
) -> None:
    ana = number.get_person("12125550100")
    ana.send_picture(build_picture())
    await number.wait_until_handled(1)
    await number.run_job()
    film = await number.wait_for_message(ana, "Here is your drawing!")
    await number.wait_until_handled(1)  # and the film recorded as sent, which a reply is compared with
    for count in (1, 2):
        ana.send_reply(film, "2")
        document = await number.wait_for_message(ana, "The original file", count)
    assert document.kind == "document"
    assert document.media is not None
    assert document.media.content.startswith(b"a film of ")
    assert len(number.fake.list_calls("Upload")) == 2  # the film, and the file: in another way encrypted


async def test_the_subtitles_of_a_film_come_as_three_documents_by_the_number_of_their_choice(
    number: WhatsAppBot,
) -> None:
    ana = number.get_person("12125550100")
    ana.send_video(build_video())
    await number.wait_until_handled(1)
    await number.run_job()
    film = await number.wait_for_message(ana, "Here is your video with captions!")
    ana.send_reply(film, film.options["📄 Subtitles"])
    await number.wait_for_message(ana, "The subtitles of the film as .ass")
    await number.wait_until_handled(2)
    sent = [message for message in ana.chat.messages if "The subtitles of the film" in message.text]
    assert [message.kind for message in sent] == ["document"] * 3
    assert [message.media.content[:6] for message in sent if message.media] == [b"a srt ", b"a vtt ", b"a ass "]


async def test_an_album_becomes_one_film_and_is_acknowledged_once(number: WhatsAppBot) -> None:
    ana = number.get_person("12125550100")
    ana.send_album([build_picture(), build_picture(), build_picture()])
    await number.wait_for_message(ana, "Got them!")
    await number.wait_until_handled(1)
    (job,) = number.world.list_jobs()
    assert len(number.world.list_input_names(job)) == 3


async def test_all_kinds_of_videos_are_captioned(number: WhatsAppBot) -> None:
    ana = number.get_person("12125550100")
    ana.send_video(build_video(), "look")
    ana.send(contents.build_round_video(ana.upload(build_video(), VIDEO)))
    ana.send_document(build_video(), "film.mov", "video/quicktime")
    await number.wait_until_handled(3)
    assert len(number.world.list_jobs()) == 3


async def test_a_view_once_picture_is_drawn_like_any_other(number: WhatsAppBot) -> None:
    ana = number.get_person("12125550100")
    ana.send_picture(build_picture(), IsViewOnce=True, IsEphemeral=True)
    await number.wait_until_handled(1)
    assert len(number.world.list_jobs()) == 1


async def test_a_sticker_is_answered_though_nothing_can_be_done_with_it(number: WhatsAppBot) -> None:
    ana = number.get_person("12125550100")
    ana.send(contents.build_sticker(ana.upload(b"webp", IMAGE)))
    await number.wait_for_message(ana, "/help")


async def test_what_is_not_meant_for_us_is_neither_answered_nor_acknowledged(number: WhatsAppBot) -> None:
    ana, group = number.get_person("12125550100"), number.fake.get_group(phone=number.phone)
    ignored = [
        ana.send_text("hello everybody", group=group),
        ana.send_picture(build_picture(), at=number.fake.get_now() - 25 * 3600),
        ana.send(contents.build_edit("3EB0", ana.address, "corrected"), IsEdit=True),
    ]
    ana.send_text("/start")
    await number.wait_for_message(ana, "Hi! I'm Rabisco")
    assert len(ana.chat.messages) == 1
    assert group.chat.messages == []
    assert not set(ignored) & (ana.chat.read_ids | group.chat.read_ids)


async def test_in_a_group_who_mentions_us_is_answered_there(number: WhatsAppBot) -> None:
    ana, group = number.get_person("12125550100"), number.fake.get_group(phone=number.phone)
    ana.send(
        contents.build_mention(f"@{number.phone.number} help", f"{number.phone.number}@s.whatsapp.net"), group=group
    )
    answer = await group.chat.wait_for_async(lambda message: "What I do" in message.text)
    assert answer.chat_id == group.chat.id


async def test_somebody_first_known_by_phone_stays_the_same_person_when_their_lid_appears(
    number: WhatsAppBot,
) -> None:
    before = number.get_person("12125550100", lid="")
    before.send_text("/language")
    menu = await number.wait_for_message(before, "Which language")
    before.send_reply(menu, "3")
    await number.wait_for_message(before, "Ahora hablo español.")
    before.lid = "777"
    before.send_text("ajuda")
    await number.wait_for_message(before, "/settings cómo")


async def test_who_says_stop_gets_one_goodbye_and_is_welcome_back(number: WhatsAppBot) -> None:
    ana = number.get_person("12125550100")
    ana.send_picture(build_picture())
    await number.wait_until_handled(1)
    ana.send_text("STOP")
    await number.wait_for_message(ana, "The film I was working on is cancelled, and nothing was charged.")
    said = len(ana.chat.messages)
    await number.world.advance_progress()
    ana.send_text("/start")
    await number.wait_for_message(ana, "Hi! I'm Rabisco")
    assert len(ana.chat.messages) == said + 1


async def test_administrators_are_known_by_their_phone_whatever_they_write_as(house: World, tmp_path: Path) -> None:
    async with open_whatsapp_bot(house, tmp_path, admin_ids=frozenset({"whatsapp:12125550100"})) as number:
        boss = number.get_person("12125550100")
        boss.send_text("/unjoin")
        await number.wait_for_message(boss, "To take two chats apart")


async def test_several_people_at_once_are_answered_each_in_their_own_order(number: WhatsAppBot) -> None:
    crowd = [number.get_person(f"1212555{place:04d}") for place in range(12)]
    for text in ("/settings", "/language", "/balance", "/help"):
        for person in crowd:
            person.send_text(text)
    for person in crowd:
        await number.wait_for_message(person, "What I do")
        told = [message.text.split()[0] for message in person.chat.messages]
        assert told == ["Your", "Which", "You", "What"]


async def test_a_film_that_cannot_be_fetched_any_more_is_asked_for_again(number: WhatsAppBot) -> None:
    ana = number.get_person("12125550100")
    number.fake.fail_calls("DownloadAny", "download failed with status code 410")
    ana.send_picture(build_picture())
    await number.wait_for_message(ana, "(FILE_EXPIRED)")


async def test_a_message_that_cannot_be_read_is_answered_with_one_sentence(number: WhatsAppBot) -> None:
    ana = number.get_person("12125550100")
    ana.send_undecryptable()
    answer = await number.wait_for_message(ana, "(MESSAGE_UNREADABLE)")
    assert "as a normal message" in answer.text
    ana.send_undecryptable(is_hidden=True)
    ana.send_text("/start")
    await number.wait_for_message(ana, "Hi! I'm Rabisco")
    assert len(ana.chat.messages) == 2


async def test_a_message_that_becomes_readable_is_handled_and_nothing_else_said(number: WhatsAppBot) -> None:
    ana = number.get_person("12125550100")
    sent = ana.send_undecryptable(is_unavailable=False)
    ana.send_picture(build_picture(), new_id=sent)
    await number.wait_until_handled(2)
    assert len(number.world.list_jobs()) == 1
    assert [message.text for message in ana.chat.messages] == ["Got it! Having a look…"]


async def test_subtitles_that_a_phone_calls_a_sound_go_onto_the_video_they_quote(number: WhatsAppBot) -> None:
    ana = number.get_person("12125550100")
    first = ana.send_document(build_video(20), "first.mp4", "video/mp4")
    await number.wait_until_handled(1)
    ana.send_document(build_video(21), "second.mp4", "video/mp4")
    await number.wait_until_handled(2)
    ana.send_quoting(first, contents.build_document(ana.upload(ASS_SUBTITLES, DOCUMENT), "legendas.ass", "audio/aac"))
    await number.wait_until_handled(3)
    job = number.world.list_jobs()[-1]
    assert (job.kind, number.world.list_input_names(job)) == ("caption", ["first.mp4"])


async def test_in_a_group_our_name_under_somebodys_picture_draws_the_picture(number: WhatsAppBot) -> None:
    group = number.fake.get_group(phone=number.phone)
    ana, bob = number.get_person("12125550100"), number.get_person("12125550101")
    picture = bob.send_picture(build_picture(), group=group)
    ana.send_quoting(picture, contents.build_text(f"@{number.phone.number}"), group=group)
    await group.chat.wait_for_async(lambda message: "Got it!" in message.text)
    await number.wait_until_handled(1)
    assert [job.kind for job in number.world.list_jobs()] == ["sketch"]
