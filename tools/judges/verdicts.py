"""Two answers side by side."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tools.judges.trials import Said, Trial

AGREES, DIFFERS, BROKEN, EXPECTED = "agrees", "DIFFERS", "BROKEN", "differs, as known"


@dataclass(frozen=True)
class Verdict:
    trial: str
    word: str
    alike: int = 0  # fields both have, of one type
    why: str = ""

    @property
    def good(self) -> bool:
        return self.word in {AGREES, EXPECTED}


def compare(trial: Trial, theirs: Said, ours: Said) -> Verdict:
    """Ours is measured by theirs; where they are known to be wrong, they must still be."""
    odd = [
        f"{name}: {theirs.facts[name]} / {ours.facts[name]}"
        for name in ours.facts
        if theirs.facts[name] != ours.facts[name]
    ]
    if trial.known:
        return Verdict(trial.name, EXPECTED if odd else DIFFERS, 0, trial.known if odd else "the emulator was mended")
    pairs = [pair for one, other in zip(theirs.bodies, ours.bodies, strict=True) for pair in _common(one, other)]
    odd += [f"{name}: {a} / {b}" for name, a, b in pairs if a != b]
    return Verdict(trial.name, DIFFERS if odd else AGREES, len(pairs), "; ".join(odd))


def _common(theirs: dict[str, Any], ours: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Fields both have, where neither is null, with the JSON types they have."""
    for name in theirs.keys() & ours.keys():
        if theirs[name] is not None and ours[name] is not None:
            yield name, _type(theirs[name]), _type(ours[name])


def _type(value: Any) -> str:
    """What is named by its id is the same where it is told whole."""
    return "str" if isinstance(value, dict) and "id" in value else type(value).__name__
