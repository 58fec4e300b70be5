"""How a worker chooses the shard to claim a job from: by what each would start next, as if they were one queue."""

import random
from collections import deque
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple

from storage.jobs.scheduling import MAX_CONSECUTIVE_PAID, JobStart, is_free_due

RETRY_SECONDS: Final = 30.0  # a shard that did not answer is passed over for so long


class Policy(StrEnum):
    """Which shards a worker asks for their heads: all, two at random, or none but the one it is bound to."""

    ALL = "all"
    TWO = "two"
    HOME = "home"


class ShardDown(Exception):
    """A shard does not answer."""


class Head(NamedTuple):
    """The job a shard would start next: whether a paid one, and whether one that was started before.

    A free job is due where its shard started none but paid ones lately. `served_at` is when a job of its tenant was
    started last, `waiting_since` since when jobs of the tenant wait.
    """

    paid: bool
    is_due: bool
    served_at: datetime
    waiting_since: datetime
    is_interrupted: bool = False


class Peek(NamedTuple):
    """Request for the head of a shard."""

    shard: str


class Claim(NamedTuple):
    """Request for the job that is next in a shard."""

    shard: str


Steps = Generator[Peek | Claim, Any, tuple[str, Any] | None]


def sort_shards(heads: Mapping[str, Head], starts: Sequence[JobStart]) -> list[str]:
    """Shards by whose turn it is. `starts` are the worker's own last ones, newest first.

    Interrupted jobs are first, then paid ones and free ones that are due, then the others; in each of these the tenant
    that was served longest ago. After four paid starts in a row free jobs come before paid ones.
    """
    free = [head.waiting_since for head in heads.values() if not head.paid]
    is_turn_of_free = is_free_due(starts, min(free, default=None))

    def rank(shard: str) -> tuple[bool, bool, datetime, datetime, str]:
        head = heads[shard]
        is_later = head.paid if is_turn_of_free else not (head.paid or head.is_due)
        return not head.is_interrupted, is_later, head.served_at, head.waiting_since, shard

    return sorted(heads, key=rank)


@dataclass(slots=True)
class ShardChooser:
    """The memory of one worker: its last starts, and the shards that did not answer. Times are in seconds."""

    shards: Sequence[str]
    policy: Policy = Policy.ALL
    home: str = ""
    chance: random.Random = field(default_factory=random.Random)
    starts: deque[JobStart] = field(default_factory=lambda: deque(maxlen=MAX_CONSECUTIVE_PAID))
    _down_until: dict[str, float] = field(default_factory=dict)

    def record_start(self, start: JobStart) -> None:
        self.starts.appendleft(start)

    def iterate_steps(self, now: float) -> Steps:
        """Requests until a job is claimed; returns its shard and the claim, or None when there is nothing to do.

        The answer of each is sent in; `ShardDown` is thrown in for a shard that does not answer.
        """
        reachable = [shard for shard in self.shards if self._down_until.get(shard, now) <= now]
        first = self._list_candidates(reachable)
        for candidates in (first, [shard for shard in reachable if shard not in first]):
            claimed = yield from self._claim_from(candidates, now)
            if claimed:
                return claimed
        return None

    def _claim_from(self, candidates: Sequence[str], now: float) -> Steps:
        """A claim from the best of these shards; of a single one nothing is asked before."""
        shards = candidates
        if len(candidates) > 1:
            shards = sort_shards((yield from self._collect_heads(candidates, now)), self.starts)
        for shard in shards:
            try:
                claim = yield Claim(shard)
            except ShardDown:
                self._down_until[shard] = now + RETRY_SECONDS
                continue
            if claim is not None:
                return shard, claim
        return None

    def _collect_heads(self, candidates: Sequence[str], now: float) -> Generator[Peek, Any, dict[str, Head]]:
        heads = {}
        for shard in candidates:
            try:
                head = yield Peek(shard)
            except ShardDown:
                self._down_until[shard] = now + RETRY_SECONDS
                continue
            if head is not None:
                heads[shard] = head
        return heads

    def _list_candidates(self, reachable: Sequence[str]) -> list[str]:
        if self.policy is Policy.HOME:
            return [shard for shard in reachable if shard == self.home]
        if self.policy is Policy.TWO and len(reachable) > 2:
            return self.chance.sample(reachable, 2)
        return list(reachable)
