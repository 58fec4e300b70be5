"""Distribution of sessions over gateway processes."""

from collections.abc import Collection, Sequence
from uuid import UUID

MAX_SESSIONS_PER_PROCESS = 4  # sessions in one process: how many are interrupted when one of them hangs


def rebalance_groups(
    groups: Sequence[Collection[UUID]],
    wanted_ids: Sequence[UUID],
    isolated_ids: Collection[UUID],
    max_size: int = MAX_SESSIONS_PER_PROCESS,
) -> list[set[UUID]]:
    """The new groups: first the existing ones in order, which may become empty, then additional ones.

    Sessions stay in their group, new ones fill free places, and each isolated one, suspected of hanging, has a process
    of its own.
    """
    new_groups = [_keep_members(group, wanted_ids, isolated_ids) for group in groups]
    placed_ids = {session_id for group in new_groups for session_id in group}
    for session_id in wanted_ids:
        if session_id not in placed_ids:
            _place_session(new_groups, session_id, isolated_ids, max_size)
    return new_groups


def _keep_members(group: Collection[UUID], wanted_ids: Collection[UUID], isolated_ids: Collection[UUID]) -> set[UUID]:
    is_alone = len(group) == 1
    return {
        session_id for session_id in group if session_id in wanted_ids and (is_alone or session_id not in isolated_ids)
    }


def _place_session(groups: list[set[UUID]], session_id: UUID, isolated_ids: Collection[UUID], max_size: int) -> None:
    for group in groups:
        if session_id not in isolated_ids and group and len(group) < max_size and group.isdisjoint(isolated_ids):
            group.add(session_id)
            return
    groups.append({session_id})
