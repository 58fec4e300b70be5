import asyncio
import dataclasses
from itertools import pairwise

import pytest
from fakes.memory_channel import ALL_CAPABILITIES
from fakes.world.described_files import build_picture, build_video
from fakes.world.users import FakeUser
from fakes.world.world import World

from bots.core.channel import ChannelError, MessageNotEditable, MessageNotModified, RetryLater
from bots.core.delivery.message_rendering import render_message
from bots.core.delivery.progress_updater import MAX_CONCURRENT_EDITS, MAX_FAILURES, build_status_message
from models.errors import ErrorCode, RequestRejected
from models.jobs.job import Job, JobStatus
from pipeline.kinds.registry import list_kinds
from storage.jobs import jobs
from storage.jobs.outcomes import JobOutcome


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


@pytest.mark.parametrize("stage", ["waiting", *(stage for kind in list_kinds() for stage in kind.stages)])
@pytest.mark.parametrize("status", list(JobStatus))
def test_a_film_can_be_cancelled_exactly_while_it_is_not_finished(status: JobStatus, stage: str) -> None:
    message = build_status_message(job(status, stage=stage), 1)
    assert bool(message.choices) is not status.is_final
    assert render_message(message, "pt-BR").text


async def test_edits_of_a_message_are_at_least_three_seconds_apart(house: World, ana: FakeUser) -> None:
    message = await ana.send_files(build_picture())
    claim = house.claim_job()
    for step in range(100):
        house.report_progress(claim, "drawing", step / 100)
        await house.advance_progress(0.5)
    assert len(message.edits) >= 15
    assert all(later.edited_at - earlier.edited_at >= 3 for earlier, later in pairwise(message.edits))


async def test_a_message_is_never_edited_to_the_text_it_has(house: World, ana: FakeUser) -> None:
    message = await ana.send_files(build_picture())
    claim = house.claim_job()
    house.report_progress(claim, "drawing", 0.2)
    for _ in range(5):
        await house.advance_progress()
    house.report_progress(claim, "drawing", 0.201)
    await house.advance_progress()
    assert [edit.text.text.split("\n")[0] for edit in message.edits] == ["✏️ Drawing… 20 %"]


async def test_the_place_in_the_queue_moves_up(house: World, ana: FakeUser) -> None:
    bea = FakeUser(house, ana.account, id="8")
    await ana.send_files(build_picture())
    message = await bea.send_files(build_picture(900))
    await house.advance_progress()
    assert message.text == "🕐 In the queue: number 2."
    house.run_job()
    await house.advance_progress()
    assert message.text == "🕐 You're next."


async def test_far_back_in_the_queue_the_place_is_shown_less_often_the_farther(house: World, ana: FakeUser) -> None:
    crowd = [FakeUser(house, ana.account, id=str(number)) for number in range(30, 43)]
    for number, somebody in enumerate(crowd):
        await somebody.send_files(build_picture(100 + number))
    await house.advance_progress()
    near, far = crowd[4], crowd[12]
    for _ in range(4):
        house.run_job()
        await house.advance_progress()
    assert near.last_message.text == "🕐 You're next."
    assert [edit.text.text for edit in far.last_message.edits] == ["🕐 In the queue: number 13."]
    for _ in range(2):
        house.run_job()
        await house.advance_progress()
    assert far.last_message.text == "🕐 In the queue: number 7."


@pytest.mark.parametrize(
    ("error", "end"), [(None, "✅ Done!"), (RequestRejected(ErrorCode.TOO_HEAVY), "⚠️ That didn't work. See below.")]
)
async def test_the_end_is_shown_once_and_the_message_then_left_alone(
    house: World, ana: FakeUser, error: Exception | None, end: str
) -> None:
    message = await ana.send_files(build_picture())
    await house.advance_progress()
    house.renderer.error = error
    house.run_job()
    for _ in range(3):
        await house.advance_progress()
    assert (message.text, message.choices) == (end, [])
    assert [edit.text.text for edit in message.edits] == ["🕐 You're next.", end]
    assert [job.status_closed for job in house.list_jobs()] == [True]


async def test_the_end_waits_for_its_time_too(house: World, ana: FakeUser) -> None:
    message = await ana.send_files(build_picture())
    await house.advance_progress()
    house.run_job()
    await house.advance_progress(1)
    assert message.text == "🕐 You're next."
    await house.advance_progress(2)
    assert message.text == "✅ Done!"


async def test_a_messenger_that_allows_few_edits_gets_no_more_and_always_shows_the_end(house: World) -> None:
    few = house.get_account("few", capabilities=dataclasses.replace(ALL_CAPABILITIES, max_edits=3))
    message = await FakeUser(house, few).send_files(build_video())
    await house.advance_progress()
    claim = house.claim_job()
    for stage in ("listening", "captioning"):
        for step in range(10):
            house.report_progress(claim, stage, step / 10)
            await house.advance_progress()
    assert [edit.text.text for edit in message.edits] == ["🕐 You're next.", "👂 I'm listening…"]
    house.run_in_transaction(
        lambda session: house.pipeline.cancel(session, claim.job_id, FakeUser(house, few).person) and None
    )
    await house.advance_progress()
    assert len(message.edits) == 3
    assert message.text.startswith("✖️ Cancelled.")


async def test_where_edits_are_counted_another_process_makes_only_the_last_one(house: World) -> None:
    few = house.get_account("few", capabilities=dataclasses.replace(ALL_CAPABILITIES, max_edits=3))
    message = await FakeUser(house, few).send_files(build_video())
    await house.advance_progress()
    claim = house.claim_job()
    house.report_progress(claim, "listening", 0.5)
    await house.advance_progress()
    house.progress_updater = house.create_progress_updater()
    house.report_progress(claim, "captioning", 0.5)
    await house.advance_progress()
    assert len(message.edits) == 2
    house.run_in_transaction(
        lambda session: house.pipeline.cancel(session, claim.job_id, FakeUser(house, few).person) and None
    )
    await house.advance_progress()
    assert [edit.text.text.split(".")[0] for edit in message.edits][-1] == "✖️ Cancelled"
    assert len(message.edits) == 3


async def test_where_edits_are_counted_none_is_spent_on_the_queue_moving_on(house: World, ana: FakeUser) -> None:
    few = house.get_account("few", capabilities=dataclasses.replace(ALL_CAPABILITIES, max_edits=3))
    for number in range(3):
        await dataclasses.replace(ana, id=f"1{number}").send_files(build_picture())
    message = await FakeUser(house, few, id="8").send_files(build_picture())
    for _ in range(4):
        await house.advance_progress(60)
        house.run_job()
    await house.advance_progress(60)
    assert [edit.text.text for edit in message.edits] == ["🕐 In the queue: number 4.", "✅ Done!"]


async def test_a_messenger_that_cannot_edit_is_not_asked_to(house: World) -> None:
    plain = house.get_account("plain", capabilities=dataclasses.replace(ALL_CAPABILITIES, can_edit=False))
    somebody = FakeUser(house, plain)
    await somebody.send_files(build_picture())
    await house.advance_progress()
    house.run_job()
    await house.advance_progress()
    assert "edit" not in plain.channel.calls
    assert [job.status_closed for job in house.list_jobs()] == [True]


async def test_a_messenger_that_asks_for_a_pause_gets_it(house: World, ana: FakeUser) -> None:
    message = await ana.send_files(build_picture())
    ana.account.channel.faults["edit"].append(RetryLater(20))
    await house.advance_progress()
    asked = house.clock.monotonic()
    for _ in range(10):
        await house.advance_progress()
    assert message.edits[0].edited_at - asked >= 20


async def test_a_refused_edit_of_the_same_text_counts_as_shown(house: World, ana: FakeUser) -> None:
    await ana.send_files(build_picture())
    ana.account.channel.faults["edit"].append(MessageNotModified("same"))
    await house.advance_progress()
    await house.advance_progress()
    assert ana.account.channel.calls.count("edit") == 1


async def test_the_end_is_shown_although_the_network_failed_for_a_while(house: World, ana: FakeUser) -> None:
    message = await ana.send_files(build_picture())
    house.run_job()
    ana.account.channel.faults["edit"].extend([ChannelError("away")] * 3)
    for _ in range(5):
        await house.advance_progress()
    assert message.text == "✅ Done!"
    assert [job.status_closed for job in house.list_jobs()] == [True]


async def test_a_message_that_can_never_be_edited_is_given_up(house: World, ana: FakeUser) -> None:
    await ana.send_files(build_picture())
    house.run_job()
    ana.account.channel.faults["edit"].extend([ChannelError("no")] * (MAX_FAILURES + 5))
    for _ in range(MAX_FAILURES + 2):
        await house.advance_progress()
    assert ana.account.channel.calls.count("edit") == MAX_FAILURES
    assert [job.status_closed for job in house.list_jobs()] == [True]


async def test_a_message_somebody_deleted_is_left_alone(house: World, ana: FakeUser) -> None:
    await ana.send_files(build_picture())
    ana.account.channel.faults["edit"].extend([MessageNotEditable("gone")] * 9)
    await house.advance_progress()
    house.run_job()
    await house.advance_progress()
    await house.advance_progress()
    assert ana.account.channel.calls.count("edit") == 2
    assert [job.status_closed for job in house.list_jobs()] == [True]


async def test_nothing_is_shown_before_the_message_has_been_sent(house: World, ana: FakeUser) -> None:
    await ana.account.handler.handle(ana.build_files_inbound(build_picture()))
    await house.advance_progress()
    assert ana.messages == []
    await house.deliver_all()
    await house.advance_progress()
    assert ana.last_message.text == "🕐 You're next."


async def test_after_a_restart_progress_goes_on_and_keeps_its_distance(house: World, ana: FakeUser) -> None:
    message = await ana.send_files(build_picture())
    claim = house.claim_job()
    house.report_progress(claim, "drawing", 0.2)
    await house.advance_progress()
    house.clock.advance(1)
    house.progress_updater = house.create_progress_updater()
    house.report_progress(claim, "drawing", 0.4)
    for _ in range(8):
        await house.advance_progress(0.5)
    assert message.text.startswith("✏️ Drawing… 40 %")
    assert len(message.edits) == 2
    assert message.edits[1].edited_at - message.edits[0].edited_at >= 3


async def test_what_ended_while_nobody_looked_is_shown_after_the_restart(house: World, ana: FakeUser) -> None:
    message = await ana.send_files(build_picture())
    await house.advance_progress()
    house.run_job()
    house.progress_updater = house.create_progress_updater()
    await house.advance_progress()
    assert message.text == "✅ Done!"


@pytest.mark.parametrize("fault", [ValueError("a bug in an adapter"), ChannelError("away")])
async def test_a_chat_that_fails_keeps_no_other_from_its_progress(
    house: World, ana: FakeUser, fault: Exception
) -> None:
    await ana.send_files(build_picture())
    message = await FakeUser(house, ana.account, id="8").send_files(build_video())
    ana.account.channel.faults["edit"].append(fault)
    await house.advance_progress()
    await house.advance_progress()
    assert message.text == "🕐 In the queue: number 2."
    assert ana.last_message.text == "🕐 You're next."


async def test_slow_edits_keep_no_other_message_from_its_progress(house: World, ana: FakeUser) -> None:
    bea = FakeUser(house, ana.account, id="8")
    await ana.send_files(build_picture())
    message = await bea.send_files(build_picture(900))
    opened = ana.account.channel.blocked_chats[ana.chat_ref.chat] = asyncio.Event()
    slow = asyncio.create_task(house.advance_progress())
    await ana.account.channel.wait_until(lambda: bool(message.edits))
    house.run_job()
    await house.advance_progress()
    assert message.text == "🕐 You're next."
    assert ana.account.channel.calls.count("edit") == 3
    opened.set()
    await slow
    await house.advance_progress()
    assert ana.last_message.text == "✅ Done!"


async def test_more_messages_than_may_be_edited_at_once_all_have_their_turn(house: World, ana: FakeUser) -> None:
    crowd = [FakeUser(house, ana.account, id=str(number)) for number in range(30, 30 + MAX_CONCURRENT_EDITS + 5)]
    for number, somebody in enumerate(crowd):
        await somebody.send_files(build_picture(100 + number))
    await house.advance_progress()
    assert sum(bool(somebody.last_message.edits) for somebody in crowd) == MAX_CONCURRENT_EDITS
    await house.advance_progress(0)
    assert all(somebody.last_message.edits for somebody in crowd)


async def test_a_stage_nobody_has_words_for_stops_no_other_progress(house: World, ana: FakeUser) -> None:
    await ana.send_files(build_picture())
    house.report_progress(house.claim_job(), "dreaming", 0.5)
    message = await FakeUser(house, ana.account, id="8").send_files(build_picture(900))
    await house.advance_progress()
    assert message.text == "🕐 You're next."


async def test_progress_is_told_in_the_language_the_person_has_now(house: World, ana: FakeUser) -> None:
    message = await ana.send_files(build_picture())
    await ana.choose("language:pt-BR")
    await house.advance_progress()
    assert message.text == "🕐 Você é o próximo."
    assert message.labels == ["✖️ Cancelar"]


async def test_an_edit_that_has_begun_is_made_though_the_bot_moves_to_another_process(
    house: World, ana: FakeUser
) -> None:
    message = await ana.send_files(build_picture())
    house.report_progress(house.claim_job(), "drawing", 0.2)
    house.clock.advance(3)
    begun = await house.progress_updater.start_edits()
    house.channels.clear()
    await asyncio.gather(*begun)
    assert "20 %" in message.text
    house.clock.advance(3)
    assert await house.progress_updater.start_edits() == []


async def test_a_text_that_comes_late_from_another_process_does_not_stay(house: World, ana: FakeUser) -> None:
    message = await ana.send_files(build_picture())
    claim = house.claim_job()
    house.report_progress(claim, "drawing", 0.8)
    slow = house.create_progress_updater()
    house.clock.advance(3)
    chat, channel = ana.chat_ref.chat, ana.account.channel
    channel.capabilities = dataclasses.replace(channel.capabilities, is_shared=True)
    channel.blocked_chats[chat] = asyncio.Event()
    (late,) = await slow.start_edits()
    await asyncio.sleep(0)  # it begins its edit
    blocked = channel.blocked_chats.pop(chat)
    with house.db.transaction() as session:
        jobs.finish(session, claim, JobOutcome(JobStatus.DONE), house.clock())
    await house.advance_progress()
    assert message.text == "✅ Done!"
    blocked.set()
    await late
    await house.advance_progress()
    assert [edit.text.text.split("\n")[0] for edit in message.edits] == ["✅ Done!", "✏️ Drawing… 80 %", "✅ Done!"]
