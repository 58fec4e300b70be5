import asyncio
from contextlib import suppress

import pytest
from fakes.ledger_checks import assert_ledger_balances
from fakes.outbox_steps import send_due
from fakes.thumbnail import create_thumbnail
from fakes.world.described_files import build_picture
from fakes.world.users import FakeUser
from fakes.world.world import World
from sqlmodel import col, select

from bots.core.channel import (
    ChannelError,
    ChatUnreachable,
    MessageNotEditable,
    MessageNotModified,
    MessageRejected,
    RetryLater,
)
from bots.core.context import text_for
from bots.core.delivery.delivery_builder import build_payload
from bots.core.delivery.outbox_sender import LEASE, OutboxSender
from models.identity.people import Address, Person
from models.media.files import Media
from models.messaging.deliveries import Delivery, Message
from models.retries import DELIVERY_RETRIES
from storage.billing.credit_refunds import refund_job_credits
from storage.identity import people
from storage.media import files
from storage.messaging import outbox
from storage.messaging.outbox import OutboxMessage

LOST = "Your film was finished, but it got lost before I could bring it to you."


def owe(house: World, somebody: FakeUser, *keys: str, message: Message | None = None) -> None:
    """Owe a chat sentences, one message each."""
    with house.db.transaction() as session:
        account = somebody.account.account
        person = people.get_or_create_person(session, account, somebody.id, name="", language="en")
        address = people.get_or_create_address(session, account.id, somebody.chat_ref.chat, "")
        for key in keys:
            content = message or Message(paragraphs=(text_for("name", name=key),))
            outbox.enqueue(session, address, person.id, OutboxMessage(content, f"{somebody.id}:{key}"), house.clock())


def row(house: World, key: str) -> Delivery:
    with house.db.read_transaction() as session:
        return session.exec(select(Delivery).where(col(Delivery.cause) == key)).one()


async def ended(running: asyncio.Task[None]) -> None:
    """End a postman as a process does; it has to let itself be ended."""
    running.cancel()
    async with asyncio.timeout(5):
        with suppress(asyncio.CancelledError):
            await running


def available(house: World, somebody: FakeUser) -> int:
    """The credits somebody has; the books are looked over on the way."""
    with house.db.transaction() as session:
        assert_ledger_balances(session)
        return house.pipeline.account_status_of(session, session.get_one(Person, somebody.person.id)).credits.available


async def film_owed(house: World, ana: FakeUser) -> None:
    """A film is done, and not sent yet."""
    await ana.send_files(build_picture())
    house.run_job()


async def test_messages_of_a_chat_arrive_in_the_order_they_were_owed(house: World, ana: FakeUser) -> None:
    owe(house, ana, "one", "two", "three")
    await house.deliver_all()
    assert [message.text for message in ana.messages] == ["one", "two", "three"]
    assert row(house, "7:two").external_id == "m2"


async def test_a_message_that_has_to_wait_keeps_its_place_in_the_chat(house: World, ana: FakeUser) -> None:
    ana.account.channel.faults["say"].append(RetryLater(30))
    owe(house, ana, "one", "two")
    await house.deliver_all()
    house.clock.advance(29)
    await house.deliver_all()
    assert ana.messages == []
    house.clock.advance(2)
    await house.deliver_all()
    assert [message.text for message in ana.messages] == ["one", "two"]


async def test_a_slow_chat_keeps_no_other_waiting(house: World, ana: FakeUser) -> None:
    bea = FakeUser(house, ana.account, id="8")
    opened = ana.account.channel.blocked_chats[ana.chat_ref.chat] = asyncio.Event()
    owe(house, ana, "slow", "after")
    owe(house, bea, "quick", "next")
    running = asyncio.create_task(house.outbox_sender.run())
    await ana.account.channel.wait_until(lambda: len(bea.messages) == 2)
    assert ana.messages == []
    opened.set()
    await ana.account.channel.wait_until(lambda: len(ana.messages) == 2)
    await ended(running)
    assert [message.text for message in ana.messages] == ["slow", "after"]


async def test_a_chat_that_is_gone_is_closed_and_what_it_was_owed_dropped(house: World, ana: FakeUser) -> None:
    ana.account.channel.faults["say"].append(ChatUnreachable("blocked"))
    owe(house, ana, "one", "two")
    await house.deliver_all()
    assert ana.messages == []
    assert {row(house, key).status for key in ("7:one", "7:two")} == {"dropped"}
    with house.db.read_transaction() as session:
        assert session.exec(select(Address)).one().unreachable_at is not None


async def test_who_writes_again_is_reachable_again(house: World, ana: FakeUser) -> None:
    ana.account.channel.faults["say"].append(ChatUnreachable("blocked"))
    owe(house, ana, "one")
    await house.deliver_all()
    assert (await ana.send_text("/start")).text.startswith("Hi!")
    with house.db.read_transaction() as session:
        assert session.exec(select(Address)).one().unreachable_at is None


async def test_an_edit_changes_the_message_in_place(house: World, ana: FakeUser) -> None:
    owe(house, ana, "one")
    await house.deliver_all()
    owe(house, ana, "edit", message=Message(paragraphs=(text_for("nothing-charged"),), edits=ana.last_message.id))
    await house.deliver_all()
    assert [message.text for message in ana.messages] == ["Nothing was charged."]
    assert row(house, "7:edit").external_id == "m1"


async def test_an_edit_that_changes_nothing_is_done(house: World, ana: FakeUser) -> None:
    owe(house, ana, "one")
    await house.deliver_all()
    ana.account.channel.faults["edit"].append(MessageNotModified("same"))
    owe(house, ana, "edit", message=Message(paragraphs=(text_for("nothing-charged"),), edits=ana.last_message.id))
    await house.deliver_all()
    assert (row(house, "7:edit").status, len(ana.messages)) == ("sent", 1)


async def test_what_cannot_be_edited_any_more_comes_as_a_new_message(house: World, ana: FakeUser) -> None:
    owe(house, ana, "one")
    await house.deliver_all()
    ana.account.channel.faults["edit"].append(MessageNotEditable("too old"))
    owe(house, ana, "edit", message=Message(paragraphs=(text_for("nothing-charged"),), edits=ana.last_message.id))
    await house.deliver_all()
    assert [message.text for message in ana.messages] == ["one", "Nothing was charged."]
    assert row(house, "7:edit").external_id == "m2"


@pytest.mark.parametrize(
    "error", [ChannelError("no answer"), MessageRejected("cannot be parsed"), ValueError("a bug in an adapter")]
)
async def test_a_message_that_fails_is_tried_again_ever_later(house: World, ana: FakeUser, error: Exception) -> None:
    ana.account.channel.faults["say"].extend([error] * 4)
    owe(house, ana, "one")
    pauses = []
    for _ in range(4):
        await house.deliver_all()
        due = row(house, "7:one").run_after
        pauses.append(round((due - house.clock()).total_seconds()))
        house.clock.advance(pauses[-1] + 0.01)
    await house.deliver_all()
    assert pauses == [2, 4, 8, 16]
    assert ana.last_message.text == "one"


@pytest.mark.parametrize("error", [MessageRejected("cannot be parsed"), ValueError("a bug in an adapter")])
async def test_a_message_that_is_refused_is_dropped_in_the_end_and_the_next_one_sent(
    house: World, ana: FakeUser, error: Exception
) -> None:
    ana.account.channel.faults["say"].extend([error] * DELIVERY_RETRIES.max_attempts)
    owe(house, ana, "one", "two")
    for _ in range(DELIVERY_RETRIES.max_attempts):
        await house.deliver_all()
        house.clock.advance(601)
    await house.deliver_all()
    assert row(house, "7:one").status == "dropped"
    assert [message.text for message in ana.messages] == ["two"]


@pytest.mark.parametrize("error", [ChannelError("bad gateway"), ConnectionError("the bucket cannot be used")])
async def test_a_messenger_that_is_away_for_days_costs_nobody_a_message(
    house: World, ana: FakeUser, error: Exception
) -> None:
    owe(house, ana, "one", "two")
    away = DELIVERY_RETRIES.max_attempts * 4
    ana.account.channel.faults["say"].extend([error] * away)
    for _ in range(away):
        await house.deliver_all()
        house.clock.advance(DELIVERY_RETRIES.backoff.maximum + 1)
    assert (row(house, "7:one").attempts, ana.messages) == (0, [])
    await house.deliver_all()
    await house.deliver_all()
    assert [message.text for message in ana.messages] == ["one", "two"]


async def test_after_a_message_arrived_the_next_failure_waits_briefly_again(house: World, ana: FakeUser) -> None:
    receipts, error = house.outbox_sender._results, ChannelError("no answer")
    ana.account.channel.faults["say"].extend([error] * 12)
    owe(house, ana, "one")
    pauses = []
    for _ in range(12):
        await house.deliver_all()
        pauses.append((row(house, "7:one").run_after - house.clock()).total_seconds())
        house.clock.advance(DELIVERY_RETRIES.backoff.maximum + 1)
    assert max(pauses) <= DELIVERY_RETRIES.backoff.maximum
    assert receipts._failures != {}
    await house.deliver_all()
    assert (ana.last_message.text, receipts._failures) == ("one", {})


async def test_a_film_nobody_could_bring_in_its_time_is_apologised_for_and_its_credits_are_back(
    house: World, ana: FakeUser
) -> None:
    await film_owed(house, ana)
    assert available(house, ana) == 9
    ana.account.channel.faults["send_video"].extend([ChannelError("bad gateway")] * 3)
    for days in (0, 6.99, 0.02):
        house.clock.advance(days * 86400)
        await house.deliver_all()
    assert ana.account.channel.calls.count("send_video") == 3
    job = house.list_jobs()[0]
    assert ana.last_message.text.splitlines()[1:] == ["Your credit is back.", f"(FILM_LOST · {job.short_id})"]
    assert row(house, f"job:{job.id}").status == "dropped"


async def test_a_film_whose_time_is_over_but_that_is_still_there_arrives(house: World, ana: FakeUser) -> None:
    await film_owed(house, ana)
    house.clock.advance(30 * 86400)
    await house.deliver_all()
    assert ana.last_message.kind == "video"


async def test_the_credits_of_a_lost_film_come_back_once_whoever_finds_out(house: World, ana: FakeUser) -> None:
    await film_owed(house, ana)
    await house.deliver_all()
    job = house.list_jobs()[0]
    for _ in range(3):
        with house.db.transaction() as session:
            refund_job_credits(session, session.get_one(Person, ana.person.id), job.id, house.clock())
    assert available(house, ana) == 10


async def test_a_film_that_is_asked_for_again_and_gone_gives_no_credits_back(house: World, ana: FakeUser) -> None:
    await film_owed(house, ana)
    await house.deliver_all()
    ana.account.channel.faults["send_file"].append(ChannelError("no answer"))
    await ana.choose(ana.last_message.get_choice_data("Original"), ana.last_message)
    for path in house.store.root.glob("??/*"):
        path.unlink()
    house.clock.advance(3)
    await house.deliver_all()
    assert ana.last_message.text.endswith(f"(FILE_GONE · {house.list_jobs()[0].short_id})")
    assert available(house, ana) == 9


async def test_a_message_nobody_could_bring_for_a_week_is_given_up(house: World, ana: FakeUser) -> None:
    ana.account.channel.faults["say"].extend([ChannelError("no answer")] * 2)
    owe(house, ana, "one")
    for days in (0, 7.01):
        house.clock.advance(days * 86400)
        await house.deliver_all()
    assert row(house, "7:one").status == "dropped"


async def test_a_message_that_ends_every_process_is_given_up(house: World, ana: FakeUser) -> None:
    owe(house, ana, "deadly", "after")
    for _ in range(DELIVERY_RETRIES.max_attempts):
        assert len(OutboxSender(house.db, house.store, house.channels)._claim(20)) == 1
        house.clock.advance(LEASE.total_seconds() + 1)
    await house.deliver_all()
    await house.deliver_all()
    assert [message.text for message in ana.messages] == ["after"]


async def test_a_message_without_words_is_dropped_and_stops_nobody_elses(house: World, ana: FakeUser) -> None:
    bea = FakeUser(house, ana.account, id="8")
    owe(house, ana, "nonsense", message=Message(paragraphs=(text_for("no-such-sentence"),)))
    owe(house, ana, "incomplete", message=Message(paragraphs=(text_for("error-too-long"),)))
    owe(house, ana, "after")
    owe(house, bea, "other")
    for _ in range(3):
        await house.deliver_all()
    assert [message.text for message in (*ana.messages, *bea.messages)] == ["after", "other"]


async def test_a_film_arrives_as_an_answer_with_its_size_length_and_thumbnail(house: World, ana: FakeUser) -> None:
    await film_owed(house, ana)
    await house.deliver_all()
    film = ana.last_message
    assert film.upload is not None
    assert film.kind == "video"
    assert (film.upload.width, film.upload.height, film.upload.seconds) == (1280, 720, 10.0)
    assert film.upload.path.read_bytes().startswith(b"a film of ")
    assert film.upload.thumbnail is not None
    assert film.upload.thumbnail.read_bytes() == create_thumbnail()
    assert film.reply_to == house.list_jobs()[0].reply_to
    assert film.upload.name == f"rabisco-{house.list_jobs()[0].short_id}.mp4"
    assert film.labels == [
        "🔁 Again",
        "⬇️ Original file",
        "⬇️ Picture (PNG)",
        "⬇️ Lines (SVG)",
        "🔢 Change the order",
    ]


async def test_a_film_goes_as_a_file_where_that_was_asked_for(house: World, ana: FakeUser) -> None:
    await film_owed(house, ana)
    await house.deliver_all()
    await ana.choose(ana.last_message.get_choice_data("Original"), ana.last_message)
    assert ana.account.channel.calls[-1] == "send_file"


async def test_a_film_that_is_gone_is_apologised_for_and_the_chat_goes_on(house: World, ana: FakeUser) -> None:
    await film_owed(house, ana)
    with house.db.transaction() as session:
        for media in session.exec(select(Media).where(col(Media.kind) == "video")):
            files.release(session, media)
    owe(house, ana, "after")
    await house.deliver_all()
    job = house.list_jobs()[0]
    assert [message.kind for message in ana.messages] == ["text", "text", "text"]
    assert [message.text for message in ana.messages[1:]] == [
        "after",
        f"{LOST}\nYour credit is back.\n(FILM_LOST · {job.short_id})",
    ]
    assert available(house, ana) == 10
    assert (ana.last_message.labels, ana.last_message.reply_to) == (["🔁 Again"], job.reply_to)


async def test_a_film_without_its_thumbnail_is_sent_all_the_same(house: World, ana: FakeUser) -> None:
    await film_owed(house, ana)
    with house.db.transaction() as session:
        for media in session.exec(select(Media).where(col(Media.format) == "jpeg")):
            files.release(session, media)
    await house.deliver_all()
    assert ana.last_message.upload is not None
    assert ana.last_message.upload.thumbnail is None


async def test_a_film_whose_thumbnail_is_missing_from_the_store_is_sent_all_the_same(
    house: World, ana: FakeUser
) -> None:
    await film_owed(house, ana)
    for path in house.store.root.glob("??/*"):
        if path.read_bytes() == create_thumbnail():
            path.unlink()
    await house.deliver_all()
    assert ana.last_message.upload is not None
    assert ana.last_message.upload.thumbnail is None


async def test_a_crash_between_sending_and_noting_repeats_a_message_once_at_most(house: World, ana: FakeUser) -> None:
    owe(house, ana, "one", "two")
    crashing = OutboxSender(house.db, house.store, house.channels)
    (claimed,) = crashing._claim(20)  # a process that ends right after the messenger took the message
    parcel = build_payload(house.db, house.store, claimed)
    await ana.account.channel.send_text(parcel.chat_ref, parcel.text)
    await house.deliver_all()
    assert [message.text for message in ana.messages] == ["one"]
    house.clock.advance(LEASE.total_seconds() + 1)
    await house.deliver_all()
    await house.deliver_all()
    assert [message.text for message in ana.messages] == ["one", "one", "two"]


async def test_a_postman_that_was_overtaken_notes_nothing(house: World, ana: FakeUser) -> None:
    owe(house, ana, "one")
    slow = OutboxSender(house.db, house.store, house.channels)
    (claimed,) = slow._claim(20)
    house.clock.advance(LEASE.total_seconds() + 1)
    await house.deliver_all()
    slow._results.record_sent(claimed, "late")
    slow._results.postpone(claimed, 0, "late")
    slow._results.give_up(claimed, "late")
    await house.deliver_all()
    assert (row(house, "7:one").external_id, len(ana.messages)) == ("m1", 1)


async def test_two_postmen_send_nothing_twice(house: World, ana: FakeUser) -> None:
    others = [FakeUser(house, ana.account, id=str(number)) for number in range(10, 16)]
    for somebody in others:
        owe(house, somebody, "one", "two")
    second = OutboxSender(house.db, house.store, house.channels)
    for _ in range(3):
        await asyncio.gather(send_due(house.outbox_sender), send_due(second))
    assert all([message.text for message in somebody.messages] == ["one", "two"] for somebody in others)


async def test_a_message_is_written_in_the_language_of_its_person(house: World, ana: FakeUser) -> None:
    owe(house, ana, "one", message=Message(paragraphs=(text_for("nothing-charged"),)))
    with house.db.transaction() as session:
        session.exec(select(Person)).one().language = "es"
    await house.deliver_all()
    assert ana.last_message.text == "No se cobró nada."


async def test_a_poke_from_another_thread_wakes_the_postman(house: World, ana: FakeUser) -> None:
    running = asyncio.create_task(house.outbox_sender.run())
    await asyncio.sleep(0)
    owe(house, ana, "one")
    await asyncio.to_thread(house.outbox_sender.wake)
    await ana.account.channel.wait_until(lambda: bool(ana.messages))
    await ended(running)


async def test_a_message_whose_bot_moves_to_another_process_before_it_is_sent_waits_for_that_one(
    house: World, ana: FakeUser
) -> None:
    owe(house, ana, "one")
    account_id = ana.account.account.id
    channel = house.outbox_sender.channels[account_id]
    await house.outbox_sender.start_sends()  # claimed, and not begun yet
    del house.channels[account_id]
    await house.outbox_sender.drain()
    assert ana.messages == []
    house.channels[account_id] = channel
    await house.deliver_all()
    assert [message.text for message in ana.messages] == ["one"]
    assert row(house, "7:one").attempts == 1
