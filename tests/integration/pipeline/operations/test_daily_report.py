"""The morning's report: once a day at nine by the operator's clock, in their language."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fakes.clock import SettableClock
from fakes.concurrency import run_concurrently
from fakes.sample_customers import SampleCustomer, add_job, create_customer
from sqlmodel import col, select

from bots.core.delivery.message_rendering import render_message
from models.billing.payments import Purchase
from models.identity.people import Address, Person, Tenant
from models.jobs.job import JobStatus
from models.messaging.deliveries import Delivery
from models.operations.alerts import parse_alert_chat
from models.operations.error_events import ErrorEvent
from pipeline.operations.daily_report import DailyReport
from storage.db import Database
from storage.identity import people
from storage.messaging import outbox
from storage.operations import alert_chats, health_readings

SAO_PAULO = ZoneInfo("America/Sao_Paulo")  # three hours behind
EVE = datetime(2026, 3, 14, 11, 0, tzinfo=UTC)


class Office:
    """A business that was opened long ago, its owner, and who reports to them."""

    def __init__(self, db: Database, clock: SettableClock) -> None:
        self.db, self.clock = db, clock
        clock.now = EVE
        self.boss = create_customer(db, "boss", role="owner")
        with db.transaction() as session:
            people.get_or_create_address(session, self.boss.account.id, "boss", "")
            for tenant in session.exec(select(Tenant)).all():
                tenant.created_at = EVE - timedelta(days=40)
        self.customer = create_customer(db)
        self.diary = DailyReport(db, SAO_PAULO)

    def tell(self, moment: datetime) -> int:
        """How many reports there are when it has been looked at that moment."""
        self.clock.now = moment
        self.diary.send_if_due()
        return len(self.reports())

    def reports(self, chat: str = "boss") -> list[str]:
        wanted = (
            select(Delivery, Person)
            .join(Address, col(Address.id) == col(Delivery.address_id))
            .join(Person, col(Person.id) == col(Delivery.person_id))
            .where(col(Address.chat) == chat, col(Delivery.cause).startswith("report:"))
        )
        with self.db.read_transaction() as session:
            return [render_message(row.content, person.language).text for row, person in session.exec(wanted).all()]

    def put(self, *rows: Any) -> None:
        with self.db.transaction() as session:
            for row in rows:
                session.add(row)

    def film(self, seconds: float, ended: datetime, customer: SampleCustomer | None = None, **fields: Any) -> None:
        """One that was in its chat so many seconds after it was asked for."""
        customer = customer or self.customer
        with self.db.transaction() as session:
            times = {"received_at": ended - timedelta(seconds=seconds), "created_at": ended, "finished_at": ended}
            job = add_job(session, customer, ended, **{"status": JobStatus.DONE, **times, **fields})
            ids = {"account_id": customer.account.id, "address_id": customer.address.id, "job_id": job.id}
            about = {"cause": f"job:{job.id}", "part": "film", "message": {}, "status": "sent", "sent_at": ended}
            session.add(Delivery(**ids, **about, person_id=customer.person.id, created_at=ended))

    def bought(self, currency: str, amount: int, when: datetime) -> None:
        ids = {"tenant_id": self.customer.person.tenant_id, "person_id": self.customer.person.id}
        about = {"provider": "stripe", "item": "pack:100", "status": "paid", "decided_at": when}
        self.put(Purchase(**ids, address_id=self.customer.address.id, currency=currency, amount=amount, **about))


@pytest.fixture
def office(database: Database, clock: SettableClock) -> Office:
    return Office(database, clock)


def at(day: int, hour: float) -> datetime:
    """A moment of March by São Paulo's clock."""
    return datetime(2026, 3, day, tzinfo=SAO_PAULO) + timedelta(hours=hour)


def test_it_comes_at_nine_by_the_operators_clock_and_once_a_day(office: Office) -> None:
    assert office.tell(at(14, 8.99)) == 0
    assert office.tell(at(14, 9)) == 1
    assert office.tell(at(14, 9.5)) == 1
    assert office.tell(at(15, 8)) == 1
    assert office.tell(at(15, 9)) == 2


def test_a_house_that_was_down_at_nine_tells_later_that_day(office: Office) -> None:
    assert office.tell(at(14, 17)) == 1


def test_a_house_that_opened_today_has_nothing_to_report_before_tomorrow(office: Office) -> None:
    with office.db.transaction() as session:
        for tenant in session.exec(select(Tenant)).all():
            tenant.created_at = at(14, 8.5)
    assert office.tell(at(14, 9)) == 0
    assert office.tell(at(14, 23)) == 0
    assert office.tell(at(15, 9)) == 1


def test_processes_that_search_frames_the_same_time_tell_once(office: Office) -> None:
    office.clock.now = at(14, 9)
    run_concurrently([office.diary.send_if_due] * 6)
    assert len(office.reports()) == 1


def test_it_tells_of_yesterday_alone(office: Office) -> None:
    office.film(12, at(13, 0.1))
    office.film(30, at(13, 23.9))
    office.film(20, at(13, 12), kind="caption")
    office.film(500, at(12, 23.9))
    office.film(500, at(14, 0.1))
    office.film(0, at(13, 12), status=JobStatus.FAILED, code="CRASHED")
    office.bought("brl", 1990, at(13, 10))
    office.bought("brl", 990, at(13, 11))
    office.bought("xtr", 300, at(13, 11))
    office.bought("usd", 990, at(12, 11))
    office.put(*(ErrorEvent(event="job-failed", code="CRASHED", job="1a2b3c4d", at=at(13, 12)) for _ in range(2)))
    office.tell(at(14, 9))
    (text,) = office.reports()
    assert "March 13, 2026" in text
    assert "1 person ordered films" in text
    assert all(line in text for line in ("Drawings: 2", "Captions: 1", "Transcripts: 0", "Failed: 1"))
    assert "From message to film: 20 s, for one in twenty more than 30 s" in text
    assert "R$29.80" in text
    assert "300 Stars" in text
    assert "$9.90" not in text.replace("R$29.80", "")
    assert "CRASHED: 2 times, last 1a2b3c4d" in text


def test_it_tells_how_things_stand_now(office: Office) -> None:
    with office.db.transaction() as session:
        add_job(session, office.customer, at(14, 8.9))
        health_readings.save(session, "disk:box-1", at(14, 8), ok=True, share=0.416, free=1)
        health_readings.save(session, "disk:gone", at(13, 8), ok=True, share=0.9, free=1)
    office.tell(at(14, 9))
    (text,) = office.reports()
    assert "Now waiting: 1, the first for 6 min" in text
    assert "box-1: 42 % of the disk in use" in text
    assert "gone" not in text
    assert "Nothing was sold" in text
    assert "other businesses" not in text


def test_films_of_other_tenants_are_counted_and_their_money_is_not_told(office: Office) -> None:
    theirs = create_customer(office.db, "theirs", tenant="shop", role="owner")
    office.film(9, at(13, 12), theirs)
    office.tell(at(14, 9))
    (text,) = office.reports()
    assert "Films of other businesses: 1" in text
    assert "Drawings: 0" in text
    assert office.reports("chat-theirs") == []


@pytest.mark.parametrize(("language", "words"), [("pt-BR", "13 de março de 2026"), ("es", "13 de marzo de 2026")])
def test_it_speaks_the_operators_language_also_in_the_chat_for_alerts(
    office: Office, language: str, words: str
) -> None:
    with office.db.transaction() as session:
        session.get_one(Person, office.boss.person.id).language = language
        alert_chats.configure(session, office.boss.account, parse_alert_chat("telegram:-100123/report=8"))
    office.tell(at(14, 9))
    (text,) = office.reports("-100123")
    assert words in text
    assert office.reports() == []


def test_an_administrator_nobody_can_reach_gets_none_and_stops_no_other(office: Office) -> None:
    other = create_customer(office.db, "other", role="admin")
    with office.db.transaction() as session:
        outbox.mark_unreachable(session, other.address.id, office.clock())
    assert office.tell(at(14, 9)) == 1
