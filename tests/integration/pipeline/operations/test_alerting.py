"""Alarms: what is amiss is told once when it begins and once when it is over, to the right place."""

from datetime import timedelta
from typing import Any

import pytest
from fakes.clock import SettableClock
from fakes.concurrency import run_concurrently
from fakes.sample_customers import SampleCustomer, add_job, create_customer
from sqlmodel import col, select

from models.billing.payments import ProviderEvent, Purchase
from models.errors import ErrorCode
from models.identity.people import Address
from models.jobs.job import JobStatus, WorkerRow
from models.messaging.deliveries import Delivery, Message, TranslatedText
from models.messaging.whatsapp import WhatsAppSession, WhatsAppState
from models.operations.alerts import AlertChat, AlertKind, parse_alert_chat
from models.operations.error_events import ErrorEvent
from pipeline.operations.alerting import ALERT_RULES, Alerting
from storage.db import Database
from storage.identity import people
from storage.jobs import jobs, worker_heartbeats
from storage.messaging import outbox
from storage.operations import alert_chats, alerts
from storage.operations.alert_metrics import AlertMetrics, count_missing_workers

TOPICS = parse_alert_chat("telegram:-100123/payments=4,numbers=7,disk=9")


class Floor:
    """A house that something happens to, and its watchman."""

    def __init__(self, db: Database, clock: SettableClock) -> None:
        self.db, self.clock = db, clock
        self.boss = create_customer(db, "boss", role="owner")
        with db.transaction() as session:
            people.get_or_create_address(session, self.boss.account.id, "boss", "")
        self.customer = create_customer(db)

    def look(self, **later: float) -> list[str]:
        """What is told so far, after some time has passed."""
        self.clock.advance(**later)
        Alerting(self.db).check()
        return self.told()

    def told(self, chat: str = "boss", thread: str = "") -> list[str]:
        wanted = select(Delivery, Address).join(Address, col(Address.id) == col(Delivery.address_id))
        with self.db.read_transaction() as session:
            found = session.exec(wanted.order_by(col(Delivery.id))).all()
        rows = [row for row, address in found if (address.chat, address.thread) == (chat, thread)]
        return [row.content.paragraphs[0].key for row in rows]

    def put(self, *rows: Any) -> None:
        with self.db.transaction() as session:
            for row in rows:
                session.add(row)

    def worker(self, name: str, *, seen: float = 0, started: float = 3600) -> WorkerRow:
        """One that was seen so many seconds ago."""
        now = self.clock()
        return WorkerRow(name=name, started_at=now - timedelta(seconds=started), seen_at=now - timedelta(seconds=seen))

    def jobs(self, many: int = 1, **fields: Any) -> None:
        with self.db.transaction() as session:
            for _ in range(many):
                add_job(session, self.customer, self.clock(), **fields)

    def ended(self, many: int, status: JobStatus, code: ErrorCode | None = None) -> None:
        self.jobs(many, status=status, code=code, finished_at=self.clock())

    def change(self, row: type, **values: Any) -> None:
        with self.db.transaction() as session:
            for each in session.exec(select(row)).all():
                for name, value in values.items():
                    setattr(each, name, value)


@pytest.fixture
def floor(database: Database, clock: SettableClock) -> Floor:
    return Floor(database, clock)


def test_a_house_in_which_nothing_happens_is_quiet(floor: Floor) -> None:
    assert floor.look() == []


def test_a_worker_that_falls_silent_is_missed_until_another_comes_in_its_place(floor: Floor) -> None:
    floor.put(floor.worker("w1"), floor.worker("w2"))
    assert floor.look(seconds=60) == []
    assert floor.look(seconds=1) == ["alert-workers"]
    assert floor.look(minutes=30) == ["alert-workers"]
    floor.put(floor.worker("w3", started=0), floor.worker("w4", started=0))
    assert floor.look() == ["alert-workers", "relief-workers"]
    assert floor.look(seconds=30) == ["alert-workers", "relief-workers"]


def test_a_worker_that_ends_as_it_should_is_not_missed(floor: Floor) -> None:
    floor.put(floor.worker("w1"), floor.worker("w2"))
    with floor.db.transaction() as session:
        worker_heartbeats.remove(session, "w1")
        worker_heartbeats.remove(session, "w2")
    assert floor.look(minutes=10) == []


@pytest.mark.parametrize(
    ("lives", "missing"),
    [
        ([(0, 100)], 1),
        ([(0, 100), (110, 1000)], 0),
        ([(0, 100), (110, 500), (510, 1000)], 0),  # one after the other, each in the place of the last
        ([(0, 100), (90, 1000)], 1),  # it was there before the other fell silent
        ([(0, 100), (0, 200), (210, 1000)], 1),
        ([(0, 1000), (0, 950)], 0),
        ([], 0),
    ],
)
def test_one_newcomer_stands_in_for_one_that_fell_silent(
    lives: list[tuple[int, int]], missing: int, clock: SettableClock
) -> None:
    def at(seconds: int) -> Any:
        return clock.now + timedelta(seconds=seconds)

    rows = [
        WorkerRow(name=str(place), started_at=at(start), seen_at=at(end)) for place, (start, end) in enumerate(lives)
    ]
    assert count_missing_workers(rows, at(1000)) == missing


def test_a_queue_that_is_older_than_five_minutes_is_told(floor: Floor) -> None:
    floor.jobs()
    assert floor.look(seconds=300) == []
    assert floor.look(seconds=1) == ["alert-queue"]
    floor.change(jobs.Job, status=JobStatus.CANCELLED)
    assert floor.look() == ["alert-queue", "relief-queue"]


def test_a_queue_that_is_longer_than_a_hundred_is_told_and_over_when_it_is_well_below(floor: Floor) -> None:
    floor.jobs(100)
    assert floor.look() == []
    floor.jobs()
    assert floor.look() == ["alert-queue"]
    with floor.db.transaction() as session:
        for job in session.exec(select(jobs.Job).limit(15)).all():
            job.status = JobStatus.CANCELLED
    assert floor.look() == ["alert-queue"]
    with floor.db.transaction() as session:
        for job in session.exec(select(jobs.Job).where(col(jobs.Job.status) == JobStatus.QUEUED).limit(6)).all():
            job.status = JobStatus.CANCELLED
    assert floor.look() == ["alert-queue", "relief-queue"]


def test_films_that_fail_by_our_fault_are_told_when_they_are_more_than_a_fifth(floor: Floor) -> None:
    floor.ended(9, JobStatus.DONE)
    floor.ended(2, JobStatus.FAILED, ErrorCode.CRASHED)
    assert floor.look() == []
    floor.ended(1, JobStatus.FAILED, ErrorCode.UNEXPECTED)
    assert floor.look() == ["alert-errors"]
    assert floor.look(minutes=14) == ["alert-errors"]
    assert floor.look(minutes=2) == ["alert-errors", "relief-errors"]


def test_films_that_fail_by_what_was_sent_are_no_alarm(floor: Floor) -> None:
    floor.ended(30, JobStatus.FAILED, ErrorCode.NO_SPEECH)
    assert floor.look() == []


def test_many_errors_in_the_logs_are_an_alarm_whatever_films_do(floor: Floor) -> None:
    floor.put(*(ErrorEvent(event="update-failed", at=floor.clock()) for _ in range(30)))
    assert floor.look() == ["alert-errors"]


def test_a_worker_that_renders_and_does_not_sweep_is_told_as_stalled(floor: Floor) -> None:
    floor.put(floor.worker("w1", seen=90), floor.worker("w2"))
    lease = floor.clock() + timedelta(seconds=30)
    floor.jobs(1, status=JobStatus.RUNNING, owner="w1", lease_until=lease, attempts=1)
    assert floor.look() == ["alert-workers", "alert-sweeper"]
    floor.change(WorkerRow, seen_at=floor.clock())
    assert sorted(floor.look()[2:]) == ["relief-sweeper", "relief-workers"]


def test_a_job_nobody_ends_though_it_killed_its_workers_is_told(floor: Floor) -> None:
    floor.put(floor.worker("w1"))
    over = floor.clock() - timedelta(seconds=61)
    floor.jobs(1, status=JobStatus.RUNNING, owner="gone", lease_until=over, attempts=3)
    assert floor.look() == ["alert-sweeper"]


def news(floor: Floor, **fields: Any) -> ProviderEvent:
    tenant = floor.customer.person.tenant_id
    return ProviderEvent(
        tenant_id=tenant,
        external_id="evt_1",
        kind="invoice.paid",
        object_id="in_1",
        received_at=floor.clock(),
        **fields,
    )


def purchase(floor: Floor, status: str, **fields: Any) -> Purchase:
    ids = {"tenant_id": floor.customer.person.tenant_id, "person_id": floor.customer.person.id}
    about = {"provider": "stripe", "item": "pack:100", "currency": "brl", "amount": 990, "created_at": floor.clock()}
    return Purchase(**ids, address_id=floor.customer.address.id, status=status, **about, **fields)


def test_news_of_payments_that_nobody_handles_are_told(floor: Floor) -> None:
    floor.put(news(floor))
    assert floor.look(minutes=15) == []
    assert floor.look(seconds=1) == ["alert-payments"]
    floor.change(ProviderEvent, handled_at=floor.clock())
    assert floor.look() == ["alert-payments", "relief-payments"]


def test_links_that_cannot_be_made_are_told(floor: Floor) -> None:
    floor.put(*(purchase(floor, "asked") for _ in range(3)))
    assert floor.look(minutes=10) == []
    assert floor.look(seconds=1) == ["alert-payments"]


def test_payments_that_fail_are_told(floor: Floor) -> None:
    floor.put(*(purchase(floor, "failed", decided_at=floor.clock()) for _ in range(5)))
    assert floor.look() == ["alert-payments"]
    assert floor.look(minutes=61) == ["alert-payments", "relief-payments"]


def number(floor: Floor) -> WhatsAppSession:
    with floor.db.transaction() as session:
        account = people.get_or_create_account(session, floor.customer.person.tenant_id, "whatsapp", "bakulo")
    return WhatsAppSession(
        tenant_id=account.tenant_id, account_id=account.id, state=WhatsAppState.ONLINE, seen_at=floor.clock()
    )


def test_a_number_that_nobody_runs_is_told(floor: Floor) -> None:
    floor.put(number(floor))
    assert floor.look(minutes=2) == []
    assert floor.look(seconds=1) == ["alert-numbers"]
    floor.change(WhatsAppSession, seen_at=floor.clock())
    assert floor.look() == ["alert-numbers", "relief-numbers"]


def test_processes_that_search_frames_the_same_time_tell_once(floor: Floor) -> None:
    floor.jobs()
    floor.clock.advance(minutes=6)
    run_concurrently([Alerting(floor.db).check] * 6)
    assert floor.told() == ["alert-queue"]


def test_an_incident_that_comes_back_is_told_again(floor: Floor) -> None:
    for _ in range(2):
        floor.jobs()
        floor.look(minutes=6)
        floor.change(jobs.Job, status=JobStatus.CANCELLED)
        floor.look()
    assert floor.told() == ["alert-queue", "relief-queue"] * 2


def settle(floor: Floor, chat: AlertChat = TOPICS) -> None:
    with floor.db.transaction() as session:
        alert_chats.configure(session, floor.customer.account, chat)


def begin(floor: Floor, incident: str, tenant: SampleCustomer | None = None) -> None:
    tenant_id = tenant.person.tenant_id if tenant else None
    with floor.db.transaction() as session:
        message = Message(paragraphs=(TranslatedText(key=incident),))
        alerts.notify_begin(session, incident, message, floor.clock(), tenant_id=tenant_id)


@pytest.mark.parametrize(
    ("incident", "topic"),
    [
        ("payments", "4"),
        ("whatsapp-0b7e", "7"),
        ("numbers", "7"),
        ("disk:box-1", "9"),
        ("disk-share:box-1", "9"),
        ("queue", ""),
        ("billing-drift", ""),
    ],
)
def test_with_a_chat_for_alerts_each_kind_goes_to_its_topic_and_owners_have_peace(
    floor: Floor, incident: str, topic: str
) -> None:
    settle(floor)
    begin(floor, incident)
    assert floor.told("-100123", topic) == [incident]
    assert floor.told() == []


def test_another_chat_takes_the_place_of_the_one_before_and_without_one_owners_are_told(floor: Floor) -> None:
    settle(floor)
    settle(floor, parse_alert_chat("telegram:-100777"))
    begin(floor, "payments")
    assert (floor.told("-100123", "4"), floor.told("-100777")) == ([], ["payments"])
    with floor.db.transaction() as session:
        alert_chats.clear(session)
    begin(floor, "queue")
    assert floor.told() == ["queue"]


def test_a_chat_the_bot_was_thrown_out_of_is_none(floor: Floor) -> None:
    settle(floor, parse_alert_chat("telegram:-100777"))
    with floor.db.transaction() as session:
        place = alert_chats.find_address(session, AlertKind.QUEUE)
        assert place is not None
        outbox.mark_unreachable(session, place.id, floor.clock())
    begin(floor, "queue")
    assert floor.told() == ["queue"]


def test_what_is_about_a_tenant_is_told_its_own_administrators_too_and_no_others(floor: Floor) -> None:
    theirs = create_customer(floor.db, "theirs", tenant="shop", role="owner")
    with floor.db.transaction() as session:
        people.get_or_create_address(session, theirs.account.id, "theirs", "")
    settle(floor)
    begin(floor, "whatsapp-1", theirs)
    begin(floor, "queue")
    assert (floor.told("theirs"), floor.told("-100123", "7"), floor.told()) == (["whatsapp-1"], ["whatsapp-1"], [])


@pytest.mark.parametrize("role", ["owner", "admin"])
def test_in_the_chat_for_alerts_the_owners_language_is_spoken(floor: Floor, role: str) -> None:
    settle(floor)
    with floor.db.transaction() as session:
        boss = session.get_one(type(floor.boss.person), floor.boss.person.id)
        boss.language, boss.role = "pt-BR", role
    begin(floor, "queue")
    with floor.db.read_transaction() as session:
        (row,) = session.exec(select(Delivery)).all()
        assert row.person_id == floor.boss.person.id


def test_before_there_is_an_owner_alerts_are_told_in_their_chat_all_the_same(floor: Floor) -> None:
    floor.change(type(floor.boss.person), role=None)
    settle(floor)
    begin(floor, "queue")
    assert floor.told("-100123") == ["queue"]


@pytest.mark.parametrize(
    "text",
    [
        "-100123",
        "whatsapp:123",
        "telegram:boss",
        "telegram:-1/money=4",
        "telegram:-1/payments",
        "telegram:-1/payments=x",
    ],
)
def test_a_chat_that_cannot_be_is_refused_with_the_form_it_takes(text: str) -> None:
    with pytest.raises(ValueError, match="ALERT_CHAT takes telegram:-100"):
        parse_alert_chat(text)


def test_every_alarm_rings_and_rests_but_never_both() -> None:

    calm = AlertMetrics(workers=2)
    worst = AlertMetrics(1000, 1e6, 0, 5, 5, 100, 100, 1000, 100, 100, 100, 10)
    tests: list[tuple[AlertMetrics, bool]] = [(calm, False), (worst, True)]
    for alarm in ALERT_RULES:
        for seen, rings in tests:
            assert (alarm.is_firing(seen), alarm.is_resolved(seen)) == (rings, not rings)
