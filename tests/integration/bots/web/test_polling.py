"""Whoever asks the page for news must get every message, also while several processes write at once."""

import asyncio
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from fakes.world.web import WebApp, open_web_app

from bots.core.channel import RenderedMessage
from bots.web.message_view import MessageBody
from bots.web.page import LOCAL_CHAT, PageChannel
from models.columns import generate_id
from models.identity.people import Address, Person
from models.jobs.job import Job, JobStatus
from storage.db import Database
from storage.identity import people
from storage.messaging import web_messages
from storage.operations import metrics

WRITERS, EACH = 4, 12


@pytest.fixture
def house(database: Database, tmp_path: Path) -> WebApp:
    return open_web_app(tmp_path, database)


def test_no_message_is_missed_while_several_write(house: WebApp) -> None:
    done = threading.Event()

    def write(writer: int) -> None:
        page = PageChannel(house.db, house.account.id, house.page.uploads)
        for number in range(EACH):
            message = asyncio.run(page.send_text(LOCAL_CHAT, RenderedMessage(f"{writer}:{number}")))
            if number % 3 == 0:
                asyncio.run(page.edit(LOCAL_CHAT, message, RenderedMessage(f"{writer}:{number}!")))

    def read() -> tuple[dict[str, str], list[int]]:
        seen: dict[str, str] = {}
        version, versions, last = 0, [], False
        while True:
            last = done.is_set()
            news = house.page.list_changes(LOCAL_CHAT, version)
            seen |= {str(row.id): row.body["text"] for row in news.messages}
            version = news.version
            versions.append(version)
            if last:
                return seen, versions

    with ThreadPoolExecutor(WRITERS + 1) as pool:
        reading = pool.submit(read)
        for writing in [pool.submit(write, writer) for writer in range(WRITERS)]:
            writing.result()
        done.set()
        seen, versions = reading.result()
    wanted = {
        f"{writer}:{number}{'!' if number % 3 == 0 else ''}" for writer in range(WRITERS) for number in range(EACH)
    }
    assert set(seen.values()) == wanted
    assert versions == sorted(versions)
    assert versions[-1] == WRITERS * (EACH + EACH // 3)


def test_figures_mean_the_same_on_every_database(house: WebApp) -> None:
    person = Person(tenant_id=house.account.tenant_id, channel="page", external_id="owner")
    address = Address(account_id=house.account.id, chat="page")
    now = house.db.clock()
    times = {
        "received_at": now.replace(microsecond=0),
        "started_at": now.replace(microsecond=250_000) + timedelta(seconds=1),
    }
    ids = {"tenant_id": house.account.tenant_id, "person_id": person.id, "address_id": address.id}
    with house.db.transaction() as session:
        for row in (person, address, Job(kind="sketch", status=JobStatus.DONE, parameters={}, **ids, **times)):
            session.add(row)
            session.flush()
    with house.db.read_transaction() as session:
        (waiting,) = [one for one in metrics.measure_durations(session) if one.stage == "waiting"]
        assert (waiting.kind, waiting.count, waiting.counts[:2]) == ("sketch", 1, (0, 1))
        assert waiting.total == pytest.approx(1.25, abs=0.002)
        assert [(one.outcome, one.count) for one in metrics.count_outcomes(session)] == [("done", 1)]
        assert metrics.measure_queue(session, now).count == 0


def test_a_long_conversation_is_told_in_parts_without_a_gap(house: WebApp) -> None:
    with house.db.transaction() as session:
        place = people.get_or_create_address(session, house.account.id, LOCAL_CHAT.chat, LOCAL_CHAT.thread).id
        for number in range(web_messages.BATCH_SIZE + 30):
            web_messages.add(
                session, place, generate_id(), web_messages.AUTHOR_BOT, {"text": str(number)}, house.db.clock()
            )
    first = house.page.list_changes(LOCAL_CHAT, 0)
    assert [row.body["text"] for row in first.messages] == [str(number) for number in range(30, 230)]
    assert first.version == 230
    part = house.page.list_changes(LOCAL_CHAT, 1)
    assert (len(part.messages), part.version) == (200, 201)
    rest = house.page.list_changes(LOCAL_CHAT, part.version)
    assert [row.body["text"] for row in rest.messages] == [str(number) for number in range(201, 230)]


def test_a_conversation_of_large_messages_is_read_in_parts_and_none_is_missed(house: WebApp) -> None:
    body = MessageBody(text="x", picture="p" * 300_000)
    ids = [uuid.uuid4() for _ in range(10)]
    for each in ids:
        house.page.save_user_message(LOCAL_CHAT, each, body)
    latest = house.page.list_changes(LOCAL_CHAT, 0).messages
    assert [row.id for row in latest] == ids[-3:]
    assert [row.id for row in house.page.list_older(LOCAL_CHAT, latest[0].created_at)] == ids[-6:-3]
    found, version = [], 1
    while (part := house.page.list_changes(LOCAL_CHAT, version)).version != version:
        found += [row.id for row in part.messages]
        assert len(part.messages) <= 3
        version = part.version
    assert found == ids[1:]


def test_one_message_is_shown_however_large_it_is(house: WebApp) -> None:
    house.page.save_user_message(LOCAL_CHAT, uuid.uuid4(), MessageBody(text="x", picture="p" * 3_000_000))
    assert len(house.page.list_changes(LOCAL_CHAT, 0).messages) == 1
