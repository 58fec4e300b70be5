"""Attacks on the page, each of which succeeded once, in one table; 1 when one succeeds.

Without an address a page is started for it, in production mode on this machine.
"""

import argparse
import sys
from contextlib import nullcontext

from rich.console import Console
from rich.table import Table

from tools.attack.page import ATTACKS
from tools.attack.running_page import open_page
from tools.attack.target import Target


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.attack", description=__doc__)
    parser.add_argument("address", nargs="?", help="where a page listens on this machine, as http://127.0.0.1:8000")
    parser.add_argument("--origin", help="its PUBLIC_URL, as https://films.example.com")
    options = parser.parse_args()
    if bool(options.address) != bool(options.origin):
        parser.error("a page is named by its address and its --origin")
    with nullcontext(Target(options.address, options.origin)) if options.address else open_page() as target:
        outcomes = {attack.name: attack.run(target) for attack in ATTACKS}
    table = Table("attack", "outcome")
    for name, achieved in outcomes.items():
        table.add_row(name, achieved or "fended off")
    Console().print(table)
    return 1 if any(outcomes.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
