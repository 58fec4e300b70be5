"""Distribution of connections over the processes that can run them."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

SURPLUS_PART = 10  # this part of a surplus is given up at a time, so that the others get their share within a minute


@dataclass(frozen=True, slots=True)
class ShareChange:
    """Connections a process may take, and those it should give up to others."""

    wanted: tuple[UUID, ...] = ()
    surplus: tuple[UUID, ...] = ()


def share_connections(
    connection_ids: Sequence[UUID], owners: Mapping[UUID, UUID], processes: Collection[UUID], own_id: UUID
) -> ShareChange:
    """What the process `own_id` may take and should give up, so that each of the processes has an equal share, rounded
    up. What nobody owns waits for those that have less than theirs.
    """
    share = math.ceil(len(connection_ids) / len({*processes, own_id}))
    held = [each for each in connection_ids if owners.get(each) == own_id]
    free = [each for each in connection_ids if each not in owners]
    if len(held) <= share:
        return ShareChange(wanted=tuple(free[: share - len(held)]))
    given_up = math.ceil((len(held) - share) / SURPLUS_PART)
    return ShareChange(surplus=tuple(held[-given_up:]))
