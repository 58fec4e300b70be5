"""`make judges`: other people's emulators of Stripe and our double answer the same calls, and a table says how alike.

`python -m tools.judges [--only localstripe|emulate]`; exit 1 when our double differs, or a judge could not be had. It
needs PyPI and npm, ends what it starts, and takes about half a minute.
"""

import argparse
import queue
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import stripe
from fakes.stripe_api import FakeStripe
from rich.console import Console
from rich.table import Table

from bots.billing.provider import ProviderRejected, ProviderUnavailable
from tools.judges.emulators import SECRET, Emulator, Unavailable, emulate, localstripe
from tools.judges.sides import Doubled, Emulated, mailbox
from tools.judges.trials import EMULATE, LOCALSTRIPE, Trial
from tools.judges.verdicts import BROKEN, Verdict, compare

Start = Callable[[Path, str], AbstractContextManager[Emulator]]
JUDGES: dict[str, tuple[Start, list[Trial]]] = {
    "localstripe": (localstripe, LOCALSTRIPE),
    "emulate": (emulate, EMULATE),
}
FAILURES = (
    stripe.StripeError,
    ProviderUnavailable,
    ProviderRejected,
    queue.Empty,
    KeyError,
    IndexError,
    ValueError,
    AttributeError,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask both and print the table; 1 when it does not look as it should."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=list(JUDGES), default=None)
    only = parser.parse_args(arguments).only
    table = Table("judge", "asked", "verdict", "fields alike", "theirs / ours", title="Stripe, by others and by us")
    good = [verdict.good for name in JUDGES if only in {None, name} for verdict in _sitting(name, table)]
    Console(width=None if sys.stdout.isatty() else 140).print(table)
    return 0 if good and all(good) else 1


def _sitting(name: str, table: Table) -> list[Verdict]:
    start, trials = JUDGES[name]
    try:
        with TemporaryDirectory(ignore_cleanup_errors=True) as folder, _sides(start, Path(folder)) as (theirs, ours):
            verdicts = [_judged(trial, theirs, ours) for trial in trials]
    except Unavailable as error:
        verdicts = [Verdict("everything", "NOT HAD", 0, str(error))]
    for verdict in verdicts:
        table.add_row(name, verdict.trial, verdict.word, str(verdict.alike or ""), verdict.why)
    return verdicts


@contextmanager
def _sides(start: Start, folder: Path) -> Iterator[tuple[Emulated, Doubled]]:
    fake = FakeStripe()
    with mailbox() as (their_hook, their_box), mailbox() as (our_hook, our_box):
        fake.add_endpoint(our_hook, secret=SECRET)
        with start(folder, their_hook) as emulator, fake.serve() as url, fake.deliver_in_background():
            yield Emulated(emulator.url, their_box, SECRET), Doubled(fake, url, our_box, SECRET)


def _judged(trial: Trial, theirs: Emulated, ours: Doubled) -> Verdict:
    try:
        return compare(trial, trial.ask(theirs), trial.ask(ours))
    except FAILURES as error:
        return Verdict(trial.name, BROKEN, 0, f"{type(error).__name__}: {error}"[:200])


if __name__ == "__main__":
    sys.exit(main())
