"""Daily report about the previous day, sent to the operator every morning."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from models.alerts import AlertKind
from models.deliveries import Message, Wording
from models.jobs import Kind
from models.people import MAIN, Tenant
from models.prices import STARS
from storage import alerts, faults, figures, outbox, overview, people, readings
from storage.db import Database
from storage.outbox import Owed
from storage.overview import Span

AT = time(9)
LOOK_EVERY = 60.0  # seconds
SETTLED = timedelta(hours=1)  # an installation younger than this at report time has nothing to report
TOP = 3  # most frequent ones listed
FORGOTTEN = timedelta(days=1)  # a disk without a reading for so long no longer exists
NAMES = {Kind.SKETCH: "sketches", Kind.CAPTION: "captions"}


@dataclass(frozen=True, slots=True)
class Diary:
    """Sends the report each morning in the operator's timezone; every process tries, and one succeeds."""

    db: Database
    zone: ZoneInfo

    def tell(self) -> None:
        """Enqueue today's report if it is due and no process has done so."""
        now = self.db.clock()
        morning = datetime.combine(now.astimezone(self.zone).date(), AT, self.zone)
        if now < morning:
            return
        with self.db.reading() as session:
            tenant = people.find_tenant(session, MAIN)
        if tenant is not None and tenant.created_at <= morning - SETTLED:
            self._tell(tenant, morning, now)

    def _tell(self, tenant: Tenant, morning: datetime, now: datetime) -> None:
        today = datetime.combine(morning.date(), time(), self.zone)
        yesterday = datetime.combine(morning.date() - timedelta(days=1), time(), self.zone)
        cause = f"report:{today:%Y-%m-%d}"
        with self.db.reading() as session:
            if outbox.owes(session, cause):
                return
        with self.db.transaction() as session:
            message = report(session, tenant, yesterday, today, now)
            for person_id, address in alerts.audience(session, AlertKind.REPORT):
                outbox.owe(session, address, person_id, Owed(message, cause, part=str(address.id)), now)


def report(session: Session, tenant: Tenant, since: datetime, until: datetime, now: datetime) -> Message:
    """The report on the time from `since` to `until`, and on the state of queue and disks now."""
    span = Span(tenant.id, since, until)
    title = Wording(key="report", values={"returns": f"{since:%Y-%m-%d}"})
    told = (*_films(session, span), *_money(session, span), *_trouble(session, since), *_standing(session, now))
    return Message(paragraphs=(title, *told))


def _films(session: Session, span: Span) -> Iterator[Wording]:
    people_ = {"new": overview.newcomers(session, span), "active": overview.active(session, span)}
    yield Wording(key="report-people", values=people_)
    work = {each.kind: each for each in overview.work(session, span)}
    made = {NAMES[kind]: work[kind].done if kind in work else 0 for kind in Kind}
    failed = sum(each.failed for each in work.values())
    yield Wording(key="report-films", values={"failed": failed, **made})
    if waits := overview.waits(session, span, 0.5, 0.95):
        middle, slow = map(round, waits)
        yield Wording(key="report-times", values={"middle": middle, "slow": slow})
    if elsewhere := figures.made_elsewhere(session, span.tenant_id, span.since, span.until):
        yield Wording(key="report-elsewhere", values={"many": elsewhere})


def _money(session: Session, span: Span) -> Iterator[Wording]:
    came: Counter[str] = Counter()
    for sale in overview.sales(session, span):
        came[sale.currency] += sale.amount - sale.returned
    for currency, amount in sorted(came.items()):
        if currency == STARS:
            yield Wording(key="report-stars", values={"stars": amount})
        else:
            yield Wording(key="report-revenue", values={"price": f"{amount} {currency}"})
    if not came:
        yield Wording(key="report-no-revenue")


def _trouble(session: Session, since: datetime) -> Iterator[Wording]:
    for tally in faults.tallies(session, since, TOP):
        about = {"event": tally.code or tally.event, "many": tally.count, "name": tally.name}
        yield Wording(key="report-fault" if tally.name else "report-fault-unnamed", values=about)


def _standing(session: Session, now: datetime) -> Iterator[Wording]:
    queue = figures.queued(session, now)
    yield Wording(key="report-queue", values={"queued": queue.count, "minutes": round(queue.oldest_seconds / 60)})
    for disk in readings.newest(session, "disk:", now - FORGOTTEN):
        percent = round(100 * float(disk.about.get("share", 0)))
        yield Wording(key="report-disk", values={"name": disk.name.partition(":")[2], "percent": percent})
