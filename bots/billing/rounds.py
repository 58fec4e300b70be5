"""The loops around the till: news handled at once, links swept up, the books compared. Each in a thread of its own."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bots.billing.customer_search import CustomerSearch
from bots.billing.inbox import Inbox
from bots.billing.port import ProviderAway, ProviderRefused
from bots.billing.reconcile import DAILY, EVERY, Reconciliation
from bots.billing.till import Till

log = structlog.get_logger(__name__)

GLANCE = 1.0  # seconds between two looks for news of other processes
SWEEP = 2.0
SEARCHES = 5.0


@dataclass(frozen=True, slots=True)
class Chore:
    """Something to be done again and again, `seconds` apart."""

    do: Callable[[], object]
    seconds: float


@dataclass(slots=True)
class Loop:
    """Does its chores, one after the other, until it is stopped. `poke` makes it look at once; from any thread."""

    name: str
    chores: Sequence[Chore]
    _poked: threading.Event = field(default_factory=threading.Event)
    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
        self._thread.start()

    def tell_over(self) -> None:
        self._over.set()
        self._poked.set()

    def wait(self, patience: float) -> None:
        if self._thread is not None:
            self._thread.join(patience)

    def poke(self) -> None:
        self._poked.set()

    def _run(self) -> None:
        due = [0.0] * len(self.chores)
        while not self._over.is_set():
            was_poked = self._poked.is_set()
            self._poked.clear()
            for place, chore in enumerate(self.chores):
                if (was_poked and place == 0) or time.monotonic() >= due[place]:
                    self._do(chore)
                    due[place] = time.monotonic() + chore.seconds
            self._poked.wait(max(0.0, min(due) - time.monotonic()))

    def _do(self, chore: Chore) -> None:
        try:
            chore.do()
        except (ProviderAway, ProviderRefused, SQLAlchemyError) as error:
            log.warning("billing-later", loop=self.name, error=type(error).__name__)
        except Exception:
            log.exception("billing-surprised", loop=self.name)  # whatever it was, the next round may do better


@dataclass(slots=True)
class Rounds:
    """Everything a process does for payments beside answering; several processes may do the same."""

    till: Till
    inbox: Inbox = field(init=False)
    reconciliation: Reconciliation = field(init=False)
    customers: CustomerSearch = field(init=False)
    _loops: tuple[Loop, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.inbox = Inbox(self.till)
        self.reconciliation = Reconciliation(self.till, self.inbox)
        self.customers = CustomerSearch(self.till.renewals)
        compared = self.reconciliation
        self._loops = (
            Loop("billing-news", (Chore(self.inbox.handle, GLANCE),)),
            Loop("billing-sweep", (Chore(self.till.sweep, SWEEP), Chore(self.customers.sweep, SEARCHES))),
            Loop(
                "billing-books",
                (Chore(compared.heal, EVERY.total_seconds()), Chore(compared.compare, DAILY.total_seconds())),
            ),
        )

    def poke(self) -> None:
        """There are news."""
        self._loops[0].poke()

    def start(self) -> None:
        for loop in self._loops:
            loop.start()

    def stop(self, patience: float = 5.0) -> None:
        """What is under way may end in so many seconds; what does not is taken up by another process."""
        for loop in self._loops:
            loop.tell_over()
        for loop in self._loops:
            loop.wait(patience)
