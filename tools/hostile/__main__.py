"""`make hostile`: thousands of files made to harm, each sent through the gate, and what became of them.

`python -m tools.hostile [--mutants 5000] [--threads 2] [--only NAME] [--notable]`; exit 1 when a promise is broken.
"""

import argparse
import logging
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import structlog
from fakes.sandbox_steps import list_forkservers, start_forkserver
from rich.console import Console
from rich.progress import track

from tools.hostile import bombs, containers, edit_lists, identities, inventions, mutants, report, sdists, subtitles
from tools.hostile.specimens import Corpus
from tools.hostile.traps import Canaries, Listener
from tools.hostile.trial import Inbox, Outcome, Watched

RENDERED: Final = 60  # files of a corpus, evenly spread, that films are made of if they are accepted


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it and print the tables; 1 when a promise is broken."""
    options = _options(arguments)
    logging.disable(options.log)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(options.log))
    run = judge(options)
    console = Console(width=None if sys.stdout.isatty() else 130)
    console.print(report.table(run), report.verdicts(run))
    if options.notable:
        console.print("\n".join(report.notable(run)), markup=False, highlight=False)
    return 0 if all(promise.kept for promise in report.promises(run)) else 1


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutants", type=int, default=5000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", default="", help="corpora whose name holds this")
    parser.add_argument("--notable", action="store_true", help="name the files worth a look")
    parser.add_argument("--log", type=int, default=logging.CRITICAL)
    return parser.parse_args(arguments)


def judge(options: argparse.Namespace) -> report.Run:
    """Send everything."""
    with TemporaryDirectory() as name, Listener() as listener, Watched() as children:
        house, parts = Path(name) / "house", Path(name) / "parts"
        house.mkdir()
        parts.mkdir()
        begun = time.monotonic()
        with Canaries(house) as canaries, ThreadPoolExecutor(options.threads) as pool:
            start_forkserver(children)
            run = report.Run(forkservers=list_forkservers())
            for corpus in _corpora(options, parts, listener.url):
                run.outcomes[corpus.name] = _sent(corpus, Inbox(children, house), pool)
                run.forkservers.extend(list_forkservers())
            if options.only in report.INVENTED:
                run.outcomes[report.INVENTED] = inventions.judge(options.mutants // 5)
            return replace(
                run,
                left_running=_running(*list_forkservers()),
                visitors=listener.visitors(),
                canaries_touched=canaries.touched(),
                seconds=time.monotonic() - begun,
            )


def _corpora(options: argparse.Namespace, parts: Path, url: str) -> Iterator[Corpus]:
    """The corpora asked for; the distributions are downloaded only where one of them is."""
    fifth = options.mutants // 5
    if any(options.only in f"{sdist.name} {sdist.version}" for sdist in sdists.SDISTS):
        yield from (corpus for corpus in sdists.corpora() if options.only in corpus.name)
    made = [
        bombs.corpus(parts, url),
        mutants.corpus(parts, options.mutants),
        mutants.picture_corpus(parts, fifth),
        *containers.corpora(parts, fifth),
        edit_lists.corpus(parts, fifth),
        identities.corpus(parts, fifth),
        subtitles.corpus(2 * fifth),
    ]
    yield from (corpus for corpus in made if options.only in corpus.name)


def _sent(corpus: Corpus, inbox: Inbox, pool: ThreadPoolExecutor) -> list[Outcome]:
    spread = max(1, len(corpus.specimens) // RENDERED)

    def send(number: int) -> Outcome:
        return inbox.send(corpus.specimens[number], number, rendered=number % spread == 0)

    count = len(corpus.specimens)
    return list(track(pool.map(send, range(count)), corpus.name, count, disable=not sys.stderr.isatty()))


def _running(forkserver: int) -> int:
    """How many children the forkserver still has."""
    return len(Path(f"/proc/{forkserver}/task/{forkserver}/children").read_text().split())


if __name__ == "__main__":
    sys.exit(main())
