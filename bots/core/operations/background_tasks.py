"""Background tasks of every process: alerting, upstream checks, the heartbeat ping and the error log."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.exc import SQLAlchemyError

from bots.core.operations import heartbeat_ping, upstream_checks
from bots.core.operations.health_checks import HealthThresholds, build_health_checks, is_healthy
from bots.core.operations.heartbeat_ping import HeartbeatPing
from bots.core.operations.upstream_checks import UpstreamChecks, services_of
from models.identity.people import MAIN_TENANT
from models.settings import Settings
from pipeline import (
    ALERT_CHECK_INTERVAL,
    ERROR_LOG,
    REPORT_CHECK_INTERVAL,
    Alerting,
    DailyReport,
    ScheduledTask,
    Scheduler,
    share_task,
)
from storage.db import Database
from storage.identity import people
from storage.operations import alert_chats

CLOCK_INTERVAL = 60.0  # seconds between two looks at the database's clock
FLUSH_INTERVAL = 2.0  # seconds a logged error may wait for the database
STARTUP_DELAY = 5.0  # seconds after the start of this process in which its other parts become visible
FIRST_CHECK_DELAY = 20.0  # seconds after the start before the first upstream check


@dataclass(slots=True)
class BackgroundScheduler:
    """Runs the tasks in a thread of its own: upstream services may be slow, and nothing else may wait for them."""

    db: Database
    settings: Settings
    _scheduler: Scheduler = field(init=False)

    def __post_init__(self) -> None:
        self._scheduler = Scheduler("background-tasks", tuple(self._build_tasks()))

    def start(self) -> None:
        save_alert_chat(self.db, self.settings)
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.stop()
        with suppress(SQLAlchemyError):
            self.flush_errors()

    def flush_errors(self) -> None:
        """Write the errors logged in this process to the database."""
        ERROR_LOG.write(self.db)

    def _build_tasks(self) -> Iterator[ScheduledTask]:
        yield ScheduledTask(self.flush_errors, FLUSH_INTERVAL)
        yield ScheduledTask(self.db.sync_clock, CLOCK_INTERVAL, initial_delay=CLOCK_INTERVAL)
        if self.settings.is_monitored:
            yield share_task(self.db, Alerting(self.db).check, ALERT_CHECK_INTERVAL, STARTUP_DELAY)
            report = DailyReport(self.db, ZoneInfo(self.settings.timezone))
            yield share_task(self.db, report.send_if_due, REPORT_CHECK_INTERVAL)
        upstream = UpstreamChecks(self.db, services_of(self.settings))
        if upstream.services:
            yield ScheduledTask(upstream.run_once, upstream_checks.CHECK_INTERVAL, initial_delay=FIRST_CHECK_DELAY)
        if self.settings.heartbeat_url is not None:
            yield ScheduledTask(
                self._build_heartbeat(self.settings.heartbeat_url.get_secret_value(), upstream).send,
                heartbeat_ping.PING_INTERVAL,
                STARTUP_DELAY,
            )

    def _build_heartbeat(self, url: str, upstream: UpstreamChecks) -> HeartbeatPing:
        checks = build_health_checks(self.db, Path(self.settings.data_dir).resolve(), HealthThresholds(), upstream)
        return HeartbeatPing(url, partial(is_healthy, checks))


def build_error_log_scheduler(db: Database) -> Scheduler:
    """Build the scheduler of a process without other background tasks: it writes logged errors to the database."""

    def flush_errors() -> None:
        ERROR_LOG.write(db)

    synchronize = ScheduledTask(db.sync_clock, CLOCK_INTERVAL, initial_delay=CLOCK_INTERVAL)
    return Scheduler("error-log", (ScheduledTask(flush_errors, FLUSH_INTERVAL), synchronize))


def save_alert_chat(db: Database, settings: Settings) -> None:
    """Store the alert chat of the settings for all processes. A process without the bot's token leaves it as it is."""
    token = settings.telegram_bot_token
    with db.transaction() as session:
        if settings.parsed_alert_chat is None:
            alert_chats.clear(session)
        elif token is not None:
            tenant = people.get_or_create_tenant(session, MAIN_TENANT)
            bot_id = token.get_secret_value().partition(":")[0]
            account = people.get_or_create_account(session, tenant.id, "telegram", bot_id)
            alert_chats.configure(session, account, settings.parsed_alert_chat)
