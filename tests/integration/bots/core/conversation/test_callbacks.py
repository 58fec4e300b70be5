from fakes.world.described_files import SUBTITLES, build_picture, build_video
from fakes.world.users import FakeUser
from fakes.world.world import World

from models.errors import ErrorCode, RequestRejected
from models.jobs.job import Job
from storage.jobs import jobs, transcripts
from storage.media import files


def only(found: list[Job]) -> Job:
    assert len(found) == 1
    return found[0]


async def test_again_makes_a_new_film_of_the_same_files_with_todays_tastes(house: World, ana: FakeUser) -> None:
    await ana.send_files(build_picture(), build_picture(900), names=("a.png", "b.png"))
    house.run_job()
    await house.deliver_all()
    film = ana.last_message
    await ana.choose("set:hand=none")
    await ana.choose(film.get_choice_data("Again"), film)
    first, second = house.list_jobs()
    assert (second.parent_id, second.reply_to, second.parameters["hand"]) == (first.id, first.reply_to, "none")
    assert house.list_input_names(second) == ["a.png", "b.png"]
    assert second.status_delivery_id not in {None, first.status_delivery_id}


async def test_a_failed_caption_made_again_keeps_the_language_that_was_answered(house: World, bia: FakeUser) -> None:
    house.renderer.error = RequestRejected(ErrorCode.LANGUAGE_UNCLEAR)
    await bia.send_files(build_video())
    house.run_job()
    await house.deliver_all()
    await bia.choose(bia.last_message.get_choice_data("Inglês"), bia.last_message)
    house.renderer.error = RequestRejected(ErrorCode.NO_SPEECH)
    house.run_job()
    await house.deliver_all()
    failure = bia.last_message
    assert "(NO_SPEECH ·" in failure.text
    assert "Seu crédito voltou." in failure.text
    await bia.choose(failure.get_choice_data("De novo"), failure)
    assert [job.parameters["language"] for job in house.list_jobs()] == ["auto", "en", "en"]


async def test_a_film_of_given_subtitles_made_again_keeps_them(house: World, bia: FakeUser) -> None:
    await bia.send_files(SUBTITLES, build_video(), names=("a.srt", "a.mp4"))
    first = only(house.list_jobs())
    await bia.choose(f"again:{first.id.hex}")
    second = house.list_jobs()[1]
    with house.db.read_transaction() as session:
        assert transcripts.find_given(session, second.id) == transcripts.find_given(session, first.id)


async def test_again_after_the_files_are_gone_says_so_and_charges_nothing(house: World, ana: FakeUser) -> None:
    await ana.send_files(build_picture())
    house.run_job()
    await house.deliver_all()
    film = ana.last_message
    with house.db.transaction() as session:
        for media in jobs.list_inputs(session, house.list_jobs()[0].id):
            files.release(session, media)
    await ana.choose(film.get_choice_data("Again"), film)
    assert ana.last_message.text.endswith("(FILE_GONE)")
    assert len(house.list_jobs()) == 1


async def test_the_original_comes_as_a_file(house: World, ana: FakeUser) -> None:
    await ana.send_files(build_picture())
    house.run_job()
    await house.deliver_all()
    film = ana.last_message
    copy = await ana.choose(film.get_choice_data("Original"), film)
    assert (copy.kind, copy.reply_to) == ("file", film.reply_to)
    assert copy.upload is not None
    assert film.upload is not None
    assert copy.upload.path == film.upload.path


async def test_a_film_that_is_not_made_yet_has_no_original(house: World, ana: FakeUser) -> None:
    await ana.send_files(build_picture())
    assert "already deleted" in (await ana.choose(f"file:{house.list_jobs()[0].id.hex}")).text


async def test_without_credits_the_answer_says_what_it_costs_and_when_new_ones_come(
    house: World, ana: FakeUser
) -> None:
    for number in range(3):
        await ana.send_files(build_video(290 + number))
        house.run_job()
    await house.deliver_all()
    message = await ana.send_files(build_video(280))
    message = next(shown for shown in ana.messages if shown.text.endswith("(NOT_ENOUGH_CREDITS)"))
    assert "You have 1 credit left, and this film costs 3." in message.text
    assert "December 1, 2026" in message.text
    assert len(house.list_jobs()) == 3


async def test_new_credits_come_with_the_new_month(house: World, ana: FakeUser) -> None:
    await ana.send_files(build_video(290))
    house.run_job()
    house.clock.advance(10 * 86_400)
    assert "You have 10 credits." in (await ana.send_text("/balance")).text


async def test_more_films_than_may_wait_are_refused_until_one_is_done(house: World, ana: FakeUser) -> None:
    for number in range(3):
        await ana.send_files(build_picture(500 + number))
    refused = await ana.send_files(build_picture(600))
    assert refused.text.endswith("(TOO_MANY_WAITING)")
    assert len(house.list_jobs()) == 3
    house.run_job()
    await ana.send_files(build_picture(600))
    assert len(house.list_jobs()) == 4


async def test_a_video_longer_than_the_plan_allows_is_refused(house: World, ana: FakeUser) -> None:
    refused = await ana.send_files(build_video(301))
    assert refused.text.endswith("(PLAN_LIMIT)")
    assert "up to 300 seconds" in refused.text
    assert house.list_jobs() == []


async def test_cancelling_under_the_progress_message_returns_the_credit(house: World, ana: FakeUser) -> None:
    message = await ana.send_files(build_picture())
    await house.advance_progress()
    await ana.choose(message.get_choice_data("Cancel"), message)
    await house.advance_progress()
    assert message.text == "✖️ Cancelled.\nYour credit is back."
    assert message.choices == []
    assert len(ana.messages) == 1


async def test_cancelling_what_is_done_says_that_it_is_too_late(house: World, ana: FakeUser) -> None:
    await ana.send_files(build_picture())
    house.run_job()
    assert (await ana.choose(f"cancel:{house.list_jobs()[0].id.hex}")).text == "That one has already finished."
    assert house.list_jobs()[0].status == "done"


async def test_what_a_person_likes_is_kept_for_each_of_them(house: World, ana: FakeUser) -> None:
    await ana.choose("set:finish=lines")
    await FakeUser(house, ana.account, id="8").send_files(build_picture())
    assert only(house.list_jobs()).parameters["finish"] == "colour"


async def test_an_answer_names_what_it_answers_and_a_result_names_nothing(house: World, ana: FakeUser) -> None:
    sent = ana.build_files_inbound(build_video())
    acknowledged = await ana.handle_inbound(sent)
    assert acknowledged.content.answers == sent.update_ids[0]
    house.run_job()
    await house.deliver_all()
    film = ana.last_message
    assert film.content.answers is None
    for label, is_edit in (("Polish", False), ("Zoom", True), ("Make this film", False), ("Plans", False)):
        menu = ana.last_message
        choice = "say:plans" if label == "Plans" else menu.get_choice_data(label)
        pressed = ana.build_inbound(menu.id, choice=choice)
        answer = await ana.handle_inbound(pressed)
        assert (answer is menu) == is_edit
        assert answer.content.answers == pressed.update_ids[0]
