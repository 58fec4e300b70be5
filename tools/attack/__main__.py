"""Attacks on the running product, in one table; 1 when one succeeds.

Without an address the product is started for it in production mode on this machine, as an operator would start it.
At an address only the page is attacked.
"""

import argparse
import sys
from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from tools.attack.installation import open_installation
from tools.attack.registry import ATTACKS, PAGE_ATTACKS, TITLES
from tools.attack.target import Target
from tools.attack.trial import Outcome, has_succeeded, run_attack


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.attack", description=__doc__)
    parser.add_argument("address", nargs="?", help="where a page listens on this machine, as http://127.0.0.1:8000")
    parser.add_argument("--origin", help="its PUBLIC_URL, as https://films.example.com")
    parser.add_argument("--line", type=int, choices=TITLES, help="the attacks of one line alone")
    parser.add_argument("--short", action="store_true", help="without those that take longer than a few seconds")
    options = parser.parse_args()
    if bool(options.address) != bool(options.origin):
        parser.error("a page is named by its address and its --origin")
    console = Console()
    outcomes = []
    for outcome in _run_attacks(options):
        console.print(_describe(outcome), end="", highlight=False)
        outcomes.append(outcome)
    console.print("\n", _build_table(outcomes))
    return 1 if has_succeeded(outcomes) else 0


def _run_attacks(options: argparse.Namespace) -> Iterator[Outcome]:
    if options.address:
        target = Target(address=options.address, origin=options.origin)
        chosen = [each for each in PAGE_ATTACKS if options.line in {None, each.line}]
        yield from (run_attack(attack, target) for attack in chosen)
        return
    wanted = [each for each in ATTACKS if options.line in {None, each.line} and not (options.short and each.is_slow)]
    with open_installation() as installation:
        for attack in wanted:
            yield run_attack(attack, installation)


def _describe(outcome: Outcome) -> str:
    """A dot, or what was achieved: the table comes at the end."""
    return f"\n{outcome.line} {outcome.name}: {outcome.achieved}\n" if outcome.achieved else "."


def _build_table(outcomes: list[Outcome]) -> Table:
    table = Table("line", "attack", "outcome", "seconds", "page, MB", caption=_build_caption())
    for outcome in outcomes:
        table.add_row(
            str(outcome.line),
            outcome.name,
            outcome.achieved or "fended off",
            f"{outcome.seconds:.1f}",
            f"{outcome.memory / 1e6:.0f}" if outcome.memory else "",
        )
    return table


def _build_caption() -> str:
    return "; ".join(f"{line}: {title}" for line, title in TITLES.items())


if __name__ == "__main__":
    sys.exit(main())
