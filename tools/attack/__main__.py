"""Run every attack against a page in production mode, print a table, and fail when one succeeds."""

import argparse
import sys

from rich.console import Console
from rich.table import Table

from tools.attack.page import ATTACKS
from tools.attack.target import Target


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address", help="where the page listens on this machine, as http://127.0.0.1:8000")
    parser.add_argument("--origin", required=True, help="its PUBLIC_URL, as https://films.example.com")
    options = parser.parse_args()
    target = Target(options.address, options.origin)
    table, is_safe = Table("attack", "outcome"), True
    for attack in ATTACKS:
        achieved = attack.run(target)
        is_safe = is_safe and not achieved
        table.add_row(attack.name, achieved or "fended off")
    Console().print(table)
    return 0 if is_safe else 1


if __name__ == "__main__":
    sys.exit(main())
