"""Resources that a job uses while it runs."""

from dataclasses import astuple, dataclass, field, replace

from pipeline.chat.model import ChatUsage
from storage.jobs.outcomes import JobCosts


@dataclass(slots=True)
class Usage:
    """Resources used so far, whatever the outcome."""

    costs: JobCosts = field(default_factory=JobCosts)
    _stored: JobCosts = field(default_factory=JobCosts, init=False)

    def compute_unstored(self) -> JobCosts:
        """The costs without those that are stored."""
        pairs = zip(astuple(self.costs), astuple(self._stored), strict=True)
        return JobCosts(*(total - stored for total, stored in pairs))

    def mark_stored(self) -> None:
        """Remember that all of it is in the database."""
        self._stored = self.costs

    def add_cpu(self, seconds: float) -> None:
        self.costs = replace(self.costs, cpu_seconds=self.costs.cpu_seconds + seconds)

    def add_speech(self, engine: str, seconds: float, cost: int) -> None:
        """Add seconds of sound that an engine heard."""
        costs = self.costs
        if engine == "local":
            self.costs = replace(costs, local_seconds=costs.local_seconds + seconds)
        else:
            self.costs = replace(
                costs, provider_seconds=costs.provider_seconds + seconds, provider_cost=costs.provider_cost + cost
            )

    def add_chat(self, usage: ChatUsage) -> None:
        """Add tokens of an answer."""
        costs = self.costs
        self.costs = replace(
            costs,
            prompt_tokens=costs.prompt_tokens + usage.prompt_tokens,
            completion_tokens=costs.completion_tokens + usage.completion_tokens,
            provider_cost=costs.provider_cost + usage.cost,
        )
