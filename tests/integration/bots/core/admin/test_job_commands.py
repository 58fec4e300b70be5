"""The queue, the workers and single films, looked at and mended."""

import pytest
from fakes.world.described_files import SUBTITLES, build_picture, build_video
from fakes.world.users import FakeUser, Team
from fakes.world.world import World

from models.errors import ErrorCode, RequestRejected
from models.jobs.job import Job, JobStatus
from models.messaging.deliveries import Delivery
from storage.jobs import transcripts, worker_heartbeats
from storage.media import files


async def fails(house: World, team: Team) -> Job:
    """A film of the stranger's that could not be made."""
    await team.stranger.send_files(build_picture())
    house.renderer.error = RequestRejected(ErrorCode.NO_SPEECH)
    house.run_job()
    house.renderer.error = None
    await house.deliver_all()
    job = house.list_jobs()[-1]
    assert job.status == JobStatus.FAILED
    return job


async def test_the_queue_tells_what_waits_and_how_long_and_leads_to_each_film(house: World, team: Team) -> None:
    await team.stranger.send_files(build_picture())
    house.clock.advance(90)
    await team.stranger.send_files(build_video())
    house.report_progress(house.claim_job(), "drawing", 0.4)
    shown = await team.support.send_text("/queue")
    assert "Waiting: 1 · being made: 1" in shown.text
    first, second = house.list_jobs()
    assert shown.labels == [
        f"✏️ {first.short_id} · being made · 40 % · 1.5 min",
        f"💬 {second.short_id} · waiting · 0 % · 0 min",
    ]
    await team.support.choose(shown.get_choice_data(second.short_id), shown)
    assert f"💬 {second.short_id} · waiting" in shown.text


async def test_an_empty_queue_says_so_and_another_tenants_is_not_seen(house: World, team: Team) -> None:
    other = FakeUser(house, house.get_account("theirs", tenant="other"), id="9")
    await other.send_files(build_picture())
    assert "Waiting: 0 · being made: 0" in (await team.support.send_text("/queue")).text
    (job,) = house.list_jobs()
    for command in ("job", "retry", "canceljob"):
        assert "no film" in (await team.owner.send_text(f"/{command} {job.short_id}")).text
    assert house.list_jobs()[0].status == JobStatus.QUEUED


async def test_workers_are_listed_with_what_they_work_on_while_they_are_seen(house: World, team: Team) -> None:
    assert "No worker was seen" in (await team.support.send_text("/workers")).text
    await team.stranger.send_files(build_picture())
    house.claim_job()
    house.run_in_transaction(lambda session: worker_heartbeats.record(session, "tester", house.clock()))
    house.clock.advance(5)
    text = (await team.support.send_text("/workers")).text
    assert "tester: since 2026-11-22 12:00, seen 5 s ago" in text
    assert text.endswith(f"works on {house.list_jobs()[0].short_id}")
    house.clock.advance(3600)
    assert "No worker was seen" in (await team.support.send_text("/workers")).text


async def test_a_film_is_shown_with_its_cost_and_why_it_failed(house: World, team: Team) -> None:
    job = await fails(house, team)
    shown = await team.support.send_text(f"/job {job.short_id}")
    assert f"✏️ {job.short_id} · failed" in shown.text
    assert "For memory:7 (Ana)" in shown.text
    assert "Credits: 1 · tries: 1" in shown.text
    assert "Why it failed: NO_SPEECH" in shown.text
    assert shown.labels == ["🔁 Make again", "👤 Whose it is"]


async def test_a_failed_film_is_made_again_for_nothing_and_reaches_the_person(house: World, team: Team) -> None:
    job = await fails(house, team)
    await team.support.send_text(f"/retry {job.short_id}")
    assert team.stranger.last_message.text == "I'm making your film once more. It costs you nothing."
    house.run_job()
    await house.deliver_all()
    made = house.list_jobs()[-1]
    assert (made.status, made.credits, made.parent_id, made.parameters) == (JobStatus.DONE, 0, job.id, job.parameters)
    assert team.stranger.last_message.kind == "video"
    assert "You have 10 credits." in (await team.stranger.send_text("/balance")).text
    (row,) = team.list_audit_rows()
    assert (row.action, row.about["job"], row.about["retry"]) == ("retry", str(job.id), str(made.id))


async def test_words_that_were_given_with_a_film_go_with_it_again(house: World, team: Team) -> None:
    await team.stranger.send_files(build_video(), SUBTITLES, names=("a.mp4", "a.srt"))
    (job,) = house.list_jobs()
    await team.support.send_text(f"/canceljob {job.short_id}")
    await team.support.send_text(f"/retry {job.short_id}")
    with house.db.read_transaction() as session:
        first, again = (transcripts.find_given(session, each.id) for each in house.list_jobs())
    assert first is not None
    assert first == again


async def test_a_film_is_made_again_once_unless_that_fails_too(house: World, team: Team) -> None:
    job = await fails(house, team)
    await team.support.send_text(f"/retry {job.short_id}")
    assert "did not fail" in (await team.support.send_text(f"/retry {job.short_id}")).text
    again = house.list_jobs()[-1]
    await team.support.send_text(f"/canceljob {again.short_id}")
    assert "Made once more" in (await team.support.send_text(f"/retry {job.short_id}")).text
    assert len(house.list_jobs()) == 3


async def test_what_was_made_or_whose_files_are_gone_is_not_made_again(house: World, team: Team) -> None:
    await team.stranger.send_files(build_picture())
    house.run_job()
    (done,) = house.list_jobs()
    assert "did not fail" in (await team.support.send_text(f"/retry {done.short_id}")).text
    failed = await fails(house, team)
    house.clock.advance(3 * 24 * 3600)
    with house.db.transaction() as session:
        for media in files.list_expired(session, house.clock()):
            files.release(session, media)
    assert "are deleted" in (await team.support.send_text(f"/retry {failed.short_id}")).text
    assert len(house.list_jobs()) == 2


async def test_somebodys_film_is_stopped_and_its_credit_goes_back(house: World, team: Team) -> None:
    await team.stranger.send_files(build_picture())
    shown = await team.support.send_text(f"/job {house.list_jobs()[0].short_id}")
    await team.support.choose(shown.get_choice_data("Stop"), shown)
    assert "is stopped. Credits that went back: 1" in shown.text
    assert house.list_jobs()[0].status == JobStatus.CANCELLED
    assert "You have 10 credits." in (await team.stranger.send_text("/balance")).text
    assert "has ended already" in (await team.support.send_text(f"/canceljob {house.list_jobs()[0].short_id}")).text
    assert team.list_actions() == ["job", "canceljob"]


@pytest.mark.parametrize("command", ["job", "retry", "canceljob"])
async def test_what_names_no_film_is_answered(team: Team, command: str) -> None:
    assert "Like this" in (await team.support.send_text(f"/{command}")).text
    for name in ("0", "xxxxxxxx", "0" * 500, "💣", "0123abcd"):
        assert "no film" in (await team.support.send_text(f"/{command} {name}")).text


async def test_the_message_that_shows_a_retry_answers_what_was_sent(house: World, team: Team) -> None:
    job = await fails(house, team)
    await team.support.send_text(f"/retry {job.short_id}")
    made = house.list_jobs()[-1]
    with house.db.read_transaction() as session:
        status = session.get_one(Delivery, made.status_delivery_id)
    assert (status.reply_to, status.person_id) == (job.reply_to, team.stranger.person.id)
