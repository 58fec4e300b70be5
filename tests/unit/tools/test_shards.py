"""The design of splitting tenants over databases, simulated: the map, the choice of a shard, outages and moves."""

from collections import Counter

import pytest

from storage.jobs.scheduling import JobStart
from tools.shards.figures import (
    BIG,
    compute_jain_index,
    create_simulation,
    isolate_tenant,
    measure_move,
    measure_outage,
    measure_shares,
    measure_throughput,
    measure_waits,
)
from tools.shards.shard_choice import Head, Policy, sort_shards
from tools.shards.shard_map import ShardMap
from tools.shards.shard_queue import SimulatedJob, at

TENANTS = [f"tenant-{number}" for number in range(3000)]
FOUR = ShardMap(("a", "b", "c", "d"))


def create_head(
    *, paid: bool, served: float = 0.0, since: float = 0.0, is_due: bool = False, is_interrupted: bool = False
) -> Head:
    return Head(paid, is_due, at(served), at(since), is_interrupted)


def paid_starts(*times: float) -> list[JobStart]:
    return [JobStart(True, at(time)) for time in sorted(times, reverse=True)]


def test_tenants_are_spread_evenly_and_stay_where_they_are() -> None:
    counts = Counter(map(FOUR.find_shard, TENANTS))
    assert min(counts.values()) > 0.9 * len(TENANTS) / 4
    assert FOUR.find_shard("main") == "c"  # in every process, of every version


def test_with_one_more_shard_nobody_moves_until_they_are_moved() -> None:
    grown = FOUR.add_shard("e", TENANTS)
    assert [grown.find_shard(tenant) for tenant in TENANTS] == [FOUR.find_shard(tenant) for tenant in TENANTS]
    displaced = grown.list_displaced()
    assert 0.17 < len(displaced) / len(TENANTS) < 0.23
    for tenant in displaced:
        grown = grown.move_tenant(tenant, "e")
    assert grown.exceptions == {}
    assert grown.find_shard("somebody new") in grown.shards


def test_a_tenant_cannot_be_moved_to_a_shard_that_is_not_there() -> None:
    with pytest.raises(ValueError, match="nowhere"):
        FOUR.move_tenant("main", "nowhere")


def test_paid_jobs_come_before_free_ones_whatever_shard_they_are_in() -> None:
    heads = {"a": create_head(paid=False), "b": create_head(paid=True, served=9), "c": create_head(paid=True, served=5)}
    assert sort_shards(heads, []) == ["c", "b", "a"]


def test_after_four_paid_starts_a_free_job_that_waited_is_next() -> None:
    heads = {"a": create_head(paid=False, since=1), "b": create_head(paid=True)}
    assert sort_shards(heads, paid_starts(2, 3, 4, 5)) == ["a", "b"]
    assert sort_shards(heads, paid_starts(0, 3, 4, 5)) == ["b", "a"]  # it came after the first of them


def test_interrupted_jobs_come_first_and_free_jobs_that_are_due_in_their_shard_among_paid_ones() -> None:
    heads = {
        "a": create_head(paid=True, served=4),
        "b": create_head(paid=False, is_due=True, served=3),
        "c": create_head(paid=False, is_interrupted=True, served=9),
    }
    assert sort_shards(heads, []) == ["c", "b", "a"]


@pytest.mark.parametrize("policy", Policy)
def test_a_shard_with_nothing_but_free_jobs_does_not_starve_beside_paid_ones(policy: Policy) -> None:
    simulation = create_simulation(2)
    tenants = {simulation.shard_map.find_shard(tenant): tenant for tenant in TENANTS[:50]}
    for number, (shard, tenant) in enumerate(sorted(tenants.items())):
        is_paid = shard == "shard-0"
        simulation.add_jobs(SimulatedJob(2000 * n + number, tenant, is_paid, 0.0, 1.0) for n in range(1000))
    simulation.add_workers(10, policy)
    simulation.run_until(60)
    share = sum(not job.paid for job in simulation.started) / len(simulation.started)
    assert share > 0.19


def test_more_shards_claim_more_in_all_unless_each_claim_asks_every_one_of_them() -> None:
    one, sixteen = measure_throughput(1, Policy.TWO, 2.0), measure_throughput(16, Policy.TWO, 2.0)
    assert one == pytest.approx(265, rel=0.02)
    assert sixteen > 9 * one
    assert measure_throughput(16, Policy.ALL, 2.0) < 2 * one


def test_tenants_get_the_same_share_in_four_shards_as_in_one_queue() -> None:
    assert measure_shares(1, Policy.TWO) > 0.999
    assert measure_shares(4, Policy.TWO) > 0.999
    assert measure_shares(4, Policy.HOME) < 0.99  # where workers are bound to shards


@pytest.mark.parametrize("is_alone", [False, True])
def test_a_tenant_with_half_of_all_jobs_makes_the_paying_customers_of_others_wait_no_longer_than_in_one_queue(
    is_alone: bool,
) -> None:
    one, four = measure_waits(1, Policy.TWO), measure_waits(4, Policy.TWO, is_alone=is_alone)
    assert four.longest_paid <= one.longest_paid + 1
    assert four.longest <= one.longest + 5


def test_a_tenant_may_have_a_shard_to_itself() -> None:
    shard_map = isolate_tenant(create_simulation(4).shard_map, BIG)
    assert [tenant for tenant in [BIG, *TENANTS[:300]] if shard_map.find_shard(tenant) == "shard-3"] == [BIG]


@pytest.mark.parametrize("policy", Policy)
def test_a_shard_that_is_down_delays_its_own_jobs_and_loses_none(policy: Policy) -> None:
    losses = measure_outage(4, policy)
    assert (losses.unsettled, losses.settled_twice) == (0, 0)
    assert losses.lost_renders > 0
    assert losses.rate_meanwhile > 0.9 * losses.rate_before


@pytest.mark.parametrize("policy", Policy)
def test_a_tenant_is_moved_while_its_jobs_run_and_none_is_lost_or_done_twice(policy: Policy) -> None:
    losses = measure_move(4, policy)
    assert (losses.unsettled, losses.settled_twice) == (0, 0)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_result_that_comes_after_the_move_is_refused_and_the_job_is_done_in_the_new_shard(workers: int) -> None:
    """With one worker nobody has claimed it there yet when the result comes."""
    simulation = create_simulation(2)
    job = SimulatedJob(0, BIG, True, 0.0, 200.0)
    simulation.add_jobs([job])
    source = simulation.shard_map.find_shard(BIG)
    target = next(shard for shard in simulation.shards if shard != source)
    simulation.add_workers(workers, Policy.TWO)
    simulation.move_tenant(BIG, target, 10.0)
    simulation.run_until(250)
    assert simulation.shard_map.find_shard(BIG) == target
    assert (set(simulation.shards[source].running), simulation.lost) == (set(), 1)
    simulation.run_until(500)
    assert (job.renders, job.settled, simulation.lost) == (2, 1, 1)


def test_jobs_of_a_tenant_that_was_moved_run_in_its_new_shard() -> None:
    simulation = create_simulation(2)
    simulation.add_jobs(SimulatedJob(n, BIG, True, 0.0, 100.0) for n in range(8))
    source = simulation.shard_map.find_shard(BIG)
    target = next(shard for shard in simulation.shards if shard != source)
    simulation.add_workers(4, Policy.TWO)
    simulation.move_tenant(BIG, target, 10.0)
    simulation.run_until(150)
    assert (len(simulation.shards[source].running), len(simulation.shards[target].running)) == (0, 4)


def test_fairness_is_one_for_equal_shares_and_small_where_one_has_all() -> None:
    assert compute_jain_index([3, 3, 3]) == 1
    assert compute_jain_index([9, 0, 0]) == pytest.approx(1 / 3)
