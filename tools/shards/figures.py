"""Scenarios of the simulation, and what is measured in each: throughput, fairness between tenants, outages, moves."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from tools.shards.shard_choice import Policy
from tools.shards.shard_map import ShardMap
from tools.shards.shard_queue import SimulatedJob
from tools.shards.simulation import Costs, Simulation

COSTS: Final = Costs(claim=1 / 265, peek=0.001)  # 265 claims a second: docs/scale.md
TENANTS: Final = 300
BIG: Final = "main"  # the tenant with half of all jobs, as the operator's own is
WORKERS: Final = 48
MEAN_SECONDS: Final = 2.4  # of a job on one core: docs/load.md
SECONDS: Final = 300.0  # of a scenario


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds from submission to start, of the jobs of small tenants and of all paid ones, while one tenant floods."""

    median: float
    longest: float
    longest_paid: float
    starts_of_big: float  # its share of all starts


@dataclass(frozen=True, slots=True)
class Losses:
    """What became of all jobs by the end: those without a result, with several, and renders whose result was refused.

    The rates are starts a second, while a shard was down and before.
    """

    jobs: int
    unsettled: int
    settled_twice: int
    lost_renders: int
    rate_before: float
    rate_meanwhile: float


def compute_jain_index(values: Sequence[float]) -> float:
    """1 when all are equal, 1/n when one has everything."""
    squares = sum(value * value for value in values)
    return sum(values) ** 2 / (len(values) * squares) if squares else 1.0


def measure_throughput(shards: int, policy: Policy, seconds: float = 10.0) -> float:
    """Claims a second of workers whose jobs take no time."""
    simulation = create_simulation(shards)
    number = int(1.2 * shards * seconds / COSTS.claim)
    simulation.add_jobs(SimulatedJob(n, _name_tenant(n), n % 2 == 0, 0.0, 0.0) for n in range(number))
    simulation.add_workers(24 * shards, policy)
    simulation.run_until(seconds)
    return len(simulation.started) / seconds


def measure_shares(shards: int, policy: Policy) -> float:
    """Jain index of the starts of tenants, all of which have free jobs that wait all the time."""
    simulation = create_simulation(shards)
    number = int(4 * WORKERS * SECONDS / MEAN_SECONDS)
    simulation.add_jobs(_create_job(n, _name_tenant(n), 0.0, paid_share=0.0) for n in range(number))
    simulation.add_workers(WORKERS, policy)
    simulation.run_until(SECONDS)
    starts = Counter(job.tenant for job in simulation.started)
    return compute_jain_index([starts[_name_tenant(n)] for n in range(TENANTS)])


def measure_waits(shards: int, policy: Policy, *, is_alone: bool = False) -> Waits:
    """One tenant has as many jobs as all others together, all at once; the others' come over time, and would keep six
    workers in ten busy. It may have a shard for itself.
    """
    simulation = create_simulation(shards)
    if is_alone:
        simulation.shard_map = isolate_tenant(simulation.shard_map, BIG)
    jobs = list(iterate_skewed_jobs())
    simulation.add_jobs(jobs)
    simulation.add_workers(WORKERS, policy)
    simulation.run_until(SECONDS)
    waits = [job.started_at - job.created_at for job in simulation.started if job.tenant != BIG]
    paid = [job.started_at - job.created_at for job in simulation.started if job.paid and job.tenant != BIG]
    big = sum(job.tenant == BIG for job in simulation.started)
    return Waits(median(waits), max(waits), max(paid), big / len(simulation.started))


def measure_outage(shards: int, policy: Policy) -> Losses:
    """A shard, not that of the large tenant, is down in the second minute of five; then all that waits is done."""
    simulation = create_simulation(shards)
    jobs = list(iterate_skewed_jobs())
    simulation.add_jobs(jobs)
    simulation.fail_shard(_find_other_shard(simulation.shard_map), 60.0, 120.0)
    return _run_to_the_end(simulation, jobs, policy)


def measure_move(shards: int, policy: Policy) -> Losses:
    """The tenant with half of all jobs is moved while its jobs run; then all that waits is done."""
    simulation = create_simulation(shards)
    jobs = list(iterate_skewed_jobs())
    simulation.add_jobs(jobs)
    target = _find_other_shard(simulation.shard_map)
    simulation.move_tenant(BIG, target, 60.0)
    losses = _run_to_the_end(simulation, jobs, policy)
    assert simulation.shard_map.find_shard(BIG) == target
    return losses


def create_simulation(shards: int) -> Simulation:
    return Simulation(ShardMap(tuple(f"shard-{n}" for n in range(shards))), COSTS)


def isolate_tenant(shard_map: ShardMap, tenant: str) -> ShardMap:
    """Give a tenant the last shard, and that shard's others to the first ones in turn."""
    *others, last = shard_map.shards
    names = [_name_tenant(n) for n in range(TENANTS)]
    for index, name in enumerate(name for name in names if shard_map.find_shard(name) == last):
        shard_map = shard_map.move_tenant(name, others[index % len(others)])
    return shard_map.move_tenant(tenant, last)


def iterate_skewed_jobs() -> Iterator[SimulatedJob]:
    number = int(0.6 * WORKERS * SECONDS / MEAN_SECONDS)
    chance = random.Random(7)
    for n in range(number):
        yield _create_job(2 * n, BIG, 0.0)
        yield _create_job(2 * n + 1, _name_tenant(chance.randrange(TENANTS)), SECONDS * chance.random())


def _run_to_the_end(simulation: Simulation, jobs: Sequence[SimulatedJob], policy: Policy) -> Losses:
    simulation.add_workers(WORKERS, policy)
    simulation.run_until(4 * SECONDS)
    starts = [job.started_at for job in simulation.started]
    return Losses(
        jobs=len(jobs),
        unsettled=sum(job.settled == 0 for job in jobs),
        settled_twice=sum(job.settled > 1 for job in jobs),
        lost_renders=simulation.lost,
        rate_before=sum(30 <= start < 60 for start in starts) / 30,
        rate_meanwhile=sum(75 <= start < 105 for start in starts) / 30,
    )


def _find_other_shard(shard_map: ShardMap) -> str:
    return next(shard for shard in shard_map.shards if shard != shard_map.find_shard(BIG))


def _create_job(number: int, tenant: str, created_at: float, paid_share: float = 0.2) -> SimulatedJob:
    """A job whose length lies between half and one and a half times the mean."""
    chance = random.Random(number)
    is_paid = chance.random() < paid_share
    return SimulatedJob(number, tenant, is_paid, created_at, MEAN_SECONDS * (0.5 + chance.random()))


def _name_tenant(number: int) -> str:
    return f"tenant-{number % TENANTS}"
