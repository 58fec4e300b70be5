"""The table of a run, and the promises it was run for."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from rich.table import Table

from models.errors import ErrorCode
from models.limits import load_limits
from models.media.facts import MediaKind
from tools.hostile.trial import Outcome

LONGEST: Final = 15.0  # seconds a file may take at the gate
NEVER: Final = {
    ErrorCode.CRASHED,
    ErrorCode.UNEXPECTED,
    ErrorCode.DISK_FULL,
}  # codes that no file can be the reason for
INVENTED: Final = "invented words"  # the corpus that is no files
KINDS: Final = tuple(str(kind) for kind in MediaKind)


@dataclass(frozen=True, slots=True)
class Run:
    """Everything that was seen: outcomes by corpus, and what holds for the run as a whole."""

    outcomes: dict[str, list[Outcome]] = field(default_factory=dict)
    forkservers: list[int] = field(default_factory=list)  # process ids before and after each corpus
    left_running: int = 0
    visitors: int = 0
    canaries_touched: bool = False
    seconds: float = 0.0

    def all(self) -> list[Outcome]:
        return [outcome for outcomes in self.outcomes.values() for outcome in outcomes]


@dataclass(frozen=True, slots=True)
class Promise:
    """What must hold, the figure that shows it, and whether it does."""

    name: str
    figure: str
    kept: bool


def table(run: Run) -> Table:
    made = Table("corpus", "files", "accepted", "refused", "rendered", "slowest", "memory", title="Hostile files")
    for name, outcomes in run.outcomes.items():
        made.add_row(name, *_row(outcomes))
    made.add_section()
    made.add_row("all", *_row(run.all()))
    return made


def _row(outcomes: Sequence[Outcome]) -> list[str]:
    gate = Counter(outcome.gate for outcome in outcomes)
    later = Counter(f"{name} {said}" for outcome in outcomes for name, said in outcome.later.items())
    return [
        f"{len(outcomes):,}",
        _listed({name: count for name, count in gate.items() if name in KINDS}),
        _listed({name: count for name, count in gate.items() if name not in KINDS}),
        _listed(later),
        f"{max((outcome.seconds for outcome in outcomes), default=0):.2f} s",
        f"{max((outcome.account.memory for outcome in outcomes), default=0) / 1e6:,.0f} MB",
    ]


def _listed(counts: dict[str, int]) -> str:
    return "\n".join(f"{count:,} {name}" for name, count in sorted(counts.items(), key=lambda item: -item[1]))


def promises(run: Run) -> list[Promise]:
    """Each promise of the gate, judged."""
    outcomes = run.all()
    accounts = [outcome.account for outcome in outcomes]
    said = [code for outcome in outcomes for code in (outcome.gate, *outcome.later.values())]
    blamed = sum(code in NEVER for code in said)
    raised, died = sum(account.raised for account in accounts), sum(account.died for account in accounts)
    slowest = max(outcome.seconds for outcome in outcomes)
    memory, cap = max(account.memory for account in accounts), load_limits().child.memory
    sockets, left = sum(account.sockets for account in accounts), sum(account.left for account in accounts)
    return [
        Promise("every file ends as facts or as a code a person can act on", f"{blamed} blamed on us", blamed == 0),
        Promise("what a file is told by its bytes, its length by what is shown", *_count_unexpected(run, is_file=True)),
        Promise("nothing invented is kept, nothing spoken is lost", *_count_unexpected(run, is_file=False)),
        Promise("no traceback", f"{raised}", raised == 0),
        Promise("a decoder that dies takes nobody along", f"{died} died", kept=True),
        Promise("the forkserver is the same", f"{len(set(run.forkservers))} process", len(set(run.forkservers)) == 1),
        Promise("no child is left running", f"{run.left_running}", run.left_running == 0),
        Promise("no socket opened, no address reached", f"{sockets} and {run.visitors}", sockets + run.visitors == 0),
        Promise("no neighbour's file opened", "touched" if run.canaries_touched else "0", not run.canaries_touched),
        Promise("measuring leaves no file", f"{left}", left == 0),
        Promise("memory under the cap", f"{memory / 1e6:,.0f} of {cap / 1e6:,.0f} MB", memory < cap),
        Promise(f"at most {LONGEST:.0f} s a file at the gate", f"{slowest:.2f} s", slowest <= LONGEST),
    ]


def _count_unexpected(run: Run, *, is_file: bool) -> tuple[str, bool]:
    outcomes = [each for name, found in run.outcomes.items() if (name != INVENTED) == is_file for each in found]
    known, wrong = sum(bool(each.expected) for each in outcomes), sum(not each.is_expected for each in outcomes)
    return f"{wrong} of {known:,} wrong", wrong == 0


def verdicts(run: Run) -> Table:
    made = Table("promise", "seen", "", title=f"Judged in {run.seconds:,.0f} s")
    for promise in promises(run):
        made.add_row(promise.name, promise.figure, "ok" if promise.kept else "BROKEN")
    return made


def notable(run: Run) -> list[str]:
    """The files worth a look: blamed on us, dead decoders, limits hit, and accepted ones that could not be rendered."""
    return [line for name, outcomes in run.outcomes.items() for outcome in outcomes if (line := _note(name, outcome))]


def _note(corpus: str, outcome: Outcome) -> str:
    refused_later = {name: said for name, said in outcome.later.items() if said != "ok"}
    odd = outcome.account.died or outcome.account.raised or outcome.gate in {*NEVER, ErrorCode.TOO_HEAVY}
    odd = odd or not outcome.is_expected
    if not odd and not refused_later and outcome.seconds < LONGEST / 3:
        return ""
    wanted = "" if outcome.is_expected else f" instead of {', '.join(outcome.expected)}"
    return (
        f"{corpus}: {outcome.specimen}: {outcome.gate}{wanted}, {outcome.seconds:.1f} s {refused_later or ''}".rstrip()
    )
