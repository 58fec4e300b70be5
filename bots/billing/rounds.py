"""Background threads of the billing: processing of events, sweeps of pending work, reconciliation with the provider."""

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

GLANCE = 1.0  # seconds between two polls for events saved by other processes
SWEEP = 2.0
SEARCHES = 5.0


@dataclass(frozen=True, slots=True)
class Chore:
    """A function that is called every `seconds`."""

    do: Callable[[], object]
    seconds: float


@dataclass(slots=True)
class Loop:
    """Thread that runs its tasks in order until it is stopped. `wake` runs the first task at once; thread-safe."""

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
            log.exception("billing-surprised", loop=self.name)  # the next run may succeed


@dataclass(slots=True)
class Rounds:
    """All background threads of one tenant's billing in a process; several processes may run them."""

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
        """Process new events now."""
        self._loops[0].poke()

    def start(self) -> None:
        for loop in self._loops:
            loop.start()

    def stop(self, patience: float = 5.0) -> None:
        """Wait `timeout` seconds for each thread; unfinished work is resumed by another process."""
        for loop in self._loops:
            loop.tell_over()
        for loop in self._loops:
            loop.wait(patience)
