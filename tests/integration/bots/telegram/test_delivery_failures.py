"""Delivery through the real library and a Telegram that fails: nothing is lost, and nobody waits for another's chat."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from fakes.clock import SettableClock
from fakes.outbox_steps import send_due
from fakes.telegram_api import FakeTelegram, TelegramPerson, errors
from fakes.telegram_api.clients import builder_of
from fakes.telegram_api.recording_sink import RecordingSink
from fakes.telegram_outbox import FILM, TelegramOutbox
from sqlmodel import col, select

from bots.core.delivery.delivery_results import DeliveryResults
from bots.core.delivery.outbox_sender import OutboxSender
from bots.core.inbound import InboundLimits
from bots.telegram.gateway import TelegramGateway
from bots.telegram.polling import GatewayTimings
from models.identity.people import Address
from models.messaging.deliveries import DeliveryStatus
from models.retries import DELIVERY_RETRIES
from storage.db import Database
from storage.identity import people
from storage.media.media_store import FolderMediaStore
from storage.messaging import outbox

SENT = DeliveryStatus.SENT


@pytest.fixture
def box(database: Database, fake: FakeTelegram, tmp_path: Path) -> TelegramOutbox:
    return TelegramOutbox(database, FolderMediaStore(tmp_path / "media"), fake)


@pytest.fixture
async def gateway(fake: FakeTelegram) -> AsyncIterator[TelegramGateway]:
    limits = InboundLimits(retry_seconds=60, shutdown_seconds=5)
    pace = GatewayTimings(poll_seconds=5, reconnect_seconds=0.05, max_conflicts=1, inbound=limits)
    gateway = TelegramGateway(builder_of(fake), lambda _channel: RecordingSink(), timings=pace)
    await gateway.start()
    yield gateway
    await gateway.stop()


@pytest.fixture
def postman(box: TelegramOutbox, gateway: TelegramGateway) -> OutboxSender:
    return OutboxSender(box.db, box.store, {box.account.id: gateway.channel})


async def settle(postman: OutboxSender) -> None:
    while await send_due(postman):
        pass


def texts(person: TelegramPerson) -> list[str]:
    return [message.text for message in person.chat.messages]


async def test_a_storm_of_429_in_one_chat_keeps_no_other_waiting_and_loses_nothing(
    fake: FakeTelegram, box: TelegramOutbox, postman: OutboxSender, clock: SettableClock
) -> None:
    stormy, calm = fake.get_person(1), fake.get_person(2)
    box.enqueue_texts(stormy, "a", "b")
    box.enqueue_texts(calm, "c", "d")
    fake.fail_calls("sendMessage", errors.build_flood_error(40), chat=1, times=DELIVERY_RETRIES.max_attempts + 5)
    for _ in range(DELIVERY_RETRIES.max_attempts + 5):
        await settle(postman)
        assert texts(stormy) == []
        clock.advance(seconds=39)
        assert await send_due(postman) == 0
        clock.advance(seconds=1)
    assert texts(calm) == ["c", "d"]
    fake.fail_calls("sendMessage", errors.BAD_GATEWAY, chat=1)  # the pauses were no attempts: this is the first
    await settle(postman)
    clock.advance(seconds=3)
    await settle(postman)
    assert texts(stormy) == ["a", "b"]


async def test_a_storm_of_429_on_films_keeps_no_text_of_another_chat_waiting(
    fake: FakeTelegram, box: TelegramOutbox, postman: OutboxSender, clock: SettableClock, tmp_path: Path
) -> None:
    stormy, calm = fake.get_person(1), fake.get_person(2)
    box.enqueue_film(stormy, tmp_path)
    box.enqueue_texts(calm, "c")
    fake.fail_calls("sendVideo", errors.build_flood_error(60), times=3)
    for _ in range(4):
        await settle(postman)
        clock.advance(seconds=61)
    assert texts(calm) == ["c"]
    assert [message.kind for message in stormy.chat.messages] == ["video"]


async def test_an_upload_whose_answer_is_lost_is_repeated_once(
    fake: FakeTelegram, box: TelegramOutbox, postman: OutboxSender, clock: SettableClock, tmp_path: Path
) -> None:
    person = fake.get_person(1)
    box.enqueue_film(person, tmp_path)
    fake.fail_calls("sendVideo", None)
    for _ in range(4):
        await settle(postman)
        clock.advance(seconds=10)
    assert [message.media.content for message in person.chat.messages if message.media] == [FILM, FILM]
    assert box.find_delivery(person, "film").status == SENT


async def test_bad_gateways_delay_and_lose_nothing(
    fake: FakeTelegram, box: TelegramOutbox, postman: OutboxSender, clock: SettableClock
) -> None:
    persons = [fake.get_person(number) for number in range(1, 6)]
    for person in persons:
        box.enqueue_texts(person, "a", "b")
    fake.fail_calls("*", errors.BAD_GATEWAY, times=23)
    for _ in range(12):
        await settle(postman)
        clock.advance(seconds=64)
    assert [texts(person) for person in persons] == [["a", "b"]] * 5


@pytest.mark.parametrize("refusal", [errors.BLOCKED, errors.DEACTIVATED, errors.CHAT_NOT_FOUND])
async def test_a_chat_that_is_gone_is_closed_and_open_again_when_its_person_writes(
    fake: FakeTelegram, box: TelegramOutbox, postman: OutboxSender, refusal: errors.TelegramApiError
) -> None:
    gone, other = fake.get_person(1), fake.get_person(2)
    box.enqueue_texts(gone, "a", "b")
    box.enqueue_texts(other, "c")
    gone.chat.send_error = refusal
    await settle(postman)
    assert (texts(gone), texts(other)) == ([], ["c"])
    assert box.find_delivery(gone, "b").status == DeliveryStatus.DROPPED
    gone.chat.send_error = None
    with box.db.transaction() as session:
        address = session.exec(select(Address).where(col(Address.chat) == "1")).one()
        assert address.unreachable_at is not None
        assert (
            people.get_or_create_address(session, box.account.id, "1", "").unreachable_at is None
        )  # as whoever writes is met
    box.enqueue_texts(gone, "again")
    await settle(postman)
    assert texts(gone) == ["again"]


async def test_a_crash_between_the_answer_and_the_note_repeats_once_and_keeps_the_order(
    fake: FakeTelegram, box: TelegramOutbox, gateway: TelegramGateway, clock: SettableClock, tmp_path: Path
) -> None:
    person = fake.get_person(1)
    box.enqueue_film(person, tmp_path)
    box.enqueue_texts(person, "after")

    class Dying(DeliveryResults):
        def record_sent(self, row: object, external_id: str | None) -> None:
            raise SystemError("the process was killed here")

    channels = {box.account.id: gateway.channel}
    dying = OutboxSender(box.db, box.store, channels)
    dying._results = Dying(box.db)
    await send_due(dying)
    assert len(person.chat.messages) == 1
    successor = OutboxSender(box.db, box.store, channels)
    await settle(successor)
    assert len(person.chat.messages) == 1  # the lease of the dead still holds
    clock.advance(seconds=31)
    await settle(successor)
    assert [message.kind for message in person.chat.messages] == ["video", "video", "text"]
    assert set(box.list_statuses()) == {SENT}


async def test_an_upload_of_many_minutes_is_sent_once_though_two_processes_deliver(
    fake: FakeTelegram,
    box: TelegramOutbox,
    postman: OutboxSender,
    gateway: TelegramGateway,
    clock: SettableClock,
    tmp_path: Path,
) -> None:
    person = fake.get_person(1)
    box.enqueue_film(person, tmp_path)
    second = OutboxSender(box.db, box.store, {box.account.id: gateway.channel})
    arrive = fake.hold_call("sendVideo")
    sending = asyncio.create_task(send_due(postman))
    await fake.wait_until_async(lambda: fake.list_calls("sendVideo"))
    for _ in range(30):
        clock.advance(seconds=20)
        await asyncio.to_thread(postman._lease_renewer.renew_all)
        assert await send_due(second) == 0
    arrive()
    await sending
    await settle(second)
    assert len(fake.list_calls("sendVideo")) == len(person.chat.messages) == 1


async def test_whoever_was_taken_over_stops_sending_and_notes_nothing(
    fake: FakeTelegram, box: TelegramOutbox, gateway: TelegramGateway, clock: SettableClock, tmp_path: Path
) -> None:
    person = fake.get_person(1)
    box.enqueue_film(person, tmp_path)
    fake.hold_call("sendVideo")
    channels = {box.account.id: gateway.channel}
    stalled = OutboxSender(box.db, box.store, channels)
    running = asyncio.create_task(stalled.run())
    await fake.wait_until_async(lambda: fake.list_calls("sendVideo"))
    clock.advance(seconds=31)
    await settle(OutboxSender(box.db, box.store, channels))
    assert box.find_delivery(person, "film").fence == 2
    await asyncio.to_thread(stalled._lease_renewer.renew_all)
    for sending in list(stalled._tasks.values()):  # none, where its own heartbeat was quicker
        await asyncio.wait([sending], timeout=5)
    assert not stalled._tasks
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert box.find_delivery(person, "film").status == SENT


async def test_what_this_process_is_sending_it_does_not_begin_again_however_late_the_lease_is(
    fake: FakeTelegram, box: TelegramOutbox, postman: OutboxSender, clock: SettableClock, tmp_path: Path
) -> None:
    person = fake.get_person(1)
    box.enqueue_film(person, tmp_path)
    arrive = fake.hold_call("sendVideo")
    sending = asyncio.create_task(send_due(postman))
    await fake.wait_until_async(lambda: fake.list_calls("sendVideo"))
    clock.advance(minutes=10)  # the database was away, say
    assert await send_due(postman) == 0
    arrive()
    await sending
    assert (len(person.chat.messages), box.find_delivery(person, "film").status) == (1, SENT)


async def test_two_processes_of_one_bot_send_every_message_once(
    fake: FakeTelegram, box: TelegramOutbox, gateway: TelegramGateway
) -> None:
    persons = [fake.get_person(number) for number in range(1, 13)]
    for person in persons:
        box.enqueue_texts(person, "a", "b", "c")
    channels = {box.account.id: gateway.channel}
    running = [asyncio.create_task(OutboxSender(box.db, box.store, channels).run()) for _ in range(2)]
    await fake.wait_until_async(lambda: set(box.list_statuses()) == {SENT})
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    assert [texts(person) for person in persons] == [["a", "b", "c"]] * 12


async def test_a_process_that_ends_lets_what_is_under_way_arrive_and_notes_it(
    fake: FakeTelegram, box: TelegramOutbox, gateway: TelegramGateway
) -> None:
    person = fake.get_person(1)
    box.enqueue_texts(person, "a")
    arrive = fake.hold_call("sendMessage")
    running = asyncio.create_task(OutboxSender(box.db, box.store, {box.account.id: gateway.channel}).run())
    await fake.wait_until_async(lambda: fake.list_calls("sendMessage"))
    running.cancel()
    await asyncio.sleep(0)
    arrive()
    await asyncio.gather(running, return_exceptions=True)
    assert (texts(person), box.find_delivery(person, "a").status) == (["a"], SENT)


async def test_a_lease_is_renewed_in_time_by_its_own_thread(box: TelegramOutbox, fake: FakeTelegram) -> None:
    person = fake.get_person(1)
    box.enqueue_texts(person, "a")
    postman = OutboxSender(box.db, box.store, {box.account.id: None}, timedelta(seconds=0.2))  # type: ignore[dict-item]
    (row,) = postman._claim(1)
    with box.db.transaction() as session:
        outbox.renew_leases(session, [row], box.db.clock() - timedelta(seconds=1))
    with postman._lease_renewer:
        async with asyncio.timeout(5):
            while (box.find_delivery(person, "a").lease_until or box.db.clock()) <= box.db.clock():  # noqa: ASYNC110 - a row tells nobody
                await asyncio.sleep(0.02)
