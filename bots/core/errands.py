"""Background tasks of every process: alerting, upstream checks, the heartbeat ping and the error log."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.exc import SQLAlchemyError

from bots.core import pulse, services
from bots.core.pulse import Pulse
from bots.core.rooms import Thresholds, are_well, house_checks
from bots.core.services import Services, services_of
from models.people import MAIN
from models.settings import Settings
from pipeline import diary, watchman
from pipeline.chores import Chore, Chores
from pipeline.diary import Diary
from pipeline.faults import JOURNAL
from pipeline.watchman import Watchman
from storage import alert_places, people
from storage.db import Database

WRITE_EVERY = 2.0  # seconds a logged error may wait for the database
SETTLING = 5.0  # seconds after the start of this process in which its other parts become visible
SOON = 20.0  # seconds after the start before the first upstream check


@dataclass(slots=True)
class Errands:
    """Runs the tasks in a thread of its own: upstream services may be slow, and nothing else may wait for them."""

    db: Database
    settings: Settings
    _thread: Chores = field(init=False)

    def __post_init__(self) -> None:
        self._thread = Chores(tuple(self._chores()), 1.0, "errands")

    def start(self) -> None:
        settle_alert_chat(self.db, self.settings)
        self._thread.start()

    def stop(self) -> None:
        self._thread.stop()
        with suppress(SQLAlchemyError):
            self.write()

    def write(self) -> None:
        """Write the errors logged in this process to the database."""
        JOURNAL.write(self.db)

    def _chores(self) -> Iterator[Chore]:
        yield Chore(self.write, WRITE_EVERY)
        if self.settings.is_watched:
            yield Chore(Watchman(self.db).look, watchman.LOOK_EVERY, first=SETTLING)
            yield Chore(Diary(self.db, ZoneInfo(self.settings.timezone)).tell, diary.LOOK_EVERY)
        asked = Services(self.db, services_of(self.settings))
        if asked.services:
            yield Chore(asked.look, services.ASK_EVERY, first=SOON)
        if self.settings.heartbeat_url is not None:
            yield Chore(
                self._pulse(self.settings.heartbeat_url.get_secret_value(), asked).beat, pulse.BEAT_EVERY, SETTLING
            )

    def _pulse(self, url: str, asked: Services) -> Pulse:
        checks = house_checks(self.db, Path(self.settings.data_dir).resolve(), Thresholds(), asked)
        return Pulse(url, partial(are_well, checks))


def journal(db: Database) -> Chores:
    """Build the scheduler of a process without other background tasks: it writes logged errors to the database."""

    def write() -> None:
        JOURNAL.write(db)

    return Chores((Chore(write, WRITE_EVERY),), 1.0, "journal")


def settle_alert_chat(db: Database, settings: Settings) -> None:
    """Store the alert chat of the settings for all processes. A process without the bot's token leaves it as it is."""
    token = settings.telegram_bot_token
    with db.transaction() as session:
        if settings.alerts is None:
            alert_places.forget(session)
        elif token is not None:
            tenant = people.tenant_named(session, MAIN)
            name = token.get_secret_value().partition(":")[0]
            account = people.account_named(session, tenant.id, "telegram", name)
            alert_places.settle(session, account, settings.alerts)
