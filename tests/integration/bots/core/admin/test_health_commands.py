"""`/health` and `/logs`: the operator sees the house, others what is theirs, and strangers nothing."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import structlog
from fakes.world.described_files import build_picture
from fakes.world.users import FakeUser
from fakes.world.world import World

from bots.core.context import Context, HandlerResult
from bots.core.conversation.conversation import Conversation
from bots.core.operations import logging_config
from models.identity.people import Person
from models.jobs.job import WorkerRow
from models.messaging.whatsapp import WhatsAppState
from models.operations.error_events import ErrorEvent
from pipeline.operations.error_log import ERROR_LOG
from storage.identity import people
from storage.messaging import whatsapp
from storage.operations import health_readings


@pytest.fixture
def journal(house: World) -> Iterator[None]:
    """The log as processes have it; what was noted before is none of this test's."""
    logging_config.configure("json")
    ERROR_LOG.write(house.db)
    house.run_in_transaction(lambda session: session.connection().execute(ErrorEvent.__table__.delete()))  # type: ignore[attr-defined]
    yield
    structlog.reset_defaults()


def broke(house: World, event: str, hours: float = 1, **fields: str) -> None:
    house.run_in_transaction(
        lambda session: session.add(ErrorEvent(event=event, at=house.clock() - timedelta(hours=hours), **fields))
    )


def works(house: World, seconds_ago: float = 0) -> None:
    seen = house.clock() - timedelta(seconds=seconds_ago)
    house.run_in_transaction(lambda session: session.add(WorkerRow(name="w1", started_at=seen, seen_at=seen)))


async def as_role(somebody: FakeUser, role: str) -> FakeUser:
    await somebody.send_text("/start")

    def give(session: object) -> None:
        session.get_one(Person, somebody.person.id).role = role  # type: ignore[attr-defined]

    somebody.world.run_in_transaction(give)
    return somebody


@pytest.mark.parametrize("text", ["/health", "/logs", "/logs 1a2b3c4d"])
async def test_a_stranger_does_not_reach_them(ana: FakeUser, text: str) -> None:
    assert "/help" in (await ana.send_text(text)).text


@pytest.mark.parametrize("role", ["support", "admin"])
@pytest.mark.parametrize("text", ["/health", "/logs"])
async def test_every_role_of_the_operators_may_look(ana: FakeUser, role: str, text: str) -> None:
    await as_role(ana, role)
    assert "/help" not in (await ana.send_text(text)).text


async def test_another_tenants_owner_sees_their_own_queue_and_no_logs(house: World) -> None:
    theirs = await as_role(FakeUser(house, house.get_account("theirs", tenant="shop"), id="5"), "owner")
    ana = FakeUser(house, house.get_account(), id="7")
    await ana.send_files(build_picture())
    await ana.send_files(build_picture())
    await theirs.send_files(build_picture())
    house.clock.advance(60)
    text = (await theirs.send_text("/health")).text
    assert "Queue: 1 waiting" in text
    assert "Workers" not in text
    assert "Errors" not in text
    assert "/help" in (await theirs.send_text("/logs")).text


async def test_a_house_that_is_well_says_so_in_a_word(house: World, boss: FakeUser) -> None:
    works(house)
    with house.db.transaction() as session:
        health_readings.save(session, "service:telegram", house.clock(), ok=True, seconds=0.234)
        health_readings.save(session, "disk:box-1", house.clock(), ok=True, share=0.41, free=12_300_000_000)
    text = (await boss.send_text("/health")).text
    assert text.startswith("✅ All is well.")
    assert "✅ Queue: 0 waiting" in text
    assert "✅ Workers: 1" in text
    assert "✅ telegram: answers in 0.2 s" in text
    assert "✅ Disk of box-1: 41 % in use, 12.3 GB free" in text
    assert "⚠️" not in text


async def test_what_is_amiss_is_marked(house: World, boss: FakeUser) -> None:
    ana = FakeUser(house, house.get_account(), id="7")
    await ana.send_files(build_picture())
    works(house, seconds_ago=90)
    with house.db.transaction() as session:
        health_readings.save(session, "service:groq", house.clock(), ok=False, status=401)
        health_readings.save(session, "service:stripe", house.clock(), ok=False, error="ConnectTimeout")
        row = whatsapp.create_session(session, people.get_or_create_tenant(session, "main").id, house.clock())
        assert whatsapp.complete_pairing(session, row, "5511990000001:7@s.whatsapp.net", None, house.clock())
        row.state = WhatsAppState.LOGGED_OUT
    broke(house, "update-failed", hours=23)
    broke(house, "update-failed", hours=25)
    house.clock.advance(301)
    text = (await boss.send_text("/health")).text
    assert text.startswith("⚠️ Not all is well.")
    assert "⚠️ Queue: 1 waiting, the first for 5 min" in text
    assert "⚠️ Workers: 0" in text
    assert "⚠️ WhatsApp: 0 of 1 online" in text
    assert "⚠️ Errors in the last 24 hours: 1" in text


async def test_a_service_is_told_by_what_it_answers_and_one_nobody_looked_at_lately_is_not_trusted(
    house: World, boss: FakeUser
) -> None:
    with house.db.transaction() as session:
        health_readings.save(session, "service:groq", house.clock(), ok=False, status=401)
        health_readings.save(session, "service:stripe", house.clock(), ok=False, error="ConnectTimeout")
        health_readings.save(session, "service:telegram", house.clock() - timedelta(minutes=4), ok=True, seconds=0.1)
    text = (await boss.send_text("/health")).text
    assert "⚠️ groq: 401" in text
    assert "⚠️ stripe: ConnectTimeout" in text
    assert "⚠️ telegram: ?" in text


async def test_without_faults_there_is_nothing_to_tell(boss: FakeUser) -> None:
    assert "Nothing broke" in (await boss.send_text("/logs")).text


async def test_faults_are_told_by_code_the_latest_first(house: World, boss: FakeUser) -> None:
    broke(house, "old", hours=24 * 8)
    broke(house, "job-failed", code="CRASHED", job="11111111")
    broke(house, "update-failed", request="22222222")
    broke(house, "job-failed", code="CRASHED", job="33333333")
    lines = (await boss.send_text("/logs")).text.splitlines()[1:]
    assert [re.sub(r"· [\d: -]+ ·", "·", line) for line in lines] == [
        "2× job-failed CRASHED · 33333333",
        "1× update-failed · 22222222",
    ]


@pytest.mark.parametrize("asked", ["33333333", "(CRASHED · 33333333)", "CRASHED · 33333333"])
async def test_a_fault_is_found_by_the_name_people_are_shown(house: World, boss: FakeUser, asked: str) -> None:
    broke(house, "job-failed", code="CRASHED", job="11111111", kind="KeyError")
    broke(house, "child-crashed", job="33333333", kind="ValueError", trace="sketch/board.py:7 draw", process="box-1")
    text = (await boss.send_text(f"/logs {asked}")).text
    assert "child-crashed" in text
    assert "box-1" in text
    assert "ValueError" in text
    assert "sketch/board.py:7 draw" in text
    assert "KeyError" not in text


async def test_a_name_nothing_broke_under_is_unknown(boss: FakeUser) -> None:
    assert "Nothing that broke is called 99999999" in (await boss.send_text("/logs 99999999")).text


class Crash(Exception):
    pass


class CrashingConversation(Conversation):
    def answer(self, context: Context) -> HandlerResult:
        raise Crash("what ana@example.com said")


@pytest.mark.usefixtures("journal")
async def test_the_code_a_person_reads_out_finds_what_broke_without_what_they_said(
    house: World, boss: FakeUser, ana: FakeUser, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = ana.account.handler
    talk, desk.conversation = desk.conversation, CrashingConversation(house.pipeline)
    update = ana.build_inbound(text="my secret words")
    desk.save_update(update.update_ids[0], {})
    for _ in range(3):
        with pytest.raises(Crash):
            await desk.handle(update)
    await desk.handle(update)
    await house.deliver_all()
    found = re.search(r"\(UNEXPECTED · ([0-9a-f]{8})\)", ana.last_message.text)
    assert found
    desk.conversation = talk
    ERROR_LOG.write(house.db)
    text = (await boss.send_text(f"/logs {found[1]}")).text
    assert "update-abandoned UNEXPECTED" in text
    assert text.count("update-failed") == 3
    assert "Crash" in text
    assert "admin/test_health_commands.py" in text
    assert "ana@example.com" not in text
    said = capsys.readouterr().out
    assert said.count(found[1]) >= 8  # every line of its four attempts
    assert "secret words" not in said
    assert "ana@example.com" not in said
