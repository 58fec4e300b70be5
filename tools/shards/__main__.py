"""`make shards`: claims of jobs whose tenants are split over several databases, simulated and in real ones.

The product has one database: this measures a design (docs/adr/0021-shards.md). It ends with 1 when a job is lost, or
done twice.
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from fakes.databases import DatabaseFactory
from rich.console import Console
from rich.table import Table

from tools.shards.figures import Losses, measure_move, measure_outage, measure_shares, measure_throughput, measure_waits
from tools.shards.shard_choice import Policy
from tools.shards.trial import TrialResult, run_trial

TRIALS = ((1, Policy.HOME), (2, Policy.TWO), (4, Policy.TWO), (4, Policy.ALL), (4, Policy.HOME))


def main() -> int:
    """Print the tables."""
    console = Console(width=120)
    console.print(_build_throughput_table())
    console.print(_build_fairness_table())
    losses = [(what, policy, measure(4, policy)) for what, measure in _MEASURES for policy in Policy]
    console.print(_build_loss_table(losses))
    results = list(_run_trials())
    console.print(_build_trial_table(results))
    is_whole = all(not each.unsettled and not each.settled_twice for *_, each in losses)
    return 0 if is_whole and all(not each.twice and not each.never for each in results) else 1


_MEASURES = (("a shard down for a minute", measure_outage), ("half of all jobs moved", measure_move))


def _build_throughput_table() -> Table:
    table = Table("shards", *Policy, title="simulated: claims a second")
    for shards in (1, 2, 4, 8, 16):
        table.add_row(str(shards), *(f"{measure_throughput(shards, policy):.0f}" for policy in Policy))
    return table


def _build_fairness_table() -> Table:
    columns = ("shards", "policy", "Jain index", "median wait, s", "longest wait, s", "longest of paid, s")
    table = Table(*columns, title="simulated: 300 tenants, one of which has half of all jobs")
    cases = [(1, Policy.HOME, False), *((4, policy, alone) for policy in Policy for alone in (False, True))]
    for shards, policy, alone in cases:
        waits = measure_waits(shards, policy, is_alone=alone)
        name = f"{policy}, its own shard" if alone else str(policy) if shards > 1 else "-"
        values = (f"{waits.median:.2f}", f"{waits.longest:.0f}", f"{waits.longest_paid:.1f}")
        table.add_row(str(shards), name, f"{measure_shares(shards, policy):.4f}", *values)
    return table


def _build_loss_table(losses: list[tuple[str, Policy, Losses]]) -> Table:
    columns = ("4 shards", "policy", "jobs", "no result", "two results", "renders lost", "starts/s before", "meanwhile")
    table = Table(*columns, title="simulated: what goes wrong")
    for what, policy, each in losses:
        counts = (each.jobs, each.unsettled, each.settled_twice, each.lost_renders)
        rates = (f"{each.rate_before:.1f}", f"{each.rate_meanwhile:.1f}")
        table.add_row(what, str(policy), *map(str, counts), *rates)
    return table


def _run_trials() -> Iterator[TrialResult]:
    with tempfile.TemporaryDirectory(prefix="shards-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL, started by root, becomes somebody else
        factory = DatabaseFactory(folder / "databases")
        try:
            for shards, policy in TRIALS:
                yield run_trial(factory, folder / "databases", shards, policy)
        finally:
            factory.close()


def _build_trial_table(results: list[TrialResult]) -> Table:
    columns = (
        "databases",
        "policy",
        "jobs",
        "never",
        "twice",
        "paid in the first half",
        "Jain index",
        "PostgreSQL, ms",
    )
    table = Table(*columns, title="real: claims of the product on PostgreSQL, four workers at once")
    for each in results:
        figures = (f"{each.paid_first:.0%}", f"{each.jain:.3f}", f"{each.milliseconds:.1f}")
        counts = map(str, (each.jobs, each.never, each.twice))
        table.add_row(str(each.shards), str(each.policy) if each.shards > 1 else "-", *counts, *figures)
    return table


if __name__ == "__main__":
    sys.exit(main())
