"""Claims in real databases: whether each job is claimed once, paid ones first and tenants alike, and what it costs."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fakes.databases import DatabaseFactory

from storage.db import Database
from tools.load.gauges import processor
from tools.shards.databases import RealShards
from tools.shards.figures import compute_jain_index
from tools.shards.shard_choice import Policy
from tools.shards.shard_map import ShardMap

TENANTS: Final = 60
PEOPLE: Final = 2  # of each tenant
JOBS_EACH: Final = 10  # of each person, every other one paid


@dataclass(frozen=True, slots=True)
class TrialResult:
    """`paid_first` is the share of paid jobs among the first half of all starts; `jain` compares the starts of tenants
    there. `milliseconds` are PostgreSQL's processor time a claim.
    """

    shards: int
    policy: Policy
    jobs: int
    twice: int
    never: int
    paid_first: float
    jain: float
    milliseconds: float


def run_trial(factory: DatabaseFactory, folder: Path, shards: int, policy: Policy, threads: int = 4) -> TrialResult:
    """Submit the jobs of all tenants to fresh databases, and let workers claim them all. `folder` is the factory's."""
    databases = {f"shard-{n}": Database(factory.create_postgresql()) for n in range(shards)}
    real = RealShards(databases, ShardMap(tuple(databases)))
    try:
        for number in range(TENANTS):
            real.submit(f"tenant-{number}", PEOPLE, JOBS_EACH)
        server = int((folder / "postgresql" / "postmaster.pid").read_text().split()[0])
        before = processor(server)
        real.claim_all(threads, policy)
        seconds = processor(server) - before
        return _sum_up(real, policy, seconds)
    finally:
        for database in databases.values():
            database.close()


def _sum_up(real: RealShards, policy: Policy, seconds: float) -> TrialResult:
    starts = real.list_starts()
    jobs, first = TENANTS * PEOPLE * JOBS_EACH, starts[: len(starts) // 2]
    counts = Counter(start.tenant for start in first)
    return TrialResult(
        shards=len(real.databases),
        policy=policy,
        jobs=jobs,
        twice=len(real.claimed) - len(set(real.claimed)),
        never=jobs - len(set(real.claimed)),
        paid_first=sum(start.paid for start in first) / len(first),
        jain=compute_jain_index([counts[f"tenant-{number}"] for number in range(TENANTS)]),
        milliseconds=1000 * seconds / len(real.claimed),
    )
