from fakes.house import SUBTITLES, House, Somebody, picture, video

from models.errors import ErrorCode, RequestRejected
from models.jobs.job import Job
from storage.jobs import jobs, transcripts
from storage.media import files


def only(found: list[Job]) -> Job:
    assert len(found) == 1
    return found[0]


async def test_again_makes_a_new_film_of_the_same_files_with_todays_tastes(house: House, ana: Somebody) -> None:
    await ana.sends(picture(), picture(900), names=("a.png", "b.png"))
    house.work()
    await house.settle()
    film = ana.last
    await ana.takes("set:hand=none")
    await ana.takes(film.data("Again"), film)
    first, second = house.jobs()
    assert (second.parent_id, second.reply_to, second.parameters["hand"]) == (first.id, first.reply_to, "none")
    assert house.inputs(second) == ["a.png", "b.png"]
    assert second.status_delivery_id not in {None, first.status_delivery_id}


async def test_a_failed_caption_made_again_keeps_the_language_that_was_answered(house: House, bia: Somebody) -> None:
    question = await bia.sends(video())
    await bia.takes(question.data("Inglês"), question)
    house.renderer.raises = RequestRejected(ErrorCode.NO_SPEECH)
    house.work()
    await house.settle()
    failure = bia.last
    assert "(NO_SPEECH ·" in failure.text
    assert "Seu crédito voltou." in failure.text
    await bia.takes(failure.data("De novo"), failure)
    assert [job.parameters["language"] for job in house.jobs()] == ["en", "en"]


async def test_a_film_of_given_subtitles_made_again_keeps_them(house: House, bia: Somebody) -> None:
    await bia.sends(SUBTITLES, video(), names=("a.srt", "a.mp4"))
    first = only(house.jobs())
    await bia.takes(f"again:{first.id.hex}")
    second = house.jobs()[1]
    with house.db.read_transaction() as session:
        assert transcripts.find_given(session, second.id) == transcripts.find_given(session, first.id)


async def test_again_after_the_files_are_gone_says_so_and_charges_nothing(house: House, ana: Somebody) -> None:
    await ana.sends(picture())
    house.work()
    await house.settle()
    film = ana.last
    with house.db.transaction() as session:
        for media in jobs.list_inputs(session, house.jobs()[0].id):
            files.release(session, media)
    await ana.takes(film.data("Again"), film)
    assert ana.last.text.endswith("(FILE_GONE)")
    assert len(house.jobs()) == 1


async def test_the_original_comes_as_a_file(house: House, ana: Somebody) -> None:
    await ana.sends(picture())
    house.work()
    await house.settle()
    film = ana.last
    copy = await ana.takes(film.data("Original"), film)
    assert (copy.manner, copy.reply_to) == ("file", film.reply_to)
    assert copy.upload is not None
    assert film.upload is not None
    assert copy.upload.path == film.upload.path


async def test_a_film_that_is_not_made_yet_has_no_original(house: House, ana: Somebody) -> None:
    await ana.sends(picture())
    assert "already deleted" in (await ana.takes(f"file:{house.jobs()[0].id.hex}")).text


async def test_without_credits_the_answer_says_what_it_costs_and_when_new_ones_come(
    house: House, ana: Somebody
) -> None:
    for number in range(3):
        await ana.sends(video(290 + number))
        house.work()
    await house.settle()
    message = await ana.sends(video(280))
    message = next(shown for shown in ana.seen if shown.text.endswith("(NOT_ENOUGH_CREDITS)"))
    assert "You have 1 credit left, and this film costs 3." in message.text
    assert "December 1, 2026" in message.text
    assert len(house.jobs()) == 3


async def test_new_credits_come_with_the_new_month(house: House, ana: Somebody) -> None:
    await ana.sends(video(290))
    house.work()
    house.time.forward(10 * 86_400)
    assert "You have 10 credits." in (await ana.writes("/balance")).text


async def test_more_films_than_may_wait_are_refused_until_one_is_done(house: House, ana: Somebody) -> None:
    for number in range(3):
        await ana.sends(picture(500 + number))
    refused = await ana.sends(picture(600))
    assert refused.text.endswith("(TOO_MANY_WAITING)")
    assert len(house.jobs()) == 3
    house.work()
    await ana.sends(picture(600))
    assert len(house.jobs()) == 4


async def test_a_video_longer_than_the_plan_allows_is_refused(house: House, ana: Somebody) -> None:
    refused = await ana.sends(video(301))
    assert refused.text.endswith("(PLAN_LIMIT)")
    assert "up to 300 seconds" in refused.text
    assert house.jobs() == []


async def test_cancelling_under_the_progress_message_returns_the_credit(house: House, ana: Somebody) -> None:
    message = await ana.sends(picture())
    await house.tick()
    await ana.takes(message.data("Cancel"), message)
    await house.tick()
    assert message.text == "✖️ Cancelled.\nYour credit is back."
    assert message.choices == []
    assert len(ana.seen) == 1


async def test_cancelling_what_is_done_says_that_it_is_too_late(house: House, ana: Somebody) -> None:
    await ana.sends(picture())
    house.work()
    assert (await ana.takes(f"cancel:{house.jobs()[0].id.hex}")).text == "That one has already finished."
    assert house.jobs()[0].status == "done"


async def test_what_a_person_likes_is_kept_for_each_of_them(house: House, ana: Somebody) -> None:
    await ana.takes("set:finish=lines")
    await Somebody(house, ana.counter, id="8").sends(picture())
    assert only(house.jobs()).parameters["finish"] == "colour"
