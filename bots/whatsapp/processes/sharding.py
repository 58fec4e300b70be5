"""Distribution of sessions over gateway processes."""

from collections.abc import Collection, Sequence
from uuid import UUID

MOST = 4  # sessions in one process: how many are interrupted when one of them hangs


def regrouped(
    groups: Sequence[Collection[UUID]], wanted: Sequence[UUID], lonely: Collection[UUID], most: int = MOST
) -> list[set[UUID]]:
    """The new groups: first the existing ones in order, which may become empty, then additional ones.

    Sessions stay in their group, new ones fill free places, and each isolated one, suspected of hanging, has a process
    of its own.
    """
    then = [_kept(group, wanted, lonely) for group in groups]
    settled = {number for group in then for number in group}
    for number in wanted:
        if number not in settled:
            _place(then, number, lonely, most)
    return then


def _kept(group: Collection[UUID], wanted: Collection[UUID], lonely: Collection[UUID]) -> set[UUID]:
    is_alone = len(group) == 1
    return {number for number in group if number in wanted and (is_alone or number not in lonely)}


def _place(groups: list[set[UUID]], number: UUID, lonely: Collection[UUID], most: int) -> None:
    for group in groups:
        if number not in lonely and group and len(group) < most and group.isdisjoint(lonely):
            group.add(number)
            return
    groups.append({number})
