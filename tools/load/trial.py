"""A run: rounds in which the crowd sends and the product works, and between them the renderers alone."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from fakes.sandbox_steps import start_forkserver
from sqlmodel import col, func, select

from models.jobs.job import Job
from pipeline.sandbox.client import SandboxClient
from tools.load.alone import Sample, rendered
from tools.load.crowd import Crowd, Sending
from tools.load.errands import Specimen, errands
from tools.load.premises import Premises


@dataclass(frozen=True, slots=True)
class Plan:
    """How large a run is: `a_second` people come, `alone` jobs are a sample, `patience` seconds a round may take."""

    people: int
    jobs: int
    rounds: int
    a_second: float
    alone: int
    patience: float
    workers: int = 2


WHOLE: Final = Plan(people=200, jobs=400, rounds=2, a_second=2.5, alone=20, patience=700)
SHORT: Final = Plan(people=8, jobs=10, rounds=1, a_second=2.0, alone=0, patience=180)


@dataclass(frozen=True, slots=True)
class Round:
    """What was sent in one round, from when to when (monotonic seconds), and the processor seconds it took."""

    sent: list[Sending]
    begun: float
    ended: float
    spent: dict[str, float]

    @property
    def rate(self) -> float:
        """Films a second, from the first message sent to the last film received."""
        return len(self.sent) / (self.ended - self.begun)


@dataclass(slots=True)
class Trial:
    """What was seen of a run. `memory` holds megabytes, once a second while the crowd was there."""

    samples: list[Sample] = field(default_factory=list)
    rounds: list[Round] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    render_cpu: float = 0.0  # processor seconds of all jobs in the product's renderers
    _looked: float = 0.0

    @property
    def sent(self) -> list[Sending]:
        return [sending for each in self.rounds for sending in each.sent]

    def look(self, place: Premises) -> None:
        """Note the memory, once a second."""
        if time.monotonic() >= self._looked + 1:
            self._looked = time.monotonic()
            self.memory.append(place.memory())


def tried(place: Premises, plan: Plan, of: Sequence[Specimen]) -> Trial:
    """Carry a plan out. Raises Overdue."""
    trial, crowd = Trial(), Crowd(place.fake, plan.people, plan.a_second)
    with SandboxClient() as children:
        start_forkserver(children)
        for number in range(plan.rounds):
            _sample(trial, plan, of, children)
            share = plan.jobs // plan.rounds
            trial.rounds.append(_round(place, plan, crowd, trial, errands(of, share, number * share)))
        _sample(trial, plan, of, children)
    with place.database() as db, db.read_transaction() as session:
        trial.render_cpu = float(session.exec(select(func.sum(col(Job.cpu_seconds)))).one() or 0)
    return trial


def _sample(trial: Trial, plan: Plan, of: Sequence[Specimen], children: SandboxClient) -> None:
    if plan.alone:
        trial.samples.append(rendered(children, plan.workers, errands(of, plan.alone)))


def _round(place: Premises, plan: Plan, crowd: Crowd, trial: Trial, share: list[Specimen]) -> Round:
    before, own = place.spent(), _own()
    sent = crowd.sends(share, lambda: trial.look(place), plan.patience)
    spent = {name: seconds - before[name] for name, seconds in place.spent().items()}
    ended = max(film.sent_at for sending in sent if (film := sending.film()))
    return Round(sent, sent[0].at, ended, {**spent, "Telegram's fake and people": _own() - own})


def _own() -> float:
    """Processor seconds of this process alone: the fake Bot API and the people."""
    return time.process_time()
