"""Daily report about the previous day, sent to the operator every morning."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from models.billing.prices import STARS_CURRENCY
from models.identity.people import MAIN_TENANT, Tenant
from models.messaging.deliveries import Message, TranslatedText
from models.operations.alerts import AlertKind
from pipeline.kinds.registry import list_kinds
from storage.db import Database
from storage.identity import people
from storage.messaging import outbox
from storage.messaging.outbox import OutboxMessage
from storage.operations import alerts, error_events, health_readings, metrics
from storage.tenants import tenant_reports
from storage.tenants.tenant_reports import ReportPeriod

SEND_TIME = time(9)
REPORT_CHECK_INTERVAL = 60.0  # seconds
MIN_TENANT_AGE = timedelta(hours=1)  # an installation younger than this at report time has nothing to report
MAX_ERRORS = 3  # most frequent ones listed
MAX_READING_AGE = timedelta(days=1)  # a disk without a reading for so long no longer exists


@dataclass(frozen=True, slots=True)
class DailyReport:
    """Sends the report each morning in the operator's timezone; every process tries, and one succeeds."""

    db: Database
    timezone: ZoneInfo

    def send_if_due(self) -> None:
        """Enqueue today's report if it is due and no process has done so."""
        now = self.db.clock()
        morning = datetime.combine(now.astimezone(self.timezone).date(), SEND_TIME, self.timezone)
        if now < morning:
            return
        with self.db.read_transaction() as session:
            tenant = people.find_tenant(session, MAIN_TENANT)
        if tenant is not None and tenant.created_at <= morning - MIN_TENANT_AGE:
            self._send(tenant, morning, now)

    def _send(self, tenant: Tenant, morning: datetime, now: datetime) -> None:
        today = datetime.combine(morning.date(), time(), self.timezone)
        yesterday = datetime.combine(morning.date() - timedelta(days=1), time(), self.timezone)
        cause = f"report:{today:%Y-%m-%d}"
        with self.db.read_transaction() as session:
            if outbox.is_enqueued(session, cause):
                return
        with self.db.transaction() as session:
            message = build_report(session, tenant, yesterday, today, now)
            for person_id, address in alerts.find_recipients(session, AlertKind.REPORT):
                outbox.enqueue(session, address, person_id, OutboxMessage(message, cause, part=str(address.id)), now)


def build_report(session: Session, tenant: Tenant, since: datetime, until: datetime, now: datetime) -> Message:
    """The report on the time from `since` to `until`, and on the state of queue and disks now."""
    period = ReportPeriod(tenant.id, since, until)
    title = TranslatedText(key="report", values={"returns": f"{since:%Y-%m-%d}"})
    lines = (
        *_report_films(session, period),
        *_report_revenue(session, period),
        *_report_errors(session, since),
        *_report_queue_and_disks(session, now),
    )
    return Message(paragraphs=(title, *lines))


def _report_films(session: Session, period: ReportPeriod) -> Iterator[TranslatedText]:
    people_counts = {
        "new": tenant_reports.count_new_people(session, period),
        "active": tenant_reports.count_active_people(session, period),
    }
    yield TranslatedText(key="report-people", values=people_counts)
    totals_by_kind = {totals.kind: totals for totals in tenant_reports.sum_jobs(session, period)}
    for kind in list_kinds():
        done = totals_by_kind[kind.name].done if kind.name in totals_by_kind else 0
        yield TranslatedText(key=f"{kind.name}-report", values={"many": done})
    failed = sum(totals.failed for totals in totals_by_kind.values())
    yield TranslatedText(key="report-failed", values={"failed": failed})
    if waits := tenant_reports.measure_waits(session, period, 0.5, 0.95):
        median, percentile_95 = map(round, waits)
        yield TranslatedText(key="report-times", values={"middle": median, "slow": percentile_95})
    if other_count := metrics.count_jobs_of_others(session, period.tenant_id, period.since, period.until):
        yield TranslatedText(key="report-elsewhere", values={"many": other_count})


def _report_revenue(session: Session, period: ReportPeriod) -> Iterator[TranslatedText]:
    revenue: Counter[str] = Counter()
    for sale in tenant_reports.list_sales(session, period):
        revenue[sale.currency] += sale.amount - sale.refunded
    for currency, amount in sorted(revenue.items()):
        if currency == STARS_CURRENCY:
            yield TranslatedText(key="report-stars", values={"stars": amount})
        else:
            yield TranslatedText(key="report-revenue", values={"price": f"{amount} {currency}"})
    if not revenue:
        yield TranslatedText(key="report-no-revenue")


def _report_errors(session: Session, since: datetime) -> Iterator[TranslatedText]:
    for error_count in error_events.list_counts(session, since, MAX_ERRORS):
        values = {
            "event": error_count.code or error_count.event,
            "many": error_count.count,
            "name": error_count.reference,
        }
        yield TranslatedText(key="report-fault" if error_count.reference else "report-fault-unnamed", values=values)


def _report_queue_and_disks(session: Session, now: datetime) -> Iterator[TranslatedText]:
    queue = metrics.measure_queue(session, now)
    yield TranslatedText(
        key="report-queue", values={"queued": queue.count, "minutes": round(queue.oldest_seconds / 60)}
    )
    for reading in health_readings.list_latest(session, "disk:", now - MAX_READING_AGE):
        percent = round(100 * float(reading.about.get("share", 0)))
        yield TranslatedText(key="report-disk", values={"name": reading.name.partition(":")[2], "percent": percent})
