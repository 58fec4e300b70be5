"""Background threads of the billing: processing of events, sweeps of pending work, reconciliation with the provider."""

from dataclasses import dataclass, field

from bots.billing.customer_search import CustomerSearch
from bots.billing.provider import ProviderRejected, ProviderUnavailable
from bots.billing.service import BillingService
from bots.billing.webhooks.events import EventProcessor
from bots.billing.webhooks.reconcile import CATCH_UP_INTERVAL, COMPARE_INTERVAL, Reconciliation
from pipeline import ScheduledTask, Scheduler

EVENT_POLL_SECONDS = 1.0  # seconds between two polls for events saved by other processes
SWEEP_SECONDS = 2.0
SEARCH_SECONDS = 5.0
PROVIDER_ERRORS = (ProviderUnavailable, ProviderRejected)


@dataclass(slots=True)
class BillingWorkers:
    """All background threads of one tenant's billing in a process; several processes may run them."""

    billing: BillingService
    event_processor: EventProcessor = field(init=False)
    reconciliation: Reconciliation = field(init=False)
    customer_search: CustomerSearch = field(init=False)
    _event_task: ScheduledTask = field(init=False)
    _schedulers: tuple[Scheduler, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.event_processor = EventProcessor(self.billing)
        self.reconciliation = Reconciliation(self.billing, self.event_processor)
        self.customer_search = CustomerSearch(self.billing.subscription_sync)
        reconciliation = self.reconciliation
        self._event_task = ScheduledTask(self.event_processor.process_due, EVENT_POLL_SECONDS)
        self._schedulers = (
            _build_scheduler("billing-events", self._event_task),
            _build_scheduler(
                "billing-sweep",
                ScheduledTask(self.billing.sweep, SWEEP_SECONDS),
                ScheduledTask(self.customer_search.sweep, SEARCH_SECONDS),
            ),
            _build_scheduler(
                "billing-reconciliation",
                ScheduledTask(reconciliation.catch_up, CATCH_UP_INTERVAL.total_seconds()),
                ScheduledTask(reconciliation.compare, COMPARE_INTERVAL.total_seconds()),
            ),
        )

    def wake(self) -> None:
        """Process new events now."""
        self._schedulers[0].wake(self._event_task)

    def start(self) -> None:
        for scheduler in self._schedulers:
            scheduler.start()

    def stop(self, timeout: float = 5.0) -> None:
        """Wait `timeout` seconds for each thread; unfinished work is resumed by another process."""
        for scheduler in self._schedulers:
            scheduler.request_stop()
        for scheduler in self._schedulers:
            scheduler.stop(timeout)


def _build_scheduler(name: str, *tasks: ScheduledTask) -> Scheduler:
    return Scheduler(name, tasks, PROVIDER_ERRORS)
