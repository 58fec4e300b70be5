"""The choice of shards on real PostgreSQL databases, with the queue and the claims of the product in each."""

import random
from collections import Counter
from collections.abc import Iterator

import psycopg
import pytest
from fakes.databases import DatabaseFactory
from psycopg import sql

from models.columns import utc_now
from models.jobs.job import Job
from storage.db import Database
from storage.jobs import jobs
from tools.shards.databases import LEASE, RealShards, find_head
from tools.shards.figures import compute_jain_index
from tools.shards.shard_choice import Policy, ShardChooser
from tools.shards.shard_map import ShardMap

TENANTS = [f"tenant-{number}" for number in range(12)]
ALL_JOBS = len(TENANTS) * 2 * 4


@pytest.fixture
def shards(databases: DatabaseFactory) -> Iterator[RealShards]:
    """Three databases with eight jobs of each tenant, half of them paid."""
    names = ("a", "b", "c")
    opened = {name: Database(databases.create_postgresql()) for name in names}
    real = RealShards(opened, ShardMap(names))
    for tenant in TENANTS:
        real.submit(tenant, people=2, jobs_each=4)
    yield real
    for database in opened.values():
        database.close()


def create_chooser(shards: RealShards, policy: Policy = Policy.ALL) -> ShardChooser:
    return ShardChooser(shards.shard_map.shards, policy, chance=random.Random(1))


def set_reachable(database: Database, *, is_reachable: bool) -> None:
    """Let nobody connect to a database any more, or everybody again."""
    url, name = database.url, str(database.url.database)
    with psycopg.connect(
        url.set(database="postgres").render_as_string(hide_password=False), autocommit=True
    ) as connection:
        allow = sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {}")
        connection.execute(allow.format(sql.Identifier(name), sql.Literal(is_reachable)))
        if not is_reachable:
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])


@pytest.mark.parametrize("policy", Policy)
def test_every_job_is_claimed_once_and_in_the_shard_of_its_tenant(shards: RealShards, policy: Policy) -> None:
    shards.claim_all(4, policy)
    assert len(shards.claimed) == len(set(shards.claimed)) == ALL_JOBS
    starts = shards.list_starts()
    assert all(start.shard == shards.shard_map.find_shard(start.tenant) for start in starts)
    assert {start.shard for start in starts} == {"a", "b", "c"}


def test_across_shards_paid_jobs_come_first_and_tenants_in_turn(shards: RealShards) -> None:
    chooser = create_chooser(shards)
    while shards.claim_next(chooser):
        pass
    starts = shards.list_starts()
    assert len(starts) == ALL_JOBS
    for shard in shards.databases:  # in each of them, of five jobs that start while free ones wait at least one is free
        paid = [start.paid for start in starts if start.shard == shard]
        assert all(False in paid[n : n + 5] for n in range(len(paid) - 5))
    assert sum(start.paid for start in starts[: ALL_JOBS // 2]) >= 0.75 * ALL_JOBS / 2
    counts = Counter(start.tenant for start in starts[: ALL_JOBS // 2])
    assert compute_jain_index([counts[tenant] for tenant in TENANTS]) > 0.97


def test_a_shard_that_is_down_is_passed_over_and_its_jobs_are_claimed_once_it_is_back(shards: RealShards) -> None:
    set_reachable(shards.databases["b"], is_reachable=False)
    shards.claim_all(3, Policy.TWO)
    claimed = {shard for shard, _ in shards.claimed}
    assert claimed == {"a", "c"}
    set_reachable(shards.databases["b"], is_reachable=True)
    shards.claim_all(3, Policy.TWO)
    assert len(shards.claimed) == len(set(shards.claimed)) == ALL_JOBS


def test_the_head_of_a_shard_is_the_job_it_starts_next(shards: RealShards) -> None:
    database = shards.databases["a"]
    while True:
        with database.read_transaction() as session:
            head = find_head(session, utc_now())
        with database.transaction() as session:
            claim = jobs.claim_next(session, "worker", utc_now(), LEASE)
        if claim is None:
            break
        assert head is not None
        with database.read_transaction() as session:
            job = session.get_one(Job, claim.job_id)
        assert (head.paid, head.is_interrupted) == (job.paid, False)
    assert head is None


def test_a_job_that_lost_its_worker_makes_its_shard_the_first(shards: RealShards) -> None:
    with shards.databases["c"].transaction() as session:
        claim = jobs.claim_next(session, "worker", utc_now(), -LEASE)
    assert claim is not None
    found = shards.claim_next(create_chooser(shards))
    assert found is not None
    assert (found[0], found[1].job_id) == ("c", claim.job_id)
