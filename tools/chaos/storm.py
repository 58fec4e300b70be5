"""Jobs that are done while everything around them is killed."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tools.chaos.audit import Finding, findings
from tools.chaos.world import Overdue, World


@dataclass(frozen=True, slots=True)
class Weather:
    """How many jobs there are, and how often each thing is struck while they are done."""

    jobs: int
    kills: int  # of workers
    receptions: int  # kills of the accepting process
    terms: int
    redis: int
    postgresql: int
    deadline: float  # seconds for everything

    def strikes(self, world: World, chance: random.Random) -> list[str]:
        """Every strike there will be, in their order."""
        counts = {"kill": self.kills, "reception": self.receptions, "term": self.terms}
        if world.redis is not None:
            counts["redis"] = self.redis
        if world.setup.database == "postgresql":
            counts["postgresql"] = self.postgresql
        found = [name for name, count in counts.items() for _ in range(count)]
        chance.shuffle(found)
        return found


WHOLE: Final = Weather(jobs=1000, kills=30, receptions=10, terms=10, redis=10, postgresql=5, deadline=420)
SHORT: Final = Weather(jobs=30, kills=2, receptions=1, terms=1, redis=1, postgresql=1, deadline=120)


def weather(world: World, forecast: Weather) -> list[Finding]:
    """Do all jobs, with a strike each time another share of them has ended. Raises Overdue."""
    chance = random.Random(world.given.seed)
    strikes = forecast.strikes(world, chance)
    every = forecast.jobs / (len(strikes) + 1)
    begun = time.monotonic()
    world.ready(*world.setup.processes)
    struck = 0
    while (finished := world.finished()) < forecast.jobs:
        world.tend()
        if struck < len(strikes) and finished >= (struck + 1) * every:
            _strike(world, strikes[struck], chance)
            struck += 1
        if time.monotonic() > begun + forecast.deadline:
            raise Overdue(f"{finished} of {forecast.jobs} jobs after {forecast.deadline:g} s")
        time.sleep(0.05)
    took = time.monotonic() - begun
    return [*_tally(strikes, forecast.jobs, took), *findings(world)]


def _strike(world: World, what: str, chance: random.Random) -> None:
    worker = chance.choice(world.setup.workers)
    strikes: dict[str, Callable[[], object]] = {
        "kill": lambda: world.kill(worker),
        "reception": lambda: world.kill(world.setup.accepting),
        "term": lambda: world.terminate(worker),
        "redis": lambda: world.restart_redis(chance.uniform(0.1, 1.0)),
        "postgresql": world.restart_postgresql,
    }
    strikes[what]()
    for name in world.setup.processes:
        if name not in world.running:
            world.start(name)


def _tally(strikes: list[str], jobs: int, took: float) -> list[Finding]:
    kinds = ("kill", "reception", "term", "redis", "postgresql")
    counts = " / ".join(str(strikes.count(kind)) for kind in kinds)
    return [
        Finding("", "kill -9 of workers / of the accepting process / SIGTERM / Redis / PostgreSQL", counts, kept=True),
        Finding("", "seconds for all jobs", f"{took:.0f}", kept=jobs > 0),
    ]
