"""How the house sees itself: services, the answer that is kept for a while, the heartbeat, the log's faults."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx
import structlog
from fakes.clock import SettableClock
from fakes.page_client import open_page_client
from fakes.sample_customers import create_customer
from fakes.world.jobs import open_job_world, open_staged_world
from fakes.world.staged_sandbox import DRAW, build_raiser
from fakes.world.web import WebApp, open_web_app
from sqlalchemy.exc import OperationalError
from sqlmodel import col, select

from bots.core.operations import logging_config
from bots.core.operations.background_tasks import BackgroundScheduler, save_alert_chat
from bots.core.operations.health_checks import HealthThresholds, build_health_checks, is_healthy
from bots.core.operations.heartbeat_ping import HeartbeatPing
from bots.core.operations.upstream_checks import UpstreamChecks, UpstreamService, services_of
from bots.web.monitoring.health import CachedChecks
from models.billing.payments import STRIPE_API_VERSION
from models.errors import ErrorCode, ProcessingFailed
from models.operations.alerts import AlertKind
from models.operations.error_events import ErrorEvent
from models.operations.health_readings import Reading
from models.settings import Settings
from pipeline.operations.error_log import ErrorLog
from pipeline.operations.request_id import bind_new_request, bind_request, get_request_id
from pipeline.sandbox.client import SandboxClient
from pipeline.sandbox.limits import ResourceLimits
from storage.db import Database
from storage.operations import alert_chats, alert_metrics


class Answers:
    """What a service answers: a status, or an error; how often it was asked."""

    def __init__(self) -> None:
        self.answer: int | httpx.HTTPError = 200
        self.asked: list[str] = []

    def __call__(self, service: UpstreamService) -> int:
        self.asked.append(service.name)
        if isinstance(self.answer, httpx.HTTPError):
            raise self.answer
        return self.answer


GROQ = UpstreamService("groq", "http://127.0.0.1:1/openai/v1/models", {"authorization": "Bearer gsk_hunter2"})


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def services(sqlite: Database, answers: Answers) -> UpstreamChecks:
    return UpstreamChecks(sqlite, (GROQ,), answers)


def settings(folder: Path, **given: Any) -> Settings:
    return Settings(_env_file=None, data_dir=folder, **given)


def kept(db: Database) -> list[Reading]:
    with db.read_transaction() as session:
        return list(session.exec(select(Reading)).all())


def test_a_service_is_asked_once_however_many_processes_look(
    services: UpstreamChecks, answers: Answers, clock: SettableClock
) -> None:
    services.run_once()
    services.run_once()
    clock.advance(seconds=46)
    services.run_once()
    assert answers.asked == ["groq"] * 2


@pytest.mark.parametrize(
    ("answer", "about"),
    [
        (200, {"ok": True}),
        (401, {"ok": False, "status": 401}),
        (503, {"ok": False, "status": 503}),
        (httpx.ConnectTimeout("to https://user:hunter2@host"), {"ok": False, "error": "ConnectTimeout"}),
    ],
)
def test_of_what_a_service_answers_its_kind_alone_is_kept(
    services: UpstreamChecks, answers: Answers, answer: int | httpx.HTTPError, about: dict[str, Any]
) -> None:
    answers.answer = answer
    seen = services.check(GROQ)
    assert {name: value for name, value in seen.items() if name != "seconds"} == about
    assert "hunter2" not in str(kept(services.db)) + repr(services)


def test_an_old_search_frames_a_service_is_not_trusted(
    services: UpstreamChecks, answers: Answers, clock: SettableClock
) -> None:
    assert services.check(GROQ)["ok"]
    answers.answer = 500
    clock.advance(minutes=2)
    assert services.check(GROQ)["ok"]
    clock.advance(minutes=2)
    assert not services.check(GROQ)["ok"]


def test_services_that_are_set_are_asked_for_what_costs_nothing(tmp_path: Path) -> None:
    assert services_of(settings(tmp_path)) == ()
    keys = {"telegram_bot_token": "123456:ABC", "groq_api_key": "gsk_x", "stripe_secret_key": "sk_test_x"}
    found = {service.name: service for service in services_of(settings(tmp_path, **keys))}
    assert found["telegram"].url == "https://api.telegram.org/bot123456:ABC/getMe"
    assert found["groq"].url == "https://api.groq.com/openai/v1/models"
    assert found["stripe"].url == "https://api.stripe.com/v1/prices?limit=1"
    assert found["stripe"].headers == {"authorization": "Bearer sk_test_x", "stripe-version": STRIPE_API_VERSION}
    assert "ABC" not in repr(found)


async def test_the_deep_look_is_taken_once_for_all_who_ask_within_a_while() -> None:
    taken: list[str] = []
    clock = SettableClock()

    def check() -> Mapping[str, Any]:
        taken.append("look")
        return {"ok": True}

    rounds = CachedChecks({"room": check}, HealthThresholds(), clock.monotonic)
    await asyncio.gather(*(rounds.run_checks() for _ in range(5)))
    clock.advance(14.9)
    assert await rounds.run_checks() == {"room": {"ok": True}}
    assert len(taken) == 1
    clock.advance(0.1)
    await rounds.run_checks()
    assert len(taken) == 2


@pytest.fixture
def house(tmp_path: Path, sqlite: Database, services: UpstreamChecks) -> WebApp:
    return open_web_app(tmp_path, sqlite, thresholds=HealthThresholds(free_disk=0, cache_seconds=0), services=services)


async def test_the_deep_look_tells_of_services(house: WebApp, answers: Answers) -> None:
    answers.answer = 401
    async with open_page_client(house.app) as client:
        answer = await client.http.get("/health/deep")
    told = answer.json()["checks"]
    assert (told["groq"]["ok"], told["groq"]["status"]) == (False, 401)
    assert {"database", "queue", "workers", "disk", "outbox", "payments", "whatsapp"} < set(told)
    assert "hunter2" not in answer.text


class Ears:
    """Who hears the heartbeat."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.heard: list[str] = []

    def __call__(self, url: str) -> int:
        self.heard.append(url)
        if self.status == 0:
            raise httpx.ConnectError(f"cannot reach {url}")
        return self.status


def well() -> bool:
    return True


def amiss() -> bool:
    return False


def broken() -> bool:
    raise OperationalError("select", {}, ConnectionError("away"))


@pytest.mark.parametrize(("verdict", "beats"), [(well, 1), (amiss, 0), (broken, 0)])
def test_the_heart_beats_while_all_is_well_alone(verdict: Any, beats: int) -> None:
    ears = Ears()
    HeartbeatPing("https://example.org/ping/secret", verdict, ears).send()
    assert ears.heard == ["https://example.org/ping/secret"] * beats


@pytest.mark.parametrize("status", [0, 404, 500])
def test_a_heartbeat_nobody_hears_is_logged_without_its_address(
    status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    HeartbeatPing("https://example.org/ping/secret", well, Ears(status)).send()
    said = capsys.readouterr().out
    assert "heartbeat-" in said
    assert "secret" not in said


def test_whether_all_is_well_is_what_the_deep_look_says(
    tmp_path: Path, sqlite: Database, services: UpstreamChecks, answers: Answers, clock: SettableClock
) -> None:
    checks = build_health_checks(sqlite, tmp_path, HealthThresholds(free_disk=0), services)
    del checks["workers"]
    assert is_healthy(checks)
    answers.answer = 500
    clock.advance(minutes=4)
    assert not is_healthy(checks)


def test_a_heartbeat_is_a_call_of_its_address(respx_mock: respx.MockRouter) -> None:
    ping = respx_mock.get("https://heartbeat.example/ping").respond(200)
    HeartbeatPing("https://heartbeat.example/ping", well).send()
    assert ping.call_count == 1


def test_the_chat_for_alerts_is_that_of_the_bot_whose_token_is_set(sqlite: Database, tmp_path: Path) -> None:
    def place() -> tuple[str, str] | None:
        with sqlite.read_transaction() as session:
            found = alert_chats.find_address(session, AlertKind.PAYMENTS)
            return (found.chat, found.thread) if found else None

    chat = {"alert_chat": "telegram:-100123/payments=4"}
    save_alert_chat(sqlite, settings(tmp_path, **chat, telegram_bot_token="123456:ABC"))
    assert place() == ("-100123", "4")
    save_alert_chat(sqlite, settings(tmp_path, **chat))  # a process without the token changes nothing
    assert place() == ("-100123", "4")
    save_alert_chat(sqlite, settings(tmp_path))
    assert place() is None


def test_errands_write_down_what_broke_before_they_end(sqlite: Database, tmp_path: Path) -> None:
    logging_config.configure("json")
    errands = BackgroundScheduler(sqlite, settings(tmp_path))
    errands.start()
    structlog.get_logger().error("broke-at-the-end", code="CRASHED")
    errands.stop()
    structlog.reset_defaults()
    with sqlite.read_transaction() as session:
        assert "broke-at-the-end" in session.exec(select(ErrorEvent.event)).all()


def faults(db: Database) -> list[ErrorEvent]:
    with db.read_transaction() as session:
        return list(session.exec(select(ErrorEvent).order_by(col(ErrorEvent.id))).all())


def noted(journal: ErrorLog, level: str, **event: Any) -> None:
    assert journal.record_event(None, level, dict(event)) == event


def test_faults_wait_while_the_database_is_away_and_none_is_written_twice(sqlite: Database, tmp_path: Path) -> None:
    journal, away = ErrorLog(), Database(f"sqlite:///{tmp_path / 'nowhere' / 'x.db'}")
    noted(journal, "error", event="first", job="1a2b3c4d-0000-4000-8000-000000000000")
    noted(journal, "info", event="all is well")
    with pytest.raises(OperationalError):
        journal.write(away)
    noted(journal, "error", event="second", request="9f8e7d6c", code=ErrorCode.CRASHED)
    journal.write(sqlite)
    journal.write(sqlite)
    rows = faults(sqlite)
    assert [(row.event, row.job, row.request, row.code) for row in rows] == [
        ("first", "1a2b3c4d", "", ""),
        ("second", "", "9f8e7d6c", "CRASHED"),
    ]


def test_of_an_exception_where_it_came_from_is_kept_and_not_what_it_says(sqlite: Database) -> None:
    journal = ErrorLog()
    try:
        int("words of ana@example.com")
    except ValueError as error:
        noted(journal, "error", event="given", exc_info=error)
        noted(journal, "error", event="handled", exc_info=True)
    noted(journal, "error", event="told", error="OperationalError")
    noted(journal, "error", event="said", error="cannot reach ana@example.com")
    noted(journal, "error", logger="a.library", event="cannot send words of ana@example.com")
    journal.write(sqlite)
    rows = faults(sqlite)
    assert [(row.event, row.kind) for row in rows] == [
        ("given", "ValueError"),
        ("handled", "ValueError"),
        ("told", "OperationalError"),
        ("said", ""),
        ("a.library", ""),
    ]
    assert all("test_of_an_exception" in row.trace for row in rows[:2])
    assert "ana@" not in str([row.model_dump() for row in rows])


def test_a_name_of_a_request_follows_its_job_through_the_worker_to_the_last_line(
    sqlite: Database, clock: SettableClock, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    logging_config.configure("json")
    shop = open_job_world(sqlite, clock, tmp_path)
    shop.customer = create_customer(sqlite)
    with bind_new_request("the update it came with"):
        name = get_request_id()
        job = shop.submit_job()
    assert (get_request_id(), len(name)) == ("", 8)
    shop.sandbox.stage(DRAW, *[build_raiser(ProcessingFailed(ErrorCode.CRASHED))] * 3)
    for _ in range(3):
        assert shop.job_runner.run_next_job()
        clock.advance(minutes=1)
    structlog.reset_defaults()
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    about = [line for line in lines if line.get("job") == str(job.id)]
    assert {line["request"] for line in about} == {name}
    canonical = [line for line in about if line["event"] == "job-attempt-finished"]
    assert [(line["attempt"], line["outcome"], line["kind"]) for line in canonical] == [
        (attempt, "CRASHED", "sketch") for attempt in (1, 2, 3)
    ]
    assert [line["age"] for line in canonical] == [0, 60, 120]
    (failed,) = [line for line in about if line["event"] == "job-failed"]
    assert (failed["level"], failed["code"]) == ("error", "CRASHED")


def test_a_child_that_breaks_is_logged_under_the_request_it_works_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    logging_config.configure("json")
    allowance = ResourceLimits.for_measuring(1000)
    with (
        SandboxClient() as children,
        bind_request("9f8e7d6c", job="1a2b3c4d"),
        pytest.raises(ProcessingFailed),
    ):
        children.run("fakes.sandbox_tasks:raise_lookup_error", {}, directory=tmp_path, limits=allowance)
    structlog.reset_defaults()
    (line,) = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "child-crashed" in line]
    assert (line["request"], line["job"], line["what"]) == ("9f8e7d6c", "1a2b3c4d", "LookupError")
    assert "raise_lookup_error" in line["trace"]


def test_a_worker_that_is_told_to_stop_takes_its_leave(sqlite: Database, clock: SettableClock, tmp_path: Path) -> None:
    shop = open_job_world(sqlite, clock, tmp_path)

    def workers() -> int:
        with sqlite.read_transaction() as session:
            return alert_metrics.collect_alert_metrics(session, clock()).workers

    shop.sweeper.sweep()
    assert workers() == 1
    shop.sweeper.deregister_worker()
    assert workers() == 0


def test_a_worker_whose_database_is_away_stops_all_the_same(clock: SettableClock, tmp_path: Path) -> None:
    away = Database("postgresql://rabisco:x@127.0.0.1:1/rabisco", clock=clock)
    open_staged_world(away, clock, tmp_path).sweeper.deregister_worker()
