import asyncio
import dataclasses
from itertools import pairwise

import pytest
from fakes.channels import EVERYTHING
from fakes.house import House, Somebody, picture, video

from bots.core.channel import ChannelError, MessageNotEditable, MessageNotModified, RetryLater
from bots.core.delivery.message_rendering import render_message
from bots.core.delivery.progress_updater import MAX_CONCURRENT_EDITS, MAX_FAILURES, build_status_message
from models.errors import ErrorCode, RequestRejected
from models.jobs.job import Job, JobStage, JobStatus


def job(status: JobStatus, **values: object) -> Job:
    return Job(status=status, kind="sketch", parameters={}, **values)


def said(of: Job, position: int = 1) -> str:
    return render_message(build_status_message(of, position), "en").text


@pytest.mark.parametrize(
    ("of", "position", "text"),
    [
        (job(JobStatus.QUEUED), 1, "🕐 You're next."),
        (job(JobStatus.QUEUED), 2, "🕐 In the queue: number 2."),
        (job(JobStatus.RUNNING, stage="waiting"), 1, "🕐 You're next."),
        (job(JobStatus.RUNNING, stage="listening", progress=0.0), 1, "👂 Listening… 0 %\n▱▱▱▱▱▱▱▱▱▱"),
        (job(JobStatus.RUNNING, stage="drawing", progress=0.456), 1, "✏️ Drawing… 46 %\n▰▰▰▰▱▱▱▱▱▱"),
        (job(JobStatus.RUNNING, stage="captioning", progress=1.0), 1, "💬 Adding the captions… 99 %\n▰▰▰▰▰▰▰▰▰▱"),
        (job(JobStatus.DONE, credits=1), 1, "✅ Done!"),
        (job(JobStatus.FAILED, credits=1), 1, "⚠️ That didn't work. See below."),
        (job(JobStatus.CANCELLED), 1, "✖️ Cancelled."),
        (job(JobStatus.CANCELLED, credits=1), 1, "✖️ Cancelled.\nYour credit is back."),
        (job(JobStatus.CANCELLED, credits=3), 1, "✖️ Cancelled.\nYour 3 credits are back."),
    ],
)
def test_a_progress_message_says_where_the_film_stands(of: Job, position: int, text: str) -> None:
    assert said(of, position) == text


@pytest.mark.parametrize("stage", list(JobStage))
@pytest.mark.parametrize("status", list(JobStatus))
def test_a_film_can_be_cancelled_exactly_while_it_is_not_finished(status: JobStatus, stage: JobStage) -> None:
    message = build_status_message(job(status, stage=stage), 1)
    assert bool(message.choices) is not status.is_final
    assert render_message(message, "pt-BR").text


async def test_edits_of_a_message_are_at_least_three_seconds_apart(house: House, ana: Somebody) -> None:
    message = await ana.sends(picture())
    claim = house.claim()
    for step in range(100):
        house.report(claim, "drawing", step / 100)
        await house.tick(0.5)
    assert len(message.edits) >= 15
    assert all(later.at - earlier.at >= 3 for earlier, later in pairwise(message.edits))


async def test_a_message_is_never_edited_to_the_text_it_has(house: House, ana: Somebody) -> None:
    message = await ana.sends(picture())
    claim = house.claim()
    house.report(claim, "drawing", 0.2)
    for _ in range(5):
        await house.tick()
    house.report(claim, "drawing", 0.201)
    await house.tick()
    assert [edit.text.text.split("\n")[0] for edit in message.edits] == ["✏️ Drawing… 20 %"]


async def test_the_place_in_the_queue_moves_up(house: House, ana: Somebody) -> None:
    bea = Somebody(house, ana.counter, id="8")
    await ana.sends(picture())
    message = await bea.sends(picture(900))
    await house.tick()
    assert message.text == "🕐 In the queue: number 2."
    house.work()
    await house.tick()
    assert message.text == "🕐 You're next."


async def test_far_back_in_the_queue_the_place_is_shown_less_often_the_farther(house: House, ana: Somebody) -> None:
    crowd = [Somebody(house, ana.counter, id=str(number)) for number in range(30, 43)]
    for number, somebody in enumerate(crowd):
        await somebody.sends(picture(100 + number))
    await house.tick()
    near, far = crowd[4], crowd[12]
    for _ in range(4):
        house.work()
        await house.tick()
    assert near.last.text == "🕐 You're next."
    assert [edit.text.text for edit in far.last.edits] == ["🕐 In the queue: number 13."]
    for _ in range(2):
        house.work()
        await house.tick()
    assert far.last.text == "🕐 In the queue: number 7."


@pytest.mark.parametrize(
    ("error", "end"), [(None, "✅ Done!"), (RequestRejected(ErrorCode.TOO_HEAVY), "⚠️ That didn't work. See below.")]
)
async def test_the_end_is_shown_once_and_the_message_then_left_alone(
    house: House, ana: Somebody, error: Exception | None, end: str
) -> None:
    message = await ana.sends(picture())
    await house.tick()
    house.renderer.raises = error
    house.work()
    for _ in range(3):
        await house.tick()
    assert (message.text, message.choices) == (end, [])
    assert [edit.text.text for edit in message.edits] == ["🕐 You're next.", end]
    assert [job.status_closed for job in house.jobs()] == [True]


async def test_the_end_waits_for_its_time_too(house: House, ana: Somebody) -> None:
    message = await ana.sends(picture())
    await house.tick()
    house.work()
    await house.tick(1)
    assert message.text == "🕐 You're next."
    await house.tick(2)
    assert message.text == "✅ Done!"


async def test_a_messenger_that_allows_few_edits_gets_no_more_and_always_shows_the_end(house: House) -> None:
    few = house.counter("few", can=dataclasses.replace(EVERYTHING, max_edits=3))
    message = await Somebody(house, few).sends(video())
    await house.tick()
    claim = house.claim()
    for stage in ("listening", "captioning"):
        for step in range(10):
            house.report(claim, stage, step / 10)
            await house.tick()
    assert [edit.text.text for edit in message.edits] == ["🕐 You're next.", "👂 I'm listening…"]
    house.change(lambda session: house.pipeline.cancel(session, claim.job_id, Somebody(house, few).row) and None)
    await house.tick()
    assert len(message.edits) == 3
    assert message.text.startswith("✖️ Cancelled.")


async def test_where_edits_are_counted_another_process_makes_only_the_last_one(house: House) -> None:
    few = house.counter("few", can=dataclasses.replace(EVERYTHING, max_edits=3))
    message = await Somebody(house, few).sends(video())
    await house.tick()
    claim = house.claim()
    house.report(claim, "listening", 0.5)
    await house.tick()
    house.ticker = house.new_ticker()
    house.report(claim, "captioning", 0.5)
    await house.tick()
    assert len(message.edits) == 2
    house.change(lambda session: house.pipeline.cancel(session, claim.job_id, Somebody(house, few).row) and None)
    await house.tick()
    assert [edit.text.text.split(".")[0] for edit in message.edits][-1] == "✖️ Cancelled"
    assert len(message.edits) == 3


async def test_where_edits_are_counted_none_is_spent_on_the_queue_moving_on(house: House, ana: Somebody) -> None:
    few = house.counter("few", can=dataclasses.replace(EVERYTHING, max_edits=3))
    for number in range(3):
        await dataclasses.replace(ana, id=f"1{number}").sends(picture())
    message = await Somebody(house, few, id="8").sends(picture())
    for _ in range(4):
        await house.tick(60)
        house.work()
    await house.tick(60)
    assert [edit.text.text for edit in message.edits] == ["🕐 In the queue: number 4.", "✅ Done!"]


async def test_a_messenger_that_cannot_edit_is_not_asked_to(house: House) -> None:
    plain = house.counter("plain", can=dataclasses.replace(EVERYTHING, can_edit=False))
    somebody = Somebody(house, plain)
    await somebody.sends(picture())
    await house.tick()
    house.work()
    await house.tick()
    assert "edit" not in plain.channel.calls
    assert [job.status_closed for job in house.jobs()] == [True]


async def test_a_messenger_that_asks_for_a_pause_gets_it(house: House, ana: Somebody) -> None:
    message = await ana.sends(picture())
    ana.counter.channel.faults["edit"].append(RetryLater(20))
    await house.tick()
    asked = house.time.monotonic()
    for _ in range(10):
        await house.tick()
    assert message.edits[0].at - asked >= 20


async def test_a_refused_edit_of_the_same_text_counts_as_shown(house: House, ana: Somebody) -> None:
    await ana.sends(picture())
    ana.counter.channel.faults["edit"].append(MessageNotModified("same"))
    await house.tick()
    await house.tick()
    assert ana.counter.channel.calls.count("edit") == 1


async def test_the_end_is_shown_although_the_network_failed_for_a_while(house: House, ana: Somebody) -> None:
    message = await ana.sends(picture())
    house.work()
    ana.counter.channel.faults["edit"].extend([ChannelError("away")] * 3)
    for _ in range(5):
        await house.tick()
    assert message.text == "✅ Done!"
    assert [job.status_closed for job in house.jobs()] == [True]


async def test_a_message_that_can_never_be_edited_is_given_up(house: House, ana: Somebody) -> None:
    await ana.sends(picture())
    house.work()
    ana.counter.channel.faults["edit"].extend([ChannelError("no")] * (MAX_FAILURES + 5))
    for _ in range(MAX_FAILURES + 2):
        await house.tick()
    assert ana.counter.channel.calls.count("edit") == MAX_FAILURES
    assert [job.status_closed for job in house.jobs()] == [True]


async def test_a_message_somebody_deleted_is_left_alone(house: House, ana: Somebody) -> None:
    await ana.sends(picture())
    ana.counter.channel.faults["edit"].extend([MessageNotEditable("gone")] * 9)
    await house.tick()
    house.work()
    await house.tick()
    await house.tick()
    assert ana.counter.channel.calls.count("edit") == 2
    assert [job.status_closed for job in house.jobs()] == [True]


async def test_nothing_is_shown_before_the_message_has_been_sent(house: House, ana: Somebody) -> None:
    await ana.counter.desk.handle(ana.carrying(picture()))
    await house.tick()
    assert ana.seen == []
    await house.settle()
    await house.tick()
    assert ana.last.text == "🕐 You're next."


async def test_after_a_restart_progress_goes_on_and_keeps_its_distance(house: House, ana: Somebody) -> None:
    message = await ana.sends(picture())
    claim = house.claim()
    house.report(claim, "drawing", 0.2)
    await house.tick()
    house.time.forward(1)
    house.ticker = house.new_ticker()
    house.report(claim, "drawing", 0.4)
    for _ in range(8):
        await house.tick(0.5)
    assert message.text.startswith("✏️ Drawing… 40 %")
    assert len(message.edits) == 2
    assert message.edits[1].at - message.edits[0].at >= 3


async def test_what_ended_while_nobody_looked_is_shown_after_the_restart(house: House, ana: Somebody) -> None:
    message = await ana.sends(picture())
    await house.tick()
    house.work()
    house.ticker = house.new_ticker()
    await house.tick()
    assert message.text == "✅ Done!"


@pytest.mark.parametrize("fault", [ValueError("a bug in an adapter"), ChannelError("away")])
async def test_a_chat_that_fails_keeps_no_other_from_its_progress(
    house: House, ana: Somebody, fault: Exception
) -> None:
    await ana.sends(picture())
    message = await Somebody(house, ana.counter, id="8").sends(video())
    ana.counter.channel.faults["edit"].append(fault)
    await house.tick()
    await house.tick()
    assert message.text == "🕐 In the queue: number 2."
    assert ana.last.text == "🕐 You're next."


async def test_slow_edits_keep_no_other_message_from_its_progress(house: House, ana: Somebody) -> None:
    bea = Somebody(house, ana.counter, id="8")
    await ana.sends(picture())
    message = await bea.sends(picture(900))
    opened = ana.counter.channel.closed[ana.place.chat] = asyncio.Event()
    house.time.forward(3)
    slow = asyncio.create_task(house.ticker.run_once())
    await ana.counter.channel.until(lambda: bool(message.edits))
    house.work()
    await house.tick()
    assert message.text == "🕐 You're next."
    assert ana.counter.channel.calls.count("edit") == 3
    opened.set()
    await slow
    await house.tick()
    assert ana.last.text == "✅ Done!"


async def test_more_messages_than_may_be_edited_at_once_all_have_their_turn(house: House, ana: Somebody) -> None:
    crowd = [Somebody(house, ana.counter, id=str(number)) for number in range(30, 30 + MAX_CONCURRENT_EDITS + 5)]
    for number, somebody in enumerate(crowd):
        await somebody.sends(picture(100 + number))
    await house.tick()
    assert sum(bool(somebody.last.edits) for somebody in crowd) == MAX_CONCURRENT_EDITS
    await house.tick(0)
    assert all(somebody.last.edits for somebody in crowd)


async def test_a_stage_nobody_has_words_for_stops_no_other_progress(house: House, ana: Somebody) -> None:
    await ana.sends(picture())
    house.report(house.claim(), "dreaming", 0.5)
    message = await Somebody(house, ana.counter, id="8").sends(picture(900))
    await house.tick()
    assert message.text == "🕐 You're next."


async def test_progress_is_told_in_the_language_the_person_has_now(house: House, ana: Somebody) -> None:
    message = await ana.sends(picture())
    await ana.takes("language:pt-BR")
    await house.tick()
    assert message.text == "🕐 Você é o próximo."
    assert message.labels == ["✖️ Cancelar"]
