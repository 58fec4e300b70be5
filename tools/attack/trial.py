"""What became of attacks: each is run, and the page's processes are looked at afterwards."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import httpx

from tools.attack.installation import MAX_MEMORY, Installation
from tools.attack.target import Attack, AttackFailed, AttackNotPossible, Target

T = TypeVar("T", bound=Target)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an attack achieved, if anything, the seconds it took, and the most memory of the page's process in bytes."""

    line: int
    name: str
    achieved: str
    seconds: float
    memory: int = 0
    is_possible: bool = True

    @property
    def has_succeeded(self) -> bool:
        return self.is_possible and bool(self.achieved)


def run_attack(attack: Attack[T], target: T) -> Outcome:
    """Run an attack. One that could not be carried out counts as one that succeeded: nothing is known."""
    began, is_possible, memory = time.monotonic(), True, 0
    if isinstance(target, Installation):
        target.begin_measuring()
    try:
        achieved = attack.run(target)
    except AttackNotPossible as error:
        achieved, is_possible = str(error), False
    except (AttackFailed, httpx.HTTPError, OSError, AssertionError) as error:
        achieved = f"not carried out: {type(error).__name__}: {error}"
    seconds = time.monotonic() - began
    if isinstance(target, Installation):
        achieved, memory = achieved or _find_damage(target), target.measure_memory()
    return Outcome(attack.line, attack.name, achieved, seconds, memory, is_possible)


def _find_damage(installation: Installation) -> str:
    """What an attack did to the processes, whatever it was after."""
    if dead := installation.list_dead():
        return f"{', '.join(dead)} ended"
    memory = installation.measure_memory()
    return f"the page takes {memory // 1_000_000} MB" if memory > MAX_MEMORY else ""


def has_succeeded(outcomes: Sequence[Outcome]) -> bool:
    return any(outcome.has_succeeded for outcome in outcomes)
