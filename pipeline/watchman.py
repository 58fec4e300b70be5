"""Alerting: the operator is notified once when an incident begins, and once when it is over.

Every process checks; the first one to detect an incident sends the alert, which is deduplicated by the incident.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from models.alerts import AlertKind
from models.deliveries import Message, Wording
from storage import alerts, watching
from storage.db import Database
from storage.watching import Vitals

LOOK_EVERY = 15.0  # seconds
OLDEST, LONGEST = 300.0, 100  # seconds a job may wait, and waiting jobs
BROKEN, SHARE = 3, 0.2  # failed jobs, and their share of all that ended
FAULTS = 30  # logged errors within a quarter of an hour
LINKS, UNPAID = 3, 5
CALM = 0.8  # times the threshold: an incident does not end at the first value below it


@dataclass(frozen=True, slots=True)
class Alarm:
    """`is_firing` begins an incident and `is_resolved` ends it; while neither holds the state does not change."""

    kind: AlertKind
    rings: Callable[[Vitals], bool]
    rests: Callable[[Vitals], bool]
    values: Callable[[Vitals], Mapping[str, int]]

    def alert(self, vitals: Vitals) -> Message:
        return self._message(f"alert-{self.kind}", vitals)

    def relief(self, vitals: Vitals) -> Message:
        return self._message(f"relief-{self.kind}", vitals)

    def _message(self, key: str, vitals: Vitals) -> Message:
        values = dict(self.values(vitals))
        return Message(paragraphs=(Wording(key=key, values=values),))


def _fails(vitals: Vitals) -> bool:
    is_bad = vitals.broken >= BROKEN and vitals.broken > SHARE * vitals.ended
    return is_bad or vitals.faults >= FAULTS


def _cannot_pay(vitals: Vitals) -> bool:
    return vitals.news > 0 or vitals.links >= LINKS or vitals.unpaid >= UNPAID


ALARMS = (
    Alarm(
        AlertKind.WORKERS,
        rings=lambda seen: seen.gone > 0,
        rests=lambda seen: seen.gone == 0,
        values=lambda seen: {"gone": seen.gone, "workers": seen.workers},
    ),
    Alarm(
        AlertKind.QUEUE,
        rings=lambda seen: seen.oldest > OLDEST or seen.queued > LONGEST,
        rests=lambda seen: seen.oldest <= CALM * OLDEST and seen.queued <= CALM * LONGEST,
        values=lambda seen: {"queued": seen.queued, "minutes": round(seen.oldest / 60)},
    ),
    Alarm(
        AlertKind.ERRORS,
        rings=_fails,
        rests=lambda seen: not _fails(seen) and seen.faults <= CALM * FAULTS,
        values=lambda seen: {"broken": seen.broken, "ended": seen.ended, "faults": seen.faults},
    ),
    Alarm(
        AlertKind.SWEEPER,
        rings=lambda seen: seen.stalled > 0,
        rests=lambda seen: seen.stalled == 0,
        values=lambda seen: {"stalled": seen.stalled},
    ),
    Alarm(
        AlertKind.PAYMENTS,
        rings=_cannot_pay,
        rests=lambda seen: not _cannot_pay(seen),
        values=lambda seen: {"news": seen.news, "links": seen.links, "unpaid": seen.unpaid},
    ),
    Alarm(
        AlertKind.NUMBERS,
        rings=lambda seen: seen.unseen > 0,
        rests=lambda seen: seen.unseen == 0,
        values=lambda seen: {"unseen": seen.unseen},
    ),
)


@dataclass(frozen=True, slots=True)
class Watchman:
    """Evaluates the alert rules and sends alerts."""

    db: Database

    def look(self) -> None:
        with self.db.transaction() as session:
            now = self.db.clock()
            seen = watching.vitals(session, now)
            for alarm in ALARMS:
                if alarm.rings(seen):
                    alerts.begin(session, alarm.kind, alarm.alert(seen), now)
                elif alarm.rests(seen):
                    alerts.end(session, alarm.kind, alarm.relief(seen), now)
