"""Retention: what is over goes, a batch at a time, and what somebody still needs stays."""

import uuid
from datetime import datetime, timedelta
from functools import partial

from fakes.concurrency import run_concurrently
from fakes.world.world import World
from sqlmodel import col, func, select

from models.billing.credits import LedgerPosting, LedgerTransaction
from models.billing.payments import Provider, Purchase, PurchaseStatus
from models.jobs.job import Job, WorkerRow
from models.messaging.deliveries import Delivery, DeliveryStatus, Message, PageMessage, TranslatedText
from models.messaging.updates import Update
from models.messaging.uploads import WhatsAppUpload
from pipeline.jobs import job_messages
from pipeline.jobs.sweeper import RELEASE_BATCH_SIZE
from storage.jobs import jobs, progress_messages, worker_heartbeats
from storage.media import files
from storage.messaging import outbox, updates, uploads, web_messages
from storage.messaging.outbox import OutboxMessage
from storage.operations import retention

RESULTS = {"film", "thumbnail", "still", "svg"}


def count(shop: World, row: type) -> int:
    with shop.db.read_transaction() as session:
        return session.exec(select(func.count()).select_from(row)).one()


def deliver(shop: World) -> int:
    """Send everything that is owed; how many messages there were."""
    sent = 0
    with shop.db.transaction() as session:
        while rows := outbox.claim_due(session, [shop.customer.account.id], shop.clock(), timedelta(minutes=1)):
            sent += sum(outbox.mark_sent(session, row, "tg-1", shop.clock()) for row in rows)
    return sent


def owe(shop: World, cause: str) -> int:
    with shop.db.transaction() as session:
        owed = OutboxMessage(Message(paragraphs=(TranslatedText(key="welcome"),)), cause)
        return outbox.enqueue(session, shop.customer.address, shop.customer.person.id, owed, shop.clock())


def kept(shop: World, job: Job) -> set[str]:
    """Which of a job's files are there: its inputs, and its outputs by role."""
    with shop.db.read_transaction() as session:
        (given,) = jobs.list_inputs(session, job.id)
        there = {
            role: media
            for role, media in {**jobs.map_outputs(session, job.id), "input": given}.items()
            if media.file_id
        }
        for media in there.values():
            assert shop.job_runner.store.get_local_path(files.key_of(session, media)).exists()
    return set(there)


def causes(shop: World) -> set[str]:
    with shop.db.read_transaction() as session:
        return set(session.exec(select(Delivery.cause)))


def test_inputs_go_after_their_hours_and_results_after_their_days(shop: World) -> None:
    job = shop.submit_job()
    shop.job_runner.run_next_job()
    deliver(shop)
    shop.clock.advance(hours=23)
    shop.sweeper.release_expired_files()
    assert kept(shop, job) == {"input", *RESULTS}
    shop.clock.advance(hours=1)
    shop.sweeper.release_expired_files()
    assert kept(shop, job) == RESULTS
    shop.clock.advance(days=6)
    shop.sweeper.release_expired_files()
    assert kept(shop, job) == set()
    assert [path for path in (shop.folder / "media").rglob("*") if path.is_file()] == []


def test_the_input_of_a_job_that_waits_long_is_still_there_when_it_is_its_turn(shop: World) -> None:
    job = shop.submit_job()
    shop.clock.advance(days=3)
    shop.sweeper.release_expired_files()
    assert shop.job_runner.run_next_job()
    assert kept(shop, job) == {"input", *RESULTS}
    shop.sweeper.release_expired_files()
    assert kept(shop, job) == RESULTS


def test_a_film_that_was_not_delivered_yet_stays_until_it_was(shop: World) -> None:
    job = shop.submit_job()
    shop.job_runner.run_next_job()
    shop.clock.advance(days=30)
    shop.sweeper.release_expired_files()
    assert kept(shop, job) == RESULTS
    deliver(shop)
    shop.sweeper.release_expired_files()
    assert kept(shop, job) == set()


def test_a_film_that_was_asked_for_as_a_file_stays_until_that_arrived(shop: World) -> None:
    job = shop.submit_job()
    shop.job_runner.run_next_job()
    deliver(shop)
    with shop.db.transaction() as session:
        film = jobs.map_outputs(session, job.id)["film"]
        owed = job_messages.build_file_message(job, film, "film", "file:1")
        outbox.enqueue(session, shop.customer.address, shop.customer.person.id, owed, shop.clock())
    shop.clock.advance(days=8)
    shop.sweeper.release_expired_files()
    assert "film" in kept(shop, job)
    deliver(shop)
    shop.sweeper.release_expired_files()
    assert kept(shop, job) == set()


def test_files_go_until_none_is_left_however_many_expire_in_a_minute(shop: World) -> None:
    for number in range(RELEASE_BATCH_SIZE + 1):
        shop.receive_media(f"picture {number}".encode())
    shop.clock.advance(days=2)
    shop.sweeper.release_expired_files()
    assert [path for path in (shop.folder / "media").rglob("*") if path.is_file()] == []


def test_the_file_that_expired_first_goes_first(shop: World) -> None:
    first = shop.receive_media(b"first")
    shop.clock.advance(hours=1)
    second = shop.receive_media(b"second")
    shop.clock.advance(days=2)
    with shop.db.read_transaction() as session:
        assert [each.id for each in files.list_expired(session, shop.clock(), limit=1)] == [first.id]
        assert [each.id for each in files.list_expired(session, shop.clock())] == [first.id, second.id]


def test_updates_go_thirty_days_after_they_were_handled_and_others_stay(shop: World) -> None:
    account = shop.customer.account.id
    with shop.db.transaction() as session:
        updates.save(session, account, "waits", {"text": "hi"}, shop.clock())
        updates.mark_handled(session, account, ["old"], shop.clock())
    shop.clock.advance(days=20)
    with shop.db.transaction() as session:
        updates.mark_handled(session, account, ["newer"], shop.clock())
    shop.clock.advance(days=10, seconds=1)
    shop.sweeper.prune_rows()
    with shop.db.read_transaction() as session:
        assert set(session.exec(select(Update.external_id))) == {"waits", "newer"}


def test_messages_go_ninety_days_after_they_were_sent_or_given_up(shop: World) -> None:
    given_up = owe(shop, "given-up")
    owe(shop, "sent")
    with shop.db.transaction() as session:
        (row,) = outbox.claim_due(session, [shop.customer.account.id], shop.clock(), timedelta(minutes=1))
        assert row.id == given_up
        outbox.drop(session, row, "no")
    deliver(shop)
    owe(shop, "still owed")
    shop.clock.advance(days=90)
    shop.sweeper.prune_rows()
    assert causes(shop) == {"given-up", "sent", "still owed"}
    shop.clock.advance(seconds=1)
    shop.sweeper.prune_rows()
    assert causes(shop) == {"still owed"}


def test_the_message_that_shows_how_a_job_stands_stays_until_it_has_shown_the_end(shop: World) -> None:
    job = shop.submit_job()
    status = owe(shop, "status")
    deliver(shop)
    with shop.db.transaction() as session:
        session.get_one(Job, job.id).status_delivery_id = status
    shop.clock.advance(days=91)
    shop.sweeper.prune_rows()
    assert causes(shop) == {"status"}
    with shop.db.transaction() as session:
        progress_messages.mark_status_closed(session, job.id)
    shop.sweeper.prune_rows()
    assert causes(shop) == set()


def test_a_progress_message_that_cannot_show_the_end_is_left_as_it_is_after_a_week(shop: World) -> None:
    job = shop.submit_job()
    status = owe(shop, "status")
    with shop.db.transaction() as session:
        session.get_one(Job, job.id).status_delivery_id = status
    shop.clock.advance(days=8)
    shop.sweeper.prune_rows()
    assert not shop.reload_job(job).status_closed  # it has not ended
    shop.job_runner.run_next_job()
    shop.clock.advance(days=7)
    shop.sweeper.prune_rows()
    assert not shop.reload_job(job).status_closed
    shop.clock.advance(seconds=1)
    shop.sweeper.prune_rows()
    assert shop.reload_job(job).status_closed


def test_a_worker_that_was_not_seen_for_a_day_is_forgotten_and_comes_back_when_it_is(shop: World) -> None:
    def names() -> set[str]:
        with shop.db.read_transaction() as session:
            return set(session.exec(select(WorkerRow.name)))

    shop.sweeper.sweep()
    with shop.db.transaction() as session:
        worker_heartbeats.record(session, "gone", shop.clock())
    shop.clock.advance(days=1, seconds=1)
    with shop.db.transaction() as session:
        worker_heartbeats.record(session, "here", shop.clock())
    shop.sweeper.prune_rows()
    assert names() == {"here"}
    shop.sweeper.sweep()
    assert names() == {"here", "worker-1"}


def test_what_was_uploaded_to_whatsapp_is_forgotten_after_two_weeks(shop: World) -> None:
    account_id = shop.customer.account.id

    def upload(key: str) -> None:
        with shop.db.transaction() as session:
            row = WhatsAppUpload(account_id=account_id, key=key, content=b"\0media", created_at=shop.clock())
            uploads.save(session, row, shop.clock() - timedelta(days=365))

    upload("video:a")
    shop.clock.advance(days=14, seconds=1)
    upload("video:b")
    shop.sweeper.prune_rows()
    with shop.db.read_transaction() as session:
        found = {row.key: row.content for row in session.exec(select(WhatsAppUpload))}
    assert found == {"video:b": b"\0media"}


def write(shop: World, place: uuid.UUID, number: int, now: datetime) -> PageMessage:
    with shop.db.transaction() as session:
        message = uuid.uuid4()
        web_messages.add(session, place, message, web_messages.AUTHOR_BOT, {"number": number}, now)
        found = web_messages.find_message(session, place, message)
        assert found is not None
        return found


def numbers(shop: World) -> list[int]:
    with shop.db.read_transaction() as session:
        rows = session.exec(select(PageMessage).order_by(col(PageMessage.created_at)))
        return [row.body["number"] for row in rows]


def test_of_a_conversation_of_the_page_the_newest_messages_stay(shop: World) -> None:
    place = shop.customer.address.id
    for number in range(8):
        write(shop, place, number, shop.clock())
    with shop.db.transaction() as session:
        assert retention.prune_web_messages(session, keep=5, limit=2) == 2
    assert numbers(shop) == [2, 3, 4, 5, 6, 7]
    with shop.db.transaction() as session:
        assert retention.prune_web_messages(session, keep=5, limit=2) == 1
        assert retention.prune_web_messages(session, keep=5, limit=2) == 0
    assert numbers(shop) == [3, 4, 5, 6, 7]


def test_versions_of_the_page_go_on_where_they_were_whatever_was_deleted(shop: World) -> None:
    place = shop.customer.address.id
    first = write(shop, place, 0, shop.clock())
    for number in range(1, 4):
        write(shop, place, number, shop.clock())
    with shop.db.transaction() as session:
        found = web_messages.find_message(session, place, first.id)
        assert found is not None
        web_messages.update_body(session, found, {"number": 0}, shop.clock())
        newest = web_messages.get_latest_version(session, place)
        retention.prune_web_messages(session, keep=2, limit=10)
    assert write(shop, place, 9, shop.clock()).version == newest + 1


def test_pruning_goes_in_batches_until_nothing_is_left_and_the_books_stay(shop: World) -> None:
    shop.submit_job()
    shop.job_runner.run_next_job()
    account = shop.customer.account.id
    with shop.db.transaction() as session:
        for number in range(25):
            updates.mark_handled(session, account, [f"u{number}"], shop.clock())
    books = count(shop, LedgerTransaction), count(shop, LedgerPosting)
    for number in range(25):
        owe(shop, f"m{number}")
    deliver(shop)
    shop.clock.advance(days=400)
    shop.sweeper.prune_rows(batch=10)
    assert (count(shop, Update), count(shop, Delivery)) == (0, 0)
    assert (count(shop, LedgerTransaction), count(shop, LedgerPosting)) == books
    assert min(books) > 0
    assert count(shop, Job) == 1


def test_many_who_prune_at_once_do_not_get_into_each_others_way(shop: World) -> None:
    for number in range(60):
        owe(shop, f"m{number}")
    deliver(shop)
    shop.clock.advance(days=91)
    run_concurrently([partial(shop.sweeper.prune_rows, batch=7)] * 6)
    shop.sweeper.prune_rows()
    assert count(shop, Delivery) == 0


def test_a_message_once_sent_is_never_sent_for_the_same_cause_while_it_is_remembered(shop: World) -> None:
    owe(shop, "job:1")
    deliver(shop)
    shop.clock.advance(days=89)
    shop.sweeper.prune_rows()
    owe(shop, "job:1")
    assert deliver(shop) == 0
    with shop.db.read_transaction() as session:
        assert session.exec(select(Delivery.status)).all() == [DeliveryStatus.SENT]


def invoice(shop: World, **values: object) -> Purchase:
    """Something to be bought within a day."""
    customer, now = shop.customer, shop.clock()
    about = {"provider": Provider.STARS, "status": PurchaseStatus.OPEN, "expires_at": now + timedelta(days=1)} | values
    with shop.db.transaction() as session:
        purchase = Purchase(
            tenant_id=customer.person.tenant_id,
            person_id=customer.person.id,
            address_id=customer.address.id,
            item="pack:100",
            currency="xtr",
            amount=300,
            created_at=now,
            checked_at=now,
            **about,  # type: ignore[arg-type]
        )
        session.add(purchase)
    return purchase


def status_of(shop: World, purchase: Purchase) -> str:
    with shop.db.read_transaction() as session:
        return session.get_one(Purchase, purchase.id).status


def test_an_invoice_in_stars_is_over_when_its_time_is_and_what_others_sell_or_is_paid_stays(shop: World) -> None:
    ours = invoice(shop)
    others = [invoice(shop, provider=Provider.STRIPE), invoice(shop, status=PurchaseStatus.PAID)]
    shop.clock.advance(hours=23)
    shop.sweeper.expire_invoices()
    assert status_of(shop, ours) == PurchaseStatus.OPEN
    shop.clock.advance(hours=1)
    shop.sweeper.expire_invoices()
    with shop.db.read_transaction() as session:
        decided = session.get_one(Purchase, ours.id)
    assert (decided.status, decided.decided_at) == (PurchaseStatus.EXPIRED, shop.clock())
    assert [status_of(shop, other) for other in others] == [PurchaseStatus.OPEN, PurchaseStatus.PAID]


def test_many_invoices_are_closed_in_batches_by_many_who_sweep_at_once(shop: World) -> None:
    left = [invoice(shop) for _ in range(25)]
    shop.clock.advance(days=2)
    run_concurrently([partial(shop.sweeper.expire_invoices, batch=4)] * 6)
    shop.sweeper.expire_invoices()
    assert {status_of(shop, each) for each in left} == {PurchaseStatus.EXPIRED}
