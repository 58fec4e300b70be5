"""Delivery through the real library and a Telegram that fails: nothing is lost, and nobody waits for another's chat."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from fakes.clock import SettableClock
from fakes.postbox import FILM, Postbox
from fakes.telegram_api import FakeTelegram, Person, errors
from fakes.telegram_api.inlet import RecordingInlet
from fakes.telegram_api.wiring import builder_of
from sqlmodel import col, select

from bots.core.delivery.delivery_results import MAX_ATTEMPTS, DeliveryResults
from bots.core.delivery.outbox_sender import OutboxSender
from bots.telegram.gateway import TelegramGateway
from bots.telegram.timings import GatewayTimings
from models.identity.people import Address
from models.messaging.deliveries import DeliveryStatus
from storage.db import Database
from storage.identity import people
from storage.media.media_store import FolderMediaStore
from storage.messaging import outbox

SENT = DeliveryStatus.SENT


@pytest.fixture
def fake() -> FakeTelegram:
    return FakeTelegram()


@pytest.fixture
def box(database: Database, fake: FakeTelegram, tmp_path: Path) -> Postbox:
    return Postbox(database, FolderMediaStore(tmp_path / "media"), fake)


@pytest.fixture
async def gateway(fake: FakeTelegram) -> AsyncIterator[TelegramGateway]:
    pace = GatewayTimings(poll_seconds=5, reconnect_seconds=0.05, retry_seconds=60, shutdown_seconds=5, max_conflicts=1)
    gateway = TelegramGateway(builder_of(fake), lambda _channel: RecordingInlet(), timings=pace)
    await gateway.start()
    yield gateway
    await gateway.stop()


@pytest.fixture
def postman(box: Postbox, gateway: TelegramGateway) -> OutboxSender:
    return OutboxSender(box.db, box.store, {box.account.id: gateway.channel})


async def settle(postman: OutboxSender) -> None:
    while await postman.send_due():
        pass


def texts(person: Person) -> list[str]:
    return [message.text for message in person.chat.messages]


async def test_a_storm_of_429_in_one_chat_keeps_no_other_waiting_and_loses_nothing(
    fake: FakeTelegram, box: Postbox, postman: OutboxSender, clock: SettableClock
) -> None:
    stormy, calm = fake.person(1), fake.person(2)
    box.owes(stormy, "a", "b")
    box.owes(calm, "c", "d")
    fake.fail("sendMessage", errors.flood(40), chat=1, times=MAX_ATTEMPTS + 5)
    for _ in range(MAX_ATTEMPTS + 5):
        await settle(postman)
        assert texts(stormy) == []
        clock.forward(seconds=39)
        assert await postman.send_due() == 0
        clock.forward(seconds=1)
    assert texts(calm) == ["c", "d"]
    fake.fail("sendMessage", errors.BAD_GATEWAY, chat=1)  # the pauses were no attempts: this is the first
    await settle(postman)
    clock.forward(seconds=3)
    await settle(postman)
    assert texts(stormy) == ["a", "b"]


async def test_a_storm_of_429_on_films_keeps_no_text_of_another_chat_waiting(
    fake: FakeTelegram, box: Postbox, postman: OutboxSender, clock: SettableClock, tmp_path: Path
) -> None:
    stormy, calm = fake.person(1), fake.person(2)
    box.owes_film(stormy, tmp_path)
    box.owes(calm, "c")
    fake.fail("sendVideo", errors.flood(60), times=3)
    for _ in range(4):
        await settle(postman)
        clock.forward(seconds=61)
    assert texts(calm) == ["c"]
    assert [message.kind for message in stormy.chat.messages] == ["video"]


async def test_an_upload_whose_answer_is_lost_is_repeated_once(
    fake: FakeTelegram, box: Postbox, postman: OutboxSender, clock: SettableClock, tmp_path: Path
) -> None:
    person = fake.person(1)
    box.owes_film(person, tmp_path)
    fake.fail("sendVideo", None)
    for _ in range(4):
        await settle(postman)
        clock.forward(seconds=10)
    assert [message.media.content for message in person.chat.messages if message.media] == [FILM, FILM]
    assert box.row(person, "film").status == SENT


async def test_bad_gateways_delay_and_lose_nothing(
    fake: FakeTelegram, box: Postbox, postman: OutboxSender, clock: SettableClock
) -> None:
    persons = [fake.person(number) for number in range(1, 6)]
    for person in persons:
        box.owes(person, "a", "b")
    fake.fail("*", errors.BAD_GATEWAY, times=23)
    for _ in range(12):
        await settle(postman)
        clock.forward(seconds=64)
    assert [texts(person) for person in persons] == [["a", "b"]] * 5


@pytest.mark.parametrize("refusal", [errors.BLOCKED, errors.DEACTIVATED, errors.CHAT_NOT_FOUND])
async def test_a_chat_that_is_gone_is_closed_and_open_again_when_its_person_writes(
    fake: FakeTelegram, box: Postbox, postman: OutboxSender, refusal: errors.ApiError
) -> None:
    gone, other = fake.person(1), fake.person(2)
    box.owes(gone, "a", "b")
    box.owes(other, "c")
    gone.chat.refusal = refusal
    await settle(postman)
    assert (texts(gone), texts(other)) == ([], ["c"])
    assert box.row(gone, "b").status == DeliveryStatus.DROPPED
    gone.chat.refusal = None
    with box.db.transaction() as session:
        address = session.exec(select(Address).where(col(Address.chat) == "1")).one()
        assert address.unreachable_at is not None
        assert (
            people.get_or_create_address(session, box.account.id, "1", "").unreachable_at is None
        )  # as whoever writes is met
    box.owes(gone, "again")
    await settle(postman)
    assert texts(gone) == ["again"]


async def test_a_crash_between_the_answer_and_the_note_repeats_once_and_keeps_the_order(
    fake: FakeTelegram, box: Postbox, gateway: TelegramGateway, clock: SettableClock, tmp_path: Path
) -> None:
    person = fake.person(1)
    box.owes_film(person, tmp_path)
    box.owes(person, "after")

    class Dying(DeliveryResults):
        def record_sent(self, row: object, external_id: str | None) -> None:
            raise SystemError("the process was killed here")

    channels = {box.account.id: gateway.channel}
    dying = OutboxSender(box.db, box.store, channels)
    dying._results = Dying(box.db)
    with pytest.raises(SystemError):
        await dying.send_due()
    assert len(person.chat.messages) == 1
    successor = OutboxSender(box.db, box.store, channels)
    await settle(successor)
    assert len(person.chat.messages) == 1  # the lease of the dead still holds
    clock.forward(seconds=31)
    await settle(successor)
    assert [message.kind for message in person.chat.messages] == ["video", "video", "text"]
    assert set(box.statuses()) == {SENT}


async def test_an_upload_of_many_minutes_is_sent_once_though_two_processes_deliver(
    fake: FakeTelegram,
    box: Postbox,
    postman: OutboxSender,
    gateway: TelegramGateway,
    clock: SettableClock,
    tmp_path: Path,
) -> None:
    person = fake.person(1)
    box.owes_film(person, tmp_path)
    second = OutboxSender(box.db, box.store, {box.account.id: gateway.channel})
    arrive = fake.hold("sendVideo")
    sending = asyncio.create_task(postman.send_due())
    await fake.arrival(lambda: fake.made("sendVideo"))
    for _ in range(30):
        clock.forward(seconds=20)
        await asyncio.to_thread(postman._lease_renewer.renew_all)
        assert await second.send_due() == 0
    arrive()
    await sending
    await settle(second)
    assert len(fake.made("sendVideo")) == len(person.chat.messages) == 1


async def test_whoever_was_taken_over_stops_sending_and_notes_nothing(
    fake: FakeTelegram, box: Postbox, gateway: TelegramGateway, clock: SettableClock, tmp_path: Path
) -> None:
    person = fake.person(1)
    box.owes_film(person, tmp_path)
    fake.hold("sendVideo")
    channels = {box.account.id: gateway.channel}
    stalled = OutboxSender(box.db, box.store, channels)
    running = asyncio.create_task(stalled.run())
    await fake.arrival(lambda: fake.made("sendVideo"))
    clock.forward(seconds=31)
    await settle(OutboxSender(box.db, box.store, channels))
    assert box.row(person, "film").fence == 2
    await asyncio.to_thread(stalled._lease_renewer.renew_all)
    for sending in list(stalled._tasks.values()):  # none, where its own heartbeat was quicker
        await asyncio.wait([sending], timeout=5)
    assert not stalled._tasks
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert box.row(person, "film").status == SENT


async def test_what_this_process_is_sending_it_does_not_begin_again_however_late_the_lease_is(
    fake: FakeTelegram, box: Postbox, postman: OutboxSender, clock: SettableClock, tmp_path: Path
) -> None:
    person = fake.person(1)
    box.owes_film(person, tmp_path)
    arrive = fake.hold("sendVideo")
    sending = asyncio.create_task(postman.send_due())
    await fake.arrival(lambda: fake.made("sendVideo"))
    clock.forward(minutes=10)  # the database was away, say
    assert await postman.send_due() == 0
    arrive()
    await sending
    assert (len(person.chat.messages), box.row(person, "film").status) == (1, SENT)


async def test_two_processes_of_one_bot_send_every_message_once(
    fake: FakeTelegram, box: Postbox, gateway: TelegramGateway
) -> None:
    persons = [fake.person(number) for number in range(1, 13)]
    for person in persons:
        box.owes(person, "a", "b", "c")
    channels = {box.account.id: gateway.channel}
    running = [asyncio.create_task(OutboxSender(box.db, box.store, channels).run()) for _ in range(2)]
    await fake.arrival(lambda: set(box.statuses()) == {SENT})
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    assert [texts(person) for person in persons] == [["a", "b", "c"]] * 12


async def test_a_process_that_ends_lets_what_is_under_way_arrive_and_notes_it(
    fake: FakeTelegram, box: Postbox, gateway: TelegramGateway
) -> None:
    person = fake.person(1)
    box.owes(person, "a")
    arrive = fake.hold("sendMessage")
    running = asyncio.create_task(OutboxSender(box.db, box.store, {box.account.id: gateway.channel}).run())
    await fake.arrival(lambda: fake.made("sendMessage"))
    running.cancel()
    await asyncio.sleep(0)
    arrive()
    await asyncio.gather(running, return_exceptions=True)
    assert (texts(person), box.row(person, "a").status) == (["a"], SENT)


async def test_a_lease_is_renewed_in_time_by_its_own_thread(box: Postbox, fake: FakeTelegram) -> None:
    person = fake.person(1)
    box.owes(person, "a")
    postman = OutboxSender(box.db, box.store, {box.account.id: None}, timedelta(seconds=0.2))  # type: ignore[dict-item]
    (row,) = postman._claim(1)
    with box.db.transaction() as session:
        outbox.renew_leases(session, [row], box.db.clock() - timedelta(seconds=1))
    with postman._lease_renewer:
        async with asyncio.timeout(5):
            while (box.row(person, "a").lease_until or box.db.clock()) <= box.db.clock():  # noqa: ASYNC110 - a row tells nobody
                await asyncio.sleep(0.02)
