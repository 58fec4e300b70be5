"""Background threads of the billing: processing of events, sweeps of pending work, reconciliation with the provider."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bots.billing.customer_search import CustomerSearch
from bots.billing.provider import ProviderRejected, ProviderUnavailable
from bots.billing.service import BillingService
from bots.billing.webhooks.events import EventProcessor
from bots.billing.webhooks.reconcile import CATCH_UP_INTERVAL, COMPARE_INTERVAL, Reconciliation

log = structlog.get_logger(__name__)

EVENT_POLL_SECONDS = 1.0  # seconds between two polls for events saved by other processes
SWEEP_SECONDS = 2.0
SEARCH_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class PeriodicTask:
    """A function that is called every `seconds`."""

    run: Callable[[], object]
    seconds: float


@dataclass(slots=True)
class WorkerLoop:
    """Thread that runs its tasks in order until it is stopped. `wake` runs the first task at once; thread-safe."""

    name: str
    tasks: Sequence[PeriodicTask]
    _wake_event: threading.Event = field(default_factory=threading.Event)
    _stop_event: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
        self._thread.start()

    def request_stop(self) -> None:
        self._stop_event.set()
        self._wake_event.set()

    def join(self, timeout: float) -> None:
        if self._thread is not None:
            self._thread.join(timeout)

    def wake(self) -> None:
        self._wake_event.set()

    def _run(self) -> None:
        due = [0.0] * len(self.tasks)
        while not self._stop_event.is_set():
            was_woken = self._wake_event.is_set()
            self._wake_event.clear()
            for index, task in enumerate(self.tasks):
                if (was_woken and index == 0) or time.monotonic() >= due[index]:
                    self._run_task(task)
                    due[index] = time.monotonic() + task.seconds
            self._wake_event.wait(max(0.0, min(due) - time.monotonic()))

    def _run_task(self, task: PeriodicTask) -> None:
        try:
            task.run()
        except (ProviderUnavailable, ProviderRejected, SQLAlchemyError) as error:
            log.warning("billing-later", loop=self.name, error=type(error).__name__)
        except Exception:
            log.exception("billing-surprised", loop=self.name)  # the next run may succeed


@dataclass(slots=True)
class BillingWorkers:
    """All background threads of one tenant's billing in a process; several processes may run them."""

    billing: BillingService
    event_processor: EventProcessor = field(init=False)
    reconciliation: Reconciliation = field(init=False)
    customer_search: CustomerSearch = field(init=False)
    _loops: tuple[WorkerLoop, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.event_processor = EventProcessor(self.billing)
        self.reconciliation = Reconciliation(self.billing, self.event_processor)
        self.customer_search = CustomerSearch(self.billing.subscription_sync)
        reconciliation = self.reconciliation
        self._loops = (
            WorkerLoop("billing-news", (PeriodicTask(self.event_processor.process_due, EVENT_POLL_SECONDS),)),
            WorkerLoop(
                "billing-sweep",
                (
                    PeriodicTask(self.billing.sweep, SWEEP_SECONDS),
                    PeriodicTask(self.customer_search.sweep, SEARCH_SECONDS),
                ),
            ),
            WorkerLoop(
                "billing-books",
                (
                    PeriodicTask(reconciliation.catch_up, CATCH_UP_INTERVAL.total_seconds()),
                    PeriodicTask(reconciliation.compare, COMPARE_INTERVAL.total_seconds()),
                ),
            ),
        )

    def wake(self) -> None:
        """Process new events now."""
        self._loops[0].wake()

    def start(self) -> None:
        for loop in self._loops:
            loop.start()

    def stop(self, timeout: float = 5.0) -> None:
        """Wait `timeout` seconds for each thread; unfinished work is resumed by another process."""
        for loop in self._loops:
            loop.request_stop()
        for loop in self._loops:
            loop.join(timeout)
